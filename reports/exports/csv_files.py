"""A table as CSV: UTF-8 with BOM, one head line of names, codes as they are stored; no cell is taken for a formula. Touches tables of surveys."""

import csv
from collections.abc import Iterable
from pathlib import Path

from reports.exports.columns import Table
from reports.exports.rows import Row
from surveys.planning.imports.tables import guarded

MOST_KEPT = 20_000
LONGEST_KEPT = 40  # characters


class _Guarded(dict[str, str]):
    """Text → the cell that is written. Codes and numbers come again and again: what is short is worked out once."""

    def __missing__(self, text: str) -> str:
        cell = guarded(text)
        if len(text) <= LONGEST_KEPT:
            if len(self) >= MOST_KEPT:
                self.clear()
            self[text] = cell
        return cell


def write_csv(out: Path, table: Table, rows: Iterable[Row]) -> int:
    """Write the file as the rows come; gives how many there were."""
    cell = _Guarded().__getitem__
    count = 0
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file).writerow
        write([guarded(head) for head in table.heads()])
        for row in rows:
            write(map(cell, row))
            count += 1
    return count
