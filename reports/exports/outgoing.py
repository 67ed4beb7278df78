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
Memory      of each row the numbers and a mark of its firm are kept, 8 bytes each; of a combination and an answer no more firms than count.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from hashlib import blake2b

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
        self._who: dict[int, dict[str, set[int]]] = {place: defaultdict(set) for place in (*self.codes, *self.joined)}
        self._values: dict[int, Numbers] = {place: Numbers() for place in self.numbers}
        self._combinations: dict[tuple[str, ...], set[int]] = {}
        self._hidden: dict[int, set[str]] = {}
        self._means: dict[int, Means] = {}
        self._shown: dict[tuple[str, ...], tuple[str, ...]] = {}

    def look(self, row: Row) -> None:
        firm = mark_of(self.firm(row))
        for place, who in self._who.items():
            for code in row[place].split() if place in self.joined else (row[place],):
                if code and len(who[code]) < self.smallest_cell:
                    who[code].add(firm)
        for place, values in self._values.items():
            if (value := _decimal(row[place])) is not None:
                values.add(value, firm)
        if self.dimensions:
            firms = self._combinations.setdefault(self._dimensions(row), set())
            if len(firms) < self.least:
                firms.add(firm)

    def settle(self) -> None:
        """Everything was looked at: decide what is hidden."""
        self._hidden = {place: self._few(place, who) for place, who in self._who.items()}
        for place in self.numbers:
            self._means[place] = self._values.pop(place).means(self.smallest_cell)
        self._shown = shown_combinations(self._combinations, self.least, self.unit)

    def _few(self, place: int, who: dict[str, set[int]]) -> set[str]:
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
            cells[place] = "" if value is None else self._means[place].of(value)
        if self.dimensions:
            shown = self._shown[self._dimensions(row)]
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


def mark_of(firm: str) -> int:
    """A number that stands for a firm; two of them have the same one no more often than two files the same half of a hash."""
    return int.from_bytes(blake2b(firm.encode(), digest_size=8).digest())


class Numbers:
    """The answers to one question: values as numbers of 8 bytes, the firm of each, and how many places they were written with."""

    def __init__(self) -> None:
        self.values, self.firms, self.places = array("d"), array("Q"), 0

    def add(self, value: Decimal, firm: int) -> None:
        self.values.append(float(value))
        self.firms.append(firm)
        self.places = max(self.places, -int(value.as_tuple().exponent))

    def means(self, least: int) -> "Means":
        """Of groups: values in order, as many firms together as `least` or more; equal ones are never parted. None of fewer firms.

        A mean has as many places as the values have.
        """
        order = sorted(range(len(self.values)), key=self.values.__getitem__)
        ends: list[int] = []  # place after the last of each group
        firms: set[int] = set()
        for after, place in enumerate(order, 1):
            firms.add(self.firms[place])
            is_last = after == len(order) or self.values[order[after]] != self.values[place]
            if is_last and len(firms) >= least:
                ends.append(after)
                firms = set()
        if ends:
            ends[-1] = len(order)  # the rest is too few for a group of its own
        means, unit, start = Means(), Decimal(1).scaleb(-self.places), 0
        for end in ends:
            total = sum((Decimal(repr(self.values[place])) for place in order[start:end]), Decimal(0))
            means.highest.append(self.values[order[end - 1]])
            means.said.append(str((total / (end - start)).quantize(unit, ROUND_HALF_UP)))
            start = end
        return means


class Means:
    """Group after group: its highest value, and the mean that is said of it."""

    def __init__(self) -> None:
        self.highest, self.said = array("d"), list[str]()

    def of(self, value: Decimal) -> str:
        """The mean of the group that a value is in; HIDDEN where there is none."""
        return self.said[bisect_left(self.highest, float(value))] if self.said else HIDDEN


def shown_combinations(
    combinations: Mapping[tuple[str, ...], Collection[int]], least: int, last: int | None = None
) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Combination → what is shown of it, so that whatever is shown alike stands for at least so many firms.

    `combinations`: the firms of each, at least so many of them; `last`: the dimension that is hidden after all others. Where there are
    fewer firms in all, every dimension is hidden.
    """
    shown = {one: one for one in combinations}
    if not shown:
        return {}
    width = len(next(iter(combinations)))
    order = sorted(range(width), key=lambda place: (place == last, -len({values[place] for values in shown})))
    for place in order:
        small = _small(shown, combinations, least)
        if not small:
            break
        for one in small:
            shown[one] = (*shown[one][:place], HIDDEN, *shown[one][place + 1 :])
    while small := _small(shown, combinations, least):
        # All that is left is hidden entirely and still too few: the next smallest group joins them.
        classes = _classes({one: values for one, values in shown.items() if one not in small}, combinations)
        joining = min(classes, key=lambda values: (len(classes[values]), values), default=None)
        everything = (HIDDEN,) * width
        for one, values in shown.items():
            if one in small or values == joining:
                shown[one] = everything
        if joining is None:
            break
    return shown


def _classes(
    shown: Mapping[tuple[str, ...], tuple[str, ...]], firms: Mapping[tuple[str, ...], Collection[int]]
) -> dict[tuple[str, ...], set[int]]:
    """What is shown → the firms it stands for."""
    classes: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for one, values in shown.items():
        classes[values].update(firms[one])
    return classes


def _small(
    shown: Mapping[tuple[str, ...], tuple[str, ...]], firms: Mapping[tuple[str, ...], Collection[int]], least: int
) -> set[tuple[str, ...]]:
    classes = _classes(shown, firms)
    return {one for one, values in shown.items() if len(classes[values]) < least}


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None
