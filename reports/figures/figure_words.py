"""How a figure is worded (数字表述): shares with one decimal, 近五成, 亿元 and 万元, and what small cells print.

Takes   exact values (`Fraction`, whole numbers); rounds once, half up, as a clerk does (0.25 → 0.3).
Gives   Chinese text; `resolve` gives a token's `Figure` with its value, n, base and the units that are missing.
Order   first suppression (with what a table or the other units of a volume would give away: `hiding.py`), then wording of small cells: a cell of 1–4 firms is hidden, and the
        second-smallest of the same total; then a share of n < 30 is a count.
Empty   a share, mean or name that nobody's answer gives is “—”; it is never 0.
Source  no national rule exists for share words: the table is `reference/share_words.csv`, ours and editable.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from reports.faults import FaultKind, UnknownFigure
from reports.figures.filters import mark_of_part, part_of
from reports.figures.frame import CampaignCounts, Frame
from reports.figures.indicators import Measurement, measure
from reports.figures.rounding import NOTHING, percent, rounded, trimmed
from reports.text.suppressed_words import Omission
from reports.text.tokens import Token, parse
from surveys.planning.words.reference_lists import rows

LEFT_OUT = "（略）"
SOME = "若干"  # a number that would give the small one beside it away
SMALLEST_CELL = 5
LEAST_SHARE_BASE = 30
LEAST_THREE_WAY = 3

WORDINGS_OF = {
    "count": ("plain", "with_base"),
    "share": ("plain", "word", "with_base"),
    "ratio": ("plain", "word"),
    "sum": ("plain", "money"),
}
_IN_YUAN = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


@dataclass(frozen=True, slots=True)
class Figure:
    """What a token is worth: the text that prints, and what a reader may ask of it."""

    key: str
    text: str
    value: float | str | None
    n: int | None
    base: str
    units_missing: tuple[str, ...] = ()
    hidden: bool = False
    omission: Omission | None = None  # how a sentence names the number it does not tell


# Shares --------------------------------------------------------------------------------------------------


@cache
def _share_words() -> tuple[tuple[int, int, str, bool], ...]:
    return tuple(
        (int(row["from_tenths"]), int(row["to_tenths"]), row["word"], row["note"].startswith("exact"))
        for row in rows("share_words")
    )


def share_word(value: Fraction) -> str:
    """近五成 for a share in percent, by its displayed decimal; empty where only the number is written."""
    tenths = int(rounded(value, 1) * 10)
    for least, most, word, exact in _share_words():
        if least <= tenths <= most:
            return f"约{word}" if exact and value * 10 != tenths else word
    return ""


def money(value: Fraction, unit: str = "万元") -> str:
    """An amount in 元 under 1 万, in 万元 under 1 亿, in 亿元 from there on; at most two decimals."""
    yuan = value * _IN_YUAN.get(unit, 1)
    for name, size in (("亿元", 100_000_000), ("万元", 10_000)):
        # 9999.996 万元 would read 10000 万元 after rounding: it is 1 亿元.
        step = Fraction(size, 10_000) / 100
        amount = abs(yuan) if name == "万元" else int(abs(yuan) / step + Fraction(1, 2)) * step
        if amount >= size:
            return trimmed(yuan / size) + name
    return trimmed(yuan) + "元"


# Small cells ----------------------------------------------------------------------------------------------------------


def hidden_cells(
    cells: Sequence[int], privacy: str, *, one_answer: bool, smallest_cell: int = SMALLEST_CELL, ways: int = 1
) -> list[str]:
    """For each cell of one total: "" printed, "small" hidden, "second" hidden so that no subtraction shows the small one.

    L0 hides nothing, except cells below 3 in tables of three ways or more. Zero is no firm: it prints.
    """
    if privacy == "L0":
        return ["small" if ways >= 3 and 0 < cell < LEAST_THREE_WAY else "" for cell in cells]
    marks = ["small" if 0 < cell < smallest_cell else "" for cell in cells]
    if one_answer and marks.count("small") == 1:
        rest = [(cell, -place) for place, cell in enumerate(cells) if cell and not marks[place]]
        if rest:
            marks[-min(rest)[1]] = "second"
    return marks


def is_hidden(measurement: Measurement, edition: str, smallest_cell: int, across: Collection[str] = ()) -> str:
    """ "", "small" or "second" for a measured figure in an edition; the internal edition prints all.

    `across`: the cells of its unit that other tables or units would give away, by key.
    """
    if edition == "internal" or measurement.privacy == "L0":
        return ""
    other_mark = "second" if measurement.key and measurement.key in across else ""
    if measurement.small_n is not None:
        return "small" if 0 < measurement.small_n < smallest_cell else other_mark
    if not measurement.cells:
        return ""
    marks = hidden_cells(
        measurement.cells, measurement.privacy, one_answer=measurement.one_answer, smallest_cell=smallest_cell
    )
    return marks[measurement.cell] or other_mark


# Wording --------------------------------------------------------------------------------------------------------------


def _count(measurement: Measurement, wording: str, mark: str) -> str:
    number = SOME if mark == "second" else f"不足{SMALLEST_CELL}" if mark else _plain_number(measurement)
    return (
        number
        if wording == "plain"
        else f"{number}{measurement.counted_in}" + ("" if measurement.n is None else f"（n={measurement.n}）")
    )


def _plain_number(measurement: Measurement) -> str:
    return NOTHING if measurement.value is None else trimmed(Fraction(measurement.value))


def _share(measurement: Measurement, wording: str, mark: str) -> str:
    n = measurement.n or 0
    if wording == "with_base" and n < LEAST_SHARE_BASE:
        return f"有效样本{n}{measurement.counted_in}"
    if mark or n < LEAST_SHARE_BASE:
        number = SOME if mark == "second" else f"不足{SMALLEST_CELL}" if mark else measurement.count
        text = f"{number}{measurement.counted_in}"
        return text if wording == "plain" else f"{text}（n={n}）"
    value = Fraction(measurement.value or 0)
    if wording == "plain":
        return percent(value)
    return f"占{percent(value)}（n={n}）" if wording == "with_base" else _in_words(value, n)


def _in_words(value: Fraction, n: int | None) -> str:
    word = share_word(value)
    base = "" if n is None else f"n={n}"
    inside = "，".join(filter(None, (percent(value) if word else "", base)))
    words = word or percent(value)
    return f"{words}（{inside}）" if inside else words


def _number(measurement: Measurement, wording: str, mark: str) -> str:
    """A sum, mean, ratio, median or longest."""
    if mark:
        return LEFT_OUT
    if measurement.value is None:
        return NOTHING
    value = Fraction(measurement.value)
    if wording == "money":
        return money(value, measurement.unit)
    if measurement.measure == "ratio":
        return percent(value) if wording == "plain" else _in_words(value, measurement.n)
    sign = "%" if measurement.unit == "%" else ""
    return (f"{rounded(value, 1)}" if measurement.measure == "mean" else trimmed(value)) + sign


def figure_text(measurement: Measurement, wording: str, mark: str, smallest_cell: int = SMALLEST_CELL) -> str:
    """The text of a measured figure in one wording, `hidden` as `is_hidden` says."""
    if measurement.measure in ("count", "share"):
        text = (_count if measurement.measure == "count" else _share)(measurement, wording, mark)
        return text.replace(f"不足{SMALLEST_CELL}", f"不足{smallest_cell}") if mark else text
    if measurement.measure == "name":
        return str(measurement.value or NOTHING)
    return _plain_number(measurement) if measurement.measure == "base" else _number(measurement, wording, mark)


_PARTS = {"sum": "的合计数", "median": "的中位数", "max": "的最大值", "ratio": "的占比", "mean": "的平均数"}
_SPANS = {"年": "年数", "月": "月数", "天": "天数", "次": "次数"}


def omission_of(measurement: Measurement, mark: str) -> Omission | None:
    """How a sentence names a number it does not tell; None for what a sentence tells as 若干 or 不足5."""
    if not mark or measurement.measure not in _PARTS:
        return None
    part = _PARTS[measurement.measure]
    if measurement.unit == "分":
        part = "的得分"
    elif (
        measurement.measure == "mean"
        and measurement.unit in _SPANS
        and not re.search(r"[数限]$", _bare(measurement.label))
    ):
        part = f"的平均{_SPANS[measurement.unit]}"
    return Omission(_bare(measurement.label), part, mark == "small")


def _bare(label: str) -> str:
    """A question's words without the unit behind them: 闲置厂房面积（平方米） → 闲置厂房面积."""
    return re.sub(r"[（(][^（()）]*[）)]$", "", label).removeprefix("其中")


