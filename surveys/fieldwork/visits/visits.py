"""走访: the event; what a desk decided on it; drafts not handed in yet. Touches assignments and questionnaire versions.

Its state is derived (states.py), never stored.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, LongText, db, new_id, one_of
from surveys.planning.assigning.assignments import Assignment

DECISIONS = ("accept", "return", "reopen")


class Visit(db.Model):
    """One visit; its id is the one minted with the assignment. `head` and `accepted` are hashes of contents.

    `head` is moved only by compare-and-set in `receiving`; `tries` counts returns (the round).
    """

    __tablename__ = "visits"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"), unique=True)
    head: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime | None]  # the notice was shown and the form opened
    notice_shown_at: Mapped[datetime | None]
    notice_version: Mapped[str | None] = mapped_column(Line(40))
    voided_at: Mapped[datetime | None]
    voided_reason: Mapped[str | None] = mapped_column(Line(200))
    voided_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    erased_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]  # first fetched by a phone: 在手机上，自 …
    assignment: Mapped[Assignment] = relationship()


class Decision(db.Model):
    """A desk's decision on one content of a visit, in order (`number` from 1)."""

    __tablename__ = "decisions"
    __table_args__ = (one_of("verdict", DECISIONS), UniqueConstraint("visit_id", "number"))

    id: Mapped[Id]
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), index=True)
    number: Mapped[int]
    content: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(10))
    decided_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    note: Mapped[str | None] = mapped_column(LongText)


class Remark(db.Model):
    """A comment of the desk at one question of one content; `path` None = on the whole."""

    __tablename__ = "remarks"

    id: Mapped[Id]
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), index=True)
    decision_id: Mapped[str | None] = mapped_column(ForeignKey("decisions.id"), index=True)
    content: Mapped[str] = mapped_column(String(64))
    path: Mapped[str | None] = mapped_column(Line(300))
    text: Mapped[str] = mapped_column(LongText)
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    settled_at: Mapped[datetime | None]


class Draft(db.Model):
    """An unsent draft on the server: one per visit and device (or account), the last one.

    `answers` and `repeats` are raw answers; `base` the head when it was begun; `clock` the `now` of its last recompute.
    """

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("visit_id", "holder"),)

    id: Mapped[Id]
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    holder: Mapped[str] = mapped_column(String(40))  # a device's or account's id
    by_name: Mapped[str | None] = mapped_column(Line(60))
    package_hash: Mapped[str] = mapped_column(ForeignKey("packages.hash"))
    base: Mapped[str | None] = mapped_column(String(64))
    body: Mapped[str | None] = mapped_column(
        LongText
    )  # a mirror's text as the phone sent it; or canonical JSON of the page-by-page draft
    page: Mapped[str | None] = mapped_column(Line(200))
    clock: Mapped[str | None] = mapped_column(String(40))
    saved_at: Mapped[datetime]


def add_visit(assignment: Assignment) -> Visit:
    """The visit of a new assignment, under the id minted there. Inside `writing()`, in the assignment's transaction."""
    if assignment.visit_id is None:
        assignment.visit_id = new_id()
    visit = Visit(id=assignment.visit_id, assignment=assignment)
    db.session.add(visit)
    return visit


def open_visit(visit_id: str, *, at: datetime | None = None, notice_version: str | None = None) -> None:
    """The notice was shown and the form opened. Inside `writing()`; the first time is what is kept."""
    visit = db.session.get_one(Visit, visit_id)
    moment = at or visit.assignment.campaign.now()
    if visit.opened_at is None:
        visit.opened_at = moment
    if visit.notice_shown_at is None or visit.notice_version != notice_version:
        visit.notice_shown_at, visit.notice_version = moment, notice_version
