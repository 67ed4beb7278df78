"""`create_app(settings)`: settings, extensions, blueprints, commands; nothing else."""

import atexit
import gc
import os
import secrets
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from surveys import database, files
from surveys.database import db
from surveys.pages.shell.application import Application

ROOT = Path(__file__).parent
PAGELESS = frozenset({"campaigns", "questionnaire", "devices", "visits", "findings", "units"})


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The application. `settings` override those of the environment (DATABASE_URL, DIAOYAN_INSTANCE, PORT)."""
    instance = Path(
        (settings or {}).get("INSTANCE") or os.environ.get("DIAOYAN_INSTANCE") or ROOT / "instance"
    ).resolve()
    if keeps := not _only_checks():
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Application(__name__, instance_path=str(instance), root_path=str(ROOT))
    app.config.from_mapping(
        SECRET_KEY=_kept_secret(instance / "secret_key") if keeps else secrets.token_urlsafe(48),
        SQLALCHEMY_DATABASE_URI=_database_url(os.environ.get("DATABASE_URL"), instance),
        FILES=str(instance / "files"),
        FONTS=os.environ.get("DIAOYAN_FONTS"),  # an office's own fonts, by role
        MAX_CONTENT_LENGTH=40 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=30),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants a referrer, which no page here sends; Origin and SameSite stand in
    )
    app.config.from_mapping(settings or {})
    app.config["SQLALCHEMY_DATABASE_URI"] = _database_url(app.config["SQLALCHEMY_DATABASE_URI"], instance)
    _extensions(app)
    if _answers_requests():
        _pages(app)
        _blueprints(app)
    _commands(app)
    if _command():
        atexit.register(gc.freeze)  # an ending command searches nothing for cycles: that was a quarter of its time
    return app


def _command() -> str:
    """The first word after `flask`; empty where the application serves."""
    program, *arguments = sys.argv
    return arguments[0] if arguments and Path(program).name in ("flask", "__main__.py") else ""


def _answers_requests() -> bool:
    """Whether pages are wanted. Commands that only read or change data start without them: they are a third of the start."""
    return _command() not in PAGELESS


def _only_checks() -> bool:
    """Whether a questionnaire is only looked at: that needs no instance folder and leaves none behind."""
    return _command() == "questionnaire"


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


def _database_url(url: str | None, instance: Path) -> str:
    if not url:
        return f"sqlite:///{instance / 'diaoyan.db'}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _extensions(app: Flask) -> None:
    _tables()
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = database.engine_options(app.config["SQLALCHEMY_DATABASE_URI"])
    db.init_app(app)
    with app.app_context():
        database.prepare_engine(db.engine)
    app.extensions["files"] = files.FileStore(Path(app.config["FILES"]))


def _pages(app: Flask) -> None:
    """What every page stands on: migrations, form tokens, languages, errors, sign-in, the frame."""
    from flask_migrate import Migrate
    from flask_wtf import CSRFProtect

    from surveys.pages.shell import display, errors, frame, languages, release, secrecy, sign_in

    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    languages.register(app)  # first: whatever is refused below is said in the language of the person
    app.extensions["csrf"] = CSRFProtect(app)
    for room in (errors, display, sign_in, frame, release, secrecy):
        room.register(app)


def _tables() -> None:
    """Import every module with a table, so that one import of the application knows the whole schema."""
    from reports.handling import handovers
    from reports.issuing import archive
    from reports.merging import merging
    from reports.papers import remarks, signoffs, unit_reports
    from surveys import accounts, audit, guards, jobs
    from surveys.fieldwork.filling import phone_reports
    from surveys.fieldwork.findings import findings
    from surveys.fieldwork.visits import attendance, events, locks, submissions, visits
    from surveys.planning.assigning import assignments
    from surveys.planning.campaigns import campaigns, quotas, staff, subjects, units
    from surveys.planning.forms import questionnaire_versions
    from surveys.planning.people import deputies, groups, slips

    for module in (archive, handovers, merging, remarks, signoffs, unit_reports, accounts, audit, jobs, attendance):
        assert module
    for module in (events, findings, submissions, visits, assignments, campaigns, deputies, groups, quotas, slips):
        assert module
    for module in (guards, locks, phone_reports, questionnaire_versions, staff, subjects, units):
        assert module


def _blueprints(app: Flask) -> None:
    from reports.pages import editor, issue, merge, numbers, paper_forms, papers, reading, report_list, traces, writing
    from reports.pages import frame as report_frame
    from surveys.pages import search
    from surveys.pages.city_desk import (
        assignments,
        campaigns,
        imports,
        lists,
        questionnaire_editing,
        questionnaires,
        users,
    )
    from surveys.pages.field import phone, slips
    from surveys.pages.field.filling import behalf, questionnaire, trying
    from surveys.pages.field.frame import field
    from surveys.pages.field.offline import form
    from surveys.pages.field.visits import visits
    from surveys.pages.phones import handing_in, signing_in
    from surveys.pages.phones import reading as phone_reading
    from surveys.pages.phones.frame import sync
    from surveys.pages.unit_desk import findings, funnel, phone_desk, progress, unit_desk

    app.extensions["csrf"].exempt(sync)  # another site's requests are refused there by Origin and Sec-Fetch-Site
    for module in (signing_in, phone_reading, handing_in, form, phone, questionnaire, slips, visits):
        assert module  # its views hang on the blueprint
    app.register_blueprint(sync)
    app.register_blueprint(field)
    report_frame.register(app)
    for module in (
        report_list,
        editor,
        writing,
        merge,
        numbers,
        traces,
        issue,
        reading,
        campaigns,
        questionnaires,
        questionnaire_editing,
        trying,
        behalf,
        lists,
        imports,
        assignments,
        users,
        search,
        unit_desk,
        funnel,
        phone_desk,
        progress,
        findings,
        papers,
        paper_forms,
    ):
        app.register_blueprint(module.bp)


def _commands(app: Flask) -> None:
    from reports import commands as report_commands
    from reports.demonstration import commands as demonstration
    from surveys import commands as survey_commands

    survey_commands.register(app)
    report_commands.register(app)
    demonstration.register(app)
