"""The world the access table is asked in: the small demonstration, a person for every role at every kind of unit, one thing of each kind.

Made once and kept as a pattern. What it makes, it makes through the doors where there is one; things that take minutes to come about
(a print, a received photo) are rows and files as those doors leave them.
"""

import hashlib
import io
import shutil
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from reports.demonstration.links import entrance
from reports.exports.records import DataExport
from reports.handling import course
from reports.handling.bodies import Body
from reports.handling.records import BodyLink, Letter, LetterItem, Reply
from reports.issuing.archive import PrintedReport
from reports.papers.remarks import ReportRemark
from reports.papers.steps import Report, ReportSection, ReportVersion
from surveys import jobs
from surveys.accounts import Account, Device, make_link
from surveys.database import db, utc_now, writing
from surveys.fieldwork.filling.trial_records import TrialRecord
from surveys.fieldwork.findings.act_records import FindingAct
from surveys.fieldwork.findings.findings import Finding, Headline, counted_findings
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.visits.submissions import ContentPart, HeldPart, SetAside, Submission
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.keys import instance_keys
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import CampaignUnit
from surveys.planning.campaigns.complaints import Complaint, receive_complaint
from surveys.planning.campaigns.plan_acts import PlanAct
from surveys.planning.campaigns.staff import ROLES, RoleGrant
from surveys.planning.campaigns.subjects import ListEntry
from surveys.planning.campaigns.units import Unit
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion
from surveys.planning.imports.list_uploads import ListUpload
from surveys.planning.people.group_slips import ensure_slips
from surveys.planning.people.groups import Group, GroupMember
from surveys.planning.people.slips import DeviceHolder, slip_token
from surveys.questionnaire.package.content import canonical
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import page_keys
from tests.demonstration import loaded, open_instance
from tests.desk_client import signed_in
from tests.journeys.every_type import picture
from tests.patterns import pattern
from tests.reports.handling import world as handling

# 沙面街道 lies in a district that is neither OWN nor OTHER: work hangs on leaves, and a district with a town is none.
ROOT, OWN, OTHER, TOWN = "440100", "440106", "440118", "440103001"
UNITS = (ROOT, OWN, OTHER, TOWN)
NOTHING = "00000000-0000-4000-8000-000000000000"
PHOTO = hashlib.sha256(picture()).hexdigest()


def person_of(role: str, unit: str) -> str:
    """A liaison of the demonstration has a number."""
    return f"{'liaison1' if role == 'liaison' else role}.{unit}"


def staff_persons() -> list[str]:
    return [person_of(role, unit) for unit in UNITS for role in ROLES]


def world(tables: Path) -> Path:
    """The instance folder, never written to after it is made; `tables`: a database without a row."""
    base = loaded(tables)

    def make(folder: Path) -> None:
        shutil.copytree(base, folder, dirs_exist_ok=True)
        app = open_instance(folder)
        _add_town_and_persons(app)
        handling.hand_over(app)
        _answered(app)
        _pressed(app)
        with app.app_context():
            _rows(app)
            jobs.work_off()
            db.session.remove()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()

    return pattern("access", make)


def _add_town_and_persons(app: Flask) -> None:
    with app.app_context(), writing() as session:
        campaign = handling.campaign(app)
        session.add(Unit(code=TOWN, name="沙面街道", short_name="沙面", parent_code="440103", tier="township", sort=99))
        session.flush()
        session.add(CampaignUnit(campaign_id=campaign.id, unit_code=TOWN))
        there = set(session.scalars(select(Account.username)))
        for unit in UNITS:
            for role in ROLES:
                if (name := person_of(role, unit)) not in there:
                    account = Account(username=name, name=name, post=role, active=True, created_at=utc_now())
                    session.add(account)
                    session.flush()
                    session.add(RoleGrant(account_id=account.id, unit_code=unit, role=role, granted_at=utc_now()))


def _lead(app: Flask) -> tuple[str, str]:
    """An item of a letter, and the body that leads it."""
    return next(iter(sorted(handling.items_of(app).items())))


