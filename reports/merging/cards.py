"""What the children wrote, as cards (各单位原文): every paragraph, table, chart and picture of their accepted versions.

A card lies by the parent's section and its matter there: the heading a person put it under, else the one about its
category. A decision holds as long as a paragraph says what it said when it was decided on (`succession`), and what was taken
stands in the draft. Touches unit reports.
"""

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from reports.faults import FaultKind, ReportFault
from reports.merging.records import CHOICES, CardPlace, MergeAct, MergeDecision, MissingReason
from reports.merging.succession import Place, Successor, successors
from reports.papers.steps import Report, ReportVersion, accepted_versions, draft, states
from reports.text import content as contents
from reports.text.report_shape import Block, BlockType, ReportContent, SourceEntry
from surveys.database import db
from surveys.planning.campaigns.campaigns import campaign_units
from surveys.planning.campaigns.units import Unit, unit_tree

OTHERS = ""  # cards of a section that no heading of the parent's draft is about
TEXTS = ("paragraph", "case")
_SENTENCE = re.compile(r"[^。！？]*[。！？]+[”’」』）]*|[^。！？]+$")
SourceKey = tuple[str, str, int | None, str]  # unit, section, item, block of what is no text


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

    `section` is the parent's section it belongs to, `group` the id of the heading there that is about its matter.
    """

    unit: Unit
    version: ReportVersion
    key: str
    block_id: str
    kind: BlockType
    place: str
    item: int | None  # None: a table, chart or picture
    categories: tuple[str, ...]
    heading: str  # the child's own words over it
    text: str
    raw: str
    section: str
    group: str
    decisions: tuple[MergeDecision, ...] = ()  # in force, the newest first
    changed: bool = False  # decided on an earlier version, and the words are others now
    before: str = ""  # what it said when it was decided on
    lost: bool = False  # what was taken of it stands in the draft no more

    @property
    def name(self) -> str:
        """What an address or a form calls the card."""
        return f"{self.unit.code}.{self.block_id}"

    @property
    def decision(self) -> MergeDecision | None:
        return self.decisions[0] if self.decisions else None

    @property
    def is_text(self) -> bool:
        return self.kind in TEXTS

    @property
    def sentences(self) -> list[tuple[str, str]]:
        """Each sentence as written and as printed; a card that cannot be parted has one."""
        raw, text = _SENTENCE.findall(self.raw), _SENTENCE.findall(self.text)
        return list(zip(raw, text, strict=True)) if self.is_text and len(raw) == len(text) else [(self.raw, self.text)]

    @property
    def source_key(self) -> SourceKey:
        return (self.unit.code, self.place, self.item, "" if self.is_text else self.block_id)


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


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken from a paragraph that the child's newer version has no more: where it stands, what it said."""

    unit: Unit
    version: ReportVersion  # the newer one
    decision: MergeDecision
    text: str


# Children -------------------------------------------------------------------------------------------------------------


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


# Paragraphs of a version ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VersionParagraph:
    """What a card says, before it is looked at from a parent's draft."""

    key: str
    block_id: str
    kind: BlockType
    place: str
    item: int | None
    categories: tuple[str, ...]
    heading: str
    text: str
    raw: str


def paragraphs(version: ReportVersion) -> tuple[VersionParagraph, ...]:
    """The paragraphs, tables, charts and pictures of a version, in order."""
    return _paragraphs(version.id, version.digest)


@functools.lru_cache(maxsize=256)
def _paragraphs(version_id: str, digest: str) -> tuple[VersionParagraph, ...]:
    """A version never changes, so it is read once a process."""
    version = db.session.get(ReportVersion, version_id)
    assert version is not None
    assert version.digest == digest
    return tuple(_read_paragraphs(version))


