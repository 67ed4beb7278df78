"""Sessions of staff end on the server: by sign-out, without a click, after twelve hours, by their owner, with a new password."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys import jobs
from surveys.accounts import Account
from surveys.authentication import old_sessions, staff_sessions
from surveys.authentication.staff_sessions import StaffSession
from surveys.database import clock_at, db, writing
from tests.desk_client import signed_in
from tests.factories.planning import guangzhou, staff
from tests.house.client import check_page
from tests.house.pages import counted
from tests.surveys.authentication.own_requests import requests_of_their_own  # noqa: F401

pytestmark = pytest.mark.both_databases


@pytest.fixture
def office(app: Flask) -> Iterator[Flask]:
    with app.app_context(), writing():
        guangzhou().number = 1
        staff("chen", "unit_desk", "440118")
        staff("zhou", "organizer", "440100")
    return app


def is_in(client: FlaskClient) -> bool:
    return client.get("/campaigns").status_code == 200


def after(**much: float):
    return clock_at(datetime.now(UTC) + timedelta(**much))


def test_sign_out_ends_the_session_on_the_server(office: Flask) -> None:
    client = signed_in(office, "chen")
    cookie = client.get_cookie("session")
    assert cookie is not None
    assert is_in(client)
    client.post("/sign-out")
    copied = office.test_client()
    copied.set_cookie("session", cookie.value)
    assert not is_in(copied), "a copy of the cookie opens nothing"


def test_a_session_ends_without_a_click_and_goes_on_with_one(office: Flask) -> None:
    idle, busy = signed_in(office, "chen"), signed_in(office, "chen")
    with after(minutes=20):
        assert is_in(busy)
    with after(minutes=35):
        assert not is_in(idle)
        assert is_in(busy)


def test_a_session_ends_after_twelve_hours_however_busy(office: Flask) -> None:
    client = signed_in(office, "chen")
    for minutes in range(25, 12 * 60, 25):
        with after(minutes=minutes):
            assert is_in(client), minutes
    with after(hours=12, minutes=1):
        assert not is_in(client)


def test_its_last_use_is_written_once_a_minute_at_most(office: Flask) -> None:
    client = signed_in(office, "chen")
    with after(seconds=90), counted(office) as sent:
        for _click in range(3):
            assert is_in(client)
    assert len([statement for statement in sent if statement.startswith("UPDATE staff_sessions")]) == 1


def test_one_sees_and_ends_ones_own_sessions(office: Flask) -> None:
    here, there = signed_in(office, "chen"), signed_in(office, "chen")
    page = check_page(here.get("/account/"))
    assert page.count("Chrome") >= 2
    assert "127.0.*.1" in page
    assert here.post("/account/sessions", data={"all": "1"}).status_code == 303
    assert is_in(here)
    assert not is_in(there)


def test_nobody_ends_the_session_of_another(office: Flask) -> None:
    chen, zhou = signed_in(office, "chen"), signed_in(office, "zhou")
    with office.app_context():
        query = db.session.query(StaffSession.id).join(Account, Account.id == StaffSession.account_id)
        other = query.filter(Account.username == "zhou").scalar()
    assert chen.post("/account/sessions", data={"session": other}).status_code == 404
    assert is_in(zhou)


def test_only_a_hash_of_what_the_browser_holds_is_kept(office: Flask) -> None:
    client = signed_in(office, "chen")
    with client.session_transaction() as session:
        token = session["sid"]
    with office.app_context():
        assert token not in str([vars(row) for row in db.session.query(StaffSession)])


def test_what_is_long_over_is_cleared_and_what_may_be_asked_for_stays(office: Flask) -> None:
    clients = {name: signed_in(office, "chen") for name in ("ended", "left open", "ended lately", "of today")}
    now = datetime.now(UTC)
    ended = {"ended": now - timedelta(days=91), "ended lately": now - timedelta(days=89)}
    with office.app_context():
        rows = {}
        for name, client in clients.items():
            with client.session_transaction() as session:
                hashed = staff_sessions.hash_of(session["sid"])
            rows[name] = db.session.query(StaffSession).filter_by(token_hash=hashed).one().id
        with writing():
            for name, moment in ended.items():
                db.session.get_one(StaffSession, rows[name]).ended_at = moment
            db.session.get_one(StaffSession, rows["left open"]).ends_at = now - timedelta(days=91)
            db.session.get_one(StaffSession, rows["ended lately"]).ends_at = now - timedelta(days=89)
        for _look in range(2):
            old_sessions.ask_to_clear()
        assert jobs.work_off() == 1, "once a day"
        assert {row.id for row in db.session.query(StaffSession)} == {rows["ended lately"], rows["of today"]}
    assert is_in(clients["of today"])
    with office.app_context(), after(days=1):
        old_sessions.ask_to_clear()
        assert jobs.work_off() == 1
