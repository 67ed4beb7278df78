"""Simulated interviews: they obey every rule of the form, and lean on what a firm is like."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from reports.demonstration.answers import Interview, answer, facts_of
from reports.demonstration.invention import World, invent
from reports.demonstration.preparation import QUESTIONNAIRE
from reports.demonstration.schedule import Plan
from reports.demonstration.texts import VisitTexts
from reports.demonstration.traits import traits
from surveys.questionnaire.facts import facts
from surveys.questionnaire.package.reader import read_workbook

Answers = dict[str, str]
Told = list[tuple[Interview, Answers]]


@pytest.fixture(scope="module")
def package() -> dict[str, object]:
    reading = read_workbook(QUESTIONNAIRE.read_bytes(), name=QUESTIONNAIRE.name)
    assert reading.package is not None
    return reading.package


@pytest.fixture(scope="module")
def world() -> World:
    return invent(1)


def _interviews(package: dict[str, object], world: World, plans: list[Plan]) -> list[Interview]:
    interviews = []
    for plan in plans:
        firm, visit_texts = world.firms[plan.unit, plan.entry], world.texts.get((plan.unit, plan.entry), VisitTexts())
        assert plan.visited_at is not None
        subject = {"enterprise_name": firm.name, "enterprise_uscc": firm.uscc, "district": firm.district}
        preload = facts.preload(
            package,
            assignment={"id": f"{plan.unit}-{plan.entry:04d}", **subject},
            attendance={"chosen": "yes", "names": ["某代表"], "levels": ["district"]},
        )
        interviews.append(
            Interview(
                key=(plan.unit, plan.entry),
                facts=facts_of(firm, visited_on=plan.visited_at.date().isoformat(), mode=plan.mode),
                traits=traits(1, firm),
                outcome=plan.outcome,
                clock=(plan.visited_at + timedelta(minutes=16)).isoformat(),
                preload=preload,
                problems=visit_texts.problems,
                suggestions=visit_texts.suggestions,
                clause=visit_texts.clause,
                story_answers=visit_texts.answers,
            )
        )
    return interviews


@pytest.fixture(scope="module")
def told(package: dict[str, object], world: World) -> Told:
    """Every second interview, by stable id; what stands in a repeat is left out."""
    names = {row["path"]: row["stable_id"] for row in package["facts"]["rows"]}  # type: ignore[index]
    out: Told = []
    plans = [plan for unit in world.units for plan in world.plans[unit][::2] if plan.handed_in]
    for interview in _interviews(package, world, plans):
        state = answer(package, interview, seed=1)
        assert state.problems() == [], interview.key
        answers = state.answers()
        assert facts.read_facts(package, answers, state.repeats).outcome == interview.outcome
        out.append((interview, {names[path]: text for path, text in answers.items() if path in names}))
    return out


def _share(told: Told, holds: Callable[[Interview], bool], question: str, *choices: str) -> float:
    asked = [answers[question].split() for interview, answers in told if holds(interview) and question in answers]
    assert len(asked) >= 20
    return sum(bool(set(choices) & set(words)) for words in asked) / len(asked)


def _is(trait: str) -> Callable[[Interview], bool]:
    return lambda interview: interview.traits.get(trait, 0) > 0


def test_small_firms_are_short_of_finance(told: Told) -> None:
    difficulty = ("GZPE23.E01", "fin_hard")
    assert _share(told, _is("micro"), *difficulty) > _share(told, _is("medium"), *difficulty) + 0.05


def test_exporters_are_short_of_orders(told: Told) -> None:
    fewer = ("GZPE23.D02", "1", "2")
    assert _share(told, _is("export"), *fewer) > _share(told, _is("home"), *fewer) + 0.05


def test_firms_that_lose_money_wait_for_theirs(told: Told) -> None:
    arrears = ("GZPE23.E01", "arrears")
    losing = {interview.key for interview, answers in told if answers.get("GZPE23.D05") == "loss"}
    assert _share(told, lambda one: one.key in losing, *arrears) > _share(
        told, lambda one: one.key not in losing, *arrears
    )


def test_who_tells_of_arrears_has_named_them(told: Told) -> None:
    arrears = ("GZPE23.E01", "arrears")
    tellers = {one.key for one, _ in told if any(text.category == "12" for text in one.problems)}
    assert _share(told, lambda one: one.key in tellers, *arrears) > 0.85


def test_the_plant_of_zengcheng_stands_empty(package: dict[str, object], world: World) -> None:
    story = next(
        key for key, visit_texts in world.texts.items() if any(text.id == "LND0001" for text in visit_texts.all())
    )
    plan = next(plan for plan in world.plans[story[0]] if plan.entry == story[1])
    (interview,) = _interviews(package, world, [plan])
    answers = answer(package, interview, seed=1).answers()
    assert {"6000", "36"} <= set(answers.values())
    assert any("6000平方米" in text for text in answers.values())
