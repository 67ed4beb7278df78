"""Rounding as a clerk does (四舍五入): half up, once, from the exact value. Pure."""

from decimal import Decimal
from fractions import Fraction

NOTHING = "—"


def rounded(value: Fraction | int | Decimal, places: int) -> Decimal:
    """The value with so many decimals, half up (away from zero)."""
    exact = Fraction(value)
    scaled = abs(exact) * 10**places
    whole = int(scaled + Fraction(1, 2))
    number = Decimal(whole).scaleb(-places)
    return -number if exact < 0 and whole else number


def shown_share(value: Fraction | int) -> Decimal:
    """A share with one decimal, held off the ends: 2,499 of 2,500 is never 100.0, one of 2,500 never 0.0."""
    share = rounded(value, 1)
    if 0 < value < 100:
        return min(max(share, Decimal("0.1")), Decimal("99.9"))
    return share


def percent(value: Fraction | None) -> str:
    """One decimal always, also `.0`; None is “—”."""
    return NOTHING if value is None else f"{shown_share(value)}%"


def trimmed(value: Fraction | int, places: int = 2) -> str:
    """At most so many decimals, trailing zeros cut."""
    text = f"{rounded(value, places):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
