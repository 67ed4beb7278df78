"""The model questionnaire and its three example answer sets, as tests take them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from surveys.questionnaire.package.reader import read_workbook

ROOT = Path(__file__).parents[3]
WORKBOOK = ROOT / "reports/demonstration/questionnaire/private-enterprises-2023.xlsx"
CASES = ROOT / "tests/cases"
EXAMPLES = CASES / "questionnaires/examples"
SAMPLES = CASES / "questionnaires/samples"
NOW = "2023-07-15T10:30:00.000+08:00"
NAMES = ("healthy-large-firm", "small-firm-arrears-idle-plant", "refusing-enterprise")


@cache
def package(media: bool = False) -> dict[str, Any]:
    """The compiled model questionnaire; nobody changes it."""
    found = read_workbook(WORKBOOK.read_bytes(), name=WORKBOOK.name, media=media).package
    assert found is not None
    return found


def example(name: str) -> dict[str, Any]:
    return json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))


def paths(form: dict[str, Any]) -> dict[str, str]:
    """Name of a question → its path (names are unique in this form)."""
    return {definition["name"]: definition["path"] for definition in form["defs"]}


def raw_answers(form: dict[str, Any], answers: dict[str, Any]) -> tuple[dict[str, str], dict[str, int]]:
    """The raw answers and repeats of an example: lists of ticks become words, lists of entries become instances."""
    where = paths(form)
    texts: dict[str, str] = {}
    repeats: dict[str, int] = {}
    for name, value in answers.items():
        if name in ("r_problem", "r_suggest"):
            repeats[where[name]] = len(value)
            for number, entry in enumerate(value, 1):
                texts |= {f"{where[name]}[{number}]/{key}": _text(given) for key, given in entry.items()}
        elif name in where:  # a media question is not there when media is off
            texts[where[name]] = _text(value)
    return texts, repeats


def _text(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)
