"""A questionnaire is changed under a draft: what goes over, what does not, and where it can be read."""

from typing import Any

import pytest

from surveys.fieldwork.filling.draft_migration import Migration, carry
from surveys.fieldwork.filling.drafts import LeftAnswer
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.state.evaluation import FormState
from tests.surveys.questionnaire.workbooks import tables, workbook

NOW = "2023-07-28T16:00:00.000+08:00"
EARLIER = """
## survey
| type | name | label::zh-CN | relevant | appearance | calculation |
|---|---|---|---|---|---|
| begin_group | g_one | 情况 | | field-list | |
| integer | staff | 从业人员 | | | |
| text | site | 地址 | | | |
| select_one size | size | 规模 | | | |
| select_multiple want | want | 希望 | | | |
| text | gone | 备注 | | | |
| calculate | double | | | | ${staff} * 2 |
| end_group | | | | | |
| begin_repeat | r_problem | 问题 | | field-list | |
| text | words | 问题描述 | | | |
| integer | since | 起始年份 | | | |
| end_repeat | | | | | |
## choices
| list_name | name | label::zh-CN |
|---|---|---|
| size | s | 小型 |
| size | m | 中型 |
| want | a | 减税 |
| want | b | 融资 |
## settings
| form_title | form_id | default_language |
|---|---|---|
| 问卷 | one | zh-CN |
## diaoyan
| name | path | stable_id |
|---|---|---|
| staff | /g_one/staff | Q1 |
| words | /r_problem/words | Q9 |
"""
LATER = (
    EARLIER.replace("integer | staff | 从业人员", "integer | people | 职工人数")
    .replace("${staff}", "${people}")
    .replace("| staff | /g_one/staff | Q1 |", "| people | /g_one/people | Q1 |")
    .replace("| text | gone | 备注 | | | |\n", "")
    .replace("| text | site | 地址", "| date | site | 开业日期")
    .replace("| want | b | 融资 |\n", "")
    .replace("| text | words |", "| text | problem |")
    .replace("| words | /r_problem/words |", "| problem | /r_problem/problem |")
)


def package(markdown: str) -> dict[str, Any]:
    read = read_workbook(workbook(tables(markdown)))
    assert read.package is not None, read.faults
    return read.package


@pytest.fixture(scope="module")
def carried() -> Migration:
    answers = {
        "/g_one/staff": "25",
        "/g_one/site": "增城区荔湖街",
        "/g_one/size": "s",
        "/g_one/want": "a b",
        "/g_one/gone": "门口修路",
        "/r_problem[1]/words": "电费高",
        "/r_problem[2]/words": "招工难",
        "/r_problem[2]/since": "2021",
    }
    earlier = FormState(package(EARLIER), answers, {"/r_problem": 2}, now=NOW, new=False)
    return carry(earlier, package(LATER))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("/g_one/people", "25", id="renamed: the stable id is the same"),
        pytest.param("/g_one/double", "50", id="worked out anew"),
        pytest.param("/g_one/size", "s", id="the same path and type"),
        pytest.param("/g_one/want", "a", id="the choice that is still offered"),
        pytest.param("/r_problem[2]/problem", "招工难", id="each entry, renamed inside"),
        pytest.param("/r_problem[2]/since", "2021", id="each entry, by its path"),
    ],
)
def test_taken_over(carried: Migration, path: str, text: str) -> None:
    assert carried.form.raw()[path] == text


def test_what_has_no_place_is_told_as_people_read_it(carried: Migration) -> None:
    assert carried.left == (
        LeftAnswer("地址", "增城区荔湖街"),  # the place is there, but now asks for a date
        LeftAnswer("希望", "融资"),
        LeftAnswer("备注", "门口修路"),
    )
    assert carried.number == 6
    assert carried.form.repeats == {"/r_problem": 2}


def test_the_same_questionnaire_takes_everything() -> None:
    answers = {"/g_one/staff": "3", "/r_problem[1]/words": "电费高"}
    earlier = FormState(package(EARLIER), answers, {"/r_problem": 1}, now=NOW, new=False)
    again = carry(earlier, package(EARLIER))
    assert (again.left, again.form.raw()) == ((), earlier.raw())
