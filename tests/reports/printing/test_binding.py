"""A bound volume read back: numbers, contents, outline, labels, links, marks, attachments, fonts, bytes."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from reports.printing.annex_tables import set_annex
from reports.printing.binding import Binder, contents_entries, pdf_date, place_parts, roman
from reports.printing.fonts import FontSet
from reports.printing.pdf_text import embedded_fonts, page_texts, read_attachments
from reports.printing.volume import Part, PrintedVolume, PrintFault, Volume
from reports.printing.workers import print_volume
from tests.reports.printing.measuring import MM, Line, all_lines, pages
from tests.reports.printing.volumes import annex, bound_volume

NUMBER = re.compile(r"— ?([0-9]+|[IVX]+) ?—")


@pytest.fixture(scope="module")
def sheets(bound: PrintedVolume) -> list[Any]:
    """The volume's pages."""
    return pages(bound.pdf)


@pytest.fixture(scope="module")
def document(bound: PrintedVolume) -> pikepdf.Pdf:
    """The volume as a PDF."""
    return pikepdf.Pdf.open(io.BytesIO(bound.pdf))


@pytest.fixture(scope="module")
def first_text_page(sheets: list[Any]) -> int:
    """Index of the page numbered 1."""
    return next(place for place, page in enumerate(sheets) if number_of(page) == "1")


def number_line(page: Any) -> Line | None:
    """The line of the page number."""
    found = [line for line in all_lines(page) if line.baseline > 262 * MM and NUMBER.fullmatch(line.text)]
    return found[0] if found else None


def number_of(page: Any) -> str:
    line = number_line(page)
    return NUMBER.fullmatch(line.text).group(1) if line else ""  # type: ignore[union-attr]


def upright(page: Any) -> bool:
    return not page.rotation


def test_the_number_stands_7_mm_below_the_text_on_the_outer_side(sheets: list[Any]) -> None:
    seen = 0
    for page in filter(upright, sheets):
        line = number_line(page)
        if line is None or not number_of(page).isdigit():
            continue
        seen += 1
        assert {round(char["size"], 1) for char in line.chars} == {14}
        assert {char["fontname"].split("+")[1] for char in line.chars} == {"FandolSong-Regular"}
        assert line.baseline / MM == pytest.approx(270.5, abs=0.3)  # the dash stands 0.30 em above: 269.0
        if int(number_of(page)) % 2:
            assert line.right == pytest.approx(184 - 14 / MM, abs=0.2)
        else:
            assert line.left == pytest.approx(26 + 14 / MM, abs=0.2)
    assert seen > 10


def test_numbers_run_from_the_first_text_page_and_every_part_begins_odd(
    sheets: list[Any], bound: PrintedVolume, first_text_page: int
) -> None:
    assert first_text_page % 2 == 0  # the right-hand side of an open book
    for part in bound.parts:
        assert part["first"] % 2 == 1
        for number in range(part["first"], part["first"] + part["pages"]):
            page = sheets[first_text_page + number - 1]
            if upright(page):
                assert number_of(page) == str(number)
    assert bound.pages == len(sheets)


def test_cover_and_blank_pages_carry_no_number(sheets: list[Any]) -> None:
    assert number_of(sheets[0]) == ""
    assert number_of(sheets[1]) == ""
    assert "报告汇编" in "".join(line.text for line in all_lines(sheets[0]))
    assert {number_of(page) for page in sheets if len(page.chars) < 12} == {""}


def test_the_contents_say_where_every_part_and_head_is(
    sheets: list[Any], bound: PrintedVolume, first_text_page: int
) -> None:
    listed = {}
    for page in sheets[2:first_text_page]:
        for line in all_lines(page):
            found = re.fullmatch(r"(.+?)\.{3,}(\d+)", line.text.replace(" ", ""))
            if found:
                listed.setdefault(found.group(1), []).append(int(found.group(2)))
    firsts = {part["key"]: part["first"] for part in bound.parts}
    assert listed["越秀区情况报告"] == [firsts["440104"]]
    assert listed["附件1　调研企业名单"] == [firsts["annex1"]]
    assert listed["附件3　意见建议汇总表"] == [firsts["annex3"]]
    heads = [(words, number) for words, numbers in listed.items() for number in numbers if words[1] in "、一"]
    assert len(heads) > 8
    for words, number in heads:
        text = "".join(line.text for line in all_lines(sheets[first_text_page + number - 1]))
        assert words in text.replace(" ", "")


