"""A visit that nobody assigned: a deputy records one, or the desk enters it; it goes the way of any visit, and can be taken back."""

from datetime import date
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.database import db, writing
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.reviewing.review import state
from surveys.fieldwork.visits.attendance import attending
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import ListEntry
from surveys.planning.campaigns.visit_kinds import FIRST, VisitKind
from surveys.planning.words.visit_words import usual_words
from tests.factories.planning import DeputyFactory
from tests.house.client import check_page
from tests.surveys.pages.field_world import NAME, World, example, make_world, signed_in_client
from tests.surveys.pages.test_behalf import signed_in
from tests.surveys.pages.test_field_journey import read, send, walk

MARKET = usual_words() | {"visited": "集市", "measure": "场", "visiting": "赶集"}


@pytest.fixture
def world(app: Flask) -> World:
    world = make_world(app)
    with app.app_context(), writing():
        campaign = db.session.get_one(Campaign, world.campaign_id)
        common = {"campaign_id": campaign.id, "form_of": FIRST, "words": MARKET}
        entry = db.session.scalars(select(Visit)).one()
        if db.session.scalar(select(ListEntry.id).where(ListEntry.subject_id == entry.subject_id)) is None:
            db.session.add(
                ListEntry(campaign_id=campaign.id, unit_code="440118", subject_id=entry.subject_id, number=1)
            )
        db.session.add_all(
            [
                VisitKind(key="market", sort=2, label="赶大集", starts="deputy", hangs_on=[], most_a_day=2, **common),
                VisitKind(key="again", sort=3, label="回访", starts="deputy", hangs_on=["enterprise"], **common),
                VisitKind(key="talk", sort=4, label="座谈会", starts="desk", hangs_on=[], **common),
                VisitKind(
                    key="early",
                    sort=5,
                    label="过期",
                    starts="deputy",
                    hangs_on=[],
                    closes_on=date(2020, 1, 1),
                    **common,
                ),
            ]
        )
    return world


def _start(client: FlaskClient, label: str, **typed: str) -> str:
    """Press 开始填写 under this kind; gives the address that follows."""
    form = _form(client, label)
    for name, value in typed.items():
        form.fill(name, value)
    answer = send(client, "/visits/new", form)
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["Location"]).path


def _form(client: FlaskClient, label: str):
    page = check_page(client.get("/visits/new"))
    labels = [one.split("</h2>")[0] for one in page.split('class="sheet"')[1:] for one in [one.split("<h2>", 1)[1]]]
    return read(client.get("/visits/new")).forms[labels.index(label)]


def test_a_deputy_records_one_hands_it_in_and_the_desk_accepts_it(app: Flask, world: World) -> None:
    deputy = signed_in_client(app, world.devices[0])
    assert "自己记一场" in check_page(deputy.get("/visits"))
    page = check_page(deputy.get("/visits/new"))
    assert ("赶大集" in page, "回访" in page, "座谈会" in page, "过期" in page) == (True, True, False, False)
    address = _start(deputy, "赶大集", title="荔城市场早集")
    visit_id = address.split("/")[2]
    assert "荔城市场早集" in check_page(deputy.get("/visits"))
    start = f"/visits/{visit_id}/start"
    form = read(deputy.get(start)).forms[0]
    form.fill("present", *world.deputies)
    first = urlsplit(send(deputy, start, form).headers["Location"]).path
    answers, repeats = example("small-firm-arrears-idle-plant")
    check = walk(deputy, first, answers, repeats)
    handing_in = next(one for one in read(deputy.get(check)).forms if (one.action or "").endswith("/hand-in"))
    assert send(deputy, check, handing_in).status_code == 303
    assert "已送达" in check_page(deputy.get("/visits"))
    desk = signed_in(app, "unit_desk", "440118")
    assert "荔城市场早集" in check_page(desk.get("/campaigns/1/visits"))
    assert "荔城市场早集" in check_page(desk.get(f"/visits/{visit_id}/review"))
    with app.app_context():
        visit = db.session.get_one(Visit, visit_id)
        assert (state(visit), visit.kind, visit.subject_id, visit.group_id) == (
            "submitted",
            "market",
            None,
            world.group_id,
        )
        assert visit.assignment_id is None
        assert len(attending(visit_id)) == 2
        content = visit.head
    answer = desk.post(f"/visits/{visit_id}/review", data={"decision": "accept", "content": content})
    assert answer.status_code in (302, 303), answer.text[:500]
    with app.app_context():
        assert state(db.session.get_one(Visit, visit_id)) == "accepted"
        texts = db.session.scalars(select(Finding.text).where(Finding.visit_id == visit_id)).all()
        assert texts, "what was said there is findings like any other"


def test_one_on_a_subject_of_the_list(app: Flask, world: World) -> None:
    deputy = signed_in_client(app, world.devices[0])
    form = _form(deputy, "回访")
    refused = send(deputy, "/visits/new", form)
    assert "请从名单里选一个" in check_page(refused, 422)
    with app.app_context():
        subject_id = db.session.get_one(Visit, world.visit_id).subject_id or ""
    form.fill("subject", subject_id)
    visit_id = send(deputy, "/visits/new", form).headers["Location"].rpartition("/")[2]
    with app.app_context():
        visit = db.session.get_one(Visit, visit_id)
        assert (visit.kind, visit.subject_id, visit.title) == ("again", subject_id, None)
    assert NAME in check_page(deputy.get("/visits/new"))


