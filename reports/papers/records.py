"""The rows of a report (报告的表): one a node, its draft's sections, its versions, its steps, and the state that follows from them.

    drafting 起草 → reviewing 审核 → submitted 报送 → returned 退回 | accepted 接收        a node with a parent
    drafting → reviewing → final 定稿                                                     the root

The state follows from the newest step; `COURSE` says what may follow what. A version never changes. Touches planning.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, event, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reports.text.report_shape import Block, FrozenContent, Manifest, ReportContent
from surveys.database import Id, JsonText, Line, LongText, db, one_of
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit, unit_tree
from surveys.questionnaire.sheets.bilingual import Text

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

# step → the states it may be taken in, and the state it leads to ("" = stays as it was).
COURSE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "started": (("",), "drafting"),
    "sent_for_review": (("drafting", "returned"), "reviewing"),
    "sent_back": (("reviewing",), "drafting"),
    "submitted": (("reviewing",), "submitted"),
    "withdrawal_asked": (("submitted",), ""),
    "withdrawn": (("submitted",), "drafting"),
    "returned": (("submitted",), "returned"),
    "accepted": (("submitted",), "accepted"),
    "final": (("reviewing",), "final"),
    "correction_started": (("accepted",), "drafting"),
}
WRITABLE = ("drafting", "returned")
STEP_NAMES = {
    "started": Text("开始起草", "started"),
    "sent_for_review": Text("送审", "sent for review"),
    "sent_back": Text("退回起草", "sent back to its writers"),
    "submitted": Text("报送", "submitted"),
    "withdrawal_asked": Text("申请撤回", "asked back"),
    "withdrawn": Text("同意撤回", "withdrawn"),
    "returned": Text("退回补充", "returned"),
    "accepted": Text("接收", "accepted"),
    "final": Text("定稿", "made final"),
    "correction_started": Text("更正", "corrected"),
}
STATE_NAMES = {
    "": Text("未开始", "not started"),
    "drafting": Text("起草", "drafting"),
    "reviewing": Text("审核", "under review"),
    "submitted": Text("已报送", "submitted"),
    "returned": Text("退回补充", "returned"),
    "accepted": Text("已接收", "accepted"),
    "final": Text("定稿", "final"),
}


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

    @property
    def is_root(self) -> bool:
        """The report of the organizing unit: the 总报告."""
        return self.unit_code == self.campaign.unit_code

    @property
    def scope(self) -> str:
        """The unit its figures are of; "" is the whole campaign."""
        return "" if self.is_root else self.unit_code


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
    blocks: Mapped[list[Block]] = mapped_column(JsonText, default=list)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    row_version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": row_version}


class ReportVersion(db.Model):
    """A version as submitted, accepted or final: content with tokens, content frozen with figures, and its manifest.

    `manifest` names every submission used, the package hashes and the indicator values (`report_shape`).
    """

    __tablename__ = "report_versions"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    number: Mapped[int]
    content: Mapped[ReportContent] = mapped_column(JsonText, deferred=True)
    frozen: Mapped[FrozenContent] = mapped_column(JsonText, deferred=True)
    manifest: Mapped[Manifest] = mapped_column(JsonText, deferred=True)
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


# States ---------------------------------------------------------------------------------------------------------------


def state_of(steps: Iterable[str]) -> str:
    """The state that follows from the steps taken, oldest first; "" before the first."""
    state_name = ""
    for step in steps:
        state_name = COURSE[step][1] or state_name
    return state_name


def may(steps: Sequence[str], step: str) -> bool:
    """Whether `step` may follow these steps. A withdrawal is granted only when it was asked for last."""
    if step == "withdrawn" and (not steps or steps[-1] != "withdrawal_asked"):
        return False
    if step == "withdrawal_asked" and steps and steps[-1] == "withdrawal_asked":
        return False
    return state_of(steps) in COURSE[step][0]


def course(report: Report) -> list[ReportStep]:
    """What happened to a report, oldest first."""
    query = select(ReportStep).where(ReportStep.report_id == report.id).order_by(ReportStep.number)
    return list(db.session.scalars(query))


def courses(campaign_id: str) -> dict[str, list[ReportStep]]:
    """The steps of every report of a campaign by report id, read in one statement."""
    query = (
        select(ReportStep)
        .join(Report, Report.id == ReportStep.report_id)
        .where(Report.campaign_id == campaign_id)
        .order_by(ReportStep.report_id, ReportStep.number)
    )
    steps_by_report: dict[str, list[ReportStep]] = {}
    for step in db.session.scalars(query):
        steps_by_report.setdefault(step.report_id, []).append(step)
    return steps_by_report


def state(report: Report) -> str:
    """The state of one report."""
    return state_of(step.step for step in course(report))


def states(campaign_id: str) -> dict[str, str]:
    """The state of every report of a campaign by unit code, read in one statement."""
    steps: dict[str, list[str]] = {}
    query = (
        select(Report.unit_code, ReportStep.step)
        .join(ReportStep, ReportStep.report_id == Report.id)
        .where(Report.campaign_id == campaign_id)
        .order_by(Report.unit_code, ReportStep.number)
    )
    for unit, step in db.session.execute(query):
        steps.setdefault(unit, []).append(step)
    return {unit: state_of(steps_of_unit) for unit, steps_of_unit in steps.items()}


def report_of(campaign_id: str, unit_code: str) -> Report | None:
    return db.session.scalar(select(Report).where(Report.campaign_id == campaign_id, Report.unit_code == unit_code))


# Versions -------------------------------------------------------------------------------------------------------------


def versions(report: Report) -> list[ReportVersion]:
    """The versions kept, oldest first."""
    query = select(ReportVersion).where(ReportVersion.report_id == report.id).order_by(ReportVersion.number)
    return list(db.session.scalars(query))


def newest_version(report: Report) -> ReportVersion | None:
    query = select(ReportVersion).where(ReportVersion.report_id == report.id)
    return db.session.scalar(query.order_by(ReportVersion.number.desc()).limit(1))


def accepted_version(report: Report) -> ReportVersion | None:
    """The version the parent has: that of the newest acceptance."""
    query = (
        select(ReportVersion)
        .join(ReportStep, ReportStep.version_id == ReportVersion.id)
        .where(ReportStep.report_id == report.id, ReportStep.step == "accepted")
    )
    return db.session.scalar(query.order_by(ReportStep.number.desc()).limit(1))


def newest_versions(campaign_id: str) -> dict[str, ReportVersion]:
    """The newest version of every report of a campaign by report id, read in one statement."""
    query = (
        select(ReportVersion)
        .join(Report, Report.id == ReportVersion.report_id)
        .where(Report.campaign_id == campaign_id)
        .order_by(ReportVersion.number)
    )
    return {version.report_id: version for version in db.session.scalars(query)}


def accepted_versions(report_ids: Sequence[str]) -> dict[str, ReportVersion]:
    """The version that the parent has of each report by report id, read in one statement."""
    query = (
        select(ReportVersion)
        .join(ReportStep, ReportStep.version_id == ReportVersion.id)
        .where(ReportStep.report_id.in_(report_ids), ReportStep.step == "accepted")
        .order_by(ReportStep.number)
    )
    return {version.report_id: version for version in db.session.scalars(query)}


def accepted_children(report: Report) -> list[ReportVersion]:
    """The accepted versions of the units right below, in official order."""
    children = [unit.code for unit in unit_tree().children(report.unit_code)]
    version_by_unit = {
        child.unit_code: accepted_version(child)
        for child in db.session.scalars(
            select(Report).where(Report.campaign_id == report.campaign_id, Report.unit_code.in_(children))
        )
    }
    return [version for code in children if (version := version_by_unit.get(code)) is not None]


def digest_of(content: ReportContent, frozen: FrozenContent, manifest: Manifest) -> str:
    """What a version is called by: SHA-256 over its three parts in canonical JSON."""
    parts = json.dumps([content, frozen, manifest], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()