def test_contents_links_lead_to_the_page_they_name(
    document: pikepdf.Pdf, sheets: list[Any], first_text_page: int
) -> None:
    index = {page.obj.objgen: place for place, page in enumerate(document.pages)}
    links = 0
    for place in range(2, first_text_page):
        for link in document.pages[place].obj.get("/Annots", []):
            x1, y1, x2, y2 = (float(value) for value in link.Rect)
            assert x1 < x2
            assert y1 < y2
            target = index[link.Dest[0].objgen]
            middle = 841.89 - (y1 + y2) / 2
            line = min(all_lines(sheets[place]), key=lambda line: abs(line.baseline - 5 - middle))
            named = re.search(r"(\d+)$", line.text.strip())
            assert named
            assert target == first_text_page + int(named.group(1)) - 1
            links += 1
    assert links > 10
    assert not re.search(rb"/URI", b"".join(page.obj.unparse() for page in document.pages))


def test_the_outline_is_nested_by_group_part_and_head(document: pikepdf.Pdf) -> None:
    with document.open_outline() as outline:
        groups = list(outline.root)
        assert [group.title for group in groups] == ["总报告", "分报告", "附件"]
        assert [part.title for part in groups[1].children] == ["越秀区情况报告", "海珠区情况报告"]
        heads = groups[1].children[0].children
        assert [head.title for head in heads] == ["一、第1个方面的情况", "二、第2个方面的情况"]
        assert [head.title for head in heads[0].children] == ["（一）企业反映的问题"]


def test_labels_name_and_language(document: pikepdf.Pdf, first_text_page: int) -> None:
    assert document.pages[0].label == "封面"
    assert document.pages[2].label == "I"
    assert document.pages[first_text_page].label == "1"
    assert document.pages[first_text_page + 6].label == "7"
    assert str(document.Root.Lang) == "zh-CN"
    assert str(document.docinfo["/Title"]) == "“五级人大代表联动，千家民营企业调研”报告汇编"
    assert str(document.docinfo["/CreationDate"]) == "D:20230908090000+08'00'"
    assert "title" in str(document.docinfo["/FontStandIns"])
    names = document.Root.Names.Dests.Names
    keys = [str(names[place]) for place in range(0, len(names), 2)]
    assert keys == sorted(keys)
    assert {"main", "main.h2", "annex1"} <= set(keys)


def test_marks_stand_on_every_page_outside_the_text(sheets: list[Any], bound: PrintedVolume) -> None:
    assert all("内部资料　演示数据" in text for text in page_texts(bound.pdf))
    for place, page in enumerate(sheets):
        if not upright(page):
            continue
        first = all_lines(page)[0]
        assert first.text == "内部资料　演示数据"
        assert first.baseline / MM < 30
        if place % 2 == 0:
            assert first.right == pytest.approx(184, abs=0.2)
        else:
            assert first.left == pytest.approx(26, abs=0.2)


def test_the_outgoing_edition_does_not_say_internal(fonts: FontSet, shop_folder: Path) -> None:
    volume = bound_volume(edition="outgoing", marks=())
    printed = print_volume(volume, cache_dir=shop_folder, fonts=fonts)
    assert not any("内部资料" in text or "演示数据" in text for text in page_texts(printed.pdf))


def test_attachments_come_back_byte_by_byte(bound: PrintedVolume) -> None:
    assert read_attachments(bound.pdf) == {
        "manifest.json": b'{"submissions": ["a1"]}',
        "tables.json": '{"表": [1]}'.encode(),
    }


def test_the_file_is_sound(document: pikepdf.Pdf) -> None:
    assert document.check_pdf_syntax() == []


