"""Runs a pattern of `patterns.py` so that it cannot hang: all places it may stand at move on together.

The work is bounded by the characters of the text times the places of the pattern, whatever the pattern says; a matcher
that goes back and tries again would need a time that doubles with every character of `^(a+)+$`. Where a character leads
from all places together is kept: the next text of the same kind is looked up. The twin is `static/js/rules/expression_patterns.mjs`.
"""

import re
from collections.abc import Callable
from functools import lru_cache

MOST_PLACES = 4000
_MOST_KEPT = 4000  # characters and places of what texts went through before, for each pattern
_PIECE = re.compile(r"\(\?![^)]*\)|\(\?:|\[(?:\\.|[^\]])*\]|\\x..|\\.|(?:[*+?]|\{[0-9,]+\})\??|.", re.DOTALL)
_COUNT = re.compile(r"(?:([*+?])|\{([0-9]+)(,?)([0-9]*)\})\??")
_START, _END = "^", "(?![\\s\\S])"


class TooManyPlaces(ValueError):
    """A pattern whose counts multiply to more places than can be followed."""


class _Place:
    """One place of a pattern: the character it takes and where it goes on; or, without one, the places it stands for."""

    __slots__ = ("after", "takes")

    def __init__(self, takes: str, after: "list[_Place]") -> None:
        self.takes = takes
        self.after = after


class _State:
    """All places reached at once. `ends`: whether a text that ends here matches, once that was asked."""

    __slots__ = ("accepts", "after", "arrived", "ends", "stops")

    def __init__(self, arrived: list[_Place], accepts: bool, stops: list[_Place]) -> None:
        self.arrived = arrived
        self.accepts = accepts
        self.stops = stops
        self.ends: bool | None = None
        self.after: dict[str, _State] = {}


_Part = Callable[[_Place], _Place]


class Automaton:
    """One pattern, ready to run."""

    def __init__(self, emitted: str) -> None:
        self._pieces: list[str] = _PIECE.findall(emitted)
        self._at = 0
        self._made = 0
        self._takes: dict[str, re.Pattern[str]] = {}
        self._goal = _Place("", [])
        self._begin = self._alternatives()(self._goal)
        self._room = _MOST_KEPT
        self._states: dict[frozenset[int], _State] = {}
        self._first = _State([], *self._enter([self._begin], first=True, last=False))

    def found_in(self, text: str) -> bool:
        """Whether the pattern matches anywhere in `text`."""
        state = self._first
        for char in text:
            if state.accepts:
                return True
            state = state.after.get(char) or self._next(state, char)
        return state.accepts or self._ends(state)

    def _next(self, state: "_State", char: str) -> "_State":
        """Where a character leads; kept for the next text that goes there, as long as there is room."""
        arrived = [place.after[0] for place in state.stops if self._takes[place.takes].match(char)]
        key = frozenset(map(id, arrived))
        successor = self._states.get(key)
        if successor is None:
            successor = _State(arrived, *self._enter([*arrived, self._begin], first=False, last=False))
        if self._room > 0:
            self._room -= 1 + (key not in self._states) * (len(arrived) + len(successor.stops))
            self._states[key] = state.after[char] = successor
        return successor

    def _ends(self, state: "_State") -> bool:
        """Whether the goal is reached when the text ends in a state."""
        if state.ends is None:
            todo = [*state.arrived, self._begin]
            state.ends = self._enter(todo, first=state is self._first, last=True)[0]
        return state.ends

    def _enter(self, todo: list[_Place], *, first: bool, last: bool) -> tuple[bool, list[_Place]]:
        """Every place that is reached without taking a character; true when one of them is the goal."""
        visited: set[int] = set()
        stops: list[_Place] = []
        while todo:
            place = todo.pop()
            if id(place) in visited:
                continue
            visited.add(id(place))
            if place is self._goal:
                return True, stops
            if place.takes == "" or (place.takes == _START and first) or (place.takes == _END and last):
                todo += place.after
            elif place.takes not in (_START, _END):
                stops.append(place)
        return False, stops

    # From the text of the pattern to places: each part is given the place that comes after it.

    def _alternatives(self) -> _Part:
        parts = [self._sequence()]
        while self._at < len(self._pieces) and self._pieces[self._at] == "|":
            self._at += 1
            parts.append(self._sequence())
        return lambda after: self._place("", [part(after) for part in parts])

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._at < len(self._pieces) and self._pieces[self._at] not in ("|", ")"):
            piece = self._pieces[self._at]
            self._at += 1
            part = self._group() if piece == "(?:" else self._single(piece)
            count = _COUNT.fullmatch(self._pieces[self._at]) if self._at < len(self._pieces) else None
            if count:
                self._at += 1
                part = self._repeated(part, *_limits(count))
            parts.append(part)

        def sequence(after: _Place) -> _Place:
            for part in reversed(parts):
                after = part(after)
            return after

        return sequence

    def _group(self) -> _Part:
        part = self._alternatives()
        self._at += 1  # its closing bracket
        return part

    def _single(self, piece: str) -> _Part:
        if piece not in (_START, _END):
            self._takes[piece] = re.compile(piece)
        return lambda after: self._place(piece, [after])

    def _repeated(self, part: _Part, least: int, most: int | None) -> _Part:
        def repeated(after: _Place) -> _Place:
            if most is None:
                again = self._place("", [after])
                again.after.append(part(again))
                after = again
            else:
                last = after
                for _time in range(most - least):
                    after = self._place("", [last, part(after)])
            for _time in range(least):
                after = part(after)
            return after

        return repeated

    def _place(self, takes: str, after: list[_Place]) -> _Place:
        self._made += 1
        if self._made > MOST_PLACES:
            raise TooManyPlaces
        return _Place(takes, after)


def _limits(count: re.Match[str]) -> tuple[int, int | None]:
    if count[1]:
        return (1 if count[1] == "+" else 0), (1 if count[1] == "?" else None)
    least = int(count[2])
    return least, least if not count[3] else int(count[4]) if count[4] else None


@lru_cache(maxsize=256)
def automaton(emitted: str) -> Automaton:
    """The automaton of a pattern in the form that `patterns.translate` gives it; raises TooManyPlaces."""
    return Automaton(emitted)
