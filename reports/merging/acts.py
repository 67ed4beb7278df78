"""An act on a merge (汇总的一步): recorded with what it did, so that it can be taken back as one. Touches cards and the draft.

Inside `writing()` all of it: an act is in turn for its report, so two people's acts stand one after the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from reports.faults import FaultKind, ReportFault
from reports.merging.cards import Card, SourceKey, paragraph_at, paragraphs, source_key
from reports.merging.records import MergeAct, MergeDecision
from reports.papers.steps import (
    STATE_NAMES,
    WRITABLE,
    Report,
    ReportSection,
    ReportVersion,
    save_section,
    sections,
    state,
)
from reports.text.report_shape import Block, SourceEntry
from reports.text.tokens import Token, split
from surveys import audit
from surveys.audit import Actor
from surveys.database import db, in_turn


def begin(
    report: Report,
    kind: str,
    by: Actor,
    at: datetime | None,
    *,
    section: str | None = None,
    block: str | None = None,
    cards: Sequence[Card] = (),
    **details: Any,
) -> MergeAct:
    """Record an act. Raises ReportFault where the report is not with its writers."""
    in_turn(report)
    state_name = state(report)
    if state_name not in WRITABLE:
        raise ReportFault(FaultKind.NOT_WRITABLE, report.title, state=STATE_NAMES[state_name])
    last = db.session.scalar(select(func.max(MergeAct.number)).where(MergeAct.report_id == report.id)) or 0
    act = MergeAct(
        report_id=report.id,
        number=last + 1,
        kind=kind,
        section_key=section,
        block_id=block,
        cards=len(cards),
        details=details,
        made_at=at or report.campaign.now(),
        made_by=account(by),
    )
    db.session.add(act)
    db.session.flush()
    record(report, by, f"merge.{kind}", cards)
    return act


def record(report: Report, by: Actor, name: str, cards: Sequence[Card] = ()) -> None:
    """Put an act in the trail, with the first of its cards by name."""
    audit.record(
        by,
        name,
        target=("report", report.id),
        campaign_id=report.campaign_id,
        unit_code=cards[0].unit.code if len(cards) == 1 else report.unit_code,
        cards=len(cards),
        places=[f"{card.unit.code} {card.place}{card.item or ''} v{card.version.number}" for card in cards[:20]],
    )


def account(by: Actor) -> str | None:
    return by.id if by.kind == "staff" else None


def acts_of(report: Report, *, after: int = 0, limit: int | None = None) -> list[MergeAct]:
    """The acts in force, the newest first; those later than number `after`."""
    query = select(MergeAct).where(
        MergeAct.report_id == report.id, MergeAct.undone_at.is_(None), MergeAct.number > after
    )
    return list(db.session.scalars(query.order_by(MergeAct.number.desc()).limit(limit)))


def newest_number(report: Report) -> int:
    """The number of the newest act, also of one taken back: what a page says it has seen."""
    return db.session.scalar(select(func.max(MergeAct.number)).where(MergeAct.report_id == report.id)) or 0


def find_act(report: Report, act_id: str) -> MergeAct:
    """One act of this report. Raises ReportFault where there is none."""
    act = db.session.get(MergeAct, act_id)
    if act is None or act.report_id != report.id:
        raise ReportFault(FaultKind.NO_ACT, report.title)
    return act


def keep_details(act: MergeAct, **details: Any) -> None:
    act.details = {**act.details, **details}


# Decisions ------------------------------------------------------------------------------------------------------------


def decide(
    report: Report,
    act: MergeAct | None,
    card: Card,
    choice: str,
    by: Actor,
    *,
    at: datetime | None = None,
    section: str | None = None,
    block: str | None = None,
    reason: str | None = None,
) -> None:
    db.session.add(
        MergeDecision(
            report_id=report.id,
            child_version_id=card.version.id,
            section_key=card.key,
            block_id=card.block_id,
            choice=choice,
            target_section=section,
            target_block=block,
            reason=reason,
            decided_at=at or (act.made_at if act else report.campaign.now()),
            decided_by=account(by),
            act_id=act.id if act else None,
        )
    )


def end(
    report: Report, decisions: Iterable[MergeDecision], by: Actor, act: MergeAct | None, *, words: bool
) -> list[str]:
    """End decisions, in favour of `act`, and take their sources off the draft.

    With `words` a paragraph that has no source left and reads as it was written leaves the draft. Gives the paragraphs that
    stay without a source.
    """
    staying: list[str] = []
    for decision in decisions:
        decision.undone_at = report.campaign.now()
        decision.undone_by = account(by)
        decision.ended_by = act.id if act else None
        db.session.flush()
        if decision.target_block:
            staying += _take_off(report, decision, by, act, words=words)
    return staying


def _take_off(report: Report, decision: MergeDecision, by: Actor, act: MergeAct | None, *, words: bool) -> list[str]:
    section, block = block_of(report, decision.target_section, decision.target_block)
    if section is None or block is None or _is_still_meant(decision):
        return []
    key = key_of_decision(decision)
    others = [source for source in block.get("sources") or () if source_key(source) != key]
    if words and not others and is_as_written(report, block, decision):
        place = section.blocks.index(block)
        if act is not None:
            before = section.blocks[place - 1]["id"] if place else ""
            removed = {"section": section.key, "block": block, "after": before}
            keep_details(act, removed=[*act.details.get("removed", ()), removed])
        save_section(report, section.key, [b for b in section.blocks if b is not block], row_version=None, by=by)
        return []
    change_block(report, section, {**block, "sources": others}, by)
    return [] if others else [block["id"]]


def _is_still_meant(decision: MergeDecision) -> bool:
    """Whether another decision in force puts the same paragraph of the child into the same of the draft."""
    query = select(MergeDecision.id).where(
        MergeDecision.report_id == decision.report_id,
        MergeDecision.child_version_id == decision.child_version_id,
        MergeDecision.section_key == decision.section_key,
        MergeDecision.block_id == decision.block_id,
        MergeDecision.target_block == decision.target_block,
        MergeDecision.undone_at.is_(None),
    )
    return db.session.scalar(query.limit(1)) is not None


def key_of_decision(decision: MergeDecision) -> SourceKey | None:
    """What the source of a decided paragraph is known by."""
    version = db.session.get(ReportVersion, decision.child_version_id)
    one = paragraph_at(version, (decision.section_key, decision.block_id)) if version else None
    if version is None or one is None:
        return None
    return (version.report.unit_code, one.place, one.item, one.block_id if one.item is None else "")


def is_as_written(report: Report, block: Block, decision: MergeDecision) -> bool:
    """Whether a paragraph of the draft reads as the merge wrote it."""
    acts = db.session.scalars(
        select(MergeAct)
        .where(MergeAct.report_id == report.id, MergeAct.kind == "written")
        .join(MergeDecision, MergeDecision.act_id == MergeAct.id)
        .where(MergeDecision.target_block == block["id"])
    )
    texts = [act.details.get("texts", {}).get(block["id"]) for act in acts]
    if texts:
        return block.get("text", "") in texts
    version = db.session.get(ReportVersion, decision.child_version_id)
    paragraph = paragraph_at(version, (decision.section_key, decision.block_id)) if version else None
    return (
        paragraph is not None
        and version is not None
        and block.get("text") == with_unit(paragraph.raw, version.report.unit_code)
    )


# The draft ------------------------------------------------------------------------------------------------------------


def section_of(report: Report, key: str) -> ReportSection:
    """A section of the draft. Raises ReportFault."""
    section = next((one for one in sections(report) if one.key == key), None)
    if section is None:
        raise ReportFault(FaultKind.NO_PLACE, key, key=key)
    return section


def block_of(report: Report, key: str | None, block_id: str | None) -> tuple[ReportSection | None, Block | None]:
    """A paragraph of the draft with its section, wherever it stands now: it may have been moved."""
    rows = sections(report)
    for section in sorted(rows, key=lambda row: row.key != key):
        for block in section.blocks:
            if block["id"] == block_id:
                return section, block
    return None, None


def change_block(report: Report, section: ReportSection, block: Block, by: Actor) -> None:
    blocks = [block if one["id"] == block["id"] else one for one in section.blocks]
    save_section(report, section.key, blocks, row_version=None, by=by)


def with_unit(text: str, unit: str) -> str:
    """The text with every figure that has no unit made one of `unit`."""

    def token(run: Token) -> str:
        return replace(run, unit=run.unit or unit).text

    return "".join(run if isinstance(run, str) else token(run) for run in split(text))


def heading_end(blocks: Sequence[Block], heading: str) -> int:
    """Where the part of a heading ends, or the section where it has no such heading."""
    start = next((place for place, block in enumerate(blocks) if heading and block["id"] == heading), None)
    if start is None:
        return len(blocks)
    return next((place for place in range(start + 1, len(blocks)) if is_matter_heading(blocks[place])), len(blocks))


def is_matter_heading(block: Block) -> bool:
    return block["type"] == "heading" and block.get("level", 3) <= 3


def source_paragraph(version: ReportVersion, source: SourceEntry) -> Any:
    """The paragraph of a child's version that a source names, or None."""
    key = source_key(source)[1:]
    keys = ((one.place, one.item, one.block_id if one.item is None else "") for one in paragraphs(version))
    return next((one for one, own in zip(paragraphs(version), keys, strict=True) if own == key), None)
