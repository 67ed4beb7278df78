"""The text layer of a printed volume: every name in it can be found, however its line was broken."""

import random
import re
from pathlib import Path

import pytest

from reports.printing.fonts import FontSet
from reports.printing.pdf_text import embedded_fonts, page_texts, read_attachments
from reports.printing.volume import Part, PrintedVolume, Volume
from reports.printing.workers import print_volume
from tests.reports.printing.volumes import PROSE, annex, report

PLACES = ("广州", "越秀", "海珠", "南沙", "增城")
WORDS = ("堃达", "喆昇", "宏远", "珺玥", "镕兴", "㙦川", "恒丰", "燊辉", "智联", "祎泰")
KINDS = ("精密机械制造（集团）股份有限公司", "服装贸易有限公司", "科技有限公司", "生物医药产业发展有限公司海珠分公司")


@pytest.fixture(scope="module")
def names() -> list[str]:
    """150 names of firms, no two alike, many with characters only the fallback has."""
    names = [place + word + kind for place in PLACES for word in WORDS for kind in KINDS]
    return random.Random(5).sample(names, 150)


def test_every_name_is_found_in_text_and_tables(fonts: FontSet, shop_folder: Path, names: list[str]) -> None:
    data = annex(len(names))
    for row, name in zip(data["rows"], names, strict=True):
        row[2] = name
    prose = report(*(f"{PROSE[place % 40 :]}{name}反映了上述情况。" for place, name in enumerate(names)))
    table = {"type": "table", "title": "名单", "columns": [{"title": "企业"}, {"title": "区"}]}
    prose["sections"][0]["blocks"].append({**table, "rows": [[name, "越秀区"] for name in names]})
    parts = (
        Part("report", "report", "报告", prose),
        Part("annex", "annex", "附件1", data),
        Part("wide", "annex", "附件2", {**data, "landscape": True}),
    )
    printed = print_volume(Volume("A", "internal", "报告", parts), cache_dir=shop_folder, fonts=fonts)
    texts = [re.sub(r"\s", "", text) for text in page_texts(printed.pdf)]
    for part in printed.parts:
        first = part["first"] - 1
        found = "".join(texts[first : first + part["pages"]])
        # A paragraph may go on on the next page, behind that page's number and marks.
        prose_found = re.sub(r"—\d+—|内部资料", "", found)
        assert [name for name in names if name not in prose_found] == [], part["key"]


def test_a_file_without_attachments_carries_none(bound: PrintedVolume, fonts: FontSet, shop_folder: Path) -> None:
    volume = Volume("A", "outgoing", "报告", (Part("a", "report", "报告", report("文")),))
    printed = print_volume(volume, cache_dir=shop_folder, fonts=fonts)
    assert read_attachments(printed.pdf) == {}
    assert embedded_fonts(printed.pdf) == ["FandolFang-Regular", "FandolSong-Bold", "FandolSong-Regular"]
    assert set(embedded_fonts(bound.pdf)) > {"FandolHei-Regular"}
