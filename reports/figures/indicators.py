"""Works out indicators (指标): what a token's table, item and measure mean, with its value, n and base.

Takes   a `Frame`, a `Token`, and the `CampaignCounts` of the frame's unit.
Gives   `Measurement`: exact values (whole numbers and fractions), never rounded and never worded here.
Base    every number travels with the n that answered; a ratio of sums with the n that answered what it is divided by.
Raises  UnknownFigure for a table, item or measure the questionnaire does not have; `zh` and `en` say which.
The words of the visits themselves (assigned, deputies …) are `CampaignCounts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reports.faults import FaultKind, UnknownFigure
from reports.figures.frame import CampaignCounts, Frame, is_multiple
from reports.figures.items import (
    OUTCOMES,
    UNRANKED,
    Item,
    cell_key,
    choice_label,
    clauses,
    counting_word,
    find_item,
    is_special,
    label_of,
    lead_question,
    points_of,
    privacy_of,
    question_meaning,
    special_words,
)
from reports.text.tokens import Token
from surveys.planning.words.visit_words import words_here
from surveys.questionnaire.facts.facts import IndicatorQuestion


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value with what is needed to word it and to hide it.

    `cells` are the counts of the total that `cell` belongs to; `one_answer` says whether they add up to it.
    `small_n` is how many firms a sum, mean or median rests on; None for counts. `key` names the cell (`cell_key`).
    """

    measure: str
    value: Fraction | str | None
    n: int | None
    label: str
    unit: str
    counted_in: str
    base: str
    privacy: str
    count: int | None = None
    cells: tuple[int, ...] = ()
    cell: int = 0
    one_answer: bool = False
    small_n: int | None = None
    key: str = ""


def special_count(frame: Frame, counts: CampaignCounts, name: str) -> int | None:
    """One of the words of the visits themselves; None where nobody has said."""
    count = getattr(counts, name)
    if count is not None:
        return count
    if name == "visits":
        return len(frame.visits)
    if name == "firms":
        return len(frame.firms)
    if name == "districts":
        return _districts(frame)
    return frame.outcomes(OUTCOMES[name]) if name in OUTCOMES else None


def _districts(frame: Frame) -> int:
    """In how many districts the firms lie: the choices of the question that says where a firm is."""
    area = question_meaning(frame, "subject.area")
    marks = frame.data.column(area).marks if area is not None else None
    return 0 if marks is None else int(marks[frame.firms].any(axis=0).sum())


def points(frame: Frame, table: str) -> dict[str, int]:
    """Points of a ranking by choice, in list order: the weight of each place × how often it was given."""
    total: dict[str, int] = {}
    for question, weight in points_of(frame, table):
        for name, count in zip(frame.data.column(question).names, frame.counts(question), strict=True):
            total[name] = total.get(name, 0) + weight * count
    return total


def ranking_sizes(frame: Frame, table: str) -> tuple[int, ...]:
    """How many firms gave each choice of a ranking a place, in list order: its points rest on them."""
    pairs = points_of(frame, table)
    by_name = [dict(zip(frame.data.column(q).names, frame.counts(q), strict=True)) for q, _ in pairs]
    return tuple(sum(counts.get(name, 0) for counts in by_name) for name in frame.data.column(pairs[0][0]).names)


def ranking(counts: Mapping[str, int]) -> list[str]:
    """Choices by count, ties by list order; those that name no choice of substance are left out, and so are zeros."""
    names = [name for name, count in counts.items() if count and name not in UNRANKED]
    return sorted(names, key=lambda name: -counts[name])


def counted_in(frame: Frame, question: IndicatorQuestion) -> str:
    """The unit of its count: 次 for visits, 件 for findings, else the word those visited are counted with."""
    if question.in_repeat:
        return "件"
    return "次" if question.table in frame.data.visit_tables else counting_word()


