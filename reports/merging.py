"""The accepted versions of the children → the parent's draft, at any level. Touches unit reports.

Every paragraph of a child's accepted version is a card: taken whole, taken in part, left with a reason, or undecided.
A paragraph taken keeps its source; its figures stay the child's (their tokens get the child's unit); what was left is listed.
A decision holds as long as the paragraph it was made on reads the same in the version the parent has now.
"""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from reports import content as contents
from reports.content import Block, ReportContent
from reports.tokens import Token, split
from reports.unit_reports import (
    Report,
    ReportFault,
    ReportSection,
    ReportVersion,
    accepted_versions,
    draft,
    save_section,
    sections,
    states,
)
from surveys import audit
from surveys.audit import Actor
from surveys.database import Id, Line, LongText, db, new_id, one_of, writing
from surveys.planning.campaigns import campaign_units
from surveys.planning.units import Unit, unit_tree

CHOICES = ("taken", "part", "left")
OTHERS = ""  # cards of a section that no heading of the parent's draft is about


class MergeDecision(db.Model):
    """What the parent decided on one paragraph of one child's version; undone, not deleted."""

    __tablename__ = "merge_decisions"
    __table_args__ = (one_of("choice", CHOICES),)

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    child_version_id: Mapped[str] = mapped_column(ForeignKey("report_versions.id"), index=True)
    section_key: Mapped[str] = mapped_column(Line(60))
    block_id: Mapped[str] = mapped_column(Line(60))
    choice: Mapped[str] = mapped_column(String(8))
    target_section: Mapped[str | None] = mapped_column(Line(60))
    target_block: Mapped[str | None] = mapped_column(Line(60))
    reason: Mapped[str | None] = mapped_column(LongText)
    decided_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


class MissingReason(db.Model):
    """Why a unit's report is missing or late in the parent's report; it goes into the report."""

    __tablename__ = "missing_reasons"
    __table_args__ = (UniqueConstraint("report_id", "unit_code"),)

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    reason: Mapped[str] = mapped_column(LongText)
    given_at: Mapped[datetime]
    given_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


@dataclass(frozen=True, slots=True)
class Child:
    """A unit right below, and how far its report is. `reason`: why it is missing, where somebody said so."""

    unit: Unit
    report: Report | None
    state: str
    version: ReportVersion | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One paragraph of one child: `place` as people say it (三（一）), `item` its number there, `text` as it prints.

    `section` is the parent's section it belongs to, `group` the id of the heading there that is about its category.
    """

    unit: Unit
    version: ReportVersion
    key: str
    block_id: str
    kind: str
    place: str
    item: int
    categories: tuple[str, ...]
    text: str
    raw: str
    section: str
    group: str
    decision: MergeDecision | None = None
    changed: bool = False  # decided on an earlier version, and the words are others now

    @property
    def name(self) -> str:
        """What an address or a form calls the card."""
        return f"{self.unit.code}.{self.block_id}"


@dataclass(frozen=True, slots=True)
class MergedFrom:
    """One child's part in the parent's report. `newer`: a version accepted after what the decisions were made on."""

    unit: Unit
    version: ReportVersion | None
    taken: int
    part: int
    left: int
    undecided: int
    newer: bool


# Reading --------------------------------------------------------------------------------------------------------------


def children(report: Report) -> list[Child]:
    """The units right below that take part, in official order, with their reports."""
    taking_part = {row.unit_code for row in campaign_units(report.campaign_id)}
    tree = unit_tree()
    codes = [
        unit.code
        for unit in tree.children(report.unit_code)
        if unit.code in taking_part or any(leaf.code in taking_part for leaf in tree.leaves(unit.code))
    ]
    found = {
        one.unit_code: one
        for one in db.session.scalars(
            select(Report).where(Report.campaign_id == report.campaign_id, Report.unit_code.in_(codes))
        )
    }
    now = states(report.campaign_id)
    reasons = missing_reasons(report)
    versions = accepted_versions([one.id for one in found.values()])
    return [
        Child(
            tree[code],
            found.get(code),
            now.get(code, ""),
            versions.get(found[code].id) if code in found else None,
            reasons.get(code, ""),
        )
        for code in codes
    ]


def missing_reasons(report: Report) -> dict[str, str]:
    query = select(MissingReason).where(MissingReason.report_id == report.id)
    return {row.unit_code: row.reason for row in db.session.scalars(query)}


def missing(report: Report) -> list[Child]:
    """Children without an accepted version."""
    return [child for child in children(report) if child.version is None]


def missing_without_reason(report: Report) -> list[Child]:
    return [child for child in missing(report) if not child.reason]


def cards(report: Report, *, section: str | None = None) -> list[Card]:
    """Every paragraph of the children's accepted versions, units in code order; of one section of the parent, or of all."""
    now = draft(report)
    decided = _decisions(report)
    made: list[Card] = []
    for child in children(report):
        if child.version is None or child.report is None:
            continue
        for card in _cards_of(child, child.version, now):
            if section is None or card.section == section:
                made.append(_with_decision(card, decided.get((child.report.id, card.key, card.block_id), ())))
    return made


