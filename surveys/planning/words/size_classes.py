"""企业规模划型: large, medium, small or micro by industry, staff, revenue and assets. Touches the reference lists.

Source  统计上大中小微型企业划分办法（2017）. A class is reached when every indicator of the industry reaches its minimum
        (bounds included); otherwise the next lower one; micro takes the rest. A missing indicator: no class, never a guess.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache

from surveys.planning.words import reference_lists

CLASSES = ("large", "medium", "small")
ASSUMED_GROUPS = {"59": "599", "70": "701"}


@cache
def _bounds() -> dict[str, list[dict[str, str]]]:
    rows_by_industry: dict[str, list[dict[str, str]]] = {}
    for row in reference_lists.rows("sme_size_2017"):
        rows_by_industry.setdefault(row["industry_code"], []).append(row)
    return rows_by_industry


@cache
def industry_of(division: str, group: str = "") -> str | None:
    """The industry of the rule for a GB/T 4754 division (39) and, where the rule needs it, a group (591); None: not classed.

    Division 59 without a group counts as storage, 70 without a group as development (房地产开发经营).
    """
    section = next(
        (row["section"] for row in reference_lists.rows("gbt4754_divisions") if row["code"] == division), None
    )
    if section is None:
        return None
    scopes = {section, section + division, section + (group or ASSUMED_GROUPS.get(division, ""))}
    for industry, rows in _bounds().items():
        if scopes & set(rows[0]["gbt4754_scope"].split(";")):
            return industry
    return None


def _number(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def size_class(
    industry: str | None, *, employees: object = None, revenue: object = None, assets: object = None
) -> str | None:
    """The class of one enterprise, or None where an indicator of its industry is missing. Amounts in 万元."""
    rows = _bounds().get(industry or "", [])
    values: Mapping[str, Decimal | None] = {
        "employees": _number(employees),
        "revenue": _number(revenue),
        "assets": _number(assets),
    }
    pairs: list[tuple[Decimal, dict[str, str]]] = []
    for row in rows:
        value = values[row["indicator"]]
        if value is None:
            return None
        pairs.append((value, row))
    if not pairs:
        return None
    for name in CLASSES:
        if all(value >= Decimal(row[f"{name}_min"]) for value, row in pairs):
            return name
    return "micro"
