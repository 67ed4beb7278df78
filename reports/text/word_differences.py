"""What differs between two texts, word by word (逐字对照). Pure.

Takes   two texts as they print.
Gives   runs in reading order: `same`, `gone` (in the first alone), `new` (in the second alone).
Words   a number with its decimals and unit sign is one word, so is a run of Latin letters; of Chinese each character.
        An island of one character or two between two changes is part of the change: it reads as one.
"""

import difflib
import re
from typing import NamedTuple

_WORD = re.compile(r"\d+(?:[.,]\d+)*[%％‰]?|[A-Za-z]+|\s+|.", re.DOTALL)
ISLAND = 2  # characters


class Difference(NamedTuple):
    kind: str
    text: str


def differences(first: str, second: str) -> list[Difference]:
    """The runs of both texts; their `same` and `gone` make up the first, their `same` and `new` the second."""
    one, other = _WORD.findall(first), _WORD.findall(second)
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    pieces = [["".join(one[i:j]), "".join(other[k:m]), kind == "equal"] for kind, i, j, k, m in matcher.get_opcodes()]
    merged: list[list[str]] = []  # gone and new of one change, or the same text in both and a mark
    for place, (was, now, is_equal) in enumerate(pieces):
        is_island = is_equal and 0 < place < len(pieces) - 1 and len(was) <= ISLAND
        if is_equal and not is_island:
            merged.append([was, was, "same"])
        elif merged and not merged[-1][2]:
            merged[-1][0] += was
            merged[-1][1] += now
        else:
            merged.append([was, now, ""])
    runs: list[Difference] = []
    for was, now, mark in merged:
        if mark:
            runs.append(Difference("same", was))
            continue
        runs += [Difference(kind, text) for kind, text in (("gone", was), ("new", now)) if text]
    return runs
