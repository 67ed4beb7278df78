"""The fewest questions whose moving makes the new order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.planning.forms.question_moves import moved


@pytest.mark.parametrize(
    ("now", "then", "out"),
    [
        ("abc", "abc", ""),
        ("cab", "abc", "c"),
        ("bca", "abc", "a"),
        ("acbd", "abcd", "b"),
        ("", "", ""),
    ],
)
def test_the_fewest_were_moved(now: str, then: str, out: str) -> None:
    assert len(moved(now, then)) == len(out)
    assert moved(now, then) <= set(now)


@given(st.permutations("abcdefg"))
def test_the_others_kept_their_order(now: list[str]) -> None:
    out = moved(now, "abcdefg")
    kept = [name for name in now if name not in out]
    assert kept == sorted(kept)
    assert len(out) < 7
