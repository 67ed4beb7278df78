"""What the answers say of a matter: how many firms named it, which units and industries most (反映最多). No database.

Takes   a frame, the categories of the matter, and the units it is told by.
Coded   a choice of a finer category (0101) counts for the coarser (01).
Rule    a firm counts once, however many choices of those categories it made at the question of several choices that is coded
        by them. Groups are ranked by share where the base carries a share, else by count; ties at the end are all named.
Hidden  cells as everywhere: small ones of a question that is not public leave the ranking, as does the second-smallest.
Empty   None where no question is coded by these categories, and where the whole is a cell to hide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reports.figures.figure_words import LEAST_SHARE_BASE, SMALLEST_CELL, hidden_cells, hidden_matrix
from reports.figures.frame import Frame, is_choice, is_multiple
from reports.figures.items import choice_label, label_of, privacy_of, question_meaning
from reports.figures.rounding import percent
from surveys.questionnaire.facts.facts import IndicatorQuestion

MOST = 3
NAMED_AT_MOST = 6  # ties included
INDUSTRY = "subject.industry"
CODED_BY = "suggestion_categories"  # the list that categories of matters are of


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """One unit or industry: how many firms of how many; no share where the base is small."""

    name: str
    count: int
    n: int
    share: str


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    """How many firms named a matter, at which question, and where most did."""

    question: str
    count: int
    n: int
    share: str
    units: list[GroupFigure]
    industries: list[GroupFigure]


def category_figures(
    frame: Frame,
    categories: Sequence[str],
    units: Mapping[str, str],
    *,
    smallest_cell: int = SMALLEST_CELL,
    language: str = "zh-CN",
) -> CategoryFigures | None:
    """The figures of a matter. `units`: code → name of those it is told by."""
    question, names = _coded(frame, categories)
    if question is None:
        return None
    industry = question_meaning(frame, INDUSTRY)
    by_unit = [(name, frame.of(code)) for code, name in units.items()]
    by_industry = (
        [(choice_label(industry, name, language), frame.among(industry, name)) for name, _, _ in industry.choices]
        if industry is not None and is_choice(industry)
        else []
    )
    count, n = frame.count_any(question, names), frame.n(question)
    if any(hidden_cells([count], privacy_of(question), one_answer=False, smallest_cell=smallest_cell)):
        return None
    return CategoryFigures(
        label_of(question, language),
        count,
        n,
        _share(count, n),
        _most(question, names, by_unit, count, smallest_cell),
        _most(question, names, by_industry, count, smallest_cell),
    )


def counted(frame: Frame, categories: Sequence[str], *, smallest_cell: int = SMALLEST_CELL) -> int | None:
    """How many firms named a matter; None as for `category_figures`."""
    question, names = _coded(frame, categories)
    if question is None:
        return None
    count = frame.count_any(question, names)
    is_hidden = any(hidden_cells([count], privacy_of(question), one_answer=False, smallest_cell=smallest_cell))
    return None if is_hidden else count


def _coded(frame: Frame, categories: Sequence[str]) -> tuple[IndicatorQuestion | None, list[str]]:
    """The question of several choices that is coded by these categories, and those of its choices."""
    for question in frame.data.questions:
        if question.codes != CODED_BY or not is_choice(question) or not is_multiple(question):
            continue
        names = [name for name, _, code in question.choices if code and code.startswith(tuple(categories))]
        if names:
            return question, names
    return None, []


def _share(count: int, n: int) -> str:
    return percent(Fraction(100 * count, n)) if n >= LEAST_SHARE_BASE else ""


def _most(
    question: IndicatorQuestion,
    names: Sequence[str],
    groups: Sequence[tuple[str, Frame]],
    total: int,
    smallest_cell: int,
) -> list[GroupFigure]:
    sized = [(name, part.count_any(question, names), part.n(question)) for name, part in groups]
    sized = [row for row in sized if row[2]]
    if not sized:
        return []
    marks = hidden_matrix(
        [[*(count for _, count, _ in sized), total]],
        privacy_of(question),
        one_answer=False,
        smallest_cell=smallest_cell,
    )[0]
    shown = [row for row, mark in zip(sized, marks, strict=False) if not mark and row[1]]
    carries_shares = any(n >= LEAST_SHARE_BASE for _, _, n in shown)
    if carries_shares:
        shown = [row for row in shown if row[2] >= LEAST_SHARE_BASE]

    def rank(row: tuple[str, int, int]) -> Fraction:
        return Fraction(row[1], row[2]) if carries_shares else Fraction(row[1])

    shown.sort(key=rank, reverse=True)
    last = rank(shown[MOST - 1]) if len(shown) > MOST else None
    most = [row for place, row in enumerate(shown) if place < MOST or rank(row) == last]
    return [GroupFigure(name, count, n, _share(count, n)) for name, count, n in most[:NAMED_AT_MOST]]