def base_words(frame: Frame, question: IndicatorQuestion, language: str = "zh-CN") -> str:
    """What n counts, in words."""
    words = words_here(language)
    if language != "zh-CN":
        is_of_visits = question.table in frame.data.visit_tables
        return question.base or (f"{words.visiting}s" if is_of_visits else f"{words.visiteds} that answered")
    if question.in_repeat:
        return "已填写本项的问题建议"
    if question.table in frame.data.visit_tables:
        return words.visiting if question.base == "visits" else f"已填写本项的{words.visiting}"
    return f"受访{words.visited}" if question.base in ("", "firms") else f"回答本题的受访{words.visited}"


def partition(frame: Frame, question: IndicatorQuestion) -> tuple[int, ...]:
    """The counts that add up to n: of each choice, or low, middle, high of a five-point question."""
    if "high_low" not in clauses(question):
        return frame.counts(question)
    high, low = (frame.count_any(question, names) for names in (("4", "5"), ("1", "2")))
    return (low, frame.n(question) - high - low, high)


def summary(frame: Frame, question: IndicatorQuestion, measure: str) -> Fraction | None:
    """Sum, mean, median or max of the values given; a sum of nothing is 0, the others are None."""
    values, places = frame.numbers(question)
    if not len(values):
        return Fraction(0) if measure == "sum" else None
    scale = 10**places
    if measure in ("sum", "mean"):
        total = Fraction(int(values.sum()), scale)
        return total if measure == "sum" else total / len(values)
    if measure == "max":
        return Fraction(int(values.max()), scale)
    sorted_values = sorted(map(int, values))
    middle = len(sorted_values) // 2
    pair = sorted_values[middle - 1 : middle + 1] if len(sorted_values) % 2 == 0 else sorted_values[middle : middle + 1]
    return Fraction(sum(pair), scale * len(pair))


