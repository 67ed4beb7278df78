"""The demonstration's campaign in the field, letters made of some of its matters, and the doors of those who act on them."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reports.handling.bodies import Body
from reports.handling.records import BodyLink, Item, Letter, Step
from surveys import jobs
from surveys.database import db
from surveys.keys import instance_keys
from surveys.planning.campaigns.campaigns import Campaign
from tests.desk_client import signed_in


def campaign(app: Flask) -> Campaign:
    return db.session.scalars(select(Campaign).order_by(Campaign.number.desc()).limit(1)).one()


def number(app: Flask) -> int:
    with app.app_context():
        return campaign(app).number


def office(app: Flask) -> FlaskClient:
    return signed_in(app, "office.440100", "zh-CN")


def committee(app: Flask) -> FlaskClient:
    return signed_in(app, "committee.440100", "zh-CN")


def work(app: Flask) -> None:
    with app.app_context():
        jobs.work_off()
        db.session.remove()


def hand_over(app: Flask, most: int = 6) -> int:
    """The office hands over the first matters that have a body; gives how many letters there are."""
    browser, page = office(app), f"/campaigns/{number(app)}/hand-over?why=coded"
    refs = re.findall(r'name="matter" value="([^"]+)"', browser.get(page).text)[:most]
    assert browser.post(page, data={"act": "ticked", "matter": refs}).status_code == (303 if refs else 409)
    work(app)
    with app.app_context():
        return len(db.session.scalars(select(Letter.id)).all())


def door(app: Flask, body: str) -> FlaskClient:
    """The browser of a body that has typed its code."""
    with app.app_context():
        link = db.session.scalars(
            select(BodyLink).where(BodyLink.body_code == body, BodyLink.withdrawn_at.is_(None))
        ).one()
        token, code = instance_keys().decrypt(link.token), instance_keys().decrypt(link.code)
    browser = app.test_client()
    browser.get("/language/zh-CN")
    assert browser.post(f"/d/{token}", data={"code": f"{code[:3]} {code[3:]}"}).status_code == 303
    return browser


def items_of(app: Flask) -> dict[str, str]:
    """Item → the body that leads it now."""
    with app.app_context():
        rows = db.session.execute(select(Step.item_id, Step.body_code).order_by(Step.item_id, Step.number))
        return {row.item_id: row.body_code for row in rows}


def name_of(app: Flask, body: str) -> str:
    with app.app_context():
        return db.session.get_one(Body, body).short_name


def item(app: Flask, item_id: str) -> Item:
    return db.session.get_one(Item, item_id)
