"""Backups as they are made: by command, by the worker at its hour, by a press of a button; each leaves its trace. Touches jobs and the audit trail."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select

from reports.running.backups import age, keeping, locks
from reports.running.backups.faults import BackupFault, BackupFaultKind
from reports.running.backups.plan import due_at, plan
from reports.running.backups.saving import Progress, Saved, save
from surveys import event_log
from surveys.audit import SYSTEM, Actor, AuditEntry, record
from surveys.database import CHINA, db, new_id, utc_now, writing
from surveys.jobs import Job, ask, every_minute, handler, jobs_about

KIND = "backup"
BY_HAND = "by hand"  # what such jobs are about
MADE, FAILED = "backup.made", "backup.failed"
TARGET = ("backup", "file")
TRY_AGAIN = timedelta(hours=1)
TOO_OLD = timedelta(hours=26)  # a daily one that did not come, with two hours' grace


@dataclass(frozen=True)
class Trace:
    """A backup that was made, or that failed: when, which file, why not."""

    at: datetime
    detail: dict[str, Any]

    @property
    def place(self) -> str:
        """Where the file lies: in the store that all hosts share, or a file of one host."""
        host, file = self.detail.get("host"), self.detail["file"]
        return file if host is None or file.startswith("s3://") else f"{host}:{file}"

    @property
    def taken_at(self) -> datetime:
        return datetime.fromisoformat(self.detail["taken_at"])

    def why(self, language: str) -> str:
        """Cause and remedy of a failure."""
        return self.detail["en" if language.startswith("en") else "zh"]


def newest(act: str) -> Trace | None:
    """The last good one (`MADE`) or the last failure (`FAILED`)."""
    query = select(AuditEntry.happened_at, AuditEntry.detail).where(
        AuditEntry.target_kind == TARGET[0], AuditEntry.target_id == TARGET[1], AuditEntry.act == act
    )
    row = db.session.execute(query.order_by(AuditEntry.id.desc()).limit(1)).first()
    return Trace(row.happened_at, row.detail or {}) if row else None


def local(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"


def save_and_record(
    app: Flask,
    file: Path,
    lock: age.Lock,
    progress: Progress = lambda *_: None,
    actor: Actor = SYSTEM,
    keep: Callable[[Path], str] = str,
) -> Saved:
    """Make one, `keep` it where it stays, and leave a trace of it or of its failure. Raises BackupFault."""
    try:
        saved = save(app, file, lock, progress)
        where = keep(saved.file)
    except BackupFault as fault:
        _record_failure(fault, actor)
        raise
    put_on_record(saved, actor, where)
    return saved


def put_on_record(saved: Saved, actor: Actor = SYSTEM, where: str = "") -> None:
    """That a backup was made, and by which host: an entry of the trail and a line of the log."""
    with writing():
        record(
            actor,
            MADE,
            target=TARGET,
            file=where or str(saved.file),
            host=keeping.this_host(),
            taken_at=saved.taken_at.isoformat(timespec="seconds"),
            bytes=saved.size,
            sha256=saved.sha256,
            damaged=len(saved.damaged),
        )
    event_log.note("backup.made", bytes=saved.size, rows=saved.rows, files=saved.files)


def _record_failure(fault: BackupFault, actor: Actor) -> None:
    event_log.note("backup.failed", reason=fault.code)  # first: the database may lie on the disk that is full
    if fault.kind is BackupFaultKind.NO_DATABASE:
        return
    with suppress(Exception), writing():  # the fault itself is what must come through
        record(actor, FAILED, target=TARGET, code=fault.code, place=fault.place, zh=fault.zh, en=fault.en)


# --- by the worker -----------------------------------------------------------------------------------------------------


def ask_now(by: Actor) -> Job:
    """现在备份: one more, now."""
    return ask(KIND, {"asked": new_id()}, about=BY_HAND, asked_by=by.id)


def newest_by_hand() -> Job | None:
    return next(iter(jobs_about(KIND, BY_HAND)), None)


@every_minute
def ask_when_due() -> None:
    """A backup at its hour, also when the worker was away then; one that failed is tried again every hour."""
    row = plan()
    moment = row and due_at(row, utc_now())
    if moment is None:
        return
    about = f"{moment:%Y-%m-%dT%H}"
    earlier = jobs_about(KIND, about)
    if not earlier or _may_try_again(earlier[0]):
        ask(KIND, {"due": about}, about=about)


def _may_try_again(job: Job) -> bool:
    return job.state == "failed" and job.finished_at is not None and job.finished_at < utc_now() - TRY_AGAIN


@handler(KIND)
def make_planned(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job: a file named after the moment in the plan's folder, then older ones beyond `keep` go."""
    row = plan()
    actor = Actor("staff", job.asked_by) if job.asked_by else SYSTEM
    try:
        if row is None:
            raise BackupFault(BackupFaultKind.NO_PLAN)
        lock = locks.lock_of(row.recipient, row.passphrase_file)
    except BackupFault as fault:
        _record_failure(fault, actor)
        raise
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    place, keep = keeping.place_of(app, row.folder), row.keep
    _remove_left_over(place.folder)
    file = place.folder / f"diaoyan-{utc_now().astimezone(CHINA):%Y%m%d-%H%M%S}.age"
    saved = save_and_record(app, file, lock, _now_and_then(progress), actor, place.keep)
    place.thin_out(keep)
    return saved.as_json()


def _now_and_then(progress: Progress) -> Progress:
    """Progress is a row that is written: twice a second is enough to look at."""
    last = 0.0

    def report(step: str, done: int, whole: int) -> None:
        nonlocal last
        if time.monotonic() - last > 0.5:
            last = time.monotonic()
            progress(step, done, whole)

    return report


def _remove_left_over(folder: Path) -> None:
    """Halves of backups whose worker was killed."""
    with suppress(OSError):
        for partial in folder.glob(".diaoyan-*.partial"):
            if partial.stat().st_mtime < time.time() - 86400:
                partial.unlink()
