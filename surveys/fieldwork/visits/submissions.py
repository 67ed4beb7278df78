"""Stores submissions (填报), each a version of a visit's answers, with parts and what was set aside. Touches visits."""

from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, JsonText, Line, LongText, db, one_of
from surveys.fieldwork.visits.visits import Visit

OUTCOMES = ("visited", "refused", "not_found", "closed", "other")
DOORS = ("phone", "page", "file", "paper", "import", "desk")


class JudgedDifference(TypedDict):
    """Where a version says otherwise than its rules (`questionnaire.judging.Difference`)."""

    path: str
    kind: str
    received: str
    computed: str
    detail: str


class JudgedProblem(TypedDict):
    """What is wrong with an answer, as its form said it."""

    path: str
    kind: str
    message: str


class Verdict(TypedDict):
    """What the judge found in a version."""

    differences: list[JudgedDifference]
    problems: list[JudgedProblem]


class Submission(db.Model):
    """One version. Immutable: `body` is what was received, `content` its SHA-256. Marks are derived on reading where they
    can change (late, locked, …); `marks` keeps those that were facts of its arrival."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("visit_id", "content"),
        UniqueConstraint("visit_id", "version"),
        one_of("outcome", OUTCOMES),
        one_of("via", DOORS),
        Index(None, "received_at"),
    )

    id: Mapped[Id]
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    content: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    body: Mapped[bytes] = mapped_column(deferred=True)
    base: Mapped[str | None] = mapped_column(String(64))
    merges: Mapped[list[Any] | None]
    fork: Mapped[bool] = mapped_column(default=False)
    package_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(10))
    clock: Mapped[str | None] = mapped_column(String(40))
    received_at: Mapped[datetime]
    via: Mapped[str] = mapped_column(String(8))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("devices.id"))
    deputy_id: Mapped[str | None] = mapped_column(ForeignKey("deputies.id"))
    group_id: Mapped[str | None] = mapped_column(ForeignKey("deputy_groups.id"))
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str | None] = mapped_column(Line(60))
    marks: Mapped[list[Any]] = mapped_column(default=list)
    judged: Mapped[Verdict | None] = mapped_column(JsonText, deferred=True)  # differences and problems the judge found
    visit: Mapped[Visit] = relationship()


@event.listens_for(Submission, "before_delete")
def _never_deleted(*_: Any) -> None:
    raise RuntimeError("a submission is never deleted")


@event.listens_for(Submission, "before_update")
def _immutable(_: Any, connection: Any, target: Submission) -> None:
    from sqlalchemy import inspect

    changed_columns = {key for key, state in inspect(target).attrs.items() if state.history.has_changes()}
    if changed_columns - {"marks", "judged"}:
        raise RuntimeError(f"a submission never changes: {sorted(changed_columns)}")


class SetAside(db.Model):
    """Bytes that a phone sent and that are no version (待处理): unreadable, mismatch, unknown visit, not this device's."""

    __tablename__ = "set_aside"
    __table_args__ = (UniqueConstraint("device_id", "address", "content"),)

    id: Mapped[Id]
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"))
    address: Mapped[str] = mapped_column(Line(64))  # the visit id as it was written in the address
    content: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(deferred=True)
    reason: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    settlement: Mapped[str | None] = mapped_column(Line(200))


class ContentPart(db.Model):
    """A part (photo, sound, signature) that a held content names in its manifest."""

    __tablename__ = "content_parts"

    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), primary_key=True)
    content: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    name: Mapped[str] = mapped_column(Line(200), primary_key=True)
    path: Mapped[str | None] = mapped_column(Line(300))
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str | None] = mapped_column(Line(80))


class HeldPart(db.Model):
    """A part whose bytes are in the store, fsynced, before this row was written. `shown` is the re-encoded copy."""

    __tablename__ = "held_parts"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    held_at: Mapped[datetime]
    shown: Mapped[str | None] = mapped_column(String(64))
    problem: Mapped[str | None] = mapped_column(LongText)
