"""The matters of a merge (问题): the headings of the draft's sections that are merged by matter and not by unit.

A matter is a heading of the draft: its title, its order and its categories stand there and nowhere else. Only where a person
put a card is a row (`CardPlace`). Each change is an act; `BACK` says how it is taken back. Touches acts, cards and the draft.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reports.faults import FaultKind, ReportFault
from reports.merging import acts
from reports.merging.acts import is_matter_heading
from reports.merging.cards import OTHERS, Card
from reports.merging.records import CardPlace, MergeAct
from reports.papers.steps import Report, save_section
from reports.text import content as contents
from reports.text.report_shape import Block, Section
from surveys.audit import Actor
from surveys.database import db, new_id, writing

BY_MATTER = ("problems", "advice")  # keys of the outline
LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter with its cards. `block_id` is its heading in the draft: "" for what is proposed, and for the cards of none."""

    section: str
    block_id: str
    title: str
    categories: tuple[str, ...] = ()
    cards: list[Card] = field(default_factory=list)
    titles: tuple[str, ...] = ()  # what else it might be called, in the words of findings and of the children

    @property
    def units(self) -> int:
        return len({card.unit.code for card in self.cards})

    @property
    def undecided(self) -> int:
        return sum(card.decision is None for card in self.cards)


def is_by_matter(section: Section, cards: Iterable[Card]) -> bool:
    """Whether a section is merged by matter: problems and suggestions, and what the children wrote under categories."""
    is_headed = any(is_matter_heading(block) and block.get("categories") for block in section["blocks"])
    return section["key"] in BY_MATTER or is_headed or any(card.categories for card in cards)


def matters_of(section: Section, cards: Sequence[Card]) -> list[Matter]:
    """The matters that stand in a section, in the draft's order, and last the cards under none."""
    rows = [
        Matter(
            section["key"],
            block["id"],
            contents.unnumbered(block.get("text", "")),
            tuple(block.get("categories") or ()),
            [card for card in cards if card.group == block["id"]],
        )
        for block in section["blocks"]
        if is_matter_heading(block)
    ]
    headings = {row.block_id for row in rows}
    rest = [card for card in cards if card.group not in headings]
    return [*rows, Matter(section["key"], OTHERS, "", (), rest)] if rest and rows else rows


# Acts -----------------------------------------------------------------------------------------------------------------


def keep(report: Report, section: str, proposed: Sequence[Matter], *, by: Actor, at: datetime | None = None) -> None:
    """Make proposed matters headings of the draft."""
    with writing():
        headings = [_heading(one.title, one.categories) for one in proposed]
        cards = [card for one in proposed for card in one.cards]
        act = acts.begin(
            report, "matters_kept", by, at, section=section, cards=cards, headings=[one["id"] for one in headings]
        )
        blocks = acts.section_of(report, section).blocks
        save_section(report, section, [*blocks, *headings], row_version=None, by=by, at=at)
        first: dict[str, str] = {}
        for heading in headings:
            for category in heading.get("categories") or ():
                first.setdefault(category, heading["id"])
        for heading, one in zip(headings, proposed, strict=True):
            for card in one.cards:
                by_itself = next((first[code] for code in card.categories if code in first), OTHERS)
                if by_itself != heading["id"]:
                    _put(report, act, card, heading["id"])
        db.session.flush()


def start(
    report: Report,
    section: str,
    title: str,
    *,
    by: Actor,
    of: Sequence[Card] = (),
    after: str = "",
    at: datetime | None = None,
) -> str:
    """A new matter, behind the matter `after` or last, with these cards (新建, 拆分); gives its heading."""
    with writing():
        heading = _heading(_title(report, title))
        act = acts.begin(report, "matter_new", by, at, section=section, block=heading["id"], cards=of)
        blocks = list(acts.section_of(report, section).blocks)
        blocks.insert(acts.heading_end(blocks, after), heading)
        save_section(report, section, blocks, row_version=None, by=by, at=at)
        for card in of:
            _put(report, act, card, heading["id"])
        db.session.flush()
    return heading["id"]


def rename(report: Report, section: str, matter: str, title: str, *, by: Actor, at: datetime | None = None) -> None:
    with writing():
        title = _title(report, title)
        block = _find(report, section, matter)
        acts.begin(
            report, "matter_named", by, at, section=section, block=matter, before=block.get("text", ""), after=title
        )
        acts.change_block(report, acts.section_of(report, section), {**block, "text": title}, by)


def join(
    report: Report,
    section: str,
    matter: str,
    into: str,
    *,
    by: Actor,
    cards: Sequence[Card],
    at: datetime | None = None,
) -> None:
    """Put a matter, with its cards and what is written under it, into another (并入)."""
    if matter == into:
        raise ReportFault(FaultKind.NO_MATTER, report.title)
    with writing():
        heading, other = _find(report, section, matter), _find(report, section, into)
        before, part, behind = _parted(acts.section_of(report, section).blocks, matter)
        own = [card for card in cards if card.section == section and card.group == matter]
        act = acts.begin(
            report,
            "matter_joined",
            by,
            at,
            section=section,
            block=matter,
            cards=own,
            heading=heading,
            into=into,
            categories=other.get("categories") or [],
            blocks=[block["id"] for block in part[1:]],
            before=_first_heading(behind),
        )
        categories = list(dict.fromkeys([*(other.get("categories") or ()), *(heading.get("categories") or ())]))
        changed: Block = {**other, "categories": categories}
        blocks = [changed if block["id"] == into else block for block in (*before, *behind)]
        end = acts.heading_end(blocks, into)
        blocks[end:end] = part[1:]
        save_section(report, section, blocks, row_version=None, by=by, at=at)
        for card in own:
            _put(report, act, card, into)
        db.session.flush()