def _read_paragraphs(version: ReportVersion) -> Iterable[VersionParagraph]:
    frozen = {block["id"]: block for _, block in contents.blocks_of(version.frozen)}
    top = ""
    for section in version.content["sections"]:
        if section["level"] == 1:
            top = section["title"].split("、")[0] if "、" in section["title"] else "导语"
        inner = _bracket(section["title"]) if section["level"] == 2 else ""
        categories: tuple[str, ...] = ()
        heading, item = "", 0
        for block in section["blocks"]:
            kind = block["type"]
            if kind == "heading" and block.get("level") == 3:
                inner, item = _bracket(block.get("text", "")) or inner, 0
                categories = tuple(block.get("categories") or ())
                heading = contents.unnumbered(block.get("text", ""))
            if kind in ("heading", "blank"):
                continue
            is_text = kind in TEXTS
            item += is_text
            place = (section["key"], block["id"], kind, top + inner, item if is_text else None, categories, heading)
            printed = frozen.get(block["id"]) or block
            if is_text:
                yield VersionParagraph(*place, contents.block_text(printed), block.get("text", ""))
            else:
                yield VersionParagraph(*place, _title(printed), _definition(block))


def _title(block: Block) -> str:
    """What a table, chart or picture is called: 表1 各区受访情况."""
    return " ".join(filter(None, (block.get("number", ""), block.get("title", ""))))


def _definition(block: Block) -> str:
    """What a table, chart or picture is made of, without its id: the same text for the same thing."""
    return json.dumps({k: v for k, v in block.items() if k != "id"}, ensure_ascii=False, sort_keys=True)


def _bracket(title: str) -> str:
    match = re.match(r"（[^）]+）", title)
    return match[0] if match else ""


@functools.lru_cache(maxsize=256)
def _successors(older: tuple[str, str], newer: tuple[str, str]) -> Mapping[Place, Successor]:
    return successors(_paragraphs(*older), _paragraphs(*newer))


def successors_in(older: ReportVersion, newer: ReportVersion) -> Mapping[Place, Successor]:
    """Which paragraph of a newer version of a report says what one of an older said."""
    return _successors((older.id, older.digest), (newer.id, newer.digest))


def paragraph_at(version: ReportVersion, place: Place) -> VersionParagraph | None:
    return next((one for one in paragraphs(version) if (one.key, one.block_id) == place), None)


# Cards ----------------------------------------------------------------------------------------------------------------


def cards(report: Report, *, section: str | None = None, of: Sequence[Child] | None = None) -> list[Card]:
    """Every paragraph of the children's accepted versions, units in code order; of one section of the parent, or of all."""
    merge = _Merge.read(report)
    all_cards: list[Card] = []
    for child in children(report) if of is None else of:
        if child.version is not None:
            all_cards += [card for card in merge.cards_of(child, child.version) if section in (None, card.section)]
    return all_cards


def find_card(report: Report, name: str) -> Card:
    """The card an address names. Raises ReportFault when the child's report has no such paragraph now."""
    return find_cards(report, [name])[0]


def find_cards(report: Report, names: Iterable[str]) -> list[Card]:
    """The cards with these names, in the cards' own order. Raises ReportFault for a name that stands for none."""
    wanted = dict.fromkeys(names)
    by_name = {card.name: card for card in cards(report)}
    for name in wanted:
        if name not in by_name:
            raise ReportFault(FaultKind.NO_CARD, name)
    return [card for name, card in by_name.items() if name in wanted]


def withdrawn(report: Report, of: Sequence[Child] | None = None) -> list[Withdrawn]:
    """What the draft still has from paragraphs that the children's newer versions withdrew."""
    merge = _Merge.read(report)
    gone: list[Withdrawn] = []
    for child in children(report) if of is None else of:
        if child.version is not None:
            gone += merge.withdrawn_of(child, child.version)
    return gone


