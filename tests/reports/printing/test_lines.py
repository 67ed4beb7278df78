"""The line grid of GB/T 9704 read back from the glyphs of a set page: 22 × 28, pitch, margins, line ends."""

import pytest
from weasyprint.layout import inline
from weasyprint.text.line_break import Layout

from reports.printing import lines
from reports.printing.typesetting import Typesetter
from tests.reports.printing.measuring import body_lines, gaps, pages
from tests.reports.printing.volumes import PROSE, report

NAMES = "受访企业负责人陈堃喆、李昇、王㙦、赵珺玥、钱翀等人表示，厂房面积3200㎡，距离口岸15㎞。"


@pytest.fixture(scope="module")
def full_pages(typesetter: Typesetter) -> list:
    """1,500 times 文: every line that continues has 28 characters."""
    return pages(typesetter.set_document("report", report("文" * 1500), place="文").pdf)


def test_a_full_page_has_22_lines_of_28_characters(full_pages: list) -> None:
    second = body_lines(full_pages[1])
    assert len(second) == 22
    assert {len(line.chars) for line in second} == {28}


def test_every_gap_is_the_pitch(full_pages: list) -> None:
    for page in full_pages[1:]:
        assert all(gap == pytest.approx(lines.LINE_PT, abs=0.05) for gap in gaps(body_lines(page)))


def test_the_text_stands_in_the_margins_of_odd_and_even_pages(full_pages: list) -> None:
    for number, page in enumerate(full_pages, 1):
        left = 28.0 if number % 2 else 26.0
        body = [line for line in body_lines(page) if line.text.startswith("文" * 3) and len(line.chars) == 28]
        assert body
        for line in body:
            assert line.left == pytest.approx(left, abs=0.1)
            assert line.right == pytest.approx(left + 156, abs=0.2)
    assert body_lines(full_pages[1])[0].baseline * 25.4 / 72 == pytest.approx(44.2, abs=0.5)
    assert body_lines(full_pages[1])[-1].baseline * 25.4 / 72 == pytest.approx(258.7, abs=0.5)


def test_a_paragraph_begins_two_characters_in(typesetter: Typesetter) -> None:
    first = body_lines(pages(typesetter.set_document("report", report("文" * 60), place="文").pdf)[0])
    indented = next(line for line in first if line.text.startswith("文"))
    assert indented.left == pytest.approx(28 + 2 * 15.75 * 25.4 / 72, abs=0.1)


def test_lines_shortened_by_rules_and_numbers_still_end_at_the_margin(typesetter: Typesetter) -> None:
    """Chinese has no spaces to widen: every line but a paragraph's last ends at 184 mm (182 on even pages)."""
    paragraphs = [PROSE[start:] for start in range(0, 60, 3)]
    sheet = pages(typesetter.set_document("report", report(*paragraphs), place="文").pdf)
    ends = {paragraph[-6:] for paragraph in paragraphs}
    measured = 0
    for number, page in enumerate(sheet, 1):
        right = 184.0 if number % 2 else 182.0
        for line in body_lines(page):
            if line.text.endswith(tuple(ends)) or line.chars[0]["size"] > 20 or line.text[-6:] in PROSE[-8:]:
                continue
            if len(line.chars) < 20:
                continue
            assert line.right == pytest.approx(right, abs=0.2), line.text
            measured += 1
    assert measured > 100


def test_no_line_begins_with_a_closing_or_ends_with_an_opening_mark(typesetter: Typesetter) -> None:
    paragraphs = [PROSE[start:].lstrip("，、；。") for start in range(40)]
    for page in pages(typesetter.set_document("report", report(*paragraphs), place="文").pdf):
        for line in body_lines(page):
            assert line.text[0] not in "，。、；：！？）》”’"
            assert line.text[-1] not in "（《“‘"


def test_numbers_keep_their_own_spacing(typesetter: Typesetter) -> None:
    """The slack goes beside 汉字, not between the digits of 2023 and 12.5%."""
    for page in pages(typesetter.set_document("report", report(PROSE), place="文").pdf):
        for line in body_lines(page):
            for left, right in zip(line.chars, line.chars[1:], strict=False):
                if left["text"].isdigit() and right["text"].isdigit():
                    assert right["x0"] - left["x0"] == pytest.approx(7.875, abs=0.05)


def test_rare_characters_keep_the_grid(typesetter: Typesetter) -> None:
    """A glyph from a fallback font must not raise its line: 22 lines and one pitch, rare names on every line."""
    sheet = pages(typesetter.set_document("report", report(NAMES * 30), place="文").pdf)
    second = body_lines(sheet[1])
    assert len(second) == 22
    assert all(gap == pytest.approx(lines.LINE_PT, abs=0.05) for gap in gaps(second))
    fonts = {char["fontname"].split("+")[1] for char in sheet[1].chars}
    assert fonts == {"FandolFang-Regular", "NotoSerifCJKsc-Regular"}
    assert "陈堃喆、李昇、王㙦" in "".join(line.text for line in second)


def test_text_after_a_table_stands_on_the_grid_again(typesetter: Typesetter) -> None:
    rows = [["大型", "9"], ["中型", "21"], ["小型", "46"]]
    table = {
        "type": "table",
        "title": "规模",
        "number": 1,
        "unit": "家",
        "columns": [{"title": "规模"}, {"title": "企业数", "align": "right"}],
        "rows": rows,
        "notes": ["注：一条。"],
    }
    data = report("文" * 100)
    data["sections"][0]["blocks"] += [table, {"type": "paragraph", "text": "后" * 100}]
    body = body_lines(pages(typesetter.set_document("report", data, place="文").pdf)[0])
    grid = next(line.baseline for line in body if "文文" in line.text)
    after = [line.baseline for line in body if "后后" in line.text]
    assert after
    for baseline in after:
        steps = (baseline - grid) / lines.LINE_PT
        assert steps == pytest.approx(round(steps), abs=0.01)


def test_the_private_names_are_those_this_module_was_written_for() -> None:
    """When this fails, WeasyPrint was changed: adapt lines.py before the pin moves."""
    lines.install()
    assert getattr(inline.justify_line, "chinese", False)
    assert "wide_spacing" in Layout.set_text.__code__.co_consts


def test_a_changed_name_is_refused_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lines.SIGNATURES, "layout.inline.justify_text", "(line)")
    monkeypatch.setattr(inline, "justify_line", lambda context, line: None)
    with pytest.raises(lines.PrivateNamesChanged, match=r"justify_line.*justify_text"):
        lines.install()
