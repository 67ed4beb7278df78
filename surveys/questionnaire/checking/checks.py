"""Checks the rows of survey one by one, so that an organizer learns every fault at once.

pyxform stops at the first fault it meets; here all of them are found first, each with sheet, row, column, cause and
remedy. What a row's rules say is judged in `rule_checks.py`, the sheet choices in `choice_checks.py`.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from surveys.questionnaire.checking.repairs import missing_column, unread_column
from surveys.questionnaire.sheets import columns
from surveys.questionnaire.sheets.bilingual import Kind, Text
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.columns import YES, TypeWords, column_of, read_type
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.workbook import Sheet
from surveys.questionnaire.sheets.xml_names import only_space_is_wrong, suggested_name, unfit, unusual_space

_NAME = re.compile(r"[^\W\d][\w.\-]*")
DEEPEST_GROUPS = 60
_MOST_COMPARED = 200
_MOST_SEARCHES = 100
_NO_QUOTES = str.maketrans("", "", "'\"‘’“”")
_NO_LISTS = Text(
    "请新建名为“choices”的工作表，第1行写 list_name、name、label，其下每行一个选项。",
    "Add a sheet “choices” with list_name, name, label in its first row and a choice in each row below.",
)
_USUAL = "“text”“integer”“date”“select_one 选项表名”"
_ANSWER_REFERENCE = re.compile(r"\$\{[^}]+\}")


@dataclass(slots=True)
class Row:
    """One row of survey: its cells by the column's one name, its type, and where it stands in the tree."""

    number: int
    cells: dict[str, str]  # by base name; of a translated column the first language that is filled
    headers: dict[str, str]  # base name → the header as written
    type: TypeWords
    name: str = ""
    path: str = ""
    repeats: tuple[str, ...] = ()  # paths of the repeats it stands in, outermost first
    texts: dict[str, str] = field(default_factory=dict)  # header → text for people, in every language


@dataclass(slots=True)
class Survey:
    """The rows that count, the tree they make, and the faults on the way."""

    rows: list[Row] = field(default_factory=list)
    by_path: dict[str, Row] = field(default_factory=dict)
    by_name: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    twice: set[str] = field(default_factory=set)  # names that stand twice in one group
    extra_paths: set[str] = field(
        default_factory=set
    )  # paths that no row has: what `or_other` and a counted repeat stand for
    near: dict[str, list[str]] = field(default_factory=dict)  # what was looked up for misspelt lists and types


@dataclass(slots=True)
class _Open:
    kind: str
    path: str
    row: Row | None
    names: dict[str, int] = field(default_factory=dict)


def check_survey(sheet: Sheet, lists: Mapping[str, Iterable[str]]) -> Survey:
    """Types, names, groups and lists of every row."""
    survey = Survey()
    bases = {header: column_of(header) for header in sheet.headers}
    absent = [base for base in ("type", "name") if base not in {column.base for column in bases.values()}]
    if absent:
        survey.faults += [
            Fault(FaultKind.COLUMN_MISSING, sheet.name, 1, base, missing_column(base, sheet.headers)) for base in absent
        ]
        return survey
    _check_columns(sheet, bases, survey)
    stack = [_Open("", "", None)]
    for number, cells in sheet.rows:
        row = row_of(number, cells, bases)
        if row.cells.get("disabled", "").lower() in YES:
            continue
        _check_row(sheet.name, row, stack, lists, survey)
    for unclosed in stack[1:]:
        assert unclosed.row is not None
        what = unclosed.kind
        values = {"name": unclosed.row.name, "what": what, "what_zh": {"group": "分组", "repeat": "重复组"}[what]}
        survey.faults.append(
            Fault(FaultKind.GROUP_NOT_CLOSED, sheet.name, unclosed.row.number, unclosed.row.headers["type"], values)
        )
    if (
        not any(row.type.kind and not row.type.kind.startswith(("begin", "end ")) for row in survey.rows)
        and not survey.faults
    ):
        survey.faults.append(Fault(FaultKind.NO_QUESTIONS, sheet.name))
    return survey


def row_of(number: int, cells: dict[str, str], bases: Mapping[str, columns.Column]) -> Row:
    """A row with its cells under the one name of their column."""
    by_base: dict[str, str] = {}
    headers: dict[str, str] = {}
    for header, text in cells.items():
        base = bases[header].base
        by_base.setdefault(base, text)
        headers.setdefault(base, header)
    for header, column in bases.items():
        headers.setdefault(column.base, header)
    texts = {header: text for header, text in cells.items() if bases[header].base in columns.TRANSLATED}
    return Row(number, by_base, headers, read_type(by_base.get("type", "")), by_base.get("name", ""), texts=texts)


