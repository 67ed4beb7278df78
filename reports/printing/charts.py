"""Draws charts as SVG: bars, grouped bars, stacked bars and lines that read in black and white.

Takes   the `chart` block of a report: labels, series of values (None = no data), texts that stand on the marks.
Gives   an `<svg>` element as wide as the 版心; text stays text, in the page's own fonts.
Empty   no label or no series: a frame that says 无数据; a missing value prints “—”.
Raises  ValueError for an unknown kind, for more than three groups or for series of other length than the labels.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import ceil
from typing import Any

from reports.printing.fonts import FontSet
from reports.printing.lines import LINE_PT
from reports.printing.titles import em_width

WIDTH = 442.2
SIZE = 10.5
KINDS = ("bar", "grouped", "stacked", "line")
# Tone and hatch of a series. Neighbours differ in both, so that a poor copy still tells them apart.
TONES = (("#4d4d4d", ""), ("#ffffff", "rise"), ("#bfbfbf", ""), ("#ffffff", "cross"), ("#808080", ""), ("#ffffff", ""))
DASHES = ("", "5 3", "1.5 2.5", "8 3 1.5 3")

Text = Callable[..., str]


def draw(chart: Mapping[str, Any], fonts: FontSet) -> str:
    """The chart as an SVG element."""
    labels = [str(label) for label in chart.get("labels", ())]
    series = list(chart.get("series", ()))
    kind = chart.get("kind", "bar")
    if kind not in KINDS:
        raise ValueError(f"no chart of kind {kind!r}; use one of {', '.join(KINDS)}")
    if any(len(one["values"]) != len(labels) for one in series):
        raise ValueError("a series has more or fewer values than there are labels")
    if kind == "grouped" and len(series) > 3:
        raise ValueError("grouped bars take at most three groups")
    text = _text_setter(fonts)
    if not labels or not series:
        return _frame(
            LINE_PT * 2, [_rect(0.5, 0.5, WIDTH - 1, LINE_PT * 2 - 1), text(WIDTH / 2, 33, "无数据", anchor="middle")]
        )
    texts = _texts(chart, series)
    if kind == "line":
        return _lines(labels, series, texts, text)
    if kind == "stacked":
        return _stacked(labels, series, texts, text)
    return _bars(labels, series, texts, text)


def _bars(labels: list[str], series: list[Any], texts: list[list[str]], text: Text) -> str:
    """Horizontal bars, one label below the other; the series of a label lie together."""
    left = _label_width(labels) + 8
    room = WIDTH - left - max(_width(one) for row in texts for one in row) - 8
    low = min(0.0, *(value for one in series for value in one["values"] if value is not None), 0.0)
    high = max(0.0, *(value for one in series for value in one["values"] if value is not None), 0.0)
    scale = room / ((high - low) or 1)
    zero = left - low * scale
    thick = 13.0 if len(series) == 1 else 10.5
    marks, top = _legend([one["name"] for one in series], text) if len(series) > 1 else ([], 6.0)
    for place, label in enumerate(labels):
        lines = _label_lines(label)
        high_row = max(thick * len(series), 12.5 * len(lines)) + 8
        middle = top + high_row / 2
        for number, line in enumerate(lines):
            marks.append(
                text(left - 6, middle + (number - (len(lines) - 1) / 2) * 12.5 + 0.36 * SIZE, line, anchor="end")
            )
        for number, one in enumerate(series):
            y = middle + (number - len(series) / 2) * thick
            value = one["values"][place] or 0.0
            start, length = min(zero, zero + value * scale), abs(value) * scale
            if length > 0.2:
                marks += _bar(start, y + 0.75, length, thick - 1.5, number if len(series) > 1 else 0)
            marks.append(text(max(zero, zero + value * scale) + 4, y + thick / 2 + 0.36 * SIZE, texts[number][place]))
        top += high_row
    marks.insert(0, _stroke(zero, 2 if len(series) == 1 else 22, zero, top + 2, 0.75))
    return _frame(top + 6, marks)


def _stacked(labels: list[str], series: list[Any], texts: list[list[str]], text: Text) -> str:
    """One bar per label, cut into the series; the longest bar fills the width."""
    left = _label_width(labels) + 8
    totals = [sum(one["values"][place] or 0 for one in series) for place in range(len(labels))]
    scale = (WIDTH - left - 2) / (max(totals) or 1)
    marks, top = _legend([one["name"] for one in series], text)
    for place, label in enumerate(labels):
        lines = _label_lines(label)
        high_row = max(17.0, 12.5 * len(lines)) + 8
        middle, x = top + high_row / 2, left
        for number, line in enumerate(lines):
            marks.append(
                text(left - 6, middle + (number - (len(lines) - 1) / 2) * 12.5 + 0.36 * SIZE, line, anchor="end")
            )
        for number, one in enumerate(series):
            length = (one["values"][place] or 0) * scale
            if length <= 0.2:
                continue
            marks += _bar(x, middle - 8.5, length, 17, number)
            label_width = _width(texts[number][place])
            if label_width + 4 < length:
                marks += _on_bar(x + length / 2, middle, label_width, texts[number][place], number, text)
            x += length
        top += high_row
    marks.insert(0, _stroke(left, 22, left, top + 2, 0.75))
    return _frame(top + 6, marks)


def _lines(labels: list[str], series: list[Any], texts: list[list[str]], text: Text) -> str:
    """Points joined along the labels; every series has its own mark and dash."""
    values = [value for one in series for value in one["values"] if value is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    marks, top = _legend([one["name"] for one in series], text, lines=True) if len(series) > 1 else ([], 6.0)
    top, plot = top + 14, LINE_PT * 5
    bottom, left = top + plot, 24.0
    step = (WIDTH - 2 * left) / max(1, len(labels) - 1)
    height = plot / ((high - low) or 1)
    marks += [
        _stroke(left - 12, bottom + low * height, WIDTH - left + 12, bottom + low * height, 0.75),
        _stroke(left - 12, top - 8, left - 12, bottom, 0.75),
    ]
    for number, one in enumerate(series):
        points = [
            (left + step * place, bottom - (value - low) * height)
            for place, value in enumerate(one["values"])
            if value is not None
        ]
        dash = f' stroke-dasharray="{DASHES[number % 4]}"' if DASHES[number % 4] else ""
        path = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
        marks.append(f'<polyline points="{path}" fill="none" stroke="#000000" stroke-width="1.2"{dash}/>')
        for (x, y), label in zip(
            points, (t for t, v in zip(texts[number], one["values"], strict=True) if v is not None), strict=True
        ):
            marks += [
                _point(x, y, number),
                text(x, y + 14 if number % 2 and y + 16 < bottom else y - 6, label, anchor="middle"),
            ]
    per_label = max(2, int(step // SIZE)) if len(labels) > 1 else 20
    deepest = 1
    for place, label in enumerate(labels):
        lines = [label[start : start + per_label] for start in range(0, len(label), per_label)]
        deepest = max(deepest, len(lines))
        for number, line in enumerate(lines):
            marks.append(text(left + step * place, bottom + 14 + number * 12.5, line, anchor="middle"))
    return _frame(bottom + 10 + deepest * 12.5, marks)


def _legend(names: Sequence[str], text: Text, *, lines: bool = False) -> tuple[list[str], float]:
    """The key of the series, in as many rows as it needs; gives the marks and where the plot begins."""
    marks, x, y = [], 0.0, 5.0
    for number, name in enumerate(names):
        wide = 26 + _width(name) + 14
        if x and x + wide > WIDTH:
            x, y = 0.0, y + 16
        if lines:
            dash = f' stroke-dasharray="{DASHES[number % 4]}"' if DASHES[number % 4] else ""
            marks += [
                _stroke(x, y + 5, x + 20, y + 5, 1.2, dash),
                _point(x + 10, y + 5, number),
            ]
        else:
            marks += _bar(x + 0.5, y, 19, 10, number)
        marks.append(text(x + 25, y + 5 + 0.36 * SIZE, name))
        x += wide
    return marks, y + 19


def _bar(x: float, y: float, width: float, height: float, series: int) -> list[str]:
    """A bar in the tone and hatch of its series; the hatch is drawn stroke by stroke, cut at the bar's edges."""
    fill, hatch = TONES[series % len(TONES)]
    marks = [_rect(x, y, width, height, fill)]
    if hatch in ("rise", "cross"):
        marks += _hatch(x, y, width, height, rising=True)
    if hatch == "cross":
        marks += _hatch(x, y, width, height, rising=False)
    return marks


