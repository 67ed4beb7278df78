"""The functions of the rule language that take plain values: name → what it works on and what it does.

Each takes text, numbers or booleans as its signature says; `rules.py` turns arguments into these. Functions that look at
the form itself (position, once, jr:choice-name, …) are in `rule_functions.py`.
"""

import math
import uuid
from collections.abc import Callable, Sequence
from random import random
from typing import Any

from surveys.questionnaire.rules import values
from surveys.questionnaire.rules.automaton import automaton
from surveys.questionnaire.rules.values import NAN, words

LONGEST_MATCHED = 2000


def regex(text: str, emitted: str) -> bool:
    """Found anywhere; a text over 2,000 characters is not matched."""
    return len(text) <= LONGEST_MATCHED and automaton(emitted).found_in(text)


def substr(text: str, start: float, end: float = math.inf) -> str:
    """From `start`, counted from 0, up to but without `end`; negatives count from the end."""
    length = len(text)
    return text[_place(start, length) : _place(end, length)]


def _place(number: float, length: int) -> int:
    if number != number:
        return 0
    number = max(-length, min(length, number))
    place = math.trunc(number)
    return max(length + place, 0) if place < 0 else place


def substring(text: str, start: float, count: float = math.inf) -> str:
    """From `start`, counted from 1, `count` characters; both rounded (XPath 1.0)."""
    first = values.round_half_up(start)
    last = first + values.round_half_up(count)
    return "".join(char for place, char in enumerate(text, 1) if first <= place < last)


def translate(text: str, old: str, new: str) -> str:
    table: dict[str, str] = {}
    for place, char in enumerate(old):
        table.setdefault(char, new[place] if place < len(new) else "")
    return "".join(table.get(char, char) for char in text)


def substring_before(text: str, mark: str) -> str:
    at = text.find(mark)
    return text[:at] if at >= 0 else ""


def substring_after(text: str, mark: str) -> str:
    at = text.find(mark)
    return text[at + len(mark) :] if at >= 0 else ""


def selected(text: str, value: str) -> bool:
    value = value.strip(" \t\r\n")
    if not value:
        return not words(text)
    return value in text and value in words(text)  # mostly it is nowhere in the text


def selected_at(text: str, place: float) -> str:
    names = words(text)
    return names[int(place)] if 0 <= place < len(names) else ""


def smallest(numbers: Sequence[float]) -> float:
    return _extreme(numbers, min)


def largest(numbers: Sequence[float]) -> float:
    return _extreme(numbers, max)


def _extreme(numbers: Sequence[float], choose: Callable[[Sequence[float]], float]) -> float:
    if not numbers or any(number != number for number in numbers):
        return NAN
    return choose(numbers) + 0.0  # 0 and -0 are the same


def checklist(least: float, most: float, *items: float) -> bool:
    return _between(least, most, sum(1 for item in items if item > 0))


def weighted_checklist(least: float, most: float, *pairs: float) -> bool:
    total = 0.0
    for place in range(0, len(pairs) - 1, 2):
        if pairs[place] > 0:
            total += pairs[place + 1]
    return _between(least, most, total)


def _between(least: float, most: float, count: float) -> bool:
    """-1 as a limit means none."""
    return (least == -1 or count >= least) and (most == -1 or count <= most)


def _sine(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: values.library(function, number)


# Function → (kinds of its arguments, kind of its result, what it does: a function, or the expression in Python).
# Kinds: s text, n number, b boolean.
PLAIN: dict[str, tuple[str, str, Callable[..., Any] | str]] = {
    "true": ("", "b", "true"),
    "false": ("", "b", "false"),
    "not": ("b", "b", "(not {})"),
    "boolean": ("b", "b", "{}"),
    "boolean-from-string": ("s", "b", "({} in ('1', 'true'))"),
    "number": ("n", "n", "{}"),
    "string": ("s", "s", "{}"),
    "int": ("n", "n", lambda number: values.whole(math.trunc, number)),
    "floor": ("n", "n", lambda number: values.whole(math.floor, number)),
    "ceiling": ("n", "n", lambda number: values.whole(math.ceil, number)),
    "abs": ("n", "n", abs),
    "sqrt": ("n", "n", lambda number: math.sqrt(number) if number >= 0 else NAN),
    "round": ("nn", "n", values.round_half_up),
    "pow": ("nn", "n", values.power),
    "exp": ("n", "n", _sine(math.exp)),
    "exp10": ("n", "n", lambda number: values.power(10.0, number)),
    "log": ("n", "n", lambda number: values.logarithm(math.log, number)),
    "log10": ("n", "n", lambda number: values.logarithm(math.log10, number)),
    "sin": ("n", "n", _sine(math.sin)),
    "cos": ("n", "n", _sine(math.cos)),
    "tan": ("n", "n", _sine(math.tan)),
    "asin": ("n", "n", _sine(math.asin)),
    "acos": ("n", "n", _sine(math.acos)),
    "atan": ("n", "n", _sine(math.atan)),
    "atan2": ("nn", "n", lambda y, x: values.library(math.atan2, y, x)),
    "pi": ("", "n", lambda: math.pi),
    "random": ("", "n", random),
    "uuid": ("n", "s", lambda *_length: str(uuid.uuid4())),
    "string-length": ("s", "n", "float(len({}))"),
    "substring": ("snn", "s", substring),
    "substring-before": ("ss", "s", substring_before),
    "substring-after": ("ss", "s", substring_after),
    "contains": ("ss", "b", "({1} in {0})"),
    "starts-with": ("ss", "b", "{}.startswith({})"),
    "ends-with": ("ss", "b", "{}.endswith({})"),
    "translate": ("sss", "s", translate),
    "normalize-space": ("s", "s", "' '.join(words({}))"),
    "regex": ("ss", "b", regex),
    "selected-at": ("sn", "s", selected_at),
    "count-selected": ("s", "n", "float(len(words({})))"),
    "decimal-time": ("s", "n", values.time_fraction),
}
