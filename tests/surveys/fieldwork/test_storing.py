"""What is written with a version: the same on every engine, by one statement or step by step, and nothing that is not of it."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql

from surveys.accounts import Device
from surveys.audit import AuditEntry
from surveys.auditing.verification import verify
from surveys.database import Base, clock_at, db, new_id, utc_now, writing
from surveys.devices import revoke
from surveys.fieldwork.filling.drafts import mirror
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.receiving import storing
from surveys.fieldwork.receiving.receipts import Outcome
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.receiving.storing_postgresql import keep_statement
from surveys.fieldwork.receiving.versions import versions_of
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.submissions import ContentPart, SetAside, Submission
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.questionnaire.package.content import canonical, digest
from tests.factories.planning import AccountFactory
from tests.surveys.fieldwork.test_receiving_properties import UNKNOWN, Field, ground

assert ground

WRITTEN = (Submission, ContentPart, Finding, AuditEntry, Attendance, Draft, SetAside, Visit)
AT = datetime(2023, 7, 12, 3, tzinfo=UTC)
BY_ITSELF = {
    "id",
    "assignment_id",
    "subject_id",
    "recorded_at",
    "seal",
}  # made anew for each row: numbers, ids, the machine's clock


def version(ground: Field, visit: str, text: str, base: str | None, **more: Any) -> bytes:
    return canonical(json.loads(ground.body(visit, text, base)) | more)


def hand_in_all(ground: Field, visit: str, phones: list[Sender]) -> tuple[list[Outcome], dict[str, str]]:
    """Three versions, with all that may end or begin with one; and what to call the ids that differ from visit to visit."""
    both = [str(phone.deputy_id) for phone in phones]
    part = {"name": "p1.jpg", "path": "/photo", "sha256": "c" * 64, "size": 5, "type": "image/jpeg"}
    first = version(ground, visit, "厂房闲置三年", None, present=both, parts=[part])
    second = version(ground, visit, "x\x00y\n“”", digest(first), present=both, replies={"/g_two/words": "好"})
    third = version(ground, visit, "", digest(second))
    with writing() as session:
        row = {"id": new_id(), "device_id": phones[0].id, "address": visit, "content": digest(first), "body": first}
        session.execute(insert(SetAside), [row | {"reason": "unknown_visit", "received_at": AT}])
    mirror(visit, phones[0], first.decode(), at=AT)
    mirror(visit, phones[1], version(ground, visit, "", UNKNOWN).decode(), at=AT)
    outcomes = [receive(phones[0], visit, body, via="phone", at=AT) for body in (first, second, third)]
    return outcomes, {visit: "visit", digest(first): "1", digest(second): "2", digest(third): "3"}


def rows_of(visit: str, names: dict[str, str]) -> dict[str, list[str]]:
    """All that is stored of a visit, by table, without what is made anew for each row."""

    def row(found: Any, model: type[Base]) -> str:
        told = repr({c.key: getattr(found, c.key) for c in model.__table__.c if c.key not in BY_ITSELF})
        for own, name in names.items():
            told = told.replace(own, name)
        return told

    def key(model: type[Base]) -> Any:
        column = {AuditEntry: "target_id", SetAside: "address", Visit: "id"}.get(model, "visit_id")  # type: ignore[call-overload]
        return getattr(model, column)

    db.session.expire_all()
    return {
        model.__tablename__: sorted(
            row(found, model) for found in db.session.scalars(select(model).where(key(model) == visit))
        )
        for model in WRITTEN
    }


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_one_statement_writes_what_the_steps_write(ground: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[None] = []
    whole = storing.store
    monkeypatch.setattr(storing, "store", lambda arrival: (stored.append(None), whole(arrival))[1])
    found, heard = [], []
    for at_once in (True, False):
        with monkeypatch.context() as patched, clock_at(AT):
            patched.setattr(storing, "stores_at_once", lambda at_once=at_once: at_once)
            phones = [replace(phone, last_contact_at=None) for phone in ground.phones]
            with writing():
                db.session.get_one(Device, phones[0].id).last_contact_at = None
            visit = ground.visit()
            outcomes, names = hand_in_all(ground, visit, phones)
            assert [one.status for one in outcomes] == [202, 201, 201]
            found.append(rows_of(visit, names))
            heard.append(_heard(phones[0]))
    assert len(stored) == 3, "the first three were kept by the one statement"
    assert heard == [AT, AT]
    assert found[0] == found[1]
    assert verify().is_sound, "both ways seal what they write into the trail"
    counts = {name: len(rows) for name, rows in found[0].items()}
    assert counts["submissions"] == counts["audit_entries"] == 3
    assert (counts["content_parts"], counts["attendances"], counts["set_aside"]) == (1, 2, 1)
    assert counts["findings"] == 2
    assert counts["drafts"] == 1, "the one begun on another version stays"


def test_the_driver_need_not_take_the_statement_apart_again() -> None:
    longest = 4096  # characters of a statement that psycopg keeps what it made of
    assert len(str(keep_statement().compile(dialect=postgresql.psycopg.dialect()))) <= longest


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_the_one_statement_cannot_do_is_stored_step_by_step(
    ground: Field, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("厂房")

    monkeypatch.setattr(storing, "keep_at_once", fails)
    visit = ground.visit()
    with caplog.at_level(logging.WARNING):
        assert receive(ground.phones[0], visit, ground.body(visit, "甲", None), via="phone").status == 201
    assert "ZeroDivisionError" in caplog.text
    assert "厂房" not in caplog.text
    assert len(versions_of(visit)) == 1


@pytest.mark.both_databases
def test_that_a_phone_was_heard_of_is_kept_with_its_version(app: Flask, ground: Field) -> None:
    """Not again within a minute; not for a version that is not kept."""
    phone = replace(ground.phones[0], last_contact_at=utc_now() - timedelta(days=2))
    with writing():
        db.session.get_one(Device, phone.id).last_contact_at = phone.last_contact_at
    visits = [ground.visit() for _ in range(3)]
    assert receive(phone, visits[0], ground.body(visits[0], "甲", None), via="phone").fresh
    first = _heard(phone)
    assert utc_now() - first < timedelta(minutes=5)
    lately = replace(phone, last_contact_at=first)
    assert receive(lately, visits[1], ground.body(visits[1], "乙", None), via="phone").fresh
    assert _heard(phone) == first
    assert not receive(phone, visits[0], ground.body(visits[0], "甲", None), via="phone").fresh
    assert _heard(phone) == first
    with writing():
        staff = replace(phone, device_id=None, account_id=AccountFactory().id)
    assert receive(staff, visits[2], ground.body(visits[2], "丙", None), via="paper").fresh
    assert _heard(phone) == first


def _heard(phone: Sender) -> datetime:
    db.session.expire_all()
    found = db.session.get_one(Device, phone.id).last_contact_at
    assert found is not None
    return found


@pytest.mark.both_databases
def test_a_fork_and_a_revoked_phone_at_the_same_time_as_others(app: Flask, ground: Field) -> None:
    visits = [ground.visit() for _ in range(4)]
    good, lost = ground.phones
    sent = [(good, visit, ground.body(visit, "甲", None)) for visit in visits[:2]]
    sent.append((good, visits[2], ground.body(visits[2], "乙", UNKNOWN)))
    sent.append((lost, visits[3], ground.body(visits[3], "丙", None)))
    assert revoke(lost.id)
    assert [one.status for one in at_the_same_time(app, sent)] == [201, 201, 409, 403]
    assert [len(versions_of(visit)) for visit in visits] == [1, 1, 1, 0]
    assert set(versions_of(visits[2])[0].marks) >= {"fork", "unknown_base"}


@pytest.mark.both_databases
def test_versions_of_one_visit_are_numbered_one_after_the_other(app: Flask, ground: Field) -> None:
    for _ in range(5):
        visit, other = ground.visit(), ground.visit()
        bodies = [ground.body(visit, text, None) for text in ("甲", "乙", "甲")]
        sent = [(ground.phones[at % 2], visit, body) for at, body in enumerate(bodies)]
        sent.append((ground.phones[0], other, ground.body(other, "丁", None)))
        outcomes = at_the_same_time(app, sent)
        first, second, again = (one.facts for one in outcomes[:3] if one.facts)
        assert outcomes[3].facts
        assert (again.at, again.number) == (first.at, first.number)
        assert {first.version, second.version} == {1, 2}
        assert db.session.scalar(select(func.count()).where(Submission.visit_id == visit)) == 2
        db.session.rollback()  # what is read from here on is as of now


def at_the_same_time(app: Flask, sent: list[tuple[Sender, str, bytes]]) -> list[Outcome]:
    """Hand all in, each from a thread of its own."""

    def one(entry: tuple[Sender, str, bytes]) -> Outcome:
        sender, visit, body = entry
        with app.app_context():
            return receive(sender, visit, body, via="phone")

    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(one, sent))


@pytest.mark.both_databases
def test_the_draft_a_version_was_made_of_ends_with_it_and_no_other(ground: Field) -> None:
    visits = [ground.visit() for _ in range(3)]
    first = ground.body(visits[1], "第一版", None)
    assert receive(ground.phones[0], visits[1], first, via="phone").status == 201
    bodies = [
        ground.body(visits[0], "甲", None),
        ground.body(visits[1], "第二版", digest(first)),
        ground.body(visits[2], "乙", None),
    ]
    for visit, body in zip(visits[:2], bodies, strict=False):
        mirror(visit, ground.phones[0], body.decode())
    begun_on_another = ground.body(visits[2], "乙", digest(first))
    mirror(visits[2], ground.phones[0], begun_on_another.decode())
    mirror(visits[0], ground.phones[1], bodies[0].decode())  # of another phone
    for visit, body in zip(visits, bodies, strict=True):
        assert receive(ground.phones[0], visit, body, via="phone").status == 201
    db.session.rollback()
    left = {tuple(row) for row in db.session.execute(select(Draft.visit_id, Draft.holder))}
    assert left == {(visits[0], ground.phones[1].id), (visits[2], ground.phones[0].id)}
