"""Takes paragraphs of the children's accepted versions into the parent's draft, at any level (汇总).

Touches the cards and unit reports.

A card is taken whole, taken in part, left with a reason, or undecided. A paragraph taken keeps its source; its figures stay
the child's (their tokens get the child's unit); what was left is listed. Every decision says who and when, and can be undone.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from reports.faults import FaultKind, ReportFault, TokenFault
from reports.merging.cards import (
    CHOICES,
    OTHERS,
    Card,
    Child,
    ChildShare,
    MergeDecision,
    MissingReason,
    cards,
    child_shares,
    children,
    decisions,
    find_card,
    left_list,
    missing,
    missing_reasons,
    missing_without_reason,
)
from reports.papers.steps import Report, ReportSection, ReportVersion, save_section, sections
from reports.text import content as contents
from reports.text.report_shape import Block, SourceEntry
from reports.text.tokens import Token, split
from surveys import audit
from surveys.audit import Actor
from surveys.database import db, in_turn, new_id, writing
from surveys.planning.campaigns.units import unit_tree

__all__ = [
    "CHOICES", "Card", "Child", "ChildShare", "MergeDecision", "MissingReason", "cards", "child_shares", "children",
    "decide_from_sources", "find_card", "give_reason", "leave", "leave_rest", "left_list", "missing", "missing_reasons",
    "missing_without_reason", "take", "undo",
]  # fmt: skip


def take(
    report: Report,
    card: Card,
    *,
    by: Actor,
    into: str | None = None,
    after: str | None = None,
    text: str | None = None,
    at: datetime | None = None,
) -> Block:
    """Copy the paragraph into the parent's draft, behind the block `after`, or at the end of its heading's part.

    `text` is the part chosen (the whole paragraph without it). Its figures stay the child's. Raises ReportFault.
    """
    passage = (text or "").strip() or card.raw
    is_rewritten = passage != card.raw
    try:
        words = with_unit(passage, card.unit.code)
    except TokenFault as fault:
        place = f"{card.unit.short_name} {card.place}第{card.item}段"
        raise ReportFault(fault.kind, place, **fault.values) from fault
    block: Block = {
        "id": new_id()[:13],
        "type": card.kind,
        "text": words,
        "sources": [_source(card, rewritten=is_rewritten)],
    }
    with writing():
        section = _section(report, into or card.section)
        _undo_decisions(report, card, by)
        blocks = list(section.blocks)
        blocks.insert(_place(blocks, card.group if section.key == card.section else OTHERS, after), block)
        save_section(report, section.key, blocks, row_version=None, by=by, at=at)
        _decide(report, card, "part" if is_rewritten else "taken", by, at, section=section.key, block=block["id"])
    return block


def with_unit(text: str, unit: str) -> str:
    """The text with every figure that has no unit made one of `unit`."""

    def token(run: Token) -> str:
        return replace(run, unit=run.unit or unit).text

    return "".join(run if isinstance(run, str) else token(run) for run in split(text))


def leave(report: Report, card: Card, *, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Leave a card out (未采用), with the reason or where it went. Raises ReportFault without one."""
    if not reason.strip():
        raise ReportFault(FaultKind.REASON_NEEDED, f"{card.unit.short_name} {card.place}第{card.item}段")
    with writing():
        _undo_decisions(report, card, by)
        _decide(report, card, "left", by, at, reason=reason.strip())


def undo(report: Report, card: Card, *, by: Actor) -> None:
    """Take the decision back; a paragraph that was taken and still reads the same leaves the draft."""
    with writing():
        _undo_decisions(report, card, by, in_words=True)


def leave_rest(
    report: Report,
    *,
    by: Actor,
    reason: str,
    section: str | None = None,
    place: str | None = None,
    at: datetime | None = None,
) -> int:
    """Every card that is still undecided (of one section, of one place in the children) is left with this reason; gives how many."""
    candidates = (card for card in cards(report, section=section) if place is None or card.place == place)
    rest = [card for card in candidates if card.decision is None]
    with writing():
        for card in rest:
            _decide(report, card, "left", by, at, reason=reason)
    return len(rest)


def decide_from_sources(report: Report, *, by: Actor, at: datetime | None = None) -> int:
    """One decision for every paragraph that the draft says it was taken from; gives how many.

    A source without a paragraph number means every paragraph of that place. The sources learn the version they mean.
    """
    open_cards = {card.name: card for card in cards(report) if card.decision is None}
    by_unit: dict[str, ReportVersion] = {card.unit.code: card.version for card in open_cards.values()}
    count = 0
    with writing():
        for section in sections(report):
            blocks, is_touched = copy.deepcopy(section.blocks), False
            for block in blocks:
                for source in block.get("sources") or ():
                    version = by_unit.get(source["unit"])
                    if version is None:
                        continue
                    source["report_version"], is_touched = version.number, True
                    count += _from_source(report, section.key, block, source, version, open_cards, by, at)
            if is_touched:
                section.blocks = blocks
        db.session.flush()
    return count


