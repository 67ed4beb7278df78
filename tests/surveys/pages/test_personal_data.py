"""A firm or person asks: all that is held is found, shown, corrected, copied out and erased from a page; contacts go by term."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, select

from reports.papers.records import Report, ReportSection
from reports.papers.remarks import ReportRemark
from surveys import jobs
from surveys.accounts import Account, Device
from surveys.audit import Actor, AuditEntry, record
from surveys.database import JsonText, Line, LongText, clock_at, db, utc_now, writing
from surveys.fieldwork.findings.findings import Headline
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.erased import Erasure
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.fieldwork.visits.visits import Decision, Draft, Remark, Visit
from surveys.personal_data import holdings, retention
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.complaints import Complaint, receive_complaint
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.imports.list_uploads import ListReading, ListRow, ListUpload
from surveys.planning.people.deputies import Deputy
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
    assert data["register"][0]["contact"] == "欧阳新名"
    assert data["versions"][0]["body"]["answers"][paths()["contact_name"]].startswith("联系人")
    with app.app_context():
        acts = {entry.act: entry for entry in db.session.scalars(select(AuditEntry))}
        assert {"subject.changed", "erasure.copied", "read.person", "export"} <= set(acts)
        assert acts["subject.changed"].detail == {"fields": ["contact"], "reason": None}
        assert "独名" not in json.dumps([entry.detail for entry in acts.values()], ensure_ascii=False)


def test_each_look_is_on_record_also_the_second_within_a_minute(desk: FlaskClient, app: Flask) -> None:
    place = _address(app)
    for _ in range(3):
        desk.get(place)
    with app.app_context():
        looks = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "read.person")).all()
        assert [one.detail for one in looks] == [{"level": "L3"}] * 3


def _copy(desk: FlaskClient, place: str) -> dict[str, list[dict]]:
    with zipfile.ZipFile(io.BytesIO(desk.post(f"{place}/copy").data)) as file:
        return json.loads(file.read("data.json"))


def _said_everywhere(name: str, unit: str = "440105") -> None:
    """The name in every kind of place of one unit, and in another unit's complaint."""
    visit = db.session.scalars(select(Visit).where(Visit.unit_code == unit).order_by(Visit.id)).first()
    assert visit is not None
    said = {"content": db.session.scalars(select(Submission.content).where(Submission.visit_id == visit.id)).first()}
    text = f"关于{name}的话"
    campaign = db.session.scalars(select(Campaign)).one()
    session = db.session
    session.add(Remark(visit_id=visit.id, text=text, made_at=utc_now(), **said))
    session.add(Decision(visit_id=visit.id, number=2, verdict="return", note=text, decided_at=utc_now(), **said))
    session.add(Complaint(unit_code=unit, code_hash="a", text=text, received_at=utc_now()))
    session.add(Complaint(unit_code="440118", code_hash="b", text=f"别处{text}", received_at=utc_now()))
    session.add(Headline(campaign_id=campaign.id, unit_code=unit, text=text, made_at=utc_now()))
    _an_aside(visit, text)
    upload = ListUpload(campaign_id=campaign.id, unit_code=unit, kind="deputies", file_name="名册.xlsx", file="0" * 64, size=9, uploaded_at=utc_now())  # fmt: skip
    session.add(upload)
    session.flush()
    reading = ListReading(upload_id=upload.id, said_hash="0" * 64, said={}, head={})
    session.add(reading)
    session.flush()
    for number, whose in enumerate((name, "旁人")):
        session.add(ListRow(reading_id=reading.id, number=number, faulty=False, warned=False, converted=False, body={"name": whose}))  # fmt: skip
    report = Report(campaign_id=campaign.id, unit_code=unit, title="荔湾报告", created_at=utc_now())
    session.add(report)
    session.flush()
    blocks = [{"id": "x", "type": "paragraph", "text": text}, {"id": "y", "type": "paragraph", "text": "别的话"}]
    session.add(ReportSection(report_id=report.id, key="a", sort=1, title="一", blocks=blocks, saved_at=utc_now()))
    session.add(ReportRemark(report_id=report.id, text=text, made_at=utc_now()))


EVERYWHERE = {
    "remarks": 2,
    "complaints": 1,
    "headlines": 1,
    "aside": 1,
    "uploads": 1,
    "report_drafts": 1,
    "report_words": 1,
}


