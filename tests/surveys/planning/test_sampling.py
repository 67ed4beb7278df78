"""A draw is the same on every machine, says how it was made, and can be repeated from its record."""

from collections import Counter
from random import Random

import pytest

from surveys.planning.assigning.sampling import Candidate, draw, repeats

FRAME = [Candidate(f"firm-{number:03d}", "大型" if number % 5 == 0 else "小型") for number in range(200)]
SIZES = {"大型": (10, 2), "小型": (30, 4)}


def test_as_many_of_each_stratum_as_asked_for() -> None:
    found = draw(FRAME, SIZES, seed="2023-06-12 主任会议")
    strata = {candidate.key: candidate.stratum for candidate in FRAME}
    assert Counter(strata[key] for key in found.main) == {"大型": 10, "小型": 30}
    assert Counter(strata[key] for key in found.reserves) == {"大型": 2, "小型": 4}
    assert not set(found.main) & set(found.reserves)


def test_the_same_seed_is_the_same_draw_whatever_the_order_of_the_list() -> None:
    shuffled = list(FRAME)
    Random(7).shuffle(shuffled)
    assert draw(shuffled, SIZES, seed="a") == draw(FRAME, SIZES, seed="a")
    assert draw(FRAME, SIZES, seed="b").main != draw(FRAME, SIZES, seed="a").main


def test_a_known_draw() -> None:
    found = draw([Candidate(key) for key in "abcdef"], {"": (2, 1)}, seed="1")
    assert (found.main, found.reserves) == (("c", "e"), ("f",))  # by sha256sum of "1\n\nc" and so on


def test_the_record_repeats_the_draw_and_notices_another_frame() -> None:
    found = draw(FRAME, SIZES, seed="a")
    assert found.record["strata"]["大型"] == {"frame": 40, "main": 10, "reserves": 2}
    assert repeats(found.record, FRAME, found)
    assert not repeats(found.record, FRAME[1:], found)


def test_every_firm_has_the_same_chance() -> None:
    counts = Counter(key for seed in range(400) for key in draw(FRAME, {"小型": (40, 0)}, seed=str(seed)).main)
    assert 60 < min(counts.values()) < max(counts.values()) < 145  # 100 is expected


@pytest.mark.parametrize(
    ("frame", "sizes"),
    [
        pytest.param(FRAME, {"大型": (40, 1)}, id="too few candidates"),
        pytest.param([Candidate("a"), Candidate("a")], {"": (1, 0)}, id="a key twice"),
        pytest.param(FRAME, {"大型": (-1, 0)}, id="below zero"),
        pytest.param(FRAME, {"巨型": (1, 0)}, id="a stratum nobody is in"),
    ],
)
def test_what_cannot_be_drawn(frame: list[Candidate], sizes: dict[str, tuple[int, int]]) -> None:
    with pytest.raises(ValueError):
        draw(frame, sizes, seed="a")
