"""The conformance cases, each by the evaluator of the server and by the phone's in Node and in Chromium.

`tests/journeys/test_webkit.py` tries the same cases in WebKitGTK.
"""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from surveys.questionnaire.judging.check_case import run_case, run_steps
from surveys.questionnaire.rules.expressions import FUNCTIONS, walk
from tests import engines
from tests.surveys.questionnaire import conditions
from tests.surveys.questionnaire.conditions import FOLDER, Case, cases

REFUSED = [
    case
    for name in ("expressions.json", "forms.json")
    for case in json.loads((FOLDER / name).read_text("utf-8"))["cases"]
    if "invalid" in case
]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_condition_on_the_server(case: Case) -> None:
    assert case.package is not None
    assert case.judge(run_steps(case.package, {"now": case.now, "steps": case.steps})["looks"]) == []


def test_conditions_in_node() -> None:
    assert conditions.faults(cases(), engines.in_node(conditions.given(cases()))) == []


def test_conditions_in_chromium(chromium: Browser) -> None:
    page = chromium.new_page()
    assert conditions.faults(cases(), engines.in_page(page)(conditions.given(cases()))) == []
    page.close()


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["id"])
def test_refused_form(case: dict[str, Any]) -> None:
    error = run_case({**case, "steps": [{"look": True}]})["error"]
    assert error["kind"] == case["invalid"]["kind"]
    assert error["row"]
    assert error["text"]


def test_every_function_has_cases() -> None:
    """A function that is not tried from three sides could mean anything."""
    called: dict[str, int] = {}
    for case in cases():
        assert case.package is not None
        trees = [d[prop] for d in case.package["defs"] for prop in ("calculate", "constraint", "relevant") if prop in d]
        for tree in trees:
            for part in walk(tree) if isinstance(tree, list) else ():
                if part[0] == "f":
                    called[part[1]] = called.get(part[1], 0) + 1
    called["indexed-repeat"] = called["indexed"]
    few = {name: called.get(name, 0) for name in FUNCTIONS if called.get(name, 0) < 3}
    assert few == {}
