"""The sheets `diaoyan` and `diaoyan_tables`: what an answer is, as plain data that goes into the package.

Gives   {"rows": [row, …], "tables": [row, …]}: cells by column name, empty ones left out.
"""

from collections.abc import Collection, Iterable, Mapping

from surveys.questionnaire.shapes.package_shape import Facts, FactTable
from surveys.questionnaire.sheets.columns import column_of, read_type
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.workbook import Sheet

MEANINGS = [
    "finding.text",
    "finding.category",
    "finding.category2",
    "finding.department",
    "finding.level",
    "finding.reply",
    "finding.use",
    "finding.urgency",
    "finding.publication",
    "outcome",
    "outcome.reason",
    "consent",
    "attendance",
    "attendance.levels",
    "subject.name",
    "subject.uscc",
    "subject.area",
    "subject.industry",
    "subject.size",
    "subject.control",
    "contact.name",
    "contact.phone",
    "contact.use",
    "notice",
]
ROLES = ["share", "mean", "sum", "dimension", "list", "text", "none"]
PRIVACIES = ["L0", "L1", "L2", "L3"]
PRELOADS = [
    "assignment.id",
    "assignment.enterprise_name",
    "assignment.enterprise_uscc",
    "assignment.district",
    "attendance.chosen",
    "attendance.names",
    "attendance.levels",
    "register.section",
    "register.division",
    "register.control",
    "register.size_class",
    "register.founded",
    "register.staff",
    "register.revenue",
    "register.address",
    "visit.today",
]
_WORDS = {"means": MEANINGS, "role": ROLES, "privacy": PRIVACIES, "present": ["media"], "preload": PRELOADS}
COLUMNS = [
    "name",
    "path",
    "stable_id",
    "means",
    "role",
    "also",
    "base",
    "unit",
    "codes",
    "privacy",
    "present",
    "start",
    "report_section",
    "table",
    "preload",
    "note",
]


TABLE_COLUMNS = ["table", "report_section", "title"]


def read_fact_sheet(sheet: Sheet | None, tables: Sheet | None) -> tuple[Facts, list[Fault]]:
    """The rows of both sheets, and the faults that can be seen without the form."""
    facts: Facts = {"rows": [], "tables": []}
    faults: list[Fault] = []
    if sheet is not None:
        ids: dict[str, int] = {}
        for number, cells in sheet.rows:
            row = {column: cells[column] for column in COLUMNS if column in cells}
            facts["rows"].append(row)
            faults += _check_words(sheet.name, number, row)
            stable_id = row.get("stable_id", "")
            other = ids.setdefault(stable_id, number) if stable_id else number
            if other != number:
                values = {"id": stable_id, "other": other}
                faults.append(Fault(FaultKind.FACT_ID_DUPLICATE, sheet.name, number, "stable_id", values))
    if tables is not None:
        for _number, cells in tables.rows:
            facts["tables"].append(_table(cells))
    return facts, faults


def _check_words(sheet: str, number: int, row: Mapping[str, str]) -> Iterable[Fault]:
    for column, words in _WORDS.items():
        value = row.get(column, "")
        if value and value not in words:
            values = {"value": value, "allowed": ", ".join(words)}
            yield Fault(FaultKind.FACT_UNKNOWN, sheet, number, column, values)


def _table(cells: Mapping[str, str]) -> FactTable:
    from surveys.questionnaire.package.package import language_code

    title = {}
    for header, text in cells.items():
        base, _separator, language = header.partition("::")
        if base == "title":
            title[language_code(language) if language else "zh-CN"] = text
    return {"table": cells.get("table", ""), "section": cells.get("report_section", ""), "title": title}


def without_media(facts: Facts, survey: Sheet) -> tuple[Facts, Sheet]:
    """Facts and survey without the questions that are there only when the campaign switches media on."""
    media_paths = {row["path"] for row in facts["rows"] if row.get("present") == "media" and "path" in row}
    if not media_paths:
        return facts, survey
    types = {column_of(header).base: header for header in reversed(survey.headers)}
    for (_number, cells), path in list(paths_of_rows(survey)):
        if path in media_paths and read_type(cells.get(types.get("type", "type"), "")).or_other:
            media_paths.add(f"{path}_other")  # it has no row of its own and goes with its question
    rest: Facts = {**facts, "rows": [row for row in facts["rows"] if row.get("path") not in media_paths]}
    return rest, Sheet(
        survey.name, survey.headers, [row for row, path in paths_of_rows(survey) if path not in media_paths]
    )


def paths_of_rows(survey: Sheet) -> Iterable[tuple[tuple[int, dict[str, str]], str]]:
    """Each row of survey with the path of its question."""
    groups: list[str] = []
    headers = {column_of(header).base: header for header in reversed(survey.headers)}
    for row in survey.rows:
        kind = row[1].get(headers.get("type", "type"), "").strip().lower().replace("_", " ")
        name = row[1].get(headers.get("name", "name"), "")
        if kind.startswith("end ") and groups:
            groups.pop()
        yield row, "/" + "/".join([*groups, name])
        if kind.startswith("begin "):
            groups.append(name)


def check_paths(sheet: Sheet | None, facts: Facts, paths: Collection[str]) -> list[Fault]:
    """Rows that speak of a question the form does not have."""
    if sheet is None:
        return []
    ids = {id_of(row) for row in facts["rows"]}
    return [
        Fault(FaultKind.FACT_PATH_UNKNOWN, sheet.name, number, "path", {"path": cells["path"]})
        for number, cells in sheet.rows
        if cells.get("path") and id_of(cells) in ids and cells["path"] not in paths
    ]


def id_of(row: Mapping[str, str]) -> tuple[str, str]:
    return row.get("path", ""), row.get("stable_id", "")
