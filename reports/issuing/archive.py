"""Keeps each issued PDF under its hash. Touches unit reports and the file store."""

import hashlib
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reports.papers.steps import Report, ReportVersion
from surveys import event_log
from surveys.audit import Actor
from surveys.database import Id, db, in_turn, one_of, utc_now, writing
from surveys.files import FileStore


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


def store() -> FileStore:
    return current_app.extensions["files"]


def keep(
    version: ReportVersion,
    profile: str,
    edition: str,
    pdf: bytes,
    *,
    pages: int,
    parts: list[Any],
    by: Actor | None = None,
) -> PrintedReport:
    """Keep a print; the same bytes of the same version are one row."""
    file = store().put(pdf)  # durable before the row says so
    with writing() as session:
        in_turn(version)
        same = select(PrintedReport).where(
            PrintedReport.version_id == version.id,
            PrintedReport.profile == profile,
            PrintedReport.edition == edition,
            PrintedReport.file == file,
        )
        row = session.scalar(same)
        if row is None:
            row = PrintedReport(
                version_id=version.id,
                profile=profile,
                edition=edition,
                file=file,
                pages=pages,
                parts=parts,
                printed_at=utc_now(),
                printed_by=by.id if by and by.kind == "staff" else None,
            )
            session.add(row)
            session.flush()
    event_log.note(
        "report.printed",
        report=version.report_id,
        version=version.number,
        profile=profile,
        edition=edition,
        pages=pages,
    )
    return row


def read(printout: PrintedReport) -> bytes:
    return store().read(printout.file)


def prints_of(report: Report) -> list[PrintedReport]:
    """All prints of a report, newest first."""
    query = (
        select(PrintedReport)
        .join(ReportVersion, ReportVersion.id == PrintedReport.version_id)
        .where(ReportVersion.report_id == report.id)
        .order_by(PrintedReport.printed_at.desc())
    )
    return list(db.session.scalars(query))


def print_with(pdf: bytes) -> PrintedReport | None:
    """The print that has exactly these bytes; None where none was kept."""
    file = hashlib.sha256(pdf).hexdigest()
    return db.session.scalar(select(PrintedReport).where(PrintedReport.file == file).limit(1))
