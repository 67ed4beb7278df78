"""A body's items as a spreadsheet that goes out, is filled in and comes back: the same columns both ways, a fault a row. Touches the course.

A row is known by its number; what only stands there to be read (words, due day, state) is not taken back. A row without an answer
stays as it is; one with a fault is named with its row, and the others are taken all the same. The spreadsheet is read in a process
of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reports.handling import course
from reports.handling.bodies import Body
from reports.handling.course import Answer, of_body
from reports.handling.faults import STATE_WORDS, HandlingFault, HandlingFaultKind
from reports.handling.reading import Course
from reports.handling.records import Item
from surveys.confined import Overrun, confined
from surveys.planning.imports.tables import Unreadable, half_width, read_sheet, write_table
from surveys.questionnaire.sheets.bilingual import Text

HEADS = ("编号", "事项", "角色", "期限", "状态", "答复类别（A–D）", "计划完成日期（B类）", "答复正文")
NUMBER, GRADE, PLANNED, TEXT = 0, 5, 6, 7
LARGEST = 5 * 1024 * 1024


def sheet_of(items: Iterable[tuple[Course, str]]) -> bytes:
    """The items of a body, with room for their answers."""
    rows = [
        [
            shown.item.reference,
            shown.item.text,
            "主办" if part == "lead" else "会办",
            shown.move.due_on.isoformat() if shown.move.due_on else "",
            STATE_WORDS[shown.state].zh,
            "",
            "",
            "",
        ]
        for shown, part in items
    ]
    return write_table("xlsx", HEADS, rows, title="交办事项", widths=(9, 50, 8, 13, 16, 16, 20, 60))[0]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one row. `fault`: None where its answer was taken."""

    row: int
    reference: str
    fault: HandlingFault | None = None


def take_sheet(data: bytes, name: str, own: dict[str, tuple[Item, str]], body: Body) -> list[Taken]:
    """Take the answers of a filled-in spreadsheet; `own`: number → item and part. Raises HandlingFault for a file that is none."""
    lines = _lines(data, name)
    taken = []
    for row, cells in lines:
        reference, grade, planned, text = (half_width(cells[place]) for place in (NUMBER, GRADE, PLANNED, TEXT))
        if not (grade or planned or text):
            continue
        try:
            if reference not in own:
                raise HandlingFault(HandlingFaultKind.NOT_OUR_ROW, reference, item=reference or "—")
            item, part = own[reference]
            course.answer(item, body, _answer(part, grade, planned, cells[TEXT]), of_body(body))
            taken.append(Taken(row, reference))
        except HandlingFault as fault:
            taken.append(Taken(row, reference, fault))
    return taken


def _lines(data: bytes, name: str) -> list[tuple[int, list[str]]]:
    if len(data) > LARGEST:
        raise HandlingFault(HandlingFaultKind.NO_SHEET, name, why=Text("太大", "it is too large"))
    try:
        sheet = confined(read_sheet, data, name)
    except (Unreadable, Overrun):
        raise HandlingFault(HandlingFaultKind.NO_SHEET, name, why=Text("打不开", "it cannot be opened")) from None
    rows = [(number, [cell.text for cell in cells] + [""] * len(HEADS)) for number, cells in sheet.rows]
    if not rows or [head.strip() for head in rows[0][1][: len(HEADS)]] != list(HEADS):
        raise HandlingFault(HandlingFaultKind.NO_SHEET, name, why=Text("表头不对", "its head is another one"))
    return rows[1:]


def _answer(part: str, grade: str, planned: str, text: str) -> Answer:
    if part == "assist":
        return Answer("opinion", text)
    try:
        day = date.fromisoformat(planned) if planned else None
    except ValueError:
        raise HandlingFault(HandlingFaultKind.DAY_WRONG, planned, typed=planned) from None
    return Answer("final", text, grade[:1].upper(), day)
