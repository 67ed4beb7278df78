"""How figures read: rounding, share words, money, small cells, and each wording above and below n = 30."""

from fractions import Fraction

import pytest

from reports.figures import figure_words
from reports.figures.frame import CampaignCounts, Frame
from reports.figures.indicators import UnknownFigure
from reports.figures.rounding import percent, rounded, trimmed
from tests.reports.flagship import expected, firm, package


def shares(part: int, whole: int) -> Fraction:
    return Fraction(100 * part, whole)


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(1, 4), 1, "0.3"),
        (Fraction(-1, 4), 1, "-0.3"),
        (Fraction(5), 1, "5.0"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(-1, 100), 1, "0.0"),
    ],
)
def test_rounding_is_half_up(value: Fraction, places: int, text: str) -> None:
    assert str(rounded(value, places)) == text


@pytest.mark.parametrize(
    ("part", "whole", "word"),
    [
        pytest.param(474, 1000, "近五成", id="47.4%"),
        pytest.param(469, 1000, "", id="46.9% has no word"),
        pytest.param(600, 1200, "五成", id="exactly a half"),
        pytest.param(593, 1187, "约五成", id="49.958% shows as 50.0%"),
        pytest.param(601, 1000, "超六成", id="60.1%"),
        pytest.param(6004, 10000, "约六成", id="60.04% shows as 60.0%"),
        pytest.param(653, 1000, "", id="65.3%"),
        pytest.param(51, 1000, "", id="5.1%"),
        pytest.param(983, 1000, "", id="98.3%"),
        pytest.param(596, 1000, "近六成", id="a published 59.6%"),
        pytest.param(348, 1000, "超三成", id="a published 34.8%"),
    ],
)
def test_share_words(part: int, whole: int, word: str) -> None:
    assert figure_words.share_word(shares(part, whole)) == word


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (43700, "万元", "4.37亿元"),
        (4860, "万元", "4860万元"),
        (Fraction(1, 2), "万元", "5000元"),
        (10000, "万元", "1亿元"),
        (Fraction("9999.996"), "万元", "1亿元"),
        (Fraction("1234.50"), "万元", "1234.5万元"),
        (123456789, "元", "1.23亿元"),
        (0, "万元", "0元"),
    ],
)
def test_money(amount: Fraction, unit: str, text: str) -> None:
    assert figure_words.money(Fraction(amount), unit) == text


@pytest.mark.parametrize("case", expected()["small_cells"], ids=lambda case: case["about"])
def test_small_cells(case: dict) -> None:
    hidden = figure_words.hidden_cells(case["counts"], case["privacy"], one_answer=case["one_answer"])
    assert [bool(mark) for mark in hidden] == [text == "*" for text in case["printed"]]


def test_of_equals_the_one_later_in_the_list_hides_the_small_one() -> None:
    assert figure_words.hidden_cells([3, 9, 9], "L1", one_answer=True) == ["small", "", "second"]


def test_four_are_hidden_and_five_are_printed() -> None:
    assert figure_words.hidden_cells([4, 30, 31], "L1", one_answer=False) == ["small", "", ""]
    assert figure_words.hidden_cells([5, 30, 31], "L1", one_answer=False) == ["", "", ""]


def test_zero_hides_nobody_and_is_not_hidden_in_place_of_another() -> None:
    assert figure_words.hidden_cells([2, 0, 60], "L1", one_answer=True) == ["small", "", "second"]


def test_three_way_tables_hide_public_facts_below_three() -> None:
    assert figure_words.hidden_cells([2, 3, 0], "L0", one_answer=True, ways=3) == ["small", "", ""]


def test_a_cross_table_has_no_line_with_a_single_hidden_cell() -> None:
    cells = [[2, 20, 30, 52], [9, 8, 12, 29], [7, 6, 11, 24]]
    marks = figure_words.hidden_matrix(cells, "L1", one_answer=True)
    lines = [*marks, *zip(*marks, strict=True)]
    assert marks[0][0] == "small"
    assert all(sum(map(bool, line)) != 1 for line in lines)


def thirty(**answers: str) -> list:
    """Thirty firms that answered alike."""
    return [firm(100 + n, **answers) for n in range(30)]


def text(token: str, rows: list, *, counts: dict | None = None, **how: str) -> str:
    return figure_words.resolve(token, Frame.build(package(), rows), counts, **how).text


MANY = [firm(n, diff_types="labour", fin_want="200", ent_years="2", arr_months=str(n)) for n in range(46)] + [
    firm(100 + n, diff_types="land", fin_want="100.5", ent_years="3") for n in range(51)
]
FEW = [firm(n, diff_types="labour", fin_want="50") for n in range(12)] + [
    firm(50 + n, diff_types="land") for n in range(16)
]


