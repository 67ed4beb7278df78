"""Which indicators a figure may speak of (数字与指标的对应), the likeliest first. Pure.

Rule    a figure belongs to the indicator named nearest to it in its clause, else in the clause before; a name with another figure
        in between belongs to that one; the measure that is said (平均, 合计, 中位数) and the base said in 占…的 decide.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from reports.checking.mentions import Mention
from reports.checking.readings import Reading
from reports.checking.stated_figures import StatedFigure, are_kin, same_family
from reports.checking.table import Entry

_UNSAID = ("mean", "sum")  # what a number is taken for where no word says its measure


class Candidate(NamedTuple):
    """An indicator a figure may speak of; `kin` where the unit written is another one of the same sort: 天 for 月."""

    mention: Mention
    kin: bool = False


def fits(figure: StatedFigure, mention: Mention, measure: str) -> bool:
    """Whether the kind of figure is one the indicator has; 个 counts firms only where their name follows at once."""
    entry = mention.entry
    if figure.kind in ("share", "points"):
        return (entry.share is not None or entry.is_rate) and (not entry.is_rate or _measured(entry, measure))
    if figure.kind in ("change", "times"):
        return entry.old_value is not None or entry.old_share is not None or figure.kind == "times"
    if figure.unit == "个" != entry.unit and not 0 <= mention.start - figure.end <= 1:
        return False
    is_kind = entry.value is not None and not entry.is_rate and same_family(figure.unit, entry.unit)
    return is_kind and _measured(entry, measure)


def _measured(entry: Entry, measure: str) -> bool:
    """Whether the measure said is the indicator's; a rate and points need no word."""
    if not entry.measure:
        return measure not in ("mean", "median") or "均" in entry.label
    if not measure:
        return entry.measure in _UNSAID and "#" not in entry.key
    if (entry.is_rate or entry.unit == "分") and measure == "sum":
        return entry.measure == "mean"
    return entry.measure == measure


def candidates(figure: StatedFigure, reading: Reading, base: Mention | None) -> list[Candidate]:
    """The indicators a figure may speak of, the likeliest first; of another unit only where none of its own is named."""
    measure = reading.measure(figure)
    named = [mention for mention in reading.mentions if not reading.is_group(mention, figure)]
    if base is not None and reading.tables.has_parts:
        named = [mention for mention in named if (mention.start, mention.end) != (base.start, base.end)]
    fitting = [mention for mention in named if fits(figure, mention, measure)]
    fitting = _without_places(figure, fitting, reading)
    if base is not None and figure.kind == "share" and not reading.tables.has_parts:
        fitting = _with_base(base.entry, named, fitting, figure, reading)
    own = reading.respective(figure, fitting) or _nearest(figure, fitting, reading)
    if own or figure.kind != "count":
        return [Candidate(mention) for mention in own]
    kin = [m for m in named if m.exact and are_kin(figure.unit, m.entry.unit) and _measured(m.entry, measure)]
    return [Candidate(mention, True) for mention in _nearest(figure, kin, reading)]


def _without_places(figure: StatedFigure, fitting: list[Mention], reading: Reading) -> list[Mention]:
    """A district's own part of all is meant only where nothing else was spoken of before: 拖欠账款的占42.4%，荔湾区占26.1%."""
    others = [mention for mention in fitting if not reading.is_place(mention)]
    return others if any(mention.start < figure.start for mention in others) else fitting


def _nearest(figure: StatedFigure, fitting: Sequence[Mention], reading: Reading) -> list[Mention]:
    start, end = reading.clause(figure)
    inside = [mention for mention in fitting if start <= mention.start < end]
    # Without an indicator in its own clause a figure speaks of the one before it.
    pool = inside or [mention for mention in fitting if mention.start < start]
    if not inside and pool:
        last = max(pool, key=lambda mention: mention.start).start
        pool = [mention for mention in pool if mention.start == last or figure.kind != "count"]
    return sorted(pool, key=lambda mention: (_distance(figure, mention, reading.figures), mention.start))


def _with_base(
    base: Entry, named: Sequence[Mention], fitting: list[Mention], figure: StatedFigure, reading: Reading
) -> list[Mention]:
    """In a table that lists what is of other bases: the mentions with this base, or else the indicators like them that have it."""
    right = [mention for mention in fitting if mention.entry.base == base.key and mention.entry.key != base.key]
    if right:
        return right
    substitutes: list[Mention] = []
    for entry in (entry for entry in reading.tables.entries if entry.base == base.key):
        likes = [m for m in named if m.entry.key != base.key and _likeness(entry, m.entry, reading.visited) >= 0.6]
        substitutes += [Mention(entry, mention.start, mention.end, False) for mention in likes]
        own = set(_core(entry.label, reading.visited)) - set(base.label)
        if not likes and own and len(own & set(reading.sentence)) / len(own) >= 0.6:
            substitutes.append(Mention(entry, figure.end, figure.end, False))
    return substitutes


def _core(label: str, visited: str) -> str:
    """A label without the words that every label may have: 反映用工难的企业 → 反映用工难."""
    return re.sub(rf"的{re.escape(visited)}|{re.escape(visited)}|的", "", label)


def _likeness(one: Entry, other: Entry, visited: str) -> float:
    """How many of the other's characters the first has, from 0 to 1."""
    core = set(_core(other.label, visited))
    return len(core & set(one.label)) / len(core) if core else 0.0


def _distance(figure: StatedFigure, mention: Mention, figures: Sequence[StatedFigure]) -> int:
    """How far a name stands from a figure; a name with another figure in between belongs to that one."""
    if mention.end <= figure.start:
        gap, between = figure.start - mention.end, (mention.end, figure.start)
    else:
        gap, between = max(0, mention.start - figure.end) + 1, (figure.end, mention.start)
    is_taken = any(
        between[0] <= other.start < between[1] and other.kind == figure.kind for other in figures if other != figure
    )
    return gap + (20 if is_taken else 0) + (0 if mention.exact else 6)
