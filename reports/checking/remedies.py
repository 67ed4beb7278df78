"""What may be put in place of a typed figure (改用数据): a token of the same kind and the same scope, or nothing. Pure.

Takes   what was checked of a figure.
Gives   `Remedy`: the words to take out and what to put there; None where the data have no figure of that very sort.
Rule    a difference, a multiple, a growth and a figure that is only quoted have none; a total gets the whole, never a part.
"""

import re
from dataclasses import dataclass

from reports.checking.scopes import Scope
from reports.checking.sentence_checks import Checked
from reports.checking.stated_figures import StatedFigure
from reports.checking.table import Entry
from reports.figures.rounding import trimmed
from reports.text.tokens import MOST_FILTERS

_MONEY = ("元", "万元", "亿元")
_UNIT = re.compile(r"(?:万|亿)?(?:多|余)?\s*(?P<unit>[^\d\s万亿多余]+?)(?:以上|以下|以内|以外|左右|上下)?$")


@dataclass(frozen=True, slots=True)
class Remedy:
    """The words of a figure and what takes their place."""

    words: str
    text: str


def remedy(checked: Checked) -> Remedy | None:
    """What may stand in place of a figure, with its unit."""
    entry, figure = checked.entry, checked.figure
    if entry is None or checked.what not in ("value", "unit", "total") or figure.kind not in ("count", "share"):
        return None
    if figure.kind == "share":
        token = _share_token(entry, checked.scope, "word" if figure.rough or figure.before else "plain")
        return Remedy(figure.text, token) if token else None
    token = _count_token(entry, checked.scope)
    if token is None:
        return None
    return Remedy(figure.text, token if "|money}}" in token else token + _unit(figure, entry, checked.what))


def _unit(figure: StatedFigure, entry: Entry, what: str) -> str:
    """The unit behind the figure: as it was written, or the data's where that was the fault."""
    match = _UNIT.search(figure.text)
    typed = match["unit"] if match else figure.unit
    return _counted(entry.unit) if what == "unit" or entry.measure else typed


def _counted(unit: str) -> str:
    """A unit behind a number: 月 is 个月."""
    return "个月" if unit == "月" else unit


def _place(scope: Scope) -> str | None:
    """The token's unit with its slash; None where a token cannot say the scope."""
    if len(scope.units) > 1 or len(scope.among) > MOST_FILTERS:
        return None
    return f"{scope.units[0]}/" if scope.units else ""


def _filter(scope: Scope) -> str:
    """The token's filter: T2:size_class.small → [size_class.small]."""
    return f"[{','.join(key.partition(':')[2] for key in scope.among)}]" if scope.among else ""


def _count_token(entry: Entry, scope: Scope) -> str | None:
    place, key = _place(scope), entry.key.partition("#")[0]
    if place is None or ":" not in key:
        return None
    if key.endswith("|base"):
        return f"{{{{{place}{key.removesuffix('|base')}{_filter(scope)}|base|plain}}}}"
    key += _filter(scope)
    if not entry.measure:
        return f"{{{{{place}{key}|count|plain}}}}"
    if entry.unit == "%" or (entry.measure == "mean" and "#" in entry.key):
        return None  # the mean of what is asked as a sum has no token
    wording = "money" if entry.measure == "sum" and entry.unit in _MONEY else "plain"
    return f"{{{{{place}{key}|{entry.measure}|{wording}}}}}"


def _share_token(entry: Entry, scope: Scope, wording: str) -> str | None:
    place, key = _place(scope), entry.key
    if place is None or ":" not in key or "#" in key:
        return None
    if key.endswith("|ratio"):
        if scope.among:
            return None
        return f"{{{{{place}{key}|{wording}}}}}"
    key += _filter(scope)
    if entry.is_rate:
        return f"{{{{{place}{key}|mean|plain}}}}"
    if entry.measure == "sum":
        return f"{{{{{place}{key}|ratio|{wording}}}}}"
    return f"{{{{{place}{key}|share|{wording}}}}}" if (entry.base or "").endswith("|base") else None


def basis_words(checked: Checked, scope_words: str = "") -> str:
    """What a figure rests on, for a reader: 荔湾区受访企业 92家."""
    entry = checked.entry
    if entry is None or entry.value is None:
        return ""
    share = f"（{trimmed(entry.share, 1)}%）" if entry.share is not None else ""
    measure = {"mean": "（平均）", "median": "（中位数）", "max": "（最大）", "sum": "（合计）"}.get(entry.measure, "")
    return f"{scope_words}{entry.label}{measure} {trimmed(entry.value)}{_counted(entry.unit)}{share}"
