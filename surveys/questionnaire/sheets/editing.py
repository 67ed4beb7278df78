"""Changes an organizer makes without the spreadsheet: labels, hints, choices, order within a group, required.

Works on the sheets, so that everything else stays as it was written; rules stay in the sheet. What comes out is read and
checked like any upload.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from surveys.questionnaire.sheets.columns import NO, UNASKED, YES, choice_column_of, column_of, read_type
from surveys.questionnaire.sheets.export import numbered
from surveys.questionnaire.sheets.sheets import Sheet

_MARK = "\0row"  # no column of a workbook can be called that


@dataclass(slots=True)
class Item:
    """A question, group or repeat as the page shows it. `required`: yes, no, rule (an expression: it stays in the sheet)."""

    row: int
    name: str
    type: str
    texts: dict[str, str]  # header → text, of labels and hints
    required: str
    list_name: str = ""
    is_group: bool = False
    last_row: int = 0

    @property
    def is_seen(self) -> bool:
        return self.is_group or self.type not in UNASKED


@dataclass(slots=True)
class Group:
    """The items of one group, in order; `row` 0 is the form itself."""

    row: int
    name: str
    title: str
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Choice:
    row: int
    name: str
    texts: dict[str, str]


@dataclass(slots=True)
class Edits:
    """What is to change, by the rows of the sheets."""

    texts: dict[int, dict[str, str]] = field(default_factory=dict)  # row of survey → header → text
    required: dict[int, bool] = field(default_factory=dict)
    order: dict[int, list[int]] = field(default_factory=dict)  # row of a group → rows of its items in their new order
    choice_texts: dict[int, dict[str, str]] = field(default_factory=dict)
    choice_order: dict[str, list[int]] = field(default_factory=dict)
    new_choices: dict[str, list[dict[str, str]]] = field(default_factory=dict)  # list → cells by header


def text_headers(sheet: Sheet, *bases: str) -> list[str]:
    """The columns of labels (and hints), by language; a hint column for each label where the sheet has none yet."""
    headers = {base: [header for header in sheet.headers if column_of(header).base == base] for base in bases}
    for base in bases:
        if not headers[base]:
            labels = [column_of(header).language for header in sheet.headers if column_of(header).base == "label"]
            headers[base] = [f"{base}::{language}" if language else base for language in labels or [None]]
    return [header for base in bases for header in headers[base]]


def groups(survey: Sheet) -> list[Group]:
    """Every group with its items, in the order of the sheet."""
    headers = {base: header for header in reversed(survey.headers) for base in [column_of(header).base]}
    text_columns = text_headers(survey, "label", "hint")
    top = Group(0, "", "")
    all_groups, stack = [top], [top]
    open_items: list[Item] = []
    for number, cells in survey.rows:
        words = read_type(cells.get(headers.get("type", "type"), ""))
        if words.kind.startswith("end "):
            if len(stack) > 1:
                stack.pop()
                open_items.pop().last_row = number
            continue
        if not words.kind:
            continue
        texts = {header: cells.get(header, "") for header in text_columns}
        required = cells.get(headers.get("required", "required"), "").strip()
        requirement = "yes" if required.lower() in YES else "no" if required.lower() in NO else "rule"
        name = cells.get(headers.get("name", "name"), "")
        item = Item(
            number, name, words.kind, texts, requirement, words.list_name, words.kind.startswith("begin "), number
        )
        stack[-1].items.append(item)
        if item.is_group:
            group = Group(number, name, next((text for text in texts.values() if text), name))
            all_groups.append(group)
            stack.append(group)
            open_items.append(item)
    return [group for group in all_groups if group.items]


def choices(sheet: Sheet | None) -> dict[str, list[Choice]]:
    """Every list with its choices, in order."""
    lists: dict[str, list[Choice]] = {}
    if sheet is None:
        return lists
    headers = {base: header for header in reversed(sheet.headers) for base in [choice_column_of(header).base]}
    text_columns = text_headers(sheet, "label")
    for number, cells in sheet.rows:
        if name := cells.get(headers.get("list_name", "list_name"), ""):
            texts = {header: cells.get(header, "") for header in text_columns}
            lists.setdefault(name, []).append(Choice(number, cells.get(headers.get("name", "name"), ""), texts))
    return lists


def edited(sheets: Mapping[str, Sheet], edits: Edits) -> dict[str, Sheet]:
    """The sheets with the changes made; what is not named in `edits` stays as it is."""
    out = dict(sheets)
    survey = sheets["survey"]
    out["survey"] = _survey(survey, edits)
    if (table := sheets.get("choices")) is not None:
        out["choices"] = _choices(table, edits)
    return out


def origins(sheets: Mapping[str, Sheet], edits: Edits) -> dict[tuple[str, int], str]:
    """(sheet, row of the changed workbook) → the row it was before; `new:0`, `new:1` … for the choices added.

    So a fault of the changed workbook finds its way back to the page on which it was typed.
    """
    marked_sheets = {
        name: Sheet(sheet.name, list(sheet.headers), [(row, {**cells, _MARK: str(row)}) for row, cells in sheet.rows])
        for name, sheet in sheets.items()
    }
    new_choices = {
        name: [{**cells, _MARK: f"new:{place}"} for place, cells in enumerate(rows)]
        for name, rows in edits.new_choices.items()
    }
    return {
        (sheet.name, row): cells[_MARK]
        for sheet in edited(marked_sheets, replace(edits, new_choices=new_choices)).values()
        for row, cells in numbered(sheet).rows
    }


def _survey(survey: Sheet, edits: Edits) -> Sheet:
    sheet = Sheet(survey.name, list(survey.headers), [(number, dict(cells)) for number, cells in survey.rows])
    rows = dict(sheet.rows)
    for number, texts in edits.texts.items():
        _put(sheet, rows[number], texts)
    header = next((head for head in sheet.headers if column_of(head).base == "required"), "required")
    for item in (item for group in groups(survey) for item in group.items):
        requirement = edits.required.get(item.row)
        if requirement is not None and item.required != "rule" and requirement != (item.required == "yes"):
            _put(sheet, rows[item.row], {header: "yes" if requirement else ""})
    for group in groups(survey):
        if group.row in edits.order:
            sheet.rows = _reordered(
                sheet.rows, [(item.row, item.last_row) for item in group.items], edits.order[group.row]
            )
    return sheet


def _put(sheet: Sheet, cells: dict[str, str], texts: Mapping[str, str]) -> None:
    for header, text in texts.items():
        text = text.replace("\r\n", "\n").strip()
        if text == cells.get(header, ""):
            continue
        if text and header not in sheet.headers:
            sheet.headers.append(header)
        if text:
            cells[header] = text
        else:
            cells.pop(header, None)


def _reordered(
    rows: list[tuple[int, dict[str, str]]], blocks: Sequence[tuple[int, int]], order: Iterable[int]
) -> list[tuple[int, dict[str, str]]]:
    """Blocks of rows in another order. Every row keeps its content; the row numbers stay where they are."""
    firsts = [number for number in dict.fromkeys(order) if number in {first for first, _last in blocks}]
    if sorted(firsts) != sorted(first for first, _last in blocks):
        return rows
    by_first: dict[int, list[tuple[int, dict[str, str]]]] = {}
    starts = sorted(blocks)
    for place, (first, last) in enumerate(starts):
        # Rows without a type between two questions (remarks of the author) go with the question before them.
        until = starts[place + 1][0] if place + 1 < len(starts) else last + 1
        by_first[first] = [row for row in rows if first <= row[0] < until]
    rows_moved = [row for number in firsts for row in by_first[number]]
    numbers = sorted(number for number, _cells in rows_moved)
    new = {number: cells for number, (_old, cells) in zip(numbers, rows_moved, strict=True)}
    return [(number, new.get(number, cells)) for number, cells in rows]


def _choices(table: Sheet, edits: Edits) -> Sheet:
    sheet = Sheet(table.name, list(table.headers), [(number, dict(cells)) for number, cells in table.rows])
    rows = dict(sheet.rows)
    for number, texts in edits.choice_texts.items():
        _put(sheet, rows[number], texts)
    lists = choices(table)
    for name, order in edits.choice_order.items():
        numbers = [choice.row for choice in lists.get(name, [])]
        if sorted(order) == sorted(numbers):
            new = {number: rows[row] for number, row in zip(numbers, order, strict=True)}
            sheet.rows = [(number, new.get(number, cells)) for number, cells in sheet.rows]
    for name, new_rows in edits.new_choices.items():
        last = max((choice.row for choice in lists.get(name, [])), default=0)
        sheet.rows = list(_with_new(sheet, name, last, new_rows))
    return sheet


def _with_new(
    sheet: Sheet, name: str, last: int, new_rows: Sequence[Mapping[str, str]]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with new choices after the last of their list; the rows below move down."""
    header = next(head for head in sheet.headers if choice_column_of(head).base == "list_name")
    place = next((at for at, (number, _cells) in enumerate(sheet.rows) if number == last), len(sheet.rows) - 1)
    yield from sheet.rows[: place + 1]
    for number, cells in enumerate(new_rows, last + 1):
        row = {header: name}
        _put(sheet, row, cells)
        yield number, row
    yield from ((number + len(new_rows), cells) for number, cells in sheet.rows[place + 1 :])
