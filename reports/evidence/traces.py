"""Which visits a figure is counted from (追溯): what each of them says, and whether the figure counts it or only rests on it.

Takes   a `Token` and the `Frame` of its unit.
Gives   a `Trace`: one `Source` for every answer of the figure's base; in a repeat a visit may stand several times.
        A share counts those who chose it and rests on all who answered; a sum counts every value given.
        None for what no answer tells (assigned, deputies, attendances, events).
Raises  UnknownFigure for a table or item the questionnaire does not have.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reports.figures.filters import part_of, privacy_within
from reports.figures.frame import Frame, is_choice
from reports.figures.indicators import points, ranking
from reports.figures.items import (
    OUTCOMES,
    Item,
    choice_label,
    clauses,
    find_item,
    is_special,
    points_of,
    privacy_of,
    question_meaning,
    special_words,
)
from reports.text.tokens import Token
from surveys.questionnaire.facts.facts import IndicatorQuestion

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Source:
    """One answer: the visit it stands in, the unit that is charged with it, its words, and whether the figure counts it.

    The last two are None for who may not read answers of its level.
    """

    visit_id: str
    unit: str
    answer: str | None
    counted: bool | None


@dataclass(frozen=True, slots=True)
class Trace:
    """The answers behind one figure; `privacy` is the level of its question."""

    sources: list[Source]
    privacy: str

    @property
    def counted(self) -> int:
        return sum(bool(source.counted) for source in self.sources)

    def seen_by(self, levels: Mapping[str, Set[str]], *, whole: bool) -> list[Source]:
        """The answers for who may read these levels of these visits, first those they see counted.

        `whole`: also those in a visit they may read whose answer they may not, without it.
        """
        sources = []
        for source in self.sources:
            if self.privacy in levels.get(source.visit_id, ()):
                sources.append(source)
            elif whole and source.visit_id in levels:
                sources.append(replace(source, answer=None, counted=None))
        return sorted(sources, key=lambda source: not source.counted)


def trace(token: Token, frame: Frame, *, language: str = "zh-CN") -> Trace | None:
    """The visits behind a figure of this frame; the token's unit is not looked at."""
    part = part_of(frame, token)
    if is_special(frame, token):
        trace = _of_visits(part, token.item, language)
    else:
        trace = _of_answers(part, token, find_item(frame, token), language)
    return trace and replace(trace, privacy=privacy_within(frame, token, trace.privacy))


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
    area = question_meaning(frame, "subject.area") if name == "districts" else None
    words = _words(frame, area, language) if area is not None else _outcome_words(frame, language)
    return Trace([_source(frame, row, words(int(row)), counted=True) for row in rows], "L0")


def _outcome_words(frame: Frame, language: str) -> Callable[[int], str]:
    """How a visit ended, in words."""
    place = 0 if language.startswith("zh") else 1
    words = {outcome: special_words(name)[place] for name, outcome in OUTCOMES.items()}
    return lambda row: words.get(str(frame.data.outcome[row]), "")


def _of_answers(frame: Frame, token: Token, item: Item, language: str) -> Trace:
    import numpy as np

    whole = _divided_by(frame, token, item)
    question = whole or item.question
    column, rows = frame.data.column(question), np.flatnonzero(frame.answering_rows(question))
    marks = _count_marks(frame, token, item, rows)
    words = _words(frame, question, language)
    if whole is not None:
        part, below = _words(frame, item.question, language), words
        words = lambda row: f"{part(row) or '—'} / {below(row)}"  # noqa: E731
    sources = [
        _source(frame, int(column.owner[row]), words(int(row)), counted=bool(is_counted))
        for row, is_counted in zip(rows, marks, strict=True)
    ]
    return Trace(sources, privacy_of(item.question))


def _divided_by(frame: Frame, token: Token, item: Item) -> IndicatorQuestion | None:
    """The question whose sum a ratio is divided by: those who answered it are its base."""
    if token.measure != "ratio":
        return None
    return frame.data.by_name.get(clauses(item.question).get("ratio", ""))


def _count_marks(frame: Frame, token: Token, item: Item, rows: Any) -> "NDArray[np.bool_]":
    """Of the rows of the base, those that the figure counts: who chose it, or every one where values are put together."""
    import numpy as np

    column = frame.data.column(item.question)
    if token.measure == "base" or item.kind == "field" or column.marks is None:
        return np.ones(len(rows), dtype=bool)
    names = item.names or (item.name,)
    if item.kind == "top":
        order = ranking(dict(zip(column.names, frame.counts(item.question), strict=True)))
        names = tuple(order[item.rank - 1 : item.rank])
    if item.kind in ("points", "top_points"):
        return _ranking_marks(frame, token, item)[rows]
    places = [column.names.index(name) for name in names if name in column.names]
    return np.asarray(column.marks[rows][:, places].any(axis=1))


def _ranking_marks(frame: Frame, token: Token, item: Item) -> "NDArray[np.bool_]":
    """Who gave the choice any place of a ranking."""
    import numpy as np

    name = item.name
    if item.kind == "top_points":
        name = next(iter(ranking(points(frame, token.table))[item.rank - 1 :]), "")
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
    labels = {name: choice_label(question, name, language) for name, _labels, _code in question.choices}
    return lambda row: joint.join(labels.get(name, name) for name in texts[row].split())


def _source(frame: Frame, owner: Any, answer: str, *, counted: bool) -> Source:
    visit = frame.data.visits[int(owner)]
    return Source(visit.visit_id, visit.unit, answer, counted)