def resolve(
    token: Token | str,
    frame: Frame,
    counts: Mapping[str, CampaignCounts] | None = None,
    *,
    unit: str = "",
    edition: str = "outgoing",
    smallest_cell: int = SMALLEST_CELL,
    language: str = "zh-CN",
    across: Mapping[str, Collection[str]] | None = None,
) -> Figure:
    """A token's figure. `frame` is the whole campaign, `unit` the report's own unit ("" the whole campaign).

    `counts` and `across` are by unit, "" for the whole. Raises UnknownFigure for what the questionnaire does not have.
    """
    token = parse(token) if isinstance(token, str) else token
    if token.wording not in WORDINGS_OF.get(token.measure, ("plain",)):
        raise UnknownFigure(FaultKind.NO_WORDING, token=token.text, measure=token.measure, wording=token.wording)
    place = token.unit or unit
    whole = frame.of(place)
    part = part_of(whole, token) if token.among else whole
    measurement = measure(token, part, None if token.among else (counts or {}).get(place), language=language)
    if token.wording == "money" and measurement.unit not in _IN_YUAN:
        raise UnknownFigure(FaultKind.NO_MONEY, token=token.text, unit=measurement.unit)
    mark = is_hidden(measurement, edition, smallest_cell, (across or {}).get(place, ()))
    if token.among and edition != "internal":
        mark = mark or mark_of_part(token, whole, measurement, smallest_cell)
    value = float(measurement.value) if isinstance(measurement.value, Fraction) else measurement.value
    return Figure(
        token.key,
        figure_text(measurement, token.wording, mark, smallest_cell),
        None if mark else value,
        measurement.n,
        measurement.base,
        whole.units_missing,
        bool(mark),
        omission_of(measurement, mark),
    )


