"""Every table of a desk: paged at a stable address, and as a file that holds exactly what was asked for.

Touches planning.tables, and reads what it is given to read."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from flask import Response, abort, request, url_for
from sqlalchemy import Select, func

from surveys.database import CHINA, count_of, db
from surveys.planning.imports.tables import write_table

SIZES = (25, 50, 100, 200)


def address_here(endpoint: str = "", **changes: Any) -> str:
    """The address of this page as it was asked for, with other values in its query; None leaves one out.

    What the path names stays, and nothing that was asked is taken for a word of `url_for` itself (`_scheme`, `_external`).
    """
    path = request.view_args or {}
    reserved = {"endpoint", *path}
    asked = {
        key: values
        for key, values in request.args.to_dict(flat=False).items()
        if key not in reserved and not key.startswith("_")
    }
    return url_for(endpoint or request.endpoint or "", **{**asked, **changes, **path})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export: its head, and what a row has there."""

    head: str
    value: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a table is shown. `number` counts from 1."""

    number: int = 1
    size: int = 50
    whole: int = 0

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def pages(self) -> int:
        return max(1, -(-self.whole // self.size))

    @property
    def first(self) -> int:
        return min(self.offset + 1, self.whole)

    @property
    def last(self) -> int:
        return min(self.offset + self.size, self.whole)

    def of(self, whole: int) -> "Page":
        """The same page of a table with so many rows."""
        return replace(self, whole=whole)

    def address(self, number: int, size: int | None = None) -> str:
        """The address of another page of the same table."""
        chosen = size or self.size
        return address_here(page=None if number == 1 else number, size=None if chosen == 50 else chosen)

    def numbers(self) -> list[int]:
        """The pages a pager names: first, last and those around this one; 0 stands for a gap."""
        numbers = {1, self.pages, *range(self.number - 2, self.number + 3)} & set(range(1, self.pages + 1))
        with_gaps: list[int] = []
        for number in sorted(numbers):
            if with_gaps and number - with_gaps[-1] > 1:
                with_gaps.append(0)
            with_gaps.append(number)
        return with_gaps


def page_of(arguments: Mapping[str, str], size: int = 50) -> Page:
    """The page an address asks for; nonsense is the first page."""
    number, size_text = arguments.get("page", ""), arguments.get("size", "")
    return Page(
        max(1, min(int(number), 100_000)) if number.isascii() and number.isdigit() and len(number) < 7 else 1,
        int(size_text) if size_text in map(str, SIZES) else size,
    )


def read_page(query: Select[Any], arguments: Mapping[str, str]) -> tuple[list[tuple[Any, ...]], Page]:
    """The rows of the page an address asks for, and that page of the whole table: counted by the statement that finds them.

    An address that leads beyond the end leads to the last page.
    """
    page = page_of(arguments)
    page_query = query.add_columns(func.count().over()).limit(page.size).offset(page.offset)
    rows = db.session.execute(page_query).all()
    if not rows and page.number > 1:
        last = page.of(count_of(query)).pages
        return read_page(query, {"page": str(last), "size": str(page.size)})
    return [tuple(row)[:-1] for row in rows], page.of(rows[0][-1] if rows else 0)


def table_file(
    kind: str, title: str, columns: Iterable[Column | tuple[str, Callable[[Any], Any]]], rows: Iterable[Any]
) -> Response:
    """The table as a download: xlsx or csv, text never as a formula. 404 for another kind."""
    if kind not in ("xlsx", "csv"):
        abort(404)
    all_columns = [column if isinstance(column, Column) else Column(column[0], column[1]) for column in columns]
    body = [[_cell(column.value(row)) for column in all_columns] for row in rows]
    widths = [_width(column.head, body, place) for place, column in enumerate(all_columns)]
    data, media_type = write_table(kind, [column.head for column in all_columns], body, title=title, widths=widths)
    return download(data, media_type, f"{title}.{kind}")


def download(data: bytes, media_type: str, name: str) -> Response:
    """Bytes as an attachment; the name may be Chinese (RFC 6266)."""
    response = Response(data, content_type=media_type)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip(" .") or "download"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return response


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if value.tzinfo else value
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if value is not None and not isinstance(value, int | float | str | list | tuple) else value


def _width(head: str, body: list[list[Any]], place: int) -> int:
    """Wide enough for the first hundred rows, Chinese characters counted double."""
    texts = [head, *(str(row[place]) for row in body[:100] if row[place] is not None)]
    widest = max(sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text) for text in texts)
    return max(6, min(widest + 2, 60))
