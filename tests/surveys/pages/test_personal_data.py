"""A firm or person asks: all that is held is found, shown, corrected, copied out and erased from a page; contacts go by term."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys import jobs
from surveys.accounts import Device
from surveys.audit import AuditEntry
from surveys.database import clock_at, db, utc_now, writing
from surveys.fieldwork.visits.erased import Erasure
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.personal_data import retention
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject
from tests.factories import fieldwork, planning
from tests.factories.reports import answers, city, content_of, paths
from tests.house.client import check_page
from tests.surveys.pages.test_city_desk import browser


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    with app.app_context():
        campaign = city(2)
        with writing():
            campaign.number = 1
            campaign.as_of = utc_now()
            visit = db.session.scalars(select(Visit).where(Visit.unit_code == "440105").order_by(Visit.id)).first()
            assert visit is not None
            visit.subject.name, visit.subject.contact, visit.subject.contact_phone = (
                "南粤独名电子厂",
                "欧阳独名",
                "13911112222",
            )
            planning.DeputyFactory(name="慕容代表", unit_code="440105", phone="13722223333")
    return browser(app, "he", "unit_desk", "440105")


def _address(app: Flask) -> str:
    with app.app_context():
        return f"/personal-data/subjects/{db.session.scalars(select(Subject.id).where(Subject.name == '南粤独名电子厂')).one()}"


@pytest.mark.parametrize("words", ["独名电子", "欧阳独名", "13911112222", "慕容", "13722223333"])
def test_a_firm_and_a_person_are_found_by_what_is_held(desk: FlaskClient, words: str) -> None:
    page = check_page(desk.get(f"/personal-data?q={words}"))
    assert ("南粤独名电子厂" in page) != ("慕容代表" in page)


def test_who_stands_in_answers_alone_is_found_too(desk: FlaskClient, app: Flask) -> None:
    assert "/personal-data/subjects/" in check_page(desk.get("/personal-data?q=13800000002"))
    assert "没有与这些字相符" in check_page(desk.get("/personal-data?q=13800009999"))


def test_another_unit_finds_and_opens_nothing_of_it(desk: FlaskClient, app: Flask) -> None:
    other = browser(app, "lin", "unit_desk", "440118")
    assert "南粤独名电子厂" not in other.get("/personal-data?q=独名").get_data(as_text=True).replace('value="独名"', "")
    assert other.get(_address(app)).status_code == 404
    assert browser(app, "shen", "auditor", "440100").get("/personal-data").status_code == 403


def test_all_is_shown_corrected_and_copied_out(desk: FlaskClient, app: Flask) -> None:
    place = _address(app)
    page = check_page(desk.get(place))
    assert all(word in page for word in ("名录", "收到的填报", "欧阳独名"))
    assert (
        desk.post(
            f"{place}/correct", data={"name": "南粤独名电子厂", "contact": "欧阳新名", "contact_phone": "13911112222"}
        ).status_code
        == 303
    )
    answer = desk.post(f"{place}/copy")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        data = json.loads(file.read("data.json"))
    assert data["register"]["contact"] == "欧阳新名"
    assert data["versions"][0]["body"]["answers"][paths()["contact_name"]].startswith("联系人")
    with app.app_context():
        acts = {entry.act: entry for entry in db.session.scalars(select(AuditEntry))}
        assert {"subject.changed", "erasure.copied", "read.person", "export"} <= set(acts)
        assert acts["subject.changed"].detail == {"fields": ["contact"], "reason": None}
        assert "独名" not in json.dumps([entry.detail for entry in acts.values()], ensure_ascii=False)


def test_erasing_needs_a_reason_and_the_tick_then_nothing_opens_it(desk: FlaskClient, app: Flask) -> None:
    place = _address(app)
    desk.post(f"{place}/erase", data={"what": "all", "reason": "企业来函"})
    with app.app_context():
        assert db.session.scalars(select(Erasure)).all() == []
    desk.post(f"{place}/erase", data={"what": "all", "reason": "企业来函", "sure": "1"})
    page = check_page(desk.get(place))
    assert "（已删除）" in page
    assert "独名" not in page
    with app.app_context():
        visit = db.session.scalars(select(Visit).where(Visit.erased_at.is_not(None))).one()
        body = db.session.scalars(select(Submission.body).where(Submission.visit_id == visit.id)).one()
        assert "独名" not in body.decode()
        assert db.session.scalars(select(Erasure)).one().reason == "企业来函"


def test_what_several_units_hold_is_erased_by_the_organizing_office(desk: FlaskClient, app: Flask) -> None:
    place = _address(app)
    with app.app_context(), writing():
        subject = db.session.scalars(select(Subject).where(Subject.name == "南粤独名电子厂")).one()
        planning.ListEntryFactory(
            campaign_id=db.session.scalars(select(Campaign.id)).one(),
            unit_code="440118",
            subject_id=subject.id,
            number=9,
        )
    desk.post(f"{place}/erase", data={"what": "all", "reason": "来函", "sure": "1"})
    with app.app_context():
        assert db.session.scalars(select(Erasure)).all() == []
    office = browser(app, "zhou", "organizer", "440100")
    assert "欧阳独名" not in check_page(office.get(place))
    assert office.post(f"{place}/copy").status_code == 403
    office.post(f"{place}/erase", data={"what": "all", "reason": "来函", "sure": "1"})
    with app.app_context():
        assert len(db.session.scalars(select(Erasure)).all()) == 1


def test_contacts_go_when_the_term_has_ended_and_what_went_is_on_record(desk: FlaskClient, app: Flask) -> None:
    organizer = browser(app, "zhou", "organizer", "440100")
    with app.app_context(), writing():
        db.session.scalars(select(Campaign)).one().as_of = None
    page = check_page(organizer.get("/campaigns/1/retention"))
    assert "2024年7月31日" in page
    with app.app_context():
        retention.ask_when_due()
        assert jobs.work_off() == 1
        bodies = b"".join(db.session.scalars(select(Submission.body)))
        assert "联系人1".encode() not in bodies
        assert b"1380000" not in bodies
        assert "号电子有限公司".encode() in bodies
        assert db.session.scalars(select(Subject.contact).where(Subject.contact.is_not(None))).all() == []
        retention.ask_when_due()
        assert jobs.work_off() == 0, "what is gone is not asked for again"
        with clock_at(utc_now() + timedelta(days=2)):
            assert retention.due_campaigns() == [], "nothing came in since"
    assert "收到的填报 6" in check_page(organizer.get("/campaigns/1/retention"))


def test_nothing_goes_before_the_term(desk: FlaskClient, app: Flask) -> None:
    with app.app_context():
        with writing():
            campaign = db.session.scalars(select(Campaign)).one()
            campaign.as_of, campaign.closed_at = None, utc_now()
        assert retention.due_campaigns() == []
        assert retention.term_of(campaign).ends_on > utc_now().date()
    assert browser(app, "zhou", "organizer", "440100").post("/campaigns/1/retention").status_code == 409


def _a_version(visit: Visit, contact: str, **more: str) -> None:
    package = db.session.scalars(select(Submission.package_hash)).first()
    body = content_of(visit.id, answers(9, visit.unit_code, contact_name=contact, **more))
    fieldwork.version(visit, body, number=2, package_hash=package)


def _an_aside(visit: Visit, contact: str) -> None:
    device = Device(kind="key", name="手机", enrolled_at=utc_now())
    db.session.add(device)
    db.session.flush()
    db.session.add(
        SetAside(device_id=device.id, address=visit.id, content="0" * 64, body=contact.encode(), reason="mismatch", received_at=utc_now())
    )  # fmt: skip


def _a_draft(visit: Visit, contact: str) -> None:
    package = db.session.scalars(select(Submission.package_hash)).first()
    db.session.add(Draft(visit_id=visit.id, holder="d", package_hash=package, body=contact, saved_at=utc_now()))


def _in_the_register(visit: Visit, contact: str) -> None:
    visit.subject.contact = contact


def _stored(contact: str) -> list[str]:
    """What holds a contact."""
    rows: list[tuple[str, str]] = []
    for column in (Submission.body, SetAside.body, Draft.body, Subject.contact):
        for value in db.session.scalars(select(column).where(column.is_not(None))):
            rows.append((str(column), value.decode() if isinstance(value, bytes) else value or ""))
    return [place for place, said in rows if contact in said]


@pytest.mark.both_databases
@pytest.mark.parametrize("come_in", [_a_version, _an_aside, _a_draft, _in_the_register])
def test_what_comes_in_after_the_contacts_went_goes_by_term_too(
    app: Flask, come_in: Callable[[Visit, str], None]
) -> None:
    with app.app_context():
        city(2)
        retention.ask_when_due()
        assert jobs.work_off() == 1
        with clock_at(utc_now() + timedelta(days=1)):
            with writing():
                come_in(db.session.scalars(select(Visit).order_by(Visit.id)).all()[0], "后来联系人")
            assert len(_stored("后来联系人")) == 1
            retention.ask_when_due()
            assert jobs.work_off() == 1
            assert _stored("后来联系人") == []
        with clock_at(utc_now() + timedelta(days=3)):
            assert retention.due_campaigns() == []


@pytest.mark.both_databases
def test_what_was_set_aside_for_visits_of_the_campaign_is_shown_before_and_goes(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        with writing():
            _an_aside(db.session.scalars(select(Visit)).all()[0], "待处理联系人")
        assert retention.term_of(campaign).aside == 1
        retention.ask_when_due()
        assert jobs.work_off() == 1
        assert _stored("待处理联系人") == []
        assert db.session.scalars(select(Erasure)).one().counts["aside"] == 1
        assert retention.term_of(campaign).aside == 0


def test_a_version_that_comes_in_later_without_a_contact_starts_nothing(app: Flask) -> None:
    with app.app_context():
        city(2)
        retention.ask_when_due()
        jobs.work_off()
        with writing():
            _a_version(db.session.scalars(select(Visit)).all()[0], "", contact_phone="")
        with clock_at(utc_now() + timedelta(days=1)):
            assert retention.due_campaigns() == []
