"""The changes that a form with faults would bring, without the faulty rows and what depends on them. Pure.

Such a form is compared in a copy without its faulty cells (`Reading.partial`); what only the missing cells make differ is not told.
"""

from collections.abc import Collection, Iterable

from surveys.planning.forms.questionnaire_changes import Change, Changes, changes
from surveys.questionnaire.checking.mending import is_made_up
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.sheets.columns import column_of
from surveys.questionnaire.sheets.faults import Fault

_GROUPS = ("GROUP_CROSSED", "GROUP_NOT_CLOSED", "GROUP_NOT_OPENED")


def changes_so_far(earlier: Package, partial: Package, faults: Iterable[Fault], names: Collection[str]) -> Changes:
    """The differences outside of the faulty rows; `names`: of the questions that have a fault."""
    faults = list(faults)
    hidden_kinds = set()
    if any(fault.sheet.lower() == "choices" for fault in faults):
        hidden_kinds.add("choices")
    if any(fault.kind.name in _GROUPS for fault in faults):
        hidden_kinds.add("moved")  # what comes behind an open group stands elsewhere for that reason alone
    if any(column_of(fault.column or "").base == "name" for fault in faults):
        hidden_kinds.add("removed")  # a question with a faulty name may be the one that seems to be gone
    if not partial["facts"]["rows"]:
        hidden_kinds.add("facts")  # confirmed once the form can be read

    whole = changes(earlier, partial)
    elsewhere = {change.name for change in whole.of("added")} & {change.name for change in whole.of("removed")}
    omitted_names = {*names, *(elsewhere if "moved" in hidden_kinds else ())}

    def is_told(change: Change) -> bool:
        return change.kind not in hidden_kinds and change.name not in omitted_names and not is_made_up(change.name)

    return Changes([change for change in whole.differences if is_told(change)])
