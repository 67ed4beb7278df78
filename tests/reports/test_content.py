"""A report as plain data: tokens, reading a manuscript, numbering, blanks, counting, places, freezing."""

from pathlib import Path

import pytest

from reports.figures.charts import block_rows
from reports.figures.figure_words import Figure, resolver
from reports.figures.frame import Frame
from reports.text import content, tokens
from tests.reports.flagship import example_rows, package

REPORTS = Path("reports/demonstration/reports")


def read(unit: str) -> content.ReportContent:
    return content.read_report((REPORTS / f"{unit}.md").read_text(encoding="utf-8"))


def made(text: str) -> content.ReportContent:
    return content.read_report(text)


def first(report: content.ReportContent, kind: str = "paragraph") -> dict:
    return next(block for _, block in content.blocks_of(report) if block["type"] == kind)


@pytest.mark.parametrize(
    "text",
    ["{{T6:fin_any|share|word}}", "{{440113/T11:lab_short|sum|plain}}", "{{440100-0/T2:ent_section.top1|name|plain}}"],
)
def test_a_token_reads_back_as_it_was(text: str) -> None:
    assert tokens.parse(text).text == text


@pytest.mark.parametrize(
    "text", ["{{T6:fin_any}}", "{{T6|share|word}}", "{{T6:x|sharp|word}}", "{{T6:x|share|loud}}", "{{}}"]
)
def test_braces_that_are_no_token_are_refused(text: str) -> None:
    with pytest.raises(tokens.TokenFault) as refused:
        tokens.split(f"有{text}家")
    assert text in refused.value.zh


def test_source_marks_become_sources() -> None:
    text, sources = tokens.take_sources("同一件事。{{from:440103 §三（二）; 440111 §三（二）1 rewritten}}")
    assert text == "同一件事。"
    assert [(s.unit, s.section, s.item, s.rewritten) for s in sources] == [
        ("440103", "三（二）", None, False),
        ("440111", "三（二）", 1, True),
    ]


def test_sections_of_the_outline_and_headings_with_their_categories() -> None:
    report = read("440103")
    assert [section["key"] for section in report["sections"]] == [
        "lead", "basic", "basic.organisation", "basic.sample", "basic.operation", "practice", "problems", "advice",
    ]  # fmt: skip
    headings = [block for _, block in content.blocks_of(report) if block["type"] == "heading"]
    assert (headings[0]["text"], headings[0]["categories"]) == ("（一）专业市场转型，商户跟不上也等不起", ["09", "03"])


def test_a_clerks_habits_are_put_right() -> None:
    report = read("440113")
    lead = first(report)["text"]
    assert lead.startswith("按照市人大常委会的安排，我区从6月16日起")
    organisation = next(section for section in report["sections"] if section["key"] == "basic.organisation")
    texts = [block["text"] for block in organisation["blocks"]]
    assert texts[0].startswith("1.编组。")
    assert texts[1].endswith("（几级代表一起去的，各级都算一次）。")
    assert "{{T1:nat|count|plain}}次（几级" in texts[1]


def test_tab_lines_under_a_caption_are_a_table() -> None:
    sample = next(section for section in read("440113")["sections"] if section["key"] == "basic.sample")
    table = next(block for block in sample["blocks"] if block["type"] == "table")
    assert (table["title"], table["unit"]) == ("受访企业规模情况", "家")
    assert [column["title"] for column in table["columns"]] == ["规模", "大型", "中型", "小型", "微型", "合计"]
    assert table["rows"][0][1] == "{{T2:large|count|plain}}"


def test_headings_without_marks_and_piped_tables_are_known_too() -> None:
    report = made(
        "# 题\n\n一、基本情况\n\n（一）调研组织情况\n\n正文。\n\n| 项 | 数 |\n|---|---|\n| 大型 | {{T2:large|count|plain}} |\n"
    )
    assert [section["key"] for section in report["sections"]] == ["lead", "basic", "basic.organisation"]
    assert first(report, "table")["rows"] == [["大型", "{{T2:large|count|plain}}"]]