@pytest.mark.parametrize(
    ("token", "rows", "wanted"),
    [
        ("T6:labour|count|plain", MANY, "46"),
        ("T6:labour|share|plain", MANY, "47.4%"),
        ("T6:labour|share|word", MANY, "近五成（47.4%，n=97）"),
        ("T6:labour|share|with_base", MANY, "占47.4%（n=97）"),
        ("T6:labour|count|with_base", MANY, "46家（n=97）"),
        ("T6:labour|base|plain", MANY, "97"),
        ("T6:diff_types|base|plain", MANY, "97"),
        ("T6:cost|share|word", MANY, "0.0%（n=97）"),
        ("T6:top1|name|plain", MANY, "用地用房"),
        ("T8:fin_want|sum|money", MANY, "1.43亿元"),
        ("T8:fin_want|sum|plain", MANY, "14325.5"),
        ("T2:ent_years|mean|plain", MANY, "2.5"),
        ("T9:arr_months|max|plain", MANY, "45"),
        ("T9:arr_months|median|plain", MANY, "22.5"),
        ("T6:labour|share|plain", FEW, "12家"),
        ("T6:labour|share|word", FEW, "12家（n=28）"),
        ("T6:labour|share|with_base", FEW, "有效样本28家"),
        ("T6:labour|count|plain", FEW, "12"),
        ("T11:hidden|share|plain", FEW, "0家"),
        ("T5:op_capacity|mean|plain", FEW, "—"),
        ("T8:fin_days|mean|plain", FEW, "—"),
        ("T8:fin_got|sum|money", FEW, "0元"),
    ],
)
def test_the_wordings(token: str, rows: list, wanted: str) -> None:
    assert text(token, rows) == wanted


SMALL = [firm(n, op_state="loss", op_output="1", fin_got="10") for n in range(3)]
SMALL += [firm(10 + n, op_state="profit", op_output="4") for n in range(40)]
SMALL += [firm(60 + n, op_state="even", op_output="3") for n in range(7)]


@pytest.mark.parametrize(
    ("token", "outgoing", "internal"),
    [
        ("T5:loss|count|plain", "不足5", "3"),
        ("T5:loss|share|plain", "不足5家", "6.0%"),
        ("T5:loss|share|word", "不足5家（n=50）", "6.0%（n=50）"),
        ("T5:even|count|plain", "若干", "7"),
        ("T5:even|share|plain", "若干家", "14.0%"),
        ("T5:profit|count|plain", "40", "40"),
        ("T4:op_output.low|count|plain", "不足5", "3"),
        ("T4:op_output.high|share|plain", "80.0%", "80.0%"),
        ("T8:fin_got|sum|money", "（略）", "30万元"),
    ],
)
def test_small_cells_in_text(token: str, outgoing: str, internal: str) -> None:
    assert text(token, SMALL) == outgoing
    assert text(token, SMALL, edition="internal") == internal


def test_a_hidden_figure_gives_no_value() -> None:
    found = figure_words.resolve("T5:loss|count|plain", Frame.build(package(), SMALL))
    assert (found.value, found.hidden, found.n) == (None, True, 50)


def test_a_report_speaks_of_its_own_unit_and_the_whole_of_another() -> None:
    rows = [firm(n, "440103", lab_short="2") for n in range(6)] + [
        firm(50 + n, "440113", lab_short="5") for n in range(8)
    ]
    frame = Frame.build(package(), rows)
    own = figure_words.resolve("T11:lab_short|sum|plain", frame, unit="440103")
    other = figure_words.resolve("440113/T11:lab_short|sum|plain", frame)
    whole = figure_words.resolve("T11:lab_short|sum|plain", frame)
    assert (own.text, other.text, whole.text) == ("12", "40", "52")


def test_visits_are_counted_in_visits_and_compared_with_what_was_assigned() -> None:
    counts = {"": CampaignCounts(assigned=12)}
    rows = [firm(n, consent="named") for n in range(9)]
    assert text("T1:visits|ratio|plain", rows, counts=counts) == "75.0%"
    assert text("T1:named|share|plain", rows) == "9次"


@pytest.mark.parametrize(
    "token", ["T6:labour|count|money", "T6:labour|mean|plain", "T11:lab_short|sum|money", "T2:top1|name|word"]
)
def test_a_wording_that_does_not_fit_is_refused(token: str) -> None:
    with pytest.raises(UnknownFigure):
        text(token, FEW)


def test_percent_of_nothing_is_a_dash_and_trimmed_numbers_have_no_zeros() -> None:
    assert percent(None) == "—"
    assert trimmed(Fraction("12.50")) == "12.5"
    assert trimmed(1200) == "1200"
