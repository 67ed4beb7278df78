"""Working days by the state's calendar, and months; a year that is not known yet counts Monday to Friday."""

from datetime import date

import pytest

from surveys import calendar


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2023, 10, 2), False, id="a Monday in the national holiday"),
        pytest.param(date(2023, 10, 7), True, id="a Saturday that is worked in exchange"),
        pytest.param(date(2023, 12, 15), True, id="a plain Friday"),
        pytest.param(date(2093, 10, 1), True, id="a Thursday of a year that is not known"),
        pytest.param(date(2093, 10, 3), False, id="a Saturday of such a year"),
    ],
)
def test_a_working_day(day: date, works: bool) -> None:
    assert calendar.is_working_day(day) is works


def test_days_and_months_are_counted_on() -> None:
    assert calendar.after_working_days(date(2023, 12, 8), 7) == date(2023, 12, 19)
    assert calendar.after_working_days(date(2023, 9, 28), 1) == date(2023, 10, 7)
    assert calendar.after_months(date(2023, 11, 30), 3) == date(2024, 2, 29)
    assert calendar.after_months(date(2023, 9, 15), 3) == date(2023, 12, 15)
    assert calendar.next_working_day(date(2023, 10, 1)) == date(2023, 10, 7)
    assert calendar.is_known(2023)
    assert not calendar.is_known(2093)