def _check_columns(sheet: Sheet, bases: Mapping[str, columns.Column], survey: Survey) -> None:
    for header, column in bases.items():
        numbers = [number for number, cells in sheet.rows if header in cells]
        if not numbers or column.base in columns.KNOWN_SURVEY:
            continue
        if column.base in columns.UNSUPPORTED_SURVEY:
            survey.faults.append(Fault(FaultKind.COLUMN_UNSUPPORTED, sheet.name, numbers[0], header))
        elif column.base in columns.IGNORED_SURVEY:
            survey.warnings.append(
                Fault(FaultKind.FEATURE_IGNORED, sheet.name, numbers[0], header, {"feature": header})
            )
        else:
            survey.warnings.append(
                Fault(FaultKind.COLUMN_IGNORED, sheet.name, 1, header, unread_column(header, columns.KNOWN_SURVEY))
            )


def _check_row(sheet: str, row: Row, stack: list[_Open], lists: Mapping[str, Iterable[str]], survey: Survey) -> None:
    text = row.cells.get("type", "")
    kind = row.type.kind

    def fault(fault_kind: Kind, base: str, **values: object) -> None:
        survey.faults.append(Fault(fault_kind, sheet, row.number, row.headers.get(base, base), values))

    if not text:
        if row.name or row.cells.get("label"):
            fault(FaultKind.TYPE_MISSING, "type")
        return
    if kind.startswith("end "):
        _close(row, stack, fault)
        survey.rows.append(row)
        return
    if kind == columns.KOBO_REST:  # told with the row that begins it
        return
    _check_type(row, text, lists, fault, survey, sheet)
    if kind == "audit":  # no question: nothing can refer to it
        return
    _check_name(row, stack, fault, survey)
    row.path = f"{stack[-1].path}/{row.name}"
    row.repeats = tuple(level.path for level in stack if level.kind == "repeat")
    survey.rows.append(row)
    if row.name:
        survey.by_path.setdefault(row.path, row)
        survey.by_name.setdefault(row.name, []).append(row)
        _make_other(row, stack[-1].names, survey, fault)
        if kind == "begin repeat" and not _ANSWER_REFERENCE.fullmatch(row.cells.get("repeat_count", "${-}").strip()):
            survey.extra_paths.add(f"{row.path}_count")
    if kind.startswith("begin "):
        stack.append(_Open(kind.removeprefix("begin "), row.path, row))
        if len(stack) == DEEPEST_GROUPS + 2:
            fault(CellFaultKind.GROUPS_TOO_DEEP, "type", depth=DEEPEST_GROUPS)


def _make_other(row: Row, names: dict[str, int], survey: Survey, fault) -> None:
    """The question for the other answer that `or_other` stands for: pyxform writes it behind its select; no rule can name it."""
    if not row.type.or_other:
        return
    other = Row(row.number, {}, row.headers, TypeWords("text"), f"{row.name}_other", f"{row.path}_other", row.repeats)
    if other.name in names:
        fault(FaultKind.NAME_DUPLICATE, "name", name=other.name, other=names[other.name])
        survey.twice.add(other.name)
        return
    names[other.name] = row.number
    survey.extra_paths.add(other.path)
    survey.by_path.setdefault(other.path, other)


def _close(row: Row, stack: list[_Open], fault) -> None:
    what = row.type.kind.removeprefix("end ")
    text = row.cells["type"]
    if len(stack) == 1:
        fault(FaultKind.GROUP_NOT_OPENED, "type", type=text, what=what)
        return
    innermost = stack[-1]
    assert innermost.row is not None
    if innermost.kind == what:
        stack.pop()
        return
    if any(level.kind == what for level in stack[1:]):
        # An inner group was left open: the rows that follow stand where this end says.
        while stack[-1].kind != what:
            inner = stack.pop()
            assert inner.row is not None
            fault(FaultKind.GROUP_CROSSED, "type", type=text, opened=inner.kind, other=inner.row.number)
        stack.pop()
    else:
        fault(
            FaultKind.GROUP_CROSSED,
            "type",
            type=text,
            opened=innermost.kind,
            other=innermost.row.number,
            proposal=f"end {innermost.kind}",
        )
        stack.pop()


def _check_type(row: Row, text: str, lists: Mapping[str, Iterable[str]], fault, survey: Survey, sheet: str) -> None:
    kind = row.type.kind
    if not kind:
        suggestion = _suggested_type(text, survey.near)
        zh = f"您是否想写“{suggestion}”？" if suggestion else f"请改用支持的题型，例如{_USUAL}。"
        en = f"Did you mean “{suggestion}”?" if suggestion else f"Use a type that is known, for example {_USUAL}."
        values = {"type": text.split()[0], "remedy_zh": zh, "remedy_en": en}
        fault(FaultKind.UNKNOWN_TYPE, "type", **values, proposal=suggestion)
    elif kind in columns.UNSUPPORTED_TYPES or kind.endswith(" loop"):
        fault(FaultKind.TYPE_UNSUPPORTED, "type", type=text)
    elif kind in columns.IGNORED_TYPES:
        survey.warnings.append(
            Fault(FaultKind.FEATURE_IGNORED, sheet, row.number, row.headers["type"], {"feature": text})
        )
    elif unusual_space(text):
        plain = " ".join(text.split())
        fault(FaultKind.SPACE_UNUSUAL, "type", text=text, meant=plain, proposal=plain)
    elif kind in ("select_one", "select_multiple", "rank"):
        _check_list(row, kind, lists, fault, survey.near)
    appearance = row.cells.get("appearance", "")
    if "search(" in appearance.replace(" ", ""):
        fault(FaultKind.APPEARANCE_UNSUPPORTED, "appearance", appearance=appearance)