def _answered(app: Flask) -> None:
    """The body that leads the first item signs for it and answers with a file; another body has a link of its own."""
    item, body = _lead(app)
    door = handling.door(app, body)
    door.post(f"/department/items/{item}", data={"act": "sign"})
    file = (io.BytesIO(picture()), "answer.jpg")
    answer = {
        "act": "answer",
        "kind": "final",
        "grade": "B",
        "planned_on": "2024-06-30",
        "text": "列入计划。",
        "file": file,
    }
    assert door.post(f"/department/items/{item}", data=answer).status_code == 303


def _pressed(app: Flask) -> None:
    """What the desk and the office make by their own pages."""
    number = handling.number(app)
    desk, organizer = signed_in(app, f"unit_desk.{OWN}"), signed_in(app, f"organizer.{ROOT}")
    with app.app_context():
        campaign = handling.campaign(app)
        counted = counted_findings(campaign.id, [OWN]).subquery()
        findings = list(db.session.scalars(select(counted.c.id).order_by(counted.c.id).limit(2)))
        report = root_report()
    joined = {"finding": findings, "words": "反映同一件事"}
    assert desk.post(f"/campaigns/{number}/findings/headlines", data=joined).status_code == 303
    sheet = (io.BytesIO("企业名称,所属行业\n新办电子厂,制造业\n".encode()), "list.csv")
    uploaded = desk.post(f"/campaigns/{number}/lists/import?kind=subjects&unit={OWN}", data={"file": sheet})
    assert uploaded.status_code == 303
    asked = {"act": "export", "set": "visits", "format": "csv", "edition": "outgoing"}
    assert organizer.post(f"/campaigns/{number}/export", data=asked).status_code == 303
    assert organizer.post(f"/reports/{report}/remarks", data={"words": "请核对这一段。"}).status_code == 303


def _rows(app: Flask) -> None:
    """What no page makes quickly."""
    campaign = handling.campaign(app)
    assert receive_complaint("等了三个月没有答复。", campaign=campaign, unit_code=OWN)
    ensure_slips(campaign, db.session.scalars(select(Group).where(Group.campaign_id == campaign.id, Group.unit_code == OWN)))  # fmt: skip
    store, visit, unvisited = app.extensions["files"], visit_of(), open_visit()
    photo, printed = store.put(picture()), store.put(b"%PDF-1.7 a print")
    entry = {"name": "p.jpg", "path": "/p", "sha256": photo, "size": len(picture()), "type": "image/jpeg"}
    entering = {"entering": ["paper", ""]}
    version = db.session.scalars(select(ReportVersion).join(ReportVersion.report).where(Report.unit_code == OWN).order_by(ReportVersion.id)).first()  # fmt: skip
    tried = db.session.scalars(select(QuestionnaireVersion).where(QuestionnaireVersion.campaign_id == campaign.id)).first()  # fmt: skip
    device, now = device_of(OWN), utc_now()
    assert version is not None
    assert tried is not None
    assert device is not None
    organizer, desk = account_of(f"organizer.{ROOT}"), account_of(f"unit_desk.{OWN}")
    package = tried.hash_for(bool(campaign.setting("media")))
    draft = {"answers": {}, "repeats": {}, "base": None, "clock": None, "page": "", "parts": [entry], "saved_at": now.isoformat(), "questionnaire": package}  # fmt: skip
    body, by_desk = canonical(draft).decode(), canonical(draft | entering).decode()
    letter = db.session.get_one(Letter, _handling()["letter_id"])
    with writing() as session:
        session.add(PrintedReport(version_id=version.id, profile="A", edition="outgoing", file=printed, pages=1, parts=[], printed_at=now))  # fmt: skip
        letter.report_file = printed
        session.add(HeldPart(sha256=photo, size=len(picture()), held_at=now, shown=photo))
        session.add(ContentPart(visit_id=visit.id, content=visit.head, sha256=photo, name="p.jpg", path="/p", size=len(picture()), kind="image/jpeg"))  # fmt: skip
        session.add(TrialRecord(account_id=organizer, version_id=tried.id, package_hash=package, body=body, saved_at=now))  # fmt: skip
        for holder, text in ((device, body), (desk, by_desk)):
            session.add(Draft(visit_id=unvisited.id, holder=holder, package_hash=package, body=text, saved_at=now))
        session.add(SetAside(device_id=device, address=visit.id, content="0" * 64, body=b"?", reason="unreadable", received_at=now))  # fmt: skip


