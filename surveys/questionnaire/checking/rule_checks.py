"""Checks the rules of a workbook cell by cell: references, functions, patterns, and what is likely a slip.

The rules are read here as the organizer wrote them, with `${name}`; paths and circles are judged once pyxform has
turned names into paths (`package.py`).
"""

import re
from typing import Any

from surveys.questionnaire.checking.cell_use import is_yes_or_no
from surveys.questionnaire.checking.checks import Row, Survey
from surveys.questionnaire.checking.choice_checks import choice_rows
from surveys.questionnaire.checking.repairs import (
    FUNCTION_NAMES,
    Nearest,
    full_width_references,
    repaired_rule,
    repaired_text,
)
from surveys.questionnaire.checking.row_needs import TRIGGER, is_rule
from surveys.questionnaire.rules.expressions import Tree, parse, references, walk
from surveys.questionnaire.rules.patterns import PatternError, translate
from surveys.questionnaire.rules.tokens import ExpressionError
from surveys.questionnaire.rules.typing_mistakes import open_references
from surveys.questionnaire.sheets.bilingual import Kind
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.columns import ALWAYS_EMPTY, MOST_INSTANCES, NO, RULES, YES, TypeWords, column_of
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.sheets import Sheet

_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_STRAIGHT = str.maketrans("“”‘’", "\"\"''")
_CONSTANTS = (*YES, *NO)
_NUMBERS = ("integer", "int", "decimal", "range")
_GATHERING = frozenset(
    ["sum", "count", "count-non-empty", "join", "concat", "min", "max", "indexed-repeat", "position", "checklist"]
)
_CALMING = frozenset(("if", "coalesce", "once"))
_ARITHMETIC = ("+", "-", "*", "div", "mod", "neg")
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


