"""Figures among some of the firms (筛选口径): the part of a frame that a token's filter names, and what of it may be told.

Takes   a `Token` with a filter, the `Frame` of its unit.
Gives   the part; whether a number of it stays hidden.
Rule    the strictest level of the item and of the filters decides. Hidden are a cell of 1–4 firms, one that leaves 1–4 of the whole,
        the second-smallest of the groups of a filter where one of them is hidden; of L0 a three-way cell below 3.
Raises  UnknownFigure for a field or choice the questionnaire does not have.
"""

from dataclasses import replace

from reports.faults import FaultKind, UnknownFigure
from reports.figures.frame import Frame, is_choice, is_multiple
from reports.figures.indicators import Measurement, measure
from reports.figures.items import clauses, privacy_of
from reports.figures.parts import ENDS, among
from reports.text.tokens import Token
from surveys.questionnaire.facts.facts import IndicatorQuestion

LEAST_THREE_WAY = 3


def filters_of(frame: Frame, token: Token) -> list[tuple[IndicatorQuestion, str]]:
    """The questions a token's filter names, each with its choice."""
    pairs: list[tuple[IndicatorQuestion, str]] = []
    for one in token.among:
        field, _, choice = one.partition(".")
        question = frame.data.by_name.get(field)
        if question is None or not _has(question, choice):
            raise UnknownFigure(FaultKind.NO_ITEM, token=token.text, table=token.table, item=one)
        pairs.append((question, choice))
    return pairs


def _has(question: IndicatorQuestion, choice: str) -> bool:
    is_end = choice in ENDS and "high_low" in clauses(question)
    is_its_own = is_end or any(name == choice for name, _, _ in question.choices)
    return is_its_own and is_choice(question) and not question.in_repeat


def part_of(frame: Frame, token: Token) -> Frame:
    """The visits of a frame that a token counts."""
    for question, choice in filters_of(frame, token):
        frame = among(frame, question, choice)
    return frame


def privacy_within(frame: Frame, token: Token, privacy: str) -> str:
    """The strictest level of an item and of the filters it is told among."""
    return max([privacy, *(privacy_of(question) for question, _ in filters_of(frame, token))])


def mark_of_part(token: Token, frame: Frame, measurement: Measurement, smallest_cell: int) -> str:
    """ "", "small" or "second" for a number among some firms; `frame` is that of the unit."""
    size = _size(measurement)
    if measurement.measure == "name" or size is None:
        return ""
    privacy = privacy_within(frame, token, measurement.privacy)
    if privacy == "L0":
        is_few = len(token.among) >= 2 and 0 < size < LEAST_THREE_WAY
        return "small" if is_few else ""
    if 0 < size < smallest_cell or 0 < (measurement.n or 0) < smallest_cell:
        return "small"
    groups = _groups(token, frame)
    if any(0 < group < smallest_cell for group in groups):
        rest = [group for group in groups if group >= smallest_cell]
        if sum(0 < group < smallest_cell for group in groups) == 1 and rest and size == min(rest):
            return "second"
    outer = replace(token, among=token.among[:-1])
    whole = _size(measure(outer, part_of(frame, outer)))
    return "second" if whole is not None and 0 < whole - size < smallest_cell else ""


def _size(measurement: Measurement) -> int | None:
    """How many firms a number tells of."""
    return measurement.small_n if measurement.small_n is not None else measurement.count


def _groups(token: Token, frame: Frame) -> list[int]:
    """The same number in each group of the last filter, where every firm is in one of them."""
    question, _ = filters_of(frame, token)[-1]
    if is_multiple(question):
        return []
    outer = part_of(frame, replace(token, among=token.among[:-1]))
    bare = replace(token, among=())
    return [_size(measure(bare, among(outer, question, name))) or 0 for name, _, _ in question.choices]
