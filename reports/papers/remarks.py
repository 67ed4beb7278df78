"""Comments on a report's version: the city's words when it returns one, a reader's words in consultation. Touches reports."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from reports.papers.steps import Report, newest_version
from surveys.audit import Actor
from surveys.database import Id, Line, LongText, db, writing


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


def remark(
    report: Report,
    text: str,
    *,
    by: Actor,
    section_key: str | None = None,
    block_id: str | None = None,
    at: datetime | None = None,
) -> ReportRemark:
    """Write one comment on the newest version. Raises ValueError for an empty one."""
    if not text.strip():
        raise ValueError("a comment needs words")
    version = newest_version(report)
    with writing() as session:
        row = ReportRemark(
            report_id=report.id,
            version_id=version.id if version else None,
            section_key=section_key,
            block_id=block_id,
            text=text.strip(),
            made_at=at or report.campaign.now(),
            made_by=by.id if by.kind == "staff" else None,
        )
        session.add(row)
        session.flush()
    return row


def remarks(report: Report, *, open_only: bool = False) -> list[ReportRemark]:
    """The comments on a report, oldest first."""
    query = select(ReportRemark).where(ReportRemark.report_id == report.id).order_by(ReportRemark.made_at)
    return list(db.session.scalars(query.where(ReportRemark.settled_at.is_(None)) if open_only else query))


def settle(row: ReportRemark, *, at: datetime | None = None) -> None:
    """Mark a comment as dealt with."""
    with writing() as session:
        session.refresh(row)
        from surveys.database import utc_now

        row.settled_at = at or utc_now()
        session.flush()
