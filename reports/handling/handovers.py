"""Matters handed over to departments (转送, 交办) and their replies (答复). Touches the archive and findings.

A reply is graded A–D (已解决 / 列入计划 / 暂不能 / 供参考); the deputies' side says how satisfied it is with process and
result; 销号 is the committee's, with evidence.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Id, Line, LongText, db, one_of

GRADES = ("A", "B", "C", "D")
SATISFACTION = ("satisfied", "fairly", "dissatisfied")


class Handover(db.Model):
    """One matter handed over: a headline or a single finding, to a lead department with a due date."""

    __tablename__ = "handovers"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("(closed_at IS NULL) = (evidence IS NULL)", name="closed"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    number: Mapped[int]
    version_id: Mapped[str | None] = mapped_column(ForeignKey("report_versions.id"))
    headline_id: Mapped[str | None] = mapped_column(ForeignKey("headlines.id"))
    finding_id: Mapped[str | None] = mapped_column(ForeignKey("findings.id"))
    text: Mapped[str] = mapped_column(LongText)
    lead_department: Mapped[str] = mapped_column(String(8))
    assisting: Mapped[str | None] = mapped_column(Line(200))
    handed_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    closed_at: Mapped[datetime | None]
    evidence: Mapped[str | None] = mapped_column(LongText)
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


class Reply(db.Model):
    """A department's answer in one round."""

    __tablename__ = "replies"
    __table_args__ = (
        UniqueConstraint("handover_id", "round_number"),
        one_of("grade", GRADES),
        one_of("process_rating", SATISFACTION),
        one_of("result_rating", SATISFACTION),
    )

    id: Mapped[Id]
    handover_id: Mapped[str] = mapped_column(ForeignKey("handovers.id"), index=True)
    round_number: Mapped[int]
    grade: Mapped[str] = mapped_column(String(1))
    text: Mapped[str] = mapped_column(LongText)
    answered_at: Mapped[datetime]
    answered_by: Mapped[str | None] = mapped_column(Line(100))
    process_rating: Mapped[str | None] = mapped_column(String(14))
    result_rating: Mapped[str | None] = mapped_column(String(14))
    rated_at: Mapped[datetime | None]
    rating_note: Mapped[str | None] = mapped_column(LongText)


def last_handover(campaign_id: str) -> date | None:
    """The day of a campaign's last hand-over; None while nothing was handed over."""
    return db.session.scalar(select(func.max(Handover.handed_on)).where(Handover.campaign_id == campaign_id))
