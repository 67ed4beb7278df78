"""The outgoing edition of rows (转送用): nobody in them can be told apart. Touches nothing but rows, keys and names it is given.

Columns     L0 and L1; no name, code or number of a visit or subject, no moment, no finding in words but in its own table.
Keys        a visit and a subject have pseudonyms, the same in every export of a campaign, made with a key that stays here.
Positions   go only where the sheet makes them public (L0, L1): with two decimals as in any export, and as a dimension.
Dimensions  unit and the questions tables are broken down by: no combination of theirs has fewer firms than the campaign's smallest
            cell (three in a table of nothing but L0). The one with most values is hidden first, row by row, until that is so, and
            the unit last.
L1          an answer given by fewer firms than the smallest cell is hidden, and a second one with it where subtraction would show
            it; a number becomes the mean of a group of that many firms nearest to it; of a day the month is left.
Words       a text that names whoever did not consent, or holds a telephone or the like, is hidden as a whole; so is one worked out.
Hidden      reads `*`. Firms are counted, not rows: one firm visited twice is one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from reports.exports.columns import FINDINGS, Column, Table
from reports.exports.rows import WORKED_OUT, Row

HIDDEN = "*"
LEAST_OF_L0 = 3
_NEVER = frozenset(("number", "subject_name", "uscc", "received_at", "accepted_at", "publication"))
_NAMES = ("subject.name", "subject.uscc", "contact", "attendance", "finding.text")


def goes_out(column: Column) -> bool:
    """Whether a column is in the outgoing edition at all."""
    means = column.row.get("means", "")
    named = means in _NAMES or means.startswith("contact.")
    return column.privacy in ("L0", "L1") and not named and column.fact not in _NEVER and column.kind != "file"


def outgoing_columns(table: Table) -> Table:
    """The table without what never goes out: a unit by its code alone, and none beside a finding, since its visit's may be hidden."""
    units = ("unit", "unit_name") if table.key == FINDINGS else ("unit_name",)
    return table.only(column for column in table.columns if goes_out(column) and column.fact not in units)


class Suppression:
    """What must be hidden in the rows of one table: every row is looked at once, then each is written anew.

    `firm`: row → whom it speaks of; `names_somebody`: text → whether it names one who did not consent, or says how to reach one.
    """

    def __init__(
        self, table: Table, smallest_cell: int, firm: Callable[[Row], str], names_somebody: Callable[[str], bool]
    ) -> None:
        self.table, self.firm, self.names_somebody = table, firm, names_somebody
        columns = list(enumerate(table.columns))
        self.smallest_cell = smallest_cell
        sensitive = any(column.privacy == "L1" for _place, column in columns)
        self.least = smallest_cell if sensitive else min(LEAST_OF_L0, smallest_cell)
        self.dimensions = [place for place, column in columns if column.is_dimension]
        self.unit = next((self.dimensions.index(p) for p in self.dimensions if table.columns[p].fact == "unit"), None)
        self.dates = [place for place, column in columns if column.kind in ("date", "moment")]
        self.texts = [place for place, column in columns if _is_free_text(column)]
        worked_out = [place for place, column in columns if column.kind == "text" and column.type in WORKED_OUT]
        self.searched = [*self.texts, *worked_out]
        answers = [(place, column) for place, column in columns if column.privacy == "L1" and not column.is_dimension]
        self.numbers = [place for place, column in answers if column.kind == "number"]
        self.codes = [
            place for place, column in answers if column.kind in ("choice", "mark", "text") and place not in self.texts
        ]
        self.joined = [place for place, column in answers if column.kind == "choices"]
        self._who: dict[int, dict[str, set[str]]] = {place: defaultdict(set) for place in (*self.codes, *self.joined)}
        self._values: dict[int, list[tuple[Decimal, str]]] = {place: [] for place in self.numbers}
        self._combinations: list[tuple[tuple[str, ...], str]] = []
        self._hidden: dict[int, set[str]] = {}
        self._means: dict[int, dict[Decimal, str]] = {}
        self._shown: dict[tuple[tuple[str, ...], str], tuple[str, ...]] = {}

    def look(self, row: Row) -> None:
        firm = self.firm(row)
        for place, who in self._who.items():
            for code in row[place].split() if place in self.joined else (row[place],):
                if code and len(who[code]) < self.smallest_cell:
                    who[code].add(firm)
        for place, values in self._values.items():
            if (value := _decimal(row[place])) is not None:
                values.append((value, firm))
        if self.dimensions:
            self._combinations.append((self._dimensions(row), firm))

    def settle(self) -> None:
        """Everything was looked at: decide what is hidden."""
        self._hidden = {place: self._few(place, who) for place, who in self._who.items()}
        self._means = {place: means_of_groups(values, self.smallest_cell) for place, values in self._values.items()}
        self._shown = shown_combinations(self._combinations, self.least, self.unit)

    def _few(self, place: int, who: dict[str, set[str]]) -> set[str]:
        """Codes of too few firms; of answers that exclude each other a second one where only one would be hidden."""
        few = {code for code, firms in who.items() if len(firms) < self.smallest_cell}
        others = sorted((code for code in who if code not in few), key=lambda code: len(who[code]))
        column = self.table.columns[place]
        if column.kind == "mark":
            return set(who) if few else few
        if len(few) == 1 and others and column.kind != "choices":
            few.add(others[0])
        return few

    def row(self, row: Row) -> Row:
        cells = list(row)
        for place in self.codes:
            if cells[place] in self._hidden[place]:
                cells[place] = HIDDEN
        for place in self.joined:
            cells[place] = " ".join(code for code in cells[place].split() if code not in self._hidden[place])
        for place in self.numbers:
            value = _decimal(cells[place])
            cells[place] = "" if value is None else self._means[place].get(value, HIDDEN)
        if self.dimensions:
            shown = self._shown[self._dimensions(row), self.firm(row)]
            for place, text in zip(self.dimensions, shown, strict=True):
                cells[place] = text
        for place in self.dates:
            if place not in self.dimensions:
                cells[place] = cells[place][:7]
        for place in self.searched:
            if cells[place] and self.names_somebody(cells[place]):
                cells[place] = HIDDEN
        return tuple(cells)

    def _dimensions(self, row: Row) -> tuple[str, ...]:
        return tuple(row[place][:7] if place in self.dates else row[place] for place in self.dimensions)


