"""抽样: a seeded draw of subjects by strata, with a record that anybody can repeat. Pure; touches nothing.

Takes   the frame (key and stratum of each candidate), how many main places and reserves each stratum gets, and a seed that
        is written down before the draw.
Gives   `Draw`: main and reserve keys in the order drawn, and the record of the draw.
Rule    each candidate's place is the SHA-256 of “seed, stratum, key”, so the order depends on nothing else: not on the
        order of the list, not on the machine, not on the program's version.
Raises  ValueError for a stratum with too few candidates, a key that stands twice, or a size below zero.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

METHOD = "sha256-order/1"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One subject that may be drawn; `key` is its credit code or id."""

    key: str
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn, stratum by stratum in their order of name, and how."""

    main: tuple[str, ...]
    reserves: tuple[str, ...]
    record: dict[str, Any]


def draw(frame: Iterable[Candidate], sizes: Mapping[str, tuple[int, int]], *, seed: str) -> Draw:
    """Draw `sizes[stratum] = (main, reserves)` from each stratum of the frame."""
    candidates = list(frame)
    if len({candidate.key for candidate in candidates}) != len(candidates):
        raise ValueError("a key stands twice in the frame")
    if any(number < 0 for pair in sizes.values() for number in pair):
        raise ValueError("a size is below zero")
    by_stratum: dict[str, list[str]] = {}
    for candidate in candidates:
        by_stratum.setdefault(candidate.stratum, []).append(candidate.key)
    main: list[str] = []
    reserves: list[str] = []
    for stratum in sorted(sizes):
        places, spare = sizes[stratum]
        keys = sorted(by_stratum.get(stratum, []), key=lambda key: _place(seed, stratum, key))
        if len(keys) < places + spare:
            raise ValueError(f"stratum {stratum!r} has {len(keys)} candidates, {places + spare} are wanted")
        main += keys[:places]
        reserves += keys[places : places + spare]
    record = {
        "method": METHOD,
        "seed": seed,
        "frame": len(candidates),
        "frame_hash": frame_hash(candidates),
        "strata": {
            stratum: {
                "frame": len(by_stratum.get(stratum, [])),
                "main": sizes[stratum][0],
                "reserves": sizes[stratum][1],
            }
            for stratum in sorted(sizes)
        },
    }
    return Draw(tuple(main), tuple(reserves), record)


def frame_hash(frame: Iterable[Candidate]) -> str:
    """What the frame was, whatever its order: SHA-256 of its sorted lines."""
    lines = sorted(f"{candidate.stratum}\t{candidate.key}\n" for candidate in frame)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def repeats(record: Mapping[str, Any], frame: Iterable[Candidate], outcome: Draw) -> bool:
    """Whether the record and the frame give this very draw again."""
    candidates = list(frame)
    if record["method"] != METHOD or frame_hash(candidates) != record["frame_hash"]:
        return False
    sizes = {stratum: (each["main"], each["reserves"]) for stratum, each in record["strata"].items()}
    again = draw(candidates, sizes, seed=record["seed"])
    return (again.main, again.reserves) == (outcome.main, outcome.reserves)


def _place(seed: str, stratum: str, key: str) -> bytes:
    return hashlib.sha256("\n".join((seed, stratum, key)).encode()).digest()
