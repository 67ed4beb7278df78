"""Who went comes with the version a phone hands in: noted with it, in the same commit, for deputies of the group alone."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from surveys.audit import AuditEntry
from surveys.database import db, writing
from surveys.fieldwork.receiving import storing
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.visits.attendance import Attendance, attending
from surveys.questionnaire.package.content import canonical, digest
from tests.factories.planning import DeputyFactory
from tests.surveys.fieldwork.test_receiving_properties import Field, ground

pytestmark = pytest.mark.both_databases
assert ground


def body(ground: Field, visit: str, base: str | None, present: Any) -> bytes:
    return canonical(json.loads(ground.body(visit, "甲", base)) | {"present": present})


def went(visit: str) -> set[str]:
    db.session.expire_all()
    return {deputy.id for deputy in attending(visit)}


def changes() -> int:
    return db.session.scalar(select(func.count()).where(AuditEntry.act == "attendance.changed")) or 0


def test_it_is_noted_with_the_version_and_a_change_leaves_a_trace(app: Flask, ground: Field) -> None:
    visit, phone = ground.visit(), ground.phones[0]
    first, second = (str(one.deputy_id) for one in ground.phones)
    sent = body(ground, visit, None, [second, first, first])
    at = datetime(2023, 7, 12, 1, tzinfo=UTC)
    assert receive(phone, visit, sent, via="phone", at=at).status == 201
    assert (went(visit), changes()) == ({first, second}, 0)
    assert set(db.session.scalars(select(Attendance.noted_at))) == {at}
    same = body(ground, visit, digest(sent), [first, second])
    assert receive(phone, visit, same, via="phone").status == 201
    assert (went(visit), changes()) == ({first, second}, 0)
    assert set(db.session.scalars(select(Attendance.noted_at))) == {at}, "nothing was noted anew"
    fewer = body(ground, visit, digest(same), [first])
    assert receive(phone, visit, fewer, via="phone").status == 201
    assert (went(visit), changes()) == ({first}, 1)
    more = body(ground, visit, digest(fewer), [first, second])
    assert receive(phone, visit, more, via="phone").status == 201
    assert (went(visit), changes()) == ({first, second}, 2)
    silent = ground.body(visit, "乙", digest(more))
    assert receive(phone, visit, silent, via="phone").status == 201
    assert (went(visit), changes()) == ({first, second}, 2), "a version that does not say changes nothing"


@pytest.mark.parametrize("present", [["nobody"], ["\x00"], ["某某"], [7, None, {}], "d", {"d": 1}, []])
def test_who_is_not_of_the_group_is_passed_over(app: Flask, ground: Field, present: Any) -> None:
    visit = ground.visit()
    with writing():
        stranger = DeputyFactory().id
    own = str(ground.phones[0].deputy_id)
    sent = body(ground, visit, None, present)
    assert receive(ground.phones[0], visit, sent, via="phone").status == 201
    assert went(visit) == set()
    beside = body(ground, visit, digest(sent), [*(present if isinstance(present, list) else []), stranger, own])
    assert receive(ground.phones[0], visit, beside, via="phone").status == 201
    assert went(visit) == {own}


def test_a_usual_version_says_who_went_and_is_not_stored_step_by_step_for_it(
    app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL; SQLite has no such statement."""
    stored: list[None] = []
    whole = storing.store
    monkeypatch.setattr(storing, "store", lambda arrival: (stored.append(None), whole(arrival))[1])
    visit, phone = ground.visit(), ground.phones[0]
    first = body(ground, visit, None, [phone.deputy_id])
    assert receive(phone, visit, first, via="phone").status == 201
    assert receive(phone, visit, body(ground, visit, digest(first), [phone.deputy_id]), via="phone").status == 201
    assert len(stored) == (0 if storing.stores_at_once() else 2)
