"""Jobs are rows: asked twice they are one, a failure is kept with its words, and `kill -9` of a worker loses none."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from surveys import jobs
from surveys.database import db, writing


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
            assert jobs.take("one") == job_id
            with writing() as session:  # the worker died: its heart stopped long ago
                session.get_one(jobs.Job, job_id).beat_at = jobs.utc_now() - timedelta(hours=1)
        assert jobs.take("one") is None
        assert db.session.get_one(jobs.Job, job_id).state == "failed"


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
            states = db.session.execute(select(jobs.Job.state, func.count()).group_by(jobs.Job.state)).all()
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert [tuple(row) for row in states] == [("done", wanted)]
    assert {int(file.name) for file in folder.iterdir()} == set(range(wanted))
