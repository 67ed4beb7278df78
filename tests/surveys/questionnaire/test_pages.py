"""The model questionnaire as pages, what fills them, and a filled one as people read it."""

import pytest

from surveys.questionnaire.facts import facts
from surveys.questionnaire.judging.check_case import read_case
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import page_keys, page_of, page_view, pages
from surveys.questionnaire.views.summary import summarise
from tests.surveys.questionnaire.model_form import NOW, example, package, raw_answers
from tests.surveys.questionnaire.rule_forms import FORMS

ASSIGNMENT = {
    "id": "GZ23-ZC-0041",
    "enterprise_name": "示例乙服饰制造有限公司",
    "enterprise_uscc": "91440118MA5BXY0025",
    "district": "440118",
}
ATTENDANCE = {"chosen": True, "names": ["丁代表", "戊代表"], "levels": ["township", "municipal"]}


def begun(language: str = "zh-CN") -> FormState:
    given = facts.preload(package(), assignment=ASSIGNMENT, attendance=ATTENDANCE)
    return facts.begin(package(), given, now=NOW, language=language)


def test_preload() -> None:
    assert facts.preload(package(), assignment=ASSIGNMENT, attendance=ATTENDANCE) == {
        "/asg_id": "GZ23-ZC-0041",
        "/att_set": "yes",
        "/g_visit/visitors": "丁代表、戊代表",
        "/g_visit/visitor_levels": "city town",
        "/g_ident/ent_name": "示例乙服饰制造有限公司",
        "/g_ident/ent_uscc": "91440118MA5BXY0025",
        "/g_ident/ent_district": "440118",
    }
    assert facts.preload(package(), assignment=None, attendance=None) == {}


def test_pages_open_as_answers_come() -> None:
    state = begun()
    assert page_keys(state)[:3] == ["g_visit", "g_ident", "g_profile"]
    assert "r_suggest" in page_keys(state)
    assert "r_suggest[1]" not in page_keys(state)
    state.set("/g_visit/consent", "refuse")
    assert page_keys(state) == ["g_visit", "g_ident", "g_close"]
    state.set("/g_visit/consent", "anon")
    state.add("/r_problem")
    state.add("/r_problem")
    state.add("/r_suggest")
    keys = page_keys(state)
    assert keys[keys.index("r_problem") :] == [
        "r_problem", "r_problem[1]", "r_problem[2]", "r_suggest", "r_suggest[1]", "g_close",
    ]  # fmt: skip


def test_a_page_as_a_template_takes_it() -> None:
    view = page_view(begun("en"), "g_ident")
    assert (view.title, view.number, view.previous, view.next) == ("2 Identity of the firm", 2, "g_visit", "g_profile")
    name, uscc, _warning, district = view.questions
    assert (name.label, name.value, name.readonly, name.max_length) == (
        "Name of the firm",
        ASSIGNMENT["enterprise_name"],
        True,
        60,
    )
    assert (uscc.privacy, uscc.template, uscc.problem) == ("L2", "text", None)
    assert [choice.label for choice in district.choices][:2] == ["Liwan", "Yuexiu"]
    assert district.choices[0].code == "440103"


def test_a_problem_speaks_the_language_of_the_page() -> None:
    state = begun()
    state.set("/g_visit/visit_date", "2023-08-02")
    date = next(question for question in page_view(state, "g_visit").questions if question.name == "visit_date")
    assert (date.problem, date.message) == ("constraint", "日期须在6月16日至7月31日之间，且不晚于今天。")
    state.language = "en"
    assert state.node("/g_visit/visit_date").message.startswith("The date must lie")


def test_list_page_of_an_open_repeat() -> None:
    state = begun()
    state.add("/r_suggest")
    state.set("/r_suggest[1]/s_text", "建议建立全市闲置厂房数据库。")
    view = page_view(state, "r_suggest")
    assert (view.kind, view.path) == ("list", "/r_suggest")
    assert [(entry.key, entry.title, entry.problems) for entry in view.entries] == [
        ("r_suggest[1]", "建议建立全市闲置厂房数据库。", 1)
    ]
    assert page_of(state, "/r_suggest[1]/s_text") == "r_suggest[1]"


def test_a_closed_page_is_not_there() -> None:
    state = begun()
    with pytest.raises(KeyError):
        page_view(state, "g_fin")


def test_every_page_of_the_package() -> None:
    kinds = {page.key: page.kind for page in pages(package())}
    assert list(kinds)[:2] == ["g_visit", "g_ident"]
    assert {key: kind for key, kind in kinds.items() if kind != "group"} == {
        "r_problem": "list",
        "r_problem[]": "repeat",
        "r_suggest": "list",
        "r_suggest[]": "repeat",
    }


def test_loose_questions_and_nested_repeats_have_pages() -> None:
    form = read_case(FORMS["nested repeats"])[0].package
    assert form is not None
    state = FormState(form, now=NOW)
    state.set("/n", "1")
    state.set("/site[1]/k", "2")
    keys = page_keys(state)
    assert keys == [
        "~1", "site[1]", "site[1]/line[1]", "site[1]/line[2]", "open", "open[1]", "~2",
    ]  # fmt: skip
    for key in keys:
        assert page_view(state, key).key == key


def test_summary() -> None:
    answers, repeats = raw_answers(package(), example("small-firm-arrears-idle-plant")["answers"])
    found = summarise(package(), answers, repeats, now=NOW)
    lines = {line.path: line for page in found for line in page.lines}
    assert lines["/g_diff/diff_types"].text == "融资难、融资慢、用地用房、订单不足、拖欠账款"
    assert lines["/g_close/contact_phone"].privacy == "L3"
    assert [page.title for page in found][-3:] == ["十、意见建议 1", "十、意见建议 2", "十一、结束"]
    assert "/asg_id" not in lines
    assert "/g_labmkt/lab_short" not in lines


def test_summary_of_a_record_without_a_clock() -> None:
    answers, repeats = raw_answers(package(), example("refusing-enterprise")["answers"])
    assert summarise(package(), answers, repeats, now="", language="en")[0].title == "1 The visit"


def test_indicator_questions() -> None:
    questions = {question.name: question for question in facts.indicator_questions(package())}
    assert (questions["svc_sat"].role, questions["svc_sat"].also, questions["svc_sat"].table) == (
        "mean",
        ["high_low"],
        "T13",
    )
    assert questions["p_l1"].in_repeat
    assert questions["p_l1"].choices[0].code == "01"
    assert "asg_id" not in questions
    assert [table["table"] for table in facts.tables(package())][-2:] == ["清单一", "清单二"]
    assert facts.tables(package())[0]["title"] == {"zh-CN": "走访完成情况", "en": "Visits done"}


def test_every_second_level_code_lies_under_its_first_level() -> None:
    lists = package()["sec"]
    first = {row["name"]: row["code"] for row in lists["prob_l1"]}
    for row in lists["prob_l2"]:
        assert row["code"].startswith(first[row["l1"]]), row["name"]
