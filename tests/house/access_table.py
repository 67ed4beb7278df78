"""The table of who is answered what: persons, routes with an example each, and the answers as they are now.

`python -m tests.house.access_table` loads a small demonstration and writes access.csv beside this file.
"""

import csv
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.accounts import Account, Device
from surveys.database import db
from surveys.devices import field_cookie
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion
from surveys.planning.people.groups import Group
from surveys.planning.people.slips import DeviceHolder
from tests.desk_client import signed_in

OWN, OTHER, ROOT = "440106", "440118", "440100"
PERSONS = (
    "nobody",
    *(f"{role}.{ROOT}" for role in ("organizer", "committee", "office", "reader", "administrator", "auditor")),
    *(f"{role}.{unit}" for unit in (OWN, OTHER) for role in ("unit_desk", "unit_approver", "liaison1")),
    "deputy.own",
    "deputy.other",
)
SKIPPED = {"static"}


@dataclass(frozen=True)
class Route:
    """One method of one rule, with the address asked for."""

    method: str
    rule: str
    endpoint: str
    address: str


def _campaign() -> Campaign:
    """The campaign that is still in the field."""
    return db.session.scalars(select(Campaign).order_by(Campaign.number.desc()).limit(1)).one()


def _visit() -> Visit:
    """The visit of unit OWN that every address with a visit names."""
    here = (Assignment.campaign_id == _campaign().id, Assignment.unit_code == OWN)
    visits = select(Visit).join(Assignment, Assignment.id == Visit.assignment_id).where(*here, Visit.head.is_not(None))
    return db.session.scalars(visits.order_by(Assignment.number).limit(1)).one()


def examples() -> dict[str, Any]:
    """One thing of each kind, of unit OWN in the campaign that is still in the field."""
    campaign, visit = _campaign(), _visit()
    version = db.session.scalar(
        select(Submission.content).where(Submission.visit_id == visit.id).order_by(Submission.version)
    )
    finding = db.session.scalar(
        select(Finding.id).where(Finding.campaign_id == campaign.id, Finding.unit_code == OWN).order_by(Finding.id)
    )
    found = {
        "number": campaign.number,
        "visit_id": visit.id,
        "thing_id": visit.subject_id,
        "content": version,
        "finding_id": finding,
        "code": OWN,
        "unit": OWN,
        "group": db.session.scalar(
            select(Group.number).where(Group.campaign_id == campaign.id, Group.unit_code == OWN)
        ),
        "assignment": visit.assignment.number,
        "version": db.session.scalar(
            select(QuestionnaireVersion.number).where(QuestionnaireVersion.campaign_id == campaign.id)
        ),
        "package_hash": db.session.scalar(select(Submission.package_hash).where(Submission.visit_id == visit.id)),
        "account_id": db.session.scalar(select(Account.id).where(Account.username == f"unit_desk.{OWN}")),
        "device_id": _device(OWN),
        "deputy_id": db.session.scalar(select(DeviceHolder.deputy_id).where(DeviceHolder.device_id == _device(OWN))),
    }
    return found | _report_examples(campaign)


def _report_examples(campaign: Campaign) -> dict[str, Any]:
    from reports.papers.steps import Report, ReportSection, ReportVersion

    report = db.session.scalar(select(Report.id).where(Report.campaign_id == campaign.id, Report.unit_code == ROOT))
    return {
        "unit_report_id": db.session.scalar(select(Report.id).where(Report.unit_code == OWN).limit(1)),
        "report_id": report,
        "section": db.session.scalar(
            select(ReportSection.key).where(ReportSection.report_id == report).order_by(ReportSection.sort)
        ),
        "version_id": db.session.scalar(select(ReportVersion.id).where(ReportVersion.report_id == report)),
    }


