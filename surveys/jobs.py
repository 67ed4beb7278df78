"""Jobs as rows: work that outlives a request and a `kill -9`. Touches the database.

A job is (kind, arguments); its key is the hash of both, so asking twice for the same work gives the same job. A worker takes
the oldest queued row by compare-and-set, beats its heart while it works, and a row whose heart stopped is taken up again.
Handlers are therefore idempotent. Kinds are registered by later rooms (`@handler("print")`).
"""

import contextlib
import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import Index, String, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Id, Line, LongText, db, one_of, utc_now, writing

STALE_AFTER = timedelta(seconds=20)
BEAT_EVERY = 5.0  # seconds
LOOK_EVERY = 0.5  # seconds: an idle look costs one indexed SELECT
MOST_ATTEMPTS = 3

Handler = Callable[["Job", Callable[[str, int, int], None]], dict[str, Any] | None]
_handlers: dict[str, Handler] = {}


class Job(db.Model):
    """One piece of work. `state`: queued, running, done, failed."""

    __tablename__ = "jobs"
    __table_args__ = (one_of("state", ("queued", "running", "done", "failed")), Index(None, "state", "created_at"))

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str | None] = mapped_column(Line(80))
    asked_by: Mapped[str | None] = mapped_column(String(36))
    step: Mapped[str | None] = mapped_column(Line(200))
    steps_done: Mapped[int] = mapped_column(default=0)
    steps_all: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]
    problem: Mapped[str | None] = mapped_column(LongText)


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register what does the work of one kind: `f(job, progress) -> result`, where progress(step, done, all)."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def ask(kind: str, arguments: dict[str, Any], *, asked_by: str | None = None) -> Job:
    """The job for this work: queued now, or the one that already stands for it (a failed one is queued anew)."""
    key = hashlib.sha256(json.dumps([kind, arguments], sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    with writing() as session:
        job = session.scalar(select(Job).where(Job.key == key))
        if job is None:
            job = Job(kind=kind, key=key, arguments=arguments, created_at=utc_now(), asked_by=asked_by)
            session.add(job)
        elif job.state == "failed":
            job.state, job.attempts, job.problem, job.created_at = "queued", 0, None, utc_now()
        return job


def take(worker: str) -> str | None:
    """Take the oldest job that waits, or one whose worker's heart stopped. Gives its id."""
    limit = utc_now() - STALE_AFTER
    waiting = or_(Job.state == "queued", (Job.state == "running") & (Job.beat_at < limit))
    if db.session.scalar(select(Job.id).where(waiting).limit(1)) is None:
        db.session.rollback()
        return None
    with writing() as session:
        found = session.execute(select(Job.id, Job.attempts).where(waiting).order_by(Job.created_at).limit(1)).first()
        if found is None:
            return None
        if found.attempts >= MOST_ATTEMPTS:
            _finish(found.id, state="failed", problem="The work stopped three times without an end.")
            return None
        taken = session.execute(
            update(Job)
            .where(Job.id == found.id, waiting)
            .values(
                state="running", attempts=found.attempts + 1, worker=worker, beat_at=utc_now(), started_at=utc_now()
            )
        )
        return found.id if taken.rowcount == 1 else None  # pyright: ignore[reportAttributeAccessIssue]


def work(job_id: str) -> None:
    """Do one taken job. An exception is kept as the job's problem, never raised."""
    job = db.session.get(Job, job_id)
    assert job is not None
    function = _handlers.get(job.kind)
    with _heart(current_app._get_current_object(), job_id):  # type: ignore[attr-defined]
        try:
            if function is None:
                raise LookupError(f"no handler for jobs of kind {job.kind!r}")
            result = function(job, lambda step, done, whole: _step(job_id, step, done, whole))
        except Exception as problem:
            current_app.logger.exception("job %s (%s) failed", job_id, job.kind)
            db.session.rollback()
            _finish(job_id, state="failed", problem=f"{type(problem).__name__}: {problem}")
        else:
            _finish(job_id, state="done", result=result or {})


def _step(job_id: str, step: str, done: int, whole: int) -> None:
    with writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(step=step[:200], steps_done=done, steps_all=whole, beat_at=utc_now())
        )


def _finish(job_id: str, **values: Any) -> None:
    with writing() as session:
        session.execute(update(Job).where(Job.id == job_id).values(finished_at=utc_now(), **values))


@contextlib.contextmanager
def _heart(app: Flask, job_id: str) -> Iterator[None]:
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(BEAT_EVERY):
            with app.app_context(), writing() as session:
                session.execute(update(Job).where(Job.id == job_id, Job.state == "running").values(beat_at=utc_now()))

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def work_forever(*, until: Callable[[], bool] = lambda: False) -> None:
    """The worker's loop: take, work, look again. Ends when `until()` says so."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    while not until():
        job_id = take(worker)
        if job_id is None:
            time.sleep(LOOK_EVERY)
        else:
            work(job_id)
        db.session.remove()


def work_off() -> int:
    """Do every waiting job here and now (the loading of a demonstration, tests). Gives how many were done."""
    done = 0
    while (job_id := take(f"{socket.gethostname()}:{os.getpid()}")) is not None:
        work(job_id)
        done += 1
    return done
