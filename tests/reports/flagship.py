"""The flagship questionnaire and its three worked answer sets, as rows of accepted visits."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from reports.figures.frame import VisitRow
from surveys.questionnaire.package import reader

WORKBOOK = Path("reports/demonstration/questionnaire/private-enterprises-2023.xlsx")
CASES = Path("tests/cases/figures")
EXAMPLES = {
    "healthy-large-firm": "440112",
    "small-firm-arrears-idle-plant": "440118",
    "refusing-enterprise": "440106",
}


@cache
def package() -> dict[str, Any]:
    reading = reader.read_workbook(WORKBOOK.read_bytes(), name=WORKBOOK.name)
    assert reading.package is not None
    return reading.package


def expected() -> dict[str, Any]:
    return json.loads((CASES / "expected-tables.json").read_text(encoding="utf-8"))


def flat(example: dict[str, Any]) -> tuple[dict[str, str], dict[str, int]]:
    """Answers by name → text by path, as a submission holds them."""
    paths = {row["name"]: row["path"] for row in package()["facts"]["rows"]}
    answers: dict[str, str] = {}
    repeats: dict[str, int] = {}
    for name, value in {**example["answers"], **example["calculated"]}.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            repeats[paths[name]] = len(value)
            for place, entry in enumerate(value, 1):
                answers |= {f"{paths[name]}[{place}]/{inner}": str(text) for inner, text in entry.items()}
        elif value not in ("", None):
            answers[paths[name]] = " ".join(value) if isinstance(value, list) else str(value)
    return answers, repeats


def example_rows() -> list[VisitRow]:
    rows: list[VisitRow] = []
    for place, (name, unit) in enumerate(EXAMPLES.items()):
        example = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
        answers, repeats = flat(example)
        outcome = example["calculated"]["visit_outcome"]
        rows.append(VisitRow(f"v{place}", unit, f"s{place}", outcome, answers, repeats, f"2023-07-0{place + 1}"))
    return rows


def path_of(name: str) -> str:
    return next(row["path"] for row in package()["facts"]["rows"] if row["name"] == name)


def firm(
    number: int, unit: str = "440103", *, outcome: str = "visited", subject: str | None = None, **answers: str
) -> VisitRow:
    """One accepted visit with these answers, by the questions' names."""
    given = {path_of(name): text for name, text in answers.items()}
    return VisitRow(f"v{number}", unit, subject or f"s{number}", outcome, given, {}, f"2023-07-01T00:{number:04}")
