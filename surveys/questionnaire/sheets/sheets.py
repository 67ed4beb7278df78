"""A sheet as rows of text with the row numbers that a spreadsheet shows, and how large it may be."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_ROWS = 50_000
MOST_QUESTIONS = 10_000  # rows of survey
MOST_COLUMNS = 200
# What XML cannot hold and no one can see; it gets into cells by copying from other programs.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Sheet:
    """One sheet: the column names of its first row, and every row that is not blank, by its number."""

    name: str
    headers: list[str] = field(default_factory=list)
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    @classmethod
    def of_rows(cls, name: str, rows: Iterable[Mapping[str, Any]]) -> "Sheet":
        """A sheet from rows in memory; its columns are all that any row has, in order of appearance."""
        sheet = cls(name)
        for number, row in enumerate(rows, 2):
            cells = {visible_text(column): visible_text(text) for column, text in row.items() if visible_text(text)}
            sheet.headers += [column for column in cells if column not in sheet.headers]
            if cells:
                sheet.rows.append((number, cells))
        return sheet


def visible_text(text: object) -> str:
    """The text of a cell without what cannot be seen."""
    return _UNSEEN.sub("", str(text)).strip()


def most_rows(sheet: str) -> int:
    """How many rows a sheet may have."""
    return MOST_QUESTIONS if sheet.strip().lower() == "survey" else MOST_ROWS