def find_card(report: Report, name: str) -> Card:
    """The card an address names. Raises ReportFault when the child's report has no such paragraph now."""
    found = next((card for card in cards(report) if card.name == name), None)
    if found is None:
        raise ReportFault(
            "no_card",
            name,
            "找不到这一段：该单位的报告可能刚刚更新；请刷新汇总页。",
            "This paragraph is not there: the unit’s report may just have changed; load the merge page again.",
        )
    return found


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """What a card says, before it is looked at from a parent's draft."""

    key: str
    block_id: str
    kind: str
    place: str
    item: int
    categories: tuple[str, ...]
    text: str
    raw: str


@functools.lru_cache(maxsize=128)
def _paragraphs(version_id: str, digest: str) -> tuple[_Paragraph, ...]:
    """The paragraphs of a version: it never changes, so it is read once a process."""
    version = db.session.get(ReportVersion, version_id)
    assert version is not None
    assert version.digest == digest
    return tuple(_read_paragraphs(version))


def _read_paragraphs(version: ReportVersion) -> Iterable[_Paragraph]:
    frozen = {block["id"]: block for _, block in contents.blocks_of(version.frozen)}
    top = ""
    for section in version.content["sections"]:
        if section["level"] == 1:
            top = section["title"].split("、")[0] if "、" in section["title"] else "导语"
        inner = _bracket(section["title"]) if section["level"] == 2 else ""
        categories: tuple[str, ...] = ()
        item = 0
        for block in section["blocks"]:
            if block["type"] == "heading" and block["level"] == 3:
                inner, item = _bracket(block["text"]) or inner, 0
                categories = tuple(block.get("categories") or ())
            if block["type"] not in ("paragraph", "case"):
                continue
            item += 1
            words = contents.block_text(frozen.get(block["id"]) or block)
            place = (section["key"], block["id"], block["type"], top + inner, item, categories)
            yield _Paragraph(*place, words, block["text"])


def _cards_of(child: Child, version: ReportVersion, parent: ReportContent) -> Iterable[Card]:
    for one in _paragraphs(version.id, version.digest):
        section, group = _target(parent, one.key, one.categories)
        place = (one.key, one.block_id, one.kind, one.place, one.item, one.categories)
        yield Card(child.unit, version, *place, one.text, one.raw, section, group)


def _bracket(title: str) -> str:
    found = re.match(r"（[^）]+）", title)
    return found[0] if found else ""


def _target(parent: ReportContent, key: str, categories: Sequence[str]) -> tuple[str, str]:
    """The parent's section for a child's paragraph, and the heading there that is about the same category."""
    keys = [section["key"] for section in parent["sections"]]
    while key not in keys and "." in key:
        key = key.rpartition(".")[0]
    section = next((one for one in parent["sections"] if one["key"] == key), parent["sections"][-1])
    for category in categories:
        for block in section["blocks"]:
            if block["type"] == "heading" and category in (block.get("categories") or ()):
                return section["key"], block["id"]
    return section["key"], OTHERS


