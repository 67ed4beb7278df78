"""Reading and evaluating the flagship questionnaire on the server."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.row import Row, median_ms

FORM = Path("reports/demonstration/questionnaire/private-enterprises-2023.xlsx")
EXAMPLE = Path("tests/cases/questionnaires/examples/small-firm-arrears-idle-plant.json")


def measure() -> Iterator[Row]:
    from surveys.questionnaire import reader
    from surveys.questionnaire.evaluation import FormState

    data = FORM.read_bytes()
    reader.read_workbook(data, name=FORM.name)  # the library is loaded
    begun = time.perf_counter()
    package = reader.read_workbook(data, name=FORM.name).package
    yield Row("questionnaire", "reading the flagship form", time.perf_counter() - begun, "s", 1.0)
    assert package is not None
    answers, repeats = _answers(package)
    now = "2023-07-15T10:00:00+08:00"

    def whole() -> object:
        return FormState(package, answers, repeats, now=now).problems()

    yield Row("questionnaire", "full recompute and judging", median_ms(whole), "ms", 10)
    state = FormState(package, answers, repeats, now=now)
    path = next(path for path, node in state.nodes.items() if node.value and path.endswith("staff_now"))
    turn = [0]

    def change() -> None:
        turn[0] += 1
        state.set(path, str(80 + turn[0] % 7))

    yield Row("questionnaire", "one changed answer", median_ms(change, times=101), "ms", 0.5)


def _answers(package: dict) -> tuple[dict[str, str], dict[str, int]]:
    """The worked example as raw answers by path."""
    from surveys.questionnaire.evaluation import FormState

    told = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    told = told.get("answers", told)
    paths = {path.rsplit("/", 1)[1]: path for path in FormState(package, now="2023-07-15T10:00:00+08:00").nodes}
    answers: dict[str, str] = {}
    repeats: dict[str, int] = {}
    for name, value in told.items():
        if name not in paths:
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            place = paths[name].rsplit("[", 1)[0]
            repeats[place] = len(value)
            for number, row in enumerate(value, 1):
                answers |= {f"{place}[{number}]/{key}": _text(one) for key, one in row.items()}
        else:
            answers[paths[name]] = _text(value)
    return answers, repeats


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
