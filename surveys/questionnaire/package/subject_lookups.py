"""What a form looks up of the visit's own subject: `pulldata('assignment', 'staff', …)`, the one list that needs no file.

The list has one row, that of the assignment at hand, so key and value are not looked at. As a `default` it stands there to be
confirmed or put right, as a `calculation` it is only read. Each visit is given its own row and no other: the lookup becomes the
column `preload` of the fact sheet. Pure; touches rows of the survey and the facts alone.
"""

import re
from collections.abc import Collection, Mapping

from surveys.questionnaire.package.fact_sheet import PRELOADS, paths_of_rows
from surveys.questionnaire.shapes.package_shape import Facts
from surveys.questionnaire.sheets.columns import LIST_ENDINGS, column_of
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.workbook import Sheet

LIST = "assignment"
_OWN_NAMES = {"name": "assignment.enterprise_name", "uscc": "assignment.enterprise_uscc", "number": "assignment.id"}
SOURCES = {
    **_OWN_NAMES,
    **{name.partition(".")[2]: name for name in PRELOADS if name.startswith(("register.", "assignment.d"))},
}
_LOOKUP = re.compile(
    r"""^\s*pulldata\(\s*['"“‘]assignment(?:\.csv)?['"”’]\s*,\s*['"“‘]([^'"”’]*)['"”’]\s*,.*\)\s*$""", re.DOTALL
)


def taken_out(survey: Sheet, facts: Facts, attached: Collection[str]) -> tuple[Sheet, Facts, list[Fault]]:
    """The survey without its lookups of the subject, the facts with them, and what is wrong with them."""
    if any(LIST + ending in attached for ending in LIST_ENDINGS):
        return survey, facts, []  # a file of that name came with the form
    bases = {header: column_of(header).base for header in survey.headers}
    faults: list[Fault] = []
    rows, filled = [], {}
    for (number, cells), path in paths_of_rows(survey):
        left = dict(cells)
        for header, text in cells.items():
            lookup = _LOOKUP.match(text) if bases.get(header) in ("calculation", "default") else None
            if lookup is None:
                continue
            if lookup[1] not in SOURCES:
                values = {"value": lookup[1], "allowed": ", ".join(SOURCES)}
                faults.append(Fault(FaultKind.FACT_UNKNOWN, survey.name, number, header, values))
            filled[path] = SOURCES.get(lookup[1], "")
            del left[header]
            left |= _without_rule(left, bases)
        rows.append((number, left))
    if not filled:
        return survey, facts, []
    return Sheet(survey.name, survey.headers, rows), _with(facts, filled), faults


def _without_rule(cells: Mapping[str, str], bases: Mapping[str, str]) -> dict[str, str]:
    """A `calculate` that has nothing to work out any more is only carried."""
    return {
        header: "hidden" for header, text in cells.items() if bases[header] == "type" and text.strip() == "calculate"
    }


def _with(facts: Facts, filled: Mapping[str, str]) -> Facts:
    known = {row.get("path", "") for row in facts["rows"]}
    rows = [row | {"preload": filled[row["path"]]} if row.get("path", "") in filled else row for row in facts["rows"]]
    rows += [
        {"name": path.rpartition("/")[2], "path": path, "preload": name}
        for path, name in filled.items()
        if path not in known
    ]
    return {**facts, "rows": rows}
