"""A workbook's bytes → the package, or the list of its faults; pyxform does the reading of XLSForm itself.

Our own checks come first, because pyxform stops at the first fault it meets. Rows of media questions are taken out
before conversion when the campaign has media switched off. Never raises on bad input.
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.checking.cell_use import check_use
from surveys.questionnaire.checking.checks import Row, Survey, check_survey
from surveys.questionnaire.checking.choice_checks import check_choices, choice_lists
from surveys.questionnaire.checking.mending import LATER, mended, with_named_notes
from surveys.questionnaire.checking.repairs import did_you_mean, with_quotes, with_references
from surveys.questionnaire.checking.row_needs import check_headers, check_needs
from surveys.questionnaire.checking.rule_checks import check_instance_name, check_rules
from surveys.questionnaire.checking.unused import check_columns, check_settings, check_unused
from surveys.questionnaire.package import fact_sheet, foreign_ways, subject_lookups
from surveys.questionnaire.package.attached_lists import Lists, read_attached
from surveys.questionnaire.package.converter import converted
from surveys.questionnaire.package.package import RuleFault, compile_package
from surveys.questionnaire.shapes.package_shape import Facts, Package
from surveys.questionnaire.sheets import columns
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.columns import column_of, read_type
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.file_faults import FileFaultKind
from surveys.questionnaire.sheets.workbook import Sheet, open_workbook

_SHEET_ORDER = {
    name: place for place, name in enumerate(("", "survey", "choices", "settings", "diaoyan", "diaoyan_tables"))
}


@dataclass(slots=True)
class Reading:
    """What a workbook gives: a package, or faults that stand in its way; warnings in either case."""

    package: Package | None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    partial: Package | None = None  # of a form with faults, what there is without the faulty cells; never published


def read_workbook(
    data: bytes, *, name: str = "form.xlsx", media: bool = False, attached: Mapping[str, bytes] | None = None
) -> Reading:
    """The package of a form, with or without its media questions. `attached`: the files that come with it, by name."""
    with _uncollected():
        return _read(data, name, media=media, attached=attached)


@contextmanager
def _uncollected() -> Iterator[None]:
    """A form is a hundred thousand objects that all stay until the end: looking through them for waste took a fifth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read(data: bytes, name: str, *, media: bool, attached: Mapping[str, bytes] | None) -> Reading:
    sheets, faults = open_workbook(data, name)
    if not sheets or any(fault.kind is FileFaultKind.TOO_MANY_ROWS for fault in faults):
        return Reading(None, faults)
    title = name.rpartition("/")[2].rpartition(".")[0] or name
    reading = read_sheets(sheets, media=media, attached=attached, title=title)
    if faults:
        places = {
            (fault.sheet, fault.row, fault.column) for fault in faults
        }  # a cell without content lacks no more than that
        others = [fault for fault in reading.faults if (fault.sheet, fault.row, fault.column) not in places]
        return Reading(None, _sorted([*faults, *others]), reading.warnings, reading.partial or reading.package)
    return reading


