"""Phones as the desk sees them: a rescue file is taken in once, what was set aside is filed or put away, who is ready."""

import base64
import hashlib
import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from reports.printing.pdf_text import page_texts
from surveys.database import db, utc_now, writing
from surveys.fieldwork.filling.drafts import drafts_of
from surveys.fieldwork.filling.phone_reports import keep_report
from surveys.fieldwork.receiving import senders, storing
from surveys.fieldwork.receiving.parts import look
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.rescue.rescue_file import NoRescueFile, read_rescue
from surveys.fieldwork.visits.submissions import HeldPart, SetAside, Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.group_slips import ensure_slips
from surveys.planning.people.groups import Group
from surveys.planning.people.slips import WRONG_IN_ALL, Slip, make_code, slip_token
from surveys.questionnaire.package.content import canonical, digest
from tests.desk_client import signed_in
from tests.factories.planning import staff
from tests.surveys.pages.field_world import World, make_world, signed_in_client

PHOTO = bytes(range(256)) * 4


def content(world: World, **change: Any) -> bytes:
    part = {"name": "p.jpg", "path": "/photo", "sha256": digest(PHOTO), "size": len(PHOTO), "type": "image/jpeg"}
    return canonical(
        {
            "answers": {"/words": "一"},
            "base": None,
            "clock": "2023-07-12T09:00:00+08:00",
            "format": "diaoyan-visit/1",
            "outcome": "visited",
            "parts": [part],
            "questionnaire": world.package_hash,
            "visit": world.visit_id,
        }
        | change
    )


def rescue_file(*bodies: tuple[str, bytes], text: str | None = None) -> bytes:
    parts = [{"sha256": hashlib.sha256(PHOTO).hexdigest(), "base64": base64.b64encode(PHOTO).decode()}]
    items = [
        {"visit": visit, "text": text or body.decode(), "hash": digest(body), "parts": parts} for visit, body in bodies
    ]
    return json.dumps({"format": "diaoyan-rescue/1", "items": items}).encode()


def bring(client: FlaskClient, file: bytes, status: int = 200) -> str:
    answer = client.post(
        "/campaigns/1/set-aside", data={"file": (io.BytesIO(file), "x.json")}, content_type="multipart/form-data"
    )
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.fixture
def desk(app: Flask, world: World) -> FlaskClient:
    return desk_of(app, "unit_desk", "440118")


def desk_of(app: Flask, role: str, unit: str) -> FlaskClient:
    with app.app_context(), writing():
        username = staff(f"{role}.{unit}", role, unit).username
    return signed_in(app, username, "en")


def number_held(app: Flask, table: Any = Submission) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count()).select_from(table)).one()


def test_a_rescue_file_is_taken_in_once_with_its_photos(app: Flask, world: World, desk: FlaskClient) -> None:
    file = rescue_file((world.visit_id, content(world)))
    assert "taken in · Version 1 · 1 photos or files" in bring(desk, file)
    assert "was held already, nothing changed" in bring(desk, file)
    assert (number_held(app), number_held(app, HeldPart)) == (1, 1)
    with app.app_context():
        held = db.session.scalars(select(Submission)).one()
        assert (held.via, held.body) == ("file", content(world))


def test_what_a_phone_sent_already_is_not_doubled_by_its_file(app: Flask, world: World, desk: FlaskClient) -> None:
    with app.app_context():
        sender = senders.of_device(world.devices[0])
        assert sender is not None
        assert receive(sender, world.visit_id, content(world), via="phone").status == 202
    assert "was held already" in bring(desk, rescue_file((world.visit_id, content(world))))
    assert number_held(app) == 1


def test_what_a_file_has_that_is_none_of_this_desk_is_left_alone(app: Flask, world: World, desk: FlaskClient) -> None:
    other = "0b9f6a52-6f0e-4c5e-9f43-0d0c3e5a7b11"
    said = bring(desk, rescue_file((other, content(world, visit=other)), (world.visit_id, b"{}")))
    assert "not a visit of this desk" in said
    assert "cannot be read as a visit" in said
    assert "damaged in the file" in bring(desk, rescue_file((world.visit_id, content(world)), text="{} "))
    assert number_held(app) == 0
    for broken in (b"", b"[]", b"{}", b'{"format": "diaoyan-rescue/1"}', b"\xff"):
        assert "Nothing was changed" in bring(desk, broken, 422)
        with pytest.raises(NoRescueFile):
            read_rescue(broken)
    elsewhere = desk_of(app, "unit_desk", "440105")
    assert "not a visit of this desk" in bring(elsewhere, rescue_file((world.visit_id, content(world))))
    bring(desk_of(app, "liaison", "440118"), rescue_file((world.visit_id, content(world))), 403)
    assert number_held(app) == 0


