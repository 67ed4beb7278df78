"""Rates count once for all processes: two instances of the program over one database give together no more than one."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from surveys import jobs, rates
from surveys.database import db
from surveys.rates import Rate, RateUse
from tests.surveys.pages.field_world import World, make_world, signed_in_client

pytestmark = pytest.mark.both_databases


class Clock:
    """In place of the module `time`: it stands until it is moved."""

    now = 1_700_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(rates, "time", standing := Clock())
    return standing


@pytest.fixture
def second(app: Flask) -> Iterator[Flask]:
    """The program on another host: its own memory, the same database and keys."""
    settings = {"TESTING": True, "INSTANCE": app.instance_path, "SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"]}  # fmt: skip
    other = create_app(settings | {"SECRET_KEY": app.config.get("SECRET_KEY"), "WTF_CSRF_ENABLED": False})
    yield other
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def _waits(app: Flask, rate: Rate, number: int, who: str = "a") -> list[int]:
    with app.app_context():
        return [rate.wait(who) for _ in range(number)]


@pytest.mark.parametrize("lease", [1, 5])
def test_what_one_takes_the_other_has_not(app: Flask, second: Flask, clock: Clock, lease: int) -> None:
    rate = Rate("tried", 1 / 10, 20, lease)
    assert _waits(app, rate, 10) == [0] * 10
    assert _waits(second, rate, 10) == [0] * 10
    assert _waits(app, rate, 1) == _waits(second, rate, 1) == [10]
    assert _waits(second, rate, 1, "b") == [0], "somebody else"
    clock.now += 10
    assert _waits(second, rate, 2) == [0, 10]
    assert _waits(app, rate, 1) == [10]


def test_a_process_that_took_several_gives_back_none_and_gives_out_none_too_late(
    app: Flask, second: Flask, clock: Clock
) -> None:
    rate = Rate("tried", 1, 20, 20)
    assert _waits(app, rate, 1) == [0]
    assert _waits(second, rate, 1) == [1]
    clock.now += rates.LEASE_LIFE + 1
    assert _waits(second, rate, 11) == [0] * 11
    assert _waits(app, rate, 1) == [1], "what it had taken was for those seconds"


def test_many_at_once_get_no_more_than_the_rate(app: Flask, second: Flask) -> None:
    rate, given = Rate("tried", 1 / 1000, 8), []

    def ask(which: Flask) -> None:
        for _ in range(6):
            given.extend(_waits(which, rate, 1))

    threads = [threading.Thread(target=ask, args=(which,)) for which in (app, second, app, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given.count(0) == 8


def test_a_phone_that_asks_two_hosts_has_one_rate(app: Flask, second: Flask, clock: Clock) -> None:
    world: World = make_world(app)
    here, there = (signed_in_client(one, world.devices[0]) for one in (app, second))
    told = [one.head(f"/sync/parts/{'a' * 64}").status_code for _ in range(100) for one in (here, there)]
    assert told == [404] * 200
    assert here.get("/sync/assignments").json["code"] == "too_fast"
    assert there.get("/sync/assignments").status_code == 429


def test_a_stranger_who_writes_complaints_to_two_hosts_is_counted_once(app: Flask, second: Flask, clock: Clock) -> None:
    told = [one.test_client().post("/complaints", data={"text": "一"}).status_code for _ in range(11) for one in (app, second)]  # fmt: skip
    assert told == [201] * 20 + [429] * 2


def test_rows_of_whoever_has_everything_back_go_by_the_minute(app: Flask, clock: Clock) -> None:
    _waits(app, Rate("tried", 1, 5), 2)
    with app.app_context():
        jobs.look_after()
        assert db.session.scalar(select(func.count()).select_from(RateUse)) == 1
        clock.now += 3
        jobs.look_after()
        assert db.session.scalar(select(func.count()).select_from(RateUse)) == 0
