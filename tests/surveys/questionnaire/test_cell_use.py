"""Cells that have no effect where they stand are told; what nobody can answer may not be required."""

import pytest

from tests.surveys.questionnaire.test_converter import END, TABLE, T, a, read

REPEAT = {"type": "begin repeat", "name": "r", "label": "R"}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (a(choice_filter="name = 1"), "choice_filter"),
        (a(repeat_count="3"), "repeat_count"),
        (a(constraint_message="x"), "constraint_message"),
        (a(required_message="x"), "required_message"),
        (a(type="note", constraint="1 = 2"), "constraint"),
        ({"type": "calculate", "name": "a", "calculation": "1", "required": "yes"}, "required"),
        ({"type": "hidden", "name": "a", "default": "1", "required": "yes"}, "required"),
    ],
)
def test_a_cell_without_effect_is_told(row: dict[str, str], column: str) -> None:
    reading = read([row, T])
    assert reading.package is not None
    assert [(one.code, one.row, one.column) for one in reading.warnings] == [("cell_unused", 2, column)]


def test_cells_of_groups_without_effect_are_told() -> None:
    group = {**TABLE, "appearance": "field-list", "required": "yes", "constraint": "1 = 2", "default": "x"}
    reading = read([group, T, {**END, "relevant": "1 = 2"}])
    assert reading.package is not None
    told = [(one.code, one.row, one.column) for one in reading.warnings]
    assert told == [("cell_unused", 2, column) for column in ("constraint", "default", "required")] + [
        ("cell_unused", 4, "relevant")
    ]


def test_cells_that_count_are_not_told() -> None:
    rows = [
        a(calculation="1", trigger="${t}"),
        a(name="b", default="1", readonly="yes", required="yes", relevant="1 = 1", appearance="multiline"),
        a(name="c", type="select_one yn", choice_filter="name = 1", constraint=". != ''", constraint_message="x"),
        a(name="d", required="no", required_message="", readonly="false"),
        {**REPEAT, "repeat_count": "3", "relevant": "1 = 1", "appearance": "field-list"},
        a(name="e"),
        {"type": "end repeat", "name": "r", "label": "R"},
        T,
    ]
    assert [one.code for one in read(rows).warnings] == []


@pytest.mark.parametrize("row", [a(type="note", required="yes"), a(readonly="yes", required="yes")])
def test_what_nobody_can_answer_is_not_required(row: dict[str, str]) -> None:
    """It would stop every visit; with a condition it stops those where the condition holds, which may be meant."""
    assert [(one.code, one.column) for one in read([row, T]).faults] == [("required_unanswerable", "required")]
    conditional = read([T, {**row, "relevant": "${t} = 'x'"}])
    assert conditional.package is not None
    assert [one.code for one in conditional.warnings] == ["required_unanswerable"]


@pytest.mark.parametrize(
    ("text", "meant"), [("是", "yes"), ("Y", "yes"), ("必填", "yes"), ("√", "yes"), ("否", "no"), ("N", "no")]
)
def test_yes_and_no_in_other_words_are_offered(text: str, meant: str) -> None:
    [fault] = read([a(required=text), T]).faults
    assert (fault.code, fault.row, fault.column, fault.proposal) == ("yes_no_unknown", 2, "required", meant)


def test_a_constant_count_beyond_the_limit_is_told() -> None:
    reading = read([{**REPEAT, "repeat_count": "5000"}, T, {"type": "end repeat"}])
    assert [(one.code, one.column) for one in reading.warnings] == [("repeat_may_exceed", "repeat_count")]


@pytest.mark.parametrize(
    ("typed", "meant"), [("ｙｅｓ", "yes"), ("Ｎｏ", "no"), ("ｔｒｕｅ（）", "yes"), ("是", "yes")]
)
def test_yes_and_no_in_other_signs_are_offered_as_a_correction(typed: str, meant: str) -> None:
    (fault,) = read([a(required=typed), T]).faults
    assert (fault.code, fault.column, fault.proposal) == ("yes_no_unknown", "required", meant)
