"""Who guesses is slowed down, in the database for all processes; the owner is not shut out; names that do not exist look alike."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys import accounts
from surveys.audit import AuditEntry
from surveys.authentication import delays
from surveys.authentication.delays import SignInDelay, counters
from surveys.database import clock_at, db, writing
from tests.factories.planning import guangzhou, staff
from tests.house.client import check_page
from tests.surveys.authentication.own_requests import requests_of_their_own  # noqa: F401

SECRET = "Ostrich-42-lamp"
OWNER, STRANGER = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def office(app: Flask) -> Iterator[Flask]:
    """chen (a desk) has a password."""
    with app.test_request_context():
        with writing():
            guangzhou().number = 1
            account = staff("chen", "unit_desk", "440118")
        accounts.set_password(account, SECRET)
    return app


def sign_in(client: FlaskClient, password: str, address: str, username: str = "chen"):
    """As through the proxy, which says where the request came from."""
    data = {"username": username, "password": password}
    return client.post("/sign-in", data=data, headers={"X-Forwarded-For": address})


@pytest.mark.both_databases
def test_a_stranger_who_guesses_shuts_himself_out_and_not_the_owner(office: Flask) -> None:
    stranger = office.test_client()
    for _try in range(8):
        sign_in(stranger, "wrong", STRANGER)
    assert "15分钟后再试" in check_page(sign_in(stranger, SECRET, STRANGER), 401)
    assert sign_in(office.test_client(), SECRET, OWNER).status_code == 303


def test_a_known_browser_is_not_slowed_by_strangers_behind_the_same_address(office: Flask) -> None:
    own = office.test_client()
    assert sign_in(own, SECRET, OWNER).status_code == 303
    own.post("/sign-out")
    stranger = office.test_client()
    for _try in range(6):
        sign_in(stranger, "wrong", OWNER)
    assert sign_in(office.test_client(), SECRET, OWNER).status_code == 401
    assert sign_in(own, SECRET, OWNER).status_code == 303


def test_a_forged_mark_of_a_browser_is_none(office: Flask) -> None:
    stranger = office.test_client()
    stranger.set_cookie("diaoyan_known", "AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB")
    for _try in range(5):
        sign_in(stranger, "wrong", STRANGER)
    stranger.set_cookie("diaoyan_known", "CCCCCCCCCCCCCCCCCCCCCC.BBBBBBBBBBBBBBBBBBBBBB")
    assert "分钟后再试" in check_page(sign_in(stranger, SECRET, STRANGER), 401)


def test_waits_grow_and_a_day_of_rest_forgets_them(office: Flask) -> None:
    moment = datetime.now(UTC)
    with office.app_context():
        counted = counters("password", "chen", "198.51.100.0/24", None)
        for minutes in (15, 30, 60, 120, 240, 240):
            with clock_at(moment):
                while not (wait := delays.begin(counted)):
                    pass
            assert wait == timedelta(minutes=minutes)
            moment += wait
        with clock_at(moment + timedelta(hours=25)):
            assert [bool(delays.begin(counted)) for _try in range(6)] == [False] * 5 + [True]


def test_a_name_that_does_not_exist_is_answered_and_held_up_alike(office: Flask) -> None:
    for username in ("chen", "nobody"):
        client = office.test_client()
        pages = [sign_in(client, "wrong", STRANGER, username).get_data(as_text=True) for _try in range(6)]
        assert all("账号或密码不对。" in page for page in pages[:5])
        assert "15分钟后再试" in pages[5]


def test_many_accounts_from_one_network_are_held_up_together(office: Flask) -> None:
    with office.app_context():
        for number in range(30):
            assert not delays.begin(counters("password", f"name{number}", "198.51.100.0/24", None))
    assert "1分钟后再试" in check_page(sign_in(office.test_client(), "wrong", "198.51.100.99", "another"), 401)
    assert sign_in(office.test_client(), SECRET, OWNER).status_code == 303


def test_one_account_from_many_networks_waits_a_minute_at_most(office: Flask) -> None:
    with office.app_context():
        for number in range(20):
            assert not delays.begin(counters("password", "chen", f"198.51.{number}.0/24", None))
    assert "请1分钟后再试" in check_page(sign_in(office.test_client(), SECRET, OWNER), 401)
    with clock_at(datetime.now(UTC) + timedelta(seconds=62)):
        assert sign_in(office.test_client(), SECRET, OWNER).status_code == 303


@pytest.mark.both_databases
def test_guesses_sent_at_once_count_each(office: Flask) -> None:
    waits: list[timedelta] = []

    def guess() -> None:
        with office.app_context():
            waits.append(delays.begin(counters("password", "chen", "198.51.100.0/24", None)))
            db.session.remove()

    threads = [threading.Thread(target=guess) for _guess in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(not wait for wait in waits) == 5


def test_an_address_that_the_guesser_writes_himself_does_not_help(office: Flask) -> None:
    client = office.test_client()
    for number in range(6):
        sign_in(client, "wrong", f"10.9.{number}.1, {STRANGER}")
    assert "分钟后再试" in check_page(sign_in(client, SECRET, f"10.8.8.8, {STRANGER}"), 401)


def test_what_is_counted_names_nobody(office: Flask) -> None:
    sign_in(office.test_client(), "wrong", STRANGER)
    with office.app_context():
        rows = db.session.query(SignInDelay).all()
        assert len(rows) == 3
        assert not [row for row in rows if "chen" in row.key or "198" in row.key[:4]]


def test_every_failed_sign_in_stands_in_the_trail_with_a_shortened_address(office: Flask) -> None:
    client = office.test_client()
    for password in ("wrong",) * 5 + (SECRET,):
        sign_in(client, password, STRANGER)
    sign_in(client, "wrong", OWNER, "nobody")
    client.post("/sign-in/link/forged")
    with office.app_context():
        entries = db.session.query(AuditEntry).filter_by(act="sign_in.refused").order_by(AuditEntry.id).all()
        assert [entry.outcome for entry in entries] == ["wrong"] * 5 + ["delayed", "wrong", "over"]
        assert {entry.address for entry in entries[:6]} == {"198.51.*.9"}
        assert [entry.actor_name is not None for entry in entries] == [True] * 6 + [False] * 2
        assert "nobody" not in str([entry.detail for entry in entries]), "what was typed as a name may be a password"
