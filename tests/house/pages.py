"""Who opens which page of the demonstration: the route list, one person for each kind of page, and the questions asked meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from surveys.database import db
from tests.house.access_table import Route, client_of, routes
from tests.house.access_world import OWN, ROOT

# Who may see most of a kind of page; the first who is answered with a page is taken.
PEOPLE = (
    f"organizer.{ROOT}",
    f"committee.{ROOT}",
    f"unit_desk.{OWN}",
    f"administrator.{ROOT}",
    f"office.{ROOT}",
    "deputy.own",
    "nobody",
)
# Answered in HTML, but no page: the phone puts it into one.
PARTS_OF_PAGES = ("/questionnaires/<package_hash>/pages",)


@dataclass(frozen=True)
class Shown:
    """A page as somebody was shown it."""

    route: Route
    person: str
    status: int
    html: str
    headers: dict[str, str]
    statements: int


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The SQL statements that are sent while it is open."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def is_page(response: Any) -> bool:
    return response.mimetype == "text/html" and response.status_code not in (301, 302, 303)


def show(client: FlaskClient, app: Flask, route: Route, person: str, language: str) -> Shown | None:
    """One page in one language; None where this person is sent elsewhere or is given a file."""
    headers = {"Accept-Language": language}
    client.get(f"/language/{language}", headers=headers)
    with counted(app) as sent:
        response = client.get(route.address, headers=headers)
    if not is_page(response):
        return None
    html = response.get_data(as_text=True)
    return Shown(route, person, response.status_code, html, dict(response.headers), len(sent))


def shown_pages(app: Flask, language: str = "zh-CN") -> Iterator[Shown]:
    """Every GET page of the route list, each as the first person who is answered 200 sees it, refusals as nobody sees them."""
    clients = {person: client_of(app, person) for person in PEOPLE}
    for route in routes(app):
        if route.method != "GET" or route.rule in PARTS_OF_PAGES:
            continue
        refused = None
        for person in PEOPLE:
            shown = show(clients[person], app, route, person, language)
            if shown is not None and shown.status == 200:
                yield shown
                break
            refused = refused or shown
        else:
            if refused is not None:
                yield refused