def _hatch(x: float, y: float, width: float, height: float, *, rising: bool) -> list[str]:
    strokes, offset = [], 4.0
    while offset < width + height:
        start, end = max(0.0, offset - height), min(width, offset)
        low, high = height - (offset - start), height - (offset - end)
        a, b = (height - low, height - high) if rising else (low, high)
        strokes.append(_stroke(x + start, y + a, x + end, y + b, 0.5))
        offset += 4.0
    return strokes


def _on_bar(middle: float, y: float, width: float, label: str, series: int, text: Text) -> list[str]:
    """A label inside a bar: white on a dark tone, on a white patch where the bar is hatched."""
    fill, hatch = TONES[series % len(TONES)]
    marks = []
    if hatch:
        marks.append(_rect(middle - width / 2 - 1.5, y - 6.5, width + 3, 13, "#ffffff", edge=False))
    dark = fill in ("#4d4d4d", "#808080")
    marks.append(text(middle, y + 0.36 * SIZE, label, anchor="middle", fill="#ffffff" if dark else "#000000"))
    return marks


def _point(x: float, y: float, series: int) -> str:
    match series % 3:
        case 0:
            return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="2.6" fill="#000000"/>'
        case 1:
            return _rect(x - 2.6, y - 2.6, 5.2, 5.2, "#ffffff")
        case _:
            path = f"M{x:.2f} {y - 3.2:.2f} L{x + 3:.2f} {y + 2.4:.2f} L{x - 3:.2f} {y + 2.4:.2f} Z"
            return f'<path d="{path}" fill="#808080" stroke="#000000" stroke-width="0.6"/>'