def _check_list(row: Row, kind: str, lists: Mapping[str, Iterable[str]], fault, searched: dict[str, list[str]]) -> None:
    name = row.type.list_name
    whole = row.cells["type"].partition(name)[1] + row.cells["type"].partition(name)[2] if name else ""
    if not name:
        fault(FaultKind.LIST_NOT_NAMED, "type", type=kind)
    elif row.cells["type"].lower().startswith(tuple(f"{word} " for word in columns.FROM_FILE)):
        if not row.type.from_file:
            fault(CellFaultKind.FILE_ENDING, "type", file=name)
    elif name not in lists and whole in lists:
        _list_name(fault, "type", whole, " ")
    elif not _ANSWER_REFERENCE.fullmatch(name) and name not in lists:
        near = _near(name, list(lists), 5, 0.0, searched)
        likely = next((other for other in near if _alike(name, other)), None)
        before, _name, after = row.cells["type"].rpartition(name)
        fault(
            FaultKind.LIST_MISSING,
            "type",
            list=name,
            remedy_zh=f"请在 choices 表添加该列表，或改用已有列表：{'、'.join(near)}。" if near else _NO_LISTS.zh,
            remedy_en=f"Add it to the sheet choices or use an existing list: {', '.join(near)}."
            if near
            else _NO_LISTS.en,
            proposal=f"{before}{likely}{after}" if likely else None,
        )


def _list_name(fault, base: str, name: str, character: str) -> None:
    suggestion = "_".join(name.translate(_NO_QUOTES).split())
    fault(CellFaultKind.LIST_NAME_INVALID, base, list=name, character=character, suggestion=suggestion)


def _near(name: str, names: list[str], most: int, likeness: float, searched: dict[str, list[str]]) -> list[str]:
    """The nearest words; a workbook full of slips has only its first ones looked up, so that it is read in time."""
    if name not in searched:
        few = (
            names if len(names) <= _MOST_COMPARED else [word for word in names if word[:1] == name[:1]][:_MOST_COMPARED]
        )
        looked_up = len(searched) < _MOST_SEARCHES
        searched[name] = difflib.get_close_matches(name, few, most, likeness) if looked_up else few[:most]
    return searched[name]


def _alike(one: str, other: str) -> bool:
    """Whether one is surely a misspelling of the other."""
    return difflib.SequenceMatcher(None, one.casefold(), other.casefold()).ratio() >= 0.75


_TYPE_WORDS = sorted(
    columns.PLAIN_TYPES | set(columns.SELECTS) | {"begin group", "end group", "begin repeat", "end repeat"}
)


def _suggested_type(text: str, searched: dict[str, list[str]]) -> str:
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if read_type(text).kind:
        return text
    whole = _near(text.lower(), _TYPE_WORDS, 1, 0.75, searched)
    if whole and _alike(text, whole[0]):
        return whole[0]
    first, _space, rest = text.partition(" ")
    near = _near(first.lower(), [word for word in _TYPE_WORDS if " " not in word], 1, 0.6, searched)
    if not near:
        return ""
    return f"{near[0]} {rest}".strip() if near[0] in columns.SELECTS else near[0]


def _check_name(row: Row, stack: list[_Open], fault, survey: Survey) -> None:
    name = row.name
    if not name:
        if row.type.kind:
            fault(FaultKind.NAME_MISSING, "name", type=row.cells["type"])
        return
    if unusual_space(name):
        suggestion = suggested_name(name)
        fault(FaultKind.SPACE_UNUSUAL, "name", text=name, meant=suggestion, proposal=suggestion)
        return
    if not _NAME.fullmatch(name):
        suggestion = suggested_name(name)
        # A no-break space has become a plain one when the workbook was read; what nobody sees came with pasted text.
        seen_only = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
        proposal = suggestion if only_space_is_wrong(name) or _NAME.fullmatch(seen_only) else None
        suggestion = seen_only if _NAME.fullmatch(seen_only) else suggestion
        proposal = proposal and suggestion
        fault(FaultKind.NAME_INVALID, "name", name=name, suggestion=suggestion, proposal=proposal)
        return
    if character := unfit(name):
        suggestion = suggested_name(name)
        plain = unicodedata.normalize("NFKC", name)
        proposal = suggestion if suggestion == plain else None
        values = {"name": name, "character": character, "suggestion": suggestion, "proposal": proposal}
        fault(FaultKind.NAME_CHARACTER, "name", **values)
        return
    names = stack[-1].names
    if name in names:
        fault(FaultKind.NAME_DUPLICATE, "name", name=name, other=names[name])
        survey.twice.add(name)
    else:
        names[name] = row.number
