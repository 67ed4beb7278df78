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
from reports.figures.indicators import partition, ranked_by
from reports.figures.items import any_item, cell_key, clauses, points_of, privacy_of, questions_of
from reports.text.report_shape import Block
from surveys.questionnaire.facts.facts import IndicatorQuestion

LONG_LIST = 12  # a breakdown with more choices than these shows only those that anybody made
Across = dict[str, list[str]]
Cell = tuple[str, str]  # column, key


def broken_down(frame: Frame, question: IndicatorQuestion, *, visits: bool) -> list[tuple[str, Frame]]:
    """The groups of a breakdown: choice → its frame, and "" for those who gave none. Of a long list only those that have any."""
    column = frame.data.column(question)

    def size(part: Frame) -> int:
        return len(part.visits if visits else part.firms)

    groups = [(name, frame.among(question, name)) for name in column.names]
    if len(groups) > LONG_LIST:
        groups = [(name, part) for name, part in groups if size(part)]
    rest = frame.where(lambda rows: ~column.answered[rows])
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
        if found := any_item(question):
            yield "a", (frame.count_any(question, found[1]),), False
    if "high_low" in also:
        yield "p", partition(frame, question), True
    if question.role in ("mean", "sum"):
        yield "v", (frame.n(question),), False
        whole = frame.data.by_name.get(also.get("ratio", ""))
        if whole is not None:
            yield "r", (ratio_size(frame, question, whole),), False
    weighted = points_of(frame, question.table)
    if weighted and weighted[0][0].path == question.path:
        # All points of a ranking together follow from how many filled it in.
        yield "s", ranked_by(frame, question.table), True
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
    hidden: set[Cell] = field(default_factory=set)
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
                self.hidden.update(cell for cell, mark in zip(cells, marks, strict=True) if mark)
                if adds_up and len(cells) > 1:
                    self.lines.append(cells)
        for table in {question.table for question in questions}:
            self.lines += self._rankings(column, frame, table)

    def _rankings(self, column: str, frame: Frame, table: str) -> Iterator[list[Cell]]:
        """A choice's points are worked out from how often it was put in each place, and the other way round."""
        weighted = [question for question, _ in points_of(frame, table)]
        names = [frame.data.column(question).names for question in weighted]
        for place, name in enumerate(names[0] if weighted else ()):
            cells = [
                (column, cell_key(question, "c", among.index(name)))
                for question, among in zip(weighted, names, strict=True)
                if name in among
            ]
            cells = [cell for cell in [*cells, (column, cell_key(weighted[0], "s", place))] if cell in self.values]
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
        for name, part in broken_down(frame, table.question, visits=visits):
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
        waiting = list(range(len(self.lines)))
        while waiting:
            line = self.lines[waiting.pop()]
            open_cells = [cell for cell in line if cell not in self.hidden]
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
            self.hidden.add(open_cells[least])
            waiting += of_cell[open_cells[least]]

    def across(self) -> Across:
        found: Across = {}
        for column, key in sorted(self.hidden):
            found.setdefault(column, []).append(key)
        return found


def nested(unit: str, tree: Mapping[str, Sequence[str]], leaves: Sequence[str]) -> list[list[str]]:
    """What of the units below a unit add up to it: its leaves, and the largest parts of it."""
    mine = [leaf for leaf in (tree.get(unit, ()) if unit else leaves) if leaf != unit]
    inside = sorted(
        (node for node, below in tree.items() if node != unit and set(below) < set(mine)), key=lambda n: -len(tree[n])
    )
    parts: list[str] = []
    covered: set[str] = set()
    for node in inside:
        if not covered & set(tree[node]):
            parts.append(node)
            covered |= set(tree[node])
    largest = [*parts, *(leaf for leaf in mine if leaf not in covered)]
    return [mine] if largest == mine else [mine, largest]


@dataclass(frozen=True, slots=True)
class Told:
    """One report of a volume: its unit ("" the whole campaign), its data, the breakdowns it prints, what it hides already."""

    unit: str
    frame: Frame
    tables: Sequence[Table] = ()
    across: Mapping[str, Sequence[str]] = field(default_factory=dict)


def tables_in(blocks: Iterable[Block], frame: Frame) -> list[Table]:
    """The breakdowns by a question among the blocks of a report."""
    found = {}
    for block in blocks:
        name, table = block.get("breakdown"), block.get("table")
        question = frame.data.by_name.get(name or "") or frame.data.by_path.get(name or "")
        if block["type"] == "table" and table and question is not None and is_choice(question):
            found[table, question.path] = Table(table, question)
    return list(found.values())


def across(
    own: Told,
    bound: Sequence[Told],
    tree: Mapping[str, Sequence[str]],
    leaves: Sequence[str],
    smallest_cell: int = SMALLEST_CELL,
) -> Across:
    """What the own report and the reports bound with it hide, so that none gives away what another hides.

    `tree` and `leaves` are those of the own report. A unit whose report is not bound counts with its cells in the own data.
    """
    hiding = Hiding(smallest_cell)
    questions = own.frame.data.questions
    mine = [leaf for leaf in (tree.get(own.unit, (own.unit,)) if own.unit else leaves) if leaf != own.unit]
    nodes = [node for node, below in tree.items() if node != own.unit and set(below) < set(mine)]
    hiding.column(own.unit, own.frame, questions)
    for unit in (*mine, *nodes):
        hiding.column(unit, own.frame.of(unit), questions)
    for one in bound:
        hiding.column(one.unit, one.frame, one.frame.data.questions)
    for unit in (own.unit, *nodes):
        for parts in nested(unit, tree, leaves):
            hiding.add_up([*parts, unit])
    _break_down(hiding, own, bound)
    for one in (own, *bound):
        known = ((column, key) for column, keys in one.across.items() for key in keys)
        hiding.hidden.update(cell for cell in known if cell in hiding.values)
    hiding.close()
    found = hiding.across()
    same = [node for node, below in tree.items() if not own.unit and set(below) == set(mine)]
    return found | {node: found[""] for node in same if "" in found}  # the whole campaign by its root's code


def _break_down(hiding: Hiding, own: Told, bound: Sequence[Told]) -> None:
    """The breakdowns of all reports; where every bound report has the one of the own, their groups add up to it."""
    by_question: dict[str, dict[str, list[str]]] = {}
    for one in (own, *bound):
        for table in one.tables:
            columns = hiding.breakdown(one.unit, one.frame, table)
            by_question.setdefault(table.question.path, {})[one.unit] = columns
    for of_unit in by_question.values():
        if len(of_unit) < len(bound) + 1 or not bound:
            continue
        for column in of_unit[own.unit]:
            group = column.removeprefix(own.unit)
            hiding.add_up([*(f"{one.unit}{group}" for one in bound), column])
