"""Checks what a row needs besides type and name: a label, a calculation, a trigger, a default that is an answer.

pyxform refuses most of these at the first row that lacks them, in English; here every row is told, with its cell.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from surveys.questionnaire.checking.checks import Row, Survey
from surveys.questionnaire.rules.values import fits_type
from surveys.questionnaire.sheets import columns
from surveys.questionnaire.sheets.bilingual import Text
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.faults import Fault, FaultKind

_FOR_PEOPLE = frozenset(("label", "hint", *columns.MEDIA)) - {"big-image"}
TRIGGER = re.compile(r"\$\{\s*[^{}\s,]+\s*\}(\s*,\s*\$\{\s*[^{}\s,]+\s*\})*")
_WORDS_OF_TRIGGER = re.compile(r"[^\s,;，；、${}＄｛｝]+")
_FORM_OF_TYPE = {
    "integer": Text("须是整数", "a whole number"),
    "decimal": Text("须是数字", "a number"),
    "date": Text("须是日期，如 2026-03-15", "a date such as 2026-03-15"),
    "time": Text("须是时间，如 09:30", "a time such as 09:30"),
    "dateTime": Text("须是日期和时间，如 2026-03-15T09:30:00.000+08:00", "date and time such as 2026-03-15T09:30:00.000+08:00"),
}  # fmt: skip
_OFFERED = Text("须是选项表里的值", "one of the choices")


def check_needs(sheet: str, survey: Survey, lists: Mapping[str, Iterable[str]]) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of every row of survey."""
    needs = _Needs(sheet, survey, {name: set(words) for name, words in lists.items()})
    for row in survey.rows:
        if not row.type.kind.startswith("end ") and row.name:
            needs.check(row)
    return needs.faults, needs.warnings


def is_rule(row: Row) -> bool:
    """Whether the default of a row is worked out when a visit begins."""
    from pyxform.utils import default_is_dynamic

    return default_is_dynamic(row.cells.get("default", ""), row.type.kind)


