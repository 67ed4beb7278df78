"""接待日: days on which a station is open, out of words and into words, and which days come next. Pure.

Grammar  rules parted by ；or ;  each: 每月第3个周五 · 每月15日 · 每周三, English: week 3 Friday · day 15 · every Wednesday; then a time
         9:00-11:30 and a note in brackets, both may be left out.
Gives    plain data: {"week": 1–5 or 0 (every week), "weekday": 1–7} or {"day": 1–31}, with "from", "to", "note" where they are said.
Raises   ValueError with the rule that cannot be read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

WEEKDAYS = "一二三四五六日"
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_RULES = 12

_chinese = {mark: number for number, mark in enumerate("一二三四五", 1)}
_rule = re.compile(
    r"(?:每月第?(?P<week>[1-5一二三四五])个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
    r"|每月(?P<day>\d{1,2})[日号]"
    r"|每?(?:周|星期|礼拜)(?P<each>[一二三四五六日天])"
    r"|(?:week (?P<week_en>[1-5]) (?P<weekday_en>[a-z]+)|day (?P<day_en>\d{1,2})|every (?P<each_en>[a-z]+)))"
    r"\s*(?:(?P<from>\d{1,2}[:：]\d{2})\s*(?:-|—|–|~|～|至|到)\s*(?P<to>\d{1,2}[:：]\d{2}))?"
    r"\s*(?:[（(](?P<note>[^）)]{1,60})[）)])?",
    re.IGNORECASE,
)


def read_days(text: str) -> list[dict[str, Any]]:
    """The rules of a text; an empty text has none."""
    parts = [part.strip() for part in re.split(r"[；;\n]+", text) if part.strip()]
    if len(parts) > MOST_RULES:
        raise ValueError(parts[MOST_RULES])
    return [_read(part) for part in parts]


def _read(part: str) -> dict[str, Any]:
    match = _rule.fullmatch(part)
    if match is None:
        raise ValueError(part)
    facts = match.groupdict()
    day = facts["day"] or facts["day_en"]
    rule: dict[str, Any]
    if day:
        if not 1 <= int(day) <= 31:
            raise ValueError(part)
        rule = {"day": int(day)}
    else:
        week = facts["week"] or facts["week_en"] or "0"
        rule = {"week": _chinese.get(week) or int(week), "weekday": _weekday(facts, part)}
    for name in ("from", "to"):
        if facts[name]:
            rule[name] = _time(facts[name], part)
    if facts["note"]:
        rule["note"] = facts["note"]
    return rule


def _weekday(facts: Mapping[str, str | None], part: str) -> int:
    chinese = (facts["weekday"] or facts["each"] or "").replace("天", "日")
    if chinese:
        return WEEKDAYS.index(chinese) + 1
    english = (facts["weekday_en"] or facts["each_en"] or "").capitalize()
    names = [name for name in WEEKDAYS_EN if len(english) >= 3 and name.startswith(english)]
    if len(names) != 1:
        raise ValueError(part)
    return WEEKDAYS_EN.index(names[0]) + 1


def _time(text: str, part: str) -> str:
    hour, minute = (int(number) for number in text.replace("：", ":").split(":"))
    if hour > 24 or minute > 59:
        raise ValueError(part)
    return f"{hour:02d}:{minute:02d}"


def days_in_words(rules: Iterable[Mapping[str, Any]] | None, language: str = "zh") -> str:
    """The rules as `read_days` reads them again."""
    english = language.startswith("en")
    return ("; " if english else "；").join(_in_words(rule, english) for rule in rules or ())


def _in_words(rule: Mapping[str, Any], english: bool) -> str:
    if "day" in rule:
        words = f"day {rule['day']}" if english else f"每月{rule['day']}日"
    elif rule["week"]:
        weekday = WEEKDAYS_EN[rule["weekday"] - 1] if english else WEEKDAYS[rule["weekday"] - 1]
        words = f"week {rule['week']} {weekday}" if english else f"每月第{rule['week']}个周{weekday}"
    else:
        weekday = WEEKDAYS_EN[rule["weekday"] - 1] if english else WEEKDAYS[rule["weekday"] - 1]
        words = f"every {weekday}" if english else f"每周{weekday}"
    time = f" {rule['from']}-{rule['to']}" if "from" in rule and "to" in rule else ""
    note = (f" ({rule['note']})" if english else f"（{rule['note']}）") if "note" in rule else ""
    return words + time + note


def coming_days(rules: Iterable[Mapping[str, Any]] | None, first: date, last: date) -> list[tuple[date, str]]:
    """The days from `first` to `last` on which it is open, each with its time, in order."""
    rules = list(rules or ())
    days = [(day, _at(rule)) for day in _every_day(first, last) for rule in rules if _is_on(rule, day)]
    return list(dict.fromkeys(days))


def _every_day(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _is_on(rule: Mapping[str, Any], day: date) -> bool:
    if "day" in rule:
        return day.day == rule["day"]
    return day.isoweekday() == rule["weekday"] and rule["week"] in (0, (day.day - 1) // 7 + 1)


def _at(rule: Mapping[str, Any]) -> str:
    return f"{rule['from']}–{rule['to']}" if "from" in rule and "to" in rule else ""
