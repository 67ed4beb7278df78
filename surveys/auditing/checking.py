"""核对全部记录 as a job, with progress, and its outcome as an entry of the trail. Touches the trail, its chain and jobs."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import current_app
from sqlalchemy import select

from surveys import jobs
from surveys.audit import SYSTEM, Actor, AuditEntry, record
from surveys.auditing.verification import Anchor, Verification, verify
from surveys.database import db, utc_now, writing
from surveys.jobs import Job

KIND = "audit.verify"
ABOUT = "audit"
Anchors = Callable[[], Iterable[Anchor]]


def known_heads() -> list[Anchor]:
    """The heads that later rooms have written down: each registers its function in `app.extensions["audit_anchors"]`."""
    sources: list[Anchors] = current_app.extensions.get("audit_anchors", [])
    return [anchor for source in sources for anchor in source()]


def check_and_record(
    actor: Actor = SYSTEM, progress: Callable[[int, int], None] = lambda done, whole: None
) -> Verification:
    """Verify the whole trail against every head that is known, and put the outcome on record."""
    outcome = verify(known_heads(), progress)
    verdict = outcome.as_json()
    with writing():
        record(
            actor,
            "audit.verified",
            target=("audit", "trail"),
            outcome=None if outcome.is_sound else "broken",
            **{name: verdict[name] for name in ("checked", "head", "anchors", "first_break")},
        )
    return outcome


def ask_for_check(actor: Actor) -> Job:
    """The job of a check from now on, or the one that is under way."""
    newest = next(iter(jobs.jobs_about(KIND, ABOUT)), None)
    if newest is not None and newest.state in ("queued", "running"):
        return newest
    named = {"id": actor.id, "name": actor.name, "at": utc_now().isoformat()}
    return jobs.ask(KIND, named, about=ABOUT, asked_by=actor.id)


def latest_check() -> AuditEntry | None:
    """What the newest check of the trail gave."""
    query = select(AuditEntry).where(AuditEntry.target_kind == "audit", AuditEntry.act == "audit.verified")
    return db.session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))


@jobs.handler(KIND)
def _check(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    asked = job.arguments
    outcome = check_and_record(
        Actor("staff", asked["id"], asked["name"]), lambda done, whole: progress("audit", done, whole)
    )
    return outcome.as_json()
