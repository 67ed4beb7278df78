"""Invents one demonstration for a seed and a size: firms, people, calendar and texts.

Pure: nothing of it has touched a database.
"""

from dataclasses import dataclass

from reports.demonstration.deputies import Team, teams
from reports.demonstration.enterprises import Enterprise, enterprises
from reports.demonstration.schedule import Plan, plans
from reports.demonstration.texts import Place, VisitTexts, hand_out


@dataclass(frozen=True, slots=True)
class World:
    """All that was invented for one seed and size."""

    seed: int
    units: tuple[str, ...]
    firms: dict[tuple[str, int], Enterprise]
    teams: dict[str, list[Team]]
    plans: dict[str, list[Plan]]
    texts: dict[tuple[str, int], VisitTexts]
    quotas: dict[str, int]
    reserves: dict[str, int]


def invent(seed: int, subjects: int = 1200) -> World:
    """Firms, people, calendar and words of one demonstration; pure."""
    all_firms = enterprises(seed, subjects)
    units = tuple(dict.fromkeys(firm.unit for firm in all_firms))
    firms = {(firm.unit, firm.number): firm for firm in all_firms}
    quotas = {unit: sum(firm.unit == unit and not firm.reserve for firm in all_firms) for unit in units}
    reserves = {unit: sum(firm.unit == unit and firm.reserve for firm in all_firms) for unit in units}
    groups = {unit: teams(seed, unit, quotas[unit]) for unit in units}
    calendar = {
        unit: plans(seed, unit, quotas[unit], reserves[unit], groups[unit], rank=rank)
        for rank, unit in enumerate(units)
    }
    places = [
        Place(firms[plan.unit, plan.entry], plan.on_paper)
        for unit in units
        for plan in calendar[unit]
        if plan.handed_in and plan.fate != "void" and plan.outcome == "visited"
    ]
    return World(seed, units, firms, groups, calendar, hand_out(seed, places), quotas, reserves)
