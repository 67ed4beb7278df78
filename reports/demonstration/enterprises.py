"""Invented enterprises: twelve lists of main places and reserves whose names, codes, sizes and addresses hang together.

Pure and repeatable by seed. A 字号 has three syllables from a stock in which no known firm was looked for and none is
meant; one that happens to stand in the demonstration's own texts is not used. The size class follows from staff, revenue
and assets by 国统字〔2017〕213号, never the other way round.

Source  GB 32100-2015 (credit code), GB 11714 (check character of the organization code), GB/T 4754-2017.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from reports.demonstration.stock import FOLDER, District, Trade, districts, draw, syllables, trades
from surveys.planning.words.reference_lists import rows
from surveys.planning.words.size_classes import size_class
from surveys.planning.words.uscc import ALPHABET, check_character

CITY_OWN = "440100-0"
_SHARED = (
    ("440112", "市本级沿产业链同看整机厂和配套厂，该企业同时是区里的重点走访对象，两次走访谈的事项不同。"),
    ("440113", "企业总部和工厂分在两处，市本级走访总部，区里走访工厂。"),
    ("440118", "该企业是市级产业链配套企业，市、区关注的事项不同，组织单位同意分别走访。"),
)


@dataclass(frozen=True, slots=True)
class Enterprise:
    """One row of one list. Codes are those of the reference lists; `revenue`, `assets` in 万元 (2022)."""

    unit: str
    number: int
    reserve: bool
    name: str
    short_name: str
    uscc: str
    district: str
    place: str
    address: str
    section: str
    division: str
    size_class: str
    control: str
    flags: tuple[str, ...]
    staff: int
    revenue: int
    assets: int
    founded: int
    contact: str
    contact_phone: str
    overlap_reason: str = ""


def organization_check(first_8: str) -> str:
    """The check character of GB 11714 over eight characters 0–9 A–Z."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(mark, 36) * weight for mark, weight in zip(first_8, weights, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def enterprises(seed: int, subjects: int = 1200) -> list[Enterprise]:
    """All lists, unit by unit in official order: `subjects` main places in all, and a tenth of each quota as reserves.

    Three firms of the city's own list stand on a district's list too (when the lists are long enough), with a reason.
    """
    units = [CITY_OWN, *districts()]
    names = _names(seed)
    used_codes: set[str] = set()
    firms: list[Enterprise] = []
    for place, unit in enumerate(units):
        quota = subjects // len(units) + (place < subjects % len(units))
        for number in range(1, quota + math.ceil(quota / 10) + 1):
            firms.append(_enterprise(seed, unit, number, number > quota, next(names), used_codes))
    return _with_overlaps(firms, subjects)


