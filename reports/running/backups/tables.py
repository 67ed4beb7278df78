"""Rows of every table as lines of text, and back: the same for SQLite and PostgreSQL. Touches the database through a connection it is given.

A row is a JSON array in the order of the table's columns; what JSON has no word for is an object with one key:
`moment`, `day`, `bytes` (base64), `decimal`. Tables are read from the database, not from the models: a backup is of what is there.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, select

ROWS_AT_ONCE = 500
LONGEST_CHUNK = 1024 * 1024  # bytes of lines in one member of the file
_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=lambda one: _special(one)
).encode


def tables_of(connection: Connection) -> list[Table]:
    """Every table of the database, those first that others refer to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return sorted_tables(metadata)


def sorted_tables(metadata: MetaData) -> list[Table]:
    """By name: with rings of references there is no other order, and what checks references does so at the end."""
    return sorted(metadata.tables.values(), key=lambda table: table.name)


def count_rows(connection: Connection, tables: Iterable[Table]) -> dict[str, int]:
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def chunks_of(connection: Connection, table: Table) -> Iterator[tuple[int, bytes]]:
    """The rows of a table as lines, in pieces that fit into memory: (how many rows, the lines)."""
    keys = list(table.primary_key.columns) or list(table.columns)
    query = select(table).order_by(*keys).execution_options(yield_per=ROWS_AT_ONCE)
    lines: list[bytes] = []
    size = 0
    for row in connection.execute(query):
        line = _encode(list(row)).encode() + b"\n"
        lines.append(line)
        size += len(line)
        if size >= LONGEST_CHUNK:
            yield len(lines), b"".join(lines)
            lines, size = [], 0
    if lines:
        yield len(lines), b"".join(lines)


def rows_of(lines: bytes, columns: list[str]) -> list[dict[str, Any]]:
    """Rows as they are inserted. Raises ValueError for lines that hold none."""
    rows = []
    for line in lines.splitlines():
        values = json.loads(line)
        if not isinstance(values, list) or len(values) != len(columns):
            raise ValueError("a row of another table")
        rows.append({name: _plain(value) for name, value in zip(columns, values, strict=True)})
    return rows


def _special(value: Any) -> dict[str, str]:
    match value:
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case bytes() | memoryview():
            return {"bytes": base64.b64encode(value).decode()}
        case Decimal():
            return {"decimal": str(value)}
    raise TypeError(f"a backup has no word for {type(value).__name__}")


def _plain(value: Any) -> Any:
    match value:
        case {"moment": text}:
            return datetime.fromisoformat(text)
        case {"day": text}:
            return date.fromisoformat(text)
        case {"bytes": text}:
            return base64.b64decode(text)
        case {"decimal": text}:
            return Decimal(text)
    return value
