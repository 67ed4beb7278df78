"""The numbers that Word and WPS put before paragraphs by themselves (自动编号), as text: 一、（一）1. a) and bullets. Pure.

WPS turns a typed “一、” into such a number; without this a heading would come back without it.
"""

from collections.abc import Mapping
from typing import Any

from reports.text.content import numeral

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLET = "bullet"
_CHINESE = ("chineseCounting", "chineseCountingThousand", "ideographDigital", "japaneseCounting", "taiwaneseCounting")
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


class Level:
    """One level of a list: how it counts, and the words around the number."""

    def __init__(self, element: Any) -> None:
        self.start = int(_value(element, "start") or 1)
        self.format = _value(element, "numFmt") or "decimal"
        self.words = _value(element, "lvlText") or ""


class Numbering:
    """The lists of a document, counted as its paragraphs are read in order."""

    def __init__(self, root: Any | None) -> None:
        self.levels: dict[str, dict[int, Level]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._kinds: dict[str, str] = {}
        if root is None:
            return
        kinds = {
            one.get(f"{W}abstractNumId"): {
                int(level.get(f"{W}ilvl") or 0): Level(level) for level in one.iter(f"{W}lvl")
            }
            for one in root.findall(f"{W}abstractNum")
        }
        for one in root.findall(f"{W}num"):
            number, kind = one.get(f"{W}numId"), _value(one, "abstractNumId")
            levels: dict[int, Level] = dict(kinds.get(kind, {}))
            for override in one.findall(f"{W}lvlOverride"):
                level = override.find(f"{W}lvl")
                if level is not None:
                    levels[int(override.get(f"{W}ilvl") or 0)] = Level(level)
            self.levels[number] = levels
            self._kinds[number] = kind or number

    def next(self, number: str, depth: int) -> str:
        """What stands before the next paragraph of this list; "" for none, BULLET for a dot."""
        levels: Mapping[int, Level] = self.levels.get(number, {})
        level = levels.get(depth)
        if level is None or level.format == "none":
            return ""
        if level.format == "bullet":
            return BULLET
        counts = self._counts.setdefault(self._kinds.get(number, number), {})
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [one for one in counts if one > depth]:
            del counts[deeper]
        words = level.words
        for place in range(depth + 1):
            at = levels.get(place, level)
            words = words.replace(f"%{place + 1}", _as_text(counts.get(place, at.start), at.format))
        return words


def _as_text(number: int, format_name: str) -> str:
    if format_name in _CHINESE:
        return numeral(number) if 0 < number < 100 else str(number)
    if format_name.startswith("decimalEnclosedCircle") and 0 < number <= len(_CIRCLES):
        return _CIRCLES[number - 1]
    if format_name in ("upperLetter", "lowerLetter") and 0 < number <= 26:
        return chr((65 if format_name == "upperLetter" else 97) + number - 1)
    if format_name in ("upperRoman", "lowerRoman") and 0 < number < 40:
        roman = "X" * (number // 10) + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[number % 10]
        return roman if format_name == "upperRoman" else roman.lower()
    return str(number)


def _value(element: Any, name: str) -> str:
    child = element.find(f"{W}{name}")
    return "" if child is None else child.get(f"{W}val") or ""
