"""Until when something is due, and how that day was reckoned, in words. Pure; touches the state's calendar.

Rule    months from the day of handing over; a day without work moves on to the next working day. Giving back: working days. A year
        whose calendar is not known yet counts Monday to Friday, and the words say so.
Kept    `Reckoned.as_json()` stands with the step that set the day, so that the words are of that time.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from surveys.calendar import after_months, after_working_days, is_known, next_working_day

RULES = {  # settings of a campaign, with their defaults (handling.md 2)
    "answer_months": 3,
    "extension_months": 3,
    "assist_months": 1,
    "give_back_days": 7,  # working days
    "remind_first_days": 60,  # after handing over
    "remind_second_days": 80,
    "remind_every_days": 7,  # from the second on
    "soon_days": 15,  # before the due day from which an item is due soon
}
BOUNDS = {  # least and most a person may set
    "answer_months": (1, 24),
    "extension_months": (0, 24),
    "assist_months": (1, 24),
    "give_back_days": (1, 60),
    "remind_first_days": (1, 365),
    "remind_second_days": (2, 365),
    "remind_every_days": (1, 90),
    "soon_days": (1, 90),
}
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A day with how it came about. `how`: months, working_days, given (by a person)."""

    day: date
    how: str
    start: date | None = None
    number: int = 0
    plain: date | None = None  # the day before it moved on to a working day

    def as_json(self) -> dict[str, Any]:
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(self).items()}


def months_after(start: date, number: int) -> Reckoned:
    plain = after_months(start, number)
    return Reckoned(next_working_day(plain), "months", start, number, plain)


def working_days_after(start: date, number: int) -> Reckoned:
    return Reckoned(after_working_days(start, number), "working_days", start, number)


def given(day: date) -> Reckoned:
    return Reckoned(day, "given")


def from_json(kept: dict[str, Any]) -> Reckoned:
    def day(name: str) -> date | None:
        return date.fromisoformat(kept[name]) if kept.get(name) else None

    return Reckoned(date.fromisoformat(kept["day"]), kept["how"], day("start"), kept.get("number", 0), day("plain"))


def reminders_passed(days: int, first: int, second: int, every: int) -> int:
    """How many days of reminding have passed so many days after handing over: the first, the second, then one each so often."""
    if days < first:
        return 0
    return 1 if days < second else 2 + (days - second) // every


def in_words(reckoned: Reckoned, language: str) -> str:
    """How the day was reckoned: 9月15日＋3个月＝12月15日，周五，是工作日，不顺延。"""
    english = language.startswith("en")
    day_words = _said_en if english else _said_zh
    if reckoned.how == "given" or reckoned.start is None:
        text = f"A person set it: {day_words(reckoned.day)}." if english else f"由人定为{day_words(reckoned.day)}。"
    elif reckoned.how == "working_days":
        text = (
            f"{reckoned.number} working days after {day_words(reckoned.start)}: {day_words(reckoned.day)}."
            if english
            else f"{day_words(reckoned.start)}起第{reckoned.number}个工作日是{day_words(reckoned.day)}。"
        )
    else:
        text = _months_in_words(reckoned, english)
    years = {reckoned.day.year, (reckoned.start or reckoned.day).year, (reckoned.plain or reckoned.day).year}
    for year in sorted(year for year in years if not is_known(year)):
        text += (
            f" The state's calendar of {year} is not known yet: Monday to Friday were counted."
            if english
            else f"{year}年的放假安排还没有公布，按周一至周五算。"
        )
    return text


def _months_in_words(reckoned: Reckoned, english: bool) -> str:
    day_words = _said_en if english else _said_zh
    plain = reckoned.plain or reckoned.day
    assert reckoned.start is not None
    if english:
        moved = (
            "a working day, so it stays."
            if plain == reckoned.day
            else f"no working day, so it moves to {day_words(reckoned.day)}."
        )
        return f"{day_words(reckoned.start)} + {reckoned.number} months = {day_words(plain)}, {WEEKDAYS[plain.weekday()]}, {moved}"
    moved = "是工作日，不顺延。" if plain == reckoned.day else f"不是工作日，顺延到{day_words(reckoned.day)}。"
    return f"{day_words(reckoned.start)}＋{reckoned.number}个月＝{day_words(plain)}，周{WEEKDAYS_ZH[plain.weekday()]}，{moved}"


def _said_zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _said_en(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