def test_what_was_set_aside_is_filed_or_put_away(app: Flask, world: World, desk: FlaskClient) -> None:
    with app.app_context():
        sender = senders.of_device(world.devices[0])
        assert sender is not None
        for visit, body in (("lost", content(world)), (world.visit_id, b"no json")):
            assert receive(sender, visit, body, via="phone").facts
        first, second = db.session.scalars(select(SetAside.id).order_by(SetAside.reason))
        number = db.session.scalars(select(Assignment.number)).one()
    page = desk.get("/campaigns/1/set-aside").text
    table = desk.get("/campaigns/1/set-aside?export=csv").data.decode("utf-8-sig")
    assert "No such visit here" in table
    assert "Cannot be read as a visit" in table
    assert "No such visit here" in page
    assert "Cannot be read as a visit" in page
    assert desk.get(f"/campaigns/1/set-aside/{first}").data == content(world)
    assert desk_of(app, "unit_desk", "440105").get(f"/campaigns/1/set-aside/{first}").status_code == 404

    def decide(aside: str, **form: str) -> str:
        return desk.post(f"/campaigns/1/set-aside/{aside}", data=form, follow_redirects=True).text

    assert "There is no visit of yours" in decide(first, decision="attach", visit="9999")
    assert "cannot become a version" in decide(second, decision="attach", visit=str(number))
    assert "It is now a version" in decide(first, decision="attach", visit=f"440118-{number:04d}")
    assert "Say why" in decide(second, decision="reject")
    assert "marked as of no use" in decide(second, decision="reject", reason="测试")
    assert "Nothing is set aside" in desk.get("/campaigns/1/set-aside").text
    assert number_held(app) == 1


def test_who_can_fill_in_without_a_signal(app: Flask, world: World, desk: FlaskClient) -> None:
    assert "0 of 1 visits to come" in desk.get("/campaigns/1/phones").text
    with app.app_context():
        keep_report(world.devices[0], {"ready": [world.visit_id], "drafts": [world.visit_id], "outbox": {"aside": 1}})
    page = desk.get("/campaigns/1/phones").text
    assert desk.get("/campaigns/1/phones?export=xlsx").data.startswith(b"PK")
    assert "丁代表" in desk.get("/campaigns/1/phones?table=phones&export=csv").data.decode("utf-8-sig")
    assert "1 of 1 visits to come" in page
    assert "draft on a phone" in page
    assert "丁代表" in page
    assert desk_of(app, "unit_desk", "440105").get("/campaigns/1/phones").text.count("丁代表") == 0


def test_a_draft_in_the_file_is_on_the_server_then_with_its_photo(app: Flask, world: World, desk: FlaskClient) -> None:
    """What a deputy had not handed in when the phone gave out: the group's phones find it, and its photo need not be sent."""
    part = {"name": "p.jpg", "path": "/photo", "sha256": digest(PHOTO), "size": len(PHOTO), "type": "image/jpeg"}
    text = json.dumps({"answers": {"/words": "一"}, "questionnaire": world.package_hash, "parts": [part], "base": None})
    parts = [{"sha256": digest(PHOTO), "base64": base64.b64encode(PHOTO).decode()}]
    begun = [{"visit": world.visit_id, "text": text, "parts": parts}]
    file = json.dumps({"format": "diaoyan-rescue/1", "items": [], "drafts": begun}).encode()
    assert "it is on the server now" in bring(desk, file)
    assert "was held already" in bring(desk, file)
    with app.app_context():
        sender = senders.of_device(world.devices[0])
        assert sender is not None
        [found] = drafts_of(world.visit_id)
        assert json.loads(found.text)["answers"] == {"/words": "一"}
        receive(sender, world.visit_id, content(world), via="phone")
        part_now = look(sender, digest(PHOTO))
        assert part_now is not None
        assert part_now.is_held


