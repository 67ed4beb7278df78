"""Versions that wait at the same time share a commit, and none of them is held up or lost by another."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text

from surveys.accounts import Device
from surveys.database import db, utc_now, writing
from surveys.devices import revoke
from surveys.fieldwork.filling.drafts import mirror
from surveys.fieldwork.receiving import gathering
from surveys.fieldwork.receiving.holders import Holder
from surveys.fieldwork.receiving.receipts import Outcome
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.receiving.versions import read_target, versions_of
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Draft
from surveys.questionnaire.package.content import digest
from tests.factories.planning import AccountFactory
from tests.surveys.fieldwork.test_receiving_properties import UNKNOWN, Field, ground

assert ground


@contextmanager
def commits_counted() -> Iterator[list[None]]:
    """One entry for each transaction that was committed."""
    seen: list[None] = []

    def note(_: object) -> None:
        seen.append(None)

    event.listen(db.engine, "commit", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "commit", note)


def at_the_same_time(
    app: Flask, sent: Sequence[tuple[Holder, str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> list[Outcome]:
    """Hand all in from threads of their own; none is stored before all of them wait."""
    monkeypatch.setattr(gathering, "PATIENCE", 3600)

    def one(entry: tuple[Holder, str, bytes]) -> Outcome:
        holder, visit, body = entry
        with app.app_context():
            return receive(holder, visit, body, via="phone")

    with ThreadPoolExecutor(len(sent)) as pool:
        with gathering.on_the_way():  # whoever came first waits for this
            told = [pool.submit(one, entry) for entry in sent]
            _until(lambda: len(gathering._waiting) + 1 == len(sent) or any(one.done() for one in told))
        return [one.result(60) for one in told]


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.001)


@pytest.mark.both_databases
def test_one_commit_for_all_that_wait(app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = [ground.visit() for _ in range(6)]
    sent = [(ground.phones[at % 2], visit, ground.body(visit, f"第{at}份", None)) for at, visit in enumerate(visits)]
    with commits_counted() as commits:
        outcomes = at_the_same_time(app, sent, monkeypatch)
    assert [one.status for one in outcomes] == [201] * 6
    assert [one.held.number for one in outcomes if one.held] == [f"{reference}-1" for reference in _references(visits)]
    _in_one_transaction(commits)


@pytest.mark.both_databases
def test_that_a_phone_was_heard_of_is_kept_with_its_version(app: Flask, ground: Field) -> None:
    """In the same transaction; not again within a minute; not for a version that is not kept."""
    phone = replace(ground.phones[0], last_contact_at=utc_now() - timedelta(days=2))
    with writing():
        db.session.get_one(Device, phone.id).last_contact_at = phone.last_contact_at
    visits = [ground.visit() for _ in range(3)]
    with commits_counted() as commits:
        assert receive(phone, visits[0], ground.body(visits[0], "甲", None), via="phone").fresh
    _in_one_transaction(commits)
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


def _heard(phone: Holder) -> datetime:
    db.session.expire_all()
    found = db.session.get_one(Device, phone.id).last_contact_at
    assert found is not None
    return found


@pytest.mark.both_databases
def test_one_that_is_being_judged_is_waited_for(app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "PATIENCE", 3600)
    monkeypatch.setattr(gathering, "MOST_TOGETHER", 2)
    visits = [ground.visit() for _ in range(2)]
    with ThreadPoolExecutor(2) as pool, gathering.on_the_way(), commits_counted() as commits:
        told = [pool.submit(_hand_in, app, ground, visit) for visit in visits]
        assert [one.result(60).status for one in told] == [201, 201]
    _in_one_transaction(commits)


@pytest.mark.both_databases
def test_nobody_is_waited_for_who_is_not_near(app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = [ground.visit() for _ in range(2)]
    with ThreadPoolExecutor(1) as pool:
        with gathering.on_the_way():  # one that does not come in all that time
            assert pool.submit(_hand_in, app, ground, visits[0]).result(60).status == 201
            monkeypatch.setattr(gathering, "PATIENCE", 3600)
            told = pool.submit(_hand_in, app, ground, visits[1])
        assert told.result(60).status == 201


@pytest.mark.both_databases
def test_while_some_are_stored_the_next_are_where_several_may_write(
    app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three turns at most; on SQLite, which has one writer, one."""
    now: list[None] = []
    most = 3 if db.engine.dialect.name == "postgresql" else 1
    seen: list[int] = []
    all_there = threading.Barrier(most, timeout=60)

    def watched(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            now.append(None)
            seen.append(len(now))
            if len(seen) <= most:
                all_there.wait()
            try:
                return work(*given)
            finally:
                now.pop()

        return run

    for name in ("_store_together", "_store_alone"):
        monkeypatch.setattr(gathering, name, watched(getattr(gathering, name)))
    visits = [ground.visit() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        told = [pool.submit(_hand_in, app, ground, visit) for visit in visits]
        assert [one.result(60).status for one in told] == [201] * 8
    assert max(seen) == most


@pytest.mark.both_databases
def test_a_request_that_breaks_off_in_its_turn_holds_nobody_up(
    app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those it had taken store their own; whoever comes later is stored as ever."""
    whole, broken = gathering._store_together, []

    def breaks_off(together: list[Any]) -> None:
        if not broken:
            broken.append(None)
            raise SystemExit
        whole(together)

    monkeypatch.setattr(gathering, "_store_together", breaks_off)
    visits = [ground.visit() for _ in range(5)]
    sent = [(ground.phones[0], visit, ground.body(visit, "甲", None)) for visit in visits]
    with ThreadPoolExecutor(5) as pool:
        with gathering.on_the_way():
            monkeypatch.setattr(gathering, "PATIENCE", 3600)
            told = [pool.submit(_hand_in, app, ground, visit) for visit in visits[:4]]
            _until(lambda: len(gathering._waiting) == 3)
        faults = [one.exception(60) for one in told]
    assert [type(one) for one in faults if one is not None] == [SystemExit]
    assert [one.result().status for one in told if not one.exception()] == [201] * 3
    assert receive(*sent[4], via="phone").status == 201
    again = [receive(*one, via="phone").status for one in sent[:4]]
    assert sorted(again) == [200, 200, 200, 201]
    assert not gathering._turns
    assert not gathering._waiting


@pytest.mark.both_databases
def test_a_fork_and_a_revoked_phone_hold_nobody_up(app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = [ground.visit() for _ in range(4)]
    good, lost = ground.phones
    sent = [(good, visit, ground.body(visit, "甲", None)) for visit in visits[:2]]
    sent.append((good, visits[2], ground.body(visits[2], "乙", UNKNOWN)))
    sent.append((lost, visits[3], ground.body(visits[3], "丙", None)))
    assert lost.device_id is not None
    revoke(lost.device_id)
    outcomes = at_the_same_time(app, sent, monkeypatch)
    assert [one.status for one in outcomes] == [201, 201, 409, 403]
    assert [len(versions_of(visit)) for visit in visits] == [1, 1, 1, 0]
    assert set(versions_of(visits[2])[0].marks) >= {"fork", "unknown_base"}


@pytest.mark.both_databases
def test_versions_of_one_visit_are_numbered_one_after_the_other(
    app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, other = ground.visit(), ground.visit()
    bodies = [ground.body(visit, text, None) for text in ("甲", "乙", "甲")]
    sent = [(ground.phones[at % 2], visit, body) for at, body in enumerate(bodies)]
    sent.append((ground.phones[0], other, ground.body(other, "丁", None)))
    outcomes = at_the_same_time(app, sent, monkeypatch)
    assert all(one.held for one in outcomes)
    first, second, again = (one.held for one in outcomes[:3] if one.held)
    assert (again.at, again.number) == (first.at, first.number)
    assert {first.version, second.version} == {1, 2}
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 3


@pytest.mark.both_databases
def test_the_draft_a_version_was_made_of_ends_with_it_and_no_other(
    app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    mirror(
        visits[2], ground.phones[0], ground.body(visits[2], "乙", digest(first)).decode()
    )  # begun on another version
    mirror(visits[0], ground.phones[1], bodies[0].decode())  # of another phone
    sent = [(ground.phones[0], visit, body) for visit, body in zip(visits, bodies, strict=True)]
    assert [one.status for one in at_the_same_time(app, sent, monkeypatch)] == [201] * 3
    db.session.rollback()  # what is read from here on is as of now
    left = {tuple(row) for row in db.session.execute(select(Draft.visit_id, Draft.holder))}
    assert left == {(visits[0], ground.phones[1].id), (visits[2], ground.phones[0].id)}


def _hand_in(app: Flask, ground: Field, visit: str) -> Outcome:
    with app.app_context():
        return receive(ground.phones[0], visit, ground.body(visit, "甲", None), via="phone")


def _in_one_transaction(commits: Sequence[None]) -> None:
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":  # which transaction a row is of stands in it
        assert db.session.scalar(text("SELECT COUNT(DISTINCT CAST(xmin AS text)) FROM submissions")) == 1
    else:
        assert len(commits) == 1


def _references(visits: Sequence[str]) -> list[str]:
    return [target.reference for visit in visits if (target := read_target(visit))]
