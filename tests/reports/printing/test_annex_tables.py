"""Annex tables set directly, held against WeasyPrint's setting of the same table."""

import time
from typing import Any

import pytest

from reports.printing.annex_tables import set_annex
from reports.printing.cell_lines import NOT_FIRST, break_cell
from reports.printing.fonts import FontSet
from reports.printing.titles import em_width
from reports.printing.typesetting import Typesetter, sample
from reports.printing.volume import PrintFault
from tests.reports.printing.measuring import MM, all_lines, body_lines, pages
from tests.reports.printing.volumes import annex

WORDY = "评估价只有成交价的六成，银行再按评估价的六成放款；实际可贷额度（含续贷）不足4.5亿元的36.8%，企业希望用足2023年的政策。"


def words_of(page: Any) -> list[tuple[str, list[str]]]:
    """A page's words by font: the lines of a cell in one font, sorted, so that the order of drawing does not matter."""
    by_font: dict[str, list[str]] = {}
    for char in page.chars:
        by_font.setdefault(char["fontname"].split("+")[1], []).append(char["text"])
    return sorted((font, sorted(chars)) for font, chars in by_font.items())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(sample("annex"), id="the sample"),
        pytest.param(annex(90), id="several pages"),
        pytest.param(annex(30, total=True, note=""), id="a total and no note"),
        pytest.param(
            {
                "number": "附件3",
                "title": "意见建议汇总表",
                "columns": [{"title": "序号", "width": 1, "align": "right"}, {"title": "问题", "width": 8}],
                "rows": [[str(number), WORDY[number % 9 :] * 2] for number in range(40)],
            },
            id="cells of many lines",
        ),
    ],
)
def test_direct_setting_says_what_weasyprint_says_page_by_page(
    typesetter: Typesetter, fonts: FontSet, data: dict
) -> None:
    direct = pages(set_annex(data, fonts, "附件").pdf)
    oracle = pages(typesetter.set_document("annex", data, place="附件").pdf)
    assert len(direct) == len(oracle)
    for ours, theirs in zip(direct, oracle, strict=True):
        assert words_of(ours) == words_of(theirs)


def test_direct_setting_stands_where_weasyprint_puts_it(typesetter: Typesetter, fonts: FontSet) -> None:
    """Every line of text within 0.35 mm: one could lay the sheets on one another."""
    data = annex(60)
    ours = pages(set_annex(data, fonts, "附件").pdf)
    theirs = pages(typesetter.set_document("annex", data, place="附件").pdf)
    for one, other in zip(ours, theirs, strict=True):
        here, there = body_lines(one), body_lines(other)
        assert [line.text for line in here] == [line.text for line in there]
        for mine, its in zip(here, there, strict=True):
            assert mine.baseline == pytest.approx(its.baseline, abs=1.0)
            assert mine.left == pytest.approx(its.left, abs=0.35)


def test_the_head_stands_on_every_page_and_no_row_is_broken(fonts: FontSet) -> None:
    data = annex(200)
    seen: list[int] = []
    for number, page in enumerate(pages(set_annex(data, fonts, "附件").pdf)):
        lines = body_lines(page)
        texts = [line.text for line in lines]
        assert any(text.startswith("序号区企业名称") for text in texts)
        assert lines[-1].baseline < (297 - 35) * MM
        left = 28 if number % 2 == 0 else 26
        assert min(float(rule["x0"]) for rule in page.lines) / MM == pytest.approx(left, abs=0.1)
        digits = [char for char in page.chars if char["text"].isdigit() and char["x1"] < (left + 8.6) * MM]
        rows: dict[float, str] = {}
        for char in sorted(digits, key=lambda char: (char["top"], char["x0"])):
            rows[round(char["top"], 1)] = rows.get(round(char["top"], 1), "") + char["text"]
        seen += [int(value) for value in rows.values() if value.isdigit()]
    assert [number for number in seen if number > 1] == list(range(2, 201))


def test_a_wide_table_lies_on_its_side_with_its_head_to_the_left(fonts: FontSet) -> None:
    sheet = set_annex(annex(20, landscape=True), fonts, "附件")
    page = pages(sheet.pdf)[0]
    assert page.rotation == 90
    assert page.width == pytest.approx(297 * MM, abs=1)  # as one reads it, turned
    first = next(char for char in page.chars if char["text"] == "附")
    assert first["x0"] == pytest.approx(35 * MM, abs=0.5)  # from the sheet's foot
    assert 28 * MM < first["top"] < 40 * MM  # from the sheet's left side


def test_a_row_higher_than_a_page_goes_on_on_the_next(fonts: FontSet) -> None:
    columns = [{"title": "序号", "width": 1}, {"title": "内容", "width": 2}]
    data = {"number": "附件1", "title": "表", "columns": columns, "rows": [["1", "很长的内容" * 600], ["2", "短"]]}
    sheet = set_annex(data, fonts, "附件")
    text = "".join(char["text"] for page in pages(sheet.pdf) for char in page.chars)
    assert sheet.pages > 1
    assert text.count("很") == 600


def test_missing_glyphs_name_row_and_column(fonts: FontSet) -> None:
    data = annex(3)
    data["rows"][1][2] = "某\ue123公司"
    with pytest.raises(PrintFault) as caught:
        set_annex(data, fonts, "附件1　调研企业名单")
    assert caught.value.faults[0].place == "附件1　调研企业名单 › 2 › 企业名称"


def test_a_row_with_too_few_cells_is_a_fault(fonts: FontSet) -> None:
    data = annex(3)
    data["rows"][2] = ["3", "越秀区"]
    with pytest.raises(PrintFault, match="the row has 2 cells, the head 7 columns"):
        set_annex(data, fonts, "附件1")


def test_an_empty_table_is_a_head(fonts: FontSet) -> None:
    page = pages(set_annex(annex(0), fonts, "附件1").pdf)[0]
    assert all_lines(page)[-1].text.startswith("序号")


def test_2500_rows_take_seconds(fonts: FontSet) -> None:
    columns = [{"title": str(number), "width": weight} for number, weight in enumerate((1, 2, 7, 7, 2))]
    rows = [[str(number), "融资", WORDY[number % 30 :], WORDY[number % 20 :], "市级"] for number in range(2500)]
    before = time.process_time()
    sheet = set_annex(
        {"number": "附件3", "title": "表", "columns": columns, "rows": rows, "landscape": True}, fonts, ""
    )
    assert sheet.pages > 100
    assert time.process_time() - before < 10


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        pytest.param("短", 5, ["短"], id="fits"),
        pytest.param("一二三四五六七", 3, ["一二三", "四五六", "七"], id="anywhere between characters"),
        pytest.param("一二三，四五", 3, ["一二", "三，四", "五"], id="a comma takes its character along"),
        pytest.param("一二（三四）", 3, ["一二", "（三", "四）"], id="an opening bracket does not end a line"),
        pytest.param("共12.5%的", 2.5, ["共", "12.5%", "的"], id="a number stays whole"),
        pytest.param("ABCDEFGH", 2, ["ABCD", "EFGH"], id="a word longer than the cell is cut"),
        pytest.param("", 3, [""], id="an empty cell"),
    ],
)
def test_lines_of_a_cell(text: str, room: float, lines: list[str]) -> None:
    assert break_cell(text, room, em_width) == lines


def test_no_line_of_a_cell_begins_with_what_must_not() -> None:
    for room in range(5, 20):
        for line in break_cell(WORDY * 3, room, em_width)[1:]:
            assert line[0] not in NOT_FIRST
