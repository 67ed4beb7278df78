"""Random visits through both evaluators, and every difference between their states."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.facts.facts import plain_path
from surveys.questionnaire.judging.check_case import read_case
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.state.evaluation import FormState
from tests.engines import Engine
from tests.surveys.questionnaire.model_form import CASES
from tests.surveys.questionnaire.random_forms import RandomForm
from tests.surveys.questionnaire.random_visits import NOW, random_visit, whole_state
from tests.surveys.questionnaire.workbooks import tables, workbook

EVERYDAY = CASES / "questionnaires/everyday"
_RULES = ("calculate", "relevant", "constraint", "required", "readonly", "count", "items")


@dataclass(slots=True)
class Comparison:
    """How many rules were worked out on both sides and compared, and what differed."""

    evaluations: int = 0
    looks: int = 0
    differences: list[str] = field(default_factory=list)


def everyday_packages() -> list[dict[str, Any]]:
    """Forms as people write them, for households, cascades, dates, amounts and inspections."""
    found = []
    for path in sorted(EVERYDAY.glob("*.md")):
        package = read_workbook(workbook(tables(path.read_text("utf-8"))), name=path.name, media=True).package
        assert package is not None, path
        found.append(package)
    return found


def random_packages(seed: str, count: int) -> Iterator[dict[str, Any]]:
    """Random definitions; one that is refused (a path may lead to nothing) makes room for the next."""
    number = 0
    while count:
        package = read_case(RandomForm(f"{seed} {number}").build())[0].package
        number += 1
        if package is not None:
            count -= 1
            yield package


def compare(packages: Iterable[dict[str, Any]], engine: Engine, *, seed: str, visits: int, steps: int) -> Comparison:
    """Each package with so many random visits of so many steps; and each read back from what was stored at its end."""
    packages = list(packages)
    told: list[dict[str, Any]] = []
    wanted: list[list[dict[str, Any]]] = []
    for number, package in enumerate(packages):
        for visit in range(visits):
            done, states, state = random_visit(package, f"{seed} {number} {visit}", steps)
            told.append({"package": number, "now": NOW, "language": "zh-CN", "steps": done})
            wanted.append(states)
            again = FormState(package, state.raw(), state.repeats, now=state.now, language=state.language, new=False)
            assert whole_state(again) == whole_state(state), "a visit that is read back is another one"
            again.language = "en"
            stored = {"answers": state.raw(), "repeats": state.repeats, "begins": False}
            told.append({"package": number, "now": state.now, "language": "en", **stored, "steps": [{"look": "whole"}]})
            wanted.append([whole_state(again)])
    found = Comparison()
    got = engine({"packages": packages, "visits": told})
    for visit, ours, theirs in zip(told, wanted, got, strict=True):
        package = packages[visit["package"]]
        rules = {d["path"]: sum(prop in d for prop in _RULES) for d in package["defs"]}
        for place, (state, other) in enumerate(zip(ours, theirs, strict=True)):
            found.looks += 1
            found.evaluations += sum(rules[plain_path(path)] for path in state["look"]["nodes"])
            if (state := json.loads(json.dumps(state))) != other:
                found.differences.append(f"package {visit['package']}, look {place}: {_difference(state, other)}")
    return found


def _difference(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    for path, facts in ours["look"]["nodes"].items():
        if facts != theirs["look"]["nodes"].get(path):
            return f"{path}: {facts} on the server, {theirs['look']['nodes'].get(path)} on the phone"
    return "in " + ", ".join(key for key in ours if ours[key] != theirs.get(key))
