"""Python and the phone's module give the same state for the same answers, step by step, on random visits.

The seed and the count are fixed. Node runs once, on everything.
"""

import json
import shutil
from typing import Any

import pytest

from surveys.questionnaire.evaluation import FormState
from tests import engines
from tests.surveys.questionnaire.random_visits import NOW, random_visit, whole_state
from tests.surveys.questionnaire.rule_forms import packages

VISITS_EACH = 4
STEPS = 30


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_twin() -> None:
    visits: list[dict[str, Any]] = []
    wanted: list[list[dict[str, Any]]] = []
    for number, package in enumerate(packages()):
        for visit in range(VISITS_EACH):
            steps, states, state = random_visit(package, f"twin {number} {visit}", STEPS)
            visits.append({"package": number, "now": NOW, "language": "zh-CN", "steps": steps})
            wanted.append(states)
            # Read back from what was stored: the same as it was left, on both sides.
            raw, repeats, last = state.raw(), state.repeats, state.now
            again = FormState(package, raw, repeats, now=last, language=state.language, new=False)
            assert whole_state(again) == whole_state(state)
            again.language = "en"
            stored = {"answers": raw, "repeats": repeats, "begins": False}
            visits.append({"package": number, "now": last, "language": "en", **stored, "steps": [{"look": "whole"}]})
            wanted.append([whole_state(again)])
    got = engines.in_node({"packages": packages(), "visits": visits})
    assert sum(map(len, wanted)) > 300
    for visit, states, theirs in zip(visits, wanted, got, strict=True):
        assert len(states) == len(theirs)
        for place, (ours, other) in enumerate(zip(states, theirs, strict=True)):
            assert other == json.loads(json.dumps(ours)), f"package {visit['package']}, look {place}"
