"""Finding a choice among very many: by a part of its label, by pinyin, by initials, or by its code. Pure.

The twin of `static/js/phone/lists/matching.mjs`: both find the same rows in the same order (tests/cases/search). A query is used
up by characters that stand side by side in the label. Each takes itself, a whole reading of it (`tian`), or the initial of one
(`t`, `zh`); the last may take the beginning of a reading (`tia`). Capital letters, full-width forms, blanks and marks make no
difference. First stands what is the query as a whole, then what begins with it, then what holds it; else the list's own order.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from surveys.questionnaire.shapes.package_shape import Definition, Package, list_of

MOST_SHOWN = 20  # choices shown of all that were found
MOST_LETTERS = 30  # of a query; the phone keeps their places in the bits of one number
IN_SIGHT = 100  # choices that still stand in sight all at once
IN_SIGHT_OF_SEARCH = 20  # the same where the workbook asks for a search (appearance `autocomplete`)
SEARCHED_TYPES = ("select_one", "select_multiple")
_DROPPED = " \t\n\r\u00a0\u3000'\"`()[]{}<>-_.,:;/\\&·•‘’“”‐–—、。《》〈〉【】「」『』〔〕"
_WIDE = {chr(sign + 0xFEE0): chr(sign) for sign in range(0x21, 0x7F)}
_SMALL = {chr(sign): chr(sign + 32) for sign in range(ord("A"), ord("Z") + 1)}
_PLAIN = {ord(sign): _SMALL.get(_WIDE.get(sign, sign), _WIDE.get(sign, sign)) for sign in (*_WIDE, *_SMALL)}
_FOLDED = {sign: "" if plain in _DROPPED else plain for sign, plain in _PLAIN.items()} | dict.fromkeys(
    map(ord, _DROPPED), ""
)
_DOUBLE = ("zh", "ch", "sh")
_WHOLE, _BEGINS, _HOLDS, _NOT = range(4)

Readings = Callable[[str], Sequence[str]]


def most_in_sight(definition: Definition) -> int:
    """How many choices a question shows all at once: above it there is a search. 0 for one that is never searched."""
    appearance = definition.get("appearance", "").split()
    if definition.get("type") not in SEARCHED_TYPES or not list_of(definition):
        return 0
    if "label" in appearance or "likert" in appearance:
        return 0
    return IN_SIGHT_OF_SEARCH if "autocomplete" in appearance else IN_SIGHT


def is_searched(package: Package, definition: Definition) -> bool:
    """Whether the list of a question is so long that it is searched."""
    most = most_in_sight(definition)
    return most > 0 and len(package["sec"].get(list_of(definition), ())) > most


def searched_lists(package: Package) -> list[str]:
    """The lists that some question searches, each once."""
    return sorted({list_of(one) for one in package["defs"] if is_searched(package, one)})


def folded(text: str) -> str:
    """A text as it is compared: small letters, no blanks, no marks."""
    return text.translate(_FOLDED)


@dataclass(frozen=True, slots=True)
class Matches:
    """What a query finds: how many rows in all, and the places of the first of them."""

    number: int
    rows: list[int]


class Query:
    """What somebody typed, ready to be looked for."""

    def __init__(self, text: str, readings: Readings) -> None:
        self.letters = folded(text)[:MOST_LETTERS]
        self.end = 1 << len(self.letters)
        self._readings = readings
        self._rests = [self.letters[at:] for at in range(len(self.letters))]
        self._steps: dict[tuple[str, int], int] = {}

    def _step(self, char: str, at: int) -> int:
        """Where in the query one may be after this character, as bits."""
        places = self._steps.get((char, at))
        if places is None:
            places = self._steps[char, at] = self._after(char, at)
        return places

    def _after(self, char: str, at: int) -> int:
        rest = self._rests[at]
        after = 1 << at + 1 if rest[0] == char else 0
        for reading in self._readings(char):
            if rest.startswith(reading):
                after |= 1 << at + len(reading)
            elif reading.startswith(rest):
                after |= self.end
            if reading[0] == rest[0]:
                after |= 1 << at + 1
            if reading[:2] in _DOUBLE and rest[:2] == reading[:2]:
                after |= 1 << at + 2
        return after

    def _onward(self, states: int, char: str) -> int:
        after = 0
        while states:
            lowest = states & -states
            after |= self._step(char, lowest.bit_length() - 1)
            states ^= lowest
        return after

    def rank(self, label: str, code: str) -> int:
        """How well a folded label and code fit: the lower the better; `_NOT` when they do not."""
        if not self.letters:
            return _HOLDS
        if code == self.letters:
            return _WHOLE
        from_start, states, holds = 1, 0, False
        for place, char in enumerate(label):
            if from_start:
                from_start = self._onward(from_start, char)
                if from_start & self.end:
                    return _WHOLE if place == len(label) - 1 else _BEGINS
            if not holds:
                states = self._onward(states | 1, char)
                holds = bool(states & self.end)
            elif not from_start:
                break
        return _BEGINS if code.startswith(self.letters) else _HOLDS if holds else _NOT

    def holds(self, text: str) -> bool:
        """Whether a folded text has the query somewhere."""
        return self.rank(text, "") != _NOT

    def hit(self, label: str) -> tuple[int, int] | None:
        """The first part of a label, as it is written, that uses the query up: (begin, end); None when none does."""
        if not self.letters:
            return None
        for begin in range(len(label)):
            states = 1
            for at in range(begin, len(label)):
                char = folded(label[at])
                if not char:
                    if at == begin:
                        break
                    continue
                states = self._onward(states, char)
                if states & self.end:
                    return begin, at + 1
                if not states:
                    break
        return None


def find(text: str, rows: Iterable[tuple[str, str]], readings: Readings, most: int = MOST_SHOWN) -> Matches:
    """What `text` finds among rows of (label, code)."""
    query = Query(text, readings)
    by_rank: tuple[list[int], list[int], list[int]] = ([], [], [])
    number = 0
    for place, (label, code) in enumerate(rows):
        rank = query.rank(folded(label), folded(code))
        if rank == _NOT:
            continue
        number += 1
        if len(by_rank[rank]) < most:
            by_rank[rank].append(place)
    return Matches(number, [place for places in by_rank for place in places][:most])
