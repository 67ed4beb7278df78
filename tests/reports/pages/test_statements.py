"""A page asks the database a bounded number of things, however many paragraphs and units there are."""

import pytest
from flask import Flask
from sqlalchemy import event

from surveys.database import db
from tests.factories.reports import all_accepted, city
from tests.reports.pages.desks import browser, number, report_id

MOST = 45  # the merge page: its cards, decisions, children, draft, people and the frame around it


@pytest.mark.parametrize(
    "path", ["edit", "edit?tab=findings", "edit?tab=history", "merge", "numbers", "issue", "paper"]
)
def test_statements_of_a_page(app: Flask, path: str) -> None:
    with app.app_context():
        all_accepted(city(3))
        engine = db.engine
    client = browser(app, "committee", "440100")
    address = f"/reports/{report_id(app, '440100')}/{path}"
    client.get(address)  # what a process keeps is read once
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert client.get(address).status_code == 200
    assert len(asked) <= MOST, len(asked)


def test_statements_of_the_list(app: Flask) -> None:
    with app.app_context():
        all_accepted(city(2))
        engine = db.engine
    client = browser(app, "committee", "440100")
    address = f"/campaigns/{number(app)}/reports"
    client.get(address)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert client.get(address).status_code == 200
    assert len(asked) <= 16, len(asked)