class _Measurer:
    """Works out one token."""

    def __init__(self, frame: Frame, counts: CampaignCounts, token: Token, language: str) -> None:
        self.frame = frame
        self.counts = counts
        self.token = token
        self.language = language

    def refuse(self, kind: str) -> UnknownFigure:
        token = self.token
        return UnknownFigure(FaultKind.NO_MEASURE, token=token.text, item=token.item, measure=token.measure, what=kind)

    def result(
        self, question: IndicatorQuestion, value: Fraction | str | None, n: int | None, **more: Any
    ) -> Measurement:
        more.setdefault("unit", question.unit or "")
        return Measurement(
            self.token.measure,
            value,
            n,
            more.pop("label", label_of(question, self.language)),
            more.pop("unit"),
            counted_in(self.frame, question),
            base_words(self.frame, question, self.language),
            privacy_of(question),
            **more,
        )

    def measurement(self) -> Measurement:
        if is_special(self.frame, self.token):
            return self.special(self.token.item)
        item = find_item(self.frame, self.token)
        if self.token.measure == "base" and item.kind not in ("points", "top_points"):
            n = self.frame.n(item.question)
            return self.result(item.question, Fraction(n), n, unit="")
        if item.kind in ("points", "top_points"):
            return self.points(item)
        if item.kind == "field":
            return self.field(item)
        return self.choice(item)

    def special(self, name: str) -> Measurement:
        zh, en, unit = special_words(name)
        value = special_count(self.frame, self.counts, name)
        label = zh if self.language == "zh-CN" else en
        if self.token.measure == "count":
            amount = None if value is None else Fraction(value)
            return Measurement("count", amount, None, label, unit, unit, label, "L0", count=value)
        if self.token.measure == "ratio" and name == "visits":
            assigned = special_count(self.frame, self.counts, "assigned")
            part = Fraction(100 * (value or 0), assigned) if assigned else None
            base = special_words("assigned")[0 if self.language == "zh-CN" else 1]
            return Measurement("ratio", part, assigned, label, "%", unit, base, "L0")
        raise self.refuse("visits")

    def points(self, item: Item) -> Measurement:
        total = points(self.frame, self.token.table)
        name = item.name
        if item.kind == "top_points":
            order = ranking(total)
            name = order[item.rank - 1] if len(order) >= item.rank else ""
        label = choice_label(item.question, name, self.language) if name else ""
        n = self.frame.n(item.question)
        if self.token.measure == "name" and item.kind == "top_points":
            return self.result(item.question, label or None, n, label=label, unit="")
        if self.token.measure == "sum":
            names = self.frame.data.column(item.question).names
            more: dict[str, Any] = {"label": label, "unit": "分"}
            if name in names:
                place = names.index(name)
                more |= {"small_n": ranking_sizes(self.frame, self.token.table)[place]}
                more |= {"key": cell_key(item.question, "s", place)}
            return self.result(item.question, Fraction(total.get(name, 0)), n, **more)
        raise self.refuse(item.kind)

    def choice(self, item: Item) -> Measurement:
        question, measure = item.question, self.token.measure
        n = self.frame.n(question)
        cells, cell, kind = partition(self.frame, question), 0, "p"
        label = ""
        one_answer = not is_multiple(question)
        if item.kind in ("high", "low"):
            cell = 2 if item.kind == "high" else 0
            count = cells[cell]
        elif item.kind == "any":
            count = self.frame.count_any(question, item.names)
            cells, one_answer, kind = (count,), False, "a"
        else:
            name = item.name
            names = self.frame.data.column(question).names
            if item.kind == "top":
                order = ranking(dict(zip(names, self.frame.counts(question), strict=True)))
                name = order[item.rank - 1] if len(order) >= item.rank else ""
            cells, kind = self.frame.counts(question), "c"
            cell = names.index(name) if name else 0
            count = cells[cell] if name else 0
            label = choice_label(question, name, self.language) if name else ""
            if measure == "name" and item.kind == "top":
                return self.result(question, label or None, n, label=label, unit="")
        more = {"label": label or label_of(question, self.language), "count": count}
        more |= {"cells": cells, "cell": cell, "one_answer": one_answer}
        if item.kind == "top" and not label:
            more |= {"cells": (), "cell": 0}
        else:
            more["key"] = cell_key(question, kind, cell)
        if measure == "count":
            return self.result(question, Fraction(count), n, unit="", **more)
        if measure == "share":
            return self.result(question, Fraction(100 * count, n) if n else None, n, unit="%", **more)
        raise self.refuse(item.kind)

    def field(self, item: Item) -> Measurement:
        question, measure = item.question, self.token.measure
        n = self.frame.n(question)
        also = clauses(question)
        if measure == "count" and question.role == "text":
            return self.result(question, Fraction(n), n, unit="", count=n, cells=(n,), key=cell_key(question, "t"))
        if measure == "ratio" and also.get("ratio") in self.frame.data.by_name:
            return self.ratio(question, self.frame.data.by_name[also["ratio"]])
        is_allowed = (
            (measure == "mean" and question.role == "mean")
            or (measure == "sum" and question.role == "sum")
            or (measure in ("median", "max") and measure in also)
        )
        if not is_allowed:
            raise self.refuse(item.kind)
        value = summary(self.frame, question, measure)
        return self.result(question, value, n, small_n=n, key=cell_key(question, "v"))

    def ratio(self, part: IndicatorQuestion, whole: IndicatorQuestion) -> Measurement:
        divisor = summary(self.frame, whole, "sum")
        dividend = summary(self.frame, part, "sum") or Fraction(0)
        n = self.frame.n(whole)
        # Either sum can be read back from the ratio and the other one: the smaller n decides.
        sizes = [size for size in (n, self.frame.n(part)) if size]
        value = 100 * dividend / divisor if divisor else None
        return self.result(part, value, n, unit="%", small_n=min(sizes, default=0), key=cell_key(part, "r"))


def measure(
    token: Token, frame: Frame, counts: CampaignCounts | None = None, *, language: str = "zh-CN"
) -> Measurement:
    """The token's indicator over the frame; the token's unit is not looked at."""
    return _Measurer(frame, counts or CampaignCounts(), token, language).measurement()


__all__ = ["Measurement", "UnknownFigure", "lead_question", "measure"]
