"""Random visits over a package: answers that fit and answers that do not, instances added and removed, from a seed."""

import random
from typing import Any

from surveys.questionnaire.facts.facts import plain_path
from surveys.questionnaire.state.evaluation import FormState, Node

NOW = "2026-03-15T10:30:00.000+08:00"
ODD = [
    "",
    "0",
    "1",
    "2",
    "-1",
    "3.5",
    "086",
    "1e3",
    "100",
    "abc",
    "是",
    "𠮷野家",
    "2026-03-15",
    "2026-02-30",
    "2024-02-29",
    "10:30",
    "25:00",
    "a b",
    "x y z",
    "  7 ",
    "0.1",
    "yes",
    "no",
    "-0",
    ".5",
    "5.",
    " ",
    "2026-03-15T10:30:00.000+08:00",
    "2026-03-15T00:30:00Z",
    "91440101MA5AXY001T",
    "none",
    "1000000",
]


def whole_state(state: FormState) -> dict[str, Any]:
    """Everything that a page may show, as `tests/js/replay.mjs` gives it."""
    texts = {}
    for path, node in state.nodes.items():
        choices = [state.choice_label(path, name) for name in node.choices] if node.choices is not None else None
        texts[path] = [
            state.label(path),
            state.hint(path),
            node.readonly,
            node.message,
            choices if node.relevant else None,
        ]
    return {
        "look": state.look(),
        "answers": state.answers(),
        "raw": state.raw(),
        "problems": [list(problem) for problem in state.problems()],
        "texts": texts,
    }


def random_visit(
    package: dict[str, Any], seed: str, steps: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], FormState]:
    """The steps of a visit, the states at its looks, and the state at its end."""
    rng = random.Random(seed)
    state = FormState(package, now=NOW)
    counted = {definition["path"] for definition in package["defs"] if "count" in definition}
    done: list[dict[str, Any]] = []
    states: list[dict[str, Any]] = []
    for _step in range(steps):
        done.append(_random_step(state, rng, counted))
        if rng.random() < 0.4:
            done.append({"look": "whole"})
            states.append(whole_state(state))
    return done, states, state


def _random_step(state: FormState, rng: random.Random, counted: set[str]) -> dict[str, Any]:
    chance = rng.random()
    repeats = [path for path in state.repeats if plain_path(path) not in counted]
    if repeats and chance < 0.1:
        path = rng.choice(repeats)
        state.add(path)
        return {"add": path}
    if repeats and chance < 0.17:
        path = rng.choice(repeats)
        if state.repeats[path]:
            instance = f"{path}[{rng.randint(1, state.repeats[path])}]"
            state.remove(instance)
            return {"remove": instance}
    if chance < 0.2:
        state.language = rng.choice(["en", "zh-CN"])
        return {"language": state.language}
    if chance < 0.22:
        now = f"2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}T0{rng.randint(0, 9)}:00:00.000+08:00"
        state.at(now)
        return {"at": now}
    questions = [node for node in state.nodes.values() if node.plan.is_field]
    if not questions:  # a form of notes
        return {"language": state.language}
    opened = [node for node in questions if node.relevant] or questions
    node = rng.choice(opened if rng.random() < 0.9 else questions)
    text = _random_answer(state, node, rng)
    state.set(node.path, text)
    return {"set": node.path, "to": text}


def _random_answer(state: FormState, node: Node, rng: random.Random) -> str:
    if node.plan.select and rng.random() < 0.9:
        listed = node.plan.list_name
        names = [row["name"] for row in state.package["sec"][listed]] if listed else list(node.choices or ())
        pool = list(node.choices) if node.choices and rng.random() < 0.8 else names
        wanted = 1 if node.plan.type == "select_one" else rng.randint(0, 4)
        return " ".join(rng.sample(pool, min(wanted, len(pool))))
    if node.plan.type in ("integer", "decimal") and rng.random() < 0.7:
        return str(rng.randint(0, 4))
    return rng.choice(ODD)