def check_rules(sheet: str, survey: Survey, choices: Sheet | None = None) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of every rule in the sheet survey, and of the answers that labels of choices quote."""
    faults: list[Fault] = []
    warnings: list[Fault] = []
    names = Nearest(survey.by_name)
    for row in survey.rows:
        _Checker(sheet, row, survey, names, faults, warnings).check()
    for row in choice_rows(choices) if choices else ():
        _Checker(choices.name if choices else "", row, survey, names, faults, warnings).texts()
    return faults, warnings


def check_instance_name(settings: Sheet | None, survey: Survey) -> list[Fault]:
    """Answers that the name of a filled-in form quotes and that are not there."""
    faults: list[Fault] = []
    for number, cells in settings.rows[:1] if settings else ():
        row = Row(number, cells, {}, TypeWords(""))
        checker = _Checker(settings.name if settings else "", row, survey, Nearest(survey.by_name), faults, [])
        for header in (header for header in cells if column_of(header).base == "instance_name"):
            checker.rule(header, cells[header].translate(_STRAIGHT))
    return faults


class _Checker:
    def __init__(
        self, sheet: str, row: Row, survey: Survey, names: Nearest, faults: list[Fault], warnings: list[Fault]
    ) -> None:
        self.sheet = sheet
        self.row = row
        self.survey = survey
        self.names = names
        self.faults = faults
        self.warnings = warnings

    def check(self) -> None:
        for base in RULES:
            text = self.row.cells.get(base, "").translate(_STRAIGHT)
            constant = base in ("required", "readonly") and (text.lower() in _CONSTANTS or is_yes_or_no(text))
            if text and not constant:
                self.rule(base, text)
        default = self.row.cells.get("default", "").translate(_STRAIGHT)
        if default and is_rule(self.row):
            self.rule("default", default)
        self.texts()
        if TRIGGER.fullmatch(trigger := self.row.cells.get("trigger", "")):
            self.text(self.row.headers["trigger"], trigger)
        for name in _REFERENCE.findall(self.row.type.list_name):
            self.reference("type", name.strip(), repaired_text(self.row.cells["type"], self.names))
        if self.row.type.kind == "begin repeat":
            self.limit()

    def texts(self) -> None:
        for header, text in self.row.texts.items():
            self.text(header, text)

    def fault(self, kind: Kind, column: str, **values: Any) -> None:
        self.faults.append(self.at(column, kind, values))

    def warn(self, kind: Kind, column: str, **values: Any) -> None:
        self.warnings.append(self.at(column, kind, values))

    def at(self, column: str, kind: Kind, values: dict[str, Any]) -> Fault:
        """At a column by its one name, or at one of its languages by the header itself."""
        header = column if column in self.row.texts else self.row.headers.get(column, column)
        return Fault(kind, self.sheet, self.row.number, header, values)

    def rule(self, base: str, text: str) -> None:
        try:
            tree = parse(text)
        except ExpressionError as error:
            self.unreadable(base, text, error)
            return
        names = list(references(tree))
        proposal = None if all(name in self.survey.by_name for name in names) else repaired_rule(text, self.names)
        for name in names:
            self.reference(base, name, proposal)
        self.patterns(base, tree)
        self.likely_slips(base, tree)

    def unreadable(self, base: str, text: str, error: ExpressionError) -> None:
        """A rule that cannot be read, with the rule as it was probably meant."""
        values = {key: value for key, value in error.values.items() if key != "missing"}
        proposal = repaired_rule(text, self.names)
        if error.kind == "FUNCTION_UNKNOWN":
            near = FUNCTION_NAMES.find(values["function"], 0.7)
            values["remedy_zh"] = f"您是否想写“{near}()”？" if near else "请检查拼写，或换一种写法。"
            values["remedy_en"] = (
                f"Did you mean “{near}()”?" if near else "Check how it is spelt, or write the rule in another way."
            )
        elif error.kind == "EXPRESSION_SYNTAX" and proposal is not None:
            values |= {"remedy_zh": f"请改为“{proposal}”。", "remedy_en": f"Write “{proposal}”."}
        self.fault(FaultKind[error.kind], base, **values, proposal=proposal)

    def text(self, header: str, text: str) -> None:
        """A text for people: the answers it quotes must be there, and be written so that they are put in."""
        if not any(char in text for char in "{｛"):
            return
        proposal = repaired_text(text, self.names)
        for original in open_references(text):
            self.fault(CellFaultKind.REFERENCE_OPEN, header, written=original, proposal=proposal)
        for original, straightened in full_width_references(text, self.names):
            self.fault(FaultKind.REFERENCE_FULL_WIDTH, header, written=original, meant=straightened, proposal=proposal)
        for name in _REFERENCE.findall(text):
            self.reference(header, name.strip(), proposal)

    def reference(self, base: str, name: str, proposal: str | None) -> None:
        survey = self.survey
        if "#" in name:
            self.fault(FaultKind.FUNCTION_UNSUPPORTED, base, function=name.partition("#")[0])
            return
        namesakes = survey.by_name.get(name, [])
        if not namesakes:
            near = self.names.find(name)
            zh = f"您是否想写“${{{near}}}”？" if near else "请改正名字，或补上这道题。"
            en = f"Did you mean “${{{near}}}”?" if near else "Correct the name, or add the question."
            values = {"name": name, "remedy_zh": zh, "remedy_en": en}
            self.fault(FaultKind.REFERENCE_UNKNOWN, base, **values, proposal=proposal)
        elif namesakes[0].type.kind in ALWAYS_EMPTY:
            values = {"name": name, "type": namesakes[0].type.kind}
            if base in self.row.texts:
                self.warn(CellFaultKind.METADATA_SHOWN, base, **values)
            else:
                self.fault(CellFaultKind.METADATA_READ, base, **values)
        elif len(namesakes) > 1 and name not in survey.twice:
            numbers = [str(row.number) for row in namesakes]
            rows = {"rows": ", ".join(numbers), "rows_zh": "、".join(numbers)}
            self.fault(FaultKind.REFERENCE_AMBIGUOUS, base, name=name, **rows)

    def patterns(self, base: str, tree: Tree) -> None:
        for part in walk(tree):
            if part[:2] != ["f", "regex"]:
                continue
            if part[3][0] != "s":
                zh, en = "须直接写在引号里，不能由答案拼成。", "it must be quoted text, not made of answers."
                self.fault(FaultKind.PATTERN_UNSUPPORTED, base, pattern="…", detail_zh=zh, detail_en=en)
                continue
            source = part[3][1]
            try:
                pattern = translate(source)
            except PatternError as error:
                self.fault(FaultKind.PATTERN_UNSUPPORTED, base, pattern=source, detail_zh=error.zh, detail_en=error.en)
                continue
            if not pattern.anchored:
                self.warn(FaultKind.PATTERN_NOT_ANCHORED, base, pattern=source)
            if pattern.nested:
                self.warn(FaultKind.PATTERN_NESTED, base, pattern=source)

    def likely_slips(self, base: str, tree: Tree) -> None:
        functions = {part[1] for part in walk(tree) if part[0] == "f"}
        if any(part[:2] == ["f", "once"] and part is not tree for part in walk(tree)):
            self.warn(FaultKind.ONCE_NESTED, base)
        for part in walk(tree):
            if part[0] in _ARITHMETIC and not functions & _CALMING:
                for operand in part[1:]:
                    if operand[0] == "ref" and self.may_be_empty(operand[1]):
                        self.warn(FaultKind.EMPTY_OPERAND, base, name=operand[1])
            elif part[0] in _COMPARISONS:
                self.comparison(base, part)
        if "once" not in functions and base != "default":
            for name in sorted(functions & {"random", "uuid"}):
                self.warn(FaultKind.RANDOM_NOT_ONCE, base, function=name)
        if not functions & _GATHERING and base != "repeat_count":
            self.from_outside(base, tree)

    def may_be_empty(self, name: str) -> bool:
        rows = self.survey.by_name.get(name, [])
        return (
            bool(rows)
            and rows[0].type.kind in _NUMBERS
            and ("required" not in rows[0].cells or "relevant" in rows[0].cells)
        )

    def comparison(self, base: str, part: Tree) -> None:
        sides = part[1:]
        if part[0] in _COMPARISONS[2:] and any(side[0] in _COMPARISONS for side in sides):
            self.warn(FaultKind.COMPARISON_CHAINED, base)
        kinds = [
            self.survey.by_name[side[1]][0].type.kind
            for side in sides
            if side[0] == "ref" and side[1] in self.survey.by_name
        ]
        for side in sides:
            if part[0] in ("=", "!=") and side[0] == "s" and "." in side[1] and any(kind in _NUMBERS for kind in kinds):
                self.warn(FaultKind.NUMBER_AS_TEXT, base, text=side[1])
            if (
                side[0] in _ARITHMETIC
                and any(inner[:2] == ["f", "now"] for inner in walk(side))
                and "date" in (*kinds, self.row.type.kind)
            ):
                self.warn(FaultKind.DATE_WITH_NOW, base)

    def from_outside(self, base: str, tree: Tree) -> None:
        for name in references(tree):
            rows = self.survey.by_name.get(name, [])
            if len(rows) == 1 and rows[0].repeats and not set(rows[0].repeats) <= set(self.row.repeats):
                repeat = self.survey.by_path[rows[0].repeats[-1]].name
                self.warn(FaultKind.REPEAT_FROM_OUTSIDE, base, name=name, repeat=repeat)

    def limit(self) -> None:
        """A repeat counted by a question that nothing limits."""
        text = self.row.cells.get("repeat_count", "").strip()
        if text.isdecimal() and int(text[:9]) > MOST_INSTANCES:
            self.warn(FaultKind.REPEAT_MAY_EXCEED, "repeat_count", name=self.row.name)
        match = _REFERENCE.fullmatch(text)
        rows = self.survey.by_name.get(match[1].strip(), []) if match else []
        if rows and rows[0].type.kind in ("integer", "int") and "<" not in rows[0].cells.get("constraint", ""):
            self.warn(FaultKind.REPEAT_MAY_EXCEED, "repeat_count", name=self.row.name)
