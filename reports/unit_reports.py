"""报告: a node's paper, in versions and states; the root's is the 总报告, a child's a 分报告. One machine for every node.

    drafting 起草 → reviewing 审核 → submitted 报送 → returned 退回 | accepted 接收        a node with a parent
    drafting → reviewing → final 定稿                                                     the root

The state follows from the newest step. The working draft lies in sections; a submitted or final version never changes.
A root's version is frozen when it is sent for review (what was reviewed is what becomes final), a child's when it is
submitted. A 更正 is a new draft after acceptance and becomes version n+1. Touches the records of surveys and `freezing`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, event, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reports import content as contents
from reports.content import Block, ReportContent
from reports.tokens import TokenFault
from surveys import audit
from surveys.audit import Actor
from surveys.database import CHINA, Id, Line, LongText, db, new_id, one_of, writing
from surveys.fieldwork import locks
from surveys.planning.campaigns import Campaign, campaign_units
from surveys.planning.units import Unit, unit_tree

if TYPE_CHECKING:
    from reports.freezing import Frozen

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
STATE_NAMES = {
    "": ("未开始", "not started"),
    "drafting": ("起草", "drafting"),
    "reviewing": ("审核", "under review"),
    "submitted": ("已报送", "submitted"),
    "returned": ("退回补充", "returned"),
    "accepted": ("已接收", "accepted"),
    "final": ("定稿", "final"),
}


class ReportFault(ValueError):
    """Something that may not be done to a report: where, why, and what to do, in Chinese and English."""

    def __init__(self, code: str, place: str, zh: str, en: str) -> None:
        self.code, self.place, self.zh, self.en = code, place, zh, en
        super().__init__(en)


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


# States ---------------------------------------------------------------------------------------------------------------


def state_of(steps: Iterable[str]) -> str:
    """The state that follows from the steps taken, oldest first; "" before the first."""
    now = ""
    for step in steps:
        now = COURSE[step][1] or now
    return now


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
    """Report id → its steps, for a whole campaign in one statement."""
    query = (
        select(ReportStep)
        .join(Report, Report.id == ReportStep.report_id)
        .where(Report.campaign_id == campaign_id)
        .order_by(ReportStep.report_id, ReportStep.number)
    )
    found: dict[str, list[ReportStep]] = {}
    for step in db.session.scalars(query):
        found.setdefault(step.report_id, []).append(step)
    return found


def state(report: Report) -> str:
    """The state of one report."""
    return state_of(step.step for step in course(report))


def states(campaign_id: str) -> dict[str, str]:
    """Unit code → the state of its report, for a whole campaign in one statement."""
    steps: dict[str, list[str]] = {}
    query = (
        select(Report.unit_code, ReportStep.step)
        .join(ReportStep, ReportStep.report_id == Report.id)
        .where(Report.campaign_id == campaign_id)
        .order_by(Report.unit_code, ReportStep.number)
    )
    for unit, step in db.session.execute(query):
        steps.setdefault(unit, []).append(step)
    return {unit: state_of(taken) for unit, taken in steps.items()}


# Beginning and writing ------------------------------------------------------------------------------------------------


def report_of(campaign_id: str, unit_code: str) -> Report | None:
    return db.session.scalar(select(Report).where(Report.campaign_id == campaign_id, Report.unit_code == unit_code))


def start_report(campaign: Campaign, unit: Unit, *, by: Actor, at: datetime | None = None) -> Report:
    """The node's report: begun now with the outline's skeleton, or the one that stands already.

    Raises ReportFault for a unit that does not take part, DataFault where no questionnaire was published.
    """
    standing = report_of(campaign.id, unit.code)
    if standing is not None:
        return standing
    if unit.code != campaign.unit_code and unit.code not in {row.unit_code for row in campaign_units(campaign.id)}:
        raise ReportFault(
            "not_taking_part",
            unit.name,
            f"{unit.name}没有参加“{campaign.title}”，不能写它的报告；请先在“单位与任务数”里加入。",
            f"{unit.label('en')} takes no part in “{campaign.name('en')}”, so it has no report; add it under “Units and quotas” first.",
        )
    from reports.accepted_answers import campaign_data  # numpy: only where figures are made, not where a command starts
    from reports.skeletons import new_draft

    moment = at or campaign.now()
    draft = new_draft(campaign, unit, campaign_data(campaign))
    with writing() as session:
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
        _replace_sections(report, draft, by, moment)
        _take(report, "started", by, moment)
    return report


def printed_date(moment: datetime) -> str:
    """2023年9月8日: Arabic, full year, no leading zeros (GB/T 9704)."""
    day = moment.astimezone(CHINA).date()
    return f"{day.year}年{day.month}月{day.day}日"


def fill_report(report: Report, content: ReportContent, *, by: Actor, at: datetime | None = None) -> None:
    """Put a whole report in place of the draft (a manuscript, a .docx). Raises ReportFault when it may not be written."""
    _check_tokens(content["sections"])
    with writing():
        _only_writable(report)
        _set_head(report, content)
        _replace_sections(report, content, by, at or report.campaign.now())
        _audit(report, by, "report.filled")


def _set_head(report: Report, content: Mapping[str, Any]) -> None:
    report.title = content.get("title") or report.title
    report.byline = content.get("byline") or report.byline
    report.dated = content.get("date") or report.dated


def save_head(report: Report, *, title: str, byline: str, date: str, by: Actor) -> None:
    """Title, 署名 and date of the draft."""
    with writing():
        _only_writable(report)
        _set_head(report, {"title": title.strip(), "byline": byline.strip(), "date": date.strip()})
        _audit(report, by, "report.head_saved")


def _replace_sections(report: Report, content: ReportContent, by: Actor, moment: datetime) -> None:
    session = db.session()
    for section in sections(report):
        session.delete(section)
    session.flush()
    for sort, section in enumerate(content["sections"]):
        session.add(
            ReportSection(
                report_id=report.id,
                key=section["key"],
                sort=sort,
                depth=section["level"],
                title=section["title"],
                numbering=section.get("numbering"),
                blocks=section["blocks"],
                saved_at=moment,
                saved_by=_account(by),
            )
        )
    session.flush()


def sections(report: Report) -> list[ReportSection]:
    """The sections of the draft, in order."""
    query = select(ReportSection).where(ReportSection.report_id == report.id).order_by(ReportSection.sort)
    return list(db.session.scalars(query))


def draft(report: Report) -> ReportContent:
    """The working draft as plain data."""
    return {
        "format": contents.FORMAT,
        "title": report.title,
        "byline": report.byline or "",
        "date": report.dated or "",
        "sections": [
            {
                "key": section.key,
                "title": section.title or "",
                "numbering": section.numbering or "",
                "level": section.depth,
                "blocks": section.blocks,
            }
            for section in sections(report)
        ],
    }


def save_section(
    report: Report, key: str, blocks: Sequence[Block], *, row_version: int | None, by: Actor, at: datetime | None = None
) -> ReportSection:
    """Keep one section's blocks. `row_version` is that of the section as the writer saw it (None: whatever it is).

    Raises ReportFault: section_changed when somebody saved it meanwhile, token_wrong for braces that are no figure.
    """
    _check_tokens([{"title": key, "blocks": blocks}])
    with writing() as session:
        _only_writable(report)
        section = session.scalar(
            select(ReportSection).where(ReportSection.report_id == report.id, ReportSection.key == key)
        )
        if section is None:
            raise ReportFault(
                "no_section",
                key,
                f"报告里没有章节“{key}”；请刷新页面后再试。",
                f"The report has no section “{key}”; load the page again.",
            )
        session.refresh(section)
        if row_version is not None and section.row_version != row_version:
            raise ReportFault(
                "section_changed",
                section.title or key,
                "这一节刚刚被别人保存过，您的内容没有写入，仍在页面上；请对照后再保存。",
                "Somebody saved this section a moment ago. Yours was not written and is still on the page; compare, then save again.",
            )
        section.blocks = with_ids(blocks)
        section.saved_at, section.saved_by = at or report.campaign.now(), _account(by)
        session.flush()
    return section


def with_ids(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, each with an id of its own."""
    seen: set[str] = set()
    kept = []
    for block in blocks:
        identity = block.get("id")
        if not identity or identity in seen:
            identity = new_id()[:13]
        seen.add(identity)
        kept.append({**block, "id": identity})
    return kept


