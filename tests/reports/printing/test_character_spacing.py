"""A stretched line as character spacing: every glyph stands where it stood, and readers find the words."""

import re

from hypothesis import given
from hypothesis import strategies as st

from reports.printing.character_spacing import spaced
from reports.printing.pdf_text import page_texts
from reports.printing.typesetting import Typesetter
from tests.reports.printing.measuring import body_lines, pages
from tests.reports.printing.volumes import report

SIZE = 21.0
NUMBERS = st.one_of(st.integers(-175, -165), st.integers(-90, 60), st.just(0))
GAPS = st.lists(NUMBERS, min_size=1, max_size=40)


def places(operators: list[bytes]) -> tuple[list[float], float]:
    """Where each glyph begins and where the text ends, in units of the page, after ISO 32000-1 9.4.4; a glyph is an em wide."""
    at, spacing, found = 0.0, 0.0, []
    for operator in (one.decode() for one in operators):
        if operator.endswith("Tc"):
            spacing = float(operator.split()[0])
            continue
        for shown, number in re.findall(r"<([0-9a-f]*)>|(-?[\d.]+)", operator.removesuffix(" TJ")):
            at -= float(number or 0) / 1000 * SIZE
            for _ in range(len(shown) // 4):
                found.append(at)
                at += SIZE + spacing
    return found, at


@given(GAPS, NUMBERS)
def test_no_glyph_moves(gaps: list[int], last: int) -> None:
    array = "".join(f"<{place:04x}>{gap}" for place, gap in enumerate([*gaps, last]))
    now, end = places(spaced(array, SIZE))
    before, end_before = places([f"[{array}] TJ".encode()])
    assert len(now) == len(before)
    assert max(abs(one - other) for one, other in zip(now, before, strict=True)) < 0.02 * SIZE / 1000 * len(gaps) + 0.2
    assert abs(end - end_before) < 0.001 * SIZE


def test_what_is_not_stretched_stays_as_it_was() -> None:
    array = "<0001>-20<0002>-20<0003>-20<00040005>"
    assert spaced(array, SIZE) == [f"[{array}] TJ".encode()]


STRETCHED = "全市应走访企业" + "，已完成并审核通过" * 2 + "另有https://diaoyan.example.gov.cn/abcdefgh一处。"


def test_a_stretched_line_is_found_without_blanks(typesetter: Typesetter) -> None:
    pdf = typesetter.set_document("report", report(*[STRETCHED[start:] for start in range(7)]), place="文").pdf
    [text] = page_texts(pdf)
    assert re.findall(r"[\u4e00-\u9fff] (?=[\u4e00-\u9fff])", text) == []
    assert "审核通过" in text


def test_a_number_stays_with_its_unit_and_a_line_may_end_before_a_bracket(typesetter: Typesetter) -> None:
    """Whatever stands before it; the bracket with n does not take the share before it along."""
    words = "占31.8%（n=1105），涉及371家和6000平方米，拖欠4860万元，最长26个月。"
    paragraphs = ["字" * before + words for before in range(30)]
    pdf = typesetter.set_document("report", report(*paragraphs), place="文").pdf
    lines = [line.text for page in pages(pdf) for line in body_lines(page)]
    assert not [one for one in lines if re.match(r"[家平万个月％%]", one)]
    assert [one for one in lines if one.startswith("（n=1105）")]
