"""Finds which questions of a group were moved: the fewest that explain the new order. Pure."""

from bisect import bisect_left
from collections.abc import Sequence


def moved(now: Sequence[str], then: Sequence[str]) -> set[str]:
    """Those of `now` that changed their place; both hold the same names. The longest run that kept its order stays."""
    place = {name: number for number, name in enumerate(then)}
    ends: list[int] = []  # the place at which a run of this length ends, the least there is
    lengths = []
    for name in now:
        length = bisect_left(ends, place[name])
        ends[length : length + 1] = [place[name]]
        lengths.append(length)
    stayed: set[str] = set()
    target = len(ends) - 1
    for name, length in zip(reversed(now), reversed(lengths), strict=True):
        if length == target:
            stayed.add(name)
            target -= 1
    return set(now) - stayed
