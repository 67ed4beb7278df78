"""A visit that is read back into the tree of another one is the same, to the last text, as one read back into a tree of its own."""

import random

from surveys.questionnaire.judging.judging import judge
from surveys.questionnaire.state.evaluation import FormState
from tests.surveys.questionnaire import model_form
from tests.surveys.questionnaire.random_visits import NOW, random_visit, whole_state
from tests.surveys.questionnaire.twin import everyday_packages, random_packages

LATER = "2026-04-01T08:00:00.000+08:00"


def test_nothing_of_the_visit_before_is_left_in_the_tree() -> None:
    for seed, package in enumerate([*everyday_packages(), *random_packages("again", 12)]):
        visits = [random_visit(package, f"{seed} {number}", 25)[2] for number in range(4)]
        used = FormState(package, now=NOW)
        whole_state(used)
        for visit in random.Random(seed).sample(visits, len(visits)):
            answers, repeats = visit.raw() | {"/nowhere": "1", "/nowhere[3]/x": "2"}, dict(visit.repeats)
            fresh = FormState(package, answers, repeats, now=LATER, new=False)
            used.again(answers, repeats, now=LATER)
            assert whole_state(used) == whole_state(fresh), seed
            assert used.unknown == fresh.unknown
            assert (used.repeats, used.size) == (fresh.repeats, fresh.size)
            _take_one_out(used)


def _take_one_out(state: FormState) -> None:
    """The first instance of each open repeat, so that those after it stand elsewhere than they did."""
    for repeat, number in state.repeats.items():
        if (
            number
            and repeat in state.repeats
            and "count" not in state.package["defs"][state.by_path[f"{repeat}[1]"].index]
        ):
            state.remove(f"{repeat}[1]")


def test_a_judgement_does_not_depend_on_what_was_judged_before() -> None:
    package = model_form.package()
    contents = []
    for number in range(6):
        visit = random_visit(package, f"judged {number}", 30)[2]
        contents.append({"answers": visit.raw(), "repeats": dict(visit.repeats), "clock": LATER if number % 2 else "?"})
    first = [judge(package, content) for content in contents]
    assert [judge(package, content) for content in reversed(contents)] == first[::-1]
