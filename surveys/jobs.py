"""Jobs as rows: work that outlives a request and a `kill -9`. Touches the database.

A job is (kind, arguments); its key is the hash of both, so asking twice for the same work gives the same job. A worker takes
the oldest queued row by compare-and-set, beats its heart while it works, and a row whose heart stopped is taken up again.
From then on the row belongs to that worker and attempt alone: what an earlier one still says of it changes nothing, and its
next step raises JobLost. Handlers are therefore idempotent. Kinds are registered by later rooms (`@handler("print")`).
"""

import contextlib
import hashlib
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import Flask, current_app
from sqlalchemy import ColumnElement, Index, String, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from surveys import event_log
from surveys.database import Id, Line, LongText, add_once, db, one_of, utc_now, writing
from surveys.database_away import is_database_away, say_away

STALE_AFTER = timedelta(seconds=20)
BEAT_EVERY = 5.0  # seconds
LOOK_EVERY = 0.5  # seconds: an idle look costs one indexed SELECT
MOST_ATTEMPTS = 3

Progress = Callable[[str, int, int], None]  # step, done, all
Handler = Callable[["Job", Progress], dict[str, Any] | None]
_handlers: dict[str, Handler] = {}
_minutely: list[Callable[[], None]] = []


class Job(db.Model):
    """One piece of work. `state`: queued, running, done, failed."""

    __tablename__ = "jobs"
    __table_args__ = (
        one_of("state", ("queued", "running", "done", "failed")),
        Index(None, "state", "created_at"),
        Index(None, "about", "created_at"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    arguments: Mapped[dict[str, Any]]
    about: Mapped[str | None] = mapped_column(String(36))  # id of what the work is for: its page asks for its jobs
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


def every_minute(function: Callable[[], None]) -> Callable[[], None]:
    """Register what a worker looks after once a minute: it asks for jobs that are due."""
    _minutely.append(function)
    return function


def look_after() -> None:
    """Do what is registered for every minute. One that fails is logged, and holds up nothing else."""
    for function in _minutely:
        try:
            function()
        except Exception as error:
            if is_database_away(error):
                say_away(current_app.logger, error)
                db.session().invalidate()
                return
            current_app.logger.exception("%s failed", function.__name__)
            db.session.rollback()


def ask(
    kind: str, arguments: dict[str, Any], *, about: str | None = None, asked_by: str | None = None, again: bool = True
) -> Job:
    """The job for this work: queued now, or the one that already stands for it (a failed one is queued anew if `again`)."""
    key = hashlib.sha256(json.dumps([kind, arguments], sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    with writing() as session:
        job = session.scalar(select(Job).where(Job.key == key))
        if job is None:
            job = Job(kind=kind, key=key, arguments=arguments, about=about, created_at=utc_now(), asked_by=asked_by)
            if not add_once(job):
                job = session.scalars(select(Job).where(Job.key == key)).one()
        elif job.state == "failed" and again:
            job.state, job.attempts, job.problem, job.created_at = "queued", 0, None, utc_now()
        return job


def jobs_about(kind: str, about: str) -> list[Job]:
    """The jobs of a kind that were asked for on behalf of one thing, newest first."""
    return list(
        db.session.scalars(
            select(Job).where(Job.kind == kind, Job.about == about).order_by(Job.created_at.desc(), Job.id)
        )
    )


class Claim(NamedTuple):
    """A job as one worker has it: as long as the row names this worker and attempt, and runs."""

    job_id: str
    worker: str
    attempt: int

    def stands(self) -> ColumnElement[bool]:
        mine = (Job.worker == self.worker) & (Job.attempts == self.attempt)
        return (Job.id == self.job_id) & (Job.state == "running") & mine


class JobLost(Exception):
    """Another worker has the job by now: whoever works on it stops, and nothing of it is kept in the row."""


def take(worker: str) -> Claim | None:
    """Take the oldest job that waits, or one whose worker's heart stopped."""
    limit = utc_now() - STALE_AFTER
    is_waiting = or_(Job.state == "queued", (Job.state == "running") & (Job.beat_at < limit))
    if db.session.scalar(select(Job.id).where(is_waiting).limit(1)) is None:
        db.session.rollback()
        return None
    with writing():
        oldest = select(Job.id, Job.attempts).where(is_waiting).order_by(Job.created_at).limit(1)
        row = db.session.execute(oldest).first()
        if row is None:
            return None
        condition = (Job.id == row.id) & (Job.attempts == row.attempts) & is_waiting
        if row.attempts >= MOST_ATTEMPTS:
            _set(
                condition, state="failed", problem="The work stopped three times without an end.", finished_at=utc_now()
            )
            return None
        claim = Claim(row.id, worker, row.attempts + 1)
        now = utc_now()
        is_mine = _set(condition, state="running", attempts=claim.attempt, worker=worker, beat_at=now, started_at=now)
        return claim if is_mine else None


def _set(condition: ColumnElement[bool], **values: Any) -> bool:
    """Change the row for which the condition still holds; says whether there was one."""
    with writing() as session:
        result = session.execute(update(Job).where(condition).values(**values))
    return result.rowcount == 1  # pyright: ignore[reportAttributeAccessIssue]


def work(claim: Claim) -> None:
    """Do one taken job, in a context of its own: what it lays into `g` is gone with it. An exception is kept as the job's problem."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context(), _heart(app, claim):
        _work(claim)


def _work(claim: Claim) -> None:
    job = db.session.get(Job, claim.job_id)
    assert job is not None
    kind, function = job.kind, _handlers.get(job.kind)
    log = current_app.logger
    facts: dict[str, str | int] = {"job": claim.job_id, "kind": kind, "attempt": claim.attempt}
    event_log.note("job.taken", **facts, worker=claim.worker)
    try:
        if function is None:
            raise LookupError(f"no handler for jobs of kind {kind!r}")
        result = function(job, lambda step, number, whole: _step(claim, step, number, whole))
        _finish(claim, state="done", result=result or {})
        event_log.note("job.done", **facts)
    except JobLost:
        db.session.rollback()
        log.warning("job %s (%s): another worker took it up, attempt %d ends", claim.job_id, kind, claim.attempt)
    except Exception as problem:
        log.exception("job %s (%s) failed", claim.job_id, kind)
        db.session.rollback()
        with contextlib.suppress(JobLost):
            _finish(claim, state="failed", problem=f"{type(problem).__name__}: {problem}")
            event_log.note("job.failed", **facts, reason=type(problem).__name__)


def _step(claim: Claim, step: str, number: int, whole: int) -> None:
    """Raises JobLost."""
    if not _set(claim.stands(), step=step[:200], steps_done=number, steps_all=whole, beat_at=utc_now()):
        raise JobLost(claim.job_id)


def _finish(claim: Claim, **values: Any) -> None:
    """Raises JobLost."""
    if not _set(claim.stands(), finished_at=utc_now(), **values):
        raise JobLost(claim.job_id)


@contextlib.contextmanager
def _heart(app: Flask, claim: Claim) -> Iterator[None]:
    """Beats until the work ends or the job is another's."""

    def beat() -> bool:
        return _set(claim.stands(), beat_at=utc_now())

    with repeated(app, BEAT_EVERY, beat, f"the heart of job {claim.job_id} missed a beat"):
        yield


@contextlib.contextmanager
def repeated(app: Flask, seconds: float, step: Callable[[], bool], complaint: str) -> Iterator[None]:
    """While it is open, `step` is done every so many seconds beside other work, until it gives False.

    Whatever it meets, it is done again: a database that does not answer for a moment does. The log complains once a row of failures.
    """
    stop = threading.Event()

    def repeat() -> None:
        faltered = False
        while not stop.wait(seconds):
            try:
                with app.app_context():
                    if not step():
                        return
                faltered = False
            except Exception:
                if not faltered:
                    app.logger.warning("%s", complaint, exc_info=True)
                faltered = True

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _this_worker() -> str:
    """No other process has this name, also where containers share a host's name and number their processes alike."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}"


def work_forever(*, until: Callable[[], bool] = lambda: False) -> None:
    """The worker's loop: take, work, look again. Ends when `until()` says so."""
    worker, looked_at = _this_worker(), float("-inf")
    while not until():
        if time.monotonic() - looked_at > 60:
            looked_at = time.monotonic()
            look_after()
        claim = take(worker)
        if claim is None:
            time.sleep(LOOK_EVERY)
        else:
            work(claim)
        db.session.remove()


def work_off() -> int:
    """Do every waiting job here and now. Gives how many were done."""
    worker, count = _this_worker(), 0
    while (claim := take(worker)) is not None:
        work(claim)
        count += 1
    return count