def test_without_a_title_it_is_asked_for_and_pressed_twice_it_is_one(app: Flask, world: World) -> None:
    deputy = signed_in_client(app, world.devices[0])
    form = _form(deputy, "赶大集")
    assert "请写明在哪里" in check_page(send(deputy, "/visits/new", form), 422)
    form.fill("title", "早集")
    places = {send(deputy, "/visits/new", form).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    other = signed_in_client(app, world.devices[1])
    assert send(other, "/visits/new", form).status_code == 404, "the same press on another deputy's phone"


def test_a_day_takes_so_many_and_one_taken_back_counts_no_longer(app: Flask, world: World) -> None:
    deputy = signed_in_client(app, world.devices[0])
    first = _start(deputy, "赶大集", title="一").split("/")[2]
    _start(deputy, "赶大集", title="二")
    form = _form(deputy, "赶大集")
    form.fill("title", "三")
    assert "次数已到上限" in check_page(send(deputy, "/visits/new", form), 422)
    back = next(
        one for one in read(deputy.get("/visits/new")).forms if (one.action or "").endswith(f"/{first}/withdraw")
    )
    stranger = signed_in_client(app, world.devices[1])
    assert send(stranger, "", back).status_code == 404, "another's is not taken back"
    page = check_page(deputy.get(send(deputy, "/visits/new", back).headers["Location"]))
    assert "已撤回" in page
    with app.app_context():
        assert state(db.session.get_one(Visit, first)) == "void"
    _start(deputy, "赶大集", title="三")


def test_a_deputy_of_elsewhere_may_start_nothing(app: Flask, world: World) -> None:
    from surveys.fieldwork.receiving import senders

    with app.app_context(), writing():
        stranger = DeputyFactory(name="外区代表", unit_code="440105")
        device = senders.add_browser(stranger.id, campaign_id=world.campaign_id).id
    client = signed_in_client(app, device)
    with app.app_context(), writing():
        db.session.execute(db.text("DELETE FROM campaign_units WHERE unit_code = '440105'"))
    assert "自己记一场" not in check_page(client.get("/visits"))
    assert "没有可以自己记的活动" in check_page(client.get("/visits/new"))


def test_the_desk_enters_a_symposium_for_the_deputies(app: Flask, world: World) -> None:
    liaison = signed_in(app, "liaison", "440118")
    assert "补记一场" in check_page(liaison.get("/campaigns/1/visits"))
    page = check_page(liaison.get("/campaigns/1/visits/new"))
    assert ("座谈会" in page, "赶大集" in page) == (True, True)
    empty = liaison.post("/campaigns/1/visits/new", data={"kind": "talk", "title": "企业座谈会"})
    assert "选一位参加的代表" in check_page(empty, 422)
    assert "企业座谈会" in empty.text, "what was typed is kept"
    untitled = liaison.post("/campaigns/1/visits/new", data={"kind": "talk", "deputy": world.deputies[1]})
    assert "写明地点、内容" in check_page(untitled, 422)
    answer = liaison.post(
        "/campaigns/1/visits/new", data={"kind": "talk", "title": "企业座谈会", "deputy": world.deputies[1]}
    )
    assert answer.status_code == 303
    address = urlsplit(answer.headers["Location"]).path
    form = read(liaison.get(address)).forms[0]
    form.fill("present", *world.deputies)
    begun = liaison.post(address, data={"present": form.values("present"), "way": "told", "reason": ""})
    answers, repeats = example("refusing-enterprise")
    check = walk(liaison, urlsplit(begun.headers["Location"]).path, answers, repeats)
    handing_in = next(one for one in read(liaison.get(check)).forms if (one.action or "").endswith("/hand-in"))
    assert send(liaison, check, handing_in).status_code == 303
    with app.app_context():
        visit = db.session.get_one(Visit, address.split("/")[2])
        assert (visit.kind, visit.title, state(visit)) == ("talk", "企业座谈会", "submitted")
    page = check_page(liaison.get("/campaigns/1/progress"))
    others = page.split("其他类型的记录", 1)[1].split("</table>", 1)[0]
    assert "座谈会（收到/通过，场）" in others.replace(" ", "")
    assert "1 / 0" in others.split("<tfoot>")[1]
    assert "1 / 0" not in page.split("其他类型的记录", 1)[0], "it fills no quota"


@pytest.mark.parametrize(("role", "unit", "status"), [("committee", "440100", 404), ("unit_desk", "440105", 200), ("auditor", "440100", 404)])  # fmt: skip
def test_who_enters_and_for_whom(app: Flask, world: World, role: str, unit: str, status: int) -> None:
    client = signed_in(app, role, unit)
    answer = client.get("/campaigns/1/visits/new")
    assert answer.status_code in ({status, 403} if status == 404 else {status})
    assert world.deputies[0] not in answer.text, "deputies of another unit are not offered"