def test_only_fonts_of_the_set_are_embedded_each_once(
    bound: PrintedVolume, document: pikepdf.Pdf, fonts: FontSet
) -> None:
    assert set(bound.fonts) == set(embedded_fonts(bound.pdf)) <= fonts.names
    assert "FandolFang-Regular" in bound.fonts
    files: dict[str, bytes] = {}
    for value in document.objects:
        if isinstance(value, pikepdf.Dictionary) and value.get("/Type") == "/FontDescriptor":
            data = value.get("/FontFile3", value.get("/FontFile2")).read_bytes()
            assert files.setdefault(str(value.FontName), data) == data
    assert len(files) == len(bound.fonts)


def test_a_foreign_font_stops_the_volume(fonts: FontSet) -> None:
    sheet = set_annex(annex(3), fonts, "附件1")
    part = Part("annex1", "annex", "附件1", annex(3))
    without = replace(fonts, roles={**fonts.roles, "hei": fonts.roles["song"]})
    binder = Binder(Volume("A", "outgoing", "报告", (part,)), without)
    with pytest.raises(PrintFault) as caught:
        binder.bind(place_parts([part], [sheet]), None, None)
    assert [fault.code for fault in caught.value.faults] == ["font_foreign"]
    assert "FandolHei-Regular" in caught.value.faults[0].zh


def test_the_same_volume_gives_the_same_bytes_in_an_empty_folder_too(
    bound: PrintedVolume, fonts: FontSet, shop_folder: Path, tmp_path: Path
) -> None:
    again = print_volume(bound_volume(), cache_dir=shop_folder, fonts=fonts)
    assert again == bound
    alone = print_volume(Volume.from_json(bound_volume().as_json()), cache_dir=tmp_path, fonts=fonts, processes=1)
    assert alone.pdf == bound.pdf


def test_profile_a_numbers_from_1_through_its_annexes_without_cover(fonts: FontSet, shop_folder: Path) -> None:
    parts = bound_volume().parts
    volume = Volume("A", "outgoing", "海珠区情况报告", (parts[2], parts[3]), marks=("送审稿",))
    printed = print_volume(volume, cache_dir=shop_folder, fonts=fonts)
    sheets = pages(printed.pdf)
    assert number_of(sheets[0]) == "1"
    assert all_lines(sheets[0])[0].text == "送审稿"
    assert printed.parts[1]["first"] % 2 == 1
    assert number_of(sheets[printed.parts[1]["first"] - 1]) == str(printed.parts[1]["first"])


def test_a_letter_has_no_number_on_its_first_page(fonts: FontSet, shop_folder: Path) -> None:
    data = {"issuer": "市人大常委会办公厅", "title": "关于转送意见建议的函", "addressee": "市人民政府办公厅："}
    blocks = [{"type": "paragraph", "text": "请研究处理。" * 200}]
    part = Part("letter", "letter", "函", {**data, "blocks": blocks})
    printed = print_volume(Volume("B", "outgoing", "函", (part,)), cache_dir=shop_folder, fonts=fonts)
    numbers = [number_of(page) for page in pages(printed.pdf)]
    assert numbers[:2] == ["", "2"]


def test_depth_of_heads_in_the_contents(bound: PrintedVolume) -> None:
    volume = bound_volume()
    from reports.printing.typesetting import Sheet

    heads = [{"level": level, "text": f"h{level}", "page": 0, "y": 0.0} for level in (1, 2, 3, 4)]
    placed = place_parts(volume.parts, [Sheet(b"", 2, heads)] * len(volume.parts))
    entries = contents_entries(placed)
    deep = {bound_part.part.key: 0 for bound_part in placed}
    for entry in entries:
        if entry["kind"] == "section":
            key = entry["target"].split(":")[1]
            deep[key] = max(deep[key], entry["depth"])
    assert deep == {"main": 2, "440104": 1, "440105": 1, "annex1": 0, "annex2": 0, "annex3": 0}


@pytest.mark.parametrize(("number", "letters"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (38, "XXXVIII")])
def test_roman_numbers(number: int, letters: str) -> None:
    assert roman(number) == letters


def test_dates_carry_their_zone() -> None:
    assert pdf_date("2023-09-08T09:00:00+08:00") == "D:20230908090000+08'00'"
    assert pdf_date("2023-09-08T09:00:00") == "D:20230908090000Z"
