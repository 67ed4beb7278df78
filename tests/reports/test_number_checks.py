"""Typed numbers against the indicators: the sample, the conventions, and a report's own text."""

import json
from pathlib import Path
from typing import Any

import pytest

from reports.checking.entries import check_entries
from reports.checking.number_checks import check_numbers, typed_numbers
from reports.checking.scopes import Tables
from reports.checking.stated_figures import stated_figures
from reports.figures.frame import CampaignCounts, Frame
from reports.text import content
from surveys.fieldwork.findings.similarity import BadInput
from tests.reports.flagship import example_rows, firm, package

CASES = Path("tests/cases/findings")


def sets() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    found = []
    for name in ("numbers-sample", "numbers-conventions", "numbers-figures"):
        payload = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
        found += [(name, payload, sentence) for sentence in payload["sentences"]]
    return found


@pytest.mark.parametrize(
    ("name", "payload", "sentence"), sets(), ids=lambda case: case.get("id", "") if isinstance(case, dict) else ""
)
def test_sentences(name: str, payload: dict[str, Any], sentence: dict[str, Any]) -> None:
    asked = [{"id": sentence["id"], "text": sentence["text"]}]
    found = check_numbers({"table": payload["table"], "sentences": asked})["results"][0]
    wrong = [figure["text"] for figure in found["figures"] if figure["status"] == "mismatch"]
    assert found["verdict"] == sentence["verdict"]
    assert not sentence["wrong"] or any(sentence["wrong"] in text or text in sentence["wrong"] for text in wrong)


TABLE = [
    {"key": "all", "label": "受访企业", "value": 1165, "unit": "家", "base": None, "share": None},
    {"key": "know", "label": "对政策比较了解", "value": 699, "unit": "家", "base": "all", "share": 60.0},
]


def test_a_mismatch_says_what_it_should_be_and_of_what() -> None:
    payload = {"table": TABLE, "sentences": [{"id": "1", "text": "超六成的受访企业对政策比较了解。"}]}
    figure = check_numbers(payload)["results"][0]["figures"][0]
    assert figure == {"text": "超六成", "key": "know", "status": "mismatch", "expected": "60.0%"}


@pytest.mark.parametrize(
    "text",
    [
        "2023年6月16日至7月31日",
        "依照第三十五条",
        "拨打12345热线",
        "五级人大代表联动",
        "部分企业提出一些意见",
        "一家企业说",
        "",
    ],
)
def test_what_is_no_figure(text: str) -> None:
    assert stated_figures(text) == []


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("近六成企业", ["近六成"]),
        ("提高3.2个百分点", ["3.2个百分点"]),
        ("共8.64亿元、1,200家", ["8.64亿元", "1,200家"]),
        ("约四分之一，超半数", ["约四分之一", "超半数"]),
        ("增长两倍，翻一番", ["两倍", "翻一番"]),
    ],
)
def test_figures_stand_as_written(text: str, figures: list[str]) -> None:
    assert [stated.text for stated in stated_figures(text)] == figures


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {"table": [], "sentences": None},
        {"table": [{"label": "x"}], "sentences": []},
        {"table": [{"key": "k", "label": "x", "value": "many"}], "sentences": []},
        {"table": [], "sentences": [{"id": "1"}]},
    ],
)
def test_what_cannot_be_read_is_refused(payload: Any) -> None:
    with pytest.raises(BadInput):
        check_numbers(payload)


@pytest.fixture(scope="module")
def entries() -> list[dict[str, Any]]:
    rows = [firm(n, diff_types="labour", lab_short="2") for n in range(46)]
    rows += [firm(100 + n, diff_types="land") for n in range(51)]
    return check_entries(Frame.build(package(), rows), CampaignCounts(assigned=100, deputies=30))


def report(text: str) -> content.ReportContent:
    return content.read_report(f"# 题\n\n## 三、存在的主要问题\n\n### （一）用工\n\n{text}\n")


@pytest.mark.parametrize(
    ("text", "figure", "status", "expected"),
    [
        ("受访企业97家，其中用工难的46家。", "46家", "ok", ""),
        ("反映用工难的企业64家。", "64家", "mismatch", "46家"),
        ("近六成受访企业反映用工难。", "近六成", "mismatch", "47.4%"),
        ("全市规模以上工业增加值增长1.2%。", "1.2%", "no_entry", ""),
        ("> 案例　某区某企业反映用工难，缺工60人。", "60人", "said", ""),
    ],
)
def test_a_reports_typed_numbers(
    entries: list[dict[str, Any]], text: str, figure: str, status: str, expected: str
) -> None:
    verdict = next(found for found in typed_numbers(report(text), Tables(entries)) if found.text == figure)
    assert (verdict.status, verdict.expected, verdict.paragraph) == (status, expected, "三（一）第1段")


def test_figures_from_the_data_are_not_checked_again(entries: list[dict[str, Any]]) -> None:
    assert typed_numbers(report("反映用工难的企业{{T6:labour|count|plain}}家。"), Tables(entries)) == []


def test_the_reports_of_the_demonstration_contradict_nothing(entries: list[dict[str, Any]]) -> None:
    for path in Path("reports/demonstration/reports").glob("*.md"):
        read = content.read_report(path.read_text(encoding="utf-8"))
        wrong = [found for found in typed_numbers(read, Tables(entries)) if found.status == "mismatch"]
        assert wrong == [], path.name


def test_the_ends_of_a_scale_are_told_from_the_firms_asked() -> None:
    table = check_entries(Frame.build(package(), example_rows()))
    ends = {
        entry["key"]: (entry["label"], entry["value"]) for entry in table if entry["key"].endswith((".high", ".low"))
    }
    assert ends["T4:op_orders.low"][0] == "订单减少"
    assert ends["T13:svc_sat.low"][0].endswith("不满意")
    low = round(ends["T4:op_orders.low"][1])
    sentence = {"id": "1", "text": f"受访企业中，与去年同期相比订单减少的有{low + 9}家。"}
    figure = check_numbers({"table": table, "sentences": [sentence]})["results"][0]["figures"][0]
    assert (figure["key"], figure["status"], figure["expected"]) == ("T4:op_orders.low", "mismatch", f"{low}家")
