"""What the children wrote, as cards (各单位原文): every paragraph of their accepted versions, with what was decided on it.

A card lies by the parent's section and the heading about its category. A decision holds as long as the paragraph it was
made on reads the same in the version the parent has now. Touches unit reports.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from reports.faults import FaultKind, ReportFault
from reports.papers.steps import Report, ReportVersion, accepted_versions, draft, states
from reports.text import content as contents
from reports.text.report_shape import BlockType, ReportContent
from surveys.database import Id, Line, LongText, db, one_of
from surveys.planning.campaigns.campaigns import campaign_units
from surveys.planning.campaigns.units import Unit, unit_tree

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
    kind: BlockType
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
class ChildShare:
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
    reports = {
        one.unit_code: one
        for one in db.session.scalars(
            select(Report).where(Report.campaign_id == report.campaign_id, Report.unit_code.in_(codes))
        )
    }
    now = states(report.campaign_id)
    reasons = missing_reasons(report)
    versions = accepted_versions([one.id for one in reports.values()])
    return [
        Child(
            tree[code],
            reports.get(code),
            now.get(code, ""),
            versions.get(reports[code].id) if code in reports else None,
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


def cards(report: Report, *, section: str | None = None, of: Sequence[Child] | None = None) -> list[Card]:
    """Every paragraph of the children's accepted versions, units in code order; of one section of the parent, or of all."""
    now = draft(report)
    by_paragraph = decisions(report)
    all_cards: list[Card] = []
    for child in children(report) if of is None else of:
        if child.version is None or child.report is None:
            continue
        for card in _cards_of(child, child.version, now):
            if section is None or card.section == section:
                all_cards.append(_with_decision(card, by_paragraph.get((child.report.id, card.key, card.block_id), ())))
    return all_cards


def find_card(report: Report, name: str) -> Card:
    """The card an address names. Raises ReportFault when the child's report has no such paragraph now."""
    match = next((card for card in cards(report) if card.name == name), None)
    if match is None:
        raise ReportFault(FaultKind.NO_CARD, name)
    return match


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """What a card says, before it is looked at from a parent's draft."""

    key: str
    block_id: str
    kind: BlockType
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
            if block["type"] == "heading" and block.get("level") == 3:
                inner, item = _bracket(block.get("text", "")) or inner, 0
                categories = tuple(block.get("categories") or ())
            if block["type"] not in ("paragraph", "case"):
                continue
            item += 1
            words = contents.block_text(frozen.get(block["id"]) or block)
            place = (section["key"], block["id"], block["type"], top + inner, item, categories)
            yield _Paragraph(*place, words, block.get("text", ""))


def _cards_of(child: Child, version: ReportVersion, parent: ReportContent) -> Iterable[Card]:
    for one in _paragraphs(version.id, version.digest):
        section, group = _target(parent, one.key, one.categories)
        place = (one.key, one.block_id, one.kind, one.place, one.item, one.categories)
        yield Card(child.unit, version, *place, one.text, one.raw, section, group)


def _bracket(title: str) -> str:
    match = re.match(r"（[^）]+）", title)
    return match[0] if match else ""


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


def decisions(report: Report) -> dict[tuple[str, str, str], list[tuple[MergeDecision, ReportVersion]]]:
    """The decisions in force by child report, section and block, newest first."""
    query = (
        select(MergeDecision, ReportVersion)
        .join(ReportVersion, ReportVersion.id == MergeDecision.child_version_id)
        .where(MergeDecision.report_id == report.id, MergeDecision.undone_at.is_(None))
        .order_by(MergeDecision.decided_at.desc())
    )
    by_paragraph: dict[tuple[str, str, str], list[tuple[MergeDecision, ReportVersion]]] = {}
    for decision, version in db.session.execute(query):
        by_paragraph.setdefault((version.report_id, decision.section_key, decision.block_id), []).append(
            (decision, version)
        )
    return by_paragraph


def _with_decision(card: Card, pairs: Sequence[tuple[MergeDecision, ReportVersion]]) -> Card:
    if not pairs:
        return card
    decision, version = pairs[0]
    same = version.id == card.version.id or _words(version, card.key, card.block_id) == card.raw
    return replace(card, decision=decision) if same else replace(card, changed=True)


def _words(version: ReportVersion, key: str, block_id: str) -> str:
    texts = (one.raw for one in _paragraphs(version.id, version.digest) if (one.key, one.block_id) == (key, block_id))
    return next(texts, "")


def child_shares(
    report: Report, all_cards: Sequence[Card] | None = None, of: Sequence[Child] | None = None
) -> list[ChildShare]:
    """How much of each child's report was taken, and whether a newer one has come."""
    by_unit: dict[str, list[Card]] = {}
    below = children(report) if of is None else of
    for card in cards(report, of=below) if all_cards is None else all_cards:
        by_unit.setdefault(card.unit.code, []).append(card)
    shares = []
    for child in below:
        mine = by_unit.get(child.unit.code, [])
        choices = [card.decision.choice if card.decision else "" for card in mine]
        newer = any(card.changed for card in mine)
        shares.append(
            ChildShare(
                child.unit,
                child.version,
                *(choices.count(word) for word in (*CHOICES, "")),
                newer=newer,
            )
        )
    return shares


def left_list(report: Report) -> list[Card]:
    """The cards that were not taken, with a reason or still undecided."""
    return [card for card in cards(report) if card.decision is None or card.decision.choice == "left"]
