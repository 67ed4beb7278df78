"""Where the words of two findings differ, as runs to be marked, and what can be said of it. Pure."""

import difflib
from dataclasses import dataclass

from surveys.fieldwork.findings.similarity import comparable, numbers_in

SHORT = 2  # an equal run this short between two others is part of the difference: single characters agree by chance
UNLIKE = 0.35  # texts with less in common than this are told by another wording as a whole

Runs = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Both texts in runs of (text, differs); how many places differ; whether the numbers are the same (None: there are none)."""

    own: Runs
    other: Runs
    places: int
    same_numbers: bool | None
    unlike: bool


def difference(own: str, other: str) -> Difference:
    """Compare two texts as they are written."""
    matcher = difflib.SequenceMatcher(None, own, other, autojunk=False)
    codes = matcher.get_opcodes()
    own_runs: Runs = []
    other_runs: Runs = []
    for at, (kind, i, j, k, m) in enumerate(codes):
        inside = 0 < at < len(codes) - 1 and j - i < SHORT
        differs = kind != "equal" or inside
        _add(own_runs, own[i:j], differs)
        _add(other_runs, other[k:m], differs)
    numbers, other_numbers = numbers_in(comparable(own)), numbers_in(comparable(other))
    return Difference(
        own_runs,
        other_runs,
        sum(1 for _, differs in other_runs if differs) or sum(1 for _, differs in own_runs if differs),
        numbers == other_numbers if numbers or other_numbers else None,
        matcher.ratio() < UNLIKE,
    )


def _add(runs: Runs, text: str, differs: bool) -> None:
    if not text:
        return
    if runs and runs[-1][1] == differs:
        runs[-1] = (runs[-1][0] + text, differs)
    else:
        runs.append((text, differs))
