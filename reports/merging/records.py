"""The rows of a merge (汇总的表): what was decided on each paragraph of the children, by which act, and what the acts keep.

An act is what a person does at one press: it can be taken back as one. Rows end, they are not deleted. Touches papers' rows.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Id, JsonText, Line, LongText, db, one_of

CHOICES = ("taken", "part", "left")
ACTS = (
    "written",  # cards put together as a paragraph of the draft
    "source_added",
    "source_removed",
    "left",
    "taken_back",  # cards undecided again
    "matters_kept",
    "matter_new",
    "matter_named",
    "matter_joined",
    "matter_moved",
    "cards_moved",  # to another matter
)


class MergeAct(db.Model):
    """One act of a person on a merge; `details` is what taking it back needs (`acts`)."""

    __tablename__ = "merge_acts"
    __table_args__ = (one_of("kind", ACTS), UniqueConstraint("report_id", "number"))

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    section_key: Mapped[str | None] = mapped_column(Line(60))
    block_id: Mapped[str | None] = mapped_column(Line(60))  # the paragraph or heading of the draft it is about
    cards: Mapped[int] = mapped_column(default=0)
    details: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


class MergeDecision(db.Model):
    """What the parent decided on one paragraph of one child's version; undone, not deleted.

    A paragraph from which sentences went into several paragraphs of the draft has a decision for each.
    """

    __tablename__ = "merge_decisions"
    __table_args__ = (one_of("choice", CHOICES),)

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    child_version_id: Mapped[str] = mapped_column(ForeignKey("report_versions.id"), index=True)
    section_key: Mapped[str] = mapped_column(Line(60))
    block_id: Mapped[str] = mapped_column(Line(60))
    choice: Mapped[str] = mapped_column(String(8))
    target_section: Mapped[str | None] = mapped_column(Line(60))
    target_block: Mapped[str | None] = mapped_column(Line(60))
    reason: Mapped[str | None] = mapped_column(LongText)
    decided_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    act_id: Mapped[str | None] = mapped_column(ForeignKey("merge_acts.id"), index=True)
    ended_by: Mapped[str | None] = mapped_column(
        ForeignKey("merge_acts.id"), index=True
    )  # the act that put another in its place


class CardPlace(db.Model):
    """The matter that a person put a paragraph of a child under: a heading of the draft."""

    __tablename__ = "merge_card_places"

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    child_version_id: Mapped[str] = mapped_column(ForeignKey("report_versions.id"))
    section_key: Mapped[str] = mapped_column(Line(60))
    block_id: Mapped[str] = mapped_column(Line(60))
    matter: Mapped[str] = mapped_column(Line(60))  # "": under none
    act_id: Mapped[str] = mapped_column(ForeignKey("merge_acts.id"), index=True)


class LeaveReason(db.Model):
    """A reason of the list that a report's people made for leaving paragraphs out, in their order."""

    __tablename__ = "merge_leave_reasons"
    __table_args__ = (UniqueConstraint("report_id", "place"),)

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"))
    place: Mapped[int]
    words: Mapped[str] = mapped_column(Line(200))
    listed_at: Mapped[datetime]


class MissingReason(db.Model):
    """Why a unit's report is missing or late in the parent's report; it goes into the report."""

    __tablename__ = "missing_reasons"
    __table_args__ = (UniqueConstraint("report_id", "unit_code"),)

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    reason: Mapped[str] = mapped_column(LongText)
    given_at: Mapped[datetime]
    given_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
