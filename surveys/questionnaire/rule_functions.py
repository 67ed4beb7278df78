"""The functions of the rule language that look at the form, or choose what they evaluate: if, once, sum, position, ….

Each handler makes the rule of one call: `trees` are the arguments, `build` makes the rule of one of them.
"""

import math
from collections.abc import Callable
from typing import Any

from surveys.questionnaire import values
from surveys.questionnaire.expressions import Tree
from surveys.questionnaire.functions import checklist, largest, smallest, weighted_checklist
from surveys.questionnaire.rule_values import (
    Leaf,
    Rule,
    Scope,
    as_boolean,
    as_nodes,
    as_number,
    as_text,
    nodes_of,
    number_of,
    text_of,
)
from surveys.questionnaire.values import DAY, NAN, to_number

Build = Callable[[Tree], Rule]
Handler = Callable[[list[Tree], Any, Build], Rule]


def _if(trees: list[Tree], program: Any, build: Build) -> Rule:
    condition, *branches = [build(tree) for tree in trees]
    test = as_boolean(condition)
    kinds = {branch.kind for branch in branches}
    kind = kinds.pop() if len(kinds) == 1 else "any"
    yes, no = branches[0].run, branches[1].run
    return Rule(lambda node, scope: yes(node, scope) if test(node, scope) else no(node, scope), kind)


def _coalesce(trees: list[Tree], program: Any, build: Build) -> Rule:
    runs = [as_text(rule) for rule in [build(tree) for tree in trees]]

    def first(node: Any, scope: Scope) -> str:
        for run in runs:
            if text := run(node, scope):
                return text
        return ""

    return Rule(first, "s")


def _once(trees: list[Tree], program: Any, build: Build) -> Rule:
    run = as_text(build(trees[0]))
    return Rule(lambda node, scope: scope.current.raw or run(node, scope), "s")


def _position(trees: list[Tree], program: Any, build: Build) -> Rule:
    if not trees:
        return Rule(lambda node, scope: float(scope.place), "n")
    nodes = as_nodes(build(trees[0]))

    def number(node: Any, scope: Scope) -> float:
        found = nodes(node, scope)
        return float(found[0].number) if found and hasattr(found[0], "number") else NAN

    return Rule(number, "n")


def _nodes(act: Callable[[list[Any], int], Any], kind: str) -> Handler:
    def build(trees: list[Tree], program: Any, build: Build) -> Rule:
        nodes = as_nodes(build(trees[0]))
        return Rule(lambda node, scope: act(nodes(node, scope), scope.form.zone), kind)

    return build


def _sum(trees: list[Tree], program: Any, build: Build) -> Rule:
    rule = build(trees[0])
    run = rule.run

    def total(node: Any, scope: Scope) -> float:
        found = run(node, scope)
        if isinstance(found, str | float | bool):
            return number_of(found, scope.form.zone)
        out = 0.0
        for one in nodes_of(found):
            if one.value != "":
                out += to_number(one.value, scope.form.zone)
        return out

    return Rule(total, "n")


def _spread(rules: list[Rule]) -> Callable[[Any, Scope], list[Any]]:
    """The values of all arguments, each node of a node-set on its own."""

    def values_of(node: Any, scope: Scope) -> list[Any]:
        out: list[Any] = []
        for run, kind in rules:
            value = run(node, scope)
            if kind in ("one", "set") or not isinstance(value, str | float | bool):
                out += [one.value for one in nodes_of(value)]
            else:
                out.append(value)
        return out

    return values_of


def _extreme(act: Callable[[list[float]], float]) -> Handler:
    def build(trees: list[Tree], program: Any, build: Build) -> Rule:
        spread = _spread([build(tree) for tree in trees])

        def best(node: Any, scope: Scope) -> float:
            return act([number_of(value, scope.form.zone) for value in spread(node, scope) if value != ""])

        return Rule(best, "n")

    return build


def _concat(trees: list[Tree], program: Any, build: Build) -> Rule:
    spread = _spread([build(tree) for tree in trees])
    return Rule(lambda node, scope: "".join(text_of(value) for value in spread(node, scope)), "s")


def _join(trees: list[Tree], program: Any, build: Build) -> Rule:
    mark, *rest = [build(tree) for tree in trees]
    separator, spread = as_text(mark), _spread(rest)
    return Rule(lambda node, scope: separator(node, scope).join(map(text_of, spread(node, scope))), "s")


def _checklist(name: str) -> Handler:
    act = checklist if name == "checklist" else weighted_checklist

    def build(trees: list[Tree], program: Any, build: Build) -> Rule:
        least, most, *rest = [build(tree) for tree in trees]
        low, high, spread = as_number(least), as_number(most), _spread(rest)

        def check(node: Any, scope: Scope) -> bool:
            items = [number_of(value, scope.form.zone) for value in spread(node, scope)]
            return act(low(node, scope), high(node, scope), *items)

        return Rule(check, "b")

    return build


