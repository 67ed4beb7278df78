"""Application, database and client for every test; nothing else lives here.

A test that names `database_url`, or carries the mark `both_databases`, runs on SQLite and on PostgreSQL; any other test
that uses `app` runs on SQLite. Each test has an empty database of its own, copied from one that was made once.
"""

import inspect
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from werkzeug.routing import Rule

from app import create_app
from surveys.database import db
from tests import postgres, templates_once
from tests.factories import planning
from tests.patterns import pattern

pytest_plugins = ["tests.pace", "tests.demonstration", "tests.browser"]

# The same examples every time, however slow the machine is: a change is not refused by luck.
settings.register_profile("house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def _builders_made_once() -> None:
    """Every test has an application of its own; what writes the addresses of its 150 routes is the same in all of them.

    It depends on the rule alone, since all of them have the same converters and no subdomains.
    """
    make, made = Rule._compile_builder, {}

    def kept(self: Rule, append_unknown: bool = True) -> Any:
        key = (self.rule, repr(self.defaults), append_unknown)
        if key not in made:
            made[key] = make(self, append_unknown)
        return made[key]

    Rule._compile_builder = kept


_builders_made_once()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" not in metafunc.fixturenames:
        return
    named = "database_url" in inspect.signature(metafunc.function).parameters
    if named or metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share what their file made once stay together: two test processes do not make it twice."""
    for item in items:
        found = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
        if any(one.scope == "module" for fixtures in found for one in fixtures):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def _make_tables(url: str, instance: Path) -> None:
    app = create_app({"TESTING": True, "INSTANCE": str(instance), "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        db.create_all()
        db.engine.dispose()


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all test processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once(run_folder: Path) -> None:
    templates_once.keep_in(run_folder / "templates")


@pytest.fixture(scope="session")
def sqlite_pattern() -> Path:
    """An SQLite file with every table and no row."""

    def make(folder: Path) -> None:
        _make_tables(f"sqlite:///{folder / 'pattern.db'}", folder / "instance")

    return pattern("tables", make) / "pattern.db"


@pytest.fixture(scope="session")
def postgresql_pattern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose database `pattern` has every table and no row; gives the URL of its maintenance database."""
    with postgres.server() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE pattern")
        _make_tables(url.replace("/postgres", "/pattern"), tmp_path_factory.mktemp("pattern") / "instance")
        yield url


def _kinds(factory: type[planning.RoomFactory]) -> Iterator[type[planning.RoomFactory]]:
    for kind in factory.__subclasses__():
        yield kind
        yield from _kinds(kind)


@pytest.fixture(autouse=True)
def numbers_begin_anew() -> None:
    """What the factories number begins at the same number in every test, whichever tests ran before."""
    for kind in _kinds(planning.RoomFactory):
        kind.reset_sequence(force=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of this test's own."""
    if getattr(request, "param", "sqlite") == "sqlite":
        file = tmp_path / "diaoyan.db"
        shutil.copy(request.getfixturevalue("sqlite_pattern"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgresql_pattern")
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE pattern")
    yield server.replace("/postgres", f"/{name}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_postgresql(postgresql_pattern: str) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgresql_pattern, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgresql_pattern.replace("/postgres", f"/{name}")
    with psycopg.connect(postgresql_pattern, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on an empty database, with an instance folder of this test's own; forms post without a token."""
    application = create_app(
        {
            "TESTING": True,
            "INSTANCE": str(tmp_path / "instance"),
            "SQLALCHEMY_DATABASE_URI": database_url,
            "WTF_CSRF_ENABLED": False,
        }
    )
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
