"""Forms made for other tools: what they write differently is read, or named with what to do."""

from typing import Any

import pytest

from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.sheets.faults import FaultKind
from surveys.questionnaire.state.evaluation import FormState
from tests.surveys.questionnaire.workbooks import workbook

NOW = "2023-07-15T10:30:00.000+08:00"
LIST = [["list_name", "name", "label"], ["l", "x", "X"], ["l", "y", "Y"]]


def test_kobo_marks_are_told_on_every_sheet_and_refuse_nothing() -> None:
    reading = read_workbook(
        workbook(
            {
                "survey": [["type", "name", "label", "$kuid"], ["select_one l", "a", "A", "k1"]],
                "choices": [[*LIST[0], "$autovalue"], ["l", "x", "X", "q"]],
                "settings": [["form_title", "$given"], ["T", "1"]],
            }
        )
    )
    assert reading.package is not None
    told = {(one.sheet, one.column) for one in reading.warnings if one.kind is FaultKind.COLUMN_IGNORED}
    assert told == {("survey", "$kuid"), ("choices", "$autovalue"), ("settings", "$given")}


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([["begin_score", "s", "H"], ["score__row", "r", "R"], ["end_score", "", ""]], "select_one"),
        ([["begin_rank", "s", "H"], ["rank__level", "r", "R"], ["end_rank", "", ""]], "rank 选项表名"),
        ([["begin_kobomatrix", "s", "H"], ["text", "r", "R"], ["end_kobomatrix", "", ""]], "begin group"),
        ([["begin_loop over l", "s", "H"], ["text", "r", "R"], ["end_loop", "", ""]], "begin repeat"),
        ([["begin loop over l", "s", "H"], ["text", "r", "R"], ["end loop", "", ""]], "begin repeat"),
    ],
    ids=["score", "rank", "matrix", "loop_", "loop"],
)
def test_what_is_not_here_is_named_once_with_what_to_do(rows: list[list[str]], word: str) -> None:
    survey = [["type", "name", "label"], *rows, ["select_one l", "z", "Z"]]
    [fault] = read_workbook(workbook({"survey": survey, "choices": LIST})).faults
    assert (fault.kind, fault.row) == (FaultKind.TYPE_UNSUPPORTED, 2)
    assert word in fault.cause("zh")


def _offered(reading: Any, answer: str, path: str) -> list[str]:
    assert reading.package is not None, [fault.cause("zh") for fault in reading.faults]
    state = FormState(reading.package, now=NOW)
    state.set("/p", answer)
    return [*(state.node(path).choices or ())]


def test_external_choices_are_offered_by_their_filter() -> None:
    reading = read_workbook(
        workbook(
            {
                "survey": [
                    ["type", "name", "label", "choice_filter"],
                    ["select_one l", "p", "P", ""],
                    ["select_one_external c", "c", "City", "state=${p}"],
                ],
                "choices": LIST,
                "external_choices": [
                    ["list_name", "name", "label", "state"],
                    ["c", "c1", "C1", "x"],
                    ["c", "c2", "C2", "y"],
                ],
            }
        )
    )
    assert _offered(reading, "y", "/c") == ["c2"]


@pytest.mark.parametrize(
    ("search", "offered"),
    [
        ("search('fruits')", ["f1", "f2", "f3"]),
        ("minimal search('fruits', 'matches', 'land', ${p})", ["f1", "f3"]),
        ("search('fruits.csv', 'startswith', 'land', ${p}, 'colour', 'red')", ["f3"]),
        ("search(“fruits”, “contains”, “title”, “lu”)", ["f2"]),
    ],
)
def test_search_takes_its_choices_from_the_file(search: str, offered: list[str]) -> None:
    survey = [
        ["type", "name", "label", "appearance"],
        ["select_one l", "p", "P", ""],
        ["select_one f", "f", "F", search],
    ]
    book = workbook({"survey": survey, "choices": [*LIST, ["f", "key", "title"]]})
    fruits = b"key,title,land,colour\nf1,Apple,x,green\nf2,Plum,y,red\nf3,Cherry,x,red\n"
    assert _offered(read_workbook(book, attached={"fruits.csv": fruits}), "x", "/f") == offered


def test_a_search_that_is_more_than_that_is_refused_with_its_reason() -> None:
    survey = [["type", "name", "label", "appearance"], ["select_one f", "f", "F", "search(concat('fr', 'uits'))"]]
    [fault] = read_workbook(workbook({"survey": survey, "choices": [LIST[0], ["f", "key", "title"]]})).faults
    assert fault.kind is FaultKind.APPEARANCE_UNSUPPORTED
