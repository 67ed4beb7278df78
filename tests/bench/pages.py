"""Server time and SQL statements of pages with the demonstration in them (SQLite, Flask's test client)."""

import os
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient

from tests.bench.row import Row, median_ms
from tests.bench.run import demonstration

CAMPAIGN = "/campaigns/1"
PAGES = {
    "organizer": [
        "/campaigns",
        *(
            f"{CAMPAIGN}/{page}"
            for page in ("setup", "setup/units", "setup/questionnaire", "lists", "deputies", "groups")
        ),
        f"{CAMPAIGN}/assignments",
        f"{CAMPAIGN}/assignments/all",
        f"{CAMPAIGN}/progress",
        "/users",
    ],
    "unit_desk": [f"{CAMPAIGN}/visits", "visits/*/review", f"{CAMPAIGN}/findings", f"{CAMPAIGN}/reports"],
    "committee": [
        f"{CAMPAIGN}/progress",
        f"{CAMPAIGN}/findings",
        f"{CAMPAIGN}/reports",
        *(f"reports/*/{page}" for page in ("edit", "merge", "numbers", "issue", "paper")),
    ],
}


def measure() -> Iterator[Row]:
    place, _taken = demonstration()
    os.environ["DIAOYAN_INSTANCE"], os.environ["DATABASE_URL"] = str(place), ""
    from app import create_app

    app = create_app()
    with app.app_context():
        from reports.demonstration.links import ready_links

        ways = ready_links("http://localhost")
    for person, pages in PAGES.items():
        client = _signed_in(app, ways[person])
        for page in pages:
            address = page if page.startswith("/") else _example(client, page)
            answer = client.get(address)
            assert answer.status_code == 200, (person, address, answer.status_code)
            name = f"{person} {page.replace('*', '…')}"
            yield Row("desk", name, median_ms(lambda a=address, c=client: c.get(a), times=9), "ms", 100)
    client = _signed_in(app, ways["deputy"])
    form = _form_page(client)
    yield Row("phone", "a form page's server time", median_ms(lambda: client.get(form), times=31), "ms", 25, form[-14:])


def _signed_in(app: Flask, way: str) -> FlaskClient:
    client = app.test_client()
    parts = urlsplit(way)
    assert client.get(parts.path, follow_redirects=True).status_code == 200, way
    return client


def _example(client: FlaskClient, page: str) -> str:
    """The first address of this shape on the list it is reached from."""
    room = page.split("/", 1)[0]
    listed = client.get(f"{CAMPAIGN}/{room}?size=100").text
    shape = re.escape("/" + page).replace(r"\*", r"([0-9a-f-]{36})")
    found = re.search(shape, listed) or re.search(rf"/{room}/([0-9a-f-]{{36}})", listed)
    assert found, (page, "is not linked")
    return "/" + page.replace("*", found.group(1))


def _form_page(client: FlaskClient) -> str:
    """A page of a questionnaire that is open to the deputy."""
    for visit in dict.fromkeys(re.findall(r"/visits/([0-9a-f-]{36})", client.get("/visits").text)):
        for key in ("g_oper", "g_visit"):
            address = f"/visits/{visit}/pages/{key}"
            if client.get(address).status_code == 200:
                return address
    raise LookupError("no visit is open to the deputy of the ready link")