def account_of(username: str) -> str:
    return db.session.scalars(select(Account.id).where(Account.username == username)).one()


def visit_of() -> Visit:
    """The visit of unit OWN that every address with a visit names."""
    here = (Assignment.campaign_id == _campaign().id, Assignment.unit_code == OWN)
    visits = select(Visit).join(Assignment, Assignment.id == Visit.assignment_id).where(*here, Visit.head.is_not(None))
    return db.session.scalars(visits.order_by(Assignment.number).limit(1)).one()


def open_visit() -> Visit:
    """A visit of the same group of which nothing came yet."""
    here = (Assignment.campaign_id == _campaign().id, Assignment.group_id == visit_of().assignment.group_id)
    visits = select(Visit).join(Assignment, Assignment.id == Visit.assignment_id).where(*here, Visit.head.is_(None))
    return db.session.scalars(visits.order_by(Assignment.number).limit(1)).one()


def device_of(unit: str) -> str | None:
    """A device of a deputy whose group belongs to the unit, in the campaign still in the field; of OWN, whose visit it is.

    Who asked what the examples name is a person of their own (`device_of_asker`).
    """
    item = db.session.scalar(select(Reply.item_id).where(Reply.id == _one(Reply)))
    group = Group.id == visit_of().assignment.group_id if unit == OWN else Group.unit_code == unit
    return db.session.scalar(
        select(DeviceHolder.device_id)
        .join(Device, Device.id == DeviceHolder.device_id)
        .join(GroupMember, GroupMember.deputy_id == DeviceHolder.deputy_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(group, Group.campaign_id == _campaign().id, Device.revoked_at.is_(None))
        .where(DeviceHolder.deputy_id.not_in(course.askers(item) if item else []))
        .order_by(DeviceHolder.device_id)
        .limit(1)
    )


def device_of_asker() -> str:
    """A device of a deputy who may rate the item of the examples."""
    item = db.session.get_one(Reply, _one(Reply)).item_id
    query = select(DeviceHolder.device_id).join(Device, Device.id == DeviceHolder.device_id)
    query = query.where(DeviceHolder.deputy_id.in_(course.askers(item)), Device.revoked_at.is_(None))
    return db.session.scalars(query.order_by(DeviceHolder.device_id)).first() or ""


def body_links(app: Flask) -> dict[str, str]:
    """Person → the link of a body: of the one that leads the item of the examples, and of another."""
    with app.app_context():
        own = select(Reply.body_code).where(Reply.id == _one(Reply)).scalar_subquery()
        others = select(BodyLink.id).where(BodyLink.body_code != own).order_by(BodyLink.id)
        return {
            "department.own": _one(BodyLink, BodyLink.body_code == own),
            "department.other": db.session.scalars(others).first() or NOTHING,
        }


def _campaign() -> Any:
    """The campaign that is still in the field."""
    return handling.campaign(None)


def root_report() -> str | None:
    query = select(Report.id).where(Report.campaign_id == _campaign().id, Report.unit_code == ROOT)
    return db.session.scalar(query)


def _one(model: Any, *conditions: Any) -> str:
    """The first of its kind; the demonstration itself lacks some kinds, and nothing is called so there."""
    found = db.session.scalars(select(model.id).where(*conditions).order_by(model.id).limit(1)).first()
    return found or NOTHING


def examples() -> dict[str, Any]:
    """One thing of each kind, of unit OWN in the campaign that is still in the field; what a route asks for by name."""
    campaign, visit, device = _campaign(), visit_of(), device_of(OWN)
    here = {"campaign_id": campaign.id, "unit_code": OWN}
    deputy = db.session.scalar(select(DeviceHolder.deputy_id).where(DeviceHolder.device_id == device))
    package = db.session.scalar(select(Submission.package_hash).where(Submission.visit_id == visit.id))
    group = db.session.get_one(Group, visit.assignment.group_id)
    slips = ensure_slips(campaign, [group])
    return {
        "number": campaign.number,
        "visit_id": visit.id,
        "thing_id": visit.subject_id,
        "subject_id": visit.subject_id,
        "plan_act_id": _one(PlanAct),
        "body_code": db.session.scalars(select(Body.code).order_by(Body.code)).first(),
        "content": db.session.scalar(select(Submission.content).where(Submission.visit_id == visit.id).order_by(Submission.version)),
        "finding_id": _one(Finding, Finding.campaign_id == campaign.id, Finding.unit_code == OWN),
        "code": OWN,
        "unit": OWN,
        "unit_code": OWN,
        "group": group.number,
        "group_id": group.id,
        "slip_id": slips[group.id].id,
        "open_visit": open_visit().id,
        "entry": _one(ListEntry, ListEntry.campaign_id == campaign.id, ListEntry.unit_code == OWN),
        "assignment": visit.assignment.number,
        "place": group.number,
        "version": db.session.scalar(select(QuestionnaireVersion.number).where(QuestionnaireVersion.campaign_id == campaign.id)),
        "package_hash": package,
        "sha256": PHOTO,
        "key": page_keys(FormState(package_of(package), {}, {}, now="2023-07-12T10:00:00.000+08:00"))[0],
        "account_id": account_of(f"unit_desk.{OWN}"),
        "device_id": device,
        "deputy_id": deputy,
        "act_id": _one(FindingAct, FindingAct.campaign_id == campaign.id, FindingAct.unit_code == OWN),
        "headline_id": _one(Headline, Headline.campaign_id == campaign.id, Headline.unit_code == OWN),
        "aside_id": _one(SetAside, SetAside.address == visit.id),
        "complaint_id": _one(Complaint),
        "export_id": _one(DataExport),
        "upload": _one(ListUpload),
        "slip": slip_token(slips[group.id]),
        "sign_in": make_link(db.session.get_one(Account, account_of(f"unit_desk.{OWN}")), uses=None),
        "entrance": entrance(device or "", "/visits").split("/")[4],
        **here,
        **_handling(),
        **_reports(campaign.id),
    }  # fmt: skip


def _handling() -> dict[str, Any]:
    reply = db.session.get(Reply, _one(Reply))
    if reply is None:
        return {"item_id": NOTHING, "reply_id": NOTHING, "file": 0, "letter_id": NOTHING, "door": "unknown-token"}
    letter = db.session.scalars(
        select(Letter.id).join(LetterItem, LetterItem.letter_id == Letter.id).where(LetterItem.item_id == reply.item_id, Letter.body_code == reply.body_code)
    ).first()  # fmt: skip
    link = db.session.scalars(select(BodyLink).where(BodyLink.body_code == reply.body_code)).one()
    return {
        "item_id": reply.item_id,
        "reply_id": reply.id,
        "file": 0,
        "letter_id": letter,
        "door": instance_keys().decrypt(link.token),
    }


def _reports(campaign_id: str) -> dict[str, Any]:
    report = root_report()
    return {
        "unit_report_id": db.session.scalar(select(Report.id).where(Report.unit_code == OWN).limit(1)),
        "report_id": report,
        "section": db.session.scalar(select(ReportSection.key).where(ReportSection.report_id == report).order_by(ReportSection.sort)),
        "remark_id": _one(ReportRemark, ReportRemark.report_id == report),
        "print_id": _one(PrintedReport),
    }  # fmt: skip
