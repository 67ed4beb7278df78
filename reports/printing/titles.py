"""Breaks a title into lines that form a 梯形 or 菱形 and end where the sense allows it.

GB/T 9704 wants a title of several lines to taper, not to fill a rectangle, and never to break inside a word. Without a
dictionary the sense is guessed from marks and from the words titles are made of; a caller who knows better writes a
line end into the title.
"""

import re
from functools import lru_cache
from itertools import accumulate, combinations
from math import ceil

from reports.printing.cell_lines import break_cell
from reports.printing.lines import WIDE

# Good places: after a mark or a word that closes a phrase. Bad: before what must not begin a line, inside 《》 “”.
AFTER_GOOD = ("》", "”", "）", "，", "、", "的", "市", "区", "县", "省", "会", "关于")
BEFORE_GOOD = (
    "情况",
    "报告",
    "调研",
    "工作",
    "问题",
    "意见",
    "建议",
    "专题",
    "关于",
    "民营",
    "企业",
    "进展",
    "推进",
    "“",
    "《",
)
BODY_PT = 442.2
COVER_SIZES = (36.0, 26.0, 24.0, 22.0)  # 小初, 一号, 小一, 二号
NOT_FIRST = tuple("的和与及或，。、；：！？）》”’·—…")
NOT_LAST = tuple("（《“‘和与及或在对为")
WORDS = re.compile(
    r"[0-9A-Za-z.%]+|关于|情况|报告|调研|企业|民营|代表|问题|意见|建议|经济|发展|工作|人大|常委会|委员会|年度?"
)


def em_width(text: str) -> float:
    """The width of a text in its own type size."""
    wide = sum(map(len, WIDE.findall(text))) + text.count("—") + text.count("…")
    return wide + (len(text) - wide) * 0.5


def one_line(text: str) -> str:
    """A title as one line of contents, outline or file information; the full-width space in it stays."""
    return re.sub(r"[ \t\r\n]+", " ", text.replace("\n", "")).strip()


@lru_cache(maxsize=256)
def title_lines(title: str, per_line: float = 20.0) -> tuple[str, ...]:
    """The lines of a title that holds `per_line` characters of its size in a line."""
    if "\n" in title:
        return tuple(line.strip() for line in title.split("\n") if line.strip())
    title = title.strip()
    width = em_width(title)
    if width <= per_line:
        return (title,)
    places = [place for place in range(2, len(title) - 1) if _may_break(title, place)]
    fewest = ceil(width / per_line)
    best = min(
        (
            (_cost(title, cut, per_line), cut)
            for count in (fewest, fewest + 1)
            if count <= 4
            for cut in combinations(places, count - 1)
            if max(map(em_width, _cut(title, cut))) <= per_line
        ),
        default=None,
    )
    if best:
        return _cut(title, best[1])
    step = int(per_line)
    return tuple(title[start : start + step] for start in range(0, len(title), step))


def entry_lines(title: str, room: float) -> list[str]:
    """The lines of a contents entry: full ones, but no word is cut and the last is never a stray character or two."""
    full_lines = lines = break_cell(title, room, em_width)
    for less in range(1, 7):
        starts = list(accumulate(map(len, lines[:-1])))
        is_whole = all(_may_break(title, start) for start in starts)
        if len(lines) == 1 or (is_whole and em_width(lines[-1]) >= 4):
            return lines
        lines = break_cell(title, room - less, em_width)
    return full_lines


def cover_lines(title: str) -> tuple[float, tuple[str, ...]]:
    """The type size and the lines of a cover: the largest size at which the title's own lines fit the 版心."""
    for size in COVER_SIZES:
        lines = title_lines(title, BODY_PT / size)
        if max(map(em_width, lines)) * size <= BODY_PT and len(lines) <= 4:
            return size, lines
    return COVER_SIZES[-1], title_lines(title, BODY_PT / COVER_SIZES[-1])


def issuer_size(issuer: str) -> float:
    """The type of an issuer's name at the head of a letter: 小初, or what 160 mm of the 170 mm rule leave."""
    return min(36.0, int(1600 * 72 / 25.4 / max(1.0, em_width(issuer))) / 10)


def _cut(title: str, places: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(title[start:end] for start, end in zip((0, *places), (*places, len(title)), strict=True))


def _may_break(title: str, place: int) -> bool:
    if title.startswith(NOT_FIRST, place) or title[:place].endswith(NOT_LAST):
        return False
    return not any(match.start() < place < match.end() for match in WORDS.finditer(title))


def _cost(title: str, places: tuple[int, ...], per_line: float) -> float:
    """Low when the lines taper, break by sense and leave no quotation open."""
    lengths = [em_width(line) for line in _cut(title, places)]
    mean = sum(lengths) / len(lengths)
    cost = sum((length - mean) ** 2 for length in lengths) / per_line + 3.5 * len(places)
    if len(set(lengths)) == 1:
        cost += 1.0  # a rectangle
    for place in places:
        before, after = title[:place], title[place:]
        cost -= 3.0 if before.endswith(AFTER_GOOD) else 0.0
        cost -= 2.0 if after.startswith(BEFORE_GOOD) else 0.0
        for opening, closing in ("“”", "《》", "（）"):
            cost += 4.0 * (before.count(opening) > before.count(closing))
    return cost
