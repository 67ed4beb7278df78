"""Patterns run place by place: they match what a backtracking matcher matches, and none of them can hang."""

import random
import re
import time

import pytest

from surveys.questionnaire.rules.automaton import Automaton
from surveys.questionnaire.rules.functions import regex
from surveys.questionnaire.rules.patterns import PatternError, translate

ATOMS = ("a", "b", ".", "[ab]", "[^a]", "\\d", "\\.", "x", "é", "𠮷", "\\u4e00")
COUNTS = ("*", "+", "?", "{2}", "{1,2}", "{0,3}", "{2,}", "*?")


def _pattern(rng: random.Random, depth: int = 0) -> str:
    chance = rng.random()
    if depth > 3 or chance < 0.35:
        return rng.choice(ATOMS)
    inner = _pattern(rng, depth + 1)
    if chance < 0.6:
        return inner + _pattern(rng, depth + 1)
    if chance < 0.7:
        return f"({inner}|{_pattern(rng, depth + 1)})"
    if chance < 0.78:
        return f"({'^' * rng.randint(0, 1)}{inner}{'$' * rng.randint(0, 1)})"
    return f"(?:{inner}){rng.choice(COUNTS)}"


def test_it_matches_what_a_backtracking_matcher_matches() -> None:
    rng = random.Random("patterns")
    tried = 0
    while tried < 4000:
        source = rng.choice(("", "^")) + _pattern(rng) + rng.choice(("", "$"))
        try:
            emitted = translate(source).emitted
        except PatternError:
            continue
        ours, theirs = Automaton(emitted), re.compile(emitted)
        for _text in range(4):
            text = "".join(rng.choice("aabbx1.é𠮷一\n") for _char in range(rng.randint(0, 7)))
            assert ours.found_in(text) == (theirs.search(text) is not None), (source, text)
            tried += 1


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        (r"^(a+)+$", "a" * 1999 + "b", False),
        (r"^(a|aa)+$", "a" * 2000, True),
        (r"(a*)*b", "a" * 2000, False),
        (r"^(a?){600}a{600}$", "a" * 1199, True),
        (r"^\S+@\S+\.\S+$", "@." * 999 + " ", False),
        (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 2000, False),
        (r"^.{0,1000}$", "字" * 1001, False),
        (r"a", "a" * 2001, False),  # a text over 2,000 characters is not matched
    ],
)  # fmt: skip
def test_no_pattern_hangs(source: str, text: str, found: bool) -> None:
    start = time.process_time()
    assert regex(text, translate(source).emitted) == found
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "source", ["(" * 3000 + "a" + ")" * 3000, "((((a{90}){90}){90}){90})", "a{1001}", "(a{1000}){9}"]
)
def test_a_pattern_too_large_is_refused_at_once(source: str) -> None:
    start = time.process_time()
    with pytest.raises(PatternError):
        translate(source)
    assert time.process_time() - start < 5
