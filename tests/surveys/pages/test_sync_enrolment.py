"""Slip, code and key over the address of phones (receiving.md 1): once, again, too often, from elsewhere, revoked."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveys.database import clock_at, db, utc_now, writing
from surveys.devices import COOKIE, challenge_holds, field_cookie, new_challenge, revoke
from surveys.fieldwork.filling.phone_reports import phone_statuses
from surveys.fieldwork.receiving import senders
from surveys.keys import instance_keys, public_jwk, to_base64url
from surveys.pages.field import slips
from surveys.pages.phones import signing_in
from surveys.pages.shell import sessions
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people import code_tries, enrolments
from surveys.planning.people.slips import Slip, WrongCode, make_code
from tests.surveys.pages.field_world import NAME, World, make_world


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails answers at once, but where its time is what is asked about."""
    monkeypatch.setattr(sessions, "FAILURE_SECONDS", 0)


def a_key() -> dict[str, str]:
    return public_jwk(ec.generate_private_key(ec.SECP256R1()).public_key())


def enrol(client: FlaskClient, world: World, **change: Any) -> Any:
    body = {
        "slip": world.token,
        "code": world.code,
        "key": a_key(),
        "secret": None,
        "name": "Huawei nova",
        "notice": "2023-1",
    }
    return client.post("/sync/devices", json=body | change)


def test_a_code_makes_one_device(app: Flask, world: World) -> None:
    client, key = app.test_client(), a_key()
    first = enrol(client, world, key=key)
    assert first.status_code == 201
    assert set(first.json) == {"device", "server", "instance"}
    again = enrol(client, world, key=key)
    assert (again.status_code, again.json) == (200, first.json)
    assert enrol(client, world).status_code == 403, "another key with a used code"
    assert client.get("/sync/assignments").json["visits"][0]["title"] == NAME


def test_a_secret_of_thirty_two_bytes(app: Flask, world: World) -> None:
    client = app.test_client()
    assert enrol(client, world, key=None, secret=to_base64url(b"x" * 16)).status_code == 400
    assert enrol(client, world, key=None, secret=to_base64url(b"x" * 32)).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"key": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"key": {"kty": "RSA"}},
        {"key": None},
        {"key": "no key"},
        {"slip": None},
        {"code": 123456},
    ],
)
def test_what_is_no_enrolment(app: Flask, world: World, change: dict[str, Any]) -> None:
    response = enrol(app.test_client(), world, **change)
    assert response.status_code == 400
    assert response.json["zh"]["remedy"]
    assert response.json["en"]["remedy"]


def test_five_devices_and_no_more(app: Flask, world: World) -> None:
    with app.app_context(), writing():
        for _ in range(4):
            senders.add_browser(world.deputies[0], campaign_id=world.campaign_id, name="手机")
    response = enrol(app.test_client(), world)
    assert response.status_code == 409
    assert len(response.json["devices"]) == 5
    with app.app_context():
        assert revoke(world.devices[0])
    assert enrol(app.test_client(), world).status_code == 201, "the code was not used up"


FAILURE_SECONDS = sessions.FAILURE_SECONDS
NOBODYS = "nobody-made-this-one"
STATES = ["open", "withdrawn", "expired", "unknown"]


def put(app: Flask, world: World, state: str) -> str:
    """The token of a slip in this state."""
    with app.app_context(), writing() as session:
        slip = session.get_one(Slip, world.slip_id)
        slip.withdrawn_at = utc_now() if state == "withdrawn" else None
        campaign = session.get_one(Campaign, slip.campaign_id)
        slip.expires_at = campaign.now() if state == "expired" else campaign.now() + timedelta(seconds=1)
    return NOBODYS if state == "unknown" else world.token


def a_wrong_code(world: World) -> str:
    return "000000" if world.code != "000000" else "000001"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.both_databases
