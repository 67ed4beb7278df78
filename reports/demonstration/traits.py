"""The traits of a firm as numbers, from which its answers and its findings follow.

Pure. Most traits are 0 or 1; `staff` is a logarithm about 0; the hidden ones (demand, cash, trust …) are drawn once per
visit about 0, so that a firm that sells little earns little, owes and is owed, all in one.
"""

import math
from collections.abc import Mapping

from reports.demonstration.enterprises import Enterprise
from reports.demonstration.stock import districts, draw, trades

OPEN_DOOR = frozenset({"52", "61", "62", "80", "81", "89", "90"})
BRIGHT = frozenset({"hightech", "innovative_sme", "srdi", "little_giant", "pre_listed", "listed"})


def traits(seed: int, firm: Enterprise) -> dict[str, float]:
    """Plain and hidden traits of one firm on one list."""
    return {**plain_traits(firm), **_hidden(seed, firm)}


def plain_traits(firm: Enterprise) -> dict[str, float]:
    """What follows from the name list alone."""
    trade = trades()[firm.division]
    export = float("export" in firm.flags)
    industry = float(firm.section in "BCD")
    return {
        "one": 1.0,
        firm.size_class: 1.0,
        "staff": (math.log(firm.staff) - 4.0) / 1.5,
        "young": float(firm.founded >= 2016),
        "old": float(firm.founded <= 2004),
        "industry": industry,
        "service": 1.0 - industry,
        "trade": float(firm.section == "F"),
        "export": export,
        "home": 1.0 - export,
        "bright": float(bool(BRIGHT & set(firm.flags))),
        "public": trade.public_buyers * 2,
        "idle": trade.idle,
        "rural": float(firm.place.endswith("镇")),
        "central": float(not districts()[firm.district].towns),
        "open_door": float(firm.division in OPEN_DOOR),
        f"division:{firm.division}": 1.0,
        f"section:{firm.section}": 1.0,
        f"district:{firm.district}": 1.0,
        f"unit:{firm.unit}": 1.0,
    }


def _hidden(seed: int, firm: Enterprise) -> dict[str, float]:
    """Demand, cash, trust and pressure of one firm, drawn from one another."""
    chance = draw(seed, "traits", firm.unit, firm.number)
    export = "export" in firm.flags
    size = {"large": 0.5, "medium": 0.3, "small": 0.0, "micro": -0.35}.get(firm.size_class, 0.0)
    bright = 0.3 if BRIGHT & set(firm.flags) else 0.0
    demand = chance.gauss(size * 0.5 + bright - (0.55 if export else 0.0), 1.0)
    cash = 0.55 * demand + chance.gauss(size * 0.6, 0.8)
    trust = chance.gauss(0.15 * demand, 1.0)
    return {"demand": demand, "cash": cash, "tight": -cash, "trust": trust, "talk": chance.gauss(0.0, 1.0)}


def weigh(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    """The sum of weights over traits; a trait a firm does not have counts nothing."""
    return sum(weight * values.get(name, 0.0) for name, weight in weights.items())
