"""What an administrator does about sign-in: the rules of the office, resets for who lost the device, ending sessions."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys import accounts
from surveys.accounts import Account
from surveys.audit import SYSTEM, AuditEntry
from surveys.authentication import second_factors
from surveys.authentication.rules import rules_in_force
from surveys.authentication.second_factors import SecondFactor
from surveys.database import db, writing
from tests.desk_client import signed_in
from tests.factories.planning import guangzhou, staff
from tests.house.client import check_page
from tests.surveys.authentication.own_requests import requests_of_their_own  # noqa: F401

SECRET = "Ostrich-42-lamp"


@pytest.fixture
def browser(app: Flask) -> Callable[[str], FlaskClient]:
    """A browser in which this person is signed in."""
    with app.test_request_context():
        with writing():
            guangzhou().number = 1
            chen = staff("chen", "unit_desk", "440118")
            staff("admin", "administrator", "440100")
            staff("zhou", "organizer", "440100")
            staff("approver", "unit_approver", "440118")
        accounts.set_password(chen, SECRET)
    return lambda username: signed_in(app, username)


def address_of(app: Flask, username: str) -> str:
    with app.app_context():
        return f"/users/{db.session.query(Account.id).filter_by(username=username).scalar()}"


def give_factor(app: Flask, username: str) -> None:
    with app.app_context():
        account = db.session.query(Account).filter_by(username=username).one()
        second_factors.add(account, SecondFactor(kind="passkey", credential="x", public_key="x"), actor=SYSTEM)


def test_the_rules_hold_at_once_for_who_is_signed_in(app: Flask, browser) -> None:
    desk = signed_in(app, "chen", method="password")
    assert desk.get("/campaigns").status_code == 200
    admin = browser("admin")
    check_page(admin.get("/users/rules"))
    chosen = {"factor_roles": ["unit_desk", "administrator"], "least_length": "12", "history": "3"}
    assert admin.post("/users/rules", data=chosen).status_code == 303
    assert desk.get("/campaigns").headers["Location"] == "/account/"
    with app.app_context():
        assert (rules_in_force().least_length, rules_in_force().history) == (12, 3)
        assert db.session.query(AuditEntry).filter_by(act="sign_in.rules_set").count() == 1
    page = check_page(desk.get("/sign-in/password"))
    assert "至少12个字符" in page


@pytest.mark.parametrize("number", ["7", "33", "-1", "x"])
def test_a_least_length_out_of_range_is_not_saved(app: Flask, browser, number: str) -> None:
    asked = {"factor_roles": [], "least_length": number, "history": "3"}
    check_page(browser("admin").post("/users/rules", data=asked), 422)
    with app.app_context():
        assert rules_in_force().least_length == 8


@pytest.mark.parametrize("username", ["zhou", "chen", "approver"])
def test_only_an_administrator_of_the_top_sets_the_rules(app: Flask, browser, username: str) -> None:
    assert browser(username).get("/users/rules").status_code == 403
    assert browser(username).post("/users/rules", data={"least_length": "8", "history": "0"}).status_code == 403


def test_a_lost_device_is_reset_by_who_manages_the_person_and_stands_in_the_trail(app: Flask, browser) -> None:
    give_factor(app, "chen")
    desk = signed_in(app, "chen")
    approver = browser("approver")
    assert "重置第二验证" in check_page(approver.get(address_of(app, "chen")))
    assert approver.post(address_of(app, "chen"), data={"act": "factor"}).status_code == 303
    assert desk.get("/campaigns").status_code == 303, "the sessions of who lost the device end"
    with app.app_context():
        assert db.session.query(SecondFactor).count() == 0
        entry = db.session.query(AuditEntry).filter_by(act="factor.reset").one()
        assert (entry.actor_kind, entry.address, entry.outcome) == ("staff", "127.0.*.1", "done")
    assert "重置" in check_page(approver.get("/users"))


def test_nobody_resets_who_stands_above_them_or_themselves(app: Flask, browser) -> None:
    for username in ("admin", "zhou"):
        give_factor(app, username) if username == "admin" else None
        assert browser("approver").post(address_of(app, username), data={"act": "factor"}).status_code in (403, 404)
    assert browser("zhou").post(address_of(app, "admin"), data={"act": "factor"}).status_code == 403
    assert browser("admin").post(address_of(app, "admin"), data={"act": "factor"}).status_code == 403
    with app.app_context():
        assert db.session.query(SecondFactor).count() == 1


def test_an_administrator_ends_the_sessions_of_another(app: Flask, browser) -> None:
    desk = browser("chen")
    assert desk.get("/campaigns").status_code == 200
    admin = browser("admin")
    assert "Chrome" in check_page(admin.get(address_of(app, "chen")))
    admin.post(address_of(app, "chen"), data={"act": "sessions"})
    assert desk.get("/campaigns").status_code == 303
    with app.app_context():
        entry = db.session.query(AuditEntry).filter_by(act="session.ended").one()
        assert entry.detail
        assert entry.outcome == "by_administrator"
