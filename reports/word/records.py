"""The row of each Word file that was taken in (取回记录): what the draft said before, so that it can be taken back. Touches papers' rows."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reports.papers.records import Report
from reports.text.report_shape import ReportContent
from surveys.database import Id, JsonText, Line, db


class WordTaking(db.Model):
    """A file that became the draft. `after` has a check of each section as the file left it, and of the head under ""."""

    __tablename__ = "word_takings"

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    file: Mapped[str] = mapped_column(String(64))  # SHA-256 of the .docx
    before: Mapped[ReportContent] = mapped_column(JsonText)
    after: Mapped[dict[str, str]] = mapped_column(JsonText)
    taken_at: Mapped[datetime]
    taken_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str | None] = mapped_column(Line(60))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    report: Mapped[Report] = relationship()