def _decisions(report: Report) -> dict[tuple[str, str, str], list[tuple[MergeDecision, ReportVersion]]]:
    """(child report, section, block) → its decisions in force, newest first."""
    query = (
        select(MergeDecision, ReportVersion)
        .join(ReportVersion, ReportVersion.id == MergeDecision.child_version_id)
        .where(MergeDecision.report_id == report.id, MergeDecision.undone_at.is_(None))
        .order_by(MergeDecision.decided_at.desc())
    )
    found: dict[tuple[str, str, str], list[tuple[MergeDecision, ReportVersion]]] = {}
    for decision, version in db.session.execute(query):
        found.setdefault((version.report_id, decision.section_key, decision.block_id), []).append((decision, version))
    return found


def _with_decision(card: Card, decided: Sequence[tuple[MergeDecision, ReportVersion]]) -> Card:
    from dataclasses import replace

    if not decided:
        return card
    decision, version = decided[0]
    same = version.id == card.version.id or _words(version, card.key, card.block_id) == card.raw
    return replace(card, decision=decision) if same else replace(card, changed=True)


def _words(version: ReportVersion, key: str, block_id: str) -> str:
    found = (one.raw for one in _paragraphs(version.id, version.digest) if (one.key, one.block_id) == (key, block_id))
    return next(found, "")


def merged_from(report: Report) -> list[MergedFrom]:
    """How much of each child's report was taken, and whether a newer one has come."""
    by_unit: dict[str, list[Card]] = {}
    for card in cards(report):
        by_unit.setdefault(card.unit.code, []).append(card)
    merged = []
    for child in children(report):
        mine = by_unit.get(child.unit.code, [])
        choices = [card.decision.choice if card.decision else "" for card in mine]
        newer = any(card.changed for card in mine)
        merged.append(
            MergedFrom(
                child.unit,
                child.version,
                *(choices.count(word) for word in (*CHOICES, "")),
                newer=newer,
            )
        )
    return merged


def left_list(report: Report) -> list[Card]:
    """What was not taken: with its reason, or still undecided."""
    return [card for card in cards(report) if card.decision is None or card.decision.choice == "left"]


# Deciding -------------------------------------------------------------------------------------------------------------


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
    chosen = (text or "").strip() or card.raw
    rewritten = chosen != card.raw
    block: Block = {
        "id": new_id()[:13],
        "type": card.kind,
        "text": with_unit(chosen, card.unit.code),
        "sources": [_source(card, rewritten=rewritten)],
    }
    with writing():
        section = _section(report, into or card.section)
        _undo_standing(report, card, by)
        blocks = list(section.blocks)
        blocks.insert(_place(blocks, card.group if section.key == card.section else OTHERS, after), block)
        save_section(report, section.key, blocks, row_version=None, by=by, at=at)
        _decide(report, card, "part" if rewritten else "taken", by, at, section=section.key, block=block["id"])
    return block


def with_unit(text: str, unit: str) -> str:
    """The text with every figure that has no unit made one of `unit`."""

    def token(run: Token) -> str:
        return Token(run.unit or unit, run.table, run.item, run.measure, run.wording).text

    return "".join(run if isinstance(run, str) else token(run) for run in split(text))


def leave(report: Report, card: Card, *, by: Actor, reason: str, at: datetime | None = None) -> None:
    """未采用, with the reason or where it went. Raises ReportFault without one."""
    if not reason.strip():
        raise ReportFault(
            "reason_needed",
            f"{card.unit.short_name} {card.place}第{card.item}段",
            "不采用要写明理由或去向，例如“已由第2段概括”“移到（六）”；请填写后再定。",
            "Leaving a paragraph out needs a reason or where it goes, such as “covered by paragraph 2”; write it, then decide.",
        )
    with writing():
        _undo_standing(report, card, by)
        _decide(report, card, "left", by, at, reason=reason.strip())


def undo(report: Report, card: Card, *, by: Actor) -> None:
    """Take the decision back; a paragraph that was taken and still reads the same leaves the draft."""
    with writing():
        _undo_standing(report, card, by, in_words=True)