def _check_tokens(parts: Iterable[Mapping[str, Any]]) -> None:
    for part in parts:
        try:
            contents.check_tokens({"title": "", "byline": "", "date": "", "sections": [part]})
        except TokenFault as fault:
            raise ReportFault("token_wrong", part["title"], fault.zh, fault.en) from fault


def _only_writable(report: Report) -> None:
    now = state(report)
    if now not in WRITABLE:
        zh, en = STATE_NAMES[now]
        raise ReportFault(
            "not_writable",
            report.title,
            f"报告现在是“{zh}”，不能修改；需要修改时，请先退回或申请撤回。",
            f"The report is {en} and cannot be changed; send it back or ask to withdraw it first.",
        )


# Steps ----------------------------------------------------------------------------------------------------------------


def send_for_review(report: Report, *, by: Actor, note: str = "", at: datetime | None = None) -> None:
    """送审. A root's version is frozen here, so that what was reviewed is what becomes final."""
    frozen = _frozen(report) if report.is_root else None
    with writing():
        moment = at or report.campaign.now()
        _check_may(report, "sent_for_review")
        version = _keep_version(report, frozen, by, moment) if frozen else None
        _take(report, "sent_for_review", by, moment, note=note, version=version)


def send_back(report: Report, *, by: Actor, note: str = "", at: datetime | None = None) -> None:
    """The approver gives it back to the writers."""
    with writing():
        _take(report, "sent_back", by, at or report.campaign.now(), note=note)


