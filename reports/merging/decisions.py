"""Takes paragraphs of the children's accepted versions into the parent's draft, at any level (汇总).

A paragraph of the draft is written from one card or several, whole or by sentences, and keeps each as a source; a card can
be added to one that stands. Figures stay the child's: their tokens and tables get the child's unit. What is left has its
reason. Each of these is an act (`acts`) of a person and can be taken back (`undoing`). Touches the cards and unit reports.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from reports.faults import FaultKind, ReportFault, TokenFault
from reports.merging import acts
from reports.merging.acts import is_matter_heading, section_of, with_unit
from reports.merging.cards import (
    OTHERS,
    Card,
    Child,
    ChildShare,
    SourceKey,
    cards,
    child_shares,
    children,
    find_card,
    left_list,
    missing,
    missing_reasons,
    missing_without_reason,
    source_key,
)
from reports.merging.records import CHOICES, MergeDecision, MissingReason
from reports.papers.steps import Report, ReportVersion, save_section, sections
from reports.text import content as contents
from reports.text.report_shape import Block, SourceEntry
from surveys import audit
from surveys.audit import Actor
from surveys.database import db, in_turn, new_id, writing
from surveys.planning.campaigns.units import unit_tree

__all__ = [
    "CHOICES", "Card", "Child", "ChildShare", "MergeDecision", "MissingReason", "Pick", "add_source", "cards", "child_shares",
    "children", "find_card", "give_reason", "leave", "leave_rest", "left_list", "missing",
    "missing_reasons", "missing_without_reason", "remove_source", "take", "take_back", "write",
]  # fmt: skip

LONGEST = 20_000  # characters of one paragraph: more is no paragraph but a report


@dataclass(frozen=True, slots=True)
class Pick:
    """A card that was ticked: whole, or these of its sentences (from 0)."""

    card: Card
    sentences: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.sentences or len(set(self.sentences)) == len(self.card.sentences)

    @property
    def raw(self) -> str:
        """What was ticked, as it is written. Raises ReportFault for a sentence the card does not have."""
        if self.is_whole:
            return self.card.raw
        own = self.card.sentences
        if not all(0 <= place < len(own) for place in self.sentences):
            raise ReportFault(FaultKind.NO_CARD, place_of(self.card))
        return "".join(own[place][0] for place in sorted(set(self.sentences)))


def place_of(card: Card) -> str:
    """Where a card stands, as a fault says it."""
    return f"{card.unit.short_name} {card.place}" + (f"第{card.item}段" if card.item else card.text)


def write(
    report: Report,
    picks: Sequence[Pick],
    *,
    by: Actor,
    into: str | None = None,
    matter: str | None = None,
    after: str | None = None,
    text: str | None = None,
    at: datetime | None = None,
) -> list[Block]:
    """Put what was ticked together as one paragraph of the draft, with all of it as sources (写成一段).

    It goes behind the block `after`, or at the end of the matter's part. Tables, charts and pictures follow it, each a block
    of its own. `text` are other words for it. Raises ReportFault.
    """
    if not picks:
        raise ReportFault(FaultKind.NOTHING_TICKED, report.title)
    first = picks[0].card
    made = _made(picks, text)
    key = into or first.section
    with writing():
        block_ids = [block["id"] for block, _ in made]
        texts = {block["id"]: block.get("text", "") for block, _ in made}
        picked = [pick.card for pick in picks]
        act = acts.begin(report, "written", by, at, section=key, block=block_ids[0], cards=picked, texts=texts)
        section_of(report, key)
        for pick in picks:
            acts.end(report, _replaced(pick), by, act, words=True)
        blocks = list(section_of(report, key).blocks)
        heading = (first.group if matter is None else matter) if key == first.section else OTHERS
        place = _place(blocks, heading, after)
        blocks[place:place] = [block for block, _ in made]
        save_section(report, key, blocks, row_version=None, by=by, at=at)
        for block, own in made:
            for pick in own:
                choice = "part" if _is_rewritten(pick, text) else "taken"
                acts.decide(report, act, pick.card, choice, by, section=key, block=block["id"])
        db.session.flush()
    return [block for block, _ in made]


def _is_rewritten(pick: Pick, text: str | None) -> bool:
    """Whether the draft says it in other words than the card: a part of them, or words given for it."""
    return not pick.is_whole or (text or "").strip() not in ("", pick.card.raw)


def _made(picks: Sequence[Pick], text: str | None) -> list[tuple[Block, list[Pick]]]:
    """The blocks that come of what was ticked, each with the picks it is made from."""
    spoken = [pick for pick in picks if pick.card.is_text]
    made: list[tuple[Block, list[Pick]]] = []
    if spoken:
        words = _joined(spoken, text)
        if len(words) > LONGEST:
            raise ReportFault(FaultKind.PARAGRAPH_TOO_LONG, place_of(spoken[0].card), count=len(words), most=LONGEST)
        kind = "case" if all(pick.card.kind == "case" for pick in spoken) else "paragraph"
        block: Block = {"id": new_id()[:13], "type": kind, "text": words, "sources": []}
        block["sources"] = [source_of(pick.card, rewritten=_is_rewritten(pick, text)) for pick in spoken]
        made.append((block, spoken))
    return made + [(_bound(pick.card), [pick]) for pick in picks if not pick.card.is_text]


def _joined(picks: Sequence[Pick], text: str | None) -> str:
    """The words of several picks one after the other, each closed by a full stop, its figures those of its unit."""
    passages = []
    for pick in picks:
        passage = (text or "").strip() if len(picks) == 1 else ""
        try:
            passages.append(with_unit((passage or pick.raw).strip(), pick.card.unit.code))
        except TokenFault as fault:
            raise ReportFault(fault.kind, place_of(pick.card), **fault.values) from fault
    closed = [one if one[-1:] in "。！？；：”）" else f"{one}。" for one in passages[:-1]]
    return "".join([*closed, *passages[-1:]])


def _bound(card: Card) -> Block:
    """A child's table, chart, picture or list as a block of the parent: its figures stay those of the child."""
    original = next(block for _, block in contents.blocks_of(card.version.content) if block["id"] == card.block_id)
    block = copy.deepcopy(original)
    unit = card.unit
    block["id"] = new_id()[:13]
    block["sources"] = [source_of(card, rewritten=False)]
    block.pop("number", None)
    title = block.get("title") or card.text.partition(" ")[2]
    block["title"] = with_unit(title if unit.short_name in title else f"{unit.short_name}{title}", unit.code)
    if "rows" in block:
        block["rows"] = [[with_unit(str(cell), unit.code) for cell in row] for row in block["rows"]]
    elif card.kind in ("table", "chart", "findings"):
        block["scope"] = block.get("scope") or unit.code
    return block


