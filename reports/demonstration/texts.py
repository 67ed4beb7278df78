"""Gives the demonstration's findings to visits whose firms could have said them, each finding once.

Pure and repeatable by seed. A text that names a trade, a district or a size goes to such a firm; a text of a category goes
where the category fits (stock/fits.json); two wordings of one request never meet in one visit. Stories (stock/stories.json)
are placed first: a plant that stands empty, and whoever else is told of in the reports.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from reports.demonstration.enterprises import Enterprise
from reports.demonstration.stock import FOLDER, csv_rows, draw, stock_json, trades
from reports.demonstration.traits import plain_traits, traits, weigh
from surveys.planning.words.reference_lists import rows

_PROBLEMS = (0, 1, 2, 3, 4, 5), (13, 44, 29, 10, 3, 1)
_SUGGESTIONS = (0, 1, 2, 3), (25, 46, 22, 7)


@dataclass(frozen=True, slots=True)
class Text:
    """One row of findings/*.csv."""

    id: str
    kind: str
    text: str
    category: str
    category2: str
    department: str
    level: str
    urgency: str
    same_as: str
    source: str

    def code(self) -> str:
        return self.category2 or self.category


@dataclass(slots=True)
class VisitTexts:
    """What one visit tells: problems, suggestions, at most one comment on a clause of the regulation.

    `answers` are those that a story lays down (stable id → raw answer).
    """

    problems: list[Text] = field(default_factory=list)
    suggestions: list[Text] = field(default_factory=list)
    clause: str = ""
    answers: dict[str, str] = field(default_factory=dict)

    def all(self) -> list[Text]:
        return self.problems + self.suggestions


@cache
def texts() -> tuple[Text, ...]:
    """Every text, in the order of the files' names and lines."""
    return tuple(Text(**row) for path in sorted((FOLDER / "findings").glob("*.csv")) for row in csv_rows(path))


def letters() -> list[Text]:
    return [text for text in texts() if text.source == "letter"]


@dataclass(frozen=True, slots=True)
class Place:
    """A visit that can tell something: its key (unit, number on the list), its firm, and whether it came in on paper."""

    firm: Enterprise
    on_paper: bool

    @property
    def key(self) -> tuple[str, int]:
        return self.firm.unit, self.firm.number


def hand_out(
    seed: int, places: Sequence[Place], *, sources: Sequence[str] = ("paper", "visit"), stories: bool = True
) -> dict[tuple[str, int], VisitTexts]:
    """Texts of these sources for every place; what finds no place (fewer visits than texts) is left over."""
    deal = _Deal(seed, places)
    for story in stock_json("stories") if stories else ():
        deal.place_story(story)
    for source in sources:
        for kind in ("problem", "suggestion"):
            deal.deal([text for text in texts() if text.source == source and text.kind == kind])
    if stories:
        deal.deal_clauses(stock_json("clauses"))
    return {place.key: visit_texts for place, visit_texts in zip(places, deal.visit_texts, strict=True)}


class _Deal:
    """Gives texts to visits: it knows how many each visit can still take, and how well each text suits it."""

    def __init__(self, seed: int, places: Sequence[Place]) -> None:
        self.seed, self.places = seed, places
        self.visit_texts = [VisitTexts() for _ in places]
        self.groups: list[set[str]] = [set() for _ in places]
        chance = draw(seed, "room")
        self.room = {
            "problem": np.array([chance.choices(*_PROBLEMS)[0] for _ in places]),
            "suggestion": np.array([chance.choices(*_SUGGESTIONS)[0] for _ in places]),
        }
        self.counts = {kind: np.zeros(len(places)) for kind in self.room}
        self.paper = np.array([place.on_paper for place in places], bool)
        for kind, least in (("problem", 3), ("suggestion", 3)):
            self.room[kind][self.paper] = least
        self.traits = [traits(seed, place.firm) for place in places]
        self.fits = {code: self._weights_of(weights) for code, weights in stock_json("fits")["categories"].items()}
        self.words = [(words.split("|"), self._weights_of(by)) for words, by in stock_json("fits")["words"].items()]
        self.divisions = {code: self._has(f"division:{code}") for code in trades()}
        self.districts = {
            row["short_name"]: self._has(f"district:{row['code']}")
            for row in rows("guangzhou_districts")
            if row["level"] == "district"
        }
        self.noise = np.random.default_rng(seed)

    def _weights_of(self, weights: dict[str, float]) -> Any:
        return np.array([weigh(weights, values) for values in self.traits])

    def _has(self, trait: str) -> Any:
        return np.array([trait in values for values in self.traits], bool)

    def place_story(self, story: dict[str, Any]) -> None:
        """The first firm of the story's unit, trade and size tells it, with its answers laid down."""
        text = next((text for text in texts() if text.id == story["finding"]), None)
        low, high = story.get("staff", (0, 10**9))
        for place, one in enumerate(self.places):
            firm = one.firm
            fits = (firm.unit, firm.division, firm.size_class) == (story["unit"], story["division"], story["size"])
            if text and fits and not one.on_paper and low <= firm.staff <= high:
                self.visit_texts[place].answers.update(story["answers"])
                self.room[text.kind][place] = max(1, int(self.room[text.kind][place]))
                self._give(place, text)
                return

    def deal(self, cards: Iterable[Text]) -> None:
        """Texts that name their trade or district first, then the others."""
        told_ids = {text.id for visit_texts in self.visit_texts for text in visit_texts.all()}
        cards = [card for card in cards if card.id not in told_ids]
        for card in sorted(cards, key=lambda card: (not _named_trades(card.text), card.id)):
            scores = self._scores(card)
            best = int(scores.argmax()) if len(scores) else -1
            if best >= 0 and scores[best] > -500:
                self._give(best, card)

    def deal_clauses(self, clauses: Sequence[str]) -> None:
        """Comments on clauses go to the firms that talk most."""
        talkers = sorted(range(len(self.places)), key=lambda place: -self.traits[place]["talk"])
        for place, clause in zip(talkers, clauses, strict=False):
            self.visit_texts[place].clause = clause

    def _give(self, place: int, card: Text) -> None:
        visit_texts = self.visit_texts[place]
        (visit_texts.problems if card.kind == "problem" else visit_texts.suggestions).append(card)
        self.room[card.kind][place] -= 1
        self.counts[card.kind][place] += 1
        self.groups[place].add(group_of(card))

    def _scores(self, card: Text) -> Any:
        scores = self.noise.normal(0, 1, len(self.places)) - 0.7 * self.counts[card.kind]
        for code in (card.category2, card.category):
            if code in self.fits:
                scores = scores + self.fits[code]
                break
        trade_codes = _named_trades(card.text)
        if trade_codes:
            own = np.logical_or.reduce([self.divisions[code] for code in trade_codes])
            scores = scores + np.where(own, 4.0, -7.0)
        for words, by in self.words:
            if any(word in card.text for word in words):
                scores = scores + by
        for name, is_there in self.districts.items():
            if name in card.text:
                scores = scores + np.where(is_there, 6.0, -60.0)
        scores = scores + np.where(self.paper == (card.source == "paper"), 0.0, -1000.0)
        scores[self.room[card.kind] <= 0] = -1000.0
        group = group_of(card)
        scores[[group in groups for groups in self.groups]] = -1000.0
        return scores


@cache
def _named_trades(text: str) -> tuple[str, ...]:
    """The divisions whose own words stand in the text; the longest words decide."""
    length_by_code: dict[str, int] = {}
    for code, trade in trades().items():
        longest = max((len(word) for word in trade.keywords if word in text), default=0)
        if longest > 1:
            length_by_code[code] = longest
    longest = max(length_by_code.values(), default=0)
    return tuple(code for code, length in length_by_code.items() if length == longest)


@cache
def _roots() -> dict[str, str]:
    return {text.id: text.same_as for text in texts() if text.same_as}


def group_of(card: Text) -> str:
    """The first text that asks for the same thing."""
    root = card.id
    while root in _roots():
        root = _roots()[root]
    return root


def fitting(firm: Enterprise, code: str) -> float:
    """How well a category suits a firm by what its list says; for tests and for looking at the demonstration."""
    fits = stock_json("fits")["categories"]
    return weigh(fits.get(code, fits.get(code[:2], {})), plain_traits(firm))
