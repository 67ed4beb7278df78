"""The order in which rules are worked out: circles by their whole path, and only what depends on a changed answer."""

from collections import Counter
from typing import Any

import pytest

from surveys.questionnaire.judging.check_case import read_case
from surveys.questionnaire.state import form_steps
from surveys.questionnaire.state.evaluation import FormState
from tests.surveys.questionnaire.model_form import NOW, example, package, raw_answers
from tests.surveys.questionnaire.rule_forms import form

CIRCLES = {
    "three rules, through a relevance": (
        """
        integer | a | ${c} = 1
        calculate | b | | ${a} + 1
        calculate | c | | ${b} + 1
        """,
        {},
        ["a → c → b → a"],
    ),
    "two circles at once": (
        """
        calculate | a | | ${b}
        calculate | b | | ${a}
        integer | between
        calculate | c | | ${c} + 1
        """,
        {},
        ["a → b → a", "c → c"],
    ),
    "a group that opens by what it holds": (
        """
        begin group | g | ${in} = 1
        integer | in
        end group
        """,
        {},
        ["g → in → g"],
    ),
    "a repeat counted by what it holds": (
        """
        begin repeat | r
        integer | x
        end repeat
        """,
        {"r": {"repeat_count": "sum(${x}) + 1"}},
        ["r → x → r"],
    ),
    "a count through a calculation": (
        """
        calculate | all | | sum(${x})
        begin repeat | r
        integer | x
        end repeat
        """,
        {"r": {"repeat_count": "${all}"}},
        ["all → x → r → all"],
    ),
}


@pytest.mark.parametrize(("survey", "more", "told"), CIRCLES.values(), ids=CIRCLES.keys())
def test_a_circle_is_named_with_its_whole_path(survey: str, more: dict[str, Any], told: list[str]) -> None:
    faults = read_case(form(survey, **more))[0].faults
    assert [(fault.code, fault.values["cycle"]) for fault in faults] == [("cycle", path) for path in told]
    assert all(fault.row for fault in faults)


def test_a_choice_filter_may_stand_in_a_circle() -> None:
    rows = form(
        """
        begin repeat | m
        select_one role | role
        end repeat
        """,
        "role | a | 甲",
        role={"choice_filter": "not(selected(join(' ', current()/../../m/role), name)) or 1 = 1"},
    )
    assert read_case(rows)[0].faults == []


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str]]:
    """How often each rule was worked out: (name, property) → times."""
    counted: Counter[tuple[str, str]] = Counter()

    def counting(prop: str, step: Any) -> Any:
        def run(state: FormState, index: int, scope: Any) -> bool:
            counted[state.program.defs[index]["name"], prop] += 1
            return step(state, index, scope)

        return run

    for prop, step in list(form_steps.STEPS.items()):
        monkeypatch.setitem(form_steps.STEPS, prop, counting(prop, step))
    return counted


def test_a_changed_answer_works_out_only_what_depends_on_it(worked: Counter[tuple[str, str]]) -> None:
    rows = form(
        """
        integer | a
        integer | b
        calculate | twice | | ${a} * 2
        calculate | four | | ${twice} * 2
        calculate | apart | | ${b} + 1
        note | seen | ${four} > 10
        note | other | ${b} > 10
        """
    )
    found = read_case(rows)[0].package
    assert found is not None
    state = FormState(found, now=NOW)
    worked.clear()
    state.set("/a", "3")
    assert worked == {("twice", "calculate"): 1, ("four", "calculate"): 1, ("seen", "relevant"): 1}
    worked.clear()
    state.set("/b", "3")
    assert worked == {("apart", "calculate"): 1, ("other", "relevant"): 1}
    worked.clear()
    state.set("/b", "3")  # the same answer again
    assert not worked


def test_one_answer_of_the_model_form_touches_few_of_its_rules(worked: Counter[tuple[str, str]]) -> None:
    answers, repeats = raw_answers(package(), example("small-firm-arrears-idle-plant")["answers"])
    state = FormState(package(), answers, repeats, now=NOW)
    rules = len(package()["order"])
    worked.clear()
    state.set("/g_profile/staff_now", "81")
    assert worked == {("size_calc", "calculate"): 1, ("size_warn", "relevant"): 1}
    worked.clear()
    state.set("/g_close/visitor_remark", "无")
    assert not worked
    worked.clear()
    state.set("/g_visit/consent", "refuse")  # closes nearly everything
    assert rules / 2 < sum(worked.values()) <= 2 * rules


def test_what_is_not_worked_out_again_is_as_if_it_had_been() -> None:
    """After every change the state is that of a visit read back whole: nothing that depends on it was left out."""
    answers, repeats = raw_answers(package(), example("healthy-large-firm")["answers"])
    state = FormState(package(), now=NOW)
    for listed, wanted in repeats.items():
        while state.repeats[listed] < wanted:
            state.add(listed)
    for path, text in answers.items():
        if path in state.by_path:
            state.set(path, text)
            again = FormState(package(), state.raw(), state.repeats, now=NOW, new=False)
            assert again.look() == state.look(), path