def read_sheets(
    sheets: Mapping[str, Sheet], *, media: bool = False, attached: Mapping[str, bytes] | None = None, title: str = ""
) -> Reading:
    """The package of sheets that are rows already (names in lower case). `title`: of a form that says none itself."""
    sheets, left_out = foreign_ways.put_as_ours(sheets)
    survey_sheet = sheets.get("survey")
    if survey_sheet is None:
        return Reading(None, [_no_survey(sheets)])
    survey_sheet = with_named_notes(survey_sheet)
    choices = sheets.get("choices")
    facts, fact_faults = fact_sheet.read_fact_sheet(sheets.get("diaoyan"), sheets.get("diaoyan_tables"))
    if not media:
        facts, survey_sheet = fact_sheet.without_media(facts, survey_sheet)
    survey_sheet, facts, lookup_faults = subject_lookups.taken_out(survey_sheet, facts, attached or {})
    in_choices = choice_lists(choices)
    survey = check_survey(survey_sheet, {**in_choices, **_files_named(survey_sheet)})
    faults, warnings = [*survey.faults, *fact_faults, *lookup_faults], [*left_out, *survey.warnings]
    faults += check_headers(survey_sheet.name, survey_sheet.headers, _one_names(survey_sheet))
    for more_faults, more_warnings in (
        check_needs(survey_sheet.name, survey, in_choices),
        check_use(survey_sheet.name, survey),
    ):
        faults += more_faults
        warnings += more_warnings
    settings_sheet = sheets.get("settings")
    settings = settings_sheet.rows[0][1] if settings_sheet and settings_sheet.rows else {}
    if choices is not None and (choices.rows or choices.headers):
        duplicates_allowed = settings.get("allow_choice_duplicates", "").lower() in ("yes", "true")
        more_faults, more_warnings = check_choices(choices, survey, duplicates_allowed=duplicates_allowed)
        faults += more_faults
        warnings += more_warnings
    rule_faults, rule_warnings = check_rules(survey_sheet.name, survey, choices)
    faults += [*rule_faults, *check_instance_name(settings_sheet, survey)]
    settings_faults, settings_warnings = check_settings(settings_sheet, survey.by_name)
    faults += settings_faults
    warnings += settings_warnings
    warnings += rule_warnings
    unused_faults, unused_warnings = check_unused(survey_sheet.name, survey)
    lists = read_attached(survey_sheet, survey, choices, attached or {})
    faults += [*unused_faults, *lists.faults]
    warnings += [*unused_warnings, *lists.warnings]
    _check_other_sheets(sheets, faults, warnings)
    if not any(fault.sheet == survey_sheet.name for fault in faults):
        faults += fact_sheet.check_paths(sheets.get("diaoyan"), facts, {*survey.by_path, *survey.extra_paths})
    if faults:
        partial, later = _without_faulty(survey_sheet, choices, settings_sheet, faults, facts, lists)
        return Reading(None, _sorted([*faults, *later]), _sorted(warnings), partial)
    package, faults = _convert(survey_sheet, choices, settings_sheet, survey, facts, warnings, lists)
    if package is not None and title and not {"form_title", "title"} & {name.strip().lower() for name in settings}:
        package["title"] = title
        place = settings_sheet.name if settings_sheet else ""
        warnings.append(Fault(CellFaultKind.TITLE_MISSING, place, values={"title": title}))
    return Reading(None if faults else package, _sorted(faults), _sorted(warnings))


def _no_survey(sheets: Mapping[str, Sheet]) -> Fault:
    """The workbook has no sheet `survey`: perhaps one is called nearly so."""
    near = did_you_mean("survey", sheets)
    sheet_name = next((sheet.name for name, sheet in sheets.items() if f"“{name}”" in near["remedy_zh"]), "")
    zh = f"请把工作表“{sheet_name}”改名为“survey”。" if sheet_name else "请把题目所在的工作表命名为“survey”。"
    en = (
        f"Rename the sheet “{sheet_name}” to “survey”."
        if sheet_name
        else "Name the sheet that holds the questions “survey”."
    )
    return Fault(FaultKind.SHEET_MISSING, "survey", values={"remedy_zh": zh, "remedy_en": en})


def _one_names(sheet: Sheet) -> dict[str, object]:
    """Header → the column it stands for, of those that are read."""
    column_by_header = {header: column_of(header) for header in sheet.headers}
    return {header: column for header, column in column_by_header.items() if column.base in columns.KNOWN_SURVEY}


def _without_faulty(
    survey_sheet: Sheet,
    choices: Sheet | None,
    settings: Sheet | None,
    faults: list[Fault],
    facts: Facts,
    lists: Lists,
) -> tuple[Package | None, list[Fault]]:
    """A copy without the faulty cells as a package, and the faults that only show in it: told at the same time."""
    new_faults: list[Fault] = faults
    settings = None if settings and any(fault.sheet == settings.name for fault in faults) else settings
    for _again in range(3):  # what refers to a mended cell is mended in turn
        survey_sheet, choices = mended(survey_sheet, choices, new_faults)
        in_choices = choice_lists(choices)
        survey = check_survey(survey_sheet, {**in_choices, **_files_named(survey_sheet)})
        new_faults = [
            *survey.faults,
            *check_rules(survey_sheet.name, survey, choices)[0],
            *check_needs(survey_sheet.name, survey, in_choices)[0],
        ]
        if not new_faults and survey.rows:
            package, late_faults = _convert(survey_sheet, choices, settings, survey, facts, [], lists)
            # Without its file, a list has no columns: what reads it leads nowhere for that reason alone.
            kinds = LATER if not lists.faults else (FaultKind.CYCLE,)
            return package, [fault for fault in late_faults if fault.kind in kinds]
    return None, []


