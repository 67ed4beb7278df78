"""现成方案: presets that fill in a new campaign: its kind, its length and its quotas.

Touches quotas and units; plain data.
A week or a month of activities is a preset of its kind, not a kind of its own.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from surveys.planning.campaigns.quotas import QuotaPlan
from surveys.planning.campaigns.units import UnitTree
from surveys.questionnaire.sheets.faults import Text


@dataclass(frozen=True, slots=True)
class Preset:
    """One ready start. `days`: length of the visits; `reserves`: reserve subjects of each leaf."""

    key: str
    title: Text
    kind: str
    holds: Text
    days: int
    reserves: int
    quotas: tuple[tuple[str, int | None, int | None], ...]  # kind, least, most — for each leaf


PRESETS = (
    Preset(
        "enterprises",
        Text("千家企业专题调研", "A thousand enterprises"),
        "专题调研",
        Text("每单位正好100个对象，备选10个，六周半，调研报告提纲", "100 subjects for each unit, 10 reserves, six and a half weeks, outline of a research report"),
        46,
        10,
        (("exact_per_unit", 100, 100), ("every_area", None, None)),
    ),
    Preset(
        "enforcement",
        Text("执法检查与座谈会", "Law enforcement check"),
        "执法检查",
        Text("每单位2个点，三个月", "2 sites for each unit, three months"),
        96,
        0,
        (("exact_per_unit", 2, 2),),
    ),
    Preset(
        "inspection",
        Text("集中视察", "Inspection tour"),
        "集中视察",
        Text("每单位3个点，十天", "3 sites for each unit, ten days"),
        10,
        0,
        (("exact_per_unit", 3, 3),),
    ),
    Preset(
        "week",
        Text("主题活动周", "Week of activities"),
        "主题活动",
        Text("一周，每组调研2～3次，代表全覆盖", "One week, 2 to 3 visits for each group, every deputy takes part"),
        7,
        0,
        (("range_per_group", 2, 3), ("every_deputy", None, None)),
    ),
    Preset(
        "month",
        Text("主题活动月", "Month of activities"),
        "主题活动",
        Text("一个月，每组调研2～3次，代表全覆盖", "One month, 2 to 3 visits for each group, every deputy takes part"),
        31,
        0,
        (("range_per_group", 2, 3), ("every_deputy", None, None)),
    ),
    Preset(
        "stations",
        Text("代表联络站接待", "Reception at deputies’ stations"),
        "常态收集",
        Text("全年，每名代表不少于2次", "A year, at least twice for each deputy"),
        365,
        0,
        (("least_per_deputy", 2, None),),
    ),
    Preset(
        "opinions",
        Text("法规草案征求意见", "Opinions on a draft law"),
        "征求意见",
        Text("一个月，每单位10件", "One month, 10 for each unit"),
        31,
        0,
        (("exact_per_unit", 10, 10),),
    ),
)  # fmt: skip


COUNTED_KINDS = ("exact_per_unit", "every_area")  # of quota, whose progress is told; the others wait for the ledger


def offered() -> tuple[Preset, ...]:
    """The ready starts that promise only what is counted."""
    return tuple(start for start in PRESETS if all(kind in COUNTED_KINDS for kind, _least, _most in start.quotas))


def preset(key: str | None) -> Preset | None:
    return next((start for start in offered() if start.key == key), None)


def quotas_of_preset(start: Preset, tree: UnitTree, unit_code: str, starts_on: date, ends_on: date) -> list[QuotaPlan]:
    """The ledger rows a preset proposes for every leaf below the organizing unit."""
    rows = []
    for leaf in tree.leaves(unit_code):
        for kind, least, most in start.quotas:
            dated = kind == "least_per_deputy"
            rows.append(
                QuotaPlan(
                    kind,
                    leaf.code,
                    least,
                    most,
                    starts_on=starts_on if dated else None,
                    ends_on=ends_on if dated else None,
                )
            )
    return rows


def last_day(start: Preset, starts_on: date) -> date:
    return starts_on + timedelta(days=start.days - 1)