def submit(report: Report, *, by: Actor, note: str = "", at: datetime | None = None) -> ReportVersion:
    """报送: freezes a version and locks the unit's visits. Refused while a 【待起草】 is left."""
    if report.is_root:
        raise ReportFault(
            "root_is_final",
            report.title,
            "总报告没有上级可报送；请在“定稿与印制”页定稿。",
            "The consolidated report has nobody above it to be submitted to; make it final on the page “Issue”.",
        )
    frozen = _frozen(report)
    left = contents.blanks(frozen.content)
    if left:
        raise ReportFault(
            "blank_left",
            section_title(frozen.content, left[0].section),
            f"还有{len(left)}处【待起草】，第1处：{left[0].text}；请写好或删去该节后再报送。",
            f"{len(left)} passages are still to be written (【待起草】), the first: {left[0].text}; write them, or delete the section, then submit.",
        )
    with writing():
        moment = at or report.campaign.now()
        _check_may(report, "submitted")
        version = _keep_version(report, frozen, by, moment)
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
        raise ReportFault(
            "words_needed",
            report.title,
            "退回补充要写明需要补什么；请填写退回意见。",
            "A return needs words saying what is missing; write them, then return.",
        )
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


def finish(report: Report, *, by: Actor, note: str = "", at: datetime | None = None) -> ReportVersion:
    """定稿 of a root: the version that was reviewed is final. `issuing.make_final` calls this after its checks."""
    if not report.is_root:
        raise ReportFault(
            "not_root",
            report.title,
            "分报告由上级接收，不单独定稿；请使用“报送”。",
            "A sub-report is accepted by the unit above, it does not become final by itself; submit it.",
        )
    with writing():
        version = newest_version(report)
        _take(report, "final", by, at or report.campaign.now(), note=note, version=version)
    assert version is not None  # a root under review has one
    return version


