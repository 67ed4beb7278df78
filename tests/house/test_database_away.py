"""While the database is away every answer is 503 with a sentence, none 500; the log has one line a minute, not a traceback each."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from app import create_app
from surveys import database_away
from surveys.database import db
from tests import postgres
from tests.house.access_table import client_of, routes
from tests.house.access_world import OWN, ROOT

SENTENCES = ("数据库暂时没有应答", "The database does not answer")  # a route of the list chooses the language


@contextmanager
def away(app: Flask) -> Iterator[None]:
    """No new connection can be made, and those that were are gone."""
    with app.app_context():
        engine = db.engine
    fault = sqlite3.OperationalError("unable to open database file")
    fault.sqlite_errorname = "SQLITE_CANTOPEN"

    def refuse(*_: Any) -> None:
        raise fault

    engine.dispose()
    event.listen(engine, "do_connect", refuse)
    try:
        yield
    finally:
        event.remove(engine, "do_connect", refuse)


@pytest.fixture(autouse=True)
def said_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_away, "_said_at", None)


@pytest.mark.parametrize("person", [f"unit_desk.{OWN}", f"organizer.{ROOT}", "deputy.own", "nobody"])
def test_no_address_answers_500(demonstration: Flask, person: str, caplog: pytest.LogCaptureFixture) -> None:
    demonstration.config["PROPAGATE_EXCEPTIONS"] = False
    every = routes(demonstration)
    browser = client_of(demonstration, person)
    caplog.clear()
    with away(demonstration):
        told = {(route.method, route.rule): browser.open(route.address, method=route.method) for route in every}
    failed = {key: one.status_code for key, one in told.items() if one.status_code == 500}
    assert failed == {}
    refused = [one for one in told.values() if one.status_code == 503]
    assert len(refused) > (60 if person != "nobody" else 5)
    pages = [one.text for one in refused if one.mimetype == "text/html"]
    assert pages
    assert all(any(sentence in page for sentence in SENTENCES) for page in pages)
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1, "\n".join(record.getMessage() for record in errors)
    assert "does not answer" in errors[0].getMessage()
    assert errors[0].exc_info is None
    assert browser.get("/sign-in").status_code < 400, "it is there again"


def test_a_postgresql_that_stops_and_comes_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with postgres.server() as url:
        app = create_app({"TESTING": True, "INSTANCE": str(tmp_path), "SQLALCHEMY_DATABASE_URI": url})
        app.config["PROPAGATE_EXCEPTIONS"] = False
        with app.app_context():
            db.create_all()
        browser = app.test_client()
        assert browser.get("/complaints").status_code == 200
        with app.app_context():
            db.session.execute(text("select 1"))
    caplog.clear()
    for _ in range(20):
        assert browser.post("/complaints", data={"text": "x"}).status_code in (400, 503)
        assert browser.get("/s/some-token").status_code == 503
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1, "\n".join(record.getMessage() for record in errors)
