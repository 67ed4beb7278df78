"""A lost phone is shut out at the desk, a slip withdrawn; the way back is a new code."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.accounts import Device
from surveys.audit import AuditEntry
from surveys.database import db
from tests.house.client import check_page
from tests.surveys.pages.field_world import World, make_world, signed_in_client
from tests.surveys.pages.test_phone_desk import desk_of


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.fixture
def desk(app: Flask, world: World) -> FlaskClient:
    return desk_of(app, "unit_desk", "440118")


def address(world: World) -> str:
    return f"/campaigns/1/phones/{world.deputies[0]}"


def enrolled(app: Flask, world: World, code: str, token: str) -> int:
    asked = {"slip": token, "key": None, "secret": "B" * 43, "name": "新手机", "notice": "2023-1", "code": code}
    return app.test_client().post("/sync/devices", json=asked).status_code


def test_a_lost_phone_is_shut_out_with_a_reason(app: Flask, world: World, desk: FlaskClient) -> None:
    phone = signed_in_client(app, world.devices[0])
    assert phone.get("/visits").status_code == 200
    assert world.deputies[0] in desk.get(f"/campaigns/1/phones/deputy?deputy={world.deputies[0]}").headers["Location"]
    check_page(desk.get(address(world)))
    page = check_page(desk.post(address(world), data={"device": world.devices[0], "reason": " "}), 422)
    assert "Write the reason" in page
    assert phone.get("/visits").status_code == 200

    assert desk.post(address(world), data={"device": world.devices[0], "reason": "Lost"}).status_code == 303
    assert phone.get("/visits").status_code == 403
    assert "Lost" in check_page(desk.get(address(world)))
    assert desk.post(address(world), data={"device": world.devices[0], "reason": "Lost"}).status_code == 404, "no more"
    with app.app_context():
        assert db.session.get_one(Device, world.devices[0]).revoked_reason == "Lost"
        [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "device.revoked"))
        assert entry.actor_kind == "staff"
    assert enrolled(app, world, world.code, world.token) == 201, "with a code a phone comes in again"


def test_a_withdrawn_slip_opens_nothing(app: Flask, world: World, desk: FlaskClient) -> None:
    assert desk.post(address(world), data={"slip": world.slip_id}).status_code == 303
    assert world.slip_id not in check_page(desk.get(address(world)))
    assert enrolled(app, world, world.code, world.token) != 201
    assert desk.post(address(world), data={"slip": world.slip_id}).status_code == 404
    phone = signed_in_client(app, world.devices[0])
    assert phone.get("/visits").status_code == 200, "phones that came in by it stay"


@pytest.mark.parametrize(
    ("role", "unit", "reads", "ends"),
    [("liaison", "440118", 200, 403), ("unit_desk", "440105", 404, 404), ("organizer", "440100", 404, 404)],
)
def test_who_may(app: Flask, world: World, role: str, unit: str, reads: int, ends: int) -> None:
    client = desk_of(app, role, unit)
    assert client.get(address(world)).status_code == reads
    assert client.post(address(world), data={"device": world.devices[0], "reason": "x"}).status_code == ends