class _Needs:
    def __init__(self, sheet: str, survey: Survey, lists: Mapping[str, set[str]]) -> None:
        self.sheet = sheet
        self.survey = survey
        self.lists = lists
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self.repeats: dict[str, Row] = {}
        self.spelt: dict[tuple[str, str], Row] = {}
        self.tables: dict[str, str] = {}  # path of a table-list → its first list

    def fault(self, kind: CellFaultKind, row: Row, base: str, **values: object) -> None:
        header = row.headers.get(base) or row.headers.get(base.removesuffix("s"), base)
        self.faults.append(Fault(kind, self.sheet, row.number, header, values))

    def warn(self, kind: CellFaultKind, row: Row, base: str, **values: object) -> None:
        self.warnings.append(Fault(kind, self.sheet, row.number, row.headers.get(base, base), values))

    def check(self, row: Row) -> None:
        self.name(row)
        if row.type.kind.startswith("begin "):
            self.group(row)
            return
        if row.type.kind in columns.FILLED and row.repeats:
            header, values = row.headers["type"], {"feature": row.type.kind}
            self.warnings.append(Fault(FaultKind.FEATURE_IGNORED, self.sheet, row.number, header, values))
        if not self.is_asked(row):
            if row.type.kind == "calculate" and not row.cells.get("calculation") and not is_rule(row):
                self.fault(CellFaultKind.CALCULATION_MISSING, row, "calculation", name=row.name)
        elif not any(row.cells.get(base) for base in _FOR_PEOPLE):
            if row.cells.get("big-image"):
                self.fault(CellFaultKind.BIG_IMAGE_ALONE, row, "big-image", name=row.name)
            else:
                self.fault(CellFaultKind.LABEL_MISSING, row, "label", name=row.name)
        elif row.cells.get("big-image") and not row.cells.get("image"):
            self.fault(CellFaultKind.BIG_IMAGE_ALONE, row, "big-image", name=row.name)
        self.choices(row)
        self.trigger(row)
        self.default(row)

    def is_asked(self, row: Row) -> bool:
        """Whether people see the question: what is worked out and has neither label nor hint is not seen."""
        if not row.type.kind or row.type.kind in columns.UNASKED or row.type.kind in columns.UNSUPPORTED_TYPES:
            return False
        worked_out = bool(row.cells.get("calculation") or row.cells.get("trigger"))
        return not worked_out or bool(row.cells.get("label") or row.cells.get("hint"))

    def name(self, row: Row) -> None:
        above = row.path.rpartition("/")[0]
        first = self.spelt.setdefault((above, row.name.lower()), row)
        if first is not row and first.name != row.name:
            self.warn(CellFaultKind.NAME_CASE, row, "name", name=row.name, like=first.name, other=first.number)
        if row.name == "meta":
            self.fault(CellFaultKind.NAME_RESERVED, row, "name", name=row.name, suggestion="meta_1")
        if row.type.kind == "begin repeat":
            other = self.repeats.setdefault(row.name, row)
            if other is not row and other.path.rpartition("/")[0] != above:
                self.fault(CellFaultKind.REPEAT_NAME_TWICE, row, "name", name=row.name, other=other.number)

    def group(self, row: Row) -> None:
        if "table-list" in row.cells.get("appearance", "").split():
            self.tables[row.path] = ""
        if row.type.kind == "begin repeat" and not any(row.cells.get(base) for base in ("label", *columns.MEDIA)):
            self.warn(CellFaultKind.GROUP_LABEL_MISSING, row, "label", name=row.name, what="repeat", what_zh="重复组")

    def choices(self, row: Row) -> None:
        if row.type.kind not in ("select_one", "select_multiple", "rank"):
            return
        filtered = bool(row.cells.get("choice_filter"))
        if row.type.or_other and (filtered or row.type.from_file):
            self.fault(CellFaultKind.OTHER_WITH_FILTER, row, "type")
        above = row.path.rpartition("/")[0]
        if above not in self.tables:
            return
        first = self.tables[above] = self.tables[above] or row.type.list_name
        if filtered:
            self.fault(CellFaultKind.TABLE_LIST_FILTER, row, "choice_filter")
        if row.type.list_name != first:
            self.fault(CellFaultKind.TABLE_LIST_MIXED, row, "type", list=row.type.list_name, first=first)

    def trigger(self, row: Row) -> None:
        text = row.cells.get("trigger", "")
        if not text:
            return
        names = _WORDS_OF_TRIGGER.findall(text)
        if not TRIGGER.fullmatch(text):
            all_known = bool(names) and all(name in self.survey.by_name for name in names)
            proposal = ", ".join(f"${{{name}}}" for name in names)
            self.fault(
                CellFaultKind.TRIGGER_SYNTAX,
                row,
                "trigger",
                text=text,
                proposal=proposal if all_known else None,
                remedy_zh=f"请改为“{proposal}”。" if all_known else "请写出一道已有的题目，例如“${题目名}”。",
                remedy_en=f"Write “{proposal}”."
                if all_known
                else "Name a question that is there, for example “${name}”.",
            )
            return
        for other in [rows[0] for name in names if (rows := self.survey.by_name.get(name))]:
            if other.type.kind.startswith("begin ") or other.type.kind == "note" or not self.is_asked(other):
                self.fault(CellFaultKind.TRIGGER_NOT_ASKED, row, "trigger", name=other.name)

    def default(self, row: Row) -> None:
        text = row.cells.get("default", "")
        if not text or row.type.kind in columns.UNASKED or is_rule(row):
            return
        kind = {"int": "integer", "datetime": "dateTime"}.get(row.type.kind, row.type.kind)
        requirement: Text | None = None
        if kind in _FORM_OF_TYPE and not fits_type(kind, text):
            requirement = _FORM_OF_TYPE[kind]
        elif kind in ("select_one", "select_multiple", "rank") and row.type.list_name in self.lists:
            choices = self.lists[row.type.list_name] | ({"other"} if row.type.or_other else set())
            names = [text] if kind == "select_one" else text.split()
            requirement = _OFFERED if choices and not choices.issuperset(names) else None
        if requirement is not None:
            plain = _plain(kind, text)
            values = {"value": text, "wanted_zh": requirement.zh, "wanted_en": requirement.en, "proposal": plain}
            self.warn(CellFaultKind.DEFAULT_UNFIT, row, "default", **values)


def _plain(kind: str, text: str) -> str | None:
    """A default as it was meant, where a spreadsheet or an input method gave it another form."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if kind == "date" and (match := re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?", plain)):
        plain = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    if kind == "integer" and re.fullmatch(r"-?\d+\.0+", plain):
        plain = plain.partition(".")[0]
    return plain if plain != text and kind in _FORM_OF_TYPE and fits_type(kind, plain) else None


def check_headers(name: str, headers: Iterable[str], one_name: Mapping[str, object]) -> list[Fault]:
    """Columns of a sheet that are two names of one. `one_name`: header → what it counts as."""
    faults: list[Fault] = []
    header_by_meaning: dict[object, str] = {}
    for header in headers:
        other = header_by_meaning.setdefault(one_name.get(header, header), header)
        if other != header:
            faults.append(Fault(CellFaultKind.COLUMN_SAME, name, 1, header, {"column": header, "other": other}))
    return faults
