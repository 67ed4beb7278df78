"""The table of who is answered what: persons, routes with an example each, and the answers as they are now.

`python -m tests.house.access_table` asks everything in the world of `access_world` and writes access.csv beside this file.
"""

import csv
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from reports.handling.pages import department
from surveys.database import db
from surveys.devices import field_cookie
from tests.demonstration import open_instance
from tests.desk_client import signed_in
from tests.house.access_world import (
    NOTHING,
    OTHER,
    OWN,
    body_links,
    device_of,
    device_of_asker,
    examples,
    staff_persons,
    world,
)

PERSONS = (
    "nobody",
    *staff_persons(),
    "deputy.own",
    "deputy.other",
    "deputy.asker",
    "department.own",
    "department.other",
)
SKIPPED = {"static"}


@dataclass(frozen=True)
class Route:
    """One method of one rule, with the address asked for."""

    method: str
    rule: str
    endpoint: str
    address: str
    form: Mapping[str, str]


FIGURE = "T1:firms|count|plain"
BY_RULE = {
    "/language/<code>": {"code": "en"},
    "/text-size/<size>": {"size": "elder"},
    "/visits/language/<code>": {"code": "en"},
    "/visits/text-size/<size>": {"size": "elder"},
    "/reports/<uuid:report_id>/trace": {"figure": FIGURE},
    "/campaigns/<int:number>/setup/kinds/<key>": {"key": "visit"},
    "/campaigns/<int:number>/setup/kinds/<key>/<any(up, down, remove, restore):act>": {"key": "visit", "act": "up"},
    "/registers/<key>/imports/<token>": {"key": "station", "token": NOTHING},
}
for _page in ("", "/new", "/import", "/sample", "/settings"):
    BY_RULE[f"/registers/<key>{_page}"] = {"key": "station"}
# Addresses that name a unit in the query: another unit's desk must not be answered there either.
NAMED_UNIT = ("visits", "findings", "assignments", "assignments/all", "lists", "deputies", "groups", "progress")
# What is called `token` or `place` is another thing in each.
THINGS = {
    "/s/<token>": {"token": "slip"},
    "/d/<token>": {"token": "door"},
    "/sign-in/link/<token>": {"token": "sign_in"},
    "/campaigns/<int:number>/lists/imports/<token>": {"token": "upload"},
    "/demonstration/enter/<uuid:device_id>/<seal>/<path:to>": {"seal": "entrance"},
    "/department/items/<uuid:item_id>/replies/<uuid:reply_id>/<int:place>": {"place": "file"},
    "/items/<uuid:item_id>/replies/<uuid:reply_id>/<int:place>": {"place": "file"},
    "/visits/asked/<uuid:item_id>/replies/<uuid:reply_id>/<int:place>": {"place": "file"},
}
for _rule in ("", "/check", "/hand-in", "/pages/<path:key>", "/parts/<sha256>"):
    THINGS[f"/visits/<uuid:visit_id>/behalf{_rule}"] = {"visit_id": "open_visit"}
THINGS["/visits/<visit_id>/parts/<sha256>"] = {"visit_id": "open_visit"}
THINGS["/acts/<uuid:act_id>"] = {"act_id": "plan_act_id"}
THINGS["/campaigns/<int:number>/bodies/<code>"] = {"code": "body_code"}
THINGS["/reports/<uuid:report_id>/changes"] = {"report_id": "unit_report_id"}
# What a route looks for in the form, or in the query, by the example it is.
FORMS = {
    "/campaigns/<int:number>/assignments": {"group": "group_id", "entry": "entry"},
    "/campaigns/<int:number>/assignments/codes": {"group": "group_id"},
    "/campaigns/<int:number>/findings/queue": {"finding": "finding_id"},
    "/campaigns/<int:number>/groups/<int:place>/code": {"deputy": "deputy_id"},
    "/campaigns/<int:number>/lists/remove": {"entry": "entry"},
    "/campaigns/<int:number>/phones/<uuid:deputy_id>": {"device": "device_id"},
    "/campaigns/<int:number>/phones/code": {"deputy": "deputy_id", "group": "group_id"},
    "/campaigns/<int:number>/phones/slip": {"deputy": "deputy_id", "group": "group_id"},
    "/campaigns/<int:number>/phones/deputy": {"deputy": "deputy_id"},
    "/reports/<uuid:report_id>/material": {"section": "section", "finding": "finding_id"},
    "/reports/<uuid:report_id>/missing": {"unit": "unit"},
    "/reports/<uuid:report_id>/sections": {"section": "section"},
}
NAMES = {
    "rest": "x",  # whatever is no address of a phone
    "name": "x",  # the questionnaire of the demonstration has no file
    "to": "visits",
    "kind": "subjects",
    "message_id": "6c1f2f0e-58a4-4f0c-9d3b-0b6f3a1c7e55",  # a phone makes it
}


