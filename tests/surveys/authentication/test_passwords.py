"""A new password: proved by the old one, a factor or a link just used; no common one, none of the last ones, as long as the rules say."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys import accounts
from surveys.accounts import Account
from surveys.audit import SYSTEM
from surveys.authentication import passwords
from surveys.authentication.rules import Rules, set_rules
from surveys.database import clock_at, db, writing
from tests.desk_client import signed_in
from tests.factories.planning import guangzhou, staff
from tests.house.client import check_page
from tests.surveys.authentication.own_requests import requests_of_their_own  # noqa: F401

OLD, NEW = "Ostrich-42-lamp", "Teapot-7-glacier"


@pytest.fixture
def office(app: Flask) -> Iterator[Flask]:
    """chen (a desk) has a password."""
    with app.test_request_context():
        with writing():
            guangzhou().number = 1
            account = staff("chen", "unit_desk", "440118")
        accounts.set_password(account, OLD)
    return app


def choose(client: FlaskClient, new: str = NEW, **more: str):
    return client.post("/sign-in/password", data={"password": new, "again": new, **more})


def test_a_session_left_open_is_not_enough_to_change_the_password(office: Flask) -> None:
    client = signed_in(office, "chen", method="password")
    check_page(choose(client))
    assert "原密码不对" in check_page(choose(client, current="Guessed-1-wrong"))
    assert choose(client, current=OLD).status_code == 303


def test_guesses_of_the_old_password_are_held_up(office: Flask) -> None:
    client = signed_in(office, "chen", method="password")
    for _try in range(5):
        choose(client, current="Guessed-1-wrong")
    assert "15分钟后再试" in check_page(choose(client, current=OLD))


def test_a_link_just_used_is_enough_for_half_an_hour(office: Flask) -> None:
    with office.app_context():
        token = accounts.make_link(db.session.query(Account).filter_by(username="chen").one())
    client = office.test_client()
    assert client.post(f"/sign-in/link/{token}").headers["Location"] == "/sign-in/password"
    with clock_at(datetime.now(UTC) + timedelta(minutes=29)):
        assert "原密码" not in check_page(client.get("/sign-in/password"))
        assert choose(client).status_code == 303
        assert "原密码" in check_page(client.get("/sign-in/password")), "once"


@pytest.mark.parametrize("text", ["Passw0rd!", "P@ssw0rd1", "Qwerty123!", "Abcd1234!", "Chen2023!"])
def test_common_passwords_are_refused(office: Flask, text: str) -> None:
    with office.app_context():
        account = db.session.query(Account).filter_by(username="chen").one()
        assert passwords.fault_of(text, account) in ("common", "name")
        assert passwords.fault_of(NEW, account) is None


def test_the_last_ones_are_not_taken_again_as_many_as_the_rules_say(office: Flask) -> None:
    with office.test_request_context():
        set_rules(Rules(history=2), actor=SYSTEM)
        account = db.session.query(Account).filter_by(username="chen").one()
        passwords.choose(account, NEW, actor=SYSTEM)
        assert passwords.fault_of(NEW, account) == passwords.fault_of(OLD, account) == "former"
        passwords.choose(account, "Violet-3-harbour", actor=SYSTEM)
        assert passwords.fault_of(OLD, account) is None
        set_rules(Rules(history=3), actor=SYSTEM)
        assert passwords.fault_of(OLD, account) == "former"


def test_the_least_length_is_the_offices(office: Flask) -> None:
    with office.test_request_context():
        set_rules(Rules(least_length=20), actor=SYSTEM)
        account = db.session.query(Account).filter_by(username="chen").one()
        assert passwords.fault_of(NEW, account) == "short"
