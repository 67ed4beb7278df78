"""A form with faults is compared with the version in force as far as it can be read: what its faults hide is not told as a change."""

import pytest

from surveys.planning.forms.questionnaire_changes import Changes, count_pages, count_questions
from surveys.planning.forms.unfinished_changes import changes_so_far
from surveys.questionnaire.package.reader import read_workbook
from tests.surveys.planning.test_questionnaire_changes import CHOICES, FACT_HEADS, FACTS, HEADS, SURVEY, TABLES, form
from tests.surveys.questionnaire.model_form import CASES
from tests.surveys.questionnaire.workbooks import tables, workbook


def unfinished(survey: list[list[str]], choices=CHOICES, faulty: tuple[str, ...] = ()) -> Changes:
    sheets = {"survey": [HEADS, *survey], "choices": choices, "diaoyan": [FACT_HEADS, *FACTS], "diaoyan_tables": TABLES}
    reading = read_workbook(workbook(sheets))
    assert reading.package is None
    assert reading.partial is not None
    return changes_so_far(form(), reading.partial, reading.faults, faulty)


def told(found: Changes) -> list[tuple[str, str]]:
    return [(change.kind, change.name) for change in found.differences]


def with_cell(row: int, column: str, text: str) -> list[list[str]]:
    rows = [list(cells) for cells in SURVEY]
    rows[row][HEADS.index(column)] = text
    return rows


def test_a_faulty_rule_is_no_change_and_what_else_changed_is_told() -> None:
    rows = with_cell(2, "relevant", "${stafff} > 0")
    rows[3][2] = "为什么"
    rows.insert(5, ["integer", "more", "还有多少", "", "", ""])
    assert told(unfinished(rows, faulty=("loss",))) == [("label", "why"), ("added", "more")]


def test_a_faulty_name_makes_nothing_new_and_nothing_gone() -> None:
    assert told(unfinished(with_cell(3, "name", "2nd why"), faulty=("2nd why",))) == []


def test_an_open_group_moves_nothing() -> None:
    rows = [list(cells) for cells in SURVEY if cells[0] != "end group"]
    assert told(unfinished(rows, faulty=("g",))) == []


def test_a_choice_twice_takes_no_choice_out() -> None:
    assert told(unfinished([list(cells) for cells in SURVEY], [*CHOICES, ["yn", "y", "也是", ""]])) == []


@pytest.mark.parametrize("path", sorted((CASES / "faults").glob("*.md")), ids=lambda path: path.stem)
def test_every_form_with_a_fault_can_be_counted_and_compared(path) -> None:
    reading = read_workbook(workbook(tables(path.read_text("utf-8"))))
    package = reading.partial or reading.package
    if package is not None:
        assert count_questions(package) >= 0
        assert count_pages(package) >= 0
        changes_so_far(form(), package, reading.faults, ())
    else:
        assert reading.faults
