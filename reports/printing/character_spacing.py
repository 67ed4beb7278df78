"""Writes a stretched line as character spacing, so that readers copy and find its words without blanks. Touches nothing.

WeasyPrint places each glyph of a justified line by a number of its own. Readers (PDFium, Poppler) take such a gap for a blank:
全 市 应 走 访. The same gap as character spacing (Tc, ISO 32000-1 9.3.2) is part of the glyphs' widths, and none to them.
"""

import re
from collections import Counter

PIECE = re.compile(r"<([0-9a-f]*)>|(-?\d+(?:\.\d+)?(?:e-?\d+)?)")
LEAST = 60  # thousandths of an em: what is less, no reader takes for a blank
TOLERANCE = 4  # thousandths by which numbers of one spacing differ, since each was rounded
LEAST_NUMBER = 0.01  # thousandths: nobody sees less
GLYPH = 4  # hexadecimal digits


def spaced(array: str, size: float) -> list[bytes]:
    """The operators that show a TJ array: with character spacing where most of its glyphs stand apart by the same gap."""
    glyphs, gaps = _read(array)
    step = _step(gaps[1:-1])
    if not step:
        return [f"[{array}] TJ".encode()]
    operators: list[str] = []
    place, owed = 0, gaps[0]  # owed: thousandths that the next piece begins with; a number moves to the left
    while place < len(glyphs):
        end = place + 1
        is_spaced = _is_near(gaps[end], step)
        while end < len(glyphs) and _is_near(gaps[end], step) == is_spaced:
            end += 1
        inner = gaps[place + 1 : end]
        if is_spaced:  # the last glyph is followed by the spacing as well
            own_step = sum(inner) / len(inner)
            operators += [f"{_number(-own_step * size / 1000)} Tc", _show(owed, glyphs[place:end], []), "0 Tc"]
            owed = gaps[end] - own_step
        else:
            if end < len(glyphs):  # it stands before a spaced one: it begins that piece
                end, inner = end - 1, inner[:-1]
            operators.append(_show(owed, glyphs[place:end], inner))
            owed = gaps[end]
        place = end
    if abs(owed) >= LEAST_NUMBER:
        operators.append(f"[{_number(owed)}] TJ")
    return [operator.encode() for operator in operators]


def _read(array: str) -> tuple[list[str], list[float]]:
    """The glyphs, and the gaps before the first, between them and behind the last."""
    glyphs: list[str] = []
    gaps = [0.0]
    for shown, number in PIECE.findall(array):
        if number:
            gaps[-1] += float(number)
        for start in range(0, len(shown), GLYPH):
            glyphs.append(shown[start : start + GLYPH])
            gaps.append(0.0)
    return glyphs, gaps


def _step(gaps: list[float]) -> float:
    """The commonest gap, as the mean of those near it; 0 where there is none that a reader could take for a blank."""
    wide = Counter(round(gap) for gap in gaps if gap < -LEAST)
    if sum(wide.values()) < 3:
        return 0.0
    commonest = wide.most_common(1)[0][0]
    near = [gap for gap in gaps if _is_near(gap, commonest)]
    return sum(near) / len(near) if len(near) >= 3 else 0.0


def _is_near(gap: float, step: float) -> bool:
    return abs(gap - step) <= TOLERANCE


def _show(begun: float, glyphs: list[str], gaps: list[float]) -> str:
    pieces = [_number(begun), "<"] if abs(begun) >= LEAST_NUMBER else ["<"]
    for place, glyph in enumerate(glyphs):
        pieces.append(glyph)
        if place < len(gaps) and gaps[place]:
            pieces.append(f">{_number(gaps[place])}<")
    return f"[{''.join(pieces)}>] TJ"


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"