def test_a_visit_that_takes_no_other_version_is_told(
    app: Flask, world: World, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "MOST_VERSIONS", 3)
    phone, told = signed_in_client(app, world.devices[0]), "A visit has 3 versions"

    def hand_in(number: int) -> tuple[int, str | None]:
        body = content(world, answers={"/words": str(number)})
        headers = {"Diaoyan-Hash": digest(body), "Content-Type": "application/json"}
        answer = phone.put(f"/sync/visits/{world.visit_id}", data=body, headers=headers)
        return answer.status_code, (answer.json or {}).get("code")

    assert [hand_in(number) for number in range(2)] == [(202, None), (409, "fork")]
    assert told not in desk.get("/campaigns/1/phones").text
    assert [hand_in(number) for number in range(2, 5)] == [(409, "fork")] + [(429, "too_many_versions")] * 2
    page = desk.get("/campaigns/1/phones").text
    assert page.count(told) == 1
    assert f'href="/visits/{world.visit_id}/review"' in page
    assert told not in desk_of(app, "unit_desk", "440105").get("/campaigns/1/phones").text
    with app.app_context(), writing() as session:
        session.get_one(Visit, world.visit_id).voided_at = utc_now()
    assert told not in desk.get("/campaigns/1/phones").text, "what was to be done is done"


def test_a_slip_that_wrong_codes_have_voided_is_told_until_there_is_a_new_one(
    app: Flask, world: World, desk: FlaskClient
) -> None:
    told = "wrong codes were typed"
    with app.app_context(), writing() as session:
        session.get_one(Slip, world.slip_id).wrong = WRONG_IN_ALL - 1
    assert told not in desk.get("/campaigns/1/phones").text
    wrong = "000000" if world.code != "000000" else "000001"
    proof = {"key": None, "secret": "A" * 43, "name": "x", "notice": "2023-1"}
    tried = app.test_client().post("/sync/devices", json={"slip": world.token, "code": wrong, **proof})
    assert tried.status_code == 403
    assert f"20 {told}" in desk.get("/campaigns/1/phones").text
    with app.app_context():
        campaign, group = db.session.get_one(Campaign, world.campaign_id), db.session.get_one(Group, world.group_id)
        ensure_slips(campaign, [group])
    assert told not in desk.get("/campaigns/1/phones").text


def test_a_slip_for_one_deputy_opens_for_that_deputy_alone(app: Flask, world: World, desk: FlaskClient) -> None:
    first, second = world.deputies
    page = desk.get("/campaigns/1/phones").text
    assert re.search(rf'<option value="{first}">丁代表 · 第\d+小组</option>', page), "two deputies may have one name"
    printed = [desk.post(f"/campaigns/1/phones/{what}", data={"deputy": first}) for what in ("slip", "code", "slip")]
    assert [(one.status_code, one.data[:5]) for one in printed] == [(200, b"%PDF-")] * 3
    texts = ["".join(page_texts(one.data)) for one in printed]
    (code,) = (found.replace(" ", "") for found in re.findall(r"\b\d{3}\s\d{3}\b", texts[1]))
    assert "丁代表" in texts[0]
    assert "/s/" not in texts[1], "slip and code are never on one sheet"
    with app.app_context():
        slip = db.session.scalars(select(Slip).where(Slip.deputy_id == first)).one()  # printed again, not made again
        token = slip_token(slip)
        with writing(), pytest.raises(ValueError, match="not for this deputy"):
            make_code(slip.id, second)
    asked = {"slip": token, "key": None, "secret": "A" * 43, "name": "x", "notice": "2023-1"}
    phone = app.test_client()
    assert phone.post("/sync/devices", json=asked | {"code": world.code}).status_code == 403, "the group's code"
    assert phone.post("/sync/devices", json=asked | {"code": code}).status_code == 201
    for other in (desk_of(app, "unit_desk", "440105"), desk_of(app, "organizer", "440100")):
        for what in ("slip", "code"):
            assert other.post(f"/campaigns/1/phones/{what}", data={"deputy": first}).status_code in (403, 404)


def test_an_own_slip_that_is_voided_is_told_until_there_is_a_new_one(
    app: Flask, world: World, desk: FlaskClient
) -> None:
    told = "The own visit slip of 丁代表 opens nothing"
    desk.post("/campaigns/1/phones/slip", data={"deputy": world.deputies[0]})
    assert told not in desk.get("/campaigns/1/phones").text
    with app.app_context(), writing() as session:
        slip = session.scalars(select(Slip).where(Slip.deputy_id == world.deputies[0])).one()
        slip.wrong, slip.withdrawn_at = WRONG_IN_ALL, utc_now()
    assert told in desk.get("/campaigns/1/phones").text
    assert told not in desk_of(app, "unit_desk", "440105").get("/campaigns/1/phones").text
    desk.post("/campaigns/1/phones/code", data={"deputy": world.deputies[0]})
    assert told not in desk.get("/campaigns/1/phones").text
