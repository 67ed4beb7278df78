"""Which files a form needs, whether they came, and their rows as lists that rules and questions read.

A question takes its choices from the columns `name` and `label` of a file, or from those its parameters name; a rule
reads every column as it is. The text of a choice stands under itself, because a file knows no languages.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.checking.checks import Row, Survey
from surveys.questionnaire.package import attachments
from surveys.questionnaire.package.attachments import list_id
from surveys.questionnaire.shapes.package_shape import AttachedFile
from surveys.questionnaire.sheets import columns
from surveys.questionnaire.sheets.columns import choice_column_of
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.file_faults import FileFaultKind
from surveys.questionnaire.sheets.sheets import Sheet

_READ_BY_RULE = re.compile(r"""(pulldata|instance)\(\s*['"“‘]([^'"”’]+)['"”’]""")
_PULLDATA = re.compile(
    r"""pulldata\(\s*['"“‘]([^'"”’]+)['"”’]\s*,\s*['"“‘]([^'"”’]+)['"”’]\s*,\s*['"“‘]([^'"”’]+)['"”’]"""
)
_PARAMETER = re.compile(r"\b(value|label)\s*=\s*([\w.\-]+)")


@dataclass(slots=True)
class Lists:
    """The attached lists as the package takes them, what the package says of every file, and what is wrong."""

    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)  # id → rows as they are
    files: dict[str, AttachedFile] = field(default_factory=dict)  # file name → what the package says of it
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def read_attached(survey_sheet: Sheet, survey: Survey, choices: Sheet | None, attached: Mapping[str, bytes]) -> Lists:
    """Every file the form needs, read and checked; every file it does not need is told."""
    sheet = survey_sheet.name
    lists = Lists(faults=attachments.check_sizes(attached))
    if lists.faults:
        return lists
    tables: dict[str, Sheet | None] = {}
    own = {row.type.list_name for row in survey.rows} | _own_lists(choices)
    for row in survey.rows:
        for base, name in _needed(row, attached, own):
            if name not in attached:
                lists.faults.append(_at(FileFaultKind.ATTACHMENT_MISSING, sheet, row, base, file=name))
                continue
            if name not in tables:
                tables[name], faults = attachments.read_list(name, attached[name])
                lists.faults += faults
                lists.files[name] = attachments.entry(name, attached[name], "list")
            table = tables[name]
            if table is None:
                continue
            lists.rows.setdefault(list_id(name), [cells for _number, cells in table.rows])
            if base == "type" and row.type.from_file:
                _check_choices(sheet, row, table, lists)
        _check_pulldata(sheet, row, tables, lists)
    for text_sheet in (survey_sheet, choices):
        if text_sheet is not None:
            _media(text_sheet, attached, lists)
    for name in attached:
        if name not in lists.files:
            lists.warnings.append(Fault(FileFaultKind.ATTACHMENT_UNUSED, values={"name": name}))
    return lists


def _media(sheet: Sheet, attached: Mapping[str, bytes], lists: Lists) -> None:
    """Pictures and sounds of questions or choices, in every language."""
    bases = {header: choice_column_of(header).base for header in sheet.headers}
    for number, cells in sheet.rows:
        for header, name in cells.items():
            if bases[header] in columns.MEDIA:
                _one_media(bases[header], name, (sheet.name, number, header), attached, lists)


def _own_lists(choices: Sheet | None) -> set[str]:
    if choices is None:
        return set()
    header = next((head for head in choices.headers if choice_column_of(head).base == "list_name"), "")
    return {cells[header] for _number, cells in choices.rows if header in cells}


def _needed(row: Row, attached: Mapping[str, bytes], own: set[str]) -> list[tuple[str, str]]:
    """(column, file) for each file a row needs: its choices, its data, and the lists its rules read."""
    files_needed = []
    if row.type.from_file:
        files_needed.append(("type", row.type.list_name))
    if row.type.kind == "csv-external":
        files_needed.append(("name", f"{row.name}.csv"))
    for base in (*columns.RULES, "default"):
        for function, name in _READ_BY_RULE.findall(row.cells.get(base, "")):
            if function == "instance" and (name in own or name.startswith("~")):
                continue
            files = (
                [name]
                if name.lower().endswith(columns.LIST_ENDINGS)
                else [name + ending for ending in columns.LIST_ENDINGS]
            )
            files_needed.append((base, next((file for file in files if file in attached), files[0])))
    return files_needed


def choice_columns(row: Row) -> tuple[str, str]:
    """The columns of an attached file that give a choice's value and its label."""
    parameters = dict(_PARAMETER.findall(row.cells.get("parameters", "")))
    geo = row.type.list_name.lower().endswith(".geojson")
    return parameters.get("value", "id" if geo else "name"), parameters.get("label", "title" if geo else "label")


def _check_choices(sheet: str, row: Row, table: Sheet, lists: Lists) -> None:
    value, label = choice_columns(row)
    absent = [column for column in (value, label) if column not in table.headers]
    for column in absent:
        values = {"name": table.name, "column_wanted": column, "columns": "、".join(table.headers[:12]) or "—"}
        lists.faults.append(
            Fault(FileFaultKind.ATTACHMENT_COLUMN_MISSING, sheet, row.number, row.headers["type"], values)
        )
    if absent:
        return
    number_by_value: dict[str, int] = {}
    for number, cells in table.rows:
        text = cells.get(value, "")
        other = number_by_value.setdefault(text, number)
        if not text:
            lists.faults.append(Fault(FileFaultKind.ATTACHMENT_VALUE_MISSING, table.name, number, value))
        elif other != number:
            values = {"list": table.name, "name": text, "other": other}
            lists.faults.append(Fault(FaultKind.CHOICE_DUPLICATE, table.name, number, value, values))
        elif row.type.kind == "select_multiple" and re.search(r"\s", text):
            lists.faults.append(Fault(FaultKind.CHOICE_NAME_SPACE, table.name, number, value, {"name": text}))


def _check_pulldata(sheet: str, row: Row, tables: Mapping[str, Sheet | None], lists: Lists) -> None:
    """Columns that pulldata() names in quotes, and a key that stands in the file more than once."""
    by_id = {list_id(name): table for name, table in tables.items() if table is not None}
    for base in (*columns.RULES, "default"):
        for name, column, key in _PULLDATA.findall(row.cells.get(base, "")):
            table = by_id.get(list_id(name) if name.lower().endswith(columns.LIST_ENDINGS) else name)
            if table is None:
                continue
            for column_name in (column, key):
                if column_name not in table.headers:
                    values = {
                        "name": table.name,
                        "column_wanted": column_name,
                        "columns": "、".join(table.headers[:12]),
                    }
                    lists.faults.append(_at(FileFaultKind.ATTACHMENT_COLUMN_MISSING, sheet, row, base, **values))
            keys = [cells[key] for _number, cells in table.rows if key in cells]
            if len(set(keys)) < len(keys):
                twice = next(text for text, number in Counter(keys).items() if number > 1)
                values = {"name": table.name, "key": key, "value": twice}
                lists.warnings.append(_at(FileFaultKind.ATTACHMENT_KEY_TWICE, sheet, row, base, **values))


def _one_media(base: str, name: str, place: tuple[str, int, str], attached: Mapping[str, bytes], lists: Lists) -> None:
    if base == "video":
        lists.warnings.append(Fault(FaultKind.FEATURE_IGNORED, *place, {"feature": "media::video"}))
        return
    if name not in attached:
        lists.faults.append(Fault(FileFaultKind.ATTACHMENT_MISSING, *place, {"file": name}))
        return
    lists.files[name] = attachments.entry(name, attached[name], "media")
    media_kind = "audio" if base == "audio" else "image"
    if not attachments.media_kind(attached[name]).startswith(media_kind + "/"):
        words = {"audio": ("声音", "sound"), "image": ("图片", "picture")}[media_kind]
        values = {"name": name, "wanted_zh": words[0], "wanted_en": words[1]}
        lists.faults.append(Fault(FileFaultKind.ATTACHMENT_KIND, *place, values))


def _at(kind: FileFaultKind, sheet: str, row: Row, base: str, **values: Any) -> Fault:
    return Fault(kind, sheet, row.number, row.headers.get(base, base), values)
