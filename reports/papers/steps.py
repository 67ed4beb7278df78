"""The steps of a report (报告) from its start to its end; the root's is the 总报告, a child's a 分报告.

A root's version is frozen when it is sent for review (what was reviewed is what becomes final), a child's when it is
submitted. A 更正 is a new draft after acceptance and becomes version n+1. Touches its records, its draft and `freezing`;
whoever works with reports imports them from here.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from reports.evidence import other_evidence
from reports.faults import FaultKind, ReportFault, UnknownFigure, both, unit_name
from reports.papers.drafts import draft, fill_report, replace_sections, save_head, save_section, sections, with_ids
from reports.papers.records import (
    COURSE,
    STATE_NAMES,
    STEP_NAMES,
    STEPS,
    WRITABLE,
    Report,
    ReportSection,
    ReportStep,
    ReportVersion,
    accepted_children,
    accepted_version,
    accepted_versions,
    course,
    courses,
    digest_of,
    may,
    newest_version,
    newest_versions,
    report_of,
    state,
    state_of,
    states,
    versions,
)
from reports.text import content as contents
from reports.text.report_shape import AuditHead, Manifest, ReportContent
from surveys import audit
from surveys.audit import Actor
from surveys.auditing import chain
from surveys.database import CHINA, db, in_turn, writing
from surveys.fieldwork.visits import locks
from surveys.planning.campaigns.campaigns import Campaign, campaign_units
from surveys.planning.campaigns.units import Unit, unit_tree
from surveys.questionnaire.sheets.bilingual import Text

if TYPE_CHECKING:
    from reports.papers.freezing import FrozenParts

__all__ = [
    "COURSE", "STATE_NAMES", "STEPS", "STEP_NAMES", "WRITABLE", "Report", "ReportFault", "ReportSection", "ReportStep",
    "ReportVersion", "accept", "accepted_children", "accepted_version", "accepted_versions", "ask_withdrawal",
    "check_under_review", "course", "courses", "digest_of", "draft", "fill_report", "finish", "may", "newest_version", "newest_versions", "printed_date",
    "report_of", "return_report", "save_head", "save_section", "sections", "send_back", "send_for_review",
    "start_correction", "start_report", "state", "state_of", "states", "submit", "versions", "with_ids", "withdraw",
]  # fmt: skip


def start_report(campaign: Campaign, unit: Unit, *, by: Actor, at: datetime | None = None) -> Report:
    """The node's report: begun now with the outline's skeleton, or the one that stands already.

    Raises ReportFault for a unit that does not take part, DataFault where no questionnaire was published.
    """
    known_report = report_of(campaign.id, unit.code)
    if known_report is not None:
        return known_report
    if unit.code != campaign.unit_code and unit.code not in {row.unit_code for row in campaign_units(campaign.id)}:
        raise ReportFault(
            FaultKind.NOT_TAKING_PART,
            unit.name,
            unit=unit_name(unit),
            campaign=Text(campaign.title, campaign.name("en")),
        )
    from reports.evidence.accepted_answers import (
        campaign_data,  # numpy: only where figures are made, not where a command starts
    )
    from reports.papers.skeletons import new_draft

    moment = at or campaign.now()
    draft = new_draft(campaign, unit, campaign_data(campaign))
    with writing() as session:
        in_turn(campaign)
        known_report = report_of(campaign.id, unit.code)
        if known_report is not None:
            return known_report
        report = Report(
            campaign_id=campaign.id,
            unit_code=unit.code,
            title=draft["title"],
            byline=draft["byline"],
            dated=printed_date(moment),
            created_at=moment,
        )
        session.add(report)
        session.flush()
        replace_sections(report, draft, by, moment)
        _take(report, "started", by, moment)
    return report


def printed_date(moment: datetime) -> str:
    """2023年9月8日: Arabic, full year, no leading zeros (GB/T 9704)."""
    day = moment.astimezone(CHINA).date()
    return f"{day.year}年{day.month}月{day.day}日"


def send_for_review(report: Report, *, by: Actor, note: str = "", at: datetime | None = None) -> None:
    """送审. A root's version is frozen here, so that what was reviewed is what becomes final."""
    parts = _freeze_draft(report) if report.is_root else None
    with writing():
        moment = at or report.campaign.now()
        _check_may(report, "sent_for_review")
        version = _keep_version(report, parts, by, moment) if parts else None
        _take(report, "sent_for_review", by, moment, note=note, version=version)


