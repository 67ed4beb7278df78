"""Documents from their folders: fonts by role, blanks in boxes, tables, what is refused and how it is said."""

import json
from typing import Any

import pytest

from reports.printing import sources
from reports.printing.typesetting import Typesetter, clean, measure, numbered, sample
from reports.printing.volume import PrintFault
from tests.reports.printing.measuring import MM, PAGE_HEIGHT, all_lines, body_lines, pages
from tests.reports.printing.volumes import report

DOCUMENTS = ("report", "annex_report", "annex", "letter", "cover", "contents", "questionnaire", "filled_form")


def font_of(line: Any) -> set[str]:
    """The fonts of a line without their subset tags."""
    return {char["fontname"].split("+")[1] for char in line.chars}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_folder_shows_its_sample(typesetter: Typesetter, document: str) -> None:
    sheet = typesetter.set_document(document, sample(document), place=document)
    assert sheet.pages >= 1
    words = json.dumps(sample(document), ensure_ascii=False)
    assert any(line.text[:4] in words for page in pages(sheet.pdf) for line in body_lines(page))


def test_title_heads_and_text_are_in_the_fonts_of_their_roles(typesetter: Typesetter) -> None:
    lines = [
        line
        for page in pages(typesetter.set_document("report", sample("report"), place="").pdf)
        for line in body_lines(page)
    ]
    fonts = {line.text: font_of(line) for line in lines}
    assert fonts["情况的报告"] == {"FandolSong-Bold"}
    assert fonts["一、基本情况"] == {"FandolHei-Regular"}
    assert fonts["（一）样本企业概况"] == {"FandolKai-Regular"}
    assert fonts["1.抵押物评估偏低"] == {"FandolFang-Regular"}
    assert fonts["（2023年9月8日）"] == {"FandolKai-Regular"}
    assert not [name for names in fonts.values() for name in names if "Bold" in name and name != "FandolSong-Bold"]


def test_the_title_is_centred_and_22_points(typesetter: Typesetter) -> None:
    title = body_lines(pages(typesetter.set_document("report", sample("report"), place="").pdf)[0])[0]
    assert {round(char["size"], 2) for char in title.chars} == {22}
    assert (title.left + title.right) / 2 == pytest.approx(106, abs=0.5)


def test_a_draft_mark_stands_on_line_1_in_heiti(typesetter: Typesetter) -> None:
    page = pages(typesetter.set_document("report", sample("report"), place="", draft_marks=["征求意见稿"]).pdf)[0]
    first, second = body_lines(page)[:2]
    assert first.text == "征求意见稿"
    assert first.left == pytest.approx(28, abs=0.2)
    assert font_of(first) == {"FandolHei-Regular"}
    assert second.baseline - first.baseline > 1.9 * 28.95


def test_a_blank_is_printed_in_a_box(typesetter: Typesetter) -> None:
    data = report("正文【待起草：融资情况】。")
    data["sections"][0]["blocks"].append({"type": "blank", "text": "主要做法"})
    page = pages(typesetter.set_document("report", data, place="").pdf)[0]
    text = "".join(line.text for line in body_lines(page))
    assert "【待起草：融资情况】" in text
    assert "【待起草：主要做法】" in text
    assert len(page.rects) + len(page.lines) + len(page.curves) >= 2


def test_a_long_table_repeats_its_head_and_keeps_its_rows_whole(typesetter: Typesetter) -> None:
    columns = [{"title": "序号", "width": 1}, {"title": "情况", "width": 4}]
    table = {
        "type": "table",
        "title": "情况",
        "number": "表1",
        "columns": columns,
        "rows": [[str(n), "很长的一格" * 12] for n in range(60)],
    }
    data = {"title": "报告", "sections": [{"title": "", "level": 1, "blocks": [table]}]}
    sheet = pages(typesetter.set_document("report", data, place="").pdf)
    assert len(sheet) > 2
    for page in sheet:
        cells = "".join(line.text for line in body_lines(page))
        assert "序号情况" in cells
        assert cells.count("很") % 12 == 0
    assert body_lines(sheet[0])[1].text == "表1　情况"


def test_missing_glyphs_name_character_and_place(typesetter: Typesetter) -> None:
    data = report("第一段。", "有一个\ue123字。")
    data["sections"].append({"title": "二、标题\U00030020", "level": 1, "blocks": []})
    with pytest.raises(PrintFault) as caught:
        typesetter.set_document("report", data, place="越秀区情况报告")
    faults = caught.value.faults
    assert [fault.code for fault in faults] == ["glyph_missing", "glyph_missing"]
    assert "U+E123" in faults[0].zh
    assert "U+E123" in faults[0].en
    assert faults[0].place == "越秀区情况报告 › ¶2"
    assert faults[1].place == "越秀区情况报告 › 二、标题\U00030020"


def test_marks_without_ink_are_dropped_and_typed_line_ends_joined() -> None:
    assert clean("广\u200b州\n市\ufeff") == "广州市"
    assert clean("New\nYork") == "New York"


def test_a_page_loads_nothing_but_its_own_files(typesetter: Typesetter) -> None:
    for address in ("https://example.org/a.png", "file:///etc/passwd", "http://localhost/a", "ftp://a/b"):
        with pytest.raises(sources.SourceRefused):
            sources.allowed_path(address, typesetter.files.values())
    with pytest.raises(PrintFault) as caught:
        typesetter._set_markup("report", '<p>文<img src="file:///etc/hostname"></p>', "报告")
    assert "source_refused" in {fault.code for fault in caught.value.faults}


