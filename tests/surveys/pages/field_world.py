"""One campaign with the model questionnaire, one group of two deputies, one visit, and a slip: what a field page needs."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from surveys.database import db, utc_now, writing
from surveys.devices import COOKIE, field_cookie
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.forms.questionnaire_versions import Package, QuestionnaireVersion
from surveys.planning.people.slips import make_code, make_slip
from surveys.questionnaire.package.package import package_bytes, package_hash
from surveys.questionnaire.package.reader import read_workbook
from tests.factories.fieldwork import VisitFactory
from tests.factories.planning import (
    AssignmentFactory,
    DeputyFactory,
    GroupFactory,
    GroupMemberFactory,
    SubjectFactory,
    guangzhou,
)

ROOT = Path(__file__).parents[3]
WORKBOOK = ROOT / "reports/demonstration/questionnaire/private-enterprises-2023.xlsx"
NAME, USCC = "示例乙服饰制造有限公司", "91440118MA5BXY0025"


@dataclass
class World:
    campaign_id: str
    visit_id: str
    group_id: str
    deputies: list[str]
    devices: list[str]
    package_hash: str
    slip_id: str
    token: str
    code: str


@cache
def model_package() -> dict[str, Any]:
    package = read_workbook(WORKBOOK.read_bytes()).package
    assert package is not None
    return package


def publish(campaign_id: str, package: dict[str, Any] | None = None) -> str:
    """The model questionnaire, in force. Inside `writing()`."""
    package = package or model_package()
    digest = package_hash(package)
    db.session.add(Package(hash=digest, body=package_bytes(package), made_at=utc_now()))
    db.session.flush()
    db.session.add(
        QuestionnaireVersion(
            campaign_id=campaign_id,
            number=1,
            file_name=WORKBOOK.name,
            workbook=digest,
            package_hash=digest,
            media_hash=digest,
            uploaded_at=utc_now(),
            published_at=utc_now(),
        )
    )
    db.session.flush()
    return digest


def make_world(app: Flask, package: dict[str, Any] | None = None) -> World:
    with app.app_context(), writing():
        campaign = guangzhou()
        campaign.notice, campaign.notice_version = "本次调研由广州市人大常委会组织。\n企业可以拒绝。", "2023-1"
        digest = publish(campaign.id, package)
        group = GroupFactory(campaign_id=campaign.id, unit_code="440118", liaison_phone="020-00000003")
        deputies = [DeputyFactory(name=name) for name in ("丁代表", "戊代表")]
        for deputy in deputies:
            GroupMemberFactory(group_id=group.id, deputy_id=deputy.id)
        subject = SubjectFactory(name=NAME, uscc=USCC, area_code="440118")
        assignment = AssignmentFactory(campaign_id=campaign.id, group_id=group.id, subject_id=subject.id)
        visit: Visit = VisitFactory(id=assignment.visit_id, assignment_id=assignment.id)
        devices = [senders.add_browser(deputy.id, campaign_id=campaign.id).id for deputy in deputies]
        slip, token = make_slip(campaign.id, group_id=group.id)
        code = make_code(slip.id, deputies[0].id, printed=True)
        ids = [deputy.id for deputy in deputies]
        return World(campaign.id, visit.id, group.id, ids, devices, digest, slip.id, token, code)


def signed_in_client(app: Flask, device_id: str) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        client.set_cookie(COOKIE, field_cookie(device_id))
    return client


def example(name: str) -> tuple[dict[str, str], dict[str, int]]:
    """One of the complete answer sets of the model form, as raw answers and instances."""
    stored = json.loads((ROOT / "tests/cases/questionnaires/examples" / f"{name}.json").read_text())
    answers: dict[str, str] = {}
    repeats: dict[str, int] = {}
    paths = {d["name"]: d["path"] for d in model_package()["defs"] if d["kind"] == "field"}
    for key, value in stored["answers"].items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            repeats[f"/{key}"] = len(value)
            for number, entry in enumerate(value, 1):
                for name, text in entry.items():
                    answers[f"/{key}[{number}]/{name}"] = _text(text)
        else:
            answers[paths[key]] = _text(value)
    return answers, repeats


def _text(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)