def _rect(x: float, y: float, width: float, height: float, fill: str = "none", *, edge: bool = True) -> str:
    stroke = ' stroke="#000000" stroke-width="0.6"' if edge else ""
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{fill}"{stroke}/>'


def _stroke(x1: float, y1: float, x2: float, y2: float, width: float, dash: str = "") -> str:
    return (
        f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" stroke="#000000" stroke-width="{width}"{dash}/>'
    )


def _frame(height: float, marks: list[str]) -> str:
    """The marks on a canvas as wide as the 版心; the block around it ends on the page's grid."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}pt" height="{height:.2f}pt"'
        f' viewBox="0 0 {WIDTH} {height:.2f}">{"".join(marks)}</svg>'
    )


def _text_setter(fonts: FontSet) -> Text:
    def text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = "#000000") -> str:
        runs = list(fonts.runs(words, "song"))
        names = dict.fromkeys(font.name for _, font in reversed(runs)) or {fonts.roles["song"].name: None}
        # A label with a rare character is set whole in the font that has it: SVG text cannot mix fonts and stay anchored.
        family = next((name for name in names if name != fonts.roles["song"].name), fonts.roles["song"].name)
        return (
            f'<text x="{x:.2f}" y="{y:.2f}" font-family="{family}" font-size="{SIZE}" text-anchor="{anchor}"'
            f' fill="{fill}">{escape(words)}</text>'
        )

    return text


def _texts(chart: Mapping[str, Any], series: list[Any]) -> list[list[str]]:
    """What stands on each mark, series by series: the given text of the label, else the value, a percentage with one decimal.

    A chart gives its texts as its table has them: for each label, one text per series.
    """
    rows_by_label = chart.get("texts") or []
    percent = str(chart.get("unit", "")) == "%"
    rows = []
    for number, one in enumerate(series):
        row = [texts[number] if number < len(texts) else "" for texts in rows_by_label]
        rows.append(
            [
                str(row[place])
                if place < len(row) and row[place]
                else "—"
                if value is None
                else f"{value:.1f}%"
                if percent
                else f"{value:g}"
                for place, value in enumerate(one["values"])
            ]
        )
    return rows


def _width(words: str) -> float:
    return em_width(words) * SIZE


def _label_lines(label: str) -> list[str]:
    """A label in lines of at most 14 characters."""
    lines = [label[start : start + 14] for start in range(0, len(label), 14)] or [""]
    if len(lines) > 1:  # even lines look better than a short rest
        per = ceil(len(label) / len(lines))
        lines = [label[start : start + per] for start in range(0, len(label), per)]
    return lines


def _label_width(labels: Sequence[str]) -> float:
    return max(_width(line) for label in labels for line in _label_lines(label))
