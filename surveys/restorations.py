"""Whether this instance was put back from a backup, how far that one reached, and whether the office has taken note. Touches the audit trail.

A restoration happens while nothing serves, so a process asks once. What came in between the backup and the restoration is on phones
at best: they are told, and hand it in again.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from surveys.audit import Actor, AuditEntry, record
from surveys.database import db, writing

RESTORED, DISMISSED = "backup.restored", "backup.restored.seen"
TARGET = ("backup", "instance")


@dataclass(frozen=True)
class Restoration:
    """`id` is its entry in the audit trail; what is younger than `taken_at` was not in the backup."""

    id: int
    restored_at: datetime
    taken_at: datetime


def newest_restoration() -> Restoration | None:
    """The last time this instance was put back; None: never."""
    if "restoration" not in current_app.extensions:
        row = _newest(RESTORED)
        current_app.extensions["restoration"] = row and Restoration(
            row.id, row.happened_at, datetime.fromisoformat((row.detail or {})["taken_at"])
        )
    return current_app.extensions["restoration"]


def open_restoration() -> Restoration | None:
    """The one that nobody has taken note of yet."""
    restoration = newest_restoration()
    if restoration is None:
        return None
    seen = _newest(DISMISSED)
    return None if seen is not None and seen.id > restoration.id else restoration


def dismiss(actor: Actor) -> None:
    """The office knows: the notice goes, for everybody."""
    with writing():
        record(actor, DISMISSED, target=TARGET)


def _newest(act: str) -> AuditEntry | None:
    query = select(AuditEntry).where(
        AuditEntry.target_kind == TARGET[0], AuditEntry.target_id == TARGET[1], AuditEntry.act == act
    )
    return db.session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))
