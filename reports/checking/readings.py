"""A sentence as it is read (句子的读法): its figures, the indicators and places named, the firms an earlier clause speaks of. Pure.

Takes   a sentence, the `Namer` of a table and its `Tables`.
Gives   `Reading`: for each figure its scope, its base, its measure.
Rule    小型企业中 …, 反映融资难的小型企业 …, 反映融资难的368家，其中 … speak of those firms from there on.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from reports.checking.mentions import Mention, Namer
from reports.checking.scopes import Place, Scope, Tables, listed
from reports.checking.stated_figures import StatedFigure, narrowed, stated_figures
from reports.checking.table import is_choice

_CLAUSE = re.compile(r"[，；。！？]")
_MEASURES = (
    ("median", "中位数|中位"),
    ("max", "最长的?|最高|最大|最久|最多"),
    ("mean", "平均|人均|户均|家均|均为|均"),
    ("sum", "合计|共计|总计|累计|总共|一共|总额|总量|总数|共"),
)
_MEASURE = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _MEASURES))
_BASE = re.compile(r"占(?:全部|所有|全市|全区|反映|被|了|到)*$")
_BASE_END = r"(?:的?{visited})?(?:总数|总量|数|家数)?的?(?:比重|比例)?(?:为|达)?(?:了)?"
_AMONG_BEFORE = re.compile(r"(?:当)?中[，,]?(?:有|约有)?")
_RESPECTIVELY = "分别"


class Group(NamedTuple):
    """Firms that a sentence speaks of from a place on: those that made a choice. `until` is where the mention of it ends."""

    mention: Mention
    start: int
    until: int


class Reading:
    """One sentence, read against a table."""

    def __init__(self, sentence: str, namer: Namer, tables: Tables, visited: str) -> None:
        self.sentence = narrowed(sentence)
        self.visited = visited
        self.tables = tables
        self.mentions = namer.mentions(self.sentence)
        self.figures = stated_figures(sentence)
        self.places = tables.places_in(self.sentence)
        self.groups = self._groups() if tables.has_parts else []

    def clause(self, figure: StatedFigure) -> tuple[int, int]:
        """Where the clause of a figure begins and ends."""
        ends = [mark.start() for mark in _CLAUSE.finditer(self.sentence)]
        start = max((end + 1 for end in ends if end < figure.start), default=0)
        return start, min((end for end in ends if end >= figure.end), default=len(self.sentence))

    def measure(self, figure: StatedFigure) -> str:
        """mean, median, max or sum where a word before the figure says so: 平均拖欠19.8个月."""
        start, _ = self.clause(figure)
        words = [*_MEASURE.finditer(self.sentence, start, figure.start)]
        return words[-1].lastgroup or "" if words else ""

    # Places ---------------------------------------------------------------------------------------------------------

    def scope(self, figure: StatedFigure) -> Scope:
        """Whom a figure speaks of."""
        scope = Scope(self._units(figure))
        for group in self.groups:
            if group.until <= figure.start:
                scope = replace(scope, among=(group.mention.entry.key,))
        return scope

    def is_place(self, mention: Mention) -> bool:
        """Whether the indicator named is a place's own part of all."""
        return any((place.start, place.end) == (mention.start, mention.end) for place in self.places)

    def names_place(self, figure: StatedFigure) -> bool:
        """Whether the sentence itself says of which place a figure is."""
        return any(place.end <= figure.start for place in self.places) or self._place_after(figure) is not None

    def _units(self, figure: StatedFigure) -> tuple[str, ...]:
        after = self._place_after(figure)
        if after is not None:
            return after.units
        group = listed(self.places, figure.start, self.sentence)
        if len(group) < 2:
            return group[0].units if group else ()
        row = self._row(figure, group[-1].end)
        if _RESPECTIVELY in self.sentence[group[-1].end : figure.start] and figure in row:
            place = row.index(figure)
            return group[place].units if place < len(group) else ()
        return tuple(unit for place in group for unit in place.units)

    def _place_after(self, figure: StatedFigure) -> Place | None:
        """92家在荔湾区."""
        match = re.compile(rf"(?:{re.escape(self.visited)})?(?:在|位于|来自|分布在|属于)").match(
            self.sentence, figure.end
        )
        return next((place for place in self.places if match and place.start == match.end()), None)

    def _row(self, figure: StatedFigure, start: int) -> list[StatedFigure]:
        """The figures of one kind after a word, in order."""
        return [f for f in self.figures if f.start >= start and f.kind == figure.kind and f.unit == figure.unit]

    def compared_places(self, figure: StatedFigure) -> tuple[Scope, Scope] | None:
        """荔湾区比越秀区多3家: the two places."""
        before = [place for place in self.places if place.end <= figure.start]
        if len(before) >= 2 and "比" in self.sentence[before[-2].end : before[-1].start]:
            return Scope(before[-2].units), Scope(before[-1].units)
        return None

    def compared(self, figure: StatedFigure, fitting: Sequence[Mention]) -> tuple[Mention, Mention] | None:
        """反映融资难的比反映订单不足的多78家: the two indicators."""
        start, _ = self.clause(figure)
        than = max(self.sentence.rfind("比", start, figure.start), self.sentence.rfind("相比", 0, figure.start) + 1)
        than = than or -1
        if than < 0:
            return None
        if self.sentence[than - 1 : than] == "相":  # 与盈利企业相比，亏损企业少187家
            first, second = _between(fitting, than, figure.start), _between(fitting, 0, than)
            return (first[-1], second[-1]) if first and second else None
        first = [mention for mention in fitting if mention.end <= than]
        second = [mention for mention in fitting if than < mention.start and mention.end <= figure.start]
        return (max(first, key=lambda m: m.end), second[0]) if first and second else None

    def respective(self, figure: StatedFigure, fitting: Sequence[Mention]) -> list[Mention] | None:
        """反映招工难和租金过高的分别为500家、250家: the one that this figure is of."""
        word = self.sentence.rfind(_RESPECTIVELY, 0, figure.start)
        row = self._row(figure, word)
        if word < 0 or figure not in row or len(row) < 2:
            return None
        clause_start = self.sentence.rfind("。", 0, word) + 1
        spans = sorted({(m.start, m.end) for m in fitting if clause_start <= m.start and m.end <= word})
        spans = spans[-len(row) :]
        if len(spans) < len(row):
            return None
        span = spans[row.index(figure)]
        return [mention for mention in fitting if (mention.start, mention.end) == span]

    # Groups of firms ------------------------------------------------------------------------------------------------

    def _groups(self) -> list[Group]:
        choices = [mention for mention in self.mentions if is_choice(mention.entry) and not self.is_place(mention)]
        groups = [group for mention in choices if (group := self._group(mention, choices)) is not None]
        groups += self._next_groups(choices, groups)
        places = {(group.mention.start, group.until): group for group in reversed(groups)}
        return sorted(places.values(), key=lambda group: group.until)

    def _group(self, mention: Mention, choices: Sequence[Mention]) -> Group | None:
        sentence, end = self.sentence, mention.end
        firms = rf"(?:的)?(?:受访)?(?:{re.escape(self.visited)})?"
        among = re.compile(rf"{firms}(?:[\d,]+[家户])?{firms}(?:当中|之中|里|中)(?![小型等央介国])").match(
            sentence, end
        )
        if among:
            return Group(mention, mention.start, among.end())
        count = re.compile(
            rf"{firms}(?:有|共|为|达)?(?:[\d,]+)[家户次]{firms}(?:（[^）]*）)?[，：]?(?:[^，；。]{{0,12}}，)?其中"
        ).match(sentence, end)
        if count and "其中" not in sentence[:end]:
            return Group(mention, mention.start, count.end())
        if not mention.entry.parts:
            return None
        follows = re.compile(firms).match(sentence, end)
        limit = follows.end() if follows else end
        asked = [m for m in self.mentions if is_choice(m.entry) or m.entry.measure]
        others = [m for m in asked if m.entry.question != mention.entry.question]
        if limit > end and any(limit <= m.start <= limit + 6 and self._is_free(limit, m.start) for m in others):
            return Group(mention, mention.start, limit)
        stem = re.compile(r"(?:困难|问题)?的(?:受访)?")
        if any(m.end <= mention.start and stem.fullmatch(sentence[m.end : mention.start]) for m in others):
            return Group(mention, mention.start, limit)
        return None

    def _next_groups(self, choices: Sequence[Mention], groups: Sequence[Group]) -> list[Group]:
        """小型企业反映融资难的占38.3%，微型企业占34.1%: the next group of the same question."""
        questions = {group.mention.entry.question: group.until for group in groups if group.mention.entry.parts}
        firms = re.compile(rf"(?:的)?(?:受访)?(?:{re.escape(self.visited)})?")
        choice_groups: list[Group] = []
        for mention in choices:
            after = questions.get(mention.entry.question)
            if after is not None and mention.start >= after and (end := firms.match(self.sentence, mention.end)):
                choice_groups.append(Group(mention, mention.start, end.end()))
        return choice_groups

    def _is_free(self, start: int, end: int) -> bool:
        """Whether neither a figure nor the end of a clause stands between."""
        is_apart = re.search("[，；。！？占]", self.sentence[start:end])
        return not is_apart and not any(start <= figure.start < end for figure in self.figures)

    def is_group(self, mention: Mention, figure: StatedFigure) -> bool:
        """Whether a mention only says among whom a figure is counted."""
        return any(
            (group.mention.start, group.mention.end) == (mention.start, mention.end) and group.until <= figure.start
            for group in self.groups
        )

    # Bases ----------------------------------------------------------------------------------------------------------

    def base(self, figure: StatedFigure) -> Mention | None:
        """The indicator said to be the base: 占出口企业的六成, 出口企业中，近六成 …"""
        link = re.compile(_BASE_END.format(visited=re.escape(self.visited)))
        for mention in self.mentions:
            after = self.sentence[mention.end : figure.start]
            if mention.end <= figure.start and link.fullmatch(after) and _BASE.search(self.sentence[: mention.start]):
                return mention
            if mention.end <= figure.start and _AMONG_BEFORE.fullmatch(after):
                return mention
        return None


def _between(mentions: Sequence[Mention], start: int, end: int) -> list[Mention]:
    return [mention for mention in mentions if start <= mention.start and mention.end <= end]
