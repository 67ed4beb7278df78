"""Erased on request: nothing that names it is left anywhere, counts stay, and a print that was issued before goes on verifying."""

import hashlib
import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from reports.evidence.accepted_answers import campaign_data
from reports.exports.records import DataExport, store
from reports.issuing import archive
from reports.issuing.issuing import make_final, print_version, verify, version_to_finish
from reports.papers.steps import Report, newest_version, save_section, send_for_review
from surveys.accounts import Account, Device
from surveys.audit import SYSTEM
from surveys.auditing.verification import verify as verify_trail
from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.submissions import ContentPart, HeldPart, SetAside, Submission
from surveys.fieldwork.visits.visits import Decision, Draft, Remark, Visit
from surveys.personal_data import erasing, holdings
from surveys.personal_data.redaction import GONE
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.people.deputies import Deputy
from tests.factories import fieldwork
from tests.factories.reports import CITY, all_accepted, answers, city, content_of, paths, submitted


def _subject() -> Subject:
    """A firm with a name, a contact and a visit that was accepted."""
    visit = db.session.scalars(select(Visit).where(Visit.unit_code == "440105").order_by(Visit.id)).first()
    assert visit is not None
    with writing():
        visit.subject.contact, visit.subject.contact_phone = "欧阳独名", "13911112222"
        finding = db.session.scalars(select(Finding).where(Finding.visit_id == visit.id)).first()
        if finding is not None:
            finding.text += f"（{visit.subject.name}）"
    return visit.subject


def _everything() -> str:
    """All that is stored in the tables, but for what is sealed and the audit trail, as one text."""
    said = []
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            if table.name in ("audit_entries", "report_versions", "packages", "jobs"):
                continue
            for row in connection.execute(select(table)):
                said += [value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in row]
    return "\n".join(said)


@pytest.mark.both_databases
def test_a_firm_that_is_erased_stands_nowhere_and_the_print_goes_on_verifying(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(4))
        send_for_review(root, by=CITY)
        printed = make_final(version_to_finish(root), by=CITY)
        assert printed is not None
        pdf = archive.read(printed)
        assert verify(pdf).ok
        subject = _subject()
        before = len(campaign_data(root.campaign).submissions)
        name, names = subject.name, holdings.of_subject(subject).terms
        erasure = erasing.erase_subject(subject, "企业书面请求", actor=SYSTEM)
        db.session.expire_all()
        stored = _everything()
        assert [one for one in names if one in stored] == []
        assert name not in stored
        assert erasure.counts["versions"] == 1
        assert len(campaign_data(root.campaign).submissions) == before, "it counts as before"
        outcome = verify(pdf)
        assert outcome.ok, [one.zh for one in outcome.differences]
        assert len(outcome.erased) == 1
        assert verify_trail().is_sound


def test_a_change_beside_an_erasure_is_seen_all_the_same(app: Flask) -> None:
    from surveys import immutable_rows

    with app.app_context():
        printed = print_version(_kept(submitted(city(2), "440105")), "A")
        pdf = archive.read(printed)
        erasing.erase_subject(_subject(), "请求", actor=SYSTEM)
        assert verify(pdf).ok
        with writing() as session, immutable_rows.opened("tampering"):
            session.execute(text("UPDATE submissions SET body = :b"), {"b": b"{}"})
        assert "submission_changed" in {one.code for one in verify(pdf).differences}


def _kept(report: Report):
    version = newest_version(report)
    assert version is not None
    return version


