"""The tables of a report (统计表): one table of the questionnaire, whole or broken down, as rows of text to print or show.

Takes   a `Frame` (whole campaign or one unit), the table's name, the edition.
Gives   {"table", "title", "unit", "base", "n", "columns", "rows", "total", "notes"}: what a page and the print shop want.
Hidden  `*` for a small cell and for the one that would give it away, along rows and columns (wording.py), and for what other
        tables and units of the volume would give away (`across`: column → keys of cells, hiding.py).
Empty   a mean nobody gave is “—”; a count of nobody is 0.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reports.figures.disclosure_control import LONG_LIST, breakdown_groups, group_column, ratio_size
from reports.figures.figure_words import LEAST_SHARE_BASE, SMALLEST_CELL, hidden_matrix
from reports.figures.frame import CampaignCounts, Frame, is_choice, is_multiple
from reports.figures.indicators import counted_in, partition, points, ranking_sizes, special_count, summary
from reports.figures.items import (
    CHOICE_ROLES,
    SPECIAL,
    any_item,
    cell_key,
    choice_label,
    clauses,
    counting_word,
    label_of,
    points_of,
    privacy_of,
    questions_of,
    special_words,
    unit_words,
)
from reports.figures.rounding import NOTHING, percent, rounded, trimmed
from reports.figures.table_words import table_words
from reports.text.report_shape import Column, TableData
from surveys.questionnaire.facts.facts import IndicatorQuestion

HIDDEN = "*"


@dataclass(frozen=True, slots=True)
class Line:
    """One row before wording: its label, and a text for each group and the total."""

    label: str
    cells: tuple[str, ...]
    shares: tuple[str, ...] = ()
    n: str = ""
    depth: int = 1


class TableMaker:
    """Makes the tables of one frame in one edition and language.

    `printed_notes` are the notes that stand once in a report and stand there already.
    """

    def __init__(
        self,
        frame: Frame,
        *,
        edition: str = "outgoing",
        smallest_cell: int = SMALLEST_CELL,
        language: str = "zh-CN",
        counts: CampaignCounts | None = None,
        unit_names: Mapping[str, str] | None = None,
        printed_notes: set[str] | None = None,
        across: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.frame = frame
        self.across = across or {}
        self.places = [frame.unit]  # the column of each group, as `across` names it
        self.unit_names = unit_names or {}
        self.internal = edition == "internal"
        self.smallest_cell = smallest_cell
        self.language = language
        self.words = table_words(language)
        self.counts = counts or CampaignCounts()
        self.notes: dict[str, None] = {}
        self.printed_notes = set[str]() if printed_notes is None else printed_notes

    # Groups ---------------------------------------------------------------------------------------------------------

    def groups(self, table: str, breakdown: str | None) -> list[tuple[str, Frame]]:
        """Name and frame of each group, then of the total; without a breakdown the total alone."""
        frame = self.frame
        whole = (self.words["all"], frame)
        self.places = [frame.unit]
        if not breakdown:
            return [whole]
        visits = table in frame.data.visit_tables
        if breakdown == "unit":
            units = frame.data.unit
            names = [name for name in frame.data.leaves or sorted(set(units)) if (units[frame.visits] == name).any()]
            groups = [
                (self.unit_names.get(name, name), frame.where(lambda rows, name=name: units[rows] == name))
                for name in names
            ]
            if len(frame.firms) != sum(len(frame.of(name).firms) for name in names):
                self.notes[self.words["twice"]] = None
            self.places = [*names, frame.unit]
            return [*groups, whole]
        question = frame.data.by_name.get(breakdown) or frame.data.by_path.get(breakdown)
        if question is None or not is_choice(question):
            raise ValueError(f"“{breakdown}” is no question whose choices break a table down")
        parts = breakdown_groups(frame, question, visits=visits)
        self.places = [*(group_column(frame.unit, question, name) for name, _ in parts), frame.unit]
        labels = [choice_label(question, name, self.language) if name else self.words["rest"] for name, _ in parts]
        return [*zip(labels, (part for _, part in parts), strict=True), whole]

    # Lines ----------------------------------------------------------------------------------------------------------

    def marks(
        self, question: IndicatorQuestion, kind: str, cells: Sequence[Sequence[int]], *, one_answer: bool = False
    ) -> list[list[str]]:
        """Which cells are hidden in this edition; the note is kept where one is."""
        level = "L0" if self.internal else privacy_of(question)
        known_cells = [
            (row, column)
            for column, place in enumerate(self.places)
            if (keys := self.across.get(place))
            for row in range(len(cells))
            if cell_key(question, kind, row) in keys
        ]
        marks = hidden_matrix(
            cells, level, one_answer=one_answer, smallest_cell=self.smallest_cell, known_cells=known_cells
        )
        if any(map(any, marks)):
            self.notes[self.words["hidden"].format(least=self.smallest_cell, counted_in=counting_word())] = None
        return marks

    def share(self, count: int, n: int) -> str:
        if 0 < n < LEAST_SHARE_BASE:
            self.notes[self.words["few"].format(least=LEAST_SHARE_BASE)] = None
        return percent(Fraction(100 * count, n)) if n >= LEAST_SHARE_BASE else NOTHING

    def count_lines(
        self,
        question: IndicatorQuestion,
        groups: list[Frame],
        labels: Sequence[str],
        cells: list[tuple[int, ...]],
        kind: str,
        *,
        one_answer: bool = False,
    ) -> list[Line]:
        """Lines of counts with their shares; `cells` are rows of groups, the total last; `kind` as in `cell_key`."""
        marks = self.marks(question, kind, cells, one_answer=one_answer)
        sizes = [part.n(question) for part in groups]
        lines: list[Line] = []
        for label, row, row_marks in zip(labels, cells, marks, strict=True):
            texts = tuple(HIDDEN if mark else str(count) for count, mark in zip(row, row_marks, strict=True))
            shares = tuple(
                HIDDEN if mark else self.share(count, n) for count, n, mark in zip(row, sizes, row_marks, strict=True)
            )
            lines.append(Line(label, texts, shares))
        return lines

    def choice_lines(
        self,
        question: IndicatorQuestion,
        groups: list[Frame],
        selection: frozenset[str] | None,
        *,
        with_any: bool = True,
    ) -> list[Line]:
        """One line per choice. What is hidden is settled before any choice is left out."""
        names = self.frame.data.column(question).names
        by_group = [part.counts(question) for part in groups]
        cells = [tuple(counts[place] for counts in by_group) for place in range(len(names))]
        labels = [choice_label(question, name, self.language) for name in names]
        lines = self.count_lines(question, groups, labels, cells, "c", one_answer=not is_multiple(question))
        chosen_lines = [
            line
            for name, line, row in zip(names, lines, cells, strict=True)
            if (row[-1] or len(names) <= LONG_LIST) and (selection is None or name in selection)
        ]
        any_choice = any_item(question) if with_any else None
        if any_choice and selection is None:
            counts = tuple(part.count_any(question, any_choice[1]) for part in groups)
            joint = self.words["joint"].join(choice_label(question, name, self.language) for name in any_choice[1])
            chosen_lines += self.count_lines(question, groups, [self.words["any"] + joint], [counts], "a")
        self.notes[self.words["more" if is_multiple(question) else "round"]] = None
        return chosen_lines

    def scale_lines(self, question: IndicatorQuestion, groups: list[Frame]) -> list[Line]:
        """High and low of a five-point question."""
        parts = [partition(part, question) for part in groups]
        cells = [tuple(part[place] for part in parts) for place in range(3)]
        labels = [
            self.words["joint"].join(
                choice_label(question, name, self.language) for name, _, _ in question.choices if name in pair
            )
            for pair in (("1", "2"), ("3",), ("4", "5"))
        ]
        low, _, high = self.count_lines(question, groups, labels, cells, "p", one_answer=True)
        return [high, low]

    def value_line(
        self, question: IndicatorQuestion, groups: list[Frame], measure: str, label: str, depth: int = 1
    ) -> Line:
        """One number for each group, hidden where it rests on few firms."""
        sizes = tuple(part.n(question) for part in groups)
        marks = self.marks(question, "v", [sizes])[0]
        texts = [
            HIDDEN if mark else self.number(summary(part, question, measure), measure, question.unit)
            for part, mark in zip(groups, marks, strict=True)
        ]
        return Line(label, tuple(texts), n=str(sizes[-1]), depth=depth)

    def number(self, value: Fraction | None, measure: str, unit: str) -> str:
        if value is None:
            return NOTHING
        text = f"{rounded(value, 1)}" if measure in ("mean", "ratio") else trimmed(value)
        return text + ("%" if unit == "%" or measure == "ratio" else "")

    def ratio_line(self, question: IndicatorQuestion, groups: list[Frame], whole: IndicatorQuestion) -> Line:
        sizes = tuple(ratio_size(part, question, whole) for part in groups)
        marks = self.marks(question, "r", [sizes])[0]
        texts: list[str] = []
        for part, mark in zip(groups, marks, strict=True):
            divisor = summary(part, whole, "sum")
            value = 100 * (summary(part, question, "sum") or Fraction(0)) / divisor if divisor else None
            texts.append(HIDDEN if mark else self.number(value, "ratio", ""))
        return Line(self.words["of"].format(whole=label_of(whole, self.language)), tuple(texts), n=str(sizes[-1]))

    def question_lines(
        self, question: IndicatorQuestion, groups: list[Frame], selection: frozenset[str] | None
    ) -> list[Line]:
        """All lines of one question, its own line first."""
        label = label_of(question, self.language)
        also = clauses(question)
        if question.role in CHOICE_ROLES and is_choice(question):
            label += self.words["several"] if is_multiple(question) else ""
            sizes = tuple(str(part.n(question)) for part in groups)
            head = Line(label, ("",) * len(groups) if len(groups) == 1 else sizes, n=sizes[-1], depth=0)
            return [head, *self.choice_lines(question, groups, selection)]
        if question.role in ("mean", "sum"):
            head_label = self.number_label(question, label)
            lines = [self.value_line(question, groups, question.role, head_label, 0)]
            lines += [
                self.value_line(question, groups, name, self.words[name]) for name in ("median", "max") if name in also
            ]
            if "high_low" in also:
                lines += self.scale_lines(question, groups)
            whole = self.frame.data.by_name.get(also.get("ratio", ""))
            return lines + ([self.ratio_line(question, groups, whole)] if whole else [])
        if question.role == "text" and not question.in_repeat and privacy_of(question) < "L2":
            cells = [tuple(part.n(question) for part in groups)]
            line = self.count_lines(question, groups, [label + self.suffix(self.words["written"])], cells, "t")[0]
            return [Line(line.label, line.cells, depth=0)]
        return []

    def number_label(self, question: IndicatorQuestion, label: str) -> str:
        """成立年限（年）平均; the scale of a five-point question is said by its word alone."""
        if re.fullmatch(r"\d\W\d", question.unit or ""):
            return label + self.suffix(self.words["score"])
        label = re.sub(r"\s*[（(]%[）)]", "", label)  # its cells carry the sign
        unit = "" if question.unit == "%" else unit_words(question.unit or "", self.language)
        if unit:
            unit = "" if re.search(r"[（(]", label) else f"（{unit}）" if self.language == "zh-CN" else f" ({unit})"
        return label + unit + self.suffix(self.words[question.role])

    def suffix(self, word: str) -> str:
        return word if self.language == "zh-CN" else f", {word}"

    def point_lines(self, table: str, groups: list[Frame]) -> list[Line]:
        """Points of a ranking, best first; what is hidden stands after them, or its place would tell it."""
        pairs = points_of(self.frame, table)
        if not pairs:
            return []
        question = pairs[0][0]
        names = self.frame.data.column(question).names
        by_group = [points(part, table) for part in groups]
        sizes = list(zip(*(ranking_sizes(part, table) for part in groups), strict=True))
        marks = self.marks(question, "s", sizes, one_answer=True)
        rows = [
            (bool(row_marks[-1]), by_group[-1].get(name, 0), name, row_marks)
            for name, row_marks in zip(names, marks, strict=True)
            if by_group[-1].get(name, 0)
        ]
        lines = [Line(self.words["points"], ("",) * len(groups), depth=0)]
        for _, _, name, row_marks in sorted(rows, key=lambda row: (row[0], 0 if row[0] else -row[1])):
            cells = tuple(
                HIDDEN if mark else str(each.get(name, 0)) for each, mark in zip(by_group, row_marks, strict=True)
            )
            lines.append(Line(choice_label(question, name, self.language), cells))
        return lines

    def special_lines(self, groups: list[Frame]) -> list[Line]:
        """What was assigned and what came of it; in a breakdown only what the visits themselves tell."""
        lines: list[Line] = []
        for name in SPECIAL:
            zh, en, unit = special_words(name)
            values = [special_count(part, CampaignCounts(), name) for part in groups[:-1]]
            values.append(special_count(groups[-1], self.counts, name))
            if values[-1] is not None:
                texts = tuple(NOTHING if value is None else str(value) for value in values)
                label = f"{zh}（{unit}）" if self.language == "zh-CN" else en
                lines.append(Line(label, texts, depth=0))
        return lines

    # Tables ---------------------------------------------------------------------------------------------------------

    def table(self, table: str, breakdown: str | None = None, items: Sequence[str] | None = None) -> TableData:
        """One table of the questionnaire."""
        frame, self.notes = self.frame, {}
        named_groups = self.groups(table, breakdown)
        groups = [part for _, part in named_groups]
        selections = [(q, selection) for q in questions_of(frame, table) for selection in self.selections(q, items)]
        lines: list[Line] = []
        if table == frame.data.campaign_table and items is None:
            lines += self.special_lines(groups)
        if items is None:
            lines += self.point_lines(table, groups)
        for question, selection in selections:
            lines += self.question_lines(question, groups, selection)
        size = len(frame.visits if table in frame.data.visit_tables else frame.firms)
        repeat_questions = [question for question, _ in selections if question.in_repeat]
        if repeat_questions:
            size = max(frame.n(question) for question in repeat_questions)
        counted_questions = repeat_questions or [
            q for q, _ in selections if q.role in (*CHOICE_ROLES, "text") or "high_low" in clauses(q)
        ]
        unit = counted_in(frame, counted_questions[0]) if counted_questions else ""
        is_single = len(selections) == 1 and len(lines) > 1 and lines[0].depth == 0 and not breakdown
        n = frame.n(selections[0][0]) if is_single else size
        whole_question = is_single and is_whole(*selections[0])
        if whole_question:
            lines += self.sum_line(selections[0][0], n)
        base_sizes = {line.n for line in lines if line.n}
        base = "" if base_sizes and str(n) not in base_sizes and not breakdown and not is_single else f"n={n}"
        return {
            "table": table,
            "title": self.title(table) if not is_single else label_of(selections[0][0], self.language),
            "unit": unit_words(unit, self.language) if unit else "",
            "base": base,
            "n": n,
            "columns": self.columns(named_groups),
            "rows": [self.row(line, len(groups), is_single) for line in (lines[1:] if is_single else lines)],
            "total": whole_question and lines[-1].label == self.words["all"],
            "notes": self.notes_once(),
        }

    def sum_line(self, question: IndicatorQuestion, n: int) -> list[Line]:
        """The sum of a table of one question whose parts add up."""
        if question.role not in CHOICE_ROLES or is_multiple(question) or not n:
            return []
        return [Line(self.words["all"], (str(n),), (self.share(n, n),))]

    def notes_once(self) -> list[str]:
        """The notes of this table; what rounding does is said under the first table of a report alone."""
        rounding = self.words["round"]
        notes = [note for note in self.notes if note != rounding or rounding not in self.printed_notes]
        self.printed_notes.update(note for note in notes if note == rounding)
        return notes

    def selections(self, question: IndicatorQuestion, items: Sequence[str] | None) -> Iterable[frozenset[str] | None]:
        """What of a question the items ask for: nothing, all of it (None), or some choices."""
        if items is None or question.name in items:
            yield None
            return
        names = {name for name, _, _ in question.choices}
        choices = {item for item in items if item in names}
        choices |= {item.split(".", 1)[1] for item in items if item.startswith(f"{question.name}.")} & names
        if choices and question.role in CHOICE_ROLES:
            yield frozenset(choices)

    def title(self, table: str) -> str:
        titles = next((row["title"] for row in self.frame.data.tables if row["table"] == table), {})
        return titles.get(self.language) or next(iter(titles.values()), table)

    def columns(self, named_groups: list[tuple[str, Frame]]) -> list[Column]:
        words = self.words
        heads = [words["count"], words["share"], "n"] if len(named_groups) == 1 else [name for name, _ in named_groups]
        return [{"title": words["item"], "align": "left"}, *({"title": head, "align": "right"} for head in heads)]

    def row(self, line: Line, groups: int, is_single: bool) -> list[str]:
        label = ("" if is_single else "\u3000" * line.depth) + line.label
        if groups > 1:
            return [label, *line.cells]
        return [label, line.cells[0], line.shares[0] if line.shares else "", line.n]


def is_whole(question: IndicatorQuestion, selection: frozenset[str] | None) -> bool:
    """Whether all choices of a question stand in the table, asked for by its name or one by one."""
    return selection is None or selection >= {name for name, _, _ in question.choices}


def statistics(frame: Frame, **how: Any) -> list[TableData]:
    """Every table of the questionnaire, with every question that has an indicator (附件2)."""
    maker = TableMaker(frame, **how)
    return [maker.table(row["table"]) for row in frame.data.tables]
