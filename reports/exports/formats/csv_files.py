"""A table as CSV: UTF-8 with BOM, one head line of names, codes as they are stored; no cell is taken for a formula. Touches tables of surveys."""

import csv
from collections.abc import Iterable
from operator import itemgetter
from pathlib import Path

from reports.exports.columns import Table
from reports.exports.rows import Row
from surveys.planning.imports.tables import guarded

_FIRST = itemgetter(slice(1))


def _guarded(cell: str) -> str:
    return cell if not cell or cell[0].isalnum() else guarded(cell)


def write_csv(out: Path, table: Table, rows: Iterable[Row]) -> int:
    """Write the file as the rows come; gives how many there were."""
    count = 0
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file).writerow
        write([guarded(head) for head in table.heads()])
        for row in rows:
            # What begins with a letter or a digit is no formula; the guard is asked of the few others.
            write(row if "".join(map(_FIRST, row)).isalnum() else map(_guarded, row))
            count += 1
    return count
