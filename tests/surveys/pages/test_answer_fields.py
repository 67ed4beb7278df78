"""Every type of question has one field in one table and one template; what is posted becomes the raw answer of the rules."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from surveys.forms.answer_fields import ASKED_FIELD, FIELDS, fault_of, read_answers
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import QuestionView, page_view, pages
from tests.journeys.every_type import attached, every_type

TEMPLATES = Path(__file__).parents[3] / "templates/components/answers"
NOW = "2023-07-15T09:00:00.000+08:00"


@pytest.fixture(scope="module")
def state() -> FormState:
    package = read_workbook(every_type(), media=True, attached=attached()).package
    assert package is not None
    return FormState(package, now=NOW)


def question(state: FormState, name: str) -> QuestionView:
    for page in pages(state.package):
        if page.kind in ("group", "loose"):
            found = [one for one in page_view(state, page.key).questions if one.name == name]
            if found:
                return found[0]
    raise AssertionError(name)


def test_every_type_has_a_field_and_a_template(state: FormState) -> None:
    types = {definition["type"] for definition in state.package["defs"] if definition["kind"] == "field"}
    assert types - {"calculate", "hidden", "start", "end", "today"} >= {
        "text", "integer", "decimal", "range", "note", "select_one", "select_multiple", "rank", "date", "time", "dateTime",
        "geopoint", "image", "audio", "file", "barcode", "acknowledge",
    }  # fmt: skip
    assert types <= set(FIELDS)
    for page in pages(state.package):
        if page.kind in ("group", "loose"):
            for one in page_view(state, page.key).questions:
                assert (TEMPLATES / f"{one.template}.html").is_file(), one.template


@pytest.mark.parametrize(
    ("name", "posted", "raw"),
    [
        ("short", [" 发展和\n改革局 "], "发展和 改革局"),
        ("long", ["一\r\n二 "], "一\n二"),
        ("staff", ["１，２００"], "1200"),
        ("area", ["12．5"], "12.5"),
        ("trust", ["七"], "七"),
        ("flat", ["yes"], "yes"),
        ("flat", [], ""),
        ("needs", ["land", "law", "land"], "land law"),
        ("order", ["law", "", "money", "law"], "law money"),
        ("day", ["2023年7月2日"], "2023-07-02"),
        ("hour", ["9：05"], "09:05:00.000+08:00"),
        ("moment", ["2023-07-20T14:00"], "2023-07-20T14:00:00.000+08:00"),
        ("moment", ["2023/7/20 14:00"], "2023-07-20T14:00:00.000+08:00"),
        ("place", ["23.29 113.83 0 12", ""], "23.29 113.83 0 12"),
        ("place", ["23.29 113.83 0 12", " 人民路5号\n东门"], "人民路5号 东门"),
        ("place", ["", "village hall 5 east"], "village hall 5 east"),
        ("place", ["", ""], ""),
        ("code", ["6901 "], "6901"),
        ("seen", ["OK"], "OK"),
        ("sign", ["戊代表"], "戊代表"),
    ],
)
def test_what_is_posted_becomes_the_raw_answer(state: FormState, name: str, posted: list[str], raw: str) -> None:
    one = question(state, name)
    form = MultiDict([(ASKED_FIELD, one.path), *((one.path, text) for text in posted)])
    assert read_answers([one], form) == {one.path: raw}


def test_what_was_not_on_the_page_or_comes_as_a_file_stays(state: FormState) -> None:
    short, photo, note = (question(state, name) for name in ("short", "photo", "lead"))
    form: Any = MultiDict(
        [(ASKED_FIELD, photo.path), (ASKED_FIELD, note.path), (short.path, "x"), (photo.path, "x"), (note.path, "x")]
    )
    assert read_answers([short, photo, note], form) == {}


@pytest.mark.parametrize(
    ("name", "raw", "fault"),
    [
        ("trust", "7", ""),
        ("trust", "11", "bounds"),
        ("share", "15", ""),
        ("share", "17", "step"),
        ("share", "105", "bounds"),
        ("trust", "x", "number"),
        ("place", "23.29 113.83 0 12", ""),
        ("place", "95 113.83 0 12", "place"),
        ("place", "23.29", "place"),
        ("place", "? 113", "place"),
        ("place", "人民路5号 东 门 内", ""),
        ("place", "", ""),
        ("long", "🏭" * 100_000, ""),
        ("long", "🏭" * 100_001, "long"),
    ],
    ids=lambda value: value[:20],
)
def test_what_no_rule_of_the_form_judges(state: FormState, name: str, raw: str, fault: str) -> None:
    path = question(state, name).path
    state.set(path, raw)
    assert fault_of(question(state, name)) == fault
    state.set(path, "")
