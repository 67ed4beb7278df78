"""Whom a figure speaks of (口径): the report's own unit, a district named in the sentence, the firms of an industry. Pure.

Takes   `Tables`: the table of the report's own unit, and how to make that of a place or of a group of firms when a sentence asks.
Gives   `Scope` for a place in the sentence; the entry of a key within a scope.
Rule    a place holds until the next one or until 全市; a place that the report may not speak of has no table.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from reports.checking.table import Entry, read_table
from surveys.planning.words.visit_words import Words

ELSEWHERE = "?"  # a place of the campaign that is not below the report's unit
_WHOLE = "全市|全省|全区|全镇|全部|总体|整体|各区"
_JOINED = re.compile(r"[、和及与，]+|以及")


@dataclass(frozen=True, slots=True)
class Scope:
    """The units whose visits count, none for the report's own; and the choices that the firms must have made, by key."""

    units: tuple[str, ...] = ()
    among: tuple[str, ...] = ()

    def within(self, key: str) -> "Scope":
        """The same for those firms only that made a choice."""
        return self if key in self.among else replace(self, among=(*self.among, key))


OWN = Scope()


class Place(NamedTuple):
    """A place named in a sentence; `units` empty for the report's own unit as a whole."""

    start: int
    end: int
    units: tuple[str, ...]


class Tables:
    """What a report's sentences are checked against; the tables of parts are made once, when they are asked for."""

    def __init__(
        self,
        rows: Any,
        words: Words | None = None,
        *,
        places: Mapping[str, str] | None = None,
        rows_of: Callable[[Scope], Sequence[Mapping[str, Any]]] | None = None,
    ) -> None:
        self.words = words
        self.entries = read_table(rows, words)
        self.places = dict(places or {})
        self._rows_of = rows_of
        self._by_scope: dict[Scope, dict[str, Entry]] = {OWN: {entry.key: entry for entry in self.entries}}
        names = [*map(re.escape, sorted(self.places, key=lambda name: (-len(name), name))), _WHOLE]
        self._place = re.compile("|".join(names))

    @property
    def has_parts(self) -> bool:
        """Whether parts of the table can be asked for."""
        return self._rows_of is not None

    def entry(self, key: str, scope: Scope) -> Entry | None:
        """The indicator of a key within a scope; None where it has no value there or may not be told."""
        if ELSEWHERE in scope.units:
            return None
        if scope not in self._by_scope:
            rows = [] if self._rows_of is None else list(self._rows_of(scope))
            self._by_scope[scope] = {entry.key: entry for entry in read_table(rows, self.words)}
        return self._by_scope[scope].get(key)

    def words_for(self, scope: Scope) -> str:
        """A scope in words, to stand before a label: 荔湾区 · 小型 · ."""
        names: dict[str, str] = {}
        for name, unit in self.places.items():
            names[unit] = max(names.get(unit, ""), name, key=len)
        labels = [self._by_scope[OWN][key].label for key in scope.among if key in self._by_scope[OWN]]
        return "".join(f"{word} · " for word in (*(names.get(unit, unit) for unit in scope.units), *labels))

    def places_in(self, sentence: str) -> list[Place]:
        """The places a sentence names, in order."""
        if not self.has_parts:
            return []
        marks = self._place.finditer(sentence)
        return [Place(m.start(), m.end(), (unit,) if (unit := self.places.get(m[0], "")) else ()) for m in marks]


def listed(places: Sequence[Place], end: int, sentence: str) -> list[Place]:
    """The places named in one list, the last of which is the last one before `end`: 荔湾区、越秀区和海珠区."""
    before = [place for place in places if place.end <= end]
    group: list[Place] = before[-1:]
    for place in reversed(before[:-1]):
        if not _JOINED.fullmatch(sentence[place.end : group[0].start]) or not place.units:
            break
        group.insert(0, place)
    return group
