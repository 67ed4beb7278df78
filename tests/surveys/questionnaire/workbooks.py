"""Workbooks made in memory, from tables written as text."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence

import openpyxl

from surveys.questionnaire.sheets.workbook import Sheet


def tables(markdown: str) -> dict[str, list[list[str]]]:
    """`## sheet` and the table under it → the rows of that sheet, its header first."""
    found: dict[str, list[list[str]]] = {}
    for name, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", markdown, re.MULTILINE | re.DOTALL):
        lines = [line for line in body.splitlines() if line.startswith("|") and not set(line) <= set("| -")]
        found[name] = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    return found


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], *, title: str = "问卷") -> bytes:
    """An XLSX file with these sheets; a form that says no title gets one, or that would be told."""
    if title and "survey" in sheets and "settings" not in sheets:
        sheets = {**sheets, "settings": [["form_title"], [title]]}
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell if cell != "" else None for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same file with more in its archive."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


__all__ = ["Sheet", "tables", "with_parts", "workbook"]
