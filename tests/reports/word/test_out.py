"""What goes out as Word: numbers as numbers in controls that carry their token, official faces, no source in the prose."""

import io
import re
import zipfile
from collections import Counter

from reports.word.writing import write_docx
from tests.reports.word.files import FIGURES, LONG, W, figure, opened, report, sent


def _text(data: bytes) -> str:
    return "".join(node.text or "" for node in opened(data).element.body.iter(f"{W}t"))


def test_every_figure_is_a_control_with_its_token_and_reads_as_a_number() -> None:
    data = sent(report())
    controls = Counter()
    for control in opened(data).element.body.iter(f"{W}sdt"):
        tag = control.find(f"{W}sdtPr/{W}tag").get(f"{W}val")
        controls[tag, "".join(node.text for node in control.iter(f"{W}t"))] += 1
    assert all(len(tag) <= 64 for tag, _ in controls)
    assert {tag: text for tag, text in controls if not tag.startswith("~")} == FIGURES
    assert controls["T1:visits|count|plain", "1147"] == 2, "the sentence and the cell of the table"
    assert [text for tag, text in controls if tag.startswith("~")] == [figure(LONG).text]


def test_no_token_source_or_code_stands_in_the_prose() -> None:
    words = _text(sent(report()))
    assert "有37.5%的企业反映融资困难，224家反映被拖欠账款。" in words
    for trace in ("{{", "}}", "from:", "440105", "{01}", "T6:"):
        assert trace not in words


def test_the_paper_has_the_faces_sizes_and_properties_of_an_office() -> None:
    document = opened(sent(report()))
    style = {one.style_id: one.element for one in document.styles}

    def face(name: str) -> tuple[str, str]:
        properties = style[name].find(f"{W}rPr")
        return properties.find(f"{W}rFonts").get(f"{W}eastAsia"), properties.find(f"{W}sz").get(f"{W}val")

    assert face("Normal") == ("仿宋_GB2312", "32")
    assert face("Title") == ("方正小标宋简体", "44")
    assert [face(f"Heading{level}")[0] for level in (1, 2, 3)] == ["黑体", "楷体_GB2312", "仿宋_GB2312"]
    core = document.core_properties
    assert (core.title, core.author, core.language) == (
        "关于民营企业调研的报告",
        "广州市人大常委会经济工作委员会",
        "zh-CN",
    )
    application = next(part for part in document.part.package.iter_parts() if part.partname == "/docProps/app.xml")
    assert "<Company>广州市人大常委会经济工作委员会</Company>" in application.blob.decode()
    page = document.sections[0]
    assert [round(one.mm) for one in (page.top_margin, page.left_margin, page.right_margin)] == [37, 28, 26]
    for footer in (page.footer, page.even_page_footer):
        assert "PAGE" in footer._element.xml
    with zipfile.ZipFile(io.BytesIO(sent(report()))) as archive:
        assert not [
            name for name in archive.namelist() if "font" in name.lower() and not name.endswith("fontTable.xml")
        ]


def test_a_chart_is_a_picture_with_its_numbers_behind_it() -> None:
    from PIL import Image

    drawing = io.BytesIO()
    Image.new("L", (40, 20), 255).save(drawing, "PNG")
    content = report("# 题目\n\n一句。\n")
    content["sections"][0]["blocks"].append(
        {
            "id": "c1",
            "type": "chart",
            "table": "T6",
            "title": "企业反映的困难",
            "unit": "%",
            "n": 97,
            "kind": "bar",
            "labels": ["融资", "用工"],
            "series": [{"name": "困难", "values": [37.5, 20.0]}],
            "texts": [["36（37.5%）"], ["19（20.0%）"]],
        }
    )
    document = opened(write_docx(content, pictures={"c1": drawing.getvalue()}))
    words = re.findall(r'<wp:docPr [^>]*descr="([^"]*)"', document.element.xml)
    assert words == ["图1　企业反映的困难（单位：%，n=97）。融资：36（37.5%）；用工：19（20.0%）"]
    without = opened(write_docx(content)).tables[0]
    assert [[cell.text for cell in row.cells] for row in without.rows][1:] == [
        ["融资", "36（37.5%）"],
        ["用工", "19（20.0%）"],
    ]


def test_characters_that_no_file_can_hold_do_not_break_it() -> None:
    content = report("# 题目\n\n一句\x0b话\ufffe。\n")
    assert "一句话。" in _text(write_docx(content))
