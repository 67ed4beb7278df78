"""Users and roles: who sees whom, who may give what, links, on and off."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.accounts import Account
from surveys.database import db, writing
from surveys.planning.campaigns.staff import ROLES, grantable, grants_of, may_manage
from surveys.planning.campaigns.units import unit_tree
from tests.factories.planning import guangzhou, staff
from tests.house.client import check_page
from tests.surveys.pages.test_city_desk import browser


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    with app.app_context(), writing():
        guangzhou().number = 1
    return browser(app, "root", "administrator", "440100")


def account(app: Flask, username: str) -> str:
    with app.app_context():
        return db.session.scalars(select(Account.id).where(Account.username == username)).one()


def test_invite_and_the_link_that_is_shown_once(admin: FlaskClient, app: Flask) -> None:
    check_page(admin.get("/users"))
    check_page(admin.get("/users/invite"))
    data = {"name": "谢某", "username": "xie", "unit_code": "440118", "role": "unit_desk", "post": "科员"}
    page = check_page(admin.post("/users/invite", data=data))
    token = re.search(r"/sign-in/link/([\w-]+)", page)
    assert token is not None
    assert app.test_client().get(f"/sign-in/link/{token[1]}").status_code == 200
    assert "已有人使用" in check_page(admin.post("/users/invite", data=data), 409)
    assert "谢某" in check_page(admin.get("/users?q=谢"))
    assert "xie" in admin.get("/users?export=csv").get_data(as_text=True)
    assert "请填写姓名" in check_page(admin.post("/users/invite", data=data | {"name": ""}), 422)


def test_roles_are_given_and_ended_never_deleted(admin: FlaskClient, app: Flask) -> None:
    with app.app_context(), writing():
        staff("xie", "unit_desk", "440118")
    who = account(app, "xie")
    check_page(admin.get(f"/users/{who}"))
    assert (
        admin.post(f"/users/{who}", data={"act": "grant", "role": "unit_approver", "unit": "440118"}).status_code == 303
    )
    with app.app_context():
        held = {row.role: row.id for row in grants_of(who)}
    assert (
        admin.post(f"/users/{who}", data={"act": "revoke", "grant": held["unit_desk"], "reason": "调离"}).status_code
        == 303
    )
    with app.app_context():
        assert [row.role for row in grants_of(who)] == ["unit_approver"]
    assert "在增城区的单位工作人员角色" in check_page(admin.get("/users"))
    assert admin.post(f"/users/{who}", data={"act": "off"}).status_code == 303
    assert "已停用" in check_page(admin.get(f"/users/{who}"))
    assert admin.post(f"/users/{account(app, 'root')}", data={"act": "off"}).status_code == 403


def test_an_approver_manages_only_what_could_be_theirs_to_give(admin: FlaskClient, app: Flask) -> None:
    with app.app_context(), writing():
        staff("liaison", "liaison", "440118")
        staff("elsewhere", "liaison", "440105")
    approver = browser(app, "feng", "unit_approver", "440118")
    assert "elsewhere" not in check_page(approver.get("/users"))
    assert approver.get(f"/users/{account(app, 'elsewhere')}").status_code == 404
    check_page(approver.post(f"/users/{account(app, 'liaison')}", data={"act": "link"}))
    data = {"act": "grant", "role": "administrator", "unit": "440118"}
    assert approver.post(f"/users/{account(app, 'liaison')}", data=data).status_code == 403
    data = {"name": "甲", "username": "jia", "unit_code": "440105", "role": "liaison"}
    assert approver.post("/users/invite", data=data).status_code == 422  # not among the choices


def test_what_may_be_given(admin: FlaskClient, app: Flask) -> None:
    with app.app_context():
        tree = unit_tree()
        administrator = frozenset({("administrator", "440100")})
        approver = frozenset({("unit_approver", "440118")})
        assert grantable(administrator, tree, "440118") == list(ROLES)
        assert grantable(approver, tree, "440118") == ["unit_desk", "liaison", "reader"]
        assert grantable(approver, tree, "440100") == []
        assert may_manage(administrator, tree, approver)
        assert not may_manage(approver, tree, administrator)
        assert not may_manage(approver, tree, approver)