def _device(unit: str) -> str | None:
    """A device of a deputy whose group belongs to the unit, in the campaign still in the field; of OWN, whose visit it is."""
    from surveys.planning.people.groups import GroupMember

    group = Group.id == _visit().assignment.group_id if unit == OWN else Group.unit_code == unit
    return db.session.scalar(
        select(DeviceHolder.device_id)
        .join(Device, Device.id == DeviceHolder.device_id)
        .join(GroupMember, GroupMember.deputy_id == DeviceHolder.deputy_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(group, Group.campaign_id == _campaign().id, Device.revoked_at.is_(None))
        .order_by(DeviceHolder.device_id)
        .limit(1)
    )


FIGURE = "T1:firms|count|plain"
BY_RULE = {
    "/language/<code>": {"code": "en"},
    "/text-size/<size>": {"size": "elder"},
    "/visits/language/<code>": {"code": "en"},
    "/visits/text-size/<size>": {"size": "elder"},
    "/reports/<uuid:report_id>/trace": {"figure": FIGURE},
}
# Addresses that name a unit in the query: another unit's desk must not be answered there either.
NAMED_UNIT = ("visits", "findings", "assignments", "assignments/all", "lists", "deputies", "groups", "progress")
NAMES = {
    "path": "x",
    "filename": "x",
    "token": "unknown-token",
    "seal": "unknown-seal",
    "to": "visits",
    "kind": "subjects",
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
        given = {name: _value(name, rule.rule, known) for name in rule.arguments} | BY_RULE.get(rule.rule, {})
        with app.test_request_context():
            address = urls.bind("localhost").build(rule.endpoint, given, force_external=False)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append(Route(method, rule.rule, rule.endpoint, address))
    for page in NAMED_UNIT:
        rule = f"/campaigns/<int:number>/{page}?unit={OWN}"
        found.append(Route("GET", rule, page, f"/campaigns/{known['number']}/{page}?unit={OWN}"))
    for page in ("edit", "paper", "numbers", "issue", "word", f"trace?figure={FIGURE}"):
        rule = f"/reports/<report of {OWN}>/{page}"
        found.append(Route("GET", rule, page, f"/reports/{known['unit_report_id']}/{page}"))
    return sorted(found, key=lambda route: (route.rule, route.method))


def _value(name: str, rule: str, examples: dict[str, Any]) -> Any:
    if name in examples and examples[name] is not None:
        return examples[name]
    if name in NAMES:
        return NAMES[name]
    kind = re.search(rf"<(?:(\w+):)?{name}>", rule)
    if kind and kind.group(1) == "int":
        return 1
    if kind and kind.group(1) == "uuid":
        return "00000000-0000-4000-8000-000000000000"
    return "x"


def client_of(app: Flask, person: str) -> FlaskClient:
    """A browser this person is signed in with."""
    client = app.test_client()
    if person == "nobody":
        return client
    if person.startswith("deputy."):
        with app.app_context():
            device = _device(OWN if person.endswith("own") else OTHER)
            assert device is not None, person
            told = field_cookie(device)
        name, value = (told[0], told[1]) if isinstance(told, tuple) else ("diaoyan_field", told)
        client.set_cookie(name, value)
        return client
    return signed_in(app, person)


def answers(app: Flask, person: str) -> Iterator[tuple[Route, int]]:
    """What this person is answered at every route; what a POST changed is put back before the next."""
    database = Path(app.instance_path) / "diaoyan.db"
    kept = database.with_suffix(".kept")
    shutil.copy(database, kept)
    for route in routes(app):
        client = client_of(app, person)
        answer = client.open(route.address, method=route.method, headers={"Origin": "http://localhost"})
        yield route, answer.status_code
        if route.method != "GET":
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
            for rest in ("-wal", "-shm"):
                database.with_name(database.name + rest).unlink(missing_ok=True)
            shutil.copy(kept, database)


@cache
def _loaded() -> Flask:
    from reports.demonstration import guangzhou
    from tests.demonstration import SUBJECTS, open_instance

    folder = Path(tempfile.mkdtemp(prefix="diaoyan-access-"))
    app = open_instance(folder)
    with app.app_context():
        db.create_all()
        guangzhou.load(seed=1, subjects=SUBJECTS, with_print=False, say=lambda line: None)
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return app


def main() -> None:
    app = _loaded()
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
