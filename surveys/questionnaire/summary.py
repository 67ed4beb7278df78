"""A visit's answers as labelled lines, page by page, as people read them.

Only open questions with an answer or a problem appear; choices by their label, calculations not at all. An answer that
was received but does not fit the form (not offered, closed) is the judge's to tell, not the summary's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys.questionnaire.definition import page_title, shown
from surveys.questionnaire.evaluation import FormState, Node
from surveys.questionnaire.facts import fact_row, privacy
from surveys.questionnaire.page_order import nodes_of, places

DAY = re.compile(r"\d{4}-\d\d-\d\d")
# Used when a record has no clock: rules that ask for today then see no campaign day at all.
NO_CLOCK = "1970-01-01T00:00:00.000+08:00"


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    label: str
    text: str
    privacy: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class SummaryPage:
    title: str
    lines: list[Line]


def summarise(
    package: Mapping[str, Any],
    answers: Mapping[str, str],
    repeats: Mapping[str, int] | None,
    *,
    now: str,
    language: str = "zh-CN",
) -> list[SummaryPage]:
    """The pages that have something to read, with their lines."""
    try:
        state = FormState(package, answers, repeats, now=now, language=language, new=False)
    except ValueError:
        state = FormState(package, answers, repeats, now=NO_CLOCK, language=language, new=False)
    return summarise_state(state)


def summarise_state(state: FormState) -> list[SummaryPage]:
    """The same from a state that is there already."""
    state.judge()
    pages = []
    for place in places(state):
        if place.page.kind == "list":
            continue
        lines = [_line(state, node) for node in nodes_of(place.page, state, place.node) if _is_told(node)]
        if lines:
            pages.append(SummaryPage(page_title(state, place), lines))
    return pages


def _is_told(node: Node) -> bool:
    return node.relevant and node.plan.type != "note" and (node.raw != "" or node.problem is not None)


def _line(state: FormState, node: Node) -> Line:
    row = fact_row(state.package, node.path)
    return Line(
        path=node.path,
        label=state.text_of(node, "label") or node.name,
        text=_text(state, node, row.get("unit", "")),
        privacy=privacy(state.package, node.path),
        problem=node.problem,
    )


def _text(state: FormState, node: Node, unit: str) -> str:
    """The answer with its unit, where the unit is a word and the label does not say it already; a day as one writes it."""
    text = shown(state, node)
    chinese = state.language.startswith("zh")
    if node.plan.type == "date" and chinese and DAY.fullmatch(text):
        year, month, date = text.split("-")
        return f"{year}年{int(month)}月{int(date)}日"
    if node.plan.select and not chinese:
        return text.replace("、", ", ")
    if text and node.plan.type in ("integer", "decimal", "range") and unit and not any(char.isdigit() for char in unit):
        label = state.text_of(node, "label")
        return text if unit in label else f"{text} {unit}"
    return text
