"""Rates that cannot mislead (答复率、办结率、满意率). Pure.

Takes   whole counts of one day.      Gives   each rate with numerator and denominator, printed with one decimal.
Rule    never 100.0 while one is open, never 0.0 while one is done: rounding is held off the ends (99.9, 0.1).
Empty   a rate of nothing is None, printed as “—”.
"""

from dataclasses import dataclass
from fractions import Fraction

from reports.figures.rounding import percent


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    done: int
    whole: int

    def __post_init__(self) -> None:
        if not 0 <= self.done <= self.whole:
            raise ValueError(f"{self.done} of {self.whole} is no rate")

    def __str__(self) -> str:
        """As every share is printed: one decimal, held off the ends, “—” of nothing."""
        return percent(Fraction(100 * self.done, self.whole) if self.whole else None)


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