@pytest.mark.both_databases
@pytest.mark.parametrize("whose", ["subjects", "deputies"])
def test_each_kind_of_place_is_shown_copied_out_and_erased(desk: FlaskClient, app: Flask, whose: str) -> None:
    with app.app_context():
        with writing():
            if whose == "subjects":
                thing, name = (
                    db.session.scalars(select(Subject).where(Subject.name == "南粤独名电子厂")).one(),
                    "欧阳独名",
                )
            else:
                thing, name = db.session.scalars(select(Deputy).where(Deputy.name == "慕容代表")).one(), "慕容代表"
                visit = db.session.scalars(select(Visit).where(Visit.unit_code == "440105").order_by(Visit.id)).first()
                assert visit is not None
                db.session.add(Attendance(visit_id=visit.id, deputy_id=thing.id, noted_at=utc_now()))
            _said_everywhere(name)
            db.session.add(Account(username="nm", name=name, phone="13911112222" if whose == "subjects" else "13722223333", created_at=utc_now()))  # fmt: skip
            record(Actor("staff", "x", name), "subject.changed", unit_code="440105")
        place = f"/personal-data/{whose}/{thing.id}"
    page = check_page(desk.get(place))
    told = (
        "审核意见",
        "投诉与意见",
        "问题建议的标题",
        "待处理",
        "上传的名单",
        "起草中的报告",
        "工作人员账号",
        "操作记录用来查证谁做了什么",
    )
    assert [word for word in told if word not in page] == []
    copy = _copy(desk, place)
    assert {kind: len(copy.get(kind, [])) for kind in EVERYWHERE} == EVERYWHERE
    assert {one.get("text") or one.get("note") for one in copy["remarks"]} == {f"关于{name}的话"}
    assert copy["report_drafts"][0]["passages"] == [f"关于{name}的话"]
    assert [row["name"] for row in copy["uploads"][0]["rows"]] == [name], "nobody else of the list"
    assert copy["accounts"][0]["username"] == "nm"
    assert "password" not in copy["accounts"][0]
    assert "subject.changed" in {one["act"] for one in copy["audit"]}
    assert "别处" not in json.dumps(copy, ensure_ascii=False), "what another unit holds is asked of that unit"
    desk.post(f"{place}/erase", data={"what": "all", "reason": f"{name}来函", "sure": "1"})
    with app.app_context():
        for column in (Remark.text, Decision.note, Complaint.text, Headline.text, ReportRemark.text, Erasure.reason):
            said = db.session.scalars(select(column).where(column.is_not(None))).all()
            assert [one for one in said if name in one and "别处" not in one] == [], str(column)
        assert name not in json.dumps(db.session.scalars(select(ReportSection.blocks)).all(), ensure_ascii=False)
        assert db.session.scalars(select(ListUpload)).all() == []
        assert [body for body in db.session.scalars(select(SetAside.body)) if name.encode() in body] == []
        assert db.session.scalars(select(Account.name).where(Account.username == "nm")).one() == name
        assert db.session.scalars(select(AuditEntry.id).where(AuditEntry.actor_name == name)).all() != []


def test_where_a_short_name_may_still_stand_is_said(desk: FlaskClient, app: Flask) -> None:
    with app.app_context():
        with writing():
            deputy = db.session.scalars(select(Deputy).where(Deputy.name == "慕容代表")).one()
            deputy.name = "高原"
            _said_everywhere("高原")
        place = f"/personal-data/deputies/{deputy.id}"
    page = check_page(desk.post(f"{place}/erase", data={"reason": "来函", "sure": "1"}, follow_redirects=True))
    assert "荔湾报告" in page
    assert "请到那里查看" in page


def test_a_contact_that_goes_says_nothing_of_the_firms_own_name(desk: FlaskClient, app: Flask) -> None:
    with app.app_context(), writing():
        _said_everywhere("南粤独名电子厂")
    sent = {"what": "contact", "reason": "来函", "sure": "1"}
    page = check_page(desk.post(f"{_address(app)}/erase", data=sent, follow_redirects=True))
    assert "请到那里查看" not in page


# Tables with texts that are no place of a person's or firm's data, each with its reason.
NO_PLACE = {
    "packages questionnaire_versions quotas units campaigns merge_card_places visit_kinds registers codes": "what the office itself made public",
    "backup_plans held_parts jobs guard_openings erasures phone_reports": "settings and records of running; names are taken out of reasons",
    "second_factors sign_in_rules staff_sessions sign_in_links data_exports": "an account's own; under 我的登录 and 用户",
    "audit_links device_holders printed_reports report_versions finding_proposals routes route_choices": "hashes, ids and sealed versions",
    "list_readings content_parts reports list_uploads": "headings, names of files, titles",
}


