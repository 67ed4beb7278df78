"""An uploaded form with its faults as comments at their cells, for the person who wrote it. Sheets and faults as plain data."""

from collections.abc import Iterable, Mapping

from surveys.questionnaire.sheets.export import workbook_of
from surveys.questionnaire.sheets.faults import Fault
from surveys.questionnaire.sheets.sheets import Sheet


def annotated(sheets: Mapping[str, Sheet], faults: Iterable[Fault], language: str) -> bytes:
    """The workbook with cause and remedy at each cell; what belongs to no sheet of it stands at the first cell of the first."""
    names = {sheet.name for sheet in sheets.values()}
    first = sheets["survey"].name if "survey" in sheets else next(iter(names), "")
    remarks: dict[tuple[str, int, str], str] = {}
    for fault in faults:
        inside = fault.sheet in names
        place = (fault.sheet, fault.row or 0, fault.column or "") if inside else (first, 0, "")
        words = f"{fault.cause(language)}{fault.remedy(language)}" if inside else fault.sentence(language)
        if fault.proposal and fault.proposal not in words:
            words += f"\n{fault.proposal}"
        remarks[place] = f"{remarks[place]}\n{words}" if place in remarks else words
    return workbook_of(sheets, remarks)
