"""Arrays of codes over accepted answers (数据): one column per question, counted for a unit or for the whole campaign.

Takes   `VisitRow`: one accepted submission each, answers as text by path.
Gives   `Frame`: the visits of a campaign or of one unit; `Frame.column` counts, `Frame.numbers` the values as whole
        numbers of 1/10^places, so that sums and means are exact.
Base    the number that answered: open and not empty. Tables of visits count every accepted visit; all others count each
        firm once, by its earliest accepted visit with outcome `visited`.
Empty   an answer that is missing is in no base; a column nobody answered has n = 0.
Nothing here knows a question by name: what a question is comes from the package (`facts.indicator_questions`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING, Any

from surveys.questionnaire.facts import facts
from surveys.questionnaire.facts.facts import IndicatorQuestion
from surveys.questionnaire.shapes.package_shape import Package

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
_INSTANCE = re.compile(r"\[\d+\]")
VISITED = "visited"


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One accepted submission: `unit` is the leaf its assignment is charged to, `subject_id` empty = a firm of its own."""

    visit_id: str
    unit: str
    subject_id: str
    outcome: str
    answers: Mapping[str, str]
    repeats: Mapping[str, int] = field(default_factory=dict)
    accepted_at: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class CampaignCounts:
    """What the answers cannot tell of a unit, or of the whole campaign; None where the frame itself knows better.

    `assigned` is 应走访: what was handed out less what is void and what was replaced before anybody had gone. The visits
    done (`visits`) are part of it, and each of them ended in exactly one of visited, refused, not_found, closed, other.
    """

    assigned: int | None = None
    deputies: int | None = None
    persontimes: int | None = None
    events: int | None = None
    visits: int | None = None
    firms: int | None = None
    refused: int | None = None
    not_found: int | None = None
    closed: int | None = None
    districts: int | None = None
    visited: int | None = None
    other_outcome: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One question over all rows: `owner` is the visit of each row (several rows a visit inside a repeat)."""

    owner: Rows
    has_answer: NDArray[np.bool_]
    names: tuple[str, ...] = ()
    marks: NDArray[np.bool_] | None = None
    values: NDArray[np.int64] | None = None
    places: int = 0


class _Answers:
    """All answers of a campaign, by path; repeats flattened to one row per instance."""

    def __init__(self, visits: Sequence[VisitRow], paths: Mapping[str, Mapping[str, str]]) -> None:
        self.visits = visits
        self.paths = paths

    @cached_property
    def repeat_answers(self) -> dict[str, list[tuple[int, str]]]:
        answers_by_path: dict[str, list[tuple[int, str]]] = {}
        for place, visit in enumerate(self.visits):
            for path, text in visit.answers.items():
                if "[" in path:
                    answers_by_path.setdefault(self._today(visit, _INSTANCE.sub("", path)), []).append((place, text))
        return answers_by_path

    def _today(self, visit: VisitRow, path: str) -> str:
        """The path that a question of an older version has now."""
        older = self.paths.get(visit.version)
        return (
            path
            if older is None
            else next((path_now for path_now, path_then in older.items() if path_then == path), "")
        )

    def texts(self, path: str, in_repeat: bool) -> tuple[Rows, list[str]]:
        import numpy as np

        if in_repeat:
            pairs = self.repeat_answers.get(path, [])
            return np.array([place for place, _ in pairs], dtype=np.int64), [text for _, text in pairs]
        owner = np.arange(len(self.visits), dtype=np.int64)
        if not self.paths:
            return owner, [visit.answers.get(path, "") for visit in self.visits]
        path_by_version = {version: older.get(path, "") for version, older in self.paths.items()}
        return owner, [visit.answers.get(path_by_version.get(visit.version, path), "") for visit in self.visits]


def is_choice(question: IndicatorQuestion) -> bool:
    """Whether the question is answered by choosing from a list."""
    return bool(question.choices)


def is_multiple(question: IndicatorQuestion) -> bool:
    """Whether several choices may be one answer, so that shares add up to more than 100 %."""
    return question.type.split(" ")[0] in ("select_multiple", "rank", "odk:rank")


def _choice_column(owner: Rows, texts: list[str], question: IndicatorQuestion) -> Column:
    import numpy as np

    places = {name: place for place, (name, _, _) in enumerate(question.choices)}
    is_multi = is_multiple(question)
    rows: list[int] = []
    choice_places: list[int] = []
    has_answer = np.zeros(len(texts), dtype=bool)
    for row, text in enumerate(texts):
        if text:
            has_answer[row] = True
            for name in text.split() if is_multi else (text,):
                rows.append(row)
                choice_places.append(places.setdefault(name, len(places)))  # a name that left the list still counts
    marks = np.zeros((len(texts), len(places)), dtype=bool)
    marks[rows, choice_places] = True
    column = Column(owner, has_answer, tuple(places), marks)
    scale = [int(name) if re.fullmatch(r"\d+", name) else None for name in places]
    if is_multi or not scale or None in scale:
        return column
    # A scale of 1 to 5 has a mean: its choice names are its values.
    values = marks @ np.array(scale, dtype=np.int64)
    return Column(owner, has_answer, tuple(places), marks, values)


def _number_column(owner: Rows, texts: list[str]) -> Column:
    import numpy as np

    numbers: list[Decimal | None] = []
    for text in texts:
        try:
            value = Decimal(text) if text else None
        except InvalidOperation:
            value = None
        numbers.append(value if value is not None and value.is_finite() else None)
    exponents = (-int(value.as_tuple().exponent) for value in numbers if value is not None)
    places = min(max((0, *exponents)), 6)
    values = np.array([int((value or 0) * 10**places) for value in numbers], dtype=np.int64)
    return Column(owner, np.array([value is not None for value in numbers], dtype=bool), values=values, places=places)


class _Data:
    """What all frames of one campaign share: the visits in the order they were accepted, and the columns made so far."""

    def __init__(
        self,
        package: Package,
        visits: Iterable[VisitRow],
        tree: Mapping[str, Sequence[str]],
        leaves: Sequence[str],
        older: Mapping[str, Package],
    ) -> None:
        import numpy as np

        self.visits = sorted(visits, key=lambda visit: visit.accepted_at)
        self.tree = tree
        self.leaves = tuple(leaves)
        self.questions: tuple[IndicatorQuestion, ...] = tuple(facts.indicator_questions(package))
        self.tables = tuple(facts.tables(package))
        self.by_name = {question.name: question for question in self.questions}
        self.by_path = {question.path: question for question in self.questions}
        paths = {version: facts.paths_then(package, package_then) for version, package_then in older.items()}
        self.answers = _Answers(self.visits, paths)
        self.unit = np.array([visit.unit for visit in self.visits], dtype=object)
        self.outcome = np.array([visit.outcome for visit in self.visits], dtype=object)
        self.columns: dict[str, Column] = {}
        self.units: dict[str, Frame] = {}

    @cached_property
    def visit_tables(self) -> frozenset[str]:
        """Tables that count visits: those with a question whose base is the visits, and the lists of findings."""
        return frozenset(q.table for q in self.questions if q.table and (q.base == "visits" or q.in_repeat))

    @cached_property
    def campaign_table(self) -> str:
        """The table of the visits themselves: where assigned, refused, deputies and the like belong."""
        return next((q.table for q in self.questions if q.table and q.base == "visits" and not q.in_repeat), "")

    def column(self, question: IndicatorQuestion) -> Column:
        import numpy as np

        if question.path not in self.columns:
            owner, texts = self.answers.texts(question.path, bool(question.in_repeat))
            if is_choice(question):
                column = _choice_column(owner, texts, question)
            elif question.role in ("mean", "sum"):
                column = _number_column(owner, texts)
            else:
                column = Column(owner, np.array([bool(text) for text in texts], dtype=bool))
            self.columns[question.path] = column
        return self.columns[question.path]


class Frame:
    """The accepted visits of a campaign, or of one unit of it."""

    def __init__(self, data: _Data, visits: Rows, unit: str = "") -> None:
        self.data = data
        self.visits = visits
        self.unit = unit
        self._cache: dict[Any, Any] = {}

    @classmethod
    def build(
        cls,
        package: Package,
        visits: Iterable[VisitRow],
        *,
        tree: Mapping[str, Sequence[str]] | None = None,
        leaves: Sequence[str] = (),
        older: Mapping[str, Package] | None = None,
    ) -> Frame:
        """The frame of the whole campaign.

        `tree`: unit → its leaves, `leaves`: those that should report, `older`: version → package. A question of an older version is the same question where the stable id is the same.
        """
        import numpy as np

        data = _Data(package, visits, tree or {}, leaves, older or {})
        return cls(data, np.arange(len(data.visits), dtype=np.int64))

    def of(self, unit: str) -> Frame:
        """The visits charged to one unit: a leaf, or a node of the tree with all its leaves; "" is the whole."""
        import numpy as np

        if not unit:
            return self
        if unit not in self.data.units:
            leaves = self.data.tree.get(unit, (unit,))
            rows = np.flatnonzero(np.isin(self.data.unit.astype(str), list(leaves)))
            self.data.units[unit] = Frame(self.data, rows, unit)
        return self.data.units[unit]

    def among(self, question: IndicatorQuestion, name: str) -> Frame:
        """The visits that chose `name` at `question`: one group of a breakdown."""
        column = self.data.column(question)
        if column.marks is None or name not in column.names:
            return Frame(self.data, self.visits[:0], self.unit)
        return self.where(lambda rows: column.marks[rows, column.names.index(name)])  # type: ignore[index]

    def where(self, keep: Callable[[Rows], NDArray[np.bool_]]) -> Frame:
        """The visits for which `keep` is true; firms are those of this frame, so that groups add up to it."""
        part = Frame(self.data, self.visits[keep(self.visits)], self.unit)
        part._cache["firms"] = self.firms[keep(self.firms)]
        return part

    @property
    def firms(self) -> Rows:
        """The visit that stands for each firm: its earliest accepted one with outcome `visited`."""
        import numpy as np

        if "firms" not in self._cache:
            first: dict[str, int] = {}
            for row in self.visits[self.data.outcome[self.visits] == VISITED]:
                visit = self.data.visits[row]
                first.setdefault(visit.subject_id or f"\0{visit.visit_id}", int(row))
            self._cache["firms"] = np.array(sorted(first.values()), dtype=np.int64)
        return self._cache["firms"]

    @property
    def units_missing(self) -> tuple[str, ...]:
        """Leaves of this frame that should report and have no accepted visit yet."""
        if "missing" not in self._cache:
            due_units = self.data.tree.get(self.unit, (self.unit,)) if self.unit else self.data.leaves
            present_units = set(self.data.unit[self.visits])
            self._cache["missing"] = tuple(leaf for leaf in due_units if leaf not in present_units)
        return self._cache["missing"]

    def outcomes(self, outcome: str) -> int:
        """Accepted visits with this outcome."""
        return int((self.data.outcome[self.visits] == outcome).sum())

    def _find_rows(self, question: IndicatorQuestion) -> NDArray[np.bool_]:
        """Which rows of the question's column belong to this frame and answered."""
        import numpy as np

        column = self.data.column(question)
        member = np.zeros(len(self.data.visits), dtype=bool)
        member[self.visits if question.table in self.data.visit_tables or question.in_repeat else self.firms] = True
        return column.has_answer & member[column.owner]

    def answering_rows(self, question: IndicatorQuestion) -> NDArray[np.bool_]:
        """Which rows of the question's column belong to this frame and have an answer; worked out once."""
        key = ("rows", question.path)
        if key not in self._cache:
            self._cache[key] = self._find_rows(question)
        return self._cache[key]

    def n(self, question: IndicatorQuestion) -> int:
        """How many answered."""
        return int(self.answering_rows(question).sum())

    def counts(self, question: IndicatorQuestion) -> tuple[int, ...]:
        """How often each choice was made, in list order; choices no longer in the list come last."""
        key = ("counts", question.path)
        if key not in self._cache:
            column = self.data.column(question)
            marks = column.marks
            counts = (
                () if marks is None else tuple(int(count) for count in marks[self.answering_rows(question)].sum(axis=0))
            )
            self._cache[key] = counts
        return self._cache[key]

    def count_any(self, question: IndicatorQuestion, names: Iterable[str]) -> int:
        """How many chose at least one of `names`."""
        column = self.data.column(question)
        if column.marks is None:
            return 0
        places = [column.names.index(name) for name in names if name in column.names]
        return int(column.marks[self.answering_rows(question)][:, places].any(axis=1).sum())

    def numbers(self, question: IndicatorQuestion) -> tuple[NDArray[np.int64], int]:
        """The values given, as whole numbers of 1/10^places."""
        import numpy as np

        column = self.data.column(question)
        if column.values is None:
            return np.zeros(0, dtype=np.int64), 0
        return column.values[self.answering_rows(question)], column.places

    def instances(self, repeat: str) -> int:
        """How many entries of a repeat the visits hold."""
        return sum(self.data.visits[row].repeats.get(repeat, 0) for row in self.visits)
