"""Jobs are rows: asked twice they are one, a failure is kept with its words, and `kill -9` of a worker loses none."""

import logging
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from surveys import jobs
from surveys.database import clock_at, db, utc_now, writing


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    registered: dict[str, Any] = {}
    monkeypatch.setattr(jobs, "_handlers", registered)
    return registered


@pytest.mark.both_databases
def test_the_same_work_asked_twice_is_one_job(app: Flask, handlers: dict[str, Any]) -> None:
    seen: list[int] = []

    @jobs.handler("add")
    def add(job: jobs.Job, progress: Callable[[str, int, int], None]) -> dict[str, Any]:
        seen.append(job.arguments["n"])
        return {"sum": job.arguments["n"] + 1}

    with app.app_context():
        first, second = (jobs.ask("add", {"n": 1}).id for _ in range(2))
        assert first == second
        assert jobs.work_off() == 1
        done = db.session.get_one(jobs.Job, first)
        assert (done.state, done.result, done.attempts, seen) == ("done", {"sum": 2}, 1, [1])


@pytest.mark.both_databases
def test_a_failure_keeps_its_words_and_may_be_asked_for_again(
    app: Flask, handlers: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    @jobs.handler("break")
    def breaks(job: jobs.Job, progress: Callable[[str, int, int], None]) -> None:
        raise OSError("disk full")

    with app.app_context():
        job_id = jobs.ask("break", {}).id
        jobs.work_off()
        failed = db.session.get_one(jobs.Job, job_id)
        assert (failed.state, failed.problem) == ("failed", "OSError: disk full")
        assert jobs.ask("break", {}).state == "queued"


@pytest.mark.both_databases
def test_work_that_stops_three_times_is_given_up(app: Flask, handlers: dict[str, Any]) -> None:
    with app.app_context():
        job_id = jobs.ask("never", {}).id
        for _ in range(jobs.MOST_ATTEMPTS):
            taken = jobs.take("one")
            assert taken is not None
            assert taken.job_id == job_id
            _heart_stopped(job_id)
        assert jobs.take("one") is None
        assert db.session.get_one(jobs.Job, job_id).state == "failed"


@pytest.mark.both_databases
def test_a_job_leaves_nothing_to_the_next_one(app: Flask, handlers: dict[str, Any]) -> None:
    found: list[Any] = []

    @jobs.handler("speak")
    def speak(job: jobs.Job, progress: Callable[[str, int, int], None]) -> None:
        found.append(g.get("language"))
        g.language = job.arguments["language"]

    with app.app_context():
        g.language = "of the caller"
        for language in ("zh", "en", "zh-CN"):
            jobs.ask("speak", {"language": language})
        assert jobs.work_off() == 3
        assert g.language == "of the caller"
    assert found == [None, None, None]


def test_a_worker_that_is_started_once_does_what_waits(app: Flask, handlers: dict[str, Any]) -> None:
    jobs.handler("count")(lambda job, progress: {"number": job.arguments["number"]})
    with app.app_context():
        for number in range(3):
            jobs.ask("count", {"number": number})
    assert app.test_cli_runner().invoke(args=["worker", "--once"]).exit_code == 0
    with app.app_context():
        assert set(db.session.scalars(select(jobs.Job.state))) == {"done"}


def _heart_stopped(job_id: str) -> None:
    """As if the worker had died an hour ago."""
    with writing() as session:
        session.get_one(jobs.Job, job_id).beat_at = jobs.utc_now() - timedelta(hours=1)


@pytest.mark.both_databases
def test_a_heart_beats_on_after_errors_of_the_database_and_says_so_once(
    app: Flask, handlers: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jobs, "BEAT_EVERY", 0.02)
    failures = [OperationalError("UPDATE jobs", {}, Exception("the server is away")) for _ in range(3)]

    def failing() -> Any:
        if failures and threading.current_thread() is not threading.main_thread():
            raise failures.pop()
        return writing()

    @jobs.handler("long")
    def long(job: jobs.Job, progress: Callable[[str, int, int], None]) -> None:
        taken_at, deadline = job.beat_at, time.monotonic() + 20
        while _job(job.id).beat_at == taken_at and time.monotonic() < deadline:
            time.sleep(0.02)

    monkeypatch.setattr(jobs, "writing", failing)
    with app.app_context(), caplog.at_level(logging.WARNING):
        job_id = jobs.ask("long", {}).id
        jobs.work_off()
        done = _job(job_id)
    assert (failures, done.state) == ([], "done")
    assert done.beat_at is not None
    assert done.started_at is not None
    assert done.beat_at > done.started_at, "it beat after the database was there again"
    assert [record.message for record in caplog.records if "heart" in record.message] == [
        f"the heart of job {job_id} missed a beat"
    ]


def _job(job_id: str) -> jobs.Job:
    db.session.rollback()
    return db.session.get_one(jobs.Job, job_id, populate_existing=True)


@pytest.mark.both_databases
@pytest.mark.parametrize("tells", [True, False], ids=["at its next step", "at its end"])
def test_who_lost_a_job_changes_nothing_of_it(
    app: Flask, handlers: dict[str, Any], caplog: pytest.LogCaptureFixture, tells: bool
) -> None:
    second: list[jobs.Claim | None] = []
    reached: list[str] = []

    @jobs.handler("shared")
    def shared(job: jobs.Job, progress: Callable[[str, int, int], None]) -> dict[str, Any]:
        if second:
            return {"by": "two"}
        job_id = job.id
        progress("begun", 1, 4)
        _heart_stopped(job_id)
        second.append(jobs.take("two"))
        if tells:
            progress("half", 2, 4)
            reached.append("the step after")
        return {"by": "one"}

    with app.app_context(), caplog.at_level(logging.WARNING):
        job_id = jobs.ask("shared", {}).id
        first = jobs.take("one")
        assert first is not None
        jobs.work(first)
        between = _job(job_id)
        assert (between.state, between.worker, between.attempts) == ("running", "two", 2)
        assert (between.steps_done, between.finished_at, between.result, reached) == (1, None, None, [])
        assert second[0] is not None
        jobs.work(second[0])
        assert (_job(job_id).state, _job(job_id).result) == ("done", {"by": "two"})
    assert [record.message for record in caplog.records] == [
        f"job {job_id} (shared): another worker took it up, attempt 1 ends"
    ]


@pytest.mark.both_databases
def test_a_failure_of_who_lost_a_job_is_not_kept(app: Flask, handlers: dict[str, Any]) -> None:
    @jobs.handler("lost")
    def lost(job: jobs.Job, progress: Callable[[str, int, int], None]) -> None:
        _heart_stopped(job.id)
        jobs.take("two")
        raise OSError("too late")

    with app.app_context():
        job_id = jobs.ask("lost", {}).id
        first = jobs.take("one")
        assert first is not None
        jobs.work(first)
        job = _job(job_id)
        assert (job.state, job.worker, job.problem) == ("running", "two", None)


def test_workers_of_one_host_and_number_have_names_of_their_own(app: Flask, handlers: dict[str, Any]) -> None:
    jobs.handler("name")(lambda job, progress: None)
    with app.app_context():
        for number in range(2):
            jobs.ask("name", {"number": number})
            jobs.work_off()
        names = db.session.scalars(select(jobs.Job.worker)).all()
    assert len(set(names)) == 2


def _worker(app: Flask, folder: Path) -> subprocess.Popen[bytes]:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    command = [sys.executable, "-m", "tests.surveys.job_worker", url, app.instance_path, str(folder)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2])


