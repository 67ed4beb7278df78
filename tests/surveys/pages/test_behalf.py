"""代填 and 代为更正: staff fill a visit in from paper, or put a version right with a reason; it is marked as such everywhere."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.database import db, writing
from surveys.fieldwork.filling.drafts import drafts_of
from surveys.fieldwork.visits.attendance import attending
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from tests.desk_client import signed_in as signed_in_as
from tests.factories.planning import staff
from tests.surveys.pages.field_world import World, example, make_world, signed_in_client
from tests.surveys.pages.test_field_journey import begin, read, send, walk

EXAMPLE = "refusing-enterprise"


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


def signed_in(app: Flask, role: str, unit: str) -> FlaskClient:
    with app.app_context(), writing():
        username = staff(f"{role}.{unit}", role, unit).username
    return signed_in_as(app, username, "zh-CN")


def _begin(client: FlaskClient, world: World, way: str, reason: str = "") -> str:
    """Who went and how it came; gives the address of the first page."""
    address = f"/visits/{world.visit_id}/behalf"
    form = read(client.get(address)).forms[0]
    form.fill("present", world.deputies[1])
    answer = client.post(address, data={"present": form.values("present"), "way": way, "reason": reason})
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["Location"]).path


def _hand_in(client: FlaskClient, check: str) -> str:
    """Press the button of the check; gives the page that follows."""
    form = next(one for one in read(client.get(check)).forms if (one.action or "").endswith("/hand-in"))
    answer = send(client, check, form)
    assert answer.status_code == 303
    return client.get(answer.headers["Location"]).text


def _newest(world: World) -> Submission:
    query = select(Submission).where(Submission.visit_id == world.visit_id).order_by(Submission.version.desc())
    return db.session.scalars(query).first()  # type: ignore[return-value]


def test_a_liaison_fills_in_from_paper_and_it_is_marked_everywhere(app: Flask, world: World) -> None:
    liaison = signed_in(app, "liaison", "440118")
    answers, repeats = example(EXAMPLE)
    check = walk(liaison, _begin(liaison, world, "paper"), answers, repeats)
    assert "代填（纸质）" in _hand_in(liaison, check)
    with app.app_context():
        made = _newest(world)
        assert (made.via, made.deputy_id, made.device_id) == ("paper", world.deputies[1], None)
        assert made.entered_by is not None
        assert [one.id for one in attending(world.visit_id)] == [world.deputies[1]]
        content, name = made.content, made.by_name
    deputy = signed_in_client(app, world.devices[0])
    assert f"由{name}代填（纸质问卷）" in deputy.get("/visits").text
    assert "照纸质问卷代填" in deputy.get(f"/visits/{world.visit_id}").text
    assert "照纸质问卷代填" in deputy.get(f"/visits/{world.visit_id}/receipts/{content}").text
    assert "代填（纸质）" in liaison.get("/campaigns/1/visits").text
    assert "代填（纸质）" in liaison.get("/campaigns/1/visits?export=csv").data.decode("utf-8-sig")
    assert liaison.get(f"/visits/{world.visit_id}/behalf").status_code == 403, "a liaison corrects nothing"


def test_a_desk_corrects_with_a_reason_on_top_of_what_was_handed_in(app: Flask, world: World) -> None:
    answers, repeats = example(EXAMPLE)
    deputy = signed_in_client(app, world.devices[0])
    check = walk(deputy, begin(deputy, world), answers, repeats)
    form = next(one for one in read(deputy.get(check)).forms if (one.action or "").endswith("/hand-in"))
    assert send(deputy, check, form).status_code == 303
    desk = signed_in(app, "unit_desk", "440118")
    assert "代为更正并写明理由" in desk.get(f"/visits/{world.visit_id}/review").text
    refused = desk.post(f"/visits/{world.visit_id}/behalf", data={"present": world.deputies[0], "way": "told"})
    assert refused.status_code == 422, "a correction without its reason"
    first = _begin(desk, world, "told", "电话核对，日期写错一天")
    changed = answers | {"/g_visit/visit_date": "2023-07-11"}
    page = _hand_in(desk, walk(desk, first, changed, {}))
    assert "更正理由：电话核对，日期写错一天" in page
    assert "自第1版以来，改了" in page
    assert "<ins>2023年7月11日</ins>" in page
    with app.app_context():
        made = _newest(world)
        head = db.session.get_one(Visit, world.visit_id).head
        assert (made.via, made.version, made.content) == ("desk", 2, head)
    assert "理由：电话核对，日期写错一天" in deputy.get(f"/visits/{world.visit_id}").text


def test_a_deputys_draft_is_not_read_and_not_touched(app: Flask, world: World) -> None:
    deputy = signed_in_client(app, world.devices[0])
    first = begin(deputy, world)
    form = read(deputy.get(first)).forms[0]
    form.fill("/g_visit/visit_date", "2023-07-12")
    send(deputy, first, form, button=("go", "next"))
    desk = signed_in(app, "unit_desk", "440118")
    page = read(desk.get(_begin(desk, world, "told")))
    assert page.forms[0].values("/g_visit/visit_date") == [""]
    with app.app_context():
        assert len(drafts_of(world.visit_id)) == 2


def test_who_works_for_no_desk_knows_nothing_of_it(app: Flask, world: World) -> None:
    assert signed_in(app, "committee", "440100").get(f"/visits/{world.visit_id}/behalf").status_code == 404
