"""Stores visits (走访), what a desk decided on them, and drafts not handed in yet. Touches planning.

A visit is one occasion on which deputies meet people. It has a campaign, a kind and a unit of its own, and a subject or a
title. Most hang on an assignment, which says who goes, until when, and whether the visit is extra or its subject was
replaced; one that was started without one (starts.py) says by whom and when, and of which group. Its state is derived (states.py).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, LongText, db, new_id, one_of
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.campaigns.units import Unit
from surveys.planning.campaigns.visit_kinds import FIRST, VisitKind

DECISIONS = ("accept", "return", "reopen")


class Visit(db.Model):
    """One visit; its id is the one minted with its assignment, where it has one. `head` is the hash of a content, moved only by
    compare-and-set in `receiving`.

    Campaign, unit and subject are those of the assignment: the key says so, and an assignment that is handed on takes its visit
    along.
    """

    __tablename__ = "visits"
    __table_args__ = (
        ForeignKeyConstraint(
            ["assignment_id", "campaign_id", "unit_code", "subject_id"],
            ["assignments.id", "assignments.campaign_id", "assignments.unit_code", "assignments.subject_id"],
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(["campaign_id", "kind"], ["visit_kinds.campaign_id", "visit_kinds.key"]),
        Index(None, "campaign_id", "unit_code"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    kind: Mapped[str] = mapped_column(String(40), default=FIRST)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    subject_id: Mapped[str | None] = mapped_column(ForeignKey("subjects.id"), index=True)
    title: Mapped[str | None] = mapped_column(Line(120))  # what it is called where it hangs on no subject
    assignment_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    group_id: Mapped[str | None] = mapped_column(ForeignKey("deputy_groups.id"), index=True)  # of a started one
    started_at: Mapped[datetime | None]
    started_by: Mapped[str | None] = mapped_column(ForeignKey("deputies.id"), index=True)
    head: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime | None]  # the notice was shown and the form opened
    notice_shown_at: Mapped[datetime | None]
    notice_version: Mapped[str | None] = mapped_column(Line(40))
    voided_at: Mapped[datetime | None]
    voided_reason: Mapped[str | None] = mapped_column(Line(200))
    voided_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    erased_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]  # first fetched by a phone: 在手机上，自 …
    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit] = relationship()
    subject: Mapped[Subject | None] = relationship()
    visit_kind: Mapped[VisitKind] = relationship(viewonly=True)
    assignment: Mapped[Assignment | None] = relationship(
        primaryjoin=lambda: Assignment.id == Visit.assignment_id, foreign_keys=assignment_id
    )

    @property
    def name(self) -> str:
        """What it is about: its subject, or its title."""
        return self.subject.name if self.subject else self.title or ""

    def reference(self) -> str:
        """What people call it: its assignment's number, 440105-0123; without one the beginning of its id, 440105-3f2a9c41."""
        return f"{self.unit_code}-{self.short_reference()}"

    def short_reference(self) -> str:
        """What people call it within its unit."""
        return short_reference(self.assignment.number if self.assignment else None, self.id)


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


def visit_reference(unit_code: str, number: int | None, visit_id: str) -> str:
    """What people call a visit, from its parts: `number` is the assignment's, None where there is none."""
    return f"{unit_code}-{short_reference(number, visit_id)}"


def short_reference(number: int | None, visit_id: str) -> str:
    """What people call a visit within its unit."""
    return visit_id[:8] if number is None else f"{number:04d}"


def visit_references(*which: ColumnElement[bool]) -> dict[str, str]:
    """Visit → what people call it."""
    query = select(Visit.id, Visit.unit_code, Assignment.number)
    query = query.outerjoin(Assignment, Assignment.id == Visit.assignment_id).where(*which)
    return {visit: visit_reference(unit, number, visit) for visit, unit, number in db.session.execute(query)}


def visit_name() -> ColumnElement[str]:
    """What a visit is about, for a query that outer-joins subjects."""
    return func.coalesce(Subject.name, Visit.title)


def visit_group() -> ColumnElement[str]:
    """The group of a visit, for a query that outer-joins assignments: its assignment's, or the one that started it."""
    return func.coalesce(Assignment.group_id, Visit.group_id)


def in_order() -> tuple[Any, ...]:
    """The order in which visits are listed, for a query that outer-joins assignments: by unit and number, then those without one."""
    return Visit.unit_code, Assignment.number.is_(None), Assignment.number, Visit.id


def add_visit(assignment: Assignment) -> Visit:
    """The visit of a new assignment, under the id minted there. Inside `writing()`, in the assignment's transaction."""
    if assignment.visit_id is None:
        assignment.visit_id = new_id()
    visit = Visit(
        id=assignment.visit_id,
        campaign_id=assignment.campaign_id,
        unit_code=assignment.unit_code,
        subject_id=assignment.subject_id,
        assignment=assignment,
    )
    db.session.add(visit)
    return visit


def open_visit(visit_id: str, *, at: datetime | None = None, notice_version: str | None = None) -> None:
    """Note that the notice was shown and the form opened. Inside `writing()`; the first time is what is kept."""
    visit = db.session.get_one(Visit, visit_id)
    moment = at or visit.campaign.now()
    if visit.opened_at is None:
        visit.opened_at = moment
    if visit.notice_shown_at is None or visit.notice_version != notice_version:
        visit.notice_shown_at, visit.notice_version = moment, notice_version
