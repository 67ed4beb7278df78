"""`create_app(settings)`: settings, extensions, and what each room brings; nothing else."""

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import event

from reports import rooms as report_rooms
from surveys import database, files
from surveys import rooms as survey_rooms
from surveys.database import db
from surveys.pages.shell.application import Application

ROOT = Path(__file__).parent


def create_app(settings: Mapping[str, Any] | None = None) -> Application:
    """The application. `settings` override those of the environment (DATABASE_URL, DIAOYAN_INSTANCE, PORT)."""
    settings = settings or {}
    instance = Path(settings.get("INSTANCE") or os.environ.get("DIAOYAN_INSTANCE") or ROOT / "instance").resolve()
    app = Application(__name__, instance_path=str(instance), root_path=str(ROOT), pages=_open_pages)
    app.config.from_mapping(
        SQLALCHEMY_DATABASE_URI=os.environ.get("DATABASE_URL"),
        FILES=os.environ.get("DIAOYAN_FILES") or str(instance / "files"),  # a folder, or s3://…
        EXPORT_DAYS=int(os.environ.get("DIAOYAN_EXPORT_DAYS") or 30),  # that files of exports are kept
        FONTS=os.environ.get("DIAOYAN_FONTS"),  # an office's own fonts, by role
        MAX_CONTENT_LENGTH=40 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=30),
        TRUSTED_HOSTS=_hosts(os.environ.get("TRUSTED_HOSTS", "")),  # None: whatever name the server is called by
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants a referrer, which no page here sends; Origin and SameSite stand in
    )
    app.config.from_mapping(settings)
    app.config["SQLALCHEMY_DATABASE_URI"] = _database_url(app.config["SQLALCHEMY_DATABASE_URI"], instance)
    survey_rooms.load_tables()
    report_rooms.load_tables()
    survey_rooms.register_commands(app)
    report_rooms.register_commands(app)
    _extensions(app, instance)
    return app


def _extensions(app: Flask, instance: Path) -> None:
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = database.engine_options(app.config["SQLALCHEMY_DATABASE_URI"])
    db.init_app(app)
    with app.app_context():
        database.prepare_engine(db.engine)
        # The folder is made when something is kept: to look at a questionnaire leaves none behind.
        event.listen(db.engine, "do_connect", lambda *_: _make_places(instance))
    app.extensions["files"] = files.open_store(app.config["FILES"])
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)


def _open_pages(app: Flask) -> None:
    instance = Path(app.instance_path)
    _make_folder(instance)
    app.config["SECRET_KEY"] = app.config["SECRET_KEY"] or _kept_secret(instance / "secret_key")
    survey_rooms.register_pages(app)
    report_rooms.register_pages(app)


def _make_places(instance: Path) -> None:
    """The instance folder, and in it the file of SQLite: whose database it is may read it, nobody else."""
    _make_folder(instance)
    database.make_file(db.engine.url)


def _make_folder(instance: Path) -> None:
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)


def _kept_secret(place: Path) -> str:
    """A secret made at the first start and kept in the instance folder, readable by its owner alone."""
    if not place.exists():
        partial = place.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(48))
        try:
            os.link(partial, place)  # the first of two starts at once wins
        except FileExistsError:
            pass
        partial.unlink()
    return place.read_text()


def _hosts(names: str) -> list[str] | None:
    """Names with commas between them."""
    return [name for part in names.split(",") if (name := part.strip())] or None


def _database_url(url: str | None, instance: Path) -> str:
    if not url:
        return f"sqlite:///{instance / 'diaoyan.db'}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url
