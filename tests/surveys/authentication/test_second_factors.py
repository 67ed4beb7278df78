"""The second factor of staff: set up, asked after the password, taken once, taken away; who lacks one that is asked for sets it up first."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP

from surveys import accounts
from surveys.accounts import Account
from surveys.audit import SYSTEM, AuditEntry
from surveys.authentication.rules import Rules, set_rules
from surveys.authentication.second_factors import RecoveryCode, SecondFactor
from surveys.database import clock_at, db, writing
from tests.factories.planning import guangzhou, staff
from tests.house.client import check_page
from tests.surveys.authentication.own_requests import requests_of_their_own  # noqa: F401

SECRET = "Ostrich-42-lamp"
pytestmark = pytest.mark.both_databases


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    """A browser; chen (a desk, not asked for a factor) and zhou (an organizer, asked for one) have passwords."""
    with app.test_request_context():
        with writing():
            guangzhou().number = 1
            people = [staff("chen", "unit_desk", "440118"), staff("zhou", "organizer", "440100")]
        for account in people:
            accounts.set_password(account, SECRET)
    return app.test_client()


@pytest.fixture
def later() -> Iterator[object]:
    """Moves the clock on by so many seconds; each code is good once, so tests go from one time step to the next."""
    entered = []

    def move(seconds: float) -> datetime:
        moment = (entered[-1][1] if entered else datetime.now(UTC)) + timedelta(seconds=seconds)
        context = clock_at(moment)
        context.__enter__()
        entered.append((context, moment))
        return moment

    yield move
    while entered:
        entered.pop()[0].__exit__(None, None, None)


def sign_in(client: FlaskClient, username: str = "chen", next_page: str = "/campaigns"):
    data = {"username": username, "password": SECRET}
    return client.post("/sign-in", data=data, query_string={"next": next_page})


def code_at(secret: str, moment: datetime) -> str:
    return TOTP(key=secret).generate(moment).token


def set_up(client: FlaskClient, moment: datetime) -> tuple[str, list[str]]:
    """Set up an authenticator as a signed-in person does; gives its secret and the recovery codes shown."""
    page = check_page(client.get("/account/authenticator"))
    key = re.search(r'<span class="mono">([A-Z2-7 ]+)</span>', page)
    assert key is not None
    secret = key[1].replace(" ", "")
    shown = check_page(client.post("/account/authenticator", data={"code": code_at(secret, moment)}))
    return secret, re.findall(r"<li>(\w{5}-\w{5})</li>", shown)


def test_a_code_is_asked_after_the_password_and_is_good_once(desk: FlaskClient, app: Flask, later) -> None:
    moment = later(0)
    sign_in(desk)
    secret, codes = set_up(desk, moment)
    assert len(codes) == 10
    moment = later(60)
    other = app.test_client()
    asked = sign_in(other)
    assert asked.headers["Location"] == "/sign-in/second-step?next=/campaigns"
    assert other.get("/campaigns").status_code == 303, "the password alone opens nothing"
    check_page(other.get("/sign-in/second-step"))
    assert "验证没有通过" in check_page(other.post("/sign-in/second-step", data={"code": "000000"}), 401)
    code = code_at(secret, moment)
    let_in = other.post("/sign-in/second-step?next=/campaigns", data={"code": code})
    assert let_in.headers["Location"] == "/campaigns"
    assert other.get("/campaigns").status_code == 200
    third = app.test_client()
    sign_in(third)
    assert third.post("/sign-in/second-step", data={"code": code}).status_code == 401, "the same code again"


def test_the_phones_clock_may_be_half_a_minute_off_and_no_more(desk: FlaskClient, app: Flask, later) -> None:
    moment = later(0)
    sign_in(desk)
    secret, _codes = set_up(desk, moment)
    moment = later(600)
    other = app.test_client()
    sign_in(other)
    late = code_at(secret, moment - timedelta(seconds=120))
    assert other.post("/sign-in/second-step", data={"code": late}).status_code == 401
    assert (
        other.post("/sign-in/second-step", data={"code": code_at(secret, moment - timedelta(seconds=29))}).status_code
        == 303
    )


def test_a_recovery_code_opens_once(desk: FlaskClient, app: Flask, later) -> None:
    sign_in(desk)
    _secret, codes = set_up(desk, later(0))
    for status in (303, 401):
        other = app.test_client()
        sign_in(other)
        assert other.post("/sign-in/second-step", data={"code": codes[3].lower()}).status_code == status
    assert "还剩9个" in check_page(desk.get("/account/"))


def test_a_link_to_set_a_password_goes_around_no_factor(desk: FlaskClient, app: Flask, later) -> None:
    sign_in(desk)
    set_up(desk, later(0))
    with app.app_context():
        token = accounts.make_link(db.session.query(Account).filter_by(username="chen").one(), uses=1)
    other = app.test_client()
    assert other.post(f"/sign-in/link/{token}").headers["Location"].startswith("/sign-in/second-step")
    assert other.get("/sign-in/password").status_code == 303


def test_secrets_are_not_kept_readable(desk: FlaskClient, app: Flask, later) -> None:
    sign_in(desk)
    secret, codes = set_up(desk, later(0))
    with app.app_context():
        factor = db.session.query(SecondFactor).one()
        assert secret not in (factor.secret or "")
        hashes = {row.code_hash for row in db.session.query(RecoveryCode)}
        assert not hashes & {code.replace("-", "") for code in codes}
        assert not [entry for entry in db.session.query(AuditEntry) if secret in str(entry.detail)]


def test_guesses_of_codes_are_held_up(desk: FlaskClient, app: Flask, later) -> None:
    moment = later(0)
    sign_in(desk)
    secret, _codes = set_up(desk, moment)
    moment = later(60)
    other = app.test_client()
    sign_in(other)
    for _try in range(5):
        assert other.post("/sign-in/second-step", data={"code": "123456"}).status_code == 401
    page = check_page(other.post("/sign-in/second-step", data={"code": code_at(secret, moment)}), 401)
    assert "15分钟后再试" in page


def test_a_half_sign_in_runs_out(desk: FlaskClient, app: Flask, later) -> None:
    moment = later(0)
    sign_in(desk)
    secret, _codes = set_up(desk, moment)
    other = app.test_client()
    sign_in(other)
    moment = later(11 * 60)
    gone = other.post("/sign-in/second-step", data={"code": code_at(secret, moment)})
    assert gone.headers["Location"] == "/sign-in"


def test_who_lacks_the_factor_a_role_asks_for_sets_it_up_before_anything_else(
    desk: FlaskClient, app: Flask, later
) -> None:
    moment = later(0)
    sign_in(desk, "zhou")
    assert desk.get("/campaigns").headers["Location"] == "/account/"
    assert desk.get("/").headers["Location"] == "/account/"
    assert "没有写入" in check_page(desk.post("/users/invite", data={}), 403)
    assert "请先设置第二验证" in check_page(desk.get("/account/"))
    set_up(desk, moment)
    assert desk.get("/campaigns").status_code == 200
    with app.app_context():
        set_rules(Rules(factor_roles=()), actor=SYSTEM)
    other = app.test_client()
    assert sign_in(other, "zhou").headers["Location"].startswith("/sign-in/second-step"), "who has one is always asked"


def test_a_factor_is_taken_away_only_after_proving_it_again(desk: FlaskClient, app: Flask, later) -> None:
    moment = later(0)
    sign_in(desk)
    secret, _codes = set_up(desk, moment)
    with app.app_context():
        factor = db.session.query(SecondFactor.id).scalar()
    moment = later(11 * 60)
    refused = desk.post("/account/factors/remove", data={"factor": factor})
    assert refused.headers["Location"].startswith("/account/confirm")
    check_page(desk.get("/account/confirm"))
    check_page(desk.post("/account/confirm", data={"code": "000000"}), 401)
    proved = desk.post("/account/confirm?next=/account/", data={"code": code_at(secret, moment)})
    assert proved.headers["Location"] == "/account/"
    assert desk.post("/account/factors/remove", data={"factor": factor}).headers["Location"] == "/account/"
    with app.app_context():
        assert db.session.query(SecondFactor).count() == db.session.query(RecoveryCode).count() == 0
    assert sign_in(app.test_client()).headers["Location"] == "/campaigns"


def test_nobody_takes_away_the_factor_of_another(desk: FlaskClient, app: Flask, later) -> None:
    sign_in(desk)
    set_up(desk, later(0))
    with app.app_context():
        factor = db.session.query(SecondFactor.id).scalar()
        assert db.session.query(Account).filter_by(username="zhou").one()
    other = app.test_client()
    sign_in(other, "zhou")
    assert other.post("/account/factors/remove", data={"factor": factor}).status_code == 404
