"""What a phone is told at the limits of receiving.md 8 and 1.2: too fast, too many at once, no length, no database, too late."""

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import create_app
from surveys import devices, rates
from surveys.database import db, utc_now, writing
from surveys.fieldwork.receiving import senders
from surveys.keys import SHA256, public_jwk, to_base64url
from surveys.pages.shell import sessions
from surveys.planning.assigning.assignments import Assignment, AssignmentMove
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion
from tests.factories.planning import GroupFactory
from tests.surveys.fieldwork.phones import put_headers
from tests.surveys.pages.field_world import World, make_world, signed_in_client


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


class Clock:
    """In place of the module `time`: it stands until it is moved."""

    now = 1_700_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    standing = Clock()
    monkeypatch.setattr(rates, "time", standing)
    return standing


def statuses(ask: Callable[[], TestResponse], number: int) -> list[int]:
    return [ask().status_code for _ in range(number)]


def test_a_device_asks_twenty_times_a_second_after_two_hundred_at_once(app: Flask, world: World, clock: Clock) -> None:
    mine, other = (signed_in_client(app, device) for device in world.devices)

    def ask() -> TestResponse:
        return mine.head(f"/sync/parts/{'a' * 64}")

    assert statuses(ask, 200) == [404] * 200
    refused = mine.get("/sync/assignments")
    assert (refused.status_code, refused.json["code"], refused.headers["Retry-After"]) == (429, "too_fast", "1")
    assert other.get("/sync/assignments").status_code == 200, "another device on the same address"
    clock.now += 1
    assert statuses(ask, 21) == [404] * 20 + [429]


def test_a_rehearsal_has_no_rate(app: Flask, world: World, clock: Clock) -> None:
    with app.app_context(), writing() as session:
        campaign = session.get_one(Campaign, world.campaign_id)
        campaign.settings = campaign.settings | {"rehearsal": True}
    mine = signed_in_client(app, world.devices[0])
    assert statuses(lambda: mine.head(f"/sync/parts/{'a' * 64}"), 202) == [404] * 202


def test_a_device_signs_in_thirty_times_and_then_every_other_second(app: Flask, world: World, clock: Clock) -> None:
    def ask(device: str = world.devices[0]) -> TestResponse:
        return app.test_client().post("/sync/session", json={"device": device})

    assert statuses(ask, 30) == [200] * 30
    refused = ask()
    assert (refused.status_code, refused.json["code"], refused.headers["Retry-After"]) == (429, "too_fast", "2")
    assert ask(world.devices[1]).status_code == 200
    clock.now += 2
    assert statuses(ask, 2) == [200, 429]


def test_too_many_at_once_are_sent_away_for_some_seconds_and_parts_before_contents(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "requests_waiting", waiting := sessions.WaitingRequests())
    mine, body = signed_in_client(app, world.devices[0]), b"{}"

    def part() -> TestResponse:
        return mine.head(f"/sync/parts/{'a' * 64}")

    def content() -> TestResponse:
        return mine.put(f"/sync/visits/{world.visit_id}", data=body, headers=put_headers(body))

    half = sessions.MOST_WAITING // 2
    assert [waiting.enter(part=False) for _ in range(half - 1)] == [0] * (half - 1)
    assert part().status_code == 404
    assert waiting.enter(part=False) == 0
    assert (part().status_code, content().status_code) == (503, 422)
    assert [waiting.enter(part=False) for _ in range(half)] == [0] * half
    refused = [content() for _ in range(60)]
    assert {(one.status_code, one.json["code"]) for one in refused} == {(503, "busy")}
    pauses = {int(one.headers["Retry-After"]) for one in refused}
    assert pauses <= set(range(2, 21))
    assert len(pauses) > 5, "they do not all come back at once"
    waiting.leave()
    assert content().status_code == 422, "whoever was sent away took no place"