def _from_source(
    report: Report,
    key: str,
    block: Block,
    source: SourceEntry,
    version: ReportVersion,
    open_cards: dict[str, Card],
    by: Actor,
    at: datetime | None,
) -> int:
    count = 0
    for paragraph in contents.locate(version.content, source["section"], source["item"]):
        card = open_cards.pop(f"{source['unit']}.{paragraph['id']}", None)
        if card is not None:
            choice = "part" if source["rewritten"] else "taken"
            _decide(report, card, choice, by, at, section=key, block=block["id"])
            count += 1
    return count


def _source(card: Card, *, rewritten: bool) -> SourceEntry:
    return contents.source(card.unit.code, card.place, card.item, rewritten=rewritten, version=card.version.number)


def _section(report: Report, key: str) -> ReportSection:
    section = next((one for one in sections(report) if one.key == key), None)
    if section is None:
        raise ReportFault(FaultKind.NO_PLACE, key, key=key)
    return section


def _place(blocks: Sequence[Block], group: str, after: str | None) -> int:
    """Where a paragraph goes: behind `after`, else at the end of the heading's part, else at the end."""
    for place, block in enumerate(blocks):
        if after and block["id"] == after:
            return place + 1
    start = next((place for place, block in enumerate(blocks) if group and block["id"] == group), None)
    if start is None:
        return len(blocks)
    following = (p for p, b in enumerate(blocks) if p > start and b["type"] == "heading" and b.get("level", 3) <= 3)
    return next(following, len(blocks))


def _decide(
    report: Report,
    card: Card,
    choice: str,
    by: Actor,
    at: datetime | None,
    *,
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
            decided_at=at or report.campaign.now(),
            decided_by=by.id if by.kind == "staff" else None,
        )
    )
    audit.record(
        by,
        f"merge.{choice}",
        target=("report", report.id),
        campaign_id=report.campaign_id,
        unit_code=card.unit.code,
        place=f"{card.place}{card.item}",
        version=card.version.number,
    )
    db.session.flush()


def _undo_decisions(report: Report, card: Card, by: Actor, *, in_words: bool = False) -> None:
    """End the decisions on the card; with `in_words` what they put into the draft goes too, unless it was rewritten."""
    pairs = decisions(report).get((card.version.report_id, card.key, card.block_id), ())
    for decision, _ in pairs:
        decision.undone_at = report.campaign.now()
        decision.undone_by = by.id if by.kind == "staff" else None
        if decision.target_block and (in_words or decision.choice != "left"):
            _take_out(report, decision, card, by)
    if pairs:
        audit.record(by, "merge.undone", target=("report", report.id), unit_code=card.unit.code, place=card.place)
    db.session.flush()


def _take_out(report: Report, decision: MergeDecision, card: Card, by: Actor) -> None:
    section = next((one for one in sections(report) if one.key == decision.target_section), None)
    block = next((one for one in section.blocks if one["id"] == decision.target_block), None) if section else None
    if section is None or block is None:
        return
    others = [
        source
        for source in block.get("sources") or ()
        if (source["unit"], source["section"], source["item"]) != (card.unit.code, card.place, card.item)
    ]
    unchanged = block.get("text") == with_unit(card.raw, card.unit.code) or decision.choice == "part"
    if others or not unchanged:
        changed: Block = {**block, "sources": others}
        blocks = [changed if one["id"] == block["id"] else one for one in section.blocks]
    else:
        blocks = [one for one in section.blocks if one["id"] != block["id"]]
    save_section(report, section.key, blocks, row_version=None, by=by)


def give_reason(report: Report, unit_code: str, reason: str, *, by: Actor, at: datetime | None = None) -> None:
    """Why a child's report is missing; the sentence goes into the draft, where everybody reads it."""
    if not reason.strip():
        raise ReportFault(FaultKind.SILENT_UNIT, unit_tree()[unit_code].name)
    with writing() as session:
        in_turn(report)
        row = session.scalar(
            select(MissingReason).where(MissingReason.report_id == report.id, MissingReason.unit_code == unit_code)
        )
        if row is None:
            row = MissingReason(report_id=report.id, unit_code=unit_code)
            session.add(row)
        row.reason, row.given_at = reason.strip(), at or report.campaign.now()
        row.given_by = by.id if by.kind == "staff" else None
        session.flush()
        section = next((one for one in sections(report) if one.key == "basic.organisation"), sections(report)[0])
        identity = f"missing-{unit_code}"
        text = f"{unit_tree()[unit_code].name}未报送分报告：{reason.strip().rstrip('。')}。"
        blocks = [one for one in section.blocks if one["id"] != identity]
        save_section(
            report,
            section.key,
            [*blocks, {"id": identity, "type": "paragraph", "text": text}],
            row_version=None,
            by=by,
            at=at,
        )
        audit.record(
            by, "merge.reason", target=("report", report.id), campaign_id=report.campaign_id, unit_code=unit_code
        )
