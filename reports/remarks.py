"""Comments on a report's version: the city's words when it returns one, a reader's words in consultation. Touches reports."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Id, Line, LongText, db


class ReportRemark(db.Model):
    """One comment, anchored at a section and a block, or on the whole."""

    __tablename__ = "report_remarks"

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    version_id: Mapped[str | None] = mapped_column(ForeignKey("report_versions.id"))
    section_key: Mapped[str | None] = mapped_column(Line(60))
    block_id: Mapped[str | None] = mapped_column(Line(60))
    text: Mapped[str] = mapped_column(LongText)
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    settled_at: Mapped[datetime | None]
