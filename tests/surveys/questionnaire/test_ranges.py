"""A range: its bounds and step on their digits, the values that stand side by side, and what is none of them."""

import pytest

from surveys.questionnaire.state.ranges import bounds_of, fault_of_value, values_of

HALVES = {"start": "-1", "end": "1", "step": "0.1"}
DOWN = {"start": "10", "end": "0", "step": "-2"}


def test_bounds_stand_in_order_and_a_missing_step_is_one() -> None:
    assert bounds_of(DOWN) == ("0", "10", "2")
    assert bounds_of({"start": "1", "end": "5"}) == ("1", "5", "1")
    assert bounds_of({"start": "1"}) is None


def test_few_values_stand_side_by_side_in_the_order_of_the_form() -> None:
    assert values_of({"start": "0", "end": "10", "step": "1"}) == [str(number) for number in range(11)]
    assert values_of(DOWN) == ["10", "8", "6", "4", "2", "0"]
    assert values_of({"start": "0", "end": "0.3", "step": "0.1"}) == ["0.0", "0.1", "0.2", "0.3"]
    assert values_of(HALVES) == []


@pytest.mark.parametrize(
    ("value", "parameters", "fault"),
    [
        ("0.3", HALVES, ""),
        ("0.35", HALVES, "step"),
        ("4", DOWN, ""),
        ("5", DOWN, "step"),
        ("11", DOWN, "bounds"),
        ("ten", DOWN, "number"),
    ],
)
def test_what_is_wrong_with_a_value(value: str, parameters: dict[str, str], fault: str) -> None:
    assert fault_of_value(value, parameters) == fault