def send_back(report: Report, *, by: Actor, note: str = "", at: datetime | None = None) -> None:
    """The approver gives it back to the writers."""
    with writing():
        _take(report, "sent_back", by, at or report.campaign.now(), note=note)


def submit(report: Report, *, by: Actor, note: str = "", at: datetime | None = None) -> ReportVersion:
    """报送: freezes a version and locks the unit's visits. Refused while a 【待起草】 is left."""
    if report.is_root:
        raise ReportFault(FaultKind.ROOT_IS_FINAL, report.title)
    parts = _freeze_draft(report)
    blanks = contents.blanks(parts.content)
    if blanks:
        place = section_title(parts.content, blanks[0].section)
        raise ReportFault(FaultKind.BLANK_LEFT, place, count=len(blanks), first=blanks[0].text)
    with writing():
        moment = at or report.campaign.now()
        _check_may(report, "submitted")
        version = _keep_version(report, parts, by, moment)
        _take(report, "submitted", by, moment, note=note, version=version)
        for leaf in unit_tree().leaves(report.unit_code):
            locks.lock(report.campaign_id, leaf.code)
    return version


def section_title(content: ReportContent, key: str) -> str:
    return next((s["title"] or "导语" for s in content["sections"] if s["key"] == key), content["title"])


def ask_withdrawal(report: Report, *, by: Actor, note: str, at: datetime | None = None) -> None:
    """申请撤回: asked by the unit while the parent has not decided."""
    with writing():
        _take(report, "withdrawal_asked", by, at or report.campaign.now(), note=note)


def withdraw(report: Report, *, by: Actor, note: str = "", at: datetime | None = None) -> None:
    """The parent agrees to a withdrawal: the draft may be written again, the visits are unlocked."""
    with writing():
        _take(report, "withdrawn", by, at or report.campaign.now(), note=note)
        _unlock(report)


def return_report(report: Report, *, by: Actor, words: str, at: datetime | None = None) -> None:
    """退回补充, with the parent's words; the visits are unlocked. Comments at a place: `remarks.remark`."""
    if not words.strip():
        raise ReportFault(FaultKind.WORDS_NEEDED, report.title)
    with writing():
        _take(report, "returned", by, at or report.campaign.now(), note=words.strip())
        _unlock(report)


def accept(report: Report, *, by: Actor, note: str = "", at: datetime | None = None) -> None:
    """接收: the submitted version may be merged into the parent's report."""
    with writing():
        version = newest_version(report)
        _take(report, "accepted", by, at or report.campaign.now(), note=note, version=version)


def start_correction(report: Report, *, by: Actor, note: str, at: datetime | None = None) -> None:
    """更正: a new draft after acceptance. The accepted version stands, with the parent, until the next is accepted."""
    with writing():
        _take(report, "correction_started", by, at or report.campaign.now(), note=note)
        _unlock(report)


def finish(version: ReportVersion, *, by: Actor, note: str = "", at: datetime | None = None) -> None:
    """定稿 of a root: exactly this version is final. `issuing.make_final` calls this after its checks and its print.

    Raises ReportFault where it is no longer the one under review.
    """
    report = version.report
    with writing():
        check_under_review(version)
        _take(report, "final", by, at or report.campaign.now(), note=note, version=version)