def move(report: Report, section: str, matter: str, steps: int, *, by: Actor, at: datetime | None = None) -> None:
    """Move a matter with what is written under it: -1 before the one above, 1 behind the one below."""
    with writing():
        _find(report, section, matter)
        blocks = acts.section_of(report, section).blocks
        order = [block["id"] for block in blocks if is_matter_heading(block)]
        place = order.index(matter)
        if not 0 <= place + steps < len(order):
            return
        followed = order[place + 1] if place + 1 < len(order) else ""
        acts.begin(report, "matter_moved", by, at, section=section, block=matter, before=followed)
        rest = [one for one in order if one != matter]
        new = place + steps
        save_section(
            report, section, _put_before(blocks, matter, rest[new] if new < len(rest) else ""), row_version=None, by=by
        )


def move_cards(report: Report, moved: Sequence[Card], matter: str, *, by: Actor, at: datetime | None = None) -> None:
    """Put cards under another matter of their section, or under none. Raises ReportFault."""
    if not moved:
        raise ReportFault(FaultKind.NOTHING_TICKED, report.title)
    section = moved[0].section
    with writing():
        if matter != OTHERS:
            _find(report, section, matter)
        act = acts.begin(report, "cards_moved", by, at, section=section, block=matter or None, cards=moved)
        for card in moved:
            _put(report, act, card, matter)
        db.session.flush()


def _put(report: Report, act: MergeAct, card: Card, matter: str) -> None:
    db.session.add(
        CardPlace(
            report_id=report.id,
            child_version_id=card.version.id,
            section_key=card.key,
            block_id=card.block_id,
            matter=matter,
            act_id=act.id,
        )
    )


def _heading(title: str, categories: Sequence[str] = ()) -> Block:
    return {"id": new_id()[:13], "type": "heading", "level": 3, "text": title, "categories": list(categories)}


def _title(report: Report, title: str) -> str:
    title = contents.unnumbered(" ".join(title.split()))
    if not title or len(title) > LONGEST_TITLE or "{" in title:
        raise ReportFault(FaultKind.MATTER_TITLE, report.title, most=LONGEST_TITLE)
    return title


def _find(report: Report, section: str, matter: str) -> Block:
    blocks = acts.section_of(report, section).blocks
    block = next((one for one in blocks if one["id"] == matter and is_matter_heading(one)), None)
    if block is None:
        raise ReportFault(FaultKind.NO_MATTER, report.title)
    return block


def _parted(blocks: Sequence[Block], matter: str) -> tuple[list[Block], list[Block], list[Block]]:
    """What stands before a matter, the matter with what is written under it, what stands behind."""
    start = next(place for place, block in enumerate(blocks) if block["id"] == matter)
    end = acts.heading_end(blocks, matter)
    return list(blocks[:start]), list(blocks[start:end]), list(blocks[end:])


def _first_heading(blocks: Sequence[Block]) -> str:
    return next((block["id"] for block in blocks if is_matter_heading(block)), "")


def _put_before(blocks: Sequence[Block], matter: str, other: str) -> list[Block]:
    before, part, behind = _parted(blocks, matter)
    rest = [*before, *behind]
    place = next((at for at, block in enumerate(rest) if other and block["id"] == other), len(rest))
    return [*rest[:place], *part, *rest[place:]]


# Taking back ----------------------------------------------------------------------------------------------------------


def _unkeep(report: Report, act: MergeAct, by: Actor) -> None:
    """The headings go; what was written under them stays where it stands."""
    headings = set(act.details.get("headings") or [act.block_id])
    blocks = [one for one in acts.section_of(report, act.section_key or "").blocks if one["id"] not in headings]
    save_section(report, act.section_key or "", blocks, row_version=None, by=by)


def _name_back(report: Report, act: MergeAct, by: Actor) -> None:
    section = acts.section_of(report, act.section_key or "")
    for block in section.blocks:
        if block["id"] == act.block_id and block.get("text") == act.details["after"]:
            acts.change_block(report, section, {**block, "text": act.details["before"]}, by)


def _unjoin(report: Report, act: MergeAct, by: Actor) -> None:
    """The heading stands again, over what was written under it then and is still there."""
    details: Mapping[str, Any] = act.details
    moved = set(details["blocks"])
    blocks: list[Block] = []
    for block in acts.section_of(report, act.section_key or "").blocks:
        if block["id"] == details["into"]:
            gained = set(details["heading"].get("categories") or ()) - set(details["categories"])
            categories = [code for code in block.get("categories") or () if code not in gained]
            blocks.append({**block, "categories": categories})
        elif block["id"] not in moved:
            blocks.append(block)
    again = [one for one in acts.section_of(report, act.section_key or "").blocks if one["id"] in moved]
    place = next((at for at, one in enumerate(blocks) if one["id"] == details["before"]), len(blocks))
    blocks[place:place] = [details["heading"], *again]
    save_section(report, act.section_key or "", blocks, row_version=None, by=by)


def _move_back(report: Report, act: MergeAct, by: Actor) -> None:
    blocks = acts.section_of(report, act.section_key or "").blocks
    if any(block["id"] == act.block_id for block in blocks):
        moved = _put_before(blocks, act.block_id or "", act.details["before"])
        save_section(report, act.section_key or "", moved, row_version=None, by=by)


def _nothing_in_the_draft(report: Report, act: MergeAct, by: Actor) -> None:
    """A card's place counts only while its act is in force."""


BACK: Mapping[str, Callable[[Report, MergeAct, Actor], None]] = {
    "matters_kept": _unkeep,
    "matter_new": _unkeep,
    "matter_named": _name_back,
    "matter_joined": _unjoin,
    "matter_moved": _move_back,
    "cards_moved": _nothing_in_the_draft,
}
