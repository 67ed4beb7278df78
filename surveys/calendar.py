"""Working days by the state's calendar (国务院节假日安排), and days reckoned in months. Pure; touches the kept calendar alone.

A year whose calendar is not known counts Monday to Friday; `is_known` says so, and whoever shows such a day says it.
"""

import calendar
from datetime import date, timedelta

from chinese_calendar import is_workday
from chinese_calendar.constants import holidays

FIRST, LAST = min(holidays).year, max(holidays).year


def is_known(year: int) -> bool:
    """Whether the state's calendar of a year is known."""
    return FIRST <= year <= LAST


def is_working_day(day: date) -> bool:
    """Whether people work on a day: by the state's calendar, else Monday to Friday."""
    return is_workday(day) if is_known(day.year) else day.weekday() < 5


def next_working_day(day: date) -> date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day):
        day += timedelta(1)
    return day


def after_working_days(day: date, number: int) -> date:
    """The day on which the so-manieth working day after `day` ends; `day` itself does not count."""
    while number > 0:
        day += timedelta(1)
        number -= is_working_day(day)
    return day


def after_months(day: date, number: int) -> date:
    """The same day of a later month, or the last one of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
