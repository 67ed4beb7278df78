"""Test devices: the same again, more of them, fresh visits; and what an outside client may count on (receiving.md 10)."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from reports.demonstration.rehearsals import SPECIAL, rehearsal
from surveys.database import db, writing
from surveys.devices import revoke
from surveys.fieldwork.visits.visits import Visit
from tests.surveys.fieldwork.rehearsal_form import rehearsal_form


def make(app: Flask, count: int, **more: Any) -> dict[str, Any]:
    with app.app_context():
        return rehearsal(count, form=rehearsal_form(), base="http://127.0.0.1:8000/sync", **more)


@pytest.mark.both_databases
def test_the_same_devices_come_back_and_more_are_added(app: Flask) -> None:
    first = make(app, 3)
    again = make(app, 3)
    assert again["devices"] == first["devices"]
    assert again["slip"]["address"] != first["slip"]["address"]
    more = make(app, 6)
    assert more["devices"][:3] == first["devices"]
    assert len(more["devices"]) == 6
    assert [bool(device["secret"]) for device in more["devices"]] == [False, False, False, True, False, False]


def test_what_each_device_has(app: Flask) -> None:
    described = make(app, 4)
    one, two, three, _ = described["devices"]
    kinds = [visit["kind"] for visit in one["visits"]]
    assert kinds.count("plain") >= 3
    assert set(SPECIAL) <= set(kinds)
    assert not set(SPECIAL) & {visit["kind"] for visit in three["visits"]}
    shared = [visit["visit"] for device in (one, two) for visit in device["visits"] if visit["kind"] == "shared"]
    assert shared[0] == shared[1]
    packages = {visit["kind"]: visit["questionnaire"] for visit in one["visits"]}
    assert packages["withdrawn"] != packages["plain"]
    assert set(described["sample"]) == {packages["withdrawn"], packages["plain"]}


def test_fresh_visits_for_those_used_up(app: Flask) -> None:
    first = make(app, 2)
    used = [visit["visit"] for visit in first["devices"][0]["visits"] if visit["kind"] in ("plain", "shared")]
    with app.app_context(), writing():
        for visit in used:
            db.session.get_one(Visit, visit).head = "0" * 64
    assert make(app, 2)["devices"] == first["devices"]
    fresh = make(app, 2, fresh=True)
    now = [visit["visit"] for visit in fresh["devices"][0]["visits"] if visit["kind"] in ("plain", "shared")]
    assert len(now) == 4
    assert not set(now) & set(used)


def test_many_plain_visits(app: Flask) -> None:
    described = make(app, 2, plain=8)
    for device in described["devices"]:
        assert sum(visit["kind"] == "plain" for visit in device["visits"]) == 8


def test_a_revoked_pair_is_replaced(app: Flask) -> None:
    first = make(app, 4)
    with app.app_context():
        assert revoke(first["devices"][2]["device"])
    again = make(app, 4)
    assert again["devices"][:2] == first["devices"][:2]
    assert first["devices"][2]["device"] not in {device["device"] for device in again["devices"]}


def test_the_slip_shows_none_of_its_names(app: Flask) -> None:
    slip = make(app, 2)["slip"]
    assert len(slip["code"]) == 6
    text = app.test_client().get(slip["address"].removeprefix("http://127.0.0.1:8000")).get_data(as_text=True)
    assert slip["names"]
    assert not any(name in text for name in slip["names"])


def test_private_keys_are_for_the_owner_alone(app: Flask) -> None:
    make(app, 2)
    assert (Path(app.instance_path) / "rehearsal.json").stat().st_mode & 0o777 == 0o600


def test_without_the_first_pair_all_begin_anew(app: Flask) -> None:
    first = make(app, 4)
    with app.app_context():
        assert revoke(first["devices"][0]["device"])
    again = make(app, 4)
    assert not {one["device"] for one in again["devices"]} & {one["device"] for one in first["devices"]}
    assert set(SPECIAL) <= {visit["kind"] for visit in again["devices"][0]["visits"]}
