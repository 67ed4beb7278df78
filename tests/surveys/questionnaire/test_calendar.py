"""The calendar of rules is the same on the server, on the phone and in the standard library: every leap day, every end of a month.

The phone borrows the days of `Date.UTC`; nothing else of the platform is used. Four-digit years are all there are: 0001 to 9999.
"""

import datetime as dt
import random
from typing import Any

from surveys.questionnaire.rules.values import DAY, date_text, date_time_text, fits_type, format_date, instant
from tests.engines import told_by

FIRST, LAST = (dt.date(year, month, day).toordinal() - 719163 for year, month, day in ((1, 1, 1), (9999, 12, 31)))
NAMES = {"months": [f"M{number}" for number in range(1, 13)], "weekdays": [f"W{number}" for number in range(7)]}
PATTERN = "%Y|%y|%m|%n|%b|%d|%e|%a|%H|%h|%M|%S|%3|%%|%q"
ZONES = (-720, -570, 0, 330, 480, 840)
CLOCKS = (
    "T00:00",
    "T23:59:59.999",
    "T12:30:15.5Z",
    "T00:00:00+14:00",
    "T23:59:59-12:00",
    "T24:00",
    "T08:60",
    "T08:00:60",
)


def on_the_phone(given: dict[str, Any]) -> dict[str, Any]:
    return told_by("calendar_stdin.mjs", given)


def of_the_library(text: str) -> int | None:
    try:
        return (dt.date.fromisoformat(text).toordinal() - 719163) * DAY
    except ValueError:
        return None


def written() -> list[tuple[str, int]]:
    """The last days of February in every year, every edge of a month in 400 years and at both ends, and what is no date."""
    found = [f"{year:04d}-02-{day}" for year in range(10_000) for day in (28, 29, 30)]
    years = [*range(103), *range(1600, 2001), 9900, *range(9990, 10_000)]
    found += [
        f"{year:04d}-{month:02d}-{day:02d}" for year in years for month in range(14) for day in (0, 1, 30, 31, 32)
    ]
    found += ["10000-01-01", "99999-12-31", "-001-01-01", "+2023-01-01", "2023-1-01", "２０２３-01-01", "2023-01-01T"]
    random_days = random.Random("calendar")
    for _turn in range(5_000):
        day = dt.date.fromordinal(random_days.randint(1, LAST - FIRST + 1)).isoformat()
        found += [day, day + random_days.choice(CLOCKS)]
    found += [day + clock for day in ("0001-01-01", "0099-12-31", "2024-02-29", "9999-12-31") for clock in CLOCKS]
    return [(text, ZONES[place % len(ZONES)]) for place, text in enumerate(found)]


def moments() -> list[tuple[int, int]]:
    chosen = random.Random("moments")
    found = [chosen.randrange(FIRST * DAY, (LAST + 1) * DAY) for _turn in range(10_000)]
    edges = [
        day * DAY for day in (FIRST, -1, 0, 1, LAST + 1, FIRST - 146_097, LAST + 146_097, 100_000_000, -100_000_000)
    ]
    found += [edge + shift for edge in edges for shift in (-DAY, -1, 0, 1, DAY)]
    return [(at, ZONES[place % len(ZONES)]) for place, at in enumerate(found)]


def test_every_date_is_the_same_day_on_the_phone_on_the_server_and_in_the_library() -> None:
    texts, times = written(), moments()
    got = on_the_phone({"texts": texts, "moments": times, "names": NAMES, "pattern": PATTERN})
    for (text, zone), (at, is_date, is_moment) in zip(texts, got["texts"], strict=True):
        assert (at, is_date, is_moment) == (
            instant(text, zone),
            fits_type("date", text),
            fits_type("dateTime", text),
        ), text
        if len(text) == 10 and text.isascii():
            assert at == of_the_library(text), text
    for (at, zone), (day, moment, words) in zip(times, got["moments"], strict=True):
        assert (day, moment) == (date_text(at // DAY), date_time_text(at, zone)), at
        assert words == (format_date(at, PATTERN, NAMES, with_time=True) if day else ""), at
    assert len(texts) > 60_000
    assert len(times) > 10_000