@pytest.mark.parametrize("address", ["visits/{visit}", "visits/{visit}/draft", "parts/" + "a" * 64])
def test_a_body_without_a_length_is_not_read(app: Flask, world: World, address: str) -> None:
    mine, body = signed_in_client(app, world.devices[0]), io.BytesIO(b"{}")
    kind = "application/octet-stream" if "parts" in address else "application/json"
    answer = mine.put(
        f"/sync/{address.format(visit=world.visit_id)}",
        input_stream=body,
        headers=put_headers(b"{}", kind) | {"Transfer-Encoding": "chunked", "Content-Range": "bytes 0-1/2"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert (answer.status_code, answer.json["code"]) == (411, "length")
    assert body.tell() == 0


def test_a_database_that_is_away_is_told_as_busy_and_found_again(
    empty_postgresql: str, postgresql_pattern: str, tmp_path: Path
) -> None:
    app = create_app({"TESTING": True, "INSTANCE": str(tmp_path), "SQLALCHEMY_DATABASE_URI": empty_postgresql})
    with app.app_context():
        db.create_all()
    world, name = make_world(app), empty_postgresql.rpartition("/")[2]
    mine, body = signed_in_client(app, world.devices[0]), b"{}"

    def content() -> TestResponse:
        return mine.put(f"/sync/visits/{world.visit_id}", data=body, headers=put_headers(body))

    assert mine.get("/sync/assignments").status_code == 200
    with psycopg.connect(postgresql_pattern, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        for answer in (content(), mine.get("/sync/assignments"), content()):
            assert (answer.status_code, answer.json["code"], answer.json["retry"]) == (503, "busy", "later")
            assert 2 <= int(answer.headers["Retry-After"]) <= 20
            assert "receipt" not in answer.json
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    kept = content()
    assert (kept.status_code, kept.json["code"]) == (422, "unreadable")
    assert kept.json["receipt"]
    with app.app_context():
        db.engine.dispose()


def a_phone(app: Flask, world: World) -> tuple[FlaskClient, str, ec.EllipticCurvePrivateKey]:
    """A phone that has just come in by slip and code."""
    client, key = app.test_client(), ec.generate_private_key(ec.SECP256R1())
    asked = {"slip": world.token, "code": world.code, "key": public_jwk(key.public_key()), "secret": None}
    answer = client.post("/sync/devices", json=asked)
    assert answer.status_code == 201
    return client, answer.json["device"], key


def later_by(monkeypatch: pytest.MonkeyPatch, **spans: float) -> None:
    """The clock by which challenges and cookies are judged goes on."""
    ahead = timedelta(**spans)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + ahead

    for module in (devices, sessions):
        monkeypatch.setattr(module, "datetime", Later)


@pytest.mark.parametrize(("seconds", "status"), [(115, 204), (125, 401)])
def test_a_challenge_is_good_for_two_minutes(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
) -> None:
    client, device, key = a_phone(app, world)
    client.delete_cookie(devices.COOKIE)
    challenge = client.post("/sync/session", json={"device": device}).json["challenge"]
    r, s = decode_dss_signature(key.sign(f"diaoyan-session/1\n{device}\n{challenge}".encode(), SHA256))
    proof = to_base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    later_by(monkeypatch, seconds=seconds)
    answer = client.post("/sync/session", json={"device": device, "challenge": challenge, "proof": proof})
    assert answer.status_code == status
    if status == 401:
        assert (answer.json["code"], answer.json["retry"]) == ("session", "sign_in")
        with app.app_context():
            assert devices.challenge_holds(answer.json["challenge"]), "a fresh one to go on with"
    assert client.get("/sync/assignments").status_code == (200 if status == 204 else 401)


def test_a_session_ends_after_twelve_hours_unless_it_is_used(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, device, _key = a_phone(app, world)
    with app.app_context():
        first = devices.field_cookie(device)
    later_by(monkeypatch, hours=11, minutes=59)
    assert "Set-Cookie" in client.get("/sync/assignments").headers, "renewed by use"
    later_by(monkeypatch, hours=23)
    assert client.get("/sync/assignments").status_code == 200
    later_by(monkeypatch, hours=12, minutes=1)
    unused = app.test_client()
    unused.set_cookie(devices.COOKIE, first)
    answer = unused.get("/sync/assignments")
    assert (answer.status_code, answer.json["code"]) == (401, "session")
    assert answer.json["challenge"]


def test_a_browser_that_is_borrowed_ends_after_twelve_hours_and_one_that_is_kept_does_not(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), writing():
        kept, borrowed = (
            senders.add_browser(world.deputies[0], campaign_id=world.campaign_id, kept=kept).id
            for kept in (True, False)
        )
    clients = [signed_in_client(app, device) for device in (kept, borrowed)]
    later_by(monkeypatch, hours=13)
    assert [client.get("/sync/assignments").status_code for client in clients] == [200, 401]


def test_what_no_device_signed_opens_no_session(app: Flask, world: World) -> None:
    client, device, _key = a_phone(app, world)
    challenge = client.post("/sync/session", json={"device": device}).json["challenge"]
    for proof in ("", "AAAA", to_base64url(bytes(64)), "not base64url!"):
        answer = client.post("/sync/session", json={"device": device, "challenge": challenge, "proof": proof})
        assert answer.status_code == 401


def test_a_draft_is_said_to_be_kept_only_where_it_is(app: Flask, world: World) -> None:
    mine, address = signed_in_client(app, world.devices[0]), f"/sync/visits/{world.visit_id}/draft"

    def mirror(size: int = 0, questionnaire: str = world.package_hash) -> tuple[int, str | None]:
        draft = json.dumps({"answers": {"/q": "x" * size}, "questionnaire": questionnaire, "base": None})
        answer = mine.put(address, data=draft, content_type="application/json")
        assert "receipt" not in (answer.json or {})
        return answer.status_code, (answer.json or {}).get("code")

    def held() -> list[int]:
        return [len(one["text"]) for one in signed_in_client(app, world.devices[1]).get(address).json["drafts"]]

    assert mirror(2 * 1024 * 1024) == (413, "too_large")
    assert held() == []
    assert mirror(2_000_000) == (204, None)
    assert held()[0] > 2_000_000
    with app.app_context(), writing() as session:
        version = session.scalars(select(QuestionnaireVersion)).one()
        version.published_at = None
    assert mirror(5, questionnaire="0" * 64) == (404, "unknown_questionnaire")
    assert held()[0] > 2_000_000, "what was kept before stays"
    with app.app_context(), writing() as session:
        assignment = session.scalars(select(Assignment)).one()
        another = GroupFactory(campaign_id=world.campaign_id, unit_code="440118")
        move = {"from_group_id": world.group_id, "to_group_id": another.id, "moved_at": utc_now()}
        session.add(AssignmentMove(assignment_id=assignment.id, **move))
        assignment.group_id = another.id
    assert mirror(5) == (404, "unknown_visit")
