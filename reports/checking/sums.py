"""Totals and their parts, shares that make a whole (合计与各项): what the figures of a sentence say of one another. Pure.

Takes   a `Reading` and what was judged of its figures.
Gives   judgements in place of those of the totals; a total that is wrong is remedied by the whole, never by a part.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from reports.checking.allowances import allows, counted, within
from reports.checking.judging import Judgement
from reports.checking.readings import Reading
from reports.checking.stated_figures import StatedFigure, unit_scale
from reports.checking.table import Entry
from reports.figures.rounding import trimmed

_TOTAL = re.compile(r"(?:合计|共计|总计|总共|一共|合共|共|三者之和|相加|加起来)(?:约)?(?:为|是|有|达|占)?$")
_REST = re.compile(r"其他|其余|剩余")
HUNDRED = Fraction(100)


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure that adds others up: whether it does, what they make, and the entry that is the whole of them."""

    right: bool
    expected: str
    whole: Entry | None


def totals(reading: Reading, judgements: dict[StatedFigure, Judgement | None]) -> dict[StatedFigure, Sum]:
    """Each figure behind 合计 or 共 that follows its parts, and each list of shares whose last is 其他."""
    sums: dict[StatedFigure, Sum] = {}
    start = 0
    for figure in reading.figures:
        if figure.kind in ("count", "share") and _TOTAL.search(reading.sentence[: figure.start]):
            parts = [f for f in reading.figures if start <= f.start < figure.start and _same_kind(f, figure)]
            if len(parts) >= 2:
                sums[figure] = _sum(figure, parts, judgements, reading)
                start = figure.end
    return sums | _wholes(reading, judgements)


def _same_kind(one: StatedFigure, other: StatedFigure) -> bool:
    return one.kind == other.kind and unit_scale(one.unit)[0] == unit_scale(other.unit)[0]


def _amount(figure: StatedFigure) -> Fraction:
    return figure.number * figure.scale * unit_scale(figure.unit)[1] if figure.kind == "count" else figure.number


def _sum(
    total: StatedFigure,
    parts: Sequence[StatedFigure],
    judgements: dict[StatedFigure, Judgement | None],
    reading: Reading,
) -> Sum:
    of_parts = [judgements.get(part) for part in parts]
    whole = _whole_of([one for one in of_parts if one is not None], len(parts), reading)
    if total.kind == "share":
        amount = sum((part.number for part in parts), Fraction(0))
        tenth = Fraction(len(parts), 20)
        right = allows(total, amount) or (not total.rough and abs(total.number - amount) <= tenth)
        return Sum(right, f"{trimmed(amount, 1)}%", None)
    if whole is not None and whole.value is not None:
        right, expected = counted(total, whole.value, whole.unit)
        return Sum(right, expected, whole)
    amount = sum(map(_amount, parts), Fraction(0)) / (unit_scale(total.unit)[1] * total.scale)
    scale = {10_000: "万", 100_000_000: "亿"}.get(int(total.scale), "")
    return Sum(within(total, amount, total.digits), f"{trimmed(amount)}{scale}{total.unit}", None)


def _whole_of(parts: Sequence[Judgement], count: int, reading: Reading) -> Entry | None:
    """The base of a question, all of whose answers that anybody gave are among the parts."""
    wholes = {part.entry.whole for part in parts}
    if len(parts) != count or len(wholes) != 1 or not (key := wholes.pop()):
        return None
    scope = parts[0].scope
    entries = [reading.tables.entry(entry.key, scope) for entry in reading.tables.entries if entry.whole == key]
    whole = reading.tables.entry(key, scope)
    amount = sum((entry.value or Fraction(0) for entry in entries if entry is not None), Fraction(0))
    named = sum((part.entry.value or Fraction(0) for part in parts), Fraction(0))
    return whole if whole is not None and amount == named == whole.value else None


def _wholes(reading: Reading, judgements: dict[StatedFigure, Judgement | None]) -> dict[StatedFigure, Sum]:
    """自有资金占51%、贷款占30%、其他占15%: what nobody can look up must make 100 % all the same."""
    shares = [figure for figure in reading.figures if figure.kind == "share" and not figure.rough]
    if len(shares) < 3 or any(judgements.get(figure) is not None for figure in shares):
        return {}
    last = shares[-1]
    if not _REST.search(reading.sentence[shares[-2].end : last.start]):
        return {}
    amount = sum((figure.number for figure in shares), Fraction(0))
    if abs(amount - HUNDRED) <= Fraction(len(shares), 10):
        return {}
    rest = HUNDRED - amount + last.number
    return {last: Sum(False, f"{trimmed(rest, 1)}%" if rest > 0 else "100%", None)}
