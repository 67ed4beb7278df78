"""Each issued PDF by hash. Touches unit reports and the file store."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reports.unit_reports import ReportVersion
from surveys.database import Id, db, one_of


class PrintedReport(db.Model):
    """One print of one version: profile A, B or C; edition outgoing or internal; `file` is its SHA-256 in the store."""

    __tablename__ = "printed_reports"
    __table_args__ = (
        one_of("profile", ("A", "B", "C")),
        one_of("edition", ("outgoing", "internal")),
        UniqueConstraint("version_id", "profile", "edition", "file"),
    )

    id: Mapped[Id]
    version_id: Mapped[str] = mapped_column(ForeignKey("report_versions.id"), index=True)
    profile: Mapped[str] = mapped_column(String(1))
    edition: Mapped[str] = mapped_column(String(8))
    file: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    parts: Mapped[list[Any]] = mapped_column(default=list)
    printed_at: Mapped[datetime]
    printed_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    version: Mapped[ReportVersion] = relationship()
