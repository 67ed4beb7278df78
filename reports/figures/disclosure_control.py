"""What must be hidden so that nothing hidden can be worked out (次级隐去): across tables, breakdowns and the units of one volume.

Cells   of a column (a unit, or one group of a breakdown in a unit) by `cell_key`; a column is named by `group_column` or its unit.
Lines   cells that add up: the answers of one question in a column, the groups of a breakdown, the units below a unit;
        and the points of a choice in a ranking with the counts they are made of.
Rule    no line may have a single hidden cell: subtraction would show it. The smallest cell beside it is hidden as well, a zero
        only where nothing else is left.
Gives   `across`: column → keys of all cells that are hidden, what wording and tables are given. L0 questions hide nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reports.figures.figure_words import SMALLEST_CELL, hidden_cells
from reports.figures.frame import Frame, is_choice, is_multiple
from reports.figures.indicators import partition, ranking_sizes
from reports.figures.items import any_item, cell_key, clauses, points_of, privacy_of, questions_of
from reports.text.report_shape import Block
from surveys.questionnaire.facts.facts import IndicatorQuestion

LONG_LIST = 12  # a breakdown with more choices than these shows only those that anybody made
Across = dict[str, list[str]]
Cell = tuple[str, str]  # column, key


def breakdown_groups(frame: Frame, question: IndicatorQuestion, *, visits: bool) -> list[tuple[str, Frame]]:
    """The groups of a breakdown: each choice with its frame, and "" for those who gave none.

    Of a long list only the choices that anybody made.
    """
    column = frame.data.column(question)

    def size(part: Frame) -> int:
        return len(part.visits if visits else part.firms)

    groups = [(name, frame.among(question, name)) for name in column.names]
    if len(groups) > LONG_LIST:
        groups = [(name, part) for name, part in groups if size(part)]
    rest = frame.where(lambda rows: ~column.has_answer[rows])
    return [*groups, ("", rest)] if size(rest) else groups


def group_column(unit: str, question: IndicatorQuestion, name: str) -> str:
    """The column of one group of a breakdown, as `across` names it."""
    return f"{unit}/{question.path}={name}"


def ratio_size(frame: Frame, part: IndicatorQuestion, whole: IndicatorQuestion) -> int:
    """How many firms a ratio of two sums rests on."""
    return min(frame.n(part), frame.n(whole)) or frame.n(whole)


def parts_of(frame: Frame, question: IndicatorQuestion) -> Iterator[tuple[str, tuple[int, ...], bool]]:
    """What a question is told by: kind, counts, and whether they add up to those who answered."""
    also = clauses(question)
    if is_choice(question):
        yield "c", frame.counts(question), not is_multiple(question)
        if any_choice := any_item(question):
            yield "a", (frame.count_any(question, any_choice[1]),), False
    if "high_low" in also:
        yield "p", partition(frame, question), True
    if question.role in ("mean", "sum"):
        yield "v", (frame.n(question),), False
        whole = frame.data.by_name.get(also.get("ratio", ""))
        if whole is not None:
            yield "r", (ratio_size(frame, question, whole),), False
    ranking = points_of(frame, question.table)
    if ranking and ranking[0][0].path == question.path:
        # All points of a ranking together follow from how many filled it in.
        yield "s", ranking_sizes(frame, question.table), True
    if question.role == "text":
        yield "t", (frame.n(question),), False


@dataclass(slots=True)
class Table:
    """A breakdown that is printed: a table of the questionnaire, and the question it is broken down by."""

    table: str
    question: IndicatorQuestion


@dataclass(slots=True)
class Hiding:
    """The cells of a volume, and what of them is hidden."""

    smallest_cell: int = SMALLEST_CELL
    values: dict[Cell, int] = field(default_factory=dict)
    hidden_cells: set[Cell] = field(default_factory=set)
    lines: list[list[Cell]] = field(default_factory=list)

    def column(self, column: str, frame: Frame, questions: Iterable[IndicatorQuestion]) -> None:
        """Put one column in: each small cell, and the one that would give it away inside the column."""
        for question in questions:
            privacy = privacy_of(question)
            if privacy == "L0":
                continue
            for kind, counts, adds_up in parts_of(frame, question):
                cells = [(column, cell_key(question, kind, place)) for place in range(len(counts))]
                self.values.update(zip(cells, counts, strict=True))
                marks = hidden_cells(counts, privacy, one_answer=adds_up, smallest_cell=self.smallest_cell)
                self.hidden_cells.update(cell for cell, mark in zip(cells, marks, strict=True) if mark)
                if adds_up and len(cells) > 1:
                    self.lines.append(cells)
        for table in {question.table for question in questions}:
            self.lines += self._rankings(column, frame, table)

    def _rankings(self, column: str, frame: Frame, table: str) -> Iterator[list[Cell]]:
        """A choice's points are worked out from how often it was put in each place, and the other way round."""
        questions = [question for question, _ in points_of(frame, table)]
        names = [frame.data.column(question).names for question in questions]
        for place, name in enumerate(names[0] if questions else ()):
            cells = [
                (column, cell_key(question, "c", question_names.index(name)))
                for question, question_names in zip(questions, names, strict=True)
                if name in question_names
            ]
            cells = [cell for cell in [*cells, (column, cell_key(questions[0], "s", place))] if cell in self.values]
            if len(cells) > 1:
                yield cells

    def add_up(self, columns: Sequence[str]) -> None:
        """These columns add up (the last to the others): so does every cell of them."""
        if len(columns) < 2:
            return
        keys: dict[str, list[Cell]] = {}
        for column, key in self.values:
            if column in columns:
                keys.setdefault(key, []).append((column, key))
        self.lines += [cells for cells in keys.values() if len(cells) > 1]

    def breakdown(self, column: str, frame: Frame, table: Table) -> list[str]:
        """Put a breakdown of a column in; gives the columns of its groups."""
        visits = table.table in frame.data.visit_tables
        columns = []
        for name, part in breakdown_groups(frame, table.question, visits=visits):
            columns.append(group_column(column, table.question, name))
            self.column(columns[-1], part, questions_of(frame, table.table))
        self.add_up([*columns, column])
        return columns

    def close(self) -> None:
        """Hide what a line with a single hidden cell would give away, until there is no such line."""
        of_cell: dict[Cell, list[int]] = {}
        for number, line in enumerate(self.lines):
            for cell in line:
                of_cell.setdefault(cell, []).append(number)
        queue = list(range(len(self.lines)))
        while queue:
            line = self.lines[queue.pop()]
            open_cells = [cell for cell in line if cell not in self.hidden_cells]
            if len(line) - len(open_cells) != 1 or not open_cells:
                continue
            # Ties go to the later cell, as inside a column; a zero says nothing about a firm, so it goes last; points
            # go before the counts they are made of.
            least = min(
                range(len(open_cells)),
                key=lambda at: (
                    not self.values[open_cells[at]],
                    "#s" not in open_cells[at][1],
                    self.values[open_cells[at]],
                    -at,
                ),
            )
            self.hidden_cells.add(open_cells[least])
            queue += of_cell[open_cells[least]]

    def across(self) -> Across:
        keys_by_column: Across = {}
        for column, key in sorted(self.hidden_cells):
            keys_by_column.setdefault(column, []).append(key)
        return keys_by_column


