"""Python and the phone's module give the same state for the same answers, step by step, on random visits.

Seeds and counts are fixed; `make bench` runs more. A difference that is found here becomes a case in `tests/cases/conditions`.
"""

from tests import engines
from tests.surveys.questionnaire.rule_forms import packages
from tests.surveys.questionnaire.twin import compare, everyday_packages, random_packages


def test_forms_that_were_written() -> None:
    found = compare([*packages(), *everyday_packages()], engines.in_node, seed="twin", visits=3, steps=25)
    assert found.differences == []
    assert found.looks > 300


def test_random_definitions() -> None:
    found = compare(random_packages("definition", 20), engines.in_node, seed="random", visits=2, steps=20)
    assert found.differences == []
    assert found.evaluations > 3000
