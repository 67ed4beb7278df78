"""The data that the demonstration is invented from: trades, districts, syllables and others, read from `stock/`.

Pure. Every draw of the demonstration comes from `draw(seed, …)`, one source of chance per thing drawn, so that adding
one firm does not change the others.
"""

import csv
import json
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
STOCK = FOLDER / "stock"


def draw(seed: int, *what: object) -> random.Random:
    """A source of chance that follows from the seed and from what is drawn."""
    return random.Random("/".join(map(str, (seed, *what))))


@cache
def stock_json(name: str) -> Any:
    return json.loads((STOCK / f"{name}.json").read_text(encoding="utf-8"))


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@dataclass(frozen=True, slots=True)
class Trade:
    """One division of GB/T 4754 as the demonstration knows it.

    `staff_median` in persons, `revenue_per_head` in 万元 a year, `assets_ratio` to revenue, `export` and
    `public_buyers` from 0 to 1, `idle` how likely its plant stands empty against others, `keywords` by which a finding
    is known as its own.
    """

    division: str
    section: str
    size_rule: str
    words: tuple[str, ...]
    staff_median: float
    revenue_per_head: float
    assets_ratio: float
    export: float
    public_buyers: float
    idle: float
    keywords: tuple[str, ...]


@cache
def trades() -> dict[str, Trade]:
    """The trades by division code."""
    return {row["division"]: _trade(row) for row in csv_rows(STOCK / "trades.csv")}


def _trade(row: dict[str, str]) -> Trade:
    figures = ("staff_median", "revenue_per_head", "assets_ratio", "export", "public_buyers", "idle")
    return Trade(
        division=row["division"],
        section=row["section"],
        size_rule=row["size_rule"],
        words=tuple(row["words"].split("|")),
        keywords=tuple(row["keywords"].split("|")),
        **{name: float(row[name]) for name in figures},
    )


@dataclass(frozen=True, slots=True)
class District:
    """A district: its towns (four districts have none), its streets, and the mix of divisions of its firms."""

    code: str
    towns: tuple[str, ...]
    streets: tuple[str, ...]
    mix: tuple[tuple[str, int], ...]

    def places(self) -> tuple[str, ...]:
        return self.towns + self.streets


@cache
def districts() -> dict[str, District]:
    """The districts by code, in official order."""
    return {
        code: District(code, tuple(row["towns"]), tuple(row["streets"]), tuple(row["mix"].items()))
        for code, row in stock_json("districts").items()
    }


@cache
def syllables() -> dict[str, Any]:
    return stock_json("syllables")
