"""报告: a node's paper, in versions and states; the root's is the 总报告, a child's a 分报告. One machine for every node.

    drafting 起草 → reviewing 审核 → submitted 报送 → returned 退回 | accepted 接收        a node with a parent
    drafting → reviewing → final 定稿                                                     the root

The state follows from the newest step. The working draft lies in sections; a submitted or final version never changes.
Touches the records of surveys.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, LongText, db, one_of
from surveys.planning.campaigns import Campaign
from surveys.planning.units import Unit

STEPS = (
    "started",
    "sent_for_review",
    "sent_back",
    "submitted",
    "withdrawal_asked",
    "withdrawn",
    "returned",
    "accepted",
    "final",
    "correction_started",
)


class Report(db.Model):
    """The one report of a node in a campaign."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("campaign_id", "unit_code"),)

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    title: Mapped[str] = mapped_column(Line(200))
    byline: Mapped[str | None] = mapped_column(Line(200))
    dated: Mapped[str | None] = mapped_column(Line(40))
    created_at: Mapped[datetime]
    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit] = relationship()


class ReportSection(db.Model):
    """One section of the working draft; `blocks` are those of `content`. `row_version` guards against two writers."""

    __tablename__ = "report_sections"
    __table_args__ = (UniqueConstraint("report_id", "key"),)

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    key: Mapped[str] = mapped_column(Line(60))
    sort: Mapped[int]
    depth: Mapped[int] = mapped_column(default=1)
    title: Mapped[str | None] = mapped_column(Line(200))
    numbering: Mapped[str | None] = mapped_column(Line(20))
    blocks: Mapped[list[Any]] = mapped_column(default=list)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    row_version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": row_version}


class ReportVersion(db.Model):
    """A version as submitted, accepted or final: content with tokens, content frozen with figures, and its manifest.

    `manifest` names every submission used ({"visit","content","version","unit"}), the package hashes and the indicator values.
    """

    __tablename__ = "report_versions"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    frozen: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    manifest: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 over content, frozen and manifest in canonical JSON
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    report: Mapped[Report] = relationship()


@event.listens_for(ReportVersion, "before_update")
@event.listens_for(ReportVersion, "before_delete")
def _never_changes(*_: Any) -> None:
    raise RuntimeError("a version of a report never changes")


class ReportStep(db.Model):
    """One step of a report's course, in order."""

    __tablename__ = "report_steps"
    __table_args__ = (one_of("step", STEPS), UniqueConstraint("report_id", "number"))

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    number: Mapped[int]
    step: Mapped[str] = mapped_column(String(20))
    version_id: Mapped[str | None] = mapped_column(ForeignKey("report_versions.id"))
    taken_at: Mapped[datetime]
    taken_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str | None] = mapped_column(Line(60))
    note: Mapped[str | None] = mapped_column(LongText)