def test_pictures_drafts_and_names_in_working_reports_go_too(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        subject = _subject()
        visit = db.session.scalars(select(Visit).where(Visit.subject_id == subject.id)).one()
        store = app.extensions["files"]
        picture = store.put(b"picture")
        content = db.session.scalars(select(Submission.content).where(Submission.visit_id == visit.id)).one()
        with writing() as session:
            session.add(HeldPart(sha256=picture, size=7, held_at=utc_now()))
            session.add(
                ContentPart(visit_id=visit.id, content=content, sha256=picture, name="a.jpg", size=7, kind="image/jpeg")
            )
            package = db.session.scalars(select(Submission.package_hash)).first()
            session.add(Draft(visit_id=visit.id, holder="d", package_hash=package, body="{}", saved_at=utc_now()))
        save_section(
            root,
            "practice",
            [{"id": "x", "type": "paragraph", "text": f"走访了{subject.name}。"}],
            row_version=None,
            by=CITY,
        )
        kinds = {place.kind: place.number for place in holdings.of_subject(subject).places}
        assert {"files", "drafts", "versions", "report_drafts", "register"} <= set(kinds)
        erasing.erase_subject(subject, "请求", actor=SYSTEM)
        db.session.expire_all()
        assert not store.holds(picture)
        assert db.session.scalars(select(Draft)).all() == []
        assert GONE in _everything()


def test_files_of_exports_go_and_say_that_they_went(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        subject = _subject()
        asked = {"edition": "internal", "covers": {}, "drafts_of": [], "language": "zh", "asked_at": utc_now()}
        with writing() as session:
            by = Account(username="chen", name="陈敏", created_at=utc_now())
            session.add(by)
            session.flush()
            rows = asked | {"asked_by": by.id}
            made = DataExport(campaign_id=root.campaign_id, format="csv", made_at=utc_now(), **rows)
            made.file = store().put(subject.name.encode())
            waiting = DataExport(campaign_id=root.campaign_id, format="sav", **rows)
            session.add_all([made, waiting])
        assert ("exports", 1) in {(place.kind, place.number) for place in holdings.of_subject(subject).places}
        erasure = erasing.erase_subject(subject, "请求", actor=SYSTEM)
        assert erasure.counts["exports"] == 1
        assert list(store().digests()) == []
        assert (made.removed_at is None, waiting.removed_at) == (False, None)


def test_a_contact_alone_goes_and_what_the_firm_said_stays(app: Flask) -> None:
    with app.app_context():
        city(2)
        subject = _subject()
        name = subject.name
        erasing.erase_contact(subject, "联系人请求", actor=SYSTEM)
        db.session.expire_all()
        body = json.loads(
            db.session.scalars(
                select(Submission.body)
                .join(Visit, Visit.id == Submission.visit_id)
                .where(Visit.subject_id == subject.id)
            ).one()
        )
        assert body["answers"][paths()["contact_phone"]] == GONE
        assert body["answers"][paths()["ent_name"]] == name
        assert (subject.contact, subject.contact_phone, subject.name) == (None, None, name)


@pytest.mark.both_databases
def test_a_contact_stands_in_no_finding_no_word_of_the_desk_and_nothing_set_aside(app: Flask) -> None:
    with app.app_context():
        city(2)
        subject = _subject()
        visit = db.session.scalars(select(Visit).where(Visit.subject_id == subject.id)).one()
        finding = db.session.scalars(select(Finding).where(Finding.visit_id == visit.id)).one()
        decided = db.session.scalars(select(Decision.content).where(Decision.visit_id == visit.id)).one()
        with writing() as session:
            finding.text = "联系人欧阳独名说货款拖了一年。"
            session.add(Remark(visit_id=visit.id, content=decided, text="请欧阳独名补充金额。", made_at=utc_now()))
            noted = {"content": decided, "decided_at": utc_now()}
            session.add(
                Decision(visit_id=visit.id, number=2, verdict="return", note="打13911112222核对金额。", **noted)
            )
            session.add(Decision(visit_id=visit.id, number=3, verdict="accept", note="金额已核对。", **noted))
            phone = Device(kind="key", enrolled_at=utc_now())
            session.add(phone)
            session.flush()
            sent = {"device_id": phone.id, "address": visit.id, "content": "0" * 64, "received_at": utc_now()}
            session.add(SetAside(body="欧阳独名".encode(), reason="unreadable", **sent))
        erasure = erasing.erase_contact(subject, "联系人请求", actor=SYSTEM)
        db.session.expire_all()
        assert [one for one in ("欧阳独名", "13911112222") if one in _everything()] == []
        assert finding.text == f"联系人{GONE}说货款拖了一年。"
        assert db.session.scalars(select(Remark.text)).one() == f"请{GONE}补充金额。"
        notes = select(Decision.note).where(Decision.visit_id == visit.id).order_by(Decision.number)
        assert db.session.scalars(notes).all() == [None, f"打{GONE}核对金额。", "金额已核对。"]
        assert {kind: erasure.counts[kind] for kind in ("aside", "findings", "remarks")} == {
            "aside": 1,
            "findings": 1,
            "remarks": 2,
        }
        assert verify_trail().is_sound


def test_a_deputy_is_erased_and_still_counted(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        deputy = db.session.scalars(select(Deputy).where(Deputy.unit_code == "440105")).first()
        assert deputy is not None
        people = campaign_data(root.campaign).counts[""].deputies
        name = deputy.name
        erasing.erase_deputy(deputy, "本人请求", actor=SYSTEM)
        db.session.expire_all()
        assert (deputy.name, deputy.phone) == (GONE, None)
        assert name not in _everything()
        assert campaign_data(root.campaign).counts[""].deputies == people


@pytest.mark.both_databases
def test_a_deputy_stands_in_no_finding_no_word_of_the_desk_no_answer_and_no_report(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        attendance = db.session.scalars(select(Attendance).join(Visit).where(Visit.unit_code == "440105")).first()
        assert attendance is not None
        deputy, went = attendance.deputy, attendance.visit
        other = db.session.scalars(select(Visit).where(Visit.unit_code == "440105", Visit.id != went.id)).first()
        assert other is not None
        finding = db.session.scalars(select(Finding).where(Finding.visit_id == went.id)).one()
        with writing() as session:
            deputy.name, deputy.phone = "欧阳燕", "13911113333"
            finding.text = "欧阳燕代表说货款拖了一年。"
            said = {"content": finding.content, "made_at": utc_now()}
            session.add(Remark(visit_id=went.id, text="请欧阳燕补充金额。", **said))
            session.add(Remark(visit_id=other.id, text="和欧阳燕（13911113333）一起去。", **said))
            noted = {"content": finding.content, "decided_at": utc_now(), "verdict": "return", "note": "欧阳燕来电。"}
            session.add(Decision(visit_id=other.id, number=2, **noted))
            package = db.session.scalars(select(Submission.package_hash)).first()
            body = content_of(went.id, answers(1, "440105", contact_name="欧阳燕"))
            fieldwork.version(went, body, number=2, package_hash=package)
            event = db.session.scalars(select(Event)).one()
            event.summary = "欧阳燕主持。"
        blocks = [{"id": "x", "type": "paragraph", "text": "欧阳燕代表走访了三家。"}]
        save_section(root, "practice", blocks, row_version=None, by=CITY)
        erasure = erasing.erase_deputy(deputy, "欧阳燕本人12月1日来函", actor=SYSTEM)
        db.session.expire_all()
        assert [one for one in ("欧阳燕", "13911113333") if one in _everything()] == []
        assert finding.text == f"{GONE}代表说货款拖了一年。"
        assert {kind: erasure.counts[kind] for kind in ("findings", "remarks", "report_drafts", "versions")} == {
            "findings": 1,
            "remarks": 3,
            "report_drafts": 1,
            "versions": 1,
        }
        assert verify_trail().is_sound


def test_a_name_of_two_characters_is_taken_out_of_a_deputys_own_visits_alone(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        went = db.session.scalars(select(Attendance).join(Visit).where(Visit.unit_code == "440105")).first()
        assert went is not None
        with writing() as session:
            went.deputy.name = "高原"
            content = db.session.scalars(select(Submission.content).where(Submission.visit_id == went.visit_id)).first()
            session.add(Remark(visit_id=went.visit_id, content=content, text="请高原补充。", made_at=utc_now()))
        blocks = [{"id": "x", "type": "paragraph", "text": "青藏高原来的原料。"}]
        save_section(root, "practice", blocks, row_version=None, by=CITY)
        erasing.erase_deputy(went.deputy, "本人请求", actor=SYSTEM)
        db.session.expire_all()
        assert db.session.scalars(select(Remark.text)).one() == f"请{GONE}补充。"
        assert "青藏高原来的原料" in _everything()


def test_what_stays_has_the_hash_on_record(app: Flask) -> None:
    with app.app_context():
        city(1)
        erasing.erase_subject(_subject(), "请求", actor=SYSTEM)
        rests = {hashlib.sha256(body).hexdigest() for body in db.session.scalars(select(Submission.body))}
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT rest FROM erased_contents")).scalar_one() in rests
        assert Path(app.instance_path).exists()