def test_numbering_runs_in_the_model() -> None:
    report = made(
        "# 题\n\n## 一、基本情况\n\n### （一）调研组织情况\n\n## 三、存在的主要问题\n\n### （四）甲 {01}\n\n#### 乙\n\n### （九）丙\n"
    )
    numbered = content.renumber(report)
    titles = [section["title"] for section in numbered["sections"]]
    assert titles == ["", "一、基本情况", "（一）调研组织情况", "二、存在的主要问题"]
    assert [block["text"] for _, block in content.blocks_of(numbered)] == ["（一）甲", "1.乙", "（二）丙"]
    assert report["sections"][3]["title"] == "三、存在的主要问题", "the original stays"
    assert [content.numeral(number) for number in (1, 10, 11, 20, 21)] == ["一", "十", "十一", "二十", "二十一"]


def test_blanks_are_found_wherever_they_hide() -> None:
    report = content.new_report("题")
    assert [blank.section for blank in content.blanks(report)][:2] == ["lead", "basic.organisation"]
    hidden = made(
        "# 题\n\n## 二、主要做法和成效\n\n有【待起草：一句】。\n\n表1：表（单位：家）\n甲\t【待起草】\n乙\t1\n"
    )
    assert [blank.text for blank in content.blanks(hidden)] == ["【待起草：一句】"]
    hidden["sections"][1]["blocks"][1]["rows"].append(["丙", "【待起草】"])
    assert len(content.blanks(hidden)) == 2
    assert content.blanks(read("440100")) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("调研报告", 4),
        ("共1200家。", 4),
        ("占47.4%（n=1187）", 5),
        ("WPS 表格 v2", 4),
        ("“小巨人”企业", 7),
        ("　　缩进", 2),
        ("", 0),
    ],
)
def test_counting_as_word_processors_do(text: str, count: int) -> None:
    assert content.count_text(text) == count


def test_the_body_is_counted_without_title_and_tables() -> None:
    report = made(
        "# 一个很长的题目\n\n导语。\n\n## 一、基本情况\n\n表1：表\n甲\t乙\n丙\t1\n\n有{{T1:firms|count|plain}}家。\n"
    )
    assert content.section_chars(report) == {"lead": 3, "basic": 10}
    assert content.count_chars(report) == 13
    assert 7000 < content.count_chars(read("440100")) < 8000


def figure(key: str) -> Figure:
    return Figure(key, f"<{key.split('|')[1]}>", 1.0, 97, "受访企业")


def test_freezing_puts_figures_into_runs_and_remembers_them() -> None:
    report = made(
        "# 题\n\n有{{T1:firms|count|plain}}家。\n\n## 三、存在的主要问题\n\n表1：表（n={{T6:top1|base|plain}}）\n甲\t乙\n丙\t{{T6:top1|count|plain}}\n"
    )
    frozen = content.freeze(report, figure)
    assert first(frozen)["runs"] == [
        {"text": "有"},
        {"figure": "T1:firms|count|plain", "text": "<count>"},
        {"text": "家。"},
    ]
    table = first(frozen, "table")
    assert (table["number"], table["title"], table["rows"]) == ("表1", "表（n=<base>）", [["丙", "<count>"]])
    assert list(frozen["figures"]) == ["T1:firms|count|plain", "T6:top1|base|plain", "T6:top1|count|plain"]
    assert content.plain_text(frozen).count("{{") == 0
    assert "runs" not in first(report), "the original stays"


def test_tables_charts_and_blanks_freeze_to_literal_rows() -> None:
    report = content.new_report("题")
    blocks = [
        {"id": "t", "type": "table", "table": "T2", "items": ["size_class"], "title": "企业规模"},
        {"id": "c", "type": "chart", "table": "T6", "items": None, "kind": "bar", "title": "主要困难"},
    ]
    report["sections"][3]["blocks"] = blocks
    frame = Frame.build(package(), example_rows())
    how = {"edition": "internal"}
    frozen = content.freeze(report, resolver(frame, **how), block_rows(frame, **how))
    table, chart = frozen["sections"][3]["blocks"]
    assert table["rows"][0] == ["大型", "1", "—"]
    assert (table["title"], table["number"], chart["number"]) == ("企业规模", "表1", "图1")
    assert chart["labels"][0] == "融资难"
    assert first(frozen, "blank")["text"] == "【待起草：导语】"


def test_every_figure_of_the_demonstration_can_be_given() -> None:
    frame = Frame.build(package(), example_rows())
    for path in REPORTS.glob("*.md"):
        frozen = content.freeze(read(path.stem), resolver(frame, edition="internal"))
        assert "{{" not in content.plain_text(frozen)
