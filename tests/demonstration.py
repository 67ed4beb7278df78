"""A small demonstration, loaded through the real doors once for all tests; each test that asks for it has a copy of its own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from reports.demonstration import guangzhou
from surveys.database import db
from tests.desk_client import signed_in
from tests.patterns import pattern

SUBJECTS = 60


def open_instance(folder: Path) -> Flask:
    """The application on an instance folder with an SQLite database in it."""
    return create_app(
        {
            "TESTING": True,
            "INSTANCE": str(folder),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'diaoyan.db'}",
            "WTF_CSRF_ENABLED": False,
        }
    )


def loaded(tables: Path, subjects: int = SUBJECTS) -> Path:
    """An instance folder with the demonstration of so many firms, to be copied; `tables`: a database without a row."""

    def make(folder: Path) -> None:
        shutil.copy(tables, folder / "diaoyan.db")
        app = open_instance(folder)
        with app.app_context():
            guangzhou.load(seed=1, subjects=subjects, with_print=False, say=lambda line: None)
            db.session.remove()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()

    return pattern(f"firms-{subjects}", make)


@pytest.fixture(scope="session")
def demonstration_pattern(sqlite_pattern: Path) -> Path:
    """An instance folder with the small demonstration; never written to after it is made."""
    return loaded(sqlite_pattern)


@pytest.fixture
def demonstration(demonstration_pattern: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application on a copy of the small demonstration."""
    folder = tmp_path / "instance"
    shutil.copytree(demonstration_pattern, folder)
    app = open_instance(folder)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def enter(demonstration: Flask) -> Callable[..., FlaskClient]:
    """The browser of a person of the demonstration: `enter("unit_desk.440106")`, in Chinese unless another language is named."""

    def as_person(username: str, language: str = "zh-CN") -> FlaskClient:
        return signed_in(demonstration, username, language)

    return as_person