def _replaced(pick: Pick) -> list[MergeDecision]:
    """The decisions that taking a pick puts an end to: a whole card's all, of a part that the card was left."""
    own = decisions_on(pick.card)
    return own if pick.is_whole else [one for one in own if one.choice == "left"]


def decisions_on(card: Card) -> list[MergeDecision]:
    """The decisions in force on a card, also those made on what it said before, or whose paragraph is gone."""
    from reports.merging.cards import successors_in

    query = (
        select(MergeDecision, ReportVersion)
        .join(ReportVersion, ReportVersion.id == MergeDecision.child_version_id)
        .where(ReportVersion.report_id == card.version.report_id, MergeDecision.undone_at.is_(None))
    )
    own = []
    for decision, version in db.session.execute(query):
        place = (decision.section_key, decision.block_id)
        if version.id != card.version.id:
            successor = successors_in(version, card.version).get(place)
            place = successor.place if successor else ("", "")
        if place == (card.key, card.block_id):
            own.append(decision)
    return own


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
    """Take one card over; `text` is the part chosen, or other words for it. Raises ReportFault."""
    return write(report, [Pick(card)], by=by, into=into, after=after, text=text, at=at)[0]


def add_source(report: Report, picks: Sequence[Pick], block_id: str, *, by: Actor, at: datetime | None = None) -> None:
    """Make what was ticked a further source of a paragraph that stands; its words stay. Raises ReportFault."""
    if not picks:
        raise ReportFault(FaultKind.NOTHING_TICKED, report.title)
    with writing():
        section, block = acts.block_of(report, picks[0].card.section, block_id)
        if section is None or block is None or block["type"] not in ("paragraph", "case"):
            raise ReportFault(FaultKind.NO_PARAGRAPH, report.title)
        picked = [pick.card for pick in picks]
        act = acts.begin(report, "source_added", by, at, section=section.key, block=block_id, cards=picked)
        for pick in picks:
            left = [one for one in decisions_on(pick.card) if one.choice == "left" or not _is_there(report, one)]
            acts.end(report, left, by, act, words=False)
            choice = "taken" if pick.is_whole else "part"
            acts.decide(report, act, pick.card, choice, by, section=section.key, block=block_id)
        known = {source_key(source) for source in block.get("sources") or ()}
        new = [source_of(card, rewritten=True) for card in picked if card.source_key not in known]
        if new:
            changed: Block = {**block, "sources": [*(block.get("sources") or ()), *new]}
            acts.change_block(report, section, changed, by)
        db.session.flush()