@dataclass
class _Merge:
    """The rows of one report's merge, read once for all its cards."""

    draft: ReportContent
    decisions: dict[str, list[tuple[MergeDecision, ReportVersion]]]  # by child report, newest first
    places: dict[str, list[tuple[CardPlace, ReportVersion]]]  # by child report, newest last
    blocks: set[str] = field(default_factory=set)
    sources: set[SourceKey] = field(default_factory=set)

    @classmethod
    def read(cls, report: Report) -> "_Merge":
        merge = cls(draft(report), decisions_by_report(report), _places_by_report(report))
        for _, block in contents.blocks_of(merge.draft):
            merge.blocks.add(block["id"])
            merge.sources.update(source_key(source) for source in block.get("sources") or ())
        return merge

    def cards_of(self, child: Child, version: ReportVersion) -> Iterable[Card]:
        current: dict[Place, list[tuple[MergeDecision, bool, str]]] = {}
        for decision, older in self.decisions.get(version.report_id, ()):
            old = (decision.section_key, decision.block_id)
            successor = _successor(old, older, version)
            if successor:
                before = paragraph_at(older, old)
                row = (decision, successor.is_same, before.text if before else "")
                current.setdefault(successor.place, []).append(row)
        matters: dict[Place, str] = {}
        for row, older in self.places.get(version.report_id, ()):
            successor = _successor((row.section_key, row.block_id), older, version)
            if successor:
                matters[successor.place] = row.matter
        for one in paragraphs(version):
            place = (one.key, one.block_id)
            section, group = _target(self.draft, one.key, one.categories)
            moved = matters.get(place)
            if moved is not None and (moved in self.blocks or moved == OTHERS):
                group = moved
            what = (one.key, one.block_id, one.kind, one.place, one.item, one.categories, one.heading)
            card = Card(child.unit, version, *what, one.text, one.raw, section, group)
            yield self._decided(card, current.get(place, ()))

    def _decided(self, card: Card, rows: Sequence[tuple[MergeDecision, bool, str]]) -> Card:
        if not rows:
            return card
        same = tuple(decision for decision, is_same, _ in rows if is_same)
        if not same:
            return replace(card, changed=True, before=rows[0][2])
        valid = tuple(one for one in same if one.choice == "left" or self._stands(one, card))
        return replace(card, decisions=valid, lost=not valid)

    def _stands(self, decision: MergeDecision, card: Card) -> bool:
        """Whether what was taken is in the draft: its paragraph, or one that names the card as its source."""
        return decision.target_block in self.blocks or card.source_key in self.sources

    def withdrawn_of(self, child: Child, version: ReportVersion) -> Iterable[Withdrawn]:
        for decision, older in self.decisions.get(version.report_id, ()):
            old = (decision.section_key, decision.block_id)
            if decision.target_block in self.blocks and _successor(old, older, version) is None:
                before = paragraph_at(older, old)
                yield Withdrawn(child.unit, version, decision, before.text if before else "")


def _successor(place: Place, older: ReportVersion, newer: ReportVersion) -> Successor | None:
    if older.id == newer.id:
        return Successor(place, is_same=True)
    return successors_in(older, newer).get(place)


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


def source_key(source: SourceEntry) -> SourceKey:
    """What a source of a paragraph and a card have in common."""
    return (source["unit"], source["section"], source["item"], source.get("block", ""))


def decisions_by_report(report: Report) -> dict[str, list[tuple[MergeDecision, ReportVersion]]]:
    """The decisions in force by child report, newest first, each with the version it was made on."""
    query = (
        select(MergeDecision, ReportVersion)
        .join(ReportVersion, ReportVersion.id == MergeDecision.child_version_id)
        .where(MergeDecision.report_id == report.id, MergeDecision.undone_at.is_(None))
        .order_by(MergeDecision.decided_at.desc(), MergeDecision.id)
    )
    by_report: dict[str, list[tuple[MergeDecision, ReportVersion]]] = {}
    for decision, version in db.session.execute(query):
        by_report.setdefault(version.report_id, []).append((decision, version))
    return by_report


def _places_by_report(report: Report) -> dict[str, list[tuple[CardPlace, ReportVersion]]]:
    query = (
        select(CardPlace, ReportVersion)
        .join(ReportVersion, ReportVersion.id == CardPlace.child_version_id)
        .join(MergeAct, MergeAct.id == CardPlace.act_id)
        .where(CardPlace.report_id == report.id, MergeAct.undone_at.is_(None))
        .order_by(MergeAct.number)
    )
    by_report: dict[str, list[tuple[CardPlace, ReportVersion]]] = {}
    for row, version in db.session.execute(query):
        by_report.setdefault(version.report_id, []).append((row, version))
    return by_report


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
        counts = (choices.count(word) for word in (*CHOICES, ""))
        shares.append(ChildShare(child.unit, child.version, *counts, newer=newer))
    return shares


def left_list(report: Report) -> list[Card]:
    """The cards that were not taken, with a reason or still undecided."""
    return [card for card in cards(report) if card.decision is None or card.decision.choice == "left"]
