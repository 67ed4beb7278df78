"""One conformance case → its outcome, as `flask questionnaire check-case` prints it."""

from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from typing import Any

from surveys.questionnaire.package.reader import Reading, read_sheets
from surveys.questionnaire.rules.values import instant, zone_of
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.sheets.bilingual import Text
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.workbook import Sheet
from surveys.questionnaire.state.evaluation import FormState

_KINDS: dict[Enum, str] = {
    FaultKind.CYCLE: "cycle",
    FaultKind.EXPRESSION_SYNTAX: "syntax",
    FaultKind.PATTERN_UNSUPPORTED: "syntax",
    FaultKind.FUNCTION_UNKNOWN: "function",
    FaultKind.FUNCTION_UNSUPPORTED: "function",
    FaultKind.ARGUMENTS_WRONG: "arity",
    FaultKind.REFERENCE_UNKNOWN: "reference",
    FaultKind.REFERENCE_AMBIGUOUS: "reference",
    FaultKind.PATH_UNKNOWN: "reference",
}


def contract_fault(case: Any) -> Text | None:
    """What makes `case` no case of the contract; None for one that can be run."""
    if not isinstance(case, Mapping) or not isinstance(case.get("form"), Mapping):
        return _missing("form", "须是对象，内有 survey", "must be an object with `survey`")
    for sheet in ("survey", "choices", "settings"):
        rows = case["form"].get(sheet, [] if sheet != "survey" else None)
        rows = [rows] if sheet == "settings" and isinstance(rows, Mapping) else rows
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            return _missing(f"form.{sheet}", "须是行的列表，每行是对象", "must be a list of rows, each an object")
        if any(isinstance(cell, Mapping | list) for row in rows for cell in row.values()):
            return _missing(f"form.{sheet}", "每格（cell）须是文字", "must hold text in each cell")
    now = case.get("now")
    if not isinstance(now, str) or instant(now, zone_of(now)) is None:
        example = "2026-03-15T10:30:00.000+08:00"
        return _missing(
            "now", f"须是日期、时间和时区，例如 {example}", f"must be date, time and offset, like {example}"
        )
    steps = case.get("steps", [])
    if not isinstance(steps, list):
        return _missing("steps", "须是步骤的列表", "must be a list")
    return next((fault for number, step in enumerate(steps, 1) if (fault := _step_fault(number, step))), None)


def _step_fault(number: int, step: Any) -> Text | None:
    if not isinstance(step, Mapping):
        return _missing(f"steps（第{number}步 step {number}）", "须是对象", "must be an object")
    for key in ("set", "to", "add", "remove"):
        if (key in step or (key == "to" and "set" in step)) and not isinstance(step.get(key), str):
            return _missing(f"{key}（第{number}步 step {number}）", "须是文字", "must be text")
    return None


def _missing(what: str, zh: str, en: str) -> Text:
    return Text(f"{what} {zh}", f"{what} {en}")


def run_case(case: Mapping[str, Any]) -> dict[str, Any]:
    """{"looks": [state, …]}, or {"error": {"kind", "row", "text"}} for a form that is refused."""
    reading, rows = read_case(case["form"])
    if reading.package is None:
        return {"error": _error(reading.faults[0], rows)}
    return run_steps(reading.package, case)


def read_case(form: Mapping[str, Any]) -> tuple[Reading, list[Mapping[str, Any]]]:
    """The form of a case as a workbook's sheets are read, and its rows; `attached` holds the texts of files by name."""
    rows = list(form.get("survey", []))
    sheets = {"survey": Sheet.of_rows("survey", rows)}
    if form.get("choices"):
        sheets["choices"] = Sheet.of_rows("choices", form["choices"])
    settings = form.get("settings")
    if settings:
        sheets["settings"] = Sheet.of_rows("settings", [settings] if isinstance(settings, Mapping) else settings)
    attached = {name: text.encode() for name, text in form.get("attached", {}).items()}
    return read_sheets(sheets, media=True, attached=attached), rows


def run_steps(package: Package, case: Mapping[str, Any]) -> dict[str, Any]:
    """The steps of a case on a visit that begins; one state for each look. A step on what is not there changes nothing."""
    state = FormState(package, now=case["now"], new=True)
    looks: list[dict[str, Any]] = []
    for step in case.get("steps", []):
        with suppress(KeyError, ValueError):
            if "set" in step:
                state.set(step["set"], step["to"])
            elif "add" in step:
                state.add(step["add"])
            elif "remove" in step:
                state.remove(step["remove"])
        if "look" in step:
            looks.append(state.look())
    return {"looks": looks}


def _error(fault: Fault, rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    place = (fault.row or 0) - 2
    name = rows[place].get("name", "") if fault.sheet == "survey" and 0 <= place < len(rows) else ""
    return {"kind": _KINDS.get(fault.kind, fault.code), "row": name, "text": fault.sentence("zh")}
