"""Rates that cannot mislead (答复率、办结率、满意率). Pure.

Takes   whole counts of one day.      Gives   each rate with numerator and denominator, printed with one decimal.
Rule    never 100.0 while one is open, never 0.0 while one is done: rounding is held off the ends (99.9, 0.1).
Empty   a rate of nothing is None, printed as “—”.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    done: int
    whole: int

    def __post_init__(self) -> None:
        if not 0 <= self.done <= self.whole:
            raise ValueError(f"{self.done} of {self.whole} is no rate")

    @property
    def percent(self) -> str | None:
        """With one decimal, half up, held off the ends."""
        if not self.whole:
            return None
        tenths = (Decimal(self.done * 100) / self.whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
        if self.done < self.whole:
            tenths = min(tenths, Decimal("99.9"))
        if self.done:
            tenths = max(tenths, Decimal("0.1"))
        return f"{tenths}%"

    def __str__(self) -> str:
        return self.percent or "—"


@dataclass(frozen=True, slots=True)
class Counts:
    """Items of one day: handed over, answered at least once, closed, rated in their newest rated round, satisfied there."""

    handed: int = 0
    answered: int = 0
    closed: int = 0
    rated: int = 0
    satisfied: int = 0

    @property
    def answer_rate(self) -> Rate:
        return Rate(self.answered, self.handed)

    @property
    def close_rate(self) -> Rate:
        return Rate(self.closed, self.handed)

    @property
    def satisfied_of_rated(self) -> Rate:
        return Rate(self.satisfied, self.rated)

    @property
    def satisfied_of_all(self) -> Rate:
        return Rate(self.satisfied, self.handed)

    @property
    def open(self) -> int:
        return self.handed - self.answered