def _is_there(report: Report, decision: MergeDecision) -> bool:
    return acts.block_of(report, decision.target_section, decision.target_block)[1] is not None


def remove_source(report: Report, block_id: str, key: SourceKey, *, by: Actor, at: datetime | None = None) -> None:
    """Take one source off a paragraph, whose words stay; its card is undecided again (取消这个来源). Raises ReportFault."""
    with writing():
        section, block = acts.block_of(report, None, block_id)
        source = next((one for one in (block or {}).get("sources") or () if source_key(one) == key), None)
        if section is None or block is None or source is None:
            raise ReportFault(FaultKind.NO_SOURCE, report.title)
        act = acts.begin(report, "source_removed", by, at, section=section.key, block=block_id, source=dict(source))
        query = select(MergeDecision).where(
            MergeDecision.report_id == report.id,
            MergeDecision.target_block == block_id,
            MergeDecision.undone_at.is_(None),
        )
        own = [one for one in db.session.scalars(query) if acts.key_of_decision(one) == key]
        act.cards = len(own)
        acts.end(report, own, by, act, words=False)
        section, block = acts.block_of(report, section.key, block_id)
        if section is not None and block is not None:
            others = [one for one in block.get("sources") or () if source_key(one) != key]
            acts.change_block(report, section, {**block, "sources": others}, by)
        db.session.flush()


def leave(report: Report, left: Sequence[Card], *, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Leave cards out (未采用), with the reason or where they went, as one act. Raises ReportFault without one."""
    if not left:
        raise ReportFault(FaultKind.NOTHING_TICKED, report.title)
    if not reason.strip():
        raise ReportFault(FaultKind.REASON_NEEDED, place_of(left[0]))
    with writing():
        act = acts.begin(report, "left", by, at, section=left[0].section, cards=left)
        for card in left:
            if card.decision or card.changed or card.lost:
                acts.end(report, decisions_on(card), by, act, words=True)
            acts.decide(report, act, card, "left", by, reason=reason.strip())
        db.session.flush()


def leave_rest(
    report: Report,
    *,
    by: Actor,
    reason: str,
    section: str | None = None,
    matter: str | None = None,
    unit: str | None = None,
    place: str | None = None,
    at: datetime | None = None,
) -> int:
    """Every card still undecided, of a section, a matter in it, a unit, a place in the children, is left; gives how many."""
    rest = rest_of(report, section=section, matter=matter, unit=unit, place=place)
    if rest:
        leave(report, rest, by=by, reason=reason, at=at)
    return len(rest)


def rest_of(
    report: Report,
    *,
    section: str | None = None,
    matter: str | None = None,
    unit: str | None = None,
    place: str | None = None,
) -> list[Card]:
    """The cards that leaving the rest would leave."""
    return [
        card
        for card in cards(report, section=section)
        if card.decision is None
        and matter in (None, card.group)
        and unit in (None, card.unit.code)
        and place in (None, card.place)
    ]


def take_back(report: Report, back: Sequence[Card], *, by: Actor, at: datetime | None = None) -> list[str]:
    """Make cards undecided again; a paragraph written from them alone that still reads the same leaves the draft.

    Gives the paragraphs that stay without a source.
    """
    with writing():
        act = acts.begin(report, "taken_back", by, at, section=back[0].section if back else None, cards=back)
        staying: list[str] = []
        for card in back:
            staying += acts.end(report, decisions_on(card), by, act, words=True)
        db.session.flush()
    return staying


def source_of(card: Card, *, rewritten: bool) -> SourceEntry:
    """What a paragraph of the draft keeps of a card it was written from."""
    source = contents.source(card.unit.code, card.place, card.item, rewritten=rewritten, version=card.version.number)
    if not card.is_text:
        source["block"] = card.block_id
    return source


def _place(blocks: Sequence[Block], heading: str, after: str | None) -> int:
    """Where a paragraph goes: behind `after`, else at the end of the heading's part, else before the first heading or at the end."""
    for place, block in enumerate(blocks):
        if after and block["id"] == after:
            return place + 1
    if heading:
        return acts.heading_end(blocks, heading)
    return next((place for place, block in enumerate(blocks) if is_matter_heading(block)), len(blocks))


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
