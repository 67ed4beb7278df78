"""The list of bodies and the terms of a campaign, edited and put back through their pages."""

from datetime import date

from flask import Flask
from sqlalchemy import select

from reports.handling import course
from reports.handling.bodies import Body
from reports.handling.records import Item, Letter
from surveys.database import db
from tests.desk_client import signed_in
from tests.reports.handling.world import campaign, committee, hand_over, items_of, number, office, work


def _body(app: Flask, code: str) -> Body:
    with app.app_context():
        body = db.session.get_one(Body, code)
        db.session.expunge(body)
        return body


def test_a_body_is_added_renamed_retired_and_brought_back(demonstration: Flask) -> None:
    desk, page = office(demonstration), f"/campaigns/{number(demonstration)}/bodies"
    new = {"code": "x01", "name": "市数据局", "short_name": "市数据局", "tier": "gov", "contact": "综合处"}
    assert desk.post(page, data=new).status_code == 303
    again = desk.post(page, data=new)
    assert again.status_code == 409
    assert "不能用" in again.text
    assert "综合处" in again.text  # what was typed stays
    assert desk.post(page, data={**new, "code": "X02", "name": ""}).status_code == 409
    own = f"{page}/X01"
    changed = {**new, "name": "市政务服务和数据管理局", "short_name": "", "parent_code": "D01"}
    assert desk.post(own, data=changed).status_code == 303
    body = _body(demonstration, "X01")
    assert (body.short_name, body.parent_code) == ("市政务服务和数据管理局", "D01")
    above = desk.post(f"{page}/D01", data={"name": "市发展和改革委员会", "tier": "gov", "parent_code": "X01"})
    assert above.status_code == 409  # neither is above itself
    assert desk.post(own, data={"act": "retire"}).status_code == 303
    assert not _body(demonstration, "X01").active
    assert "已停用" in desk.get(page).text
    assert desk.post(own, data={"act": "back"}).status_code == 303
    assert _body(demonstration, "X01").active


def test_a_route_to_a_retired_body_says_so_and_no_letter_goes_out(demonstration: Flask) -> None:
    desk, base = office(demonstration), f"/campaigns/{number(demonstration)}"
    rule = {"category": "", "tier": "", "unit_code": "", "lead": "D09", "assisting": "D01"}
    assert desk.post(f"{base}/hand-over/rules", data=rule).status_code == 303
    with demonstration.app_context():
        from reports.handling.letter_jobs import ask_letters
        from reports.handling.routing import matters
        from surveys.audit import SYSTEM

        refs = [one.ref for one in matters(campaign(demonstration))][:3]
        ask_letters(campaign(demonstration), refs, "https://x.example", SYSTEM)
    assert desk.post(f"{base}/bodies/D09", data={"act": "retire"}).status_code == 303
    work(demonstration)
    with demonstration.app_context():
        assert db.session.scalars(select(Letter.id)).all() == []
        assert db.session.scalars(select(Item.id)).all() == []
    page = desk.get(f"{base}/hand-over").text
    assert "主办单位已经停用的有3项" in page
    assert "已停用" in page
    assert "不再提名" in desk.get(f"{base}/hand-over/rules").text


def test_the_terms_of_a_campaign_set_the_due_days_and_are_put_back(demonstration: Flask) -> None:
    page, desk = f"/campaigns/{number(demonstration)}/handling/terms", committee(demonstration)
    terms = {"answer_months": 2, "extension_months": 1, "assist_months": 1, "give_back_days": 5}
    terms |= {"remind_first_days": 30, "remind_second_days": 40, "remind_every_days": 7, "soon_days": 10}
    wrong = desk.post(page, data={**terms, "remind_second_days": 20})
    assert wrong.status_code == 409
    assert "应在31到365之间" in wrong.text
    assert desk.post(page, data=terms).status_code == 303
    assert office(demonstration).post(page, data=terms).status_code == 403
    assert signed_in(demonstration, "unit_desk.440106", "zh-CN").get(page).status_code == 404
    hand_over(demonstration, 4)
    item = sorted(items_of(demonstration))[0]
    with demonstration.app_context():
        step, today = course.newest(item), campaign(demonstration).today()
        assert step.due_on is not None
        assert step.reckoned is not None
        assert step.reckoned["number"] == 2
        assert 55 < (step.due_on - today).days < 75
        until = course.give_back_until(db.session.get_one(Item, item), course.steps_of(item))
        assert until.number == 5
        assert isinstance(until.day, date)
    assert "10天内到期" in desk.get(f"/campaigns/{number(demonstration)}/handling").text
    assert desk.post(page, data={"act": "defaults"}).status_code == 303
    with demonstration.app_context():
        assert course.rule(campaign(demonstration), "answer_months") == 3


def test_who_may_keep_the_list(demonstration: Flask) -> None:
    page = f"/campaigns/{number(demonstration)}/bodies"
    for person, seen, kept in (
        ("office.440100", 200, 303),
        ("committee.440100", 200, 303),
        ("organizer.440100", 200, 303),
        ("reader.440100", 403, 403),
        ("unit_desk.440106", 404, 404),
    ):
        browser = signed_in(demonstration, person, "zh-CN")
        assert (person, browser.get(page).status_code) == (person, seen)
        assert browser.post(f"{page}/D02", data={"act": "retire"}).status_code == kept
        assert browser.get(f"{page}/D02").status_code == (200 if kept == 303 else kept)
