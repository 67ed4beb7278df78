"""Finds cells of survey that have no effect, or that would stop a visit for good."""

import unicodedata

from surveys.questionnaire.checking.checks import Row, Survey
from surveys.questionnaire.sheets import columns
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.columns import NO, YES
from surveys.questionnaire.sheets.faults import Fault

_SELECTS = ("select_one", "select_multiple", "rank")
_YES_WORDS = ("是", "对", "y", "t", "√", "✓", "必填", "必答", "需要", "只读")
_NO_WORDS = ("否", "不", "n", "f", "×", "x", "不必填", "非必填", "选填", "不需要")
_MESSAGES = {"constraint_message": "constraint", "required_message": "required"}


def check_use(sheet: str, survey: Survey) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of every row of survey."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for row in survey.rows:
        for base in _unused(row):
            values = {"type": row.cells.get("type", "")}
            warnings.append(Fault(CellFaultKind.CELL_UNUSED, sheet, row.number, row.headers[base], values))
        for base in ("required", "readonly"):
            if word := _yes_or_no(row.cells.get(base, "")):
                values = {"text": row.cells[base], "meant": word, "proposal": word}
                faults.append(Fault(CellFaultKind.YES_NO_UNKNOWN, sheet, row.number, row.headers[base], values))
        if _blocks(row):
            place = (sheet, row.number, row.headers["required"], {"feature": row.name})
            # With a condition it may be meant so: it stops the visit where the condition holds.
            (warnings if row.cells.get("relevant") else faults).append(
                Fault(CellFaultKind.REQUIRED_UNANSWERABLE, *place)
            )
    return faults, warnings


def is_yes_or_no(text: str) -> bool:
    """Whether a cell says yes or no in words that XLSForm does not know."""
    return bool(_yes_or_no(text))


def _yes_or_no(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain != text.strip().lower() and plain in (*YES, *NO):  # ｙｅｓ, as it is typed in full-width letters
        return "yes" if plain in YES else "no"
    return "yes" if plain in _YES_WORDS else "no" if plain in _NO_WORDS else ""


def _unused(row: Row) -> list[str]:
    """The columns whose cell has no effect in this row, by their one name."""
    kind = row.type.kind
    if not kind:
        return []
    bases = {
        base for base, text in row.cells.items() if text and not (base in ("required", "readonly") and _is_no(text))
    }
    if kind.startswith("end "):
        return sorted(bases & {*columns.RULES, "default", "trigger", "appearance"})
    without = {base for base, other in _MESSAGES.items() if base in bases and other not in bases}
    if kind not in _SELECTS:
        without.add("choice_filter")
    if kind != "begin repeat":
        without.add("repeat_count")
    if kind.startswith("begin "):
        without |= {"required", "constraint", "calculation", "default", "trigger"}
    elif kind in columns.UNASKED:
        without.add("required")
    elif kind == "note":
        without |= {"constraint", "default"}
    return sorted(bases & without)


def _is_no(text: str) -> bool:
    return text.strip().lower() in NO


def _blocks(row: Row) -> bool:
    """Whether a question must be answered and nobody can."""
    if row.cells.get("required", "").strip().lower() not in YES or row.type.kind.startswith(("begin ", "end ")):
        return False
    if row.type.kind == "note":
        return True
    value = row.cells.get("default") or row.cells.get("calculation") or row.type.kind in columns.UNASKED
    return row.cells.get("readonly", "").strip().lower() in YES and not value
