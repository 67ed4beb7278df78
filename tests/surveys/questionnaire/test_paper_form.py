"""A questionnaire on paper as plain data: rules in words, numbers, codes, room for three rounds, lists at the end."""

from typing import Any

import pytest

from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.views.paper_form import paper_form
from tests.journeys.every_type import attached, every_type
from tests.surveys.questionnaire.model_form import package
from tests.surveys.questionnaire.workbooks import workbook


def items(form: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["text"]: item for page in form["pages"] for item in page["items"]}


CHOICES = [
    ["list_name", "name", "label"],
    ["yn", "yes", "有"], ["yn", "no", "没有"],
    ["kind", "1", "差"], ["kind", "2", "中"], ["kind", "3", "好"],
    ["kind2", "a", "甲"], ["kind2", "b", "乙"], ["kind2", "c", "丙"],
]  # fmt: skip


def when(relevant: str) -> str:
    """The words of one rule over four questions: a choice, a scale, several choices, a number."""
    survey = [
        ["type", "name", "label", "relevant", "calculation"],
        ["select_one yn", "has", "有没有", "", ""],
        ["select_one kind", "how", "怎样", "", ""],
        ["select_multiple kind2", "which", "哪些", "", ""],
        ["integer", "n", "几个", "", ""],
        ["calculate", "c", "", "", "${n} * 2"],
        ["text", "more", "说明", relevant, ""],
    ]
    found = read_workbook(workbook({"survey": survey, "choices": CHOICES})).package
    assert found is not None
    return items(paper_form(found))["说明"]["when"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("${has} = 'yes'", "第1题选“有”"),
        ("'yes' = ${has}", "第1题选“有”"),
        ("${has} != 'no'", "第1题未选“没有”"),
        ("${has} != ''", "第1题已填"),
        ("${how} <= 2", "第2题选“差”或“中”"),
        ("selected(${which}, 'a')", "第3题选“甲”"),
        ("selected(${which}, 'a') or selected(${which}, 'c')", "第3题选“甲”或“丙”"),
        ("not(selected(${which}, 'b'))", "第3题未选“乙”"),
        ("${which} != '' and not(selected(${which}, 'b'))", "第3题未选“乙”"),
        ("count-selected(${which}) >= 2", "第3题选了至少2项"),
        ("count-selected(${which}) > 2", "第3题选了至少3项"),
        ("${n} > 0", "第4题大于0"),
        ("0 < ${n}", "第4题大于0"),
        ("${has} = 'yes' and ${n} >= 3", "第1题选“有”，且第4题不小于3"),
        ("${has} = 'yes' or ${n} = 0", "第1题选“有”；或第4题为0"),
        ("${c} > 4", "前面的回答要求时"),
        ("${n} * 2 > 4", "前面的回答要求时"),
        ("regex(${more}, 'x') or ${has} = 'yes'", "前面的回答要求时"),
    ],
)
def test_a_rule_in_words(rule: str, words: str) -> None:
    if "${more}" in rule:
        rule = rule.replace("${more}", "string(${n})")
    assert when(rule) == words


def test_every_question_has_one_number_in_the_order_of_the_pages() -> None:
    form = paper_form(package())
    numbers = [item["number"] for page in form["pages"] for item in page["items"] if item.get("number")]
    assert numbers == list(range(1, len(numbers) + 1))
    found = items(form)
    assert found["走访日期"]["number"] == 1
    assert found["目前遇到哪些困难"]["number"] < found["问题描述"]["number"]


def test_the_model_form_on_paper() -> None:
    form = paper_form(package())
    found = items(form)
    assert found["产能利用率（%）"]["when"].startswith("第10题选“采矿业”或“制造业”")
    assert found["目前遇到哪些困难"]["several"]
    assert [choice["code"] for choice in found["企业规模"]["choices"]] == [1, 2, 3, 4]
    assert found["企业名称"]["filled"]
    assert not any(text.startswith("⚠") for text in found)
    pages = {page["title"]: page for page in form["pages"]}
    assert pages["五之二、拖欠账款"]["when"] == "第5题未选“不接受调研，或未能走访”，且第27题选“拖欠账款”"
    assert pages["九、具体问题"]["rounds"] == ["第1条", "第2条", "第3条"]
    divisions = form["lists"][0]
    assert (divisions["letter"], found["所属行业大类"]["list"]) == ("A", "A")
    assert sum(len(group["rows"]) for group in divisions["groups"]) == 90
    assert divisions["groups"][2]["title"] == "第10题选“制造业”"


def test_the_model_form_in_english() -> None:
    assert items(paper_form(package(), "en"))["Which other difficulty?"]["when"] == "question 27 is “Other”"


def test_every_type_has_room_to_write_in() -> None:
    read = read_workbook(every_type(), media=True, attached=attached()).package
    assert read is not None
    form = paper_form(read)
    kinds = {text: item["kind"] for text, item in items(form).items()}
    assert {kinds[text] for text in ("联系部门", "登记号", "设备条码", "走访代表签名")} == {"line"}
    assert (kinds["主要情况"], kinds["从业人数"], kinds["把握程度"]) == ("lines", "number", "number")
    assert (kinds["走访日期"], kinds["到达时间"], kinds["下次约定"], kinds["现场位置"]) == (
        "date",
        "time",
        "moment",
        "place",
    )
    assert (kinds["按重要程度排序"], kinds["我已阅读填写说明"], kinds["现场照片"]) == ("rank", "tick", "media")
    assert items(form)["把握程度"]["bounds"] == ["0", "10"]
    rounds = {page["title"]: len(page["rounds"]) for page in form["pages"]}
    assert (rounds["厂区"], rounds["生产线"], rounds["建议"]) == (3, 9, 3)
    assert "受理编号" not in kinds  # the form makes it
