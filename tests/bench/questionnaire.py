"""Reading and evaluating questionnaires: on the server, and on a phone as slow as a sixth of this machine."""

import gzip
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import large_form
from tests.bench.row import Row, median_ms

FORM = Path("reports/demonstration/questionnaire/private-enterprises-2023.xlsx")
EXAMPLE = Path("tests/cases/questionnaires/examples/small-firm-arrears-idle-plant.json")
NOW = "2023-07-15T10:00:00+08:00"
SLOW_DOWN = 6
RANDOM_DEFINITIONS = 60


def measure() -> Iterator[Row]:
    from surveys.questionnaire.package import reader

    data = FORM.read_bytes()
    reader.read_workbook(data, name=FORM.name)  # the library is loaded
    begun = time.perf_counter()
    package = reader.read_workbook(data, name=FORM.name).package
    yield Row("questionnaire", "reading the flagship form", time.perf_counter() - begun, "s", 1.0)
    assert package is not None
    seconds, mib = large_form.measured()
    yield Row("questionnaire", "reading 2,000 rows with 20,000 choices", seconds, "s", 10, "processor time")
    yield Row("questionnaire", "memory of that process", mib, "MiB", 500)
    yield from _server(package)
    yield from _phone(package)
    yield from _differences()


def _server(package: dict) -> Iterator[Row]:
    from surveys.questionnaire.state.evaluation import FormState

    answers, repeats = _answers(package)

    def whole() -> object:
        return FormState(package, answers, repeats, now=NOW).problems()

    yield Row("questionnaire", "full recompute and judging", median_ms(whole), "ms", 10)
    state = FormState(package, answers, repeats, now=NOW)
    path = _staff(state)
    turn = [0]

    def change() -> None:
        turn[0] += 1
        state.set(path, str(80 + turn[0] % 7))
        state.problems()

    yield Row("questionnaire", "one changed answer, all judged again", median_ms(change, times=101), "ms", 0.5)


def _phone(package: dict) -> Iterator[Row]:
    """The bundled module in Chromium, slowed down by the browser's own means; and its size."""
    from playwright.sync_api import sync_playwright

    from surveys.questionnaire.state.evaluation import FormState
    from tests import engines
    from tests.browser import ARGUMENTS

    size = len(gzip.compress(engines.bundle("static/js/rules/evaluation.mjs").encode(), 9, mtime=0))
    yield Row("questionnaire", "evaluator and form state on the phone", size, "B", 8192, "gzip")
    answers, repeats = _answers(package)
    path = _staff(FormState(package, answers, repeats, now=NOW))
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        page = browser.new_page()
        page.goto("about:blank")
        page.evaluate(engines.bundle("tests/js/measure.mjs") + ";window.engine = engine; undefined")
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
        took = page.evaluate(
            "([form, answers, repeats, now, path]) => engine.measure(form, answers, repeats, now, path)",
            [package, answers, repeats, NOW, path],
        )
        browser.close()
    slow = f"Chromium, {SLOW_DOWN}× slower; aim 5 ms"
    yield Row("questionnaire", "phone: full recompute and judging", took["full"], "ms", 30, slow)
    yield Row("questionnaire", "phone: one changed answer, all judged again", took["change"], "ms", 5, slow)


def _differences() -> Iterator[Row]:
    """Random definitions, the forms that were written and the converter's examples, with random answers, on both sides."""
    from tests import engines
    from tests.bench import example_workbooks
    from tests.surveys.questionnaire.rule_forms import packages
    from tests.surveys.questionnaire.twin import compare, everyday_packages, random_packages

    written = compare([*packages(), *everyday_packages()], engines.in_node, seed="bench", visits=3, steps=30)
    made = compare(random_packages("bench", RANDOM_DEFINITIONS), engines.in_node, seed="bench", visits=2, steps=25)
    with tempfile.TemporaryDirectory(prefix="diaoyan-examples-") as place:
        examples = example_workbooks.read_all(example_workbooks.folder(Path(place)))
    forms = examples.packages.values()
    shipped = compare(forms, engines.in_node, seed="bench", visits=8, steps=40)
    evaluations = written.evaluations + made.evaluations + shipped.evaluations
    differences = [*written.differences, *made.differences, *shipped.differences]
    told = f"{evaluations:,} rules, {RANDOM_DEFINITIONS} random definitions, {len(forms)} examples; {differences[:1]}"
    yield Row("questionnaire", "differences between server and phone", len(differences), "", 0, told)
    yield Row("questionnaire", "rules compared, short of 20,000", max(0, 20_000 - evaluations), "", 0)
    told = f"{len(forms)} read, {len(examples.refused)} refused with cause; {examples.broken[:1]}"
    yield Row("questionnaire", "pyxform's example workbooks without an answer", len(examples.broken), "", 0, told)


def _staff(state: object) -> str:
    return next(path for path, node in state.nodes.items() if node.value and path.endswith("staff_now"))  # type: ignore[attr-defined]


def _answers(package: dict) -> tuple[dict[str, str], dict[str, int]]:
    """The worked example as raw answers by path."""
    from surveys.questionnaire.state.evaluation import FormState

    told = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    told = told.get("answers", told)
    paths = {path.rsplit("/", 1)[1]: path for path in FormState(package, now=NOW).nodes}
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