def test_wrong_codes_hold_up_every_token_alike(app: Flask, world: World, state: str) -> None:
    client, token = app.test_client(), put(app, world, state)
    code = a_wrong_code(world) if state == "open" else world.code
    answers = [enrol(client, world, slip=token, code=code) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    assert {answer.json["code"] for answer in answers[:5]} == {"code"}
    assert answers[5].json["code"] == "wrong_codes"
    assert answers[5].json["zh"] == {"title": "验证码错得太多", "remedy": "请15分钟后再试"}
    assert answers[5].json["en"] == {"title": "Too many wrong codes", "remedy": "Please try again in 15 minutes"}
    assert 890 < int(answers[5].headers["Retry-After"]) <= 901
    assert enrol(client, world, slip="another-that-nobody-made", code=code).status_code == 403, "each token by itself"


def test_twenty_wrong_codes_void_a_slip_and_it_goes_on_like_one_that_is_none(app: Flask, world: World) -> None:
    client, wrong, began = app.test_client(), a_wrong_code(world), utc_now()
    told: dict[str, list[tuple[int, str]]] = {NOBODYS: [], world.token: []}
    for hour in range(5):
        with clock_at(began + timedelta(hours=hour)):
            for token, answers in told.items():
                tried = [enrol(client, world, slip=token, code=wrong) for _ in range(6)]
                answers.extend((one.status_code, one.json["code"]) for one in tried)
    assert told[NOBODYS] == told[world.token] == ([(403, "code")] * 5 + [(429, "wrong_codes")]) * 5
    with app.app_context():
        slip = db.session.get_one(Slip, world.slip_id)
        assert slip.withdrawn_at == began + timedelta(hours=3)
    with clock_at(began + timedelta(hours=9)):
        assert enrol(client, world).status_code == 403, "the right code opens nothing any more"


def test_tokens_that_are_made_up_fill_nothing(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_tries, "MOST_REMEMBERED", 7)
    client, began, count = app.test_client(), utc_now(), select(func.count()).select_from(WrongCode)
    for second in range(12):
        with clock_at(began + timedelta(seconds=second)):
            assert enrol(client, world, slip=f"made-up-{second}").status_code == 403
    with app.app_context():
        assert db.session.scalar(count) == 7
    with clock_at(began + timedelta(minutes=16)):
        enrol(client, world, slip="made-up-later")
    with app.app_context():
        assert db.session.scalar(count) == 1, "what holds nothing up any more is gone"


class Clock:
    """In place of the module `time`: it goes on only while somebody works or sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("door", ["script", "page"])
def test_a_failure_takes_as_long_for_every_token(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    monkeypatch.setattr(sessions, "FAILURE_SECONDS", FAILURE_SECONDS)
    clock, work = Clock(), iter([0.01, 0.02, 0.07, 0.11, 0.13, 0.17, 0.19, 0.29])
    module = signing_in if door == "script" else slips

    def slow(*given: Any, **more: Any) -> Any:
        clock.now += next(work)
        return enrolments.enrol(*given, **more)

    for one in (sessions, module):
        monkeypatch.setattr(one, "time", clock)
    monkeypatch.setattr(module, "enrol", slow)
    client, wrong, taken = app.test_client(), a_wrong_code(world), []
    monkeypatch.setattr(code_tries, "WRONG_AT_ONCE", 99)
    for state in [*STATES, *STATES]:
        token, began = put(app, world, state), clock.now
        if door == "script":
            assert enrol(client, world, slip=token, code=wrong).status_code == 403
        else:
            assert client.post(f"/s/{token}", data={"code": wrong}).status_code == 422
        taken.append(round(clock.now - began, 6))
    assert taken == [FAILURE_SECONDS] * 8
    assert FAILURE_SECONDS > 0.2, "longer than the work of any"


def test_a_shown_code_ends_and_a_new_one_ends_the_old(app: Flask, world: World) -> None:
    with app.app_context(), writing():
        new = make_code(world.slip_id, world.deputies[0])
    if new != world.code:
        assert enrol(app.test_client(), world).status_code == 403
    assert enrol(app.test_client(), world, code=new).status_code == 201


def test_a_code_is_only_for_the_slips_deputies(app: Flask, world: World) -> None:
    from tests.factories.planning import DeputyFactory

    with app.app_context(), writing(), pytest.raises(ValueError, match="not for this deputy"):
        make_code(world.slip_id, DeputyFactory().id)


def test_another_site_may_not_enrol(app: Flask, world: World) -> None:
    body = json.dumps({"slip": world.token, "code": world.code, "key": a_key()})
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        response = app.test_client().post(
            "/sync/devices", data=body, headers={"Content-Type": "application/json", **headers}
        )
        assert (response.status_code, response.json["code"]) == (403, "origin")


def test_challenges_are_made_here(app: Flask) -> None:
    with app.app_context():
        assert challenge_holds(new_challenge())
        for forged in ("a.b.c", "", "..", "a.1700000000.AAAA"):
            assert not challenge_holds(forged)


def test_published_keys(app: Flask) -> None:
    listed = app.test_client().get("/sync/keys").json
    with app.app_context():
        assert [entry["kid"] for entry in listed["keys"]] == [instance_keys().kid]
        for file in ("instance", "secret", "server.pem"):
            from pathlib import Path

            assert (Path(app.instance_path) / "keys" / file).stat().st_mode & 0o777 == 0o600


def test_what_is_no_address(app: Flask, world: World) -> None:
    client = app.test_client()
    assert client.get("/sync/nothing").status_code == 401
    enrol(client, world)
    response = client.get("/sync/nothing")
    assert (response.status_code, response.json["code"]) == (404, "not_found")
    assert client.delete("/sync/assignments").status_code == 404


def sign_in(app: Flask, client: FlaskClient, device_id: str) -> None:
    with app.app_context():
        client.set_cookie(COOKIE, field_cookie(device_id))


def test_a_browser_that_came_in_without_script_gets_a_key_of_its_own(app: Flask, world: World) -> None:
    client, key = app.test_client(), a_key()
    assert client.post("/sync/devices/own", json={"key": key, "secret": None}).status_code == 401
    with app.app_context(), writing():
        browser = senders.add_browser(world.deputies[0], campaign_id=world.campaign_id)
    sign_in(app, client, browser.id)
    first = client.post("/sync/devices/own", json={"key": key, "secret": None, "name": "Huawei nova"})
    assert (first.status_code, first.json["device"]) == (201, browser.id), "it stays the device it is"
    again = client.post("/sync/devices/own", json={"key": key, "secret": None})
    assert (again.status_code, again.json) == (200, first.json), "a lost answer costs nothing"
    assert client.post("/sync/devices/own", json={"key": a_key(), "secret": None}).status_code == 403, "one key only"


def test_a_borrowed_browser_gets_no_key(app: Flask, world: World) -> None:
    client = app.test_client()
    with app.app_context(), writing():
        browser = senders.add_browser(world.deputies[0], campaign_id=world.campaign_id, kept=False)
    sign_in(app, client, browser.id)
    assert client.post("/sync/devices/own", json={"key": a_key(), "secret": None}).status_code == 403


def test_what_a_phone_says_of_itself_is_bounded(app: Flask, world: World) -> None:
    client = app.test_client()
    assert enrol(client, world).status_code == 201
    said = {
        "release": "r1",
        "persisted": False,
        "free": 5e9,
        "outbox": {"queued": 2, "stolen": 4, "stored": "many"},
        "ready": ["v1", 7, "x" * 99],
        "log": [{"what": "boom\n" * 60, "name": "a person"}] * 220,
        "answers": {"/q": "text"},
    }
    assert client.post("/sync/log", json=said).status_code == 204
    with app.app_context():
        found = phone_statuses(world.deputies)[0]
    assert (found.release, found.persisted, found.free, found.outbox) == ("r1", False, 5_000_000_000, {"queued": 2})
    assert found.ready == ("v1",)
    assert len(found.errors) == 200
    assert set(found.errors[0]) == {"at", "kind", "what", "where", "page", "release"}
    assert len(found.errors[0]["what"]) == 240
    assert client.post("/sync/log", data=b"x" * 200_000, content_type="application/json").status_code == 413
