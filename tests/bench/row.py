"""One line of the benchmark table, and how a thing is timed."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`value` in `unit`, `against` what it is compared with, `goal` the most it may be, or the least where `at_least`."""

    area: str
    name: str
    value: float
    unit: str
    goal: float
    against: str = ""
    at_least: bool = False

    @property
    def ok(self) -> bool:
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def line(self) -> str:
        mark = "ok    " if self.ok else "MISSED"
        sign = "≥" if self.at_least else "≤"
        tail = f"  ({self.against})" if self.against else ""
        return f"{mark} {self.area:14} {self.name:52} {self.value:10.3f} {self.unit:6} goal {sign} {self.goal:g}{tail}"

    def as_json(self) -> dict[str, object]:
        return {
            "area": self.area,
            "name": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "against": self.against,
            "goal": self.goal,
            "ok": self.ok,
        }


def median_ms(action: Callable[[], object], *, times: int = 15, warm: int = 2) -> float:
    """The median of several runs in milliseconds, after a few that do not count."""
    for _ in range(warm):
        action()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)
