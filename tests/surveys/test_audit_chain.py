"""The trail as a chain: what is changed, removed, put in or dated back is named; on SQLite and on PostgreSQL."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DatabaseError

from surveys import immutable_rows
from surveys.audit import SYSTEM, AuditEntry, entry, record, shortened
from surveys.auditing import chain
from surveys.auditing.chain import AuditLink
from surveys.auditing.verification import Anchor, BreakKind, verify
from surveys.database import clock_at, db, writing

pytestmark = pytest.mark.both_databases


@pytest.fixture
def trail(app: Flask) -> Iterator[Flask]:
    """Nine entries, linked in three turns."""
    with app.app_context():
        for turn in range(3):
            with writing():
                for number in range(3):
                    record(SYSTEM, "tried", target=("thing", f"{turn}{number}"), words=f"第{number}次")
            chain.link_new()
        yield app


def _tamper(statement: str) -> None:
    with writing() as session, immutable_rows.opened("试验"):
        session.execute(text(statement))


def _broken() -> tuple[BreakKind, int] | None:
    broken = verify().broken
    return (broken.kind, broken.position) if broken else None


def test_a_trail_that_nobody_touched_follows(trail: Flask) -> None:
    outcome = verify()
    assert (outcome.broken, outcome.checked) == (None, 9)
    assert outcome.head == chain.head()


@pytest.mark.parametrize(
    "change",
    [
        "act = 'other'",
        "actor_name = '别人'",
        "detail = '{}'",
        "target_id = NULL",
        "happened_at = '2020-01-01 00:00:00'",
        "recorded_at = '2020-01-01 00:00:00'",
        "address = '10.0.*.1'",
        "outcome = 'refused'",
    ],
)
def test_a_changed_row_is_named(trail: Flask, change: str) -> None:
    _tamper(f"UPDATE audit_entries SET {change} WHERE id = 5")
    assert _broken() == (BreakKind.CHANGED, 5)


def test_a_removed_row_is_named(trail: Flask) -> None:
    _tamper("DELETE FROM audit_entries WHERE id = 4")
    assert _broken() == (BreakKind.REMOVED, 4)


def test_a_row_removed_with_its_link_is_named(trail: Flask) -> None:
    with writing() as session, immutable_rows.opened("试验"):
        session.execute(text("DELETE FROM audit_entries WHERE id = 4"))
        session.execute(text("DELETE FROM audit_links WHERE position = 4"))
    assert _broken() == (BreakKind.LINK_REMOVED, 4)


def test_a_row_that_is_dated_back_and_put_in_is_named(trail: Flask) -> None:
    forged = entry(SYSTEM, "forged") | {"recorded_at": datetime.now(UTC) - timedelta(days=2)}
    with writing() as session:
        session.execute(insert(AuditEntry), [forged])
    assert _broken() == (BreakKind.PUT_IN, 10)


def test_a_link_that_was_made_anew_is_named(trail: Flask) -> None:
    _tamper("UPDATE audit_links SET previous = hash WHERE position = 7")
    assert _broken() == (BreakKind.LINK_CHANGED, 7)


NOW = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
PUT_IN = (
    "INSERT INTO audit_entries (happened_at, recorded_at, actor_kind, actor_name, act)"
    f" VALUES ('{NOW}', '{NOW}', 'staff', '别人', 'visit.accept')"
)


def test_a_row_that_is_put_in_with_a_fitting_time_is_named(trail: Flask) -> None:
    with writing() as session:
        session.execute(text(PUT_IN))
    chain.link_new()
    with writing():
        record(SYSTEM, "tried")
    assert _broken() == (BreakKind.NOT_SEALED, 10)


def test_a_row_that_is_written_twice_is_named(trail: Flask) -> None:
    columns = ", ".join(column.name for column in AuditEntry.__table__.c if column.name != "id")
    with writing() as session:
        session.execute(text(f"INSERT INTO audit_entries ({columns}) SELECT {columns} FROM audit_entries WHERE id = 4"))
    assert _broken() == (BreakKind.NOT_SEALED, 10)


def test_a_row_that_is_changed_and_linked_anew_is_named(trail: Flask) -> None:
    """Whoever writes into the database knows how a link is hashed; the seal they cannot make."""
    with writing() as session, immutable_rows.opened("试验"):
        session.execute(text("UPDATE audit_entries SET act = 'other' WHERE id = 2"))
        session.execute(text("DELETE FROM audit_links"))
    chain.link_new()
    assert _broken() == (BreakKind.NOT_SEALED, 2)


def test_a_row_that_is_removed_and_the_rest_linked_anew_is_named(trail: Flask) -> None:
    with writing() as session, immutable_rows.opened("试验"):
        session.execute(text("DELETE FROM audit_entries WHERE id = 2"))
        session.execute(text("DELETE FROM audit_links"))
    chain.link_new()
    assert _broken() == (BreakKind.REPLACED, 3)


def test_an_end_that_was_cut_off_is_told_by_the_next_entry_and_by_a_head_written_down(trail: Flask) -> None:
    newest = chain.head()
    assert newest is not None
    assert verify([Anchor(newest.position, newest.hash, "总报告")]).is_sound
    with writing() as session, immutable_rows.opened("试验"):
        session.execute(text("DELETE FROM audit_links WHERE position > 6"))
        session.execute(text("DELETE FROM audit_entries WHERE id > 6"))
    assert _broken() == (BreakKind.REPLACED, 7), (
        "the entry of the opening takes the seventh place and remembers the ninth"
    )
    broken = verify([Anchor(6, chain.START, "总报告")]).broken
    assert broken is not None
    assert broken.kind is BreakKind.HEAD_DIFFERS
    assert "总报告" in broken.words("cause", "zh")


def test_a_head_written_down_that_is_not_there_tells_of_an_end_that_was_cut_off(trail: Flask) -> None:
    broken = verify([Anchor(12, "0" * 64, "总报告")]).broken
    assert broken is not None
    assert broken.kind is BreakKind.HEAD_MISSING
    assert "总报告" in broken.words("cause", "zh")


def test_entries_of_before_there_were_seals_stand_at_the_beginning_alone(app: Flask) -> None:
    with app.app_context():
        with writing() as session:
            session.execute(text(PUT_IN))
        chain.link_new()
        with writing():
            record(SYSTEM, "tried", words="第1次", many=[1, 2.5, None], none="")
        assert verify().is_sound
        with writing() as session:
            session.execute(text(PUT_IN))
        assert _broken() == (BreakKind.NOT_SEALED, 3)


def test_links_that_were_taken_back_with_their_transaction_are_not_remembered(trail: Flask) -> None:
    with suppress(ZeroDivisionError), writing():
        record(SYSTEM, "tried")
        chain.link_new()
        record(SYSTEM, "tried")
        raise ZeroDivisionError
    with writing():
        record(SYSTEM, "tried")
    assert verify().is_sound


def test_what_a_rehearsal_dates_by_its_own_clock_is_no_forgery(trail: Flask) -> None:
    with clock_at(datetime(2023, 7, 1, tzinfo=UTC)), writing():
        record(SYSTEM, "tried")
    assert verify().is_sound


def test_links_are_rows_that_never_change(trail: Flask) -> None:
    for statement in ("UPDATE audit_links SET hash = previous", "DELETE FROM audit_links"):
        with pytest.raises(DatabaseError, match="never changes"), writing() as session:
            session.execute(text(statement))


def test_parallel_writers_and_linkers_leave_one_chain_without_a_gap(app: Flask) -> None:
    def write() -> None:
        with app.app_context():
            for _ in range(15):
                with writing():
                    record(SYSTEM, "tried")
                chain.link_new()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        outcome = verify()
        assert (outcome.broken, outcome.checked) == (None, 60)
        assert db.session.scalar(select(func.count()).select_from(AuditLink)) == 60


def test_the_command_ends_with_one_and_names_the_row(trail: Flask) -> None:
    command = trail.test_cli_runner()
    sound = command.invoke(args=["audit", "verify", "--json"])
    assert (sound.exit_code, json.loads(sound.stdout)["sound"]) == (0, True)
    _tamper("UPDATE audit_entries SET act = 'other' WHERE id = 3")
    broken = command.invoke(args=["audit", "verify"])
    assert broken.exit_code == 1
    assert "第3条（编号3）被改过" in broken.stderr
    found = json.loads(command.invoke(args=["audit", "verify", "--json"]).stdout)
    assert (found["first_break"]["kind"], found["first_break"]["position"]) == ("changed", 3)


def test_an_address_tells_a_network_and_no_household() -> None:
    assert [shortened(one) for one in ("10.0.7.21", "240e:3b7:1:2::5", None)] == ["10.0.*.21", "240e:3b7:1:*", None]