def leave_rest(
    report: Report, *, by: Actor, reason: str, section: str | None = None, at: datetime | None = None
) -> int:
    """Every card that is still undecided is left with this reason; gives how many."""
    rest = [card for card in cards(report, section=section) if card.decision is None]
    with writing():
        for card in rest:
            _decide(report, card, "left", by, at, reason=reason)
    return len(rest)


def decide_from_sources(report: Report, *, by: Actor, at: datetime | None = None) -> int:
    """One decision for every paragraph that the draft says it was taken from; gives how many.

    A source without a paragraph number means every paragraph of that place. The sources learn the version they mean.
    """
    waiting = {card.name: card for card in cards(report) if card.decision is None}
    by_unit: dict[str, ReportVersion] = {card.unit.code: card.version for card in waiting.values()}
    made = 0
    with writing():
        for section in sections(report):
            blocks, touched = [dict(block) for block in section.blocks], False
            for block in blocks:
                if not block.get("sources"):
                    continue
                block["sources"] = [dict(source) for source in block["sources"]]
                for source in block["sources"]:
                    version = by_unit.get(source["unit"])
                    if version is None:
                        continue
                    source["report_version"], touched = version.number, True
                    made += _from_source(report, section.key, block, source, version, waiting, by, at)
            if touched:
                section.blocks = blocks
        db.session.flush()
    return made


def _from_source(
    report: Report,
    key: str,
    block: Block,
    source: Mapping[str, Any],
    version: ReportVersion,
    waiting: dict[str, Card],
    by: Actor,
    at: datetime | None,
) -> int:
    made = 0
    for found in contents.locate(version.content, source["section"], source["item"]):
        card = waiting.pop(f"{source['unit']}.{found['id']}", None)
        if card is not None:
            choice = "part" if source["rewritten"] else "taken"
            _decide(report, card, choice, by, at, section=key, block=block["id"])
            made += 1
    return made


def _source(card: Card, *, rewritten: bool) -> dict[str, Any]:
    return contents.source(card.unit.code, card.place, card.item, rewritten=rewritten, version=card.version.number)


def _section(report: Report, key: str) -> ReportSection:
    found = next((one for one in sections(report) if one.key == key), None)
    if found is None:
        raise ReportFault(
            "no_section",
            key,
            f"汇总稿里没有章节“{key}”；请先在报告里加上这一节，或放到别的章节。",
            f"The draft has no section “{key}”; add it to the report first, or choose another section.",
        )
    return found


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


def _undo_standing(report: Report, card: Card, by: Actor, *, in_words: bool = False) -> None:
    """End the decisions on the card; with `in_words` what they put into the draft goes too, unless it was rewritten."""
    standing = _decisions(report).get((card.version.report_id, card.key, card.block_id), ())
    for decision, _ in standing:
        decision.undone_at = report.campaign.now()
        decision.undone_by = by.id if by.kind == "staff" else None
        if decision.target_block and (in_words or decision.choice != "left"):
            _take_out(report, decision, card, by)
    if standing:
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
        kept = [{**one, "sources": others} if one["id"] == block["id"] else one for one in section.blocks]
    else:
        kept = [one for one in section.blocks if one["id"] != block["id"]]
    save_section(report, section.key, kept, row_version=None, by=by)


def give_reason(report: Report, unit_code: str, reason: str, *, by: Actor, at: datetime | None = None) -> None:
    """Why a child's report is missing; the sentence goes into the draft, where everybody reads it."""
    if not reason.strip():
        raise ReportFault(
            "reason_needed",
            unit_tree()[unit_code].name,
            "请写明未报送分报告的理由，它会写进总报告。",
            "Say why the sub-report is missing; the reason goes into the report.",
        )
    with writing() as session:
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
        kept = [one for one in section.blocks if one["id"] != identity]
        save_section(
            report,
            section.key,
            [*kept, {"id": identity, "type": "paragraph", "text": text}],
            row_version=None,
            by=by,
            at=at,
        )
        audit.record(
            by, "merge.reason", target=("report", report.id), campaign_id=report.campaign_id, unit_code=unit_code
        )
