"""The tables as people read them: rows, breakdowns that add up, what is hidden, charts, and the time it takes."""

import random
import time
from collections.abc import Sequence
from typing import Any

import pytest

from reports.figures.charts import chart_data
from reports.figures.figure_words import resolve
from reports.figures.frame import CampaignCounts, Frame, VisitRow
from reports.figures.tables import TableMaker, statistics
from reports.text.tokens import parse
from tests.reports.flagship import example_rows, firm, package

UNITS = ["440100-0", *(f"4401{n:02}" for n in (3, 4, 5, 6, 11, 12, 13, 14, 15, 17, 18))]


def indicator_table(
    frame: Frame, table: str, *, breakdown: str | None = None, items: Sequence[str] | None = None, **how: Any
) -> dict[str, Any]:
    return TableMaker(frame, **how).table(table, breakdown, items)


def campaign(number: int = 1200, seed: int = 7) -> list[VisitRow]:
    """Visits with answers drawn from the lists; every 97th firm was visited before."""
    draw = random.Random(seed)
    questions = [q for q in Frame.build(package(), []).data.questions if q.table and not q.in_repeat]
    rows: list[VisitRow] = []
    for place in range(number):
        answers: dict[str, str] = {}
        for question in questions:
            names = [name for name, _, _ in question.choices]
            if names and question.type == "select_multiple":
                answers[question.path] = " ".join(draw.sample(names, k=min(3, len(names))))
            elif names:
                answers[question.path] = draw.choice(names)
            elif question.role in ("mean", "sum"):
                answers[question.path] = str(draw.randrange(1, 900))
        outcome = "refused" if place % 20 == 19 else "visited"
        unit = UNITS[place * len(UNITS) // number]
        subject = f"s{place - (place % 97 == 96)}"
        rows.append(VisitRow(f"v{place}", unit, subject, outcome, answers, {}, f"2023-07-01T{place:06}"))
    return rows


@pytest.fixture(scope="module")
def whole() -> Frame:
    return Frame.build(package(), campaign(), leaves=UNITS)


def row(table: dict[str, Any], label: str) -> list[str]:
    return next(cells for cells in table["rows"] if cells[0].strip("\u3000") == label)


def test_a_table_says_its_n_its_unit_and_its_columns() -> None:
    table = indicator_table(Frame.build(package(), example_rows()), "T9", edition="internal")
    assert (table["title"], table["n"], table["base"], table["unit"]) == ("拖欠账款", 2, "", "家")
    assert [column["title"] for column in table["columns"]] == ["项目", "数量", "占比", "n"]
    assert row(table, "被拖欠总额（万元）合计") == ["被拖欠总额（万元）合计", "320", "", "1"]
    assert row(table, "占“被拖欠总额（万元）”的比重")[1] == "62.5%"
    assert row(table, "中位数")[1] == "18"


def test_the_table_of_the_visits_begins_with_what_was_assigned() -> None:
    counts = CampaignCounts(assigned=4, deputies=6)
    table = indicator_table(Frame.build(package(), example_rows()), "T1", counts=counts)
    assert [cells[:2] for cells in table["rows"][:3]] == [
        ["应走访（次）", "4"],
        ["完成走访任务（次）", "3"],
        ["企业接受走访（次）", "2"],
    ]


def test_points_are_ranked() -> None:
    table = indicator_table(Frame.build(package(), example_rows()), "T7", edition="internal")
    assert [cells[0].strip("\u3000") for cells in table["rows"][1:5]] == ["用工难", "拖欠账款", "用地用房", "订单不足"]


@pytest.mark.parametrize("breakdown", ["ent_district", "size_class", "ent_section", "unit"])
@pytest.mark.parametrize("name", ["T1", "T2", "T5", "T6", "T8", "T12"])
def test_groups_add_up_to_the_whole(whole: Frame, name: str, breakdown: str) -> None:
    table = indicator_table(whole, name, breakdown=breakdown, edition="internal")
    plain = {cells[0] for cells in table["rows"] if cells[0].startswith("\u3000") or cells[0].endswith("合计")}
    for cells in table["rows"]:
        numbers = cells[1:]
        if cells[0] in plain and all(number.isdigit() for number in numbers) and "涉及" not in cells[0]:
            assert sum(map(int, numbers[:-1])) == int(numbers[-1]), cells


def test_a_table_agrees_with_the_figures_of_the_text(whole: Frame) -> None:
    for unit in ("", "440103"):
        table = indicator_table(whole.of(unit), "T6")
        found = resolve(parse("T6:labour|count|plain"), whole, unit=unit)
        assert row(table, "用工难")[1] == found.text
        assert row(table, "用工难")[2] == resolve("T6:labour|share|plain", whole, unit=unit).text


def test_no_line_of_an_outgoing_cross_table_has_a_single_hidden_cell() -> None:
    rows = [firm(n, ent_district="440103", rev_band="r1") for n in range(3)]
    rows += [firm(10 + n, ent_district="440104", rev_band="r1") for n in range(9)]
    rows += [firm(30 + n, ent_district="440103", rev_band="r2") for n in range(12)]
    rows += [firm(50 + n, ent_district="440104", rev_band="r2") for n in range(8)]
    table = indicator_table(Frame.build(package(), rows), "T2", breakdown="ent_district", items=["rev_band"])
    cells = [row[1:] for row in table["rows"] if row[0].startswith("\u3000")]
    assert cells[0][0] == "*"
    assert all(line.count("*") != 1 for line in [*cells, *map(list, zip(*cells, strict=True))])
    assert any("不足5家" in note for note in table["notes"])


def test_sums_of_few_firms_are_hidden_and_so_is_what_would_give_them_away() -> None:
    rows = [firm(n, ent_district="440103", lab_short="7") for n in range(2)]
    rows += [firm(10 + n, ent_district="440104", lab_short="5") for n in range(9)]
    table = indicator_table(Frame.build(package(), rows), "T11", breakdown="ent_district", items=["lab_short"])
    cells = table["rows"][0]
    heads = [column["title"] for column in table["columns"]]
    assert (cells[heads.index("荔湾区")], cells[heads.index("越秀区")], cells[-1]) == ("*", "*", "59")


def test_items_keep_some_questions_or_choices() -> None:
    frame = Frame.build(package(), example_rows())
    one = indicator_table(frame, "T2", items=["size_class"], edition="internal")
    assert (one["title"], [cells[0] for cells in one["rows"]]) == (
        "企业规模",
        ["大型", "中型", "小型", "微型", "合计"],
    )
    choices = ["large", "medium", "small", "micro"]
    each = indicator_table(frame, "T2", items=[f"size_class.{name}" for name in choices], edition="internal")
    assert (each["rows"], each["total"]) == (one["rows"], True)
    assert not indicator_table(frame, "T2", items=["size_class.large"], edition="internal")["total"]
    some = indicator_table(frame, "T6", items=["diff_types.labour", "land"], edition="internal")
    assert [cells[0] for cells in some["rows"]] == ["用工难", "用地用房"]


def test_a_breakdown_by_what_is_no_choice_is_refused(whole: Frame) -> None:
    with pytest.raises(ValueError, match="staff_now"):
        indicator_table(whole, "T2", breakdown="staff_now")


def test_english_tables_have_english_words() -> None:
    table = indicator_table(Frame.build(package(), example_rows()), "T8", language="en", edition="internal")
    text = " ".join([table["title"], *(cells[0] for cells in table["rows"])])
    assert not any("\u4e00" <= mark <= "\u9fff" for mark in text), text


def test_the_annex_has_every_table(whole: Frame) -> None:
    tables = statistics(whole)
    assert [table["table"] for table in tables] == [f"T{n}" for n in range(1, 16)] + ["清单一", "清单二"]


def test_a_chart_is_sorted_and_leaves_out_what_is_hidden(whole: Frame) -> None:
    chart = chart_data(whole, "T6")
    values = chart["series"][0]["values"]
    assert values == sorted(values, reverse=True)
    assert len(values) == len(chart["labels"]) == len(chart["texts"])
    small = Frame.build(package(), [firm(n, law_issues="check" if n else "fine") for n in range(40)])
    assert chart_data(small, "T14")["labels"] == ["多头重复检查"]


def test_scales_and_points_have_charts_of_their_own(whole: Frame) -> None:
    scales = chart_data(whole, "T4", kind="grouped")
    assert [series["name"] for series in scales["series"]] == ["明显增加、有所增加", "有所减少、明显减少"]
    assert len(scales["labels"]) == 5
    assert chart_data(whole, "T7")["unit"] == "分"


def test_all_indicators_of_twelve_hundred_visits_take_well_under_a_second() -> None:
    rows = campaign(seed=11)
    began = time.process_time()
    frame = Frame.build(package(), rows)
    statistics(frame)
    for unit in UNITS:
        frame.of(unit).counts(frame.data.by_name["diff_types"])
    assert time.process_time() - began < 1.0, "about 0.15 s on two shared cores"
