"""The sheet `diaoyan` completed by what a person confirmed: the form then says itself what its answers are.

A form without `diaoyan_tables` gets one table for each page of questions that are counted, in the chapter of its questions.
"""

from collections.abc import Iterable, Mapping

from surveys.questionnaire.facts.facts import in_both, texts
from surveys.questionnaire.package.fact_sheet import COLUMNS, TABLE_COLUMNS
from surveys.questionnaire.shapes.package_shape import FactTable, Package
from surveys.questionnaire.sheets.sheets import Sheet

CONFIRMED = ("stable_id", "means", "role", "privacy", "report_section")
_COUNTED_ROLES = ("share", "mean", "sum", "dimension")
_OF_ALL_VISITS = ("outcome", "outcome.reason", "consent", "attendance.levels")


def completed(
    sheets: Mapping[str, Sheet],
    package: Package,
    decisions: Mapping[str, Mapping[str, str]],
    before: Mapping[str, Mapping[str, str]] | None = None,
    tables: Iterable[FactTable] = (),
) -> dict[str, Sheet]:
    """The sheets with a row for each path of `decisions` (its cells by column); rows that are there keep their other cells.

    `before`: path now → the row of the same question in the version before, whose other cells go on; `tables`: its tables.
    """
    facts = Sheet("diaoyan", list(COLUMNS))
    if old := sheets.get("diaoyan"):
        facts = Sheet(old.name, list(old.headers), [(number, dict(cells)) for number, cells in old.rows])
        facts.headers += [column for column in ("name", "path", *CONFIRMED) if column not in facts.headers]
    rows = {cells["path"]: cells for _number, cells in facts.rows if "path" in cells}
    number = max((number for number, _cells in facts.rows), default=1)
    for definition in package["defs"][1:]:
        decision = decisions.get(definition["path"])
        if decision is None:
            continue
        row = rows.get(definition["path"])
        if row is None:
            number += 1
            row = {**(before or {}).get(definition["path"], {}), "name": definition["name"], "path": definition["path"]}
            facts.rows.append((number, row))
            rows[definition["path"]] = row
        for column in CONFIRMED:
            if text := decision.get(column, "").strip():
                row[column] = text
            else:
                row.pop(column, None)
        if row.get("means") in _OF_ALL_VISITS and row.get("role") in _COUNTED_ROLES and "base" in facts.headers:
            row.setdefault("base", "visits")
        if row.get("role") == "mean" and definition.get("items") and "also" in facts.headers:
            row.setdefault("also", "high_low")
    out = {**sheets, "diaoyan": facts}
    if "diaoyan_tables" not in sheets and "table" in facts.headers:
        out["diaoyan_tables"] = _tables(package, [cells for _number, cells in facts.rows], tables)
    return out


def _tables(package: Package, rows: list[dict[str, str]], earlier: Iterable[FactTable]) -> Sheet:
    """The tables there were, and one for each page and chapter with questions in no table; these are given to it."""
    sheet = Sheet("diaoyan_tables", [*TABLE_COLUMNS[:2], "title::简体中文 (zh-CN)", "title::English (en)"])
    for number, table in enumerate(earlier, 2):
        title = in_both(table["title"])
        cells = {"table": table["table"], "report_section": table["section"]}
        sheet.rows.append((number, cells | {sheet.headers[2]: title.zh, sheet.headers[3]: title.en}))
    table_names = {cells["table"] for _number, cells in sheet.rows}
    numbers: dict[tuple[str, str], str] = {}
    defs = {definition["path"]: definition for definition in package["defs"]}
    for row in rows:
        section = row.get("report_section", "")
        if row.get("role") not in _COUNTED_ROLES or not section or row.get("table"):
            continue
        page = "/" + row["path"].split("/")[1] if row["path"].count("/") > 1 else ""
        if (page, section) not in numbers:
            numbers[page, section] = next(f"T{n}" for n in range(1, 10_000) if f"T{n}" not in table_names)
            table_names.add(numbers[page, section])
            title = in_both(texts(package, defs[page].get("label", "")) if page in defs else {})
            cells = {
                "table": numbers[page, section],
                "report_section": section,
                "title::简体中文 (zh-CN)": title.zh or "其他问题",
                "title::English (en)": title.en or "Other questions",
            }
            sheet.rows.append((len(sheet.rows) + 2, cells))
        row["table"] = numbers[page, section]
    return sheet
