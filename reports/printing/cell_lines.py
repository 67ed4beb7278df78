"""The lines of a table cell: 汉字 break anywhere, numbers and Latin words stay whole, 禁则 by pushing out.

A line never begins with ，。、；：）》” and never ends with （《“; the character before goes to the next line with it.
"""

import re
from collections.abc import Callable

# What stays together: a number with its sign, unit mark and separators, a Latin word, an address; else one character.
PIECE = re.compile(r"[0-9A-Za-z+\-−.][0-9A-Za-z.,:/%‰℃+\-−_@#&'()=~]*|\s+|——|……|.", re.S)
NOT_FIRST = frozenset("，。、；：！？）》」』】〕”’·…—～%‰℃,.;:!?)]}")
NOT_LAST = frozenset("（《「『【〔“‘([{")


def break_cell(text: str, room: float, width: Callable[[str], float]) -> list[str]:
    """The lines of `text` in a cell `room` points wide; `width` gives the width of a piece of text."""
    text = text.strip()
    if not text or width(text) <= room:
        return [text]
    lines: list[str] = []
    line: list[str] = []
    line_width = 0.0
    for piece in _pieces(text, room, width):
        piece_width = width(piece)
        if line and line_width + piece_width > room + 0.001:
            if piece.isspace():
                continue
            carried_pieces = _carry(line, piece)
            lines.append("".join(line).rstrip())
            line = carried_pieces
            line_width = sum(map(width, line))
        line.append(piece)
        line_width += piece_width
    lines.append("".join(line).rstrip())
    return [line for line in lines if line]


def _pieces(text: str, room: float, width: Callable[[str], float]) -> list[str]:
    """What is not cut; a word longer than the cell is cut all the same."""
    pieces: list[str] = []
    for match in PIECE.finditer(text):
        piece = match.group()
        if len(piece) > 1 and width(piece) > room:
            pieces.extend(piece)
        else:
            pieces.append(piece)
    return pieces


def _carry(line: list[str], following: str) -> list[str]:
    """What moves to the next line so that neither line breaks 禁则; at least one piece stays."""
    pieces: list[str] = []
    first = following
    while len(line) > 1 and (first[0] in NOT_FIRST or line[-1][-1] in NOT_LAST):
        first = line.pop()
        pieces.insert(0, first)
    return pieces
