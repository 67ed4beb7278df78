"""The accepted versions of the children → the parent's draft, at any level. Touches unit reports.

Every paragraph of a child's accepted version is a card: taken whole, taken in part, left with a reason, or undecided.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Id, Line, LongText, db, one_of

CHOICES = ("taken", "part", "left")


class MergeDecision(db.Model):
    """What the parent decided on one paragraph of one child's version; undone, not deleted."""

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
