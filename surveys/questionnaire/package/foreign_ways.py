"""What forms of other tools write differently is put as this house reads it, before anything is checked. Pure.

`$` columns     KoboToolbox's own notes on a sheet ($kuid, $autoname): they are told and left out.
external        `select_one_external` with the sheet external_choices is a select with a filter.
search()        `search('file', 'matches', 'column', ${answer})` is a select from that file with a filter; its list in choices names the
                columns in its one row. What is more than that stays as it is, and is refused with its reason.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from surveys.questionnaire.sheets.columns import LIST_ENDINGS, choice_column_of, column_of
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.workbook import Sheet

Sheets = dict[str, Sheet]
_EXTERNAL = re.compile(r"select_one_external(?=\s)", re.IGNORECASE)
_SEARCH = re.compile(r"\bsearch\s*\((.*)\)", re.DOTALL)
_ARGUMENT = re.compile(r"""\s*(?:(['"“‘])([^'"”’]*)['"”’]|(\$\{[^}]+\}))\s*(?:,|$)""")
_HOW = {
    "matches": "{column} = {value}",
    "contains": "contains({column}, {value})",
    "startswith": "starts-with({column}, {value})",
    "endswith": "ends-with({column}, {value})",
}
_KOBO = {
    "remedy_zh": "这是 KoboToolbox 自己的标记，可以保留。",
    "remedy_en": "It is a mark of KoboToolbox’s own and may stay.",
}


def put_as_ours(sheets: Mapping[str, Sheet]) -> tuple[Sheets, list[Fault]]:
    """The sheets as this house reads them, and what was left out."""
    readable: Sheets = {}
    faults: list[Fault] = []
    for name, sheet in sheets.items():
        marks = [header for header in sheet.headers if header.startswith("$")]
        faults += [Fault(FaultKind.COLUMN_IGNORED, sheet.name, 1, header, _KOBO) for header in marks]
        readable[name] = _without(sheet, marks) if marks else sheet
    if "survey" in readable:
        _external(readable)
        _searched(readable)
    return readable, faults


def _without(sheet: Sheet, marks: list[str]) -> Sheet:
    rows = [
        (number, {header: text for header, text in cells.items() if header not in marks})
        for number, cells in sheet.rows
    ]
    headers = [header for header in sheet.headers if header not in marks]
    return replace(sheet, headers=headers, rows=[row for row in rows if row[1]])


def _external(sheets: Sheets) -> None:
    """The rows of external_choices join choices; the questions that take from them become selects with a search."""
    external = sheets.pop("external_choices", None)
    if external is None:
        return
    choices = sheets.get("choices") or Sheet("choices", ["list_name", "name", "label"])
    own = {choice_column_of(header).base: header for header in choices.headers}
    names = {header: own.get(choice_column_of(header).base, header) for header in external.headers}
    rows = [(number, {names[header]: text for header, text in cells.items()}) for number, cells in external.rows]
    headers = [*choices.headers, *(name for name in names.values() if name not in choices.headers)]
    sheets["choices"] = replace(choices, headers=headers, rows=[*choices.rows, *rows])
    survey = sheets["survey"]
    types = [header for header in survey.headers if column_of(header).base == "type"]
    sheets["survey"] = replace(
        survey,
        rows=[
            (
                number,
                cells | {header: _EXTERNAL.sub("select_one", cells[header]) for header in types if header in cells},
            )
            for number, cells in survey.rows
        ],
    )


def _searched(sheets: Sheets) -> None:
    survey, choices = sheets["survey"], sheets.get("choices")
    headers = {column_of(header).base: header for header in reversed(survey.headers)}
    if choices is None or "appearance" not in headers or "type" not in headers:
        return
    rows = []
    done: set[str] = set()
    for number, cells in survey.rows:
        new = _from_file(cells, headers, choices)
        if new is not None:
            done.add(cells[headers["type"]].split()[1])
        rows.append((number, new or cells))
    if not done:
        return
    added = [base for base in ("choice_filter", "parameters") if base not in headers]
    sheets["survey"] = replace(survey, headers=[*survey.headers, *added], rows=rows)
    lists = next((header for header in choices.headers if choice_column_of(header).base == "list_name"), "")
    sheets["choices"] = replace(choices, rows=[row for row in choices.rows if row[1].get(lists) not in done])


def _from_file(cells: Mapping[str, str], headers: Mapping[str, str], choices: Sheet) -> dict[str, str] | None:
    """The row as a select from a file; None for what is no such search."""
    appearance, words = cells.get(headers["appearance"], ""), cells.get(headers["type"], "").split()
    call = _SEARCH.search(appearance)
    if call is None or len(words) != 2 or words[0].lower() not in ("select_one", "select_multiple"):
        return None
    arguments, columns = _arguments(call[1]), _columns(choices, words[1])
    if columns is None or arguments is None or len(arguments) not in (1, 4, 6):
        return None
    name, filters = arguments[0], _filters(arguments[1:])
    if filters is None or not name or name.startswith("$"):
        return None
    file = name if name.lower().endswith(LIST_ENDINGS) else f"{name}.csv"
    parameters = cells.get(headers.get("parameters", "parameters"), "")
    rest = {
        headers["type"]: f"{words[0].lower()}_from_file {file}",
        headers["appearance"]: (appearance[: call.start()] + appearance[call.end() :]).strip(),
        headers.get("parameters", "parameters"): f"{parameters} value={columns[0]} label={columns[1]}".strip(),
        headers.get("choice_filter", "choice_filter"): filters,
    }
    return {header: text for header, text in {**cells, **rest}.items() if text}


def _arguments(text: str) -> list[str] | None:
    """Quoted texts without their quotes, references as they are; None for anything else."""
    found, place = [], 0
    while place < len(text):
        match = _ARGUMENT.match(text, place)
        if match is None:
            return None
        found.append(match[2] if match[1] else match[3])
        place = match.end()
    return found


def _filters(arguments: list[str]) -> str | None:
    if not arguments:
        return ""
    how = _HOW.get(arguments[0].strip().lower())
    pairs = [(arguments[at], arguments[at + 1]) for at in range(1, len(arguments) - 1, 2)]
    if how is None or not all(re.fullmatch(r"[\w.-]+", column) for column, _value in pairs):
        return None
    values = [value if value.startswith("${") else f"'{value}'" for _column, value in pairs]
    parts = [
        (how if at == 0 else _HOW["matches"]).format(column=pairs[at][0], value=values[at]) for at in range(len(pairs))
    ]
    return " and ".join(parts)


def _columns(choices: Sheet, list_name: str) -> tuple[str, str] | None:
    """The columns of the file, as the one row of the list names them."""
    header_of = {choice_column_of(header).base: header for header in reversed(choices.headers)}
    rows = [cells for _number, cells in choices.rows if cells.get(header_of.get("list_name", "")) == list_name]
    if len(rows) != 1:
        return None
    value, label = (rows[0].get(header_of.get(base, ""), "").strip() for base in ("name", "label"))
    return (value, label) if re.fullmatch(r"[\w.-]+", value) and re.fullmatch(r"[\w.-]+", label) else None