def resolver(
    frame: Frame,
    counts: Mapping[str, CampaignCounts] | None = None,
    *,
    unit: str = "",
    places: Collection[str] | None = None,
    edition: str = "outgoing",
    smallest_cell: int = SMALLEST_CELL,
    language: str = "zh-CN",
    across: Mapping[str, Collection[str]] | None = None,
) -> Callable[[str], Figure]:
    """`resolve` for one report, each key worked out once: what `content.freeze` is given.

    `places` are the units whose figures the report may give; None where it may give any.
    """
    figure_by_key: dict[str, Figure] = {}
    how: dict[str, Any] = {"edition": edition, "smallest_cell": smallest_cell, "language": language, "across": across}

    def figure(key: str) -> Figure:
        if key not in figure_by_key:
            token = parse(key)
            if places is not None and token.unit not in places:
                raise UnknownFigure(FaultKind.UNIT_ELSEWHERE, token=token.text, unit=token.unit)
            figure_by_key[key] = resolve(token, frame, counts, unit=unit, **how)
        return figure_by_key[key]

    return figure


def hidden_matrix(
    cells: Sequence[Sequence[int]],
    privacy: str,
    *,
    one_answer: bool,
    smallest_cell: int = SMALLEST_CELL,
    known_cells: Collection[tuple[int, int]] = (),
) -> list[list[str]]:
    """A cross table: items down, groups across, the total of each item in the last column.

    No row and, where one answer is given, no column may have a single hidden cell: subtraction would show it.
    `known_cells` are those (row, column) that are hidden elsewhere already.
    """
    marks = [hidden_cells(row, privacy, one_answer=False, smallest_cell=smallest_cell) for row in cells]
    if privacy == "L0" or not cells:
        return marks
    for row, column in known_cells:
        marks[row][column] = marks[row][column] or "second"
    height, width = len(cells), len(cells[0])
    lines = [[(row, column) for column in range(width)] for row in range(height)] if width > 1 else []
    if one_answer:
        lines += [[(row, column) for row in range(height)] for column in range(width)]
    is_changed = True
    while is_changed:
        is_changed = False
        for line in lines:
            rest = [(cells[r][c], -r, -c) for r, c in line if cells[r][c] and not marks[r][c]]
            if sum(bool(marks[r][c]) for r, c in line) == 1 and rest:
                _, row, column = min(rest)
                marks[-row][-column] = "second"
                is_changed = True
    return marks
