"""Sentences as offices write them, from the figures of the demonstration, each with the verdict that it must get.

`tests/cases/findings/number-sentences.csv`: kind, verdict, the figure that is wrong, the sentence; `demonstration-figures.json` the tables.
"""

import csv
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reports.checking.number_checks import typed_numbers
from reports.checking.remedies import remedy
from reports.checking.scopes import Scope, Tables
from reports.checking.sentence_checks import Checked, Checker, verdict_of
from reports.text import content

CASES = Path("tests/cases/findings")
BARS = {"contradictions found": 0.85, "precision": 0.90, "consistent kept": 0.85, "wrong figure named": 0.90}


@cache
def tables() -> Tables:
    figures = json.loads((CASES / "demonstration-figures.json").read_text(encoding="utf-8"))

    def rows(scope: Scope) -> list[dict[str, Any]]:
        part = figures["parts"].get(f"{'+'.join(scope.units)}|{'+'.join(scope.among)}", {})
        return [
            row | {"value": part[row["key"]][0], "share": part[row["key"]][1]}
            for row in figures["whole"]
            if row["key"] in part
        ]

    return Tables(figures["whole"], places=figures["places"], rows_of=rows)


def sentences() -> list[dict[str, str]]:
    with (CASES / "number-sentences.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def checker() -> Checker:
    return Checker(tables())


def checked(text: str) -> list[Checked]:
    return checker().figures(text)


@pytest.mark.parametrize("row", [row for row in sentences() if row["kind"] == "office"], ids=lambda row: row["text"])
def test_the_offices_ten_sentences(row: dict[str, str]) -> None:
    assert verdict_of(checked(row["text"])) == row["verdict"]


def test_the_bars_hold_over_all_kinds() -> None:
    rows = sentences()
    assert len(rows) >= 310
    assert len({row["kind"] for row in rows}) >= 15
    pairs = Counter((row["verdict"], verdict_of(checked(row["text"]))) for row in rows)
    wanted, given = (sum(n for pair, n in pairs.items() if pair[side] == "contradicts") for side in (0, 1))
    wrong = [row for row in rows if row["wrong"] and verdict_of(checked(row["text"])) == "contradicts"]
    named = [
        row
        for row in wrong
        if any(_same(row["wrong"], one.text) for one in checked(row["text"]) if one.status == "mismatch")
    ]
    kept = sum(n for pair, n in pairs.items() if pair[0] == "consistent")
    found = pairs["contradicts", "contradicts"]
    reached = {
        "contradictions found": found / wanted,
        "precision": found / given,
        "consistent kept": pairs["consistent", "consistent"] / kept,
        "wrong figure named": len(named) / len(wrong),
    }
    assert all(reached[name] >= bar for name, bar in BARS.items()), reached


def _same(one: str, other: str) -> bool:
    return one in other or other in one


def test_no_sentence_without_a_figure_is_said_to_have_one() -> None:
    assert [row["text"] for row in sentences() if row["verdict"] == "no_figure" and checked(row["text"])] == []


def _remedy(text: str, figure: str) -> str | None:
    one = next(one for one in checked(text) if _same(figure, one.text) and one.status == "mismatch")
    cure = remedy(one)
    return cure.text if cure else None


@pytest.mark.parametrize(
    ("text", "figure", "cure"),
    [
        ("荔湾区受访企业95家。", "95家", "{{440103/T1:firms|count|plain}}家"),
        ("反映成本上升的占64.9%。", "64.9%", "{{T6:diff_types.cost|share|plain}}"),
        ("账款平均拖欠19.8天。", "19.8天", "{{T9:arr_months|mean|plain}}个月"),
        ("被拖欠金额合计103.7亿元。", "103.7亿元", "{{T9:arr_total|sum|money}}"),
        ("大型企业31家、中型204家、小型621家、微型249家，合计1200家。", "1200家", "{{T2:size_class|base|plain}}家"),
        ("反映融资难的比反映订单不足的多78家。", "78家", None),
        ("荔湾区、越秀区受访企业共194家。", "194家", None),
        ("调研组收回书面材料31份、座谈记录14份，合计54份。", "54份", None),
    ],
)
def test_a_remedy_is_of_the_same_kind_and_scope_or_there_is_none(text: str, figure: str, cure: str | None) -> None:
    assert _remedy(text, figure) == cure


def _report(text: str) -> content.ReportContent:
    return content.read_report(f"# 题\n\n## 三、存在的主要问题\n\n### （一）各区\n\n{text}\n")


def test_a_paragraph_goes_on_about_the_district_it_began_with() -> None:
    verdicts = typed_numbers(_report("荔湾区完成走访任务95次。受访企业92家。反映融资难的83家。"), tables())
    assert [(one.text, one.status) for one in verdicts] == [("95次", "ok"), ("92家", "ok"), ("83家", "mismatch")]


def test_of_a_unit_that_is_not_ones_own_nothing_is_told() -> None:
    own = Tables(tables_rows(), places={"荔湾区": "", "越秀区": "?"}, rows_of=lambda _: tables_rows())
    statuses = [one.status for one in Checker(own).figures("荔湾区受访企业1105家，越秀区受访企业93家。")]
    assert statuses == ["ok", "no_entry"]


def tables_rows() -> list[dict[str, Any]]:
    return json.loads((CASES / "demonstration-figures.json").read_text(encoding="utf-8"))["whole"]
