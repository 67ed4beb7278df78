"""征求意见, 会签, 主任会议: who, date, outcome, note — what a campaign may require before `final`. Touches reports."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Id, Line, LongText, db, one_of

SIGN_OFFS = ("consultation", "countersign", "chair_meeting")  # 征求意见, 会签, 主任会议
OUTCOMES = ("agreed", "agreed_with_changes", "not_agreed")


class SignOff(db.Model):
    """One sign-off on one version of a report."""

    __tablename__ = "sign_offs"
    __table_args__ = (one_of("kind", SIGN_OFFS), one_of("outcome", OUTCOMES))

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    kind: Mapped[str] = mapped_column(String(14))
    who: Mapped[str] = mapped_column(Line(100))
    held_on: Mapped[date] = mapped_column(Date)
    outcome: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(LongText)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