def check_under_review(version: ReportVersion) -> None:
    """Check that this version is the one under review. Raises ReportFault where another one is by now, or none."""
    report, newest = version.report, newest_version(version.report)
    if not report.is_root:
        raise ReportFault(FaultKind.NOT_ROOT, report.title)
    state_name = state(report)
    if state_name == "final":
        raise ReportFault(FaultKind.ALREADY_FINAL, report.title)
    if state_name != "reviewing":
        raise ReportFault(FaultKind.SENT_BACK, report.title, number=version.number)
    if newest is None or newest.id != version.id:
        newest_number = newest.number if newest else 0
        raise ReportFault(FaultKind.REVIEWED_ANEW, report.title, number=version.number, newer=newest_number)


def _check_may(report: Report, step: str) -> None:
    """Raises ReportFault. The report is in turn from here on: its next step and version have the next number."""
    in_turn(report)
    step_names = [one.step for one in course(report)]
    if not may(step_names, step):
        names = {"state": STATE_NAMES[state_of(step_names)], "step": STEP_NAMES[step]}
        raise ReportFault(FaultKind.NOT_NOW, report.title, **names)


def _take(
    report: Report, step: str, by: Actor, moment: datetime, *, note: str = "", version: ReportVersion | None = None
) -> None:
    _check_may(report, step)
    session = db.session()
    last_number = session.scalar(select(func.max(ReportStep.number)).where(ReportStep.report_id == report.id)) or 0
    session.add(
        ReportStep(
            report_id=report.id,
            number=last_number + 1,
            step=step,
            version_id=version.id if version else None,
            taken_at=moment,
            taken_by=_account(by),
            by_name=by.name,
            note=note,
        )
    )
    _audit(report, by, f"report.{step}")
    session.flush()


def _audit(report: Report, by: Actor, act: str) -> None:
    audit.record(by, act, target=("report", report.id), campaign_id=report.campaign_id, unit_code=report.unit_code)


def _account(by: Actor) -> str | None:
    return by.id if by.kind == "staff" else None


def _unlock(report: Report) -> None:
    for leaf in unit_tree().leaves(report.unit_code):
        locks.unlock(report.campaign_id, leaf.code)


def _freeze_draft(report: Report) -> "FrozenParts":
    """The draft frozen on the data as they are now. Raises ReportFault for a figure that cannot be given."""
    from reports.evidence.accepted_answers import campaign_data
    from reports.papers.freezing import BoundVersion, freeze_report

    data = campaign_data(report.campaign)
    children = [BoundVersion(one.report.unit_code, one.content, one.manifest) for one in accepted_children(report)]
    try:
        return freeze_report(report.campaign, report.unit, contents.renumber(draft(report)), data, children)
    except UnknownFigure as fault:
        raise ReportFault(FaultKind.FIGURE_UNKNOWN, report.title, **both(fault)) from fault
    except ValueError as fault:
        raise ReportFault(FaultKind.BLOCK_WRONG, report.title, why=fault) from fault


def _keep_version(report: Report, parts: "FrozenParts", by: Actor, moment: datetime) -> ReportVersion:
    manifest: Manifest = {
        **parts.manifest,
        "frozen_at": moment.isoformat(),
        "children": [
            {"unit": child.report.unit_code, "version": child.id, "number": child.number, "digest": child.digest}
            for child in accepted_children(report)
        ],
    }
    manifest["groundwork"] = other_evidence.groundwork(report.campaign_id, manifest)
    if newest := chain.head(linked_up=True):
        manifest["audit_head"] = AuditHead(**newest.as_json())
    last_version = newest_version(report)
    session = db.session()
    version = ReportVersion(
        report_id=report.id,
        number=last_version.number + 1 if last_version else 1,
        content=parts.content,
        frozen=parts.frozen,
        manifest=manifest,
        digest=digest_of(parts.content, parts.frozen, manifest),
        made_at=moment,
        made_by=_account(by),
    )
    session.add(version)
    session.flush()
    return version
