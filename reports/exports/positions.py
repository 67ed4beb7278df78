"""Positions as they may leave: two decimals (about a kilometre), neither height nor accuracy. Pure.

Source  domain.md 5.2: where somebody stood is kept as it was read, for the own desk's pages; any export has two decimals of it.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

PLACES = Decimal("0.01")
_NUMBER = r"-?[0-9]{1,3}(?:\.[0-9]+)?"
_POINT = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})(?:\s+-?[0-9.eE+-]+){{0,2}}\s*")


def coarse(text: str) -> str:
    """`latitude longitude …`, several parted by `;`, with two decimals; neighbours that became the same are one. Empty for what is no place."""
    points: list[str] = []
    for part in text.split(";"):
        if not part.strip():
            continue
        read = _POINT.fullmatch(part)
        if read is None:
            return ""
        point = " ".join(str(Decimal(number).quantize(PLACES, ROUND_HALF_UP)) for number in read.groups())
        if not points or points[-1] != point:
            points.append(point)
    return ";".join(points)


def coarse_copy(text: str) -> str:
    """A text that was worked out: where it is the copy of a position, no finer than the position itself; else as it is."""
    return (coarse(text) or text) if "." in text and " " in text else text
