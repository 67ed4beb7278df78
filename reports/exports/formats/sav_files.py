"""A table as an SPSS file: variables with labels, labels of values, measures, and what counts as missing. Touches sav_format.

Numbers and marks are numbers, and so is a choice whose codes are all whole numbers; every other answer is text of as many bytes as
its longest value has. `*` (withheld) is user-missing in texts, -99999999 in numbers.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from reports.exports.columns import Column, Table, in_words
from reports.exports.formats.codebook import measure_of
from reports.exports.formats.sav_format import LONGEST_TEXT, Value, Variable, cut, write_sav
from reports.exports.outgoing import HIDDEN
from reports.exports.rows import Row
from reports.exports.spool import Spool

WITHHELD = -99_999_999.0
MOST_LABELS = 2_000
LONGEST_NAME = 64  # bytes
_RESERVED = frozenset(("all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"))
_WHOLE = re.compile(r"-?[0-9]{1,9}")


def write_sav_file(out: Path, table: Table, rows: Iterable[Row], *, title: str, language: str) -> int:
    """Write the file; gives how many rows there were. Widths follow from all rows, so these wait in a file where they do not yet."""
    spool = rows if isinstance(rows, Spool) else Spool()
    widths, places = [1] * len(table.columns), [0] * len(table.columns)
    for row in rows:
        if spool is not rows:
            spool.add(row)
        for place, cell in enumerate(row):
            if cell:
                widths[place] = max(widths[place], len(cell.encode()))
                places[place] = max(places[place], len(cell.partition(".")[2]))
    numeric = [is_number(column) for column in table.columns]
    names = variable_names(table.columns)
    variables = [
        _variable(column, name, is_numeric, min(width, LONGEST_TEXT), decimals, language)
        for column, name, is_numeric, width, decimals in zip(table.columns, names, numeric, widths, places, strict=True)
    ]
    with out.open("wb") as file:
        write_sav(file, variables, _values(spool, numeric), count=len(spool), title=title)
    return len(spool)


def is_number(column: Column) -> bool:
    """Whether its values are numbers in the file."""
    names = [choice.name for choice in column.choices]
    coded = column.kind == "choice" and column.fact == "" and names and all(_WHOLE.fullmatch(name) for name in names)
    # 0101 is a code and no number.
    return column.kind in ("number", "mark") or bool(coded and all(str(int(name)) == name for name in names))


def _variable(column: Column, name: str, is_numeric: bool, width: int, places: int, language: str) -> Variable:
    labels = {choice.name: in_words(choice.label, language) for choice in column.choices[:MOST_LABELS]}
    if column.kind == "mark":
        labels = {"0": "否", "1": "是"} if language == "zh" else {"0": "no", "1": "yes"}
    label = in_words(column.label, language)
    withheld = "不予列示" if language == "zh" else "withheld"
    if is_numeric:
        numbers: dict[float | bytes, str] = {float(code): words for code, words in labels.items()}
        values = numbers | {WITHHELD: withheld}
        return Variable(name, label, 0, min(places, 6), measure_of(column), values, (WITHHELD,))
    codes = {} if column.kind == "choices" else labels
    width = max(width, *(len(code.encode()) for code in codes), 1)
    texts: dict[float | bytes, str] = {code.encode(): words for code, words in codes.items()}
    texts[HIDDEN.encode()] = withheld
    free = column.kind in ("text", "key", "choices", "moment", "date", "position", "file")
    return Variable(name, label, width, 0, "nominal", {} if free else texts, (HIDDEN.encode(),))


def _values(rows: Iterable[Row], numeric: Sequence[bool]) -> Iterator[list[Value]]:
    for row in rows:
        yield [
            _number(cell) if is_numeric else cut(cell.encode(), LONGEST_TEXT) if cell else None
            for cell, is_numeric in zip(row, numeric, strict=True)
        ]


def _number(cell: str) -> float | None:
    if not cell:
        return None
    try:
        return WITHHELD if cell == HIDDEN else float(cell)
    except ValueError:
        return None


def variable_names(columns: Iterable[Column]) -> list[str]:
    """Names that SPSS takes: a letter first, letters, digits, `_` and `.`, at most 64 bytes, each once whatever its case."""
    taken: set[str] = set()
    names = []
    for column in columns:
        plain = re.sub(r"[^\w.]", ".", column.name).rstrip("._") or "v"
        if not plain[0].isalpha() or plain.lower() in _RESERVED:
            plain = f"v_{plain}"
        plain = cut(plain.encode(), LONGEST_NAME - 4).decode()
        name = next(one for one in (plain, *(f"{plain}_{n}" for n in range(2, 999))) if one.lower() not in taken)
        taken.add(name.lower())
        names.append(name)
    return names
