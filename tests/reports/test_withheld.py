"""A number that may not be told is said as an office would print it, never as a hole in a sentence."""

import pytest

from reports.figures.figure_words import resolver
from reports.figures.frame import Frame
from reports.text.content import freeze, read_report
from reports.text.suppressed_words import Omission, Piece, as_sentences
from tests.reports.flagship import firm, package

AREA = Omission("闲置厂房面积", "的合计数")
MONTHS = Omission("已闲置", "的平均月数")
LONGEST = Omission("最长一笔已拖欠", "的最大值")
MEDIAN = Omission("最长一笔已拖欠", "的中位数")
BESIDE = Omission("实际获得", "的占比", few=False)


def said(*pieces: str | Omission | tuple[str]) -> str:
    """Words, withheld numbers, and other figures (as a tuple of their text)."""
    made = [
        Piece(one)
        if isinstance(one, str)
        else Piece("（略）", "k", one)
        if isinstance(one, Omission)
        else Piece(one[0], "o")
        for one in pieces
    ]
    sentence = as_sentences(made)
    assert [piece.key for piece in sentence] == [piece.key for piece in made], "a figure lost its place"
    return "".join(piece.text for piece in sentence)


@pytest.mark.parametrize(
    ("pieces", "printed"),
    [
        pytest.param(
            ("居前的是产权手续；有闲置厂房的企业，闲置面积合计", AREA, "平方米，平均已闲置", MONTHS, "个月。"),
            "居前的是产权手续；有闲置厂房的企业，闲置厂房面积的合计数、已闲置的平均月数因样本过少不予列示。",
            id="clauses side by side are said together",
        ),
        pytest.param(
            ("最长一笔的拖欠时间，中位数", MEDIAN, "个月，最长", LONGEST, "个月。"),
            "最长一笔的拖欠时间，最长一笔已拖欠的中位数、最大值因样本过少不予列示。",
            id="one matter is named once",
        ),
        pytest.param(
            ("希望融资", ("500万元",), "，满足", BESIDE, "；办理平均", ("3.0",), "天。"),
            "希望融资500万元，实际获得的占比按规定不予列示；办理平均3.0天。",
            id="what would give another away is not said to be few",
        ),
        pytest.param(
            ("其中", ("12",), "家企业合计拖欠", AREA, "万元，下同。"),
            "其中12家企业合计拖欠（因样本过少不予列示），下同。",
            id="a clause with another figure keeps its words",
        ),
        pytest.param(
            ("产能利用率平均", MONTHS, "（n=", ("6",), "）。"),
            "已闲置的平均月数因样本过少不予列示（n=6）。",
            id="what stands in brackets behind it stays",
        ),
        pytest.param((MONTHS,), "（略）", id="a cell is no sentence"),
        pytest.param(("共", ("3",), "家。"), "共3家。", id="nothing withheld, nothing changed"),
    ],
)
def test_sentences(pieces: tuple[str | Omission | tuple[str], ...], printed: str) -> None:
    assert said(*pieces) == printed


def test_the_text_of_a_report_has_no_hole() -> None:
    """Three of forty firms have an idle plant: what their answers add up to is not told outside."""
    rows = [firm(number, land_idle_m2="500", land_idle_months="7") for number in range(3)]
    frame = Frame.build(package(), [*rows, *(firm(number, op_orders="3") for number in range(3, 40))])
    text = "# 报告\n\n## 一、情况\n\n闲置面积合计{{T10:land_idle_m2|sum|plain}}平方米，平均{{T10:land_idle_months|mean|plain}}个月。\n"
    for edition, words in (
        ("outgoing", "闲置厂房面积的合计数、已闲置的平均月数因样本过少不予列示。"),
        ("internal", "闲置面积合计1500平方米，平均7.0个月。"),
    ):
        frozen = freeze(read_report(text), resolver(frame, edition=edition))
        runs = frozen["sections"][-1]["blocks"][-1]["runs"]
        assert "".join(run["text"] for run in runs) == words
        assert [run.get("figure") for run in runs] == [
            None,
            "T10:land_idle_m2|sum|plain",
            None,
            "T10:land_idle_months|mean|plain",
            None,
        ]