def test_words_from_outside_are_words_not_markup(typesetter: Typesetter) -> None:
    data = report('<img src="file:///etc/passwd"> & <b>粗</b>')
    page = pages(typesetter.set_document("report", data, place="").pdf)[0]
    assert '<imgsrc="file:///etc/passwd">&<b>粗</b>' in "".join(line.text for line in body_lines(page)).replace(" ", "")


@pytest.mark.parametrize(
    ("block", "words"),
    [
        pytest.param({"type": "picture"}, "picture", id="a block nobody knows"),
        pytest.param({"type": "chart", "kind": "pie", "labels": ["a"], "series": []}, "pie", id="a chart nobody draws"),
        pytest.param(
            {"type": "chart", "kind": "bar", "labels": ["a"], "series": [{"name": "s", "values": [1, 2]}]},
            "more or fewer",
            id="values without labels",
        ),
        pytest.param(
            {"type": "table", "title": "表", "columns": [{"title": "a"}, {"title": "b"}], "rows": [["1", "2"], ["3"]]},
            "Row 2 of the table has 1 cells",
            id="a row that is too short",
        ),
    ],
)
def test_wrong_data_are_a_fault_with_their_place(typesetter: Typesetter, block: dict[str, Any], words: str) -> None:
    data = {"title": "报告", "sections": [{"title": "一、情况", "level": 1, "blocks": [block]}]}
    with pytest.raises(PrintFault) as caught:
        typesetter.set_document("report", data, place="总报告")
    fault = caught.value.faults[0]
    assert (fault.code, fault.place) == ("data_wrong", "总报告 › 一、情况 › ¶1")
    assert words in fault.en


def test_captions_say_number_unit_and_base() -> None:
    assert numbered("表", 1) == numbered("表", "表1") == "表1　"
    assert measure({"unit": "家、%", "base": 97}) == "单位：家、%　n=97"
    assert measure({"n": 97}) == "n=97"
    assert measure({}) == ""


def test_a_letter_stands_as_the_standard_says(typesetter: Typesetter) -> None:
    """Issuer's name in pure red, its top 30 mm from the page's top; two red double rules of 170 mm."""
    page = pages(typesetter.set_document("letter", sample("letter"), place="").pdf)[0]
    issuer = all_lines(page)[0]
    assert issuer.text == "广州市人大常委会办公厅"
    assert {tuple(char["non_stroking_color"]) for char in issuer.chars} == {(1, 0, 0)}
    assert min(char["top"] for char in issuer.chars) / MM == pytest.approx(30, abs=3)
    lines = body_lines(page)
    date = next(line for line in lines if line.text == "2023年9月12日")
    signature = lines[lines.index(date) - 1]
    assert date.right == pytest.approx(184 - 4 * 15.75 / MM, abs=0.3)  # 右空四字
    assert (signature.left + signature.right) / 2 == pytest.approx((date.left + date.right) / 2, abs=0.3)
    rules = [shape for shape in (*page.rects, *page.lines, *page.curves) if shape["width"] > 165 * MM]
    assert len(rules) >= 4
    assert {round(rule["x0"] / MM) for rule in rules} == {20 + 1} or {round(rule["x0"] / MM) for rule in rules} == {20}
    assert max(rule["bottom"] for rule in rules) / MM == pytest.approx(277, abs=1.5)


def test_headings_in_a_section_are_in_the_face_of_their_numbering(typesetter: Typesetter) -> None:
    """GB/T 9704—2012, 7.3.3: （一） in 楷体, 1. and （1） in 仿宋."""
    data = report("文" * 30)
    data["sections"][0]["blocks"] = [
        {"type": "heading", "level": 3, "text": text} for text in ("（一）账款拖欠", "1. 工程款", "（1）质保金")
    ]
    lines = body_lines(pages(typesetter.set_document("report", data, place="文").pdf)[0])
    found = {line.text: font_of(line) for line in lines}
    assert any("Kai" in name for name in found["（一）账款拖欠"])
    assert all("Fang" in name for text in ("1. 工程款", "（1）质保金") for name in found[text] if "Fandol" in name)


STRIP = (64.5 * MM, 35 * MM)
EDGE = 8 * MM


def test_a_code_strip_shows_all_its_words(typesetter: Typesetter) -> None:
    strip = {
        "campaign": "五级人大代表联动，千家民营企业调研",
        "name": "欧阳某某",
        "group": "第12代表小组",
        "code": "212 923",
    }
    data = sample("slips") | {"slips": [], "codes": [strip] * 24, "mark": "演示数据"}
    [page] = pages(typesetter.set_document("slips", data, place="单").pdf)
    lowest: dict[tuple[int, int], float] = {}
    for char in page.chars:
        across, down = char["x0"] - EDGE, PAGE_HEIGHT - char["matrix"][5] - EDGE
        place = int(down // STRIP[1]), int(across // STRIP[0])
        lowest[place] = max(lowest.get(place, 0), down % STRIP[1])
    assert sorted(lowest) == [(row, column) for row in range(8) for column in range(3)]
    assert max(lowest.values()) < STRIP[1] - 3, "the last line stands above the cut"


def test_a_slip_does_not_tear_a_firms_legal_form(typesetter: Typesetter) -> None:
    data = sample("slips")
    data |= {"codes": [], "slips": [data["slips"][0] | {"subject": "广州晔华瑭物业服务有限公司"}]}
    [page] = pages(typesetter.set_document("slips", data, place="单").pdf)
    assert any("有限公司" in line.text for line in all_lines(page))
