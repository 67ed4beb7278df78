"""Which visits a figure is counted from (追溯): what each of them says, and whether the figure counts it or only rests on it.

Takes   a `Token` and the `Frame` of its unit.
Gives   a `Trace`: one `Source` for every answer of the figure's base, those it counts first; in a repeat a visit may stand
        several times. A share counts those who chose it and rests on all who answered; a sum counts every value given.
        None for what no answer tells (assigned, deputies, attendances, events).
Raises  UnknownFigure for a table or item the questionnaire does not have.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.figures import Frame, is_choice
from reports.indicator_items import (
    OUTCOMES,
    Item,
    choice_label,
    clauses,
    find_item,
    is_special,
    points_of,
    privacy_of,
    question_meaning,
)
from reports.indicators import points, ranked
from reports.tokens import Token
from surveys.questionnaire.facts import IndicatorQuestion

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Source:
    """One answer: the visit it stands in, the unit that is charged with it, its words, and whether the figure counts it."""

    visit_id: str
    unit: str
    said: str
    counted: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """`privacy` is the level of the question; who may not read that level may not see `said` or `counted` either."""

    sources: list[Source]
    privacy: str

    @property
    def counted(self) -> int:
        return sum(source.counted for source in self.sources)


def trace(token: Token, frame: Frame, *, language: str = "zh-CN") -> Trace | None:
    """The visits behind a figure of this frame; the token's unit is not looked at."""
    if is_special(frame, token):
        return _of_visits(frame, token.item, language)
    return _of_answers(frame, token, find_item(frame, token), language)


def _of_visits(frame: Frame, name: str, language: str) -> Trace | None:
    """The words of the visits themselves; the outcome is what a visit says of them."""
    if name in OUTCOMES:
        rows = [row for row in frame.visits if frame.data.outcome[row] == OUTCOMES[name]]
    elif name == "visits":
        rows = list(frame.visits)
    elif name in ("firms", "districts"):
        rows = list(frame.firms)
    else:
        return None
    question = question_meaning(frame, "subject.area" if name == "districts" else "outcome")
    said = _words(frame, question, language) if question is not None else lambda _: ""
    return Trace([_source(frame, row, said(int(row)), counted=True) for row in rows], "L0")


def _of_answers(frame: Frame, token: Token, item: Item, language: str) -> Trace:
    import numpy as np

    whole = _divided_by(frame, token, item)
    question = whole or item.question
    column, rows = frame.data.column(question), np.flatnonzero(frame.selected(question))
    counted = _counted(frame, token, item, rows)
    said = _words(frame, question, language)
    if whole is not None:
        part, below = _words(frame, item.question, language), said
        said = lambda row: f"{part(row) or '—'} / {below(row)}"  # noqa: E731
    found = [
        _source(frame, int(column.owner[row]), said(int(row)), counted=bool(is_counted))
        for row, is_counted in zip(rows, counted, strict=True)
    ]
    return Trace(sorted(found, key=lambda source: not source.counted), privacy_of(item.question))


def _divided_by(frame: Frame, token: Token, item: Item) -> IndicatorQuestion | None:
    """The question whose sum a ratio is divided by: those who answered it are its base."""
    if token.measure != "ratio":
        return None
    return frame.data.by_name.get(clauses(item.question).get("ratio", ""))


def _counted(frame: Frame, token: Token, item: Item, rows: Any) -> "NDArray[np.bool_]":
    """Of the rows of the base, those that the figure counts: who chose it, or every one where values are put together."""
    import numpy as np

    column = frame.data.column(item.question)
    if token.measure == "base" or item.kind == "field" or column.marks is None:
        return np.ones(len(rows), dtype=bool)
    names = item.names or (item.name,)
    if item.kind == "top":
        order = ranked(dict(zip(column.names, frame.counts(item.question), strict=True)))
        names = tuple(order[item.rank - 1 : item.rank])
    if item.kind in ("points", "top_points"):
        return _placed(frame, token, item)[rows]
    places = [column.names.index(name) for name in names if name in column.names]
    return np.asarray(column.marks[rows][:, places].any(axis=1))


def _placed(frame: Frame, token: Token, item: Item) -> "NDArray[np.bool_]":
    """Who gave the choice any place of a ranking."""
    import numpy as np

    name = item.name
    if item.kind == "top_points":
        name = next(iter(ranked(points(frame, token.table))[item.rank - 1 :]), "")
    marks = np.zeros(len(frame.data.visits), dtype=bool)
    for question, _weight in points_of(frame, token.table):
        column = frame.data.column(question)
        if column.marks is not None and name in column.names:
            marks[column.owner] |= column.marks[:, column.names.index(name)]
    return marks


def _words(frame: Frame, question: IndicatorQuestion, language: str) -> Callable[[int], str]:
    """What a row of the question's column says: the labels of choices, anything else as it was given."""
    _owner, texts = frame.data.answers.texts(question.path, bool(question.in_repeat))
    if not is_choice(question):
        return lambda row: texts[row]
    joint = "、" if language.startswith("zh") else ", "

    def labels(names: Iterable[str]) -> str:
        return joint.join(choice_label(question, name, language) for name in names)

    return lambda row: labels(texts[row].split())


def _source(frame: Frame, owner: Any, said: str, *, counted: bool) -> Source:
    visit = frame.data.visits[int(owner)]
    return Source(visit.visit_id, visit.unit, said, counted)