def routes(app: Flask) -> list[Route]:
    """Every method of every rule but static files, in order, each with an address."""
    with app.app_context():
        known = examples()
    found = []
    app.open_pages()
    for urls, rule in (
        (one.url_map, rule) for one in (app, app.extensions["phones"]) for rule in one.url_map.iter_rules()
    ):
        if rule.endpoint in SKIPPED:
            continue
        by_rule = BY_RULE.get(rule.rule, {})
        given = by_rule | {name: _value(name, rule.rule, known) for name in rule.arguments if name not in by_rule}
        with app.test_request_context():
            address = urls.bind("localhost").build(rule.endpoint, given, force_external=False)
        form = {key: known[name] for key, name in FORMS.get(rule.rule, {}).items()}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append(Route(method, rule.rule, rule.endpoint, address, form))
    for page in NAMED_UNIT:
        rule = f"/campaigns/<int:number>/{page}?unit={OWN}"
        found.append(Route("GET", rule, page, f"/campaigns/{known['number']}/{page}?unit={OWN}", {}))
    for page in ("edit", "paper", "numbers", "issue", "word", f"trace?figure={FIGURE}"):
        rule = f"/reports/<report of {OWN}>/{page}"
        found.append(Route("GET", rule, page, f"/reports/{known['unit_report_id']}/{page}", {}))
    return sorted(found, key=lambda route: (route.rule, route.method))


def _value(name: str, rule: str, known: dict[str, Any]) -> Any:
    name = THINGS.get(rule, {}).get(name, name)
    if name in known or name in NAMES:
        there = known.get(name)
        return NAMES.get(name, NOTHING) if there is None else there
    raise LookupError(f"{rule}: say in access_world.examples what {name} is")


def client_of(app: Flask, person: str) -> FlaskClient:
    """A browser this person is signed in with."""
    client = app.test_client()
    if person == "nobody":
        return client
    if person.startswith("department."):
        with client.session_transaction() as session:
            session[department.KEY] = {"link": body_links(app)[person], "at": time.time()}
        return client
    if person.startswith("deputy."):
        with app.app_context():
            of = {"own": OWN, "other": OTHER}.get(person.partition(".")[2])
            device = device_of(of) if of else device_of_asker()
            assert device, person
            told = field_cookie(device)
        name, value = (told[0], told[1]) if isinstance(told, tuple) else ("diaoyan_field", told)
        client.set_cookie(name, value)
        return client
    return signed_in(app, person)


def answers(app: Flask, person: str) -> Iterator[tuple[Route, int]]:
    """What this person is answered at every route, each time as just signed in; what a POST changed is put back before the next."""
    asked = routes(app)
    known = client_of(app, person)
    database = Database(app)
    for route in asked:
        client = app.test_client()
        client._cookies = dict(known._cookies) if known._cookies else client._cookies
        given = {"query_string" if route.method == "GET" else "data": route.form} if route.form else {}
        answer = client.open(route.address, method=route.method, headers={"Origin": "http://localhost"}, **given)
        answer.close()
        yield route, answer.status_code
        if route.method != "GET":
            database.put_back()
    database.watch.close()


class Database:
    """The SQLite file as it was; put back only where somebody wrote."""

    def __init__(self, app: Flask) -> None:
        self.app, self.file = app, Path(app.instance_path) / "diaoyan.db"
        self.kept = self.file.with_suffix(".kept")
        self._let_go()
        shutil.copy(self.file, self.kept)
        self._watch()

    def put_back(self) -> None:
        if self._version() == self.version:
            return
        self.watch.close()
        self._let_go()
        for rest in ("-wal", "-shm"):
            self.file.with_name(self.file.name + rest).unlink(missing_ok=True)
        shutil.copy(self.kept, self.file)
        self._watch()

    def _let_go(self) -> None:
        with self.app.app_context():
            db.session.remove()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()

    def _watch(self) -> None:
        self.watch = sqlite3.connect(self.file)
        self.version = self._version()

    def _version(self) -> int:
        return self.watch.execute("PRAGMA data_version").fetchone()[0]


def opened(tables: Path, folder: Path) -> Flask:
    """The application on a copy of the world."""
    shutil.copytree(world(tables), folder)
    return open_instance(folder)


def opened_apart() -> Flask:
    """The same outside of a run of tests: in a folder of its own that stays until the machine clears it."""
    from tests.conftest import _make_tables

    folder = Path(tempfile.mkdtemp(prefix="diaoyan-access-"))
    tables = folder / "pattern.db"
    _make_tables(f"sqlite:///{tables}", folder / "tables")
    return opened(tables, folder / "instance")


def main() -> None:
    app = opened_apart()
    table: dict[tuple[str, str], dict[str, str]] = {}
    for person in PERSONS:
        for route, status in answers(app, person):
            table.setdefault((route.method, route.rule), {})[person] = str(status)
    place = Path(__file__).with_name("access.csv")
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["method", "route", *PERSONS], lineterminator="\n")
        writer.writeheader()
        for (method, rule), row in table.items():
            writer.writerow({"method": method, "route": rule} | row)
    print(f"{place}: {len(table)} routes, {len(PERSONS)} persons", file=sys.stderr)


if __name__ == "__main__":
    main()