def nested(unit: str, tree: Mapping[str, Sequence[str]], leaves: Sequence[str]) -> list[list[str]]:
    """What of the units below a unit add up to it: its leaves, and the largest parts of it."""
    own_leaves = [leaf for leaf in (tree.get(unit, ()) if unit else leaves) if leaf != unit]
    inner_nodes = sorted(
        (node for node, below in tree.items() if node != unit and set(below) < set(own_leaves)),
        key=lambda n: -len(tree[n]),
    )
    parts: list[str] = []
    covered_leaves: set[str] = set()
    for node in inner_nodes:
        if not covered_leaves & set(tree[node]):
            parts.append(node)
            covered_leaves |= set(tree[node])
    largest_parts = [*parts, *(leaf for leaf in own_leaves if leaf not in covered_leaves)]
    return [own_leaves] if largest_parts == own_leaves else [own_leaves, largest_parts]


@dataclass(frozen=True, slots=True)
class ReportCells:
    """One report of a volume: its unit ("" the whole campaign), its data, the breakdowns it prints, what it hides already."""

    unit: str
    frame: Frame
    tables: Sequence[Table] = ()
    across: Mapping[str, Sequence[str]] = field(default_factory=dict)


def tables_in(blocks: Iterable[Block], frame: Frame) -> list[Table]:
    """The breakdowns by a question among the blocks of a report."""
    table_by_question = {}
    for block in blocks:
        name, table = block.get("breakdown"), block.get("table")
        question = frame.data.by_name.get(name or "") or frame.data.by_path.get(name or "")
        if block["type"] == "table" and table and question is not None and is_choice(question):
            table_by_question[table, question.path] = Table(table, question)
    return list(table_by_question.values())


