"""Proposes matters for a section (系统提出的问题), for a person to keep; nothing is stored. Touches cards and findings.

From    the categories over the children's paragraphs; a paragraph with several goes to the one it is most like, one with none
        to the category whose paragraphs and words it is most like (`similarity`).
Title   the category's name; offered beside it: the headlines of findings of that category, the children's own headings.
Order   by how many units speak of it, then by how many paragraphs.
Splits  a headline of findings that the paragraphs of two units or more are like may be a matter of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from reports.evidence.finding_lists import code_names
from reports.merging.cards import Card
from reports.merging.matters import Matter
from reports.papers.steps import Report
from surveys.database import db
from surveys.fieldwork.findings.findings import Headline, HeadlineFinding
from surveys.planning.words.reference_lists import rows as reference_rows

CATEGORIES = "suggestion_categories"
TITLES = 8
LEAST_LABELLED = (
    40  # passages under one category from which the others learn: a few would draw everything to themselves
)
LIKELY_FROM = 0.12
SPLIT_FROM = 0.16  # cosine of a paragraph and a headline that may be a matter of its own
SPLIT_UNITS = 2
SPLITS = 3


@dataclass(frozen=True, slots=True)
class HeadlineCount:
    """A headline of findings in the report's unit, with how many findings stand under it."""

    id: str
    text: str
    category: str
    findings: int


@dataclass(frozen=True, slots=True)
class Split:
    """What may be a matter of its own inside another: the headline, and the paragraphs that are like it."""

    title: str
    findings: int
    cards: list[Card]


def headlines(report: Report) -> list[HeadlineCount]:
    """The headlines that the report's unit put findings under, the largest first."""
    number = func.count(HeadlineFinding.id)
    query = (
        select(Headline.id, Headline.text, Headline.category, number)
        .join(HeadlineFinding, HeadlineFinding.headline_id == Headline.id)
        .where(
            Headline.campaign_id == report.campaign_id,
            Headline.unit_code == report.unit_code,
            HeadlineFinding.undone_at.is_(None),
        )
        .group_by(Headline.id, Headline.text, Headline.category)
        .order_by(number.desc(), Headline.text)
    )
    return [HeadlineCount(one, text, category or "", count) for one, text, category, count in db.session.execute(query)]


def proposed(section: str, cards: Sequence[Card], known: Sequence[HeadlineCount] = ()) -> list[Matter]:
    """The matters of a section that has none yet."""
    names = code_names(CATEGORIES)
    by_category: dict[str, list[Card]] = {}
    for card, code in zip(cards, _categories(cards, names), strict=True):
        by_category.setdefault(code, []).append(card)
    loose = by_category.pop("", [])
    matters = [
        Matter(section, "", names.get(code, code), (code,), own, titles_for((code,), own, known))
        for code, own in by_category.items()
    ]
    matters.sort(key=lambda one: (-one.units, -len(one.cards), one.categories))
    return [*matters, Matter(section, "", "", (), loose)] if loose else matters


def _categories(cards: Sequence[Card], names: Mapping[str, str]) -> list[str]:
    """The category of each card; "" where nothing speaks for one."""
    open_cards = [card for card in cards if len(card.categories) != 1]
    labelled = [card for card in cards if len(card.categories) == 1 and card.text]
    likely = _likely(open_cards, labelled, names) if open_cards else {}
    return [card.categories[0] if len(card.categories) == 1 else likely.get(card.name, "") for card in cards]


def _likely(cards: Sequence[Card], labelled: Sequence[Card], names: Mapping[str, str]) -> dict[str, str]:
    """The category each of these is most like, among its own where it has some."""
    from surveys.fieldwork.findings.categories import suggest_category

    rows = reference_rows(CATEGORIES)
    table = [
        {
            "cat1": row["code"],
            "cat2": [row["name"], *(one["name"] for one in rows if one["parent_code"] == row["code"])],
        }
        for row in rows
        if not row["parent_code"]
    ]
    known = {row["cat1"] for row in table}
    payload: dict[str, Any] = {
        "categories": table,
        "labelled": [
            {"id": card.name, "text": card.text, "cat1": card.categories[0], "cat2": names.get(card.categories[0], "")}
            for card in labelled
            if card.categories[0] in known and len(labelled) >= LEAST_LABELLED
        ],
        "texts": [{"id": card.name, "text": f"{card.heading}{card.text}"} for card in cards if card.text],
    }
    own = {card.name: card.categories for card in cards}
    likely: dict[str, str] = {name: codes[0] for name, codes in own.items() if codes}
    for row in suggest_category(payload)["suggestions"]:
        codes = [one["cat1"] for one in row["candidates"] if one["score"] >= LIKELY_FROM]
        mine = own[row["id"]]
        code = next((code for code in codes if code in mine), mine[0]) if mine else next(iter(codes), "")
        if code:
            likely[row["id"]] = code
    return likely


def titles_for(categories: Sequence[str], cards: Sequence[Card], known: Sequence[HeadlineCount]) -> tuple[str, ...]:
    """What a matter may be called: headlines of its categories, the headings that most children wrote."""
    heads = [one.text for one in known if one.category in categories][: TITLES // 2]
    headings = Counter(card.heading for card in cards if card.heading)
    words = [*heads, *(text for text, _ in headings.most_common(TITLES))]
    return tuple(dict.fromkeys(words))[:TITLES]


def splits(matter: Matter, known: Sequence[HeadlineCount]) -> list[Split]:
    """Headlines inside a matter that may be matters of their own, those with most paragraphs first."""
    heads = [one for one in known if one.category in matter.categories]
    texts = [card for card in matter.cards if card.is_text]
    if not heads or len(texts) < 2 * SPLIT_UNITS:
        return []
    import numpy as np

    from surveys.fieldwork.findings.similarity import comparable
    from surveys.fieldwork.findings.tfidf import Grams

    grams = Grams([*(comparable(card.text) for card in texts), *(comparable(one.text) for one in heads)])
    near = grams.block(np.arange(len(texts), grams.size), np.arange(len(texts)))
    splits = []
    for head, scores in zip(heads, near, strict=True):
        own = [card for card, score in zip(texts, scores, strict=True) if score >= SPLIT_FROM]
        is_part = len({card.unit.code for card in own}) >= SPLIT_UNITS and 2 * len(own) <= len(texts)
        if is_part:
            splits.append(Split(head.text, head.findings, own))
    return sorted(splits, key=lambda one: -len(one.cards))[:SPLITS]
