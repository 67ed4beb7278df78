"""Compares the answers that were received with what evaluation computes; it changes no record.

The content of receiving.md 2.1 is rebuilt from its raw answers with its own clock, worked out again and compared. A
difference in a calculated value, an answer to a closed question or a problem is told, and the record stays as received.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys.questionnaire.facts.facts import FindingFact, read_told
from surveys.questionnaire.rules.expressions import walk
from surveys.questionnaire.shapes.content_shape import VisitContent
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.state.program import program_of
from surveys.questionnaire.views.summary import NO_CLOCK

OUTCOMES = ("visited", "refused", "not_found", "closed", "other")
_MOST_KEPT = 100  # instances: a forged record of thousands is not kept for the next


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind`: calculated (another value here), closed (answer to a closed question), unknown (no such question),
    count (another number of instances), clock (unreadable), outcome (not what the answers say)."""

    path: str
    kind: str
    received: str
    computed: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    path: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """`findings`: what the answers say that is wrong or wished for. `summary_ok`: nothing differs and nothing is wrong."""

    differences: list[Difference]
    problems: list[Problem]
    findings: list[FindingFact]
    summary_ok: bool


def judge(package: Package, content: VisitContent) -> Judgement:
    """The verdict on a content, by the package it was filled with."""
    answers = {path: text for path, text in _mapping(content.get("answers")).items() if isinstance(text, str)}
    repeats = {path: n for path, n in _mapping(content.get("repeats")).items() if isinstance(n, int)}
    clock = content.get("clock")
    differences: list[Difference] = []
    try:
        state = _state(package, answers, repeats, str(clock or ""))
    except ValueError:
        differences.append(Difference("", "clock", str(clock or ""), ""))
        state = _state(package, answers, repeats, NO_CLOCK)
    differences += _compared(state, answers, repeats)
    problems = [Problem(path, kind, message) for path, kind, message in state.problems()]
    if state.size <= _MOST_KEPT:
        state.rest()
        state.program.idle.append(state)
    outcome, findings = read_told(package, answers)
    content_outcome = content.get("outcome")
    if content_outcome is not None and outcome in OUTCOMES and outcome != content_outcome:
        differences.append(Difference("", "outcome", str(content_outcome), outcome))
    return Judgement(differences, problems, findings, not differences and not problems)


def _state(package: Package, answers: Mapping[str, str], repeats: Mapping[str, int], now: str) -> FormState:
    """The state of a visit, in the tree of one that was judged before where there is one. A judgement keeps nothing of it."""
    try:
        state: FormState = program_of(package).idle.pop()
    except IndexError:
        return FormState(package, answers, repeats, now=now, new=False)
    state.again(answers, repeats, now=now)
    return state


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict | Mapping) else {}  # asking for a dict is quicker


def _compared(state: FormState, answers: Mapping[str, str], repeats: Mapping[str, int]) -> list[Difference]:
    differences: list[Difference] = []
    calculated = {node.path: node for index in state.program.calculated for node in state.instances[index]}
    for path in sorted(calculated):
        answer, computed = answers.get(path, ""), calculated[path].raw if calculated[path].relevant else ""
        if answer != computed and answer not in _in_other_languages(state, path, answers, repeats):
            differences.append(Difference(path, "calculated", answer, computed))
    for path, text in answers.items():
        node = state.by_path.get(path)
        if node is not None and node.relevant and node.plan.is_field:
            continue
        if path in state.unknown:
            differences.append(Difference(path, "unknown", text, ""))
        elif text and path not in calculated:
            differences.append(Difference(path, "closed", text, ""))
    here = state.repeats
    for path in repeats:
        if repeats[path] != here.get(path, 0):
            differences.append(Difference(path, "count", str(repeats[path]), str(here.get(path, 0))))
    return differences


def _in_other_languages(
    state: FormState, path: str, answers: Mapping[str, str], repeats: Mapping[str, int]
) -> list[str]:
    """What a calculation that quotes labels gives in the other languages: the deputy may have used one of them."""
    tree = state.package["defs"][state.by_path[path].index].get("calculate")
    if tree is None or not any(part[:2] == ["f", "jr:choice-name"] for part in walk(tree)):
        return []
    texts = []
    for language in state.package["languages"]:
        other = FormState(state.package, answers, repeats, now=state.now, language=language["code"], new=False)
        texts.append(other.answers().get(path, ""))
    return texts
