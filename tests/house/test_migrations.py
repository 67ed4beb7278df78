"""A step that changes what is stored is run on SQLite and on PostgreSQL with rows in it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import create_app
from surveys.auditing.verification import verify
from surveys.database import db
from surveys.planning.campaigns.campaigns import MEDIA_KINDS

ALL = list(MEDIA_KINDS)
UNIT = "INSERT INTO units (code, name, short_name, tier, sort) VALUES ('440100', '广州市', '广州', 'municipal', 0)"
CAMPAIGN = (
    "INSERT INTO campaigns (id, number, title, kind, unit_code, starts_on, ends_on, office, settings, outline, demonstration,"
    " created_at, row_version) VALUES (:id, :number, '调研', '专题调研', '440100', '2023-06-16', '2023-07-31', '经济工委',"
    " :settings, '[]', false, '2023-05-22 01:00:00', 1)"
)

SECOND = (
    "INSERT INTO letters (id, campaign_id, kind, year, number, body_code, office, made_at, file)"
    " VALUES ('m', 'c', 'reminder', 2023, 2, 'D01', '办', '2023-11-14', 'f')"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def unmade(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without a table."""
    url = f"sqlite:///{tmp_path / 'migrated.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("empty_postgresql")
    app = create_app({"TESTING": True, "INSTANCE": str(tmp_path), "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_a_campaign_that_took_media_takes_the_same_and_one_that_took_none_has_nothing_ticked(unmade: Flask) -> None:
    cases: list[tuple[dict[str, Any], list[str] | None]] = [
        ({"media": True}, ALL),
        ({"media": True, "media_kinds": ALL, "title": "照片"}, ALL),
        ({"media": True, "media_kinds": ["photo"]}, ["photo"]),
        ({"media": True, "media_kinds": []}, []),
        ({"media": False, "media_kinds": ALL}, []),
        ({"media": False, "media_kinds": ["sound"]}, ["sound"]),
        ({}, []),
    ]
    upgrade(revision="0006")
    with db.engine.begin() as connection:
        connection.execute(text(UNIT))
        for number, (settings, _kinds) in enumerate(cases, 1):
            row = {"id": f"c{number}", "number": number, "settings": json.dumps(settings)}
            connection.execute(text(CAMPAIGN), row)
    upgrade()
    expected = [{**settings, "media_kinds": kinds} for settings, kinds in cases]
    assert _settings() == expected
    downgrade(revision="0006")
    upgrade()
    assert _settings() == expected


def _settings() -> list[dict[str, Any]]:
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT settings FROM campaigns ORDER BY number")).scalars()
        return [json.loads(one) for one in found]


def test_wrong_codes_of_a_slip_keep_counting_by_its_token(unmade: Flask) -> None:
    now = "2023-07-01 01:00:00"
    upgrade(revision="0007")
    with db.engine.begin() as connection:
        connection.execute(text(UNIT))
        connection.execute(text(CAMPAIGN), {"id": "c1", "number": 1, "settings": "{}"})
        connection.execute(
            text("INSERT INTO deputies (id, name, unit_code, created_at) VALUES ('d1', '丁代表', '440100', :now)"),
            {"now": now},
        )
        connection.execute(
            text(
                "INSERT INTO slips (id, campaign_id, token_hash, deputy_id, made_at, wrong)"
                " VALUES ('s1', 'c1', 'hash-of-s1', 'd1', :now, 2)"
            ),
            {"now": now},
        )
        for number in (1, 2):
            wrong = {"id": f"w{number}", "now": now}
            connection.execute(text("INSERT INTO wrong_codes (id, slip_id, tried_at) VALUES (:id, 's1', :now)"), wrong)
    upgrade()
    assert _wrong_codes("token_hash") == [("w1", "hash-of-s1"), ("w2", "hash-of-s1")]
    with db.engine.begin() as connection:
        nobodys = "INSERT INTO wrong_codes (id, token_hash, tried_at) VALUES ('w3', 'nobody', :now)"
        connection.execute(text(nobodys), {"now": now})
    downgrade(revision="0007")
    assert _wrong_codes("slip_id") == [("w1", "s1"), ("w2", "s1")]
    upgrade()


def _wrong_codes(column: str) -> list[tuple[str, str]]:
    with db.engine.connect() as connection:
        found = connection.execute(text(f"SELECT id, {column} FROM wrong_codes ORDER BY id"))
        return [(row[0], row[1]) for row in found]


def test_prints_that_were_asked_for_learn_their_report(unmade: Flask) -> None:
    now = {"now": "2023-07-01 01:00:00"}
    upgrade(revision="0008")
    with db.engine.begin() as connection:
        connection.execute(text(UNIT))
        connection.execute(text(CAMPAIGN), {"id": "c1", "number": 1, "settings": "{}"})
        connection.execute(
            text(
                "INSERT INTO reports (id, campaign_id, unit_code, title, created_at) VALUES ('r1', 'c1', '440100', '报告', :now)"
            ),
            now,
        )
        connection.execute(
            text(
                "INSERT INTO report_versions (id, report_id, number, content, frozen, manifest, digest, made_at)"
                " VALUES ('v1', 'r1', 1, '{}', '{}', '{}', 'digest', :now)"
            ),
            now,
        )
        for job, kind, arguments in (
            ("j1", "print", {"version": "v1"}),
            ("j2", "print", {"version": "gone"}),
            ("j3", "other", {}),
        ):
            connection.execute(
                text(
                    "INSERT INTO jobs (id, kind, key, arguments, state, attempts, created_at, steps_done, steps_all)"
                    " VALUES (:id, :kind, :id, :arguments, 'queued', 0, :now, 0, 0)"
                ),
                {"id": job, "kind": kind, "arguments": json.dumps(arguments), **now},
            )
    upgrade()
    assert _about() == [("j1", "r1"), ("j2", None), ("j3", None)]
    downgrade(revision="0008")
    upgrade()
    assert _about() == [("j1", "r1"), ("j2", None), ("j3", None)]


def _about() -> list[tuple[str, str | None]]:
    with db.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(text("SELECT id, about FROM jobs ORDER BY id"))]


def test_visits_take_over_campaign_unit_and_subject_of_their_assignments_and_give_them_back(
    unmade: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    upgrade(revision="0010")
    _an_assigned_visit_with_what_hangs_on_it()
    upgrade(revision="0011")
    assert _visits() == [("v1", "a1", "c1", "440100", "s1", "hash-of-v1")]
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE assignments SET subject_id = 's2' WHERE id = 'a1'"))
    assert [row[4] for row in _visits()] == ["s2"]
    alone = "INSERT INTO visits (id, campaign_id, unit_code, subject_id) VALUES ('v2', 'c1', '440100', 's1')"
    with db.engine.begin() as connection:
        connection.execute(text(alone))
    with pytest.raises(SystemExit):
        downgrade(revision="0010")
    assert "1 visits have no assignment" in caplog.text
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM visits WHERE id = 'v2'"))
    downgrade(revision="0010")
    with db.engine.connect() as connection:
        former = connection.execute(text("SELECT id, assignment_id, head FROM visits")).all()
        drafts = connection.execute(text("SELECT visit_id FROM drafts")).scalars().all()
    assert [tuple(row) for row in former] == [("v1", "a1", "hash-of-v1")]
    assert drafts == ["v1"], "what hangs on a visit is there"
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM visits"))
    upgrade(revision="0011")
    assert [row[:2] for row in _visits()] == [("v1", "a1")]


def test_a_campaign_has_the_one_kind_it_was_and_its_visits_are_of_it(
    unmade: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    upgrade(revision="0010")
    _an_assigned_visit_with_what_hangs_on_it()
    upgrade(revision="0026")
    with db.engine.begin() as connection:
        kinds = connection.execute(
            text("SELECT campaign_id, key, label, words, starts, hangs_on FROM visit_kinds")
        ).all()
        assert [tuple(row) for row in kinds] == [("c1", "visit", "走访", None, "desk", '["enterprise"]')]
        assert connection.execute(text("SELECT id, kind, subject_id, title FROM visits")).all() == [
            ("v1", "visit", "s1", None)
        ]
        assert connection.execute(text("SELECT visit_id FROM drafts")).scalars().all() == ["v1"]
        started = "INSERT INTO visits (id, campaign_id, kind, unit_code, title) VALUES ('v2', 'c1', 'visit', '440100', '赶大集')"
        connection.execute(text(started))
    with pytest.raises(SystemExit):
        downgrade(revision="0025")
    assert "1 rows of visits are of kinds" in caplog.text
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM visits WHERE id = 'v2'"))
    downgrade(revision="0025")
    upgrade()
    assert [row[:2] for row in _visits()] == [("v1", "a1")]


def _an_assigned_visit_with_what_hangs_on_it() -> None:
    """In the tables of step 0010."""
    now = {"now": "2023-07-01 01:00:00"}
    with db.engine.begin() as connection:
        connection.execute(text(UNIT))
        connection.execute(text(CAMPAIGN), {"id": "c1", "number": 1, "settings": "{}"})
        for statement in (
            "INSERT INTO subjects (id, kind, name, flags, created_at) VALUES ('s1', 'enterprise', '甲公司', '[]', :now)",
            "INSERT INTO subjects (id, kind, name, flags, created_at) VALUES ('s2', 'enterprise', '乙公司', '[]', :now)",
            """INSERT INTO list_entries (id, campaign_id, unit_code, subject_id, number, reserve, added_at)
            VALUES ('e1', 'c1', '440100', 's1', 1, false, :now)""",
            "INSERT INTO deputy_groups (id, campaign_id, unit_code, number, name) VALUES ('g1', 'c1', '440100', 1, '一组')",
            """INSERT INTO assignments (id, campaign_id, unit_code, number, entry_id, subject_id, group_id, visit_id, extra,
            made_at) VALUES ('a1', 'c1', '440100', 1, 'e1', 's1', 'g1', 'v1', false, :now)""",
            "INSERT INTO visits (id, assignment_id, head) VALUES ('v1', 'a1', 'hash-of-v1')",
            "INSERT INTO packages (hash, body, made_at) VALUES ('p1', '{}', :now)",
            "INSERT INTO drafts (id, visit_id, holder, package_hash, saved_at) VALUES ('d1', 'v1', 'h1', 'p1', :now)",
        ):
            connection.execute(text(statement), now if ":now" in statement else {})


def _visits() -> list[tuple[str, ...]]:
    columns = "id, assignment_id, campaign_id, unit_code, subject_id, head"
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM visits ORDER BY id"))]


def test_entries_of_before_the_chain_are_linked_in_order_and_stay_sound(unmade: Flask) -> None:
    upgrade(revision="0011")
    with db.engine.begin() as connection:
        for number in range(3):
            written = {"now": f"2023-07-0{number + 1} 01:00:00", "act": f"act{number}"}
            connection.execute(
                text("INSERT INTO audit_entries (happened_at, actor_kind, act) VALUES (:now, 'system', :act)"), written
            )
    upgrade()
    assert (verify().checked, verify().broken) == (3, None)
    downgrade(revision="0011")
    upgrade()
    assert (verify().checked, verify().broken) == (3, None)


def test_accounts_outlive_the_doors_of_staff_both_ways(unmade: Flask) -> None:
    upgrade(revision="0011")
    row = (
        "INSERT INTO accounts (id, username, name, active, fs_uniquifier, failures, locked_until, created_at)"
        " VALUES ('a1', 'chen', '陈敏', true, 'u1', 4, '2023-05-22 01:00:00', '2023-05-22 01:00:00')"
    )
    with db.engine.begin() as connection:
        connection.execute(text(row))
    upgrade(revision="0014")
    session = (
        "INSERT INTO staff_sessions (id, token_hash, account_id, method, started_at, last_used_at, ends_at, confirmed_at, confirmed_by)"
        " VALUES ('s1', 'h', 'a1', 'password', :now, :now, :now, :now, 'password')"
    )
    with db.engine.begin() as connection:
        connection.execute(text(session), {"now": "2023-05-22 01:00:00"})
    downgrade(revision="0011")
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT username, failures, locked_until FROM accounts")).all() == [
            ("chen", 0, None)
        ]
    upgrade(revision="0014")


def test_codings_and_headlines_of_before_stand_with_and_without_acts(unmade: Flask) -> None:
    now = {"now": "2023-07-01 01:00:00"}
    upgrade(revision="0017")
    with db.engine.begin() as connection:
        connection.execute(text(UNIT))
        connection.execute(text(CAMPAIGN), {"id": "c1", "number": 1, "settings": "{}"})
        for row in (
            (
                "INSERT INTO findings (id, campaign_id, unit_code, source, kind, text, wants_reply, publication, from_paper,"
                " entered_at) VALUES ('f1', 'c1', '440100', 'letter', 'problem', '租金', false, 'closed', false, :now)"
            ),
            "INSERT INTO finding_codings (id, finding_id, category, category2, coded_at) VALUES ('k1', 'f1', '03', '0302', :now)",
            "INSERT INTO headlines (id, campaign_id, unit_code, text, made_at) VALUES ('h1', 'c1', '440100', '租金', :now)",
            "INSERT INTO headline_findings (id, headline_id, finding_id, joined_at) VALUES ('j1', 'h1', 'f1', :now)",
        ):
            connection.execute(text(row), now)
    for step in ("0018", "0017", "0018"):
        (upgrade if step == "0018" else downgrade)(revision=step)
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT finding_id, category2 FROM finding_codings")).all() == [
                ("f1", "0302")
            ]
            assert connection.execute(text("SELECT headline_id, finding_id FROM headline_findings")).all() == [
                ("h1", "f1")
            ]
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT act_id FROM finding_codings")).scalars().all() == [None]


def test_letters_and_steps_stay_when_more_kinds_of_them_are_let_in(unmade: Flask) -> None:
    upgrade(revision="0025")
    with db.engine.begin() as connection:
        connection.execute(text(UNIT))
        connection.execute(text(CAMPAIGN), {"id": "c", "number": 1, "settings": "{}"})
        for statement in (
            "INSERT INTO headlines (id, campaign_id, unit_code, text, made_at) VALUES ('h', 'c', '440100', '题', '2023-09-15')",
            "INSERT INTO items (id, campaign_id, kind, number, headline_id, text, made_at) VALUES ('i', 'c', 'problem', 1, 'h', '题', '2023-09-15')",
            (
                "INSERT INTO letters (id, campaign_id, kind, year, number, body_code, office, made_at, file)"
                " VALUES ('l', 'c', 'handover', 2023, 1, 'D01', '办', '2023-09-15', 'f')"
            ),
            "INSERT INTO letter_items (letter_id, item_id, part) VALUES ('l', 'i', 'lead')",
            (
                "INSERT INTO item_steps (id, item_id, number, kind, happened_at, actor_kind, body_code, round_number, letter_id)"
                " VALUES ('s', 'i', 1, 'handed', '2023-09-15', 'staff', 'D01', 1, 'l')"
            ),
        ):
            connection.execute(text(statement))
    upgrade()
    with db.engine.begin() as connection:
        assert connection.execute(text("SELECT id, kind, number, office, file FROM letters")).all() == [
            ("l", "handover", 1, "办", "f")
        ]
        connection.execute(text(SECOND))
        assert connection.scalar(text("SELECT letter_id FROM item_steps")) == "l"
    with pytest.raises(Exception, match="never changes"), db.engine.begin() as connection:
        connection.execute(text("UPDATE item_steps SET kind = 'closed'"))
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM letters WHERE id = 'm'"))
    downgrade(revision="0025")
    with db.engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM letters")) == 1
