"""One version as rows of the tables that are exported: its facts, its answers, the entries of its repeats. Touches nothing but its input.

Every value is text as it was received, empty where nothing was answered. A column above the level that may be read of a leaf is
empty in its rows. A position has two decimals, whoever it is for, and so has what was worked out from one.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from reports.exports.columns import VISITS, Column, Table
from reports.exports.positions import coarse, coarse_copy
from reports.exports.versions import Version, in_china

Row = tuple[str, ...]
Fact = Callable[[Version], str]
_NUMBERED = re.compile(r"\[([0-9]+)\]")
WORKED_OUT = ("calculate", "hidden")
MOST_KEPT = 5_000  # texts of answers whose marks are not worked out again


class RowMaker:
    """Makes the rows of some tables. `units`: code → name; `numbers`: package hash → version of the questionnaire; `levels`: by leaf.

    `now`: the questionnaire in force; a version filled with one that is not stored is read as if it were filled with that.
    """

    def __init__(
        self,
        tables: Sequence[Table],
        units: Mapping[str, str],
        numbers: Mapping[str, int],
        levels: Mapping[str, frozenset[str]],
        now: str,
    ) -> None:
        self.visits = next((table for table in tables if table.key == VISITS), None)
        self.repeated = [table for table in tables if table.repeats]
        self.units, self.numbers, self.levels, self.now = units, numbers, levels, now
        self._plans: dict[tuple[str, str, frozenset[str]], _Plan] = {}

    def rows(self, version: Version) -> Iterator[tuple[str, Row]]:
        """(key of the table, row) of everything in one version."""
        if self.visits is not None:
            yield VISITS, self.visit_row(version)
        if not self.repeated:
            return
        entries = _entries(version)
        for table in self.repeated:
            repeat = table.repeats.get(self._questionnaire(version))
            if repeat is None:
                continue
            plan = self._plan(table, version)
            for numbers, answers in sorted(entries.get(repeat, {}).items()):
                yield table.key, plan.row(version, answers, ".".join(map(str, numbers)))

    def visit_row(self, version: Version) -> Row:
        assert self.visits is not None
        return self._plan(self.visits, version).row(version, version.answers)

    def _plan(self, table: Table, version: Version) -> "_Plan":
        levels = self.levels[version.unit]
        questionnaire = self._questionnaire(version)
        place = (table.key, questionnaire, levels)
        if place not in self._plans:
            self._plans[place] = _Plan(table.columns, questionnaire, levels, self)
        return self._plans[place]

    def _questionnaire(self, version: Version) -> str:
        return version.package if version.package in self.numbers else self.now

    def fact(self, name: str) -> Fact:
        """What a column of the visit itself holds."""
        return {
            "unit_name": lambda version: self.units.get(version.unit, version.unit),
            "questionnaire": lambda version: str(self.numbers.get(version.package, "")),
            "newest": lambda version: "1" if version.newest else "0",
            "received_at": lambda version: in_china(version.received_at) if version.received_at else "",
            "accepted_at": lambda version: in_china(version.accepted_at) if version.accepted_at else "",
        }.get(name) or (lambda version: str(getattr(version, name)))


class _Plan:
    """The columns of a table as one questionnaire fills them: facts, then runs of plain answers and of marks."""

    def __init__(self, columns: Sequence[Column], package: str, levels: frozenset[str], maker: RowMaker) -> None:
        self.facts: list[Fact | None] = [
            None if column.fact == "entry" else maker.fact(column.fact) if column.privacy in levels else _nothing
            for column in columns
            if column.fact
        ]
        self.parts: list[tuple[str, tuple[str, ...]]] = []  # a question with its choices, or nothing with paths
        for column in columns:
            if column.fact:
                continue
            path = column.paths.get(package, "") if column.privacy in levels else ""
            kind = path if column.kind == "mark" and path else ""
            if self.parts and self.parts[-1][0] == kind:
                self.parts[-1] = (kind, (*self.parts[-1][1], column.choice if kind else path))
            else:
                self.parts.append((kind, (column.choice if kind else path,)))

        self.places = [
            (place, coarse if column.kind == "position" else coarse_copy)
            for place, column in enumerate(columns)
            if column.kind == "position" or (column.kind == "text" and column.type in WORKED_OUT)
        ]

    def row(self, version: Version, answers: Mapping[str, str], entry: str = "") -> Row:
        row = [entry if fact is None else fact(version) for fact in self.facts]
        answer = answers.get
        for question, places in self.parts:
            if question:
                row += _marks(answer(question, ""), places)
            else:
                row += [answer(path, "") for path in places]
        for place, coarser in self.places:
            if row[place]:
                row[place] = coarser(row[place])
        return tuple(row)


def _nothing(version: Version) -> str:
    return ""


@lru_cache(maxsize=MOST_KEPT)
def _marks(text: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    """Of each choice whether it was made; nothing where nothing was answered."""
    if not text:
        return ("",) * len(choices)
    chosen = set(text.split())
    return tuple("1" if choice in chosen else "0" for choice in choices)


def _entries(version: Version) -> dict[str, dict[tuple[int, ...], dict[str, str]]]:
    """Repeat → numbers of the entry → its answers by path without numbers; entries that answer nothing are there too."""
    entries: dict[str, dict[tuple[int, ...], dict[str, str]]] = {}
    for path, count in version.repeats.items():
        repeat, numbers = place_of(path)
        for number in range(1, count + 1):
            entries.setdefault(repeat, {}).setdefault((*numbers, number), {})
    for path, text in version.answers.items():
        if "[" in path:
            within = path.rpartition("]")[0] + "]"
            repeat, numbers = place_of(within)
            entries.setdefault(repeat, {}).setdefault(numbers, {})[place_of(path)[0]] = text
    return entries


@lru_cache(maxsize=MOST_KEPT)
def place_of(path: str) -> tuple[str, tuple[int, ...]]:
    """A path without the numbers of entries, and those numbers."""
    return _NUMBERED.sub("", path), tuple(int(number) for number in _NUMBERED.findall(path))
