"""The conformance cases as visits that any engine can be given, and what is wrong with the states it gives back.

Each file of `tests/cases/conditions` that is named here is a table of cases; Python, Node, Chromium and WebKitGTK run the same.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from surveys.questionnaire.judging.check_case import read_case
from tests.surveys.questionnaire.model_form import CASES

FOLDER = CASES / "conditions"
Looks = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """One visit: the package, the clock, the steps; and how the states at its looks are judged."""

    name: str
    package: dict[str, Any] | None
    now: str
    steps: list[dict[str, Any]]
    judge: Callable[[Looks], list[str]]
    checks: int  # how many facts the case states


def _load(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / name).read_text("utf-8"))


@cache
def cases() -> list[Case]:
    """Every case of every file."""
    return [*_forms("expressions.json"), *_forms("forms.json"), *_values(), *_functions()]


def _forms(name: str) -> Iterator[Case]:
    """Cases with steps and looks; a form that must be refused is tested with the reader."""
    for case in _load(name)["cases"]:
        if "invalid" in case:
            continue
        looks = [step["look"] for step in case["steps"] if "look" in step]
        steps = [{"look": True} if "look" in step else step for step in case["steps"]]
        package = read_case(case["form"])[0].package
        yield Case(case["id"], package, case["now"], steps, _judge_looks(looks), sum(map(_facts, looks)))


def _facts(look: dict[str, Any]) -> int:
    nodes = look.get("nodes", {}).values()
    return sum(map(len, nodes)) + len(look.get("repeats", {})) + len(look.get("absent", ()))


def _judge_looks(wanted: list[dict[str, Any]]) -> Callable[[Looks], list[str]]:
    def judge(looks: Looks) -> list[str]:
        if len(looks) != len(wanted):
            return [f"{len(looks)} looks instead of {len(wanted)}"]
        return [
            fault for number, pair in enumerate(zip(looks, wanted, strict=True), 1) for fault in _look(number, *pair)
        ]

    return judge


def _look(number: int, look: dict[str, Any], wanted: dict[str, Any]) -> Iterator[str]:
    for path, facts in wanted.get("nodes", {}).items():
        got = look["nodes"].get(path, {})
        for key, value in facts.items():
            if got.get(key) != value:
                yield f"look {number}: {path} {key} is {got.get(key)!r}, not {value!r}"
    for path, count in wanted.get("repeats", {}).items():
        if look["repeats"].get(path) != count:
            yield f"look {number}: {path} has {look['repeats'].get(path)} instances, not {count}"
    for path in wanted.get("absent", ()):
        if path in look["nodes"]:
            yield f"look {number}: {path} is there"


def _values() -> Iterator[Case]:
    """Every expression of values.json as a calculation of one form."""
    table = _load("values.json")
    survey = [{"type": "values"}, {"type": "text", "name": "t", "label": "t"}]
    yield from _table({"name": "values", "survey": survey, "values": table["values"]}, table["now"])


def _functions() -> Iterator[Case]:
    tables = _load("functions.json")
    for table in tables["tables"]:
        yield from _table(table, tables["now"])


def _table(table: dict[str, Any], now: str) -> Iterator[Case]:
    values, at = table["values"], table.get("at", [""])
    rows = [{"type": "calculate", "name": f"v{n}", "calculation": text} for n, (text, _told) in enumerate(values)]
    survey = [row for given in table["survey"] for row in (rows if given["type"] == "values" else [given])]
    package = read_case({**{key: table[key] for key in ("choices", "attached") if key in table}, "survey": survey})[
        0
    ].package

    def judge(looks: Looks) -> list[str]:
        faults = []
        for number, (expression, told) in enumerate(values):
            texts = told if isinstance(told, list) else [told] * len(at)
            for place, text in zip(at, texts, strict=True):
                got = looks[0]["nodes"].get(f"{place}/v{number}", {}).get("value")
                if got != text:
                    faults.append(f"{place} {expression} is {got!r}, not {text!r}")
        return faults

    steps = [*table.get("steps", []), {"look": True}]
    yield Case(table["name"], package, now, steps, judge, len(values) * len(at))


def given(wanted: list[Case]) -> dict[str, Any]:
    """The cases as `tests/js/replay.mjs` takes them."""
    packages = [case.package for case in wanted]
    visits = [{"package": n, "now": c.now, "steps": c.steps, "begins": True} for n, c in enumerate(wanted)]
    return {"packages": packages, "visits": visits}


def faults(wanted: list[Case], states: list[Looks]) -> list[str]:
    """What an engine got wrong, one line each."""
    told = [f"{case.name}: {fault}" for case, looks in zip(wanted, states, strict=True) for fault in case.judge(looks)]
    return told if len(states) == len(wanted) else [f"{len(states)} visits came back of {len(wanted)}"]