def _is_free_text(column: Column) -> bool:
    """Words that somebody wrote: what is worked out or chosen is none."""
    return (
        column.kind == "text"
        and column.type not in WORKED_OUT
        and (not column.fact or column.fact in ("text", "title", "summary"))
    )


def means_of_groups(values: Iterable[tuple[Decimal, str]], least: int) -> dict[Decimal, str]:
    """Value → the mean of its group: values in order, as many firms together as `least` or more; equal ones are never parted.

    Empty where there are fewer firms than that. A mean has as many places as the values have.
    """
    groups: list[list[tuple[Decimal, str]]] = [[]]
    ordered = sorted(values)
    for place, (value, firm) in enumerate(ordered):
        groups[-1].append((value, firm))
        ends = place + 1 == len(ordered) or ordered[place + 1][0] != value
        if ends and len({one for _value, one in groups[-1]}) >= least:
            groups.append([])
    rest = groups.pop()
    if not groups:
        return {}
    groups[-1] += rest
    places = max((-int(value.as_tuple().exponent) for value, _firm in ordered), default=0)
    unit = Decimal(1).scaleb(-max(places, 0))
    means: dict[Decimal, str] = {}
    for group in groups:
        mean = sum((value for value, _firm in group), Decimal(0)) / len(group)
        means |= dict.fromkeys((value for value, _firm in group), str(mean.quantize(unit, ROUND_HALF_UP)))
    return means


def shown_combinations(
    combinations: Sequence[tuple[tuple[str, ...], str]], least: int, last: int | None = None
) -> dict[tuple[tuple[str, ...], str], tuple[str, ...]]:
    """(combination, firm) → what is shown of it, so that whatever is shown alike stands for at least so many firms.

    `last`: the dimension that is hidden after all others. Where there are fewer firms in all, every dimension is hidden.
    """
    shown = {one: one[0] for one in combinations}
    if not shown:
        return {}
    width = len(combinations[0][0])
    order = sorted(range(width), key=lambda place: (place == last, -len({values[place] for values, _firm in shown})))
    for place in order:
        small = _small(shown, least)
        if not small:
            break
        for one in small:
            shown[one] = (*shown[one][:place], HIDDEN, *shown[one][place + 1 :])
    while small := _small(shown, least):
        # All that is left is hidden entirely and still too few: the next smallest group joins them.
        classes: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for one, values in shown.items():
            if one not in small:
                classes[values].add(one[1])
        joining = min(classes, key=lambda values: (len(classes[values]), values), default=None)
        everything = (HIDDEN,) * width
        for one, values in shown.items():
            if one in small or values == joining:
                shown[one] = everything
        if joining is None:
            break
    return shown


def _small(shown: dict[tuple[tuple[str, ...], str], tuple[str, ...]], least: int) -> set[tuple[tuple[str, ...], str]]:
    firms: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for (_values, firm), values in shown.items():
        firms[values].add(firm)
    return {one for one, values in shown.items() if len(firms[values]) < least}


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None