def _with_overlaps(firms: list[Enterprise], subjects: int) -> list[Enterprise]:
    """Let the districts' firm stand on the city's own list as well."""
    quota = subjects // (len(districts()) + 1)
    if quota < 10:
        return firms
    lists = {(one.unit, one.number): place for place, one in enumerate(firms)}
    for step, (unit, reason) in enumerate(_SHARED):
        own, city = lists[unit, max(1, quota * (7 + step) // 100)], lists[CITY_OWN, quota * (21 + 17 * step) // 100]
        firms[city] = replace(
            firms[own], unit=CITY_OWN, number=firms[city].number, overlap_reason=reason, reserve=False
        )
    return firms


def _enterprise(seed: int, unit: str, number: int, reserve: bool, brand: str, used_codes: set[str]) -> Enterprise:
    chance = draw(seed, "enterprise", unit, number)
    district = districts()[chance.choice(list(districts())) if unit == CITY_OWN else unit]
    trade = _trade_of(chance, unit, district)
    founded = min(2022, max(1984, round(2023 - chance.gammavariate(2.2, 6.2) - 1)))
    staff, revenue, assets = _figures(chance, trade, unit, founded)
    control = chance.choices(("private", "hmt", "collective", "other"), (944, 28, 22, 6))[0]
    place = chance.choice(district.places())
    size = size_class(trade.size_rule, employees=staff, revenue=revenue, assets=assets) or "unknown"
    surname = chance.choice(syllables()["surnames"])
    name = _full_name(chance, brand, trade, district, place, size, founded)
    return Enterprise(
        unit=unit,
        number=number,
        reserve=reserve,
        name=name,
        short_name=brand,
        uscc=_credit_code(chance, district.code, founded, name.endswith("合作社"), used_codes),
        district=district.code,
        place=place,
        address=_address(chance, district.code, place),
        section=trade.section,
        division=trade.division,
        size_class=size,
        control=control,
        flags=_flags(chance, trade, size, staff, revenue),
        staff=staff,
        revenue=revenue,
        assets=assets,
        founded=founded,
        contact=surname + chance.choice(("经理", "主任", "厂长", "女士", "先生", "总监", "会计")),
        contact_phone=f"020-0000{chance.randrange(10000):04d}",
    )


def _trade_of(chance: Random, unit: str, district: District) -> Trade:
    """A trade of the district's mix; on the city's own list industry counts double."""
    mix = [(trades()[code], weight) for code, weight in district.mix]
    weights = [weight * (2 if unit == CITY_OWN and trade.section == "C" else 1) for trade, weight in mix]
    return chance.choices([trade for trade, _ in mix], weights)[0]


def _figures(chance: Random, trade: Trade, unit: str, founded: int) -> tuple[int, int, int]:
    """Staff, revenue and assets: older firms and those on the city's own list are larger."""
    age = math.log((2024 - founded) / 9) * 0.28
    lift = 0.45 if unit == CITY_OWN else 0.0
    staff = max(2, round(trade.staff_median * math.exp(chance.gauss(age + lift - 0.5, 1.5))))
    revenue = staff * trade.revenue_per_head * math.exp(chance.gauss(-0.1, 0.7))
    assets = revenue * trade.assets_ratio * math.exp(chance.gauss(0.35, 0.55))
    return staff, _rounded(revenue), _rounded(assets)


def _rounded(amount: float) -> int:
    """Amounts as a firm tells them: two or three leading digits."""
    step = max(1, 10 ** (int(math.log10(max(amount, 1))) - 2))
    return max(5, round(amount / step) * step)


def _flags(chance: Random, trade: Trade, size: str, staff: int, revenue: int) -> tuple[str, ...]:
    """What a firm carries; one mark makes the next likelier."""
    random = chance.random
    large = {"large": 2.0, "medium": 1.5, "small": 0.8}.get(size, 0.15)
    skilled = {"27": 2.2, "35": 2.0, "39": 2.0, "40": 2.2, "65": 1.9, "73": 2.0, "38": 1.6, "34": 1.5, "36": 1.4}
    bright = skilled.get(trade.division, 1.0 if trade.section in "CIM" else 0.15)
    marks = ["four_up"] if revenue >= 2000 and staff >= 15 and random() < 0.86 else []
    if random() < 0.26 * bright * min(large, 1.4):
        marks.append("hightech")
    if random() < (0.3 if "hightech" in marks else 0.04) * min(large, 1.2):
        marks.append("innovative_sme")
    if "hightech" in marks and size != "micro" and random() < 0.32 * large:
        marks.append("srdi")
        if size in ("large", "medium") and random() < 0.16:
            marks.append("little_giant")
    if size in ("large", "medium") and random() < (0.16 if "srdi" in marks else 0.04):
        marks.append("pre_listed" if random() < 0.75 else "listed")
    if random() < trade.export * (1.25 if size in ("large", "medium") else 0.85):
        marks.append("export")
    return tuple(marks)


def _full_name(
    chance: Random, brand: str, trade: Trade, district: District, place: str, size: str, founded: int
) -> str:
    random, choice = chance.random, chance.choice
    word = choice(trade.words)
    district_name = _short_names()[district.code]
    if trade.section == "A" and random() < 0.3:
        return f"广州市{district_name}{brand}{word}专业合作社"
    if trade.section == "C" and size == "micro" and random() < 0.3:
        return f"广州市{district_name}区{place.removesuffix('街道').removesuffix('镇')}{brand}{word}厂"
    if size == "micro" and random() < 0.04:
        return f"广州{brand}{word}企业（普通合伙）"
    head = choice(("广州市", "广州市", "广州", "广州", "广州", f"广州{district_name}", f"广州市{district_name}区"))
    if size == "large" and random() < 0.5:
        head = "广东"
    if size in ("large", "medium") and founded < 2019 and random() < 0.22:
        return f"{head}{brand}{word}股份有限公司"
    if random() < 0.06:
        return f"{brand}{word}（{'广州' if '广东' not in head else '广东'}）有限公司"
    return f"{head}{brand}{word}有限公司"


@cache
def _short_names() -> dict[str, str]:
    return {row["code"]: row["short_name"] for row in rows("guangzhou_districts")}


def _credit_code(chance: Random, district: str, founded: int, cooperative: bool, used_codes: set[str]) -> str:
    """A code of its own: firms founded before the unified code carry an organization code of digits."""
    while True:
        division = chance.choice(("440101", district))
        if founded < 2015:
            body = "7" + "".join(chance.choices("0123456789", k=7))
        else:
            body = "MA5" + "".join(chance.choices(ALPHABET, k=5))
        first = f"{93 if cooperative else 91}{division}{body}{organization_check(body)}"
        code = first + check_character(first)
        if code not in used_codes:
            used_codes.add(code)
            return code


def _address(chance: Random, district: str, place: str) -> str:
    name = next(row["name"] for row in rows("guangzhou_districts") if row["code"] == district)
    road = chance.choice(syllables()["roads"].split())
    rural = place.endswith("镇")
    kind = chance.choice(("路", "路", "大道", "路", "工业区", "村工业园") if rural else ("路", "路", "大道", "街"))
    number = chance.randrange(1, 260)
    tail = chance.choice(("", "", f"{chance.randrange(1, 9)}栋", f"{chance.randrange(2, 26)}楼", "之一"))
    return f"{name}{place}{road}{kind}{number}号{tail}"


def _names(seed: int) -> Iterator[str]:
    """Brands without end: none twice, none that stands in the demonstration's texts; now and then a rare character."""
    chance = draw(seed, "brands")
    stock = syllables()
    used_brands: set[str] = set()
    texts = _own_texts()
    while True:
        third = stock["rare"] if chance.random() < 0.012 else stock["third"]
        brand = chance.choice(stock["first"]) + chance.choice(stock["second"]) + chance.choice(third)
        if brand in used_brands or brand in texts or len(set(brand)) < 3:
            continue
        used_brands.add(brand)
        yield brand


@cache
def _own_texts() -> str:
    folders = ("findings", "reports", "papers")
    return "".join(
        path.read_text(encoding="utf-8") for folder in folders for path in sorted((FOLDER / folder).iterdir())
    )
