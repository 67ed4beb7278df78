"""The phone walks the pages of a visit in the order in which the server does."""

import random
from pathlib import Path
from typing import Any

from surveys.pages.field.questions.page_numbers import step
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import page_keys, page_of
from tests.engines import told_by
from tests.surveys.pages.field_world import example, model_package

ROOT = Path(__file__).parents[3]
NOW = "2023-07-15T10:00:00.000+08:00"
SAMPLES = ("02-nested-repeats", "03-cascading-choice-filter", "04-ranking", "07-media-signature-gps")


def packages() -> dict[str, dict[str, Any]]:
    found = {"model": model_package()}
    for name in SAMPLES:
        package = read_workbook((ROOT / f"tests/cases/questionnaires/samples/{name}.xlsx").read_bytes()).package
        assert package is not None
        found[name] = package
    return found


def visits() -> list[dict[str, Any]]:
    """The model's examples, and each form with entries added and answers dropped at random."""
    dice, found = random.Random(7), []
    for name, package in packages().items():
        starts = (
            [example(one) for one in ("small-firm-arrears-idle-plant", "healthy-large-firm", "refusing-enterprise")]
            if name == "model"
            else []
        )
        begun = FormState(package, now=NOW, new=True)
        for _ in range(6):
            for repeat in [path for path in begun.repeats if dice.random() < 0.7]:
                try:
                    begun.add(repeat)
                except (ValueError, KeyError):
                    continue  # its entries are counted
            starts.append((begun.raw(), dict(begun.repeats)))
        for answers, repeats in starts:
            for kept in (1.0, 0.6):
                some = {path: text for path, text in answers.items() if dice.random() < kept}
                found.append({"package": package, "answers": some, "repeats": repeats, "now": NOW})
    return found


def on_the_server(visit: dict[str, Any]) -> dict[str, Any]:
    state = FormState(visit["package"], visit["answers"], visit["repeats"], now=NOW, new=False)
    keys = page_keys(state)
    steps = []
    for key in keys:
        at = step(state, key)
        steps.append([key, at.number, at.total, at.previous, at.next, at.list_key, at.entry])
    return {"keys": keys, "steps": steps, "of": [[path, page_of(state, path)] for path in visit["answers"]]}


def test_the_same_pages_in_the_same_order() -> None:
    asked = visits()
    told = told_by("page_order_replay.mjs", asked)
    for visit, walked in zip(asked, told, strict=True):
        assert walked == on_the_server(visit)
