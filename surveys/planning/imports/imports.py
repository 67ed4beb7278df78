"""Reads a spreadsheet into rows and notes the faults of each, for all imports. Touches tables and wording.

An import says which `Field`s it knows by their Chinese and English heads; the head row is found by itself, and a person
may map a column otherwise. Every fault has a row, a column, a cause and a remedy; where one repair fits it is offered.
Nothing is written here: reading gives a `Preview`, the importing modules commit its good rows.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from surveys.confined import Overrun, confined
from surveys.planning.imports.import_faults import ImportFault, ImportFaultKind
from surveys.planning.imports.tables import MOST_COLUMNS, MOST_ROWS, Cell, Sheet, Unreadable, half_width, read_sheet
from surveys.questionnaire.sheets.faults import Text

SKIP = "skip"  # the repair that leaves a row out
LOOK_FOR_HEADS = 15  # rows
TOTALS = ("合计", "总计", "小计", "共计", "总数", "total", "sum")
TELL_EVERY = 100  # rows
Listener = Callable[[int, int], None]  # done, all


@dataclass(frozen=True, slots=True)
class Field:
    """One thing an import knows. `heads` are its names in a head row, the first Chinese and the first English shown."""

    key: str
    label: Text
    heads: tuple[str, ...]
    required: bool = False
    limit: int = 200


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """A column of the file and what it is taken for (`key` None: not imported)."""

    index: int
    head: str
    key: str | None


@dataclass
class Row:
    """One row: `texts` as read (half-width), `values` as understood, `originals` of the fields that were converted."""

    number: int
    texts: dict[str, str]
    cells: dict[str, Cell]
    values: dict[str, Any] = field(default_factory=dict)
    originals: dict[str, str] = field(default_factory=dict)  # field → what it was


@dataclass
class Preview:
    """What an import would do. Faulty rows are not committed; warnings do not hold a row up."""

    fields: Sequence[Field]
    file: str
    sheet: str = ""
    head_row: int = 0
    columns: list[ColumnUse] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    faults: list[ImportFault] = field(default_factory=list)
    warnings: list[ImportFault] = field(default_factory=list)
    skipped: set[int] = field(default_factory=set)
    listener: "Listener | None" = None
    totals: list[Row] = field(default_factory=list)  # rows that sum the others up; each is a fault until it is left out

    def counted(self) -> Iterator[Row]:
        """The rows one by one, telling whoever waits how far it is."""
        for number, row in enumerate(self.rows):
            if self.listener and number % TELL_EVERY == 0:
                self.listener(number, len(self.rows))
            yield row

    def add(
        self,
        kind: ImportFaultKind,
        row: Row | None = None,
        key: str | None = None,
        /,
        *,
        repair: str | None = None,
        **values: Any,
    ) -> None:
        """Note a fault or warning at a field of a row."""
        column = next((use.head for use in self.columns if use.key == key), None) if key else None
        fault = ImportFault(kind, row.number if row else None, key, column or self.label(key), values, repair)
        (self.warnings if fault.soft else self.faults).append(fault)

    def label(self, key: str | None) -> str | None:
        return next((each.label.zh for each in self.fields if each.key == key), None)

    @property
    def broken(self) -> bool:
        """Whether the file as a whole cannot be used."""
        return any(fault.row is None for fault in self.faults)

    @property
    def faulty(self) -> set[int]:
        return {fault.row for fault in self.faults if fault.row is not None}

    @property
    def good(self) -> list[Row]:
        """The rows that a commit writes."""
        if self.broken:
            return []
        faulty = self.faulty
        return [row for row in self.rows if row.number not in faulty]

    def at(self, number: int) -> list[ImportFault]:
        """The faults and warnings of one row."""
        return [fault for fault in (*self.faults, *self.warnings) if fault.row == number]


# --- reading -------------------------------------------------------------------------------------------------------

_REASONS = {
    "empty": ImportFaultKind.FILE_EMPTY,
    "not_a_table": ImportFaultKind.NOT_A_TABLE,
    "other_file": ImportFaultKind.OTHER_FILE,
    "protected": ImportFaultKind.FILE_PROTECTED,
    "too_large": ImportFaultKind.FILE_TOO_LARGE,
    "too_many_rows": ImportFaultKind.TOO_MANY_ROWS,
    "too_far": ImportFaultKind.CELL_TOO_FAR,
}
_unit_note = re.compile(r"[（(【\[].*?[)）】\]]")


def plain_head(text: str) -> str:
    """A head without blanks, units in brackets, marks of a required column, case."""
    return re.sub(r"[\s*＊:：、/／_\-.]+", "", _unit_note.sub("", half_width(text))).lower()


class TableOptions(TypedDict, total=False):
    """What a person says about a table while it is looked at: its sheet, columns given by hand, cells mended, rows left out."""

    sheet: str | None
    columns: Mapping[int, str] | None
    repairs: Mapping[tuple[int, str], str] | None
    words: Mapping[tuple[str, str], str] | None
    skip: Iterable[int]
    listener: Listener | None


def read_rows(
    data: bytes,
    file: str,
    fields: Sequence[Field],
    *,
    sheet: str | None = None,
    columns: Mapping[int, str] | None = None,
    repairs: Mapping[tuple[int, str], str] | None = None,
    words: Mapping[tuple[str, str], str] | None = None,
    skip: Iterable[int] = (),
    listener: Listener | None = None,
) -> Preview:
    """The table of a file as rows of texts by field. `columns` maps a column's index to a field or "", over the heads;
    `repairs` replaces single cells, `words` a word wherever it stands in a column; `skip` leaves rows out. Faults of the whole file
    have no row. A cell that was merged over several rows is the value of each of them; a row of totals is a fault of its own."""
    preview = Preview(fields, file, skipped=set(skip), listener=listener)
    try:
        table = confined(read_sheet, data, file, sheet)
    except Overrun:
        preview.add(ImportFaultKind.FILE_TAKES_TOO_MUCH, file=file)
        return preview
    except Unreadable as problem:
        what_zh, what_en = problem.what
        facts = {"limit": MOST_ROWS, "columns": MOST_COLUMNS, "cell": problem.detail}
        preview.add(_REASONS[problem.reason], file=file, what_zh=what_zh, what_en=what_en, **facts)
        return preview
    preview.sheet = table.name
    _find_heads(preview, table, columns or {})
    if preview.broken:
        return preview
    _fill_down(preview, table)
    for number, cells in table.rows:
        if number > preview.head_row and number not in preview.skipped:
            row = _row(preview, number, cells, repairs or {}, words or {})
            if any(row.texts.values()):
                preview.rows.append(row)
    if not preview.rows:
        preview.add(ImportFaultKind.NO_ROWS, row=preview.head_row)
    totals = [row for row in preview.rows if _is_total(row)]
    for row in totals:
        preview.add(ImportFaultKind.TOTAL_ROW, row, next(key for key, text in row.texts.items() if text), repair=SKIP)
    preview.totals = totals
    preview.rows = [row for row in preview.rows if row not in totals]
    for row in preview.rows:
        _common_faults(preview, row)
    return preview


def _is_total(row: Row) -> bool:
    """A row that sums the others up: its first text says so, and it names nothing else but numbers."""
    texts = [text for text in row.texts.values() if text]
    first = re.sub(r"[\s:：]", "", texts[0]).lower()
    return first in TOTALS and all(re.fullmatch(r"[\d.,，%家户人个万元]+", text) for text in texts[1:])


def _fill_down(preview: Preview, table: Sheet) -> None:
    """Cells merged over rows below the heads: each of their rows has the value."""
    cells_by_row = dict(table.rows)
    for first, last, column in table.merged:
        value = cells_by_row.get(first, [])[column : column + 1]
        if first <= preview.head_row or not value:
            continue
        for number in range(first + 1, last + 1):
            cells = cells_by_row.get(number)
            if cells is None:
                continue
            cells += [Cell()] * (column + 1 - len(cells))
            if cells[column].kind == "empty":
                cells[column] = value[0]


def _find_heads(preview: Preview, table: Sheet, columns: Mapping[int, str]) -> None:
    key_by_head = {plain_head(head): each.key for each in preview.fields for head in (*each.heads, each.key)}
    required = [each for each in preview.fields if each.required]
    best, best_number = 0, 0
    for number, cells in table.rows[:LOOK_FOR_HEADS]:
        keys = {key_by_head[plain_head(cell.text)] for cell in cells if plain_head(cell.text) in key_by_head}
        score = 2 * len(keys) + sum(2 for each in required if each.key in keys)
        if len(keys) > 0 and score > best:
            best, best_number = score, number
    if (not best_number or best < 4) and not any(columns.values()):
        preview.columns = _unnamed(table)
        preview.add(
            ImportFaultKind.HEADS_MISSING,
            rows=min(LOOK_FOR_HEADS, len(table.rows)),
            wanted=_texts(required),
            example=_texts(preview.fields[:5]),
        )
        return
    preview.head_row = best_number
    heads = next((cells for number, cells in table.rows if number == best_number), [])
    if not best_number:
        heads = [Cell(use.head, "text") for use in _unnamed(table)]
    width = max(len(cells) for number, cells in table.rows if number >= best_number)
    head_by_key: dict[str, str] = {}
    for index in range(width):
        head = heads[index].text if index < len(heads) else ""
        key = columns.get(index, key_by_head.get(plain_head(head)) if head else None) or None
        if key in head_by_key:
            preview.add(ImportFaultKind.COLUMN_TWICE, head=head_by_key[key], other=head, column=_label(preview, key))
        elif key:
            head_by_key[key] = head
        if head or key:
            preview.columns.append(ColumnUse(index, head, key))
    for each in required:
        if each.key not in head_by_key:
            preview.add(ImportFaultKind.COLUMN_MISSING, column=each.label, row=best_number)


def _unnamed(table: Sheet) -> list[ColumnUse]:
    """The columns of a table without heads, by letter and first value, so that a person can say what each is."""
    width = max((len(cells) for _number, cells in table.rows), default=0)
    return [ColumnUse(index, f"{_letters(index)}：{_first_value(table, index)}", None) for index in range(width)]


def _first_value(table: Sheet, index: int) -> str:
    texts = (cells[index].text for _number, cells in table.rows[1:] or table.rows if index < len(cells))
    return next((text[:20] for text in texts if text), "")


def _letters(index: int) -> str:
    return chr(65 + index) if index < 26 else chr(64 + index // 26) + chr(65 + index % 26)


def _texts(fields: Iterable[Field]) -> Text:
    fields = list(fields)
    return Text("、".join(each.label.zh for each in fields), ", ".join(each.label.en for each in fields))


def _label(preview: Preview, key: str) -> Text:
    return next(each.label for each in preview.fields if each.key == key)


def _row(
    preview: Preview,
    number: int,
    cells: list[Cell],
    repairs: Mapping[tuple[int, str], str],
    words: Mapping[tuple[str, str], str],
) -> Row:
    row = Row(number, {}, {})
    for use in preview.columns:
        if use.key is None:
            continue
        cell = cells[use.index] if use.index < len(cells) else Cell()
        if (number, use.key) in repairs:
            cell = Cell(repairs[number, use.key], "text")
            row.originals[use.key] = cells[use.index].text if use.index < len(cells) else ""
        text = half_width(cell.text)
        if words and cell.text:
            text = _with_words(use.key, text, words)
            cell = Cell(text, "text") if text != half_width(cell.text) else cell
            if text != half_width(cells[use.index].text if use.index < len(cells) else ""):
                row.originals.setdefault(use.key, cells[use.index].text if use.index < len(cells) else "")
        if text != cell.text:
            row.originals.setdefault(use.key, cell.text)
        row.texts[use.key], row.cells[use.key] = text, cell
    return row


def _with_words(key: str, text: str, words: Mapping[tuple[str, str], str]) -> str:
    """The cell, or each of the words it lists, as a person said it should be read; an empty one leaves it out."""
    if (key, text) in words:
        return words[key, text]
    parts = several(text)
    if not any((key, part) in words for part in parts):
        return text
    return "、".join(part for part in (words.get((key, part), part) for part in parts) if part)


def _common_faults(preview: Preview, row: Row) -> None:
    for each in preview.fields:
        text = row.texts.get(each.key, "")
        if each.required and not text:
            preview.add(ImportFaultKind.VALUE_MISSING, row, each.key, column=each.label)
        if len(text) > each.limit:
            preview.add(
                ImportFaultKind.VALUE_TOO_LONG, row, each.key, column=each.label, length=len(text), limit=each.limit
            )


# --- single values -------------------------------------------------------------------------------------------------


def whole_number(preview: Preview, row: Row, key: str, unit: Text, *, most: int = 10_000_000) -> int | None:
    """A count of something, or None with a fault."""
    text = amount(preview, row, key, unit, most=most)
    if text is None:
        return None
    if "." in text and text.rstrip("0").rstrip(".") != text.split(".")[0]:
        preview.add(ImportFaultKind.NUMBER_EXPECTED, row, key, value=row.texts[key], unit=unit)
        return None
    return int(float(text))


def amount(preview: Preview, row: Row, key: str, unit: Text, *, most: int = 100_000_000) -> str | None:
    """A number as plain decimal text, or None with a fault. Thousands commas and a trailing unit word go."""
    text = row.texts.get(key, "")
    if not text:
        return None
    if row.cells[key].kind == "date":
        preview.add(ImportFaultKind.DATE_FOR_NUMBER, row, key, value=text, unit=unit, repair="")
        return None
    plain = re.sub(r"(?<=\d)[,，](?=\d{3})|\s", "", text)
    plain = re.sub(r"(人|万元|家|户|名)$", "", plain)
    if not re.fullmatch(r"-?\d+(\.\d+)?", plain):
        preview.add(ImportFaultKind.NUMBER_EXPECTED, row, key, value=text, unit=unit)
        return None
    if not 0 <= float(plain) <= most:
        preview.add(ImportFaultKind.NUMBER_OUT_OF_RANGE, row, key, value=text, least=0, most=most)
        return None
    if plain != text:
        row.originals.setdefault(key, text)
    return plain


def choice(
    preview: Preview,
    row: Row,
    key: str,
    choices: Mapping[str, str],
    *,
    text: str | None = None,
    names: Sequence[str] = (),
) -> str | None:
    """The code that a word stands for (`choices`: any spelling → code), or None with a fault that names the nearest."""
    word = row.texts.get(key, "") if text is None else text
    if not word:
        return None
    if word in choices:
        return choices[word]
    near = difflib.get_close_matches(word, list(choices), 1, 0.6)
    if near:
        preview.add(
            ImportFaultKind.CHOICE_MISSPELT,
            row,
            key,
            value=word,
            near=near[0],
            repair=near[0] if text is None else None,
        )
    else:
        words = names or list(dict.fromkeys(name for name in choices if not name.isascii()))
        listing = "、".join(words[:16]) + ("……" if len(words) > 16 else "")
        preview.add(ImportFaultKind.CHOICE_UNKNOWN, row, key, value=word, choices=listing)
    return None


_separators = re.compile(r"[、，,;；|\n]+|\s{2,}")
_bracketed = re.compile(r"[（(][^）)]*[）)]")


def several(text: str) -> list[str]:
    """The words of a cell that lists several; a separator inside brackets does not part them."""
    brackets: list[str] = []

    def keep(match: re.Match[str]) -> str:
        brackets.append(match.group())
        return f"\x01{len(brackets) - 1}\x02"

    words = _separators.split(_bracketed.sub(keep, text))
    return [re.sub(r"\x01(\d+)\x02", lambda m: brackets[int(m[1])], word).strip() for word in words if word.strip()]


_phone = re.compile(r"(?:\+?86-?)?1\d{10}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|\d{7,8}(?:-\d{1,6})?|400-?\d{3}-?\d{4}")


def phone(preview: Preview, row: Row, key: str) -> str | None:
    """A phone number, or None with a fault. Masked ones (138****0000) are taken: they cannot be dialled, but do not mislead."""
    text = row.texts.get(key, "")
    plain = re.sub(r"(?<=\d)[ ](?=\d)", "", text)
    if not plain:
        return None
    if _phone.fullmatch(plain) or re.fullmatch(r"1\d{2}[*＊×xX]{4}\d{4}", plain):
        return plain
    preview.add(ImportFaultKind.PHONE_UNREADABLE, row, key, value=text)
    return None


def first_seen(preview: Preview, key_of: Callable[[Row], Any], report: Callable[[Row, Row], None]) -> None:
    """Call `found(row, earlier)` for each row whose key stood before; rows without a key are left alone."""
    first_rows: dict[Any, Row] = {}
    for row in preview.rows:
        key = key_of(row)
        if key is not None and first_rows.setdefault(key, row) is not row:
            report(row, first_rows[key])