def across(
    own_report: ReportCells,
    child_reports: Sequence[ReportCells],
    tree: Mapping[str, Sequence[str]],
    leaves: Sequence[str],
    smallest_cell: int = SMALLEST_CELL,
) -> Across:
    """What the own report and the reports bound with it hide, so that none gives away what another hides.

    `tree` and `leaves` are those of the own report. A unit whose report is not bound counts with its cells in the own data.
    """
    hiding = Hiding(smallest_cell)
    questions = own_report.frame.data.questions
    own_leaves = [
        leaf
        for leaf in (tree.get(own_report.unit, (own_report.unit,)) if own_report.unit else leaves)
        if leaf != own_report.unit
    ]
    nodes = [node for node, below in tree.items() if node != own_report.unit and set(below) < set(own_leaves)]
    hiding.column(own_report.unit, own_report.frame, questions)
    for unit in (*own_leaves, *nodes):
        hiding.column(unit, own_report.frame.of(unit), questions)
    for one in child_reports:
        hiding.column(one.unit, one.frame, one.frame.data.questions)
    for unit in (own_report.unit, *nodes):
        for parts in nested(unit, tree, leaves):
            hiding.add_up([*parts, unit])
    _break_down(hiding, own_report, child_reports)
    for one in (own_report, *child_reports):
        known_cells = ((column, key) for column, keys in one.across.items() for key in keys)
        hiding.hidden_cells.update(cell for cell in known_cells if cell in hiding.values)
    hiding.close()
    keys_by_column = hiding.across()
    # The whole campaign also by its root's code.
    same_nodes = [node for node, below in tree.items() if not own_report.unit and set(below) == set(own_leaves)]
    return keys_by_column | {node: keys_by_column[""] for node in same_nodes if "" in keys_by_column}


def _break_down(hiding: Hiding, own_report: ReportCells, child_reports: Sequence[ReportCells]) -> None:
    """The breakdowns of all reports; where every bound report has the one of the own, their groups add up to it."""
    by_question: dict[str, dict[str, list[str]]] = {}
    for one in (own_report, *child_reports):
        for table in one.tables:
            columns = hiding.breakdown(one.unit, one.frame, table)
            by_question.setdefault(table.question.path, {})[one.unit] = columns
    for columns_by_unit in by_question.values():
        if len(columns_by_unit) < len(child_reports) + 1 or not child_reports:
            continue
        for column in columns_by_unit[own_report.unit]:
            group = column.removeprefix(own_report.unit)
            hiding.add_up([*(f"{one.unit}{group}" for one in child_reports), column])
