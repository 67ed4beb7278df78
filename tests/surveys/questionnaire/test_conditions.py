"""The rules of expressions.json and values.json, as Python evaluates them; `tests/js` runs the same files."""

import json
from typing import Any

import pytest

from surveys.questionnaire.check_case import run_case
from tests.surveys.questionnaire.model_form import CASES

CONDITIONS = json.loads((CASES / "conditions/expressions.json").read_text("utf-8"))["cases"]
VALUES = json.loads((CASES / "conditions/values.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CONDITIONS, ids=lambda case: case["id"])
def test_condition(case: dict[str, Any]) -> None:
    given = {key: case[key] for key in ("id", "now", "form")}
    steps = case.get("steps", [{"look": {}}])
    outcome = run_case({**given, "steps": [{"look": True} if "look" in step else step for step in steps]})
    if "invalid" in case:
        assert outcome["error"]["kind"] == case["invalid"]["kind"]
        return
    looks = [step["look"] for step in steps if "look" in step]
    assert len(outcome["looks"]) == len(looks)
    for look, wanted in zip(outcome["looks"], looks, strict=True):
        for path, facts in wanted.get("nodes", {}).items():
            assert {key: look["nodes"][path][key] for key in facts} == facts, path
        assert wanted.get("repeats", {}).items() <= look["repeats"].items()
        assert not set(wanted.get("absent", ())) & look["nodes"].keys()


def test_values() -> None:
    """Every expression of values.json, all as calculations of one form."""
    survey = [{"type": "calculate", "name": f"v{n}", "calculation": e} for n, (e, _) in enumerate(VALUES["values"])]
    form = {"survey": [*survey, {"type": "text", "name": "t", "label": "t"}], "choices": []}
    nodes = run_case({"now": VALUES["now"], "form": form, "steps": [{"look": True}]})["looks"][0]["nodes"]
    got = [[expression, nodes[f"/v{n}"]["value"]] for n, (expression, _) in enumerate(VALUES["values"])]
    assert got == VALUES["values"]


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        pytest.param("nosuch(1)", "function", id="unknown function"),
        pytest.param("if(1, 2)", "arity", id="too few arguments"),
        pytest.param("round(1, 2, 3)", "arity", id="too many arguments"),
        pytest.param("${nobody} = 1", "reference", id="no such question"),
        pytest.param("/data/nobody = 1", "reference", id="path to nothing"),
        pytest.param("digest('a', 'MD5')", "function", id="a function that is not supported"),
        pytest.param("1 +", "syntax", id="ends too early"),
        pytest.param("regex(${t}, '(?=a)')", "syntax", id="pattern outside the subset"),
        pytest.param("(" * 5000 + "1" + ")" * 5000, "syntax", id="brackets too deep"),
        pytest.param("1" + " + 1" * 5000, "syntax", id="too long"),
        pytest.param("-" * 5000 + "1", "syntax", id="five thousand signs"),
    ],
)
def test_refused(rule: str, kind: str) -> None:
    form = {
        "survey": [
            {"type": "text", "name": "t", "label": "t"},
            {"type": "note", "name": "n", "label": "n", "relevant": rule},
        ]
    }
    assert run_case({"now": VALUES["now"], "form": form, "steps": []})["error"]["kind"] == kind
    assert run_case({"now": VALUES["now"], "form": form, "steps": []})["error"]["row"] == "n"