def _indexed(trees: list[Tree], program: Any, build: Build) -> Rule:
    """indexed-repeat: the nodes of one definition whose repeats have the given numbers."""
    target = trees[0][1]
    repeats = [tree[1] for tree in trees[1::2]]
    numbers = [as_number(build(tree)) for tree in trees[2::2]]

    def nodes(node: Any, scope: Scope) -> list[Any]:
        wanted = {repeat: number(node, scope) for repeat, number in zip(repeats, numbers, strict=True)}
        above = scope.current if isinstance(node, Leaf) else node
        while above is not None:  # a repeat that is not named, but holds the rule: its own instance
            if above.index not in wanted and program.defs[above.index]["kind"] == "repeat":
                wanted[above.index] = float(above.number)
            above = above.parent if above.index else None
        return [one for one in scope.form.instances[target] if one.relevant and _stands_at(one, wanted)]

    return Rule(nodes, "set")


def _stands_at(node: Any, wanted: dict[int, float]) -> bool:
    while node is not None and node.index:
        if node.index in wanted and node.number != wanted[node.index]:
            return False
        node = node.parent
    return True


def _pulldata(trees: list[Tree], program: Any, build: Build) -> Rule:
    name, column, key, value = [as_text(rule) for rule in [build(tree) for tree in trees]]

    def cell(node: Any, scope: Scope) -> str:
        wanted_key, wanted = key(node, scope), value(node, scope)
        row = program.first_rows(name(node, scope), wanted_key).get(wanted)
        return row.get(column(node, scope), "") if row else ""

    return Rule(cell, "s")


def _choice_name(trees: list[Tree], program: Any, build: Build) -> Rule:
    value = as_text(build(trees[0]))
    nodes = as_nodes(build(trees[1]))

    def label(node: Any, scope: Scope) -> str:
        found, wanted = nodes(node, scope), value(node, scope)
        return scope.form.offered_label(found[0], wanted) if found else ""

    return Rule(label, "s")


def _instance(trees: list[Tree], program: Any, build: Build) -> Rule:
    name = trees[0][1]
    return Rule(lambda node, scope: [program.list_root(name)], "set")


def _date(trees: list[Tree], program: Any, build: Build) -> Rule:
    rule = build(trees[0])

    def date(node: Any, scope: Scope) -> str:
        at = _milliseconds(rule.run(node, scope), scope.form.zone)
        return values.date_text(at // DAY if math.isfinite(at) else at)

    return Rule(date, "s")


def _date_time(trees: list[Tree], program: Any, build: Build) -> Rule:
    rule = build(trees[0])

    def date_time(node: Any, scope: Scope) -> str:
        zone = scope.form.zone
        return values.date_time_text(_milliseconds(rule.run(node, scope), zone), zone)

    return Rule(date_time, "s")


def _milliseconds(value: Any, zone: int) -> float:
    """Milliseconds since 1970 of a number of days or of the text of a date; NaN for anything else."""
    if isinstance(value, float):
        return math.floor(value * DAY + 0.5) if math.isfinite(value) and abs(value) < 1e8 else NAN
    at = values.instant(text_of(value).strip(" \t\r\n"), zone)
    return NAN if at is None else at


def _decimal_date_time(trees: list[Tree], program: Any, build: Build) -> Rule:
    return Rule(as_number(build(trees[0])), "n")


def _format(with_time: bool) -> Handler:
    def build(trees: list[Tree], program: Any, build: Build) -> Rule:
        rule, pattern = build(trees[0]), as_text(build(trees[1]))

        def text(node: Any, scope: Scope) -> str:
            at = _milliseconds(rule.run(node, scope), scope.form.zone)
            if not -719162 * DAY <= at < 2932897 * DAY:
                return ""
            return values.format_date(int(at), pattern(node, scope), program.names, with_time=with_time)

        return Rule(text, "s")

    return build


SPECIAL: dict[str, Handler] = {
    "if": _if,
    "coalesce": _coalesce,
    "once": _once,
    "position": _position,
    "last": lambda trees, program, build: Rule(lambda node, scope: float(scope.size), "n"),
    "current": lambda trees, program, build: Rule(lambda node, scope: scope.current, "one"),
    "count": _nodes(lambda nodes, zone: float(len(nodes)), "n"),
    "count-non-empty": _nodes(lambda nodes, zone: float(sum(1 for node in nodes if node.value != "")), "n"),
    "sum": _sum,
    "min": _extreme(smallest),
    "max": _extreme(largest),
    "concat": _concat,
    "join": _join,
    "checklist": _checklist("checklist"),
    "weighted-checklist": _checklist("weighted-checklist"),
    "indexed": _indexed,
    "pulldata": _pulldata,
    "jr:choice-name": _choice_name,
    "instance": _instance,
    "today": lambda trees, program, build: Rule(lambda node, scope: scope.form.today, "s"),
    "now": lambda trees, program, build: Rule(lambda node, scope: scope.form.clock, "s"),
    "date": _date,
    "date-time": _date_time,
    "decimal-date-time": _decimal_date_time,
    "format-date": _format(False),
    "format-date-time": _format(True),
}