def _sorted(faults: list[Fault]) -> list[Fault]:
    """In sheet and row order, each once."""
    unique = list({(f.kind, f.sheet, f.row, f.column, f.cause("zh")): f for f in faults}.values())
    return sorted(unique, key=lambda fault: (_SHEET_ORDER.get(fault.sheet.lower(), 9), fault.row or 0))


def _files_named(survey: Sheet) -> dict[str, list[str]]:
    """The files that questions take their choices from; whether they came is told in `attached_lists`."""
    types = {header for header in survey.headers if column_of(header).base == "type"}
    cells = (read_type(text) for _number, row in survey.rows for header, text in row.items() if header in types)
    return {words.list_name: [] for words in cells if words.from_file}


def _check_other_sheets(sheets: Mapping[str, Sheet], faults: list[Fault], warnings: list[Fault]) -> None:
    for name, sheet in sheets.items():
        if name in columns.UNSUPPORTED_SHEETS and sheet.rows:
            faults.append(Fault(FaultKind.SHEET_UNSUPPORTED, sheet.name))
        elif name not in columns.OWN_SHEETS and not name.startswith("_") and sheet.rows:
            remedy = did_you_mean(name, [own for own in columns.OWN_SHEETS if own not in sheets])
            warnings.append(Fault(FaultKind.SHEET_IGNORED, sheet.name, values=remedy))
    for own, names in (("diaoyan", fact_sheet.COLUMNS), ("diaoyan_tables", fact_sheet.TABLE_COLUMNS)):
        warnings += check_columns(sheets.get(own), names)


def _convert(
    survey_sheet: Sheet,
    choices: Sheet | None,
    settings: Sheet | None,
    survey: Survey,
    facts: Facts,
    warnings: list[Fault],
    lists: Lists,
) -> tuple[Package | None, list[Fault]]:
    """The workbook through pyxform into a package."""
    conversion = converted(survey_sheet, choices, settings, survey)
    if conversion.form is None:
        return None, conversion.faults
    warnings += conversion.warnings
    types = {path: row.type.kind for path, row in survey.by_path.items() if row.type.kind in ("note",)}
    package, rule_faults = compile_package(
        conversion.form, types=types, facts=facts, attached=lists.rows, files=lists.files.values()
    )
    return package, [_placed(fault, survey, survey_sheet.name, settings) for fault in rule_faults]


def _placed(fault: RuleFault, survey: Survey, sheet: str, settings: Sheet | None) -> Fault:
    """A fault of the XForm back at its cell; helper nodes that pyxform made belong to their repeat."""
    if fault.prop == "instance_name" and settings is not None:
        number, cells = settings.rows[0]
        header = next(header for header in cells if column_of(header).base == "instance_name")
        values = _with_proposal(fault, cells[header], survey)
        return Fault(FaultKind[fault.kind], settings.name, number, header, values)
    row: Row | None = survey.by_path.get(fault.path)
    base = columns.COLUMN_OF.get(fault.prop, fault.prop)
    if row is None and fault.path.endswith("_count"):
        row, base = survey.by_path.get(fault.path.removesuffix("_count")), "repeat_count"
    if row is None:
        return Fault(FaultKind[fault.kind], sheet, None, None, fault.values)
    values = _with_proposal(fault, row.cells.get(base, ""), survey)
    return Fault(FaultKind[fault.kind], sheet, row.number, row.headers.get(base, base), values)


def _with_proposal(fault: RuleFault, cell: str, survey: Survey) -> dict[str, Any]:
    """What a fault says; for a bare word, the cell with `${…}` where it names a question, with quotes where it names nothing."""
    values = dict(fault.values)
    if fault.kind == "PATH_UNKNOWN" and (
        better := with_references(cell, survey.by_name) or with_quotes(cell, values["path"])
    ):
        values["proposal"] = better
    return values