@pytest.mark.both_databases
def test_workers_killed_at_random_lose_no_job(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_ATTEMPTS", 50)
    folder, chance, wanted = tmp_path / "tally", random.Random(7), 12
    folder.mkdir()
    with app.app_context():
        for number in range(wanted):
            jobs.ask("tally", {"number": number})
    workers = [_worker(app, folder) for _ in range(2)]
    try:
        for _ in range(6):
            time.sleep(0.9 + chance.random() / 2)
            victim = chance.randrange(len(workers))
            workers[victim].kill()
            workers[victim].wait()
            workers[victim] = _worker(app, folder)
        deadline = time.monotonic() + 240
        with app.app_context():
            while time.monotonic() < deadline:
                left = db.session.scalar(select(func.count()).select_from(jobs.Job).where(jobs.Job.state != "done"))
                db.session.rollback()
                if not left:
                    break
                time.sleep(0.2)
            tallies = select(jobs.Job.state, func.count()).where(jobs.Job.kind == "tally").group_by(jobs.Job.state)
            states = db.session.execute(tallies).all()  # a worker asks for the work of the day besides
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert [tuple(row) for row in states] == [("done", wanted)]
    assert {int(file.name) for file in folder.iterdir()} == set(range(wanted))


def test_what_is_due_is_asked_for_every_minute_and_one_fault_holds_up_nothing_else(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(jobs, "_minutely", [])
    jobs.handler("test.daily")(lambda job, progress: done.append(job.arguments["day"]))

    @jobs.every_minute
    def break_down() -> None:
        raise OSError

    @jobs.every_minute
    def ask_for_the_day() -> None:
        jobs.ask("test.daily", {"day": utc_now().date().isoformat()}, again=False)

    with app.app_context():
        for moment in ("2023-07-01T23:59:00+00:00", "2023-07-01T23:59:30+00:00", "2023-07-02T00:00:00+00:00"):
            with clock_at(datetime.fromisoformat(moment)):
                jobs.look_after()
                jobs.look_after()
                jobs.work_off()
    assert done == ["2023-07-01", "2023-07-02"]
    assert break_down is not ask_for_the_day


def test_what_failed_is_asked_for_anew_only_where_it_may(app: Flask) -> None:
    @jobs.handler("test.fails")
    def fail(job: jobs.Job, progress: jobs.Progress) -> None:
        raise OSError

    with app.app_context():
        for again, state in ((True, "queued"), (False, "failed")):
            jobs.ask("test.fails", {"again": again})
            jobs.work_off()
            assert jobs.ask("test.fails", {"again": again}, again=again).state == state
