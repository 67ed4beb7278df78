"""From the office's press to a close: office, department, committee and deputy, two rounds, one given back, extended, supervised."""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from reports.handling import course
from reports.handling.course import By, askers
from reports.handling.records import BodyLink, Item, Letter, Step
from surveys.accounts import Device
from surveys.database import db
from surveys.devices import field_cookie
from surveys.keys import instance_keys
from surveys.planning.people.slips import DeviceHolder
from tests.browser import DESK, PHONE, Served, Visitor
from tests.desk_client import signed_in
from tests.reports.handling.world import items_of, name_of, number

LOOK = os.environ.get("DIAOYAN_LOOK")  # a folder for pictures of every page of the journey


def _picture(person: Visitor, name: str) -> None:
    if LOOK:
        person.page.screenshot(path=f"{LOOK}/{name}.png", full_page=True)


def _rated_item(app: Flask) -> tuple[str, str]:
    """An item, and the phone of one who asked."""
    with app.app_context():
        for item in sorted(items_of(app), key=lambda one: (len(askers(one)), one)):
            query = select(Device.id).join(DeviceHolder, DeviceHolder.device_id == Device.id)
            query = query.where(DeviceHolder.deputy_id.in_(askers(item)), Device.revoked_at.is_(None))
            if device := db.session.scalars(query).first():
                return item, device
    raise AssertionError("nobody asked")


def _others_rate(app: Flask, item: str, device: str) -> None:
    """All who asked but the one with the phone are satisfied."""
    with app.app_context():
        holder = db.session.get_one(DeviceHolder, device).deputy_id
        for deputy in askers(item):
            if deputy != holder:
                course.rate(db.session.get_one(Item, item), deputy, By("deputy", deputy, None), "satisfied", "fairly")


def _enter(person: Visitor, app: Flask, body: str, shape: str) -> None:
    """The link and the code of the body's letter."""
    with app.app_context():
        link = db.session.scalars(select(BodyLink).where(BodyLink.body_code == body)).one()
        token, code = instance_keys().decrypt(link.token), instance_keys().decrypt(link.code)
    page = person.go(f"/d/{token}")
    page.get_by_label("6位验证码").fill("000000" if code != "000000" else "111111")
    person.press("打开本单位的事项", status=422)
    _picture(person, f"{shape}-wrong-code")
    person.page.get_by_label("6位验证码").fill(code)
    person.press("打开本单位的事项")
    _picture(person, f"{shape}-items")


def _opened(person: Visitor, summary: str) -> None:
    person.page.locator("summary", has_text=summary).click()


@pytest.mark.parametrize(("shape", "size"), [("phone", PHONE), ("desk", DESK)])
def test_through_all_doors(served: Served, visitor: Callable[..., Visitor], shape: str, size: tuple[int, int]) -> None:
    app = served.app
    campaign = number(app)
    office = visitor(size=DESK)
    office.sign_in_as(signed_in(app, "office.440100", "zh-CN"))
    office.go(f"/campaigns/{campaign}/hand-over?why=coded&what=findings")
    _picture(office, f"{shape}-hand-over")
    office.press("只出勾选的")
    expect(office.page.get_by_text("正在出函（")).to_have_count(0)
    page = office.go(f"/campaigns/{campaign}/letters")
    assert page.locator("tbody tr").count() > 3
    _picture(office, f"{shape}-letters")
    office.go(f"/campaigns/{campaign}/hand-over/rules")
    _picture(office, f"{shape}-rules")

    item, device = _rated_item(app)
    first = items_of(app)[item]
    other = next(body for body in sorted(set(items_of(app).values())) if body != first)
    department = visitor(size=size)
    _enter(department, app, first, shape)
    department.go(f"/department/items/{item}")
    department.press("签收")
    _opened(department, "不是我单位的事")
    department.page.get_by_label("该归谁").fill(name_of(app, other))
    department.page.locator("#reason").fill("职责在别的单位")
    _picture(department, f"{shape}-give-back")
    department.press("退回")

    committee = visitor(size=DESK)
    committee.sign_in_as(signed_in(app, "committee.440100", "zh-CN"))
    committee.go(f"/campaigns/{campaign}/handling?state=back")
    _picture(committee, f"{shape}-handling")
    committee.go(f"/items/{item}")
    committee.page.locator("#w3").fill("同意改派")
    committee.press("另出函改派")
    second = visitor(size=size)
    _enter(second, app, other, f"{shape}-second")
    second.go(f"/department/items/{item}")
    _opened(second, "申请延期")
    with app.app_context():
        due = db.session.scalars(select(Step.due_on).where(Step.item_id == item).order_by(Step.number.desc())).first()
    second.page.locator("#until").fill((due + timedelta(20)).isoformat())
    second.page.locator("#why").fill("等省里的文件")
    second.press("申请")
    committee.go(f"/items/{item}")
    _opened(committee, "准予延期")
    committee.page.locator("#u1").fill((due + timedelta(20)).isoformat())
    committee.page.locator("#w2").fill("同意")
    committee.press(committee.page.get_by_role("button", name="准予延期"))
    _opened(committee, "挂号督办")
    committee.page.locator("#w1").fill("挂号第1号")
    committee.press(committee.page.get_by_role("button", name="挂号督办"))
    _picture(committee, f"{shape}-item")

    def answered(text: str) -> None:
        second.go(f"/department/items/{item}")
        second.page.locator("label.pick", has_text="已经解决或基本解决").click()
        second.page.get_by_label("答复正文").fill(text)
        _picture(second, f"{shape}-answer-{text[:3]}")
        second.press("送出答复")

    answered("第一轮：正在协调。")
    deputy = visitor(size=PHONE)
    cookie = field_cookie_of(app, device)
    deputy.context.add_cookies([{"name": "diaoyan_field", "value": cookie, "url": served.address}])

    def rated(result: str) -> None:
        page = deputy.go("/visits/asked")
        page.locator("input[name=process][value=satisfied]").check(force=True)
        page.locator(f"input[name=result][value={result}]").check(force=True)
        _picture(deputy, f"{shape}-asked-{result}")
        deputy.press("送出评价")

    rated("dissatisfied")
    answered("第二轮：已经办好。")
    assert "第2轮" in second.words()
    _others_rate(app, item, device)
    rated("satisfied")
    committee.go(f"/items/{item}")
    _opened(committee, "销号")
    committee.page.locator("#w5").fill("办法已印发")
    committee.press("以此为依据销号")
    committee.go(f"/campaigns/{campaign}/handling?state=closed")
    assert committee.page.locator("tbody tr th a").count() >= 1
    _picture(committee, f"{shape}-closed")
    assert "已销号" in deputy.go("/visits/asked").locator("main").inner_text()
    _picture(deputy, f"{shape}-asked-closed")
    with app.app_context():
        kinds = [
            step.kind for step in db.session.scalars(select(Step).where(Step.item_id == item).order_by(Step.number))
        ]
        assert kinds == ["handed", "signed_for", "given_back", "rerouted", "extension_asked", "extended", "supervised", "answered", "sent_again", "answered", "rated", "closed"]  # fmt: skip
        assert db.session.query(Letter).count() == max(letter.number for letter in db.session.query(Letter))
        assert db.session.get_one(Item, item).text


def field_cookie_of(app: Flask, device: str) -> str:
    with app.app_context():
        return field_cookie(device)
