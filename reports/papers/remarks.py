"""Comments on a report (批注): at a paragraph, at a section or on the whole; answered, settled, opened again. Touches reports.

Whoever writes the report settles them, and whoever made one settles their own; nothing that was said is taken away.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from reports.faults import FaultKind, ReportFault
from reports.papers.steps import Report, newest_version
from surveys.audit import Actor
from surveys.database import Id, Line, LongText, db, utc_now, writing


class ReportRemark(db.Model):
    """One comment, anchored at a section and a block, or on the whole; or the answer to one."""

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
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    answers_id: Mapped[str | None] = mapped_column(ForeignKey("report_remarks.id"))


@dataclass(slots=True)
class Thread:
    """A comment with its answers, oldest first."""

    first: ReportRemark
    answers: list[ReportRemark] = field(default_factory=list)

    @property
    def people(self) -> list[str | None]:
        return [self.first.settled_by, *(row.made_by for row in (self.first, *self.answers))]


def remark(
    report: Report,
    text: str,
    *,
    by: Actor,
    section_key: str | None = None,
    block_id: str | None = None,
    answers: ReportRemark | None = None,
    at: datetime | None = None,
) -> ReportRemark:
    """Write one comment on the newest version, or an answer where `answers` stands. Raises ValueError for an empty one."""
    if not text.strip():
        raise ValueError("a comment needs words")
    version = newest_version(report)
    if answers is not None:
        section_key, block_id = answers.section_key, answers.block_id
    with writing() as session:
        row = ReportRemark(
            report_id=report.id,
            version_id=version.id if version else None,
            section_key=section_key,
            block_id=block_id,
            text=text.strip(),
            made_at=at or report.campaign.now(),
            made_by=_account(by),
            answers_id=answers.answers_id or answers.id if answers else None,
        )
        session.add(row)
        session.flush()
    return row


def threads(report: Report) -> list[Thread]:
    """The comments on a report with their answers, oldest first."""
    query = select(ReportRemark).where(ReportRemark.report_id == report.id).order_by(ReportRemark.made_at)
    by_id: dict[str, Thread] = {}
    for row in db.session.scalars(query):
        if row.answers_id is None:
            by_id[row.id] = Thread(row)
        elif row.answers_id in by_id:
            by_id[row.answers_id].answers.append(row)
    return list(by_id.values())


def remark_of(report: Report, remark_id: str) -> ReportRemark:
    """One comment of the report. Raises ReportFault where it has none of that name."""
    row = db.session.get(ReportRemark, remark_id)
    if row is None or row.report_id != report.id:
        raise ReportFault(FaultKind.NO_REMARK, report.title)
    return row


def settle(row: ReportRemark, *, by: Actor, at: datetime | None = None) -> None:
    """Mark a comment as dealt with; settled once, it stays as it was settled."""
    with writing() as session:
        session.refresh(row)
        if row.settled_at is None:
            row.settled_at, row.settled_by = at or utc_now(), _account(by)
        session.flush()


def reopen(row: ReportRemark) -> None:
    """Take it back that a comment was dealt with."""
    with writing() as session:
        session.refresh(row)
        row.settled_at = row.settled_by = None
        session.flush()


def _account(by: Actor) -> str | None:
    return by.id if by.kind == "staff" else None