def test_every_table_with_texts_is_a_place_or_says_why_not(app: Flask) -> None:
    """A new table that may name somebody is entered in `places.HERE` or in a room's `SOURCES`."""
    with app.app_context():
        known = {source.model.__tablename__ for source in holdings.sources() if hasattr(source, "model")}
    known |= {"set_aside", "list_rows", "content_parts"} | {name for names in NO_PLACE for name in names.split()}
    kinds = (Line, LongText, JsonText, LargeBinary)
    with_texts = {
        table.name for table in db.metadata.sorted_tables if any(isinstance(one.type, kinds) for one in table.c)
    }
    assert with_texts - known == set()


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


def _a_message(visit: Visit, contact: str) -> None:
    writer = db.session.scalars(select(Deputy.id)).first()
    code = receive_complaint(contact, campaign=visit.campaign, unit_code=visit.unit_code, deputy_id=writer)
    assert code


def _stored(contact: str) -> list[str]:
    """What holds a contact."""
    rows: list[tuple[str, str]] = []
    for column in (Submission.body, SetAside.body, Draft.body, Subject.contact, Complaint.text):
        for value in db.session.scalars(select(column).where(column.is_not(None))):
            rows.append((str(column), value.decode() if isinstance(value, bytes) else value or ""))
    return [place for place, said in rows if contact in said]


@pytest.mark.both_databases
@pytest.mark.parametrize("come_in", [_a_version, _an_aside, _a_draft, _in_the_register, _a_message])
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


@pytest.mark.both_databases
@pytest.mark.parametrize("whose", ["subjects", "deputies"])
def test_a_correction_reaches_every_text_that_is_still_written_in_and_names_the_others(
    desk: FlaskClient, app: Flask, whose: str
) -> None:
    old, new = ("欧阳独名", "欧阳独名子") if whose == "subjects" else ("慕容代表", "慕容代表明")
    with app.app_context():
        with writing():
            model = Subject if whose == "subjects" else Deputy
            name = "南粤独名电子厂" if whose == "subjects" else old
            thing = db.session.scalars(select(model).where(model.name == name)).one()
            _said_everywhere(old)
            db.session.add(Complaint(unit_code="440105", code_hash="c", text=f"{new}已经是对的", received_at=utc_now()))
        place = f"/personal-data/{whose}/{thing.id}"
    values = (
        {"name": name, "contact": new, "contact_phone": "13911112222"}
        if whose == "subjects"
        else {"name": new, "phone": "13722223333"}
    )
    desk.post(f"{place}/correct", data=values)
    page = check_page(desk.get(place))
    assert "同时改正了文字：" in page
    assert "旧的字样仍留在以后不再改动的地方" in page
    assert "上传的名单" in page.split("旧的字样", 1)[1].split("。", 1)[0]
    with app.app_context():
        for column in (Remark.text, Headline.text, ReportRemark.text):
            assert db.session.scalars(select(column).where(column.contains(old))).all() == [f"关于{new}的话"], str(
                column
            )
        texts = set(db.session.scalars(select(Complaint.text).where(Complaint.unit_code == "440105")))
        assert {f"关于{new}的话", f"{new}已经是对的"} <= texts, "what was right already is not put right twice"
        assert f"别处关于{old}的话" in set(db.session.scalars(select(Complaint.text))), (
            "another unit's words are its own"
        )
        blocks = json.dumps(db.session.scalars(select(ReportSection.blocks)).all(), ensure_ascii=False)
        assert f"关于{new}的话" in blocks
        notes = db.session.scalars(select(Decision.note).where(Decision.note.contains("关于"))).all()
        assert notes == [f"关于{old}的话"], "a decision that was made stays as it was made"
        details = json.dumps(
            [
                one.detail
                for one in db.session.scalars(select(AuditEntry))
                if one.act.endswith((".changed", ".corrected"))
            ],
            ensure_ascii=False,
        )
        assert old not in details
    values = {key: old if value == new else value for key, value in values.items()}
    desk.post(f"{place}/correct", data=values)
    with app.app_context():
        assert db.session.scalars(select(Headline.text).where(Headline.text.contains(old))).all() == [f"关于{old}的话"]
