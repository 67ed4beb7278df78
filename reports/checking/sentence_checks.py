"""Checks the figures of a sentence against a table (句中数字核对): each with its indicator, and whether it is right. Pure.

Takes   `Tables`; a sentence, and hints of the place it may speak of without naming it.
Gives   for each figure ok, mismatch (with what it should be) or no_entry; the sentence's verdict.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from reports.checking.binding import candidates
from reports.checking.judging import Judgement, judge
from reports.checking.mentions import Namer
from reports.checking.readings import Reading
from reports.checking.scopes import OWN, Scope, Tables
from reports.checking.stated_figures import StatedFigure
from reports.checking.sums import Sum, totals
from reports.checking.table import Entry
from surveys.planning.words.visit_words import words_of

_MONTH = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月")


@dataclass(frozen=True, slots=True)
class Checked:
    """One figure of a sentence: its text, the indicator it speaks of and within which scope, and whether it is right."""

    figure: StatedFigure
    text: str
    status: str
    entry: Entry | None = None
    scope: Scope = OWN
    expected: str = ""
    what: str = "value"

    def as_row(self) -> dict[str, Any]:
        """As the command gives it."""
        row: dict[str, Any] = {"text": self.text, "key": self.entry.key if self.entry else None, "status": self.status}
        return row | ({"expected": self.expected} if self.status == "mismatch" else {})


class Checker:
    """Checks sentences against the tables of one report."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.visited = words_of(None).visited if tables.words is None else tables.words.visited
        self.namer = Namer(tables.entries, self.visited)

    def check(self, sentence: str) -> dict[str, Any]:
        """The verdict of one sentence and of each of its figures, as plain data."""
        results = self.figures(sentence)
        return {"verdict": verdict_of(results), "figures": [one.as_row() for one in results]}

    def figures(self, sentence: str, hints: Sequence[str] = ()) -> list[Checked]:
        """Each figure of a sentence; `hints` are units that may be meant where the sentence names no place."""
        reading = Reading(sentence, self.namer, self.tables, self.visited)
        judgements = {figure: self._judgement(reading, figure, hints) for figure in reading.figures}
        sums = totals(reading, judgements)
        checked = [
            _of_sum(figure, sums[figure]) if figure in sums else _of_figure(figure, judgements[figure], reading)
            for figure in reading.figures
        ]
        return [one for one in checked if not (one.status == "no_entry" and _says_nothing(one))]

    def _judgement(self, reading: Reading, figure: StatedFigure, hints: Sequence[str]) -> Judgement | None:
        """Of the likeliest indicators the one that is right, else the likeliest; what is unsure counts only where it is right."""
        base = reading.base(figure)
        own = reading.scope(figure)
        scopes = [own]
        if not reading.names_place(figure):
            scopes += [replace(own, units=(unit,)) for unit in hints]
        few = candidates(figure, reading, base)
        first: Judgement | None = None
        for scope in scopes:
            judgements = [judge(reading, figure, one, scope, base) for one in few]
            known = [one for one in judgements if one is not None]
            right = next((one for one in known[:2] if one.right), None)
            if right is not None:
                return right
            if scope == own:
                first = next((one for one in known if not one.unsure), None)
        return first


def verdict_of(results: Sequence[Checked]) -> str:
    """Of a sentence: contradicts, consistent, unverifiable or no_figure."""
    states = {result.status for result in results}
    if "mismatch" in states:
        return "contradicts"
    if "ok" in states:
        return "consistent"
    return "unverifiable" if results else "no_figure"


def _of_figure(figure: StatedFigure, judgement: Judgement | None, reading: Reading) -> Checked:
    if judgement is None:
        return Checked(figure, figure.text, "no_entry")
    status = "ok" if judgement.right else "mismatch"
    text = figure.text if judgement.right else _text_of_fault(figure, judgement, reading)
    return Checked(figure, text, status, judgement.entry, judgement.scope, judgement.expected, judgement.what)


def _text_of_fault(figure: StatedFigure, judgement: Judgement, reading: Reading) -> str:
    """The figure; where the direction is wrong the verb belongs to the fault: 多78家."""
    verbs = {"多", "少", "高", "低"}
    if judgement.what != "difference" or not figure.sign:
        return figure.text
    if judgement.expected[:1] in verbs:
        is_wrong_way = (judgement.expected[:1] in ("多", "高")) != (figure.sign > 0)
    else:
        mirror = replace(figure, sign=-figure.sign)
        few = candidates(figure, reading, reading.base(figure))
        again = [judge(reading, mirror, one, judgement.scope, reading.base(figure)) for one in few[:1]]
        is_wrong_way = any(one is not None and one.right for one in again)
    if not is_wrong_way:
        return figure.text
    return reading.sentence[reading.sentence.rfind(figure.verb, 0, figure.start) : figure.end]


def _of_sum(figure: StatedFigure, total: Sum) -> Checked:
    status = "ok" if total.right else "mismatch"
    return Checked(figure, figure.text, status, total.whole, OWN, total.expected, "total")


def _says_nothing(checked: Checked) -> bool:
    """Whether what no indicator knows is no figure at all: 六月 is a date, 三类 and 两条 count what the text itself lists."""
    figure = checked.figure
    return bool(_MONTH.fullmatch(figure.text)) or figure.is_in_words
