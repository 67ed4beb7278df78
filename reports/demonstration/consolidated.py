"""Writes the 总报告 as its colleagues do on the pages: matters and own words typed, paragraphs written from cards, then reworded.

The manuscript says what is to stand there and from which passages; all of it comes in by acts of the merge and of the editor.
Touches merging, the section form and the draft.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reports.demonstration.preparation import DemonstrationFault
from reports.forms.section_form import heading_text, read_layout
from reports.merging import acts, citations, decisions
from reports.merging.cards import Card
from reports.papers.steps import Report, save_head, save_section, sections
from reports.text.report_shape import Block, ReportContent, Section, SourceEntry
from surveys.audit import Actor

FIGURES = ("table", "chart")


def write(report: Report, manuscript: ReportContent, *, by: Actor, at: datetime) -> None:
    """Section by section what the manuscript says. Raises DemonstrationFault for a source that no passage answers to."""
    save_head(report, title=manuscript["title"], byline=manuscript["byline"], date=manuscript["date"], by=by)
    for section in manuscript["sections"]:
        own_words = [block for block in section["blocks"] if not block.get("sources")]
        _save(report, section["key"], own_words, {}, by, at)
        written = _write_from_cards(report, section, by, at)
        if written:
            _save(report, section["key"], section["blocks"], written, by, at)


def _write_from_cards(report: Report, section: Section, by: Actor, at: datetime) -> dict[str, str]:
    """Each paragraph with sources, written from their cards at its place; gives what its id in the draft is."""
    cards = decisions.cards(report)
    written: dict[str, str] = {}
    matter = before = ""
    for block in section["blocks"]:
        if block["type"] == "heading":
            matter = block["id"]
        if block.get("sources"):
            picked = [card for source in block.get("sources", ()) for card in _cards_of(cards, source)]
            written[block["id"]] = _written(report, section["key"], matter, before, picked, by, at)
            cards = decisions.cards(report)
        before = written.get(block["id"], block["id"])
    return written


def _cards_of(cards: Sequence[Card], source: SourceEntry) -> list[Card]:
    """The passages of a source; one without a number means every passage of its place."""
    own = [
        card
        for card in cards
        if (card.unit.code, card.place) == (source["unit"], source["section"])
        and (card.item == source["item"] if source["item"] else card.is_text)
    ]
    if not own:
        raise DemonstrationFault(f"no passage {source['unit']} {source['section']} {source['item'] or ''}")
    return own


def _written(report: Report, key: str, matter: str, after: str, picked: Sequence[Card], by: Actor, at: datetime) -> str:
    """One paragraph from cards; those that stand in another already become a source of this one too."""
    fresh = [decisions.Pick(card) for card in picked if card.decision is None]
    decided = [decisions.Pick(card) for card in picked if card.decision is not None]
    if not fresh:
        raise DemonstrationFault(f"{key}: every passage stands elsewhere already")
    [block] = decisions.write(report, fresh, by=by, into=key, matter=matter, after=after or None, at=at)
    if decided:
        decisions.add_source(report, decided, block["id"], by=by, at=at)
    return block["id"]


def _save(report: Report, key: str, wanted: Sequence[Block], written: dict[str, str], by: Actor, at: datetime) -> None:
    """The section as a writer's page sends it: rows in order, what stands there by its id."""
    every = sections(report)
    section = acts.section_of(report, key)
    elsewhere = {block["id"] for row in every if row is not section for block in row.blocks}
    reads = citations.read_sources(report, (block for row in every for block in row.blocks))
    rows = [_row(block, written.get(block["id"], block["id"]), is_new=not written) for block in wanted]
    blocks = read_layout(rows, section.blocks, elsewhere=elsewhere, read_sources=reads)
    figures = {block["id"]: block for block in wanted if block["type"] in FIGURES}
    blocks = [figures.get(block["id"], block) for block in blocks]  # with their titles and the rows they show
    save_section(report, key, blocks, row_version=section.row_version, by=by, at=at)


def _row(block: Block, identity: str, *, is_new: bool) -> dict[str, Any]:
    """A block as the page of its section sends it."""
    if block["type"] in FIGURES:
        return {"id": identity, "of": f"{block['type']}:{block.get('table', '')}"}
    if block["type"] == "blank":
        return {"id": identity, "kind": "blank", "text": block.get("hint", "") if is_new else ""}
    text = heading_text(block) if block["type"] == "heading" else block.get("text", "")
    return {"id": identity, "kind": block["type"], "text": text}