def _check_may(report: Report, step: str) -> None:
    taken = [one.step for one in course(report)]
    if not may(taken, step):
        zh, en = STATE_NAMES[state_of(taken)]
        words = STEP_NAMES[step]
        raise ReportFault(
            "not_now",
            report.title,
            f"报告现在是“{zh}”，不能“{words[0]}”；请先看报告的历史，按顺序办理。",
            f"The report is {en}: it cannot be {words[1]} now; look at its history and take the steps in order.",
        )


STEP_NAMES = {
    "started": ("开始起草", "started"),
    "sent_for_review": ("送审", "sent for review"),
    "sent_back": ("退回起草", "sent back to its writers"),
    "submitted": ("报送", "submitted"),
    "withdrawal_asked": ("申请撤回", "asked back"),
    "withdrawn": ("同意撤回", "withdrawn"),
    "returned": ("退回补充", "returned"),
    "accepted": ("接收", "accepted"),
    "final": ("定稿", "made final"),
    "correction_started": ("更正", "corrected"),
}


def _take(
    report: Report, step: str, by: Actor, moment: datetime, *, note: str = "", version: ReportVersion | None = None
) -> None:
    _check_may(report, step)
    session = db.session()
    last = session.scalar(select(func.max(ReportStep.number)).where(ReportStep.report_id == report.id)) or 0
    session.add(
        ReportStep(
            report_id=report.id,
            number=last + 1,
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
    accepted = (
        select(ReportVersion)
        .join(ReportStep, ReportStep.version_id == ReportVersion.id)
        .where(ReportStep.report_id == report.id, ReportStep.step == "accepted")
    )
    return db.session.scalar(accepted.order_by(ReportStep.number.desc()).limit(1))


def newest_versions(campaign_id: str) -> dict[str, ReportVersion]:
    """Report id → its newest version, for a whole campaign in one statement."""
    query = (
        select(ReportVersion)
        .join(Report, Report.id == ReportVersion.report_id)
        .where(Report.campaign_id == campaign_id)
        .order_by(ReportVersion.number)
    )
    return {version.report_id: version for version in db.session.scalars(query)}


def accepted_versions(report_ids: Sequence[str]) -> dict[str, ReportVersion]:
    """Report id → the version its parent has, in one statement."""
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
    found = {
        child.unit_code: accepted_version(child)
        for child in db.session.scalars(
            select(Report).where(Report.campaign_id == report.campaign_id, Report.unit_code.in_(children))
        )
    }
    return [version for code in children if (version := found.get(code)) is not None]


def _frozen(report: Report) -> "Frozen":
    """The draft frozen on the data as they are now. Raises ReportFault for a figure that cannot be given."""
    from reports.accepted_answers import campaign_data
    from reports.freezing import freeze_report
    from reports.indicators import UnknownFigure

    data = campaign_data(report.campaign)
    try:
        return freeze_report(report.campaign, report.unit, contents.renumber(draft(report)), data)
    except UnknownFigure as fault:
        raise ReportFault("figure_unknown", report.title, fault.zh, fault.en) from fault


def _keep_version(report: Report, frozen: "Frozen", by: Actor, moment: datetime) -> ReportVersion:
    manifest = {
        **frozen.manifest,
        "frozen_at": moment.isoformat(),
        "children": [
            {"unit": child.report.unit_code, "version": child.id, "number": child.number, "digest": child.digest}
            for child in accepted_children(report)
        ],
    }
    last = newest_version(report)
    session = db.session()
    version = ReportVersion(
        report_id=report.id,
        number=last.number + 1 if last else 1,
        content=frozen.content,
        frozen=frozen.frozen,
        manifest=manifest,
        digest=digest_of(frozen.content, frozen.frozen, manifest),
        made_at=moment,
        made_by=_account(by),
    )
    session.add(version)
    session.flush()
    return version


def digest_of(content: Mapping[str, Any], frozen: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """What a version is called by: SHA-256 over its three parts in canonical JSON."""
    parts = json.dumps([content, frozen, manifest], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()
