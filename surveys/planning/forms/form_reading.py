"""An uploaded form is read, mended and written anew in a process of its own. Touches surveys.confined and the questionnaire's reader."""

from collections.abc import Iterable, Mapping

from surveys.confined import Overrun, confined
from surveys.questionnaire.package import reader
from surveys.questionnaire.package.reader import Reading
from surveys.questionnaire.sheets import corrections, workbook
from surveys.questionnaire.sheets.corrections import Correction
from surveys.questionnaire.sheets.faults import Fault
from surveys.questionnaire.sheets.file_faults import FileFaultKind
from surveys.questionnaire.sheets.sheets import Sheet


def read_form(data: bytes, *, name: str, media: bool = False, attached: Mapping[str, bytes] | None = None) -> Reading:
    """As `reader.read_workbook`; a form that takes too much has that as its one fault."""
    try:
        return confined(reader.read_workbook, data, name=name, media=media, attached=dict(attached or {}))
    except Overrun as overrun:
        why = {"why_zh": overrun.cause("zh-CN").rstrip("。"), "why_en": overrun.cause("en").rstrip(".")}
        return Reading(None, [Fault(FileFaultKind.WORKBOOK_TOO_LARGE, values={"name": name, **why})])


def sheets_of(data: bytes, name: str) -> Mapping[str, Sheet]:
    """The sheets of a form as far as they can be read. Raises Overrun."""
    return confined(workbook.open_workbook, data, name)[0]


def corrections_of(data: bytes, name: str, faults: Iterable[Fault]) -> list[Correction]:
    """What can be corrected in a form by its faults; nothing in one that takes too much to read."""
    faults = list(faults)
    if not any(fault.proposal for fault in faults):
        return []
    try:
        return confined(corrections.corrections, data, name, faults)
    except Overrun:
        return []


def corrected_form(data: bytes, name: str, faults: Iterable[Fault]) -> tuple[str, bytes]:
    """The form with every cell as its faults propose, and its file name. Raises Overrun."""
    return confined(corrections.corrected, data, name, corrections_of(data, name, faults))
