"""A syntax tree → a Python function that evaluates it, made once for each rule of a package: operators, paths, calls."""

from collections.abc import Callable, Iterable
from typing import Any

from surveys.questionnaire import values
from surveys.questionnaire.expressions import Tree
from surveys.questionnaire.functions import PLAIN
from surveys.questionnaire.rule_functions import SPECIAL
from surveys.questionnaire.rule_values import (
    IN_LIST,
    Function,
    Rule,
    Scope,
    as_boolean,
    as_nodes,
    as_number,
    as_text,
    boolean_of,
    number_of,
)

# Expressions.


def compile_rule(tree: Any, program: Any, place: Any) -> Rule:
    """The rule of `tree`, standing at `place`: the number of a definition, `IN_LIST`, or None where it is not known."""
    head = tree[0]
    if head == "n":
        number = float(tree[1])
        return Rule(lambda node, scope: number, "n")
    if head == "s":
        text = tree[1]
        return Rule(lambda node, scope: text, "s")
    if head == "p":
        return _path(tree, program, place)
    if head == "f":
        return _call(tree, program, place)
    parts = [compile_rule(part, program, place) for part in tree[1:]]
    if head == "neg":
        number_run = as_number(parts[0])
        return Rule(lambda node, scope: -number_run(node, scope), "n")
    if head in ("or", "and"):
        return _logic(head, as_boolean(parts[0]), as_boolean(parts[1]))
    if head in ("=", "!="):
        return _equality(head == "=", *parts)
    if head == "|":
        first, second = as_nodes(parts[0]), as_nodes(parts[1])
        return Rule(lambda node, scope: in_order(first(node, scope) + second(node, scope)), "set")
    if head in _COMPARISONS:
        return _comparison(_COMPARISONS[head], *parts)
    return _arithmetic(head, as_number(parts[0]), as_number(parts[1]))


def _logic(head: str, first: Function, second: Function) -> Rule:
    if head == "or":
        return Rule(lambda node, scope: first(node, scope) or second(node, scope), "b")
    return Rule(lambda node, scope: first(node, scope) and second(node, scope), "b")


def _arithmetic(head: str, first: Function, second: Function) -> Rule:
    if head == "+":
        return Rule(lambda node, scope: first(node, scope) + second(node, scope), "n")
    if head == "-":
        return Rule(lambda node, scope: first(node, scope) - second(node, scope), "n")
    if head == "*":
        return Rule(lambda node, scope: first(node, scope) * second(node, scope), "n")
    act = values.divide if head == "div" else values.remainder
    return Rule(lambda node, scope: act(first(node, scope), second(node, scope)), "n")


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _values_of(found: Any) -> Iterable[Any]:
    """What a comparison tries: each node's text, one empty text for an empty set, or the value itself."""
    if isinstance(found, list):
        return [node.value for node in found] or [""]
    if found is None or not isinstance(found, str | float | bool):
        return [found.value if found is not None else ""]
    return [found]


def _equal(a: Any, b: Any, zone: int, wanted: bool) -> bool:
    """= (wanted true) or != : boolean if one side is, else number if one side is, else text; any pair that fits."""
    if isinstance(a, bool) or isinstance(b, bool):
        return (boolean_of(a) == boolean_of(b)) == wanted
    for x in _values_of(a):
        for y in _values_of(b):
            if isinstance(x, float) or isinstance(y, float):
                same = number_of(x, zone) == number_of(y, zone)
            else:
                same = x == y
            if same == wanted:
                return True
    return False


def _equality(wanted: bool, first: Rule, second: Rule) -> Rule:
    kinds = {first.kind, second.kind}
    if kinds <= {"s", "one"}:
        a, b = as_text(first), as_text(second)
        if wanted:
            return Rule(lambda node, scope: a(node, scope) == b(node, scope), "b")
        return Rule(lambda node, scope: a(node, scope) != b(node, scope), "b")
    if kinds <= {"s", "one", "n"}:
        a, b = as_number(first), as_number(second)
        if wanted:
            return Rule(lambda node, scope: a(node, scope) == b(node, scope), "b")
        return Rule(lambda node, scope: a(node, scope) != b(node, scope), "b")
    x, y = first.run, second.run
    return Rule(lambda node, scope: _equal(x(node, scope), y(node, scope), scope.form.zone, wanted), "b")


def _comparison(test: Callable[[float, float], bool], first: Rule, second: Rule) -> Rule:
    if {first.kind, second.kind} <= {"s", "one", "n", "b"}:
        a, b = as_number(first), as_number(second)
        return Rule(lambda node, scope: test(a(node, scope), b(node, scope)), "b")
    x, y = first.run, second.run

    def compare(node: Any, scope: Scope) -> bool:
        zone = scope.form.zone
        right = [number_of(value, zone) for value in _values_of(y(node, scope))]
        return any(test(number_of(value, zone), other) for value in _values_of(x(node, scope)) for other in right)

    return Rule(compare, "b")


# Paths.


def in_order(nodes: list[Any]) -> list[Any]:
    """Document order, each node once."""
    return sorted(dict.fromkeys(nodes), key=lambda node: node.order)


def _path(tree: Tree, program: Any, place: Any) -> Rule:
    _head, start, steps = tree
    simple = _single(tree, program, place)
    if simple is not None:
        return simple
    if start == "/":
        begin: Function = lambda node, scope: [scope.form.document]  # noqa: E731
    elif start == ".":
        begin = lambda node, scope: [node]  # noqa: E731
    elif start == ["f", "current"]:
        begin = lambda node, scope: [scope.current]  # noqa: E731
    else:
        begin = as_nodes(compile_rule(start, program, place))
    inside = IN_LIST if isinstance(start, list) and start[:2] == ["f", "instance"] else None
    walks = [
        _step(axis, name, [_predicate(p, program, inside) for p in predicates]) for axis, name, predicates in steps
    ]
    unsorted = any(axis not in ("child", "filter", "self") for axis, _name, _predicates in steps)

    def nodes(node: Any, scope: Scope) -> list[Any]:
        found = begin(node, scope)
        for walk in walks:
            found = walk(found, scope)
        if unsorted:
            found = in_order(found)
        return [one for one in found if one.relevant]

    return Rule(nodes, "set")


def _single(tree: Tree, program: Any, place: Any) -> Rule | None:
    """A path that leads to at most one node, without a search: the usual `${name}`."""
    _head, start, steps = tree
    if any(predicates for _axis, _name, predicates in steps):
        return None
    if start == "/":
        target = program.descend(0, [(axis, name) for axis, name, _predicates in steps[1:]])
        if target is None or not steps or steps[0][:2] != ["child", program.defs[0]["name"]]:
            return None
        return Rule(lambda node, scope: scope.form.fixed[target], "one")
    if start == "." and place == IN_LIST:
        if len(steps) == 1 and steps[0][0] == "child" and steps[0][1] != "*":
            name = steps[0][1]

            def cell(node: Any, scope: Scope) -> Any:
                found = node.kids.get(name)
                return found[0] if found else None

            return Rule(cell, "one")
        return None
    if start not in (".", ["f", "current"]):
        return None
    return _relative(start == ".", steps, program, place)


def _relative(from_node: bool, steps: list[Any], program: Any, place: Any) -> Rule | None:
    """`.`, `..`, `../x`: up a known number of levels, then down by name to what exists once."""
    at = place if from_node else program.owner
    if not isinstance(at, int):
        return None
    up = 0
    rest = [(axis, name) for axis, name, _predicates in steps if (axis, name) != ("self", "*")]
    while rest and rest[0] == ("parent", "*"):
        at = program.defs[at]["par"]
        if at < 0:
            return None
        up += 1
        rest.pop(0)
    if program.descend(at, rest, absolute=False) is None:
        return None
    names = [name for _axis, name in rest]

    def find(node: Any, scope: Scope) -> Any:
        found = node if from_node else scope.current
        for _level in range(up):
            found = found.parent
        for name in names:
            found = found.kids[name][0]
        return found

    return Rule(find, "one")


def _predicate(tree: Tree, program: Any, place: Any) -> Function:
    """A test for one candidate: a number means its place."""
    run, kind = compile_rule(tree, program, place)
    if kind == "n":
        return lambda node, scope: run(node, scope) == scope.place
    if kind == "any":

        def either(node: Any, scope: Scope) -> bool:
            value = run(node, scope)
            return value == scope.place if isinstance(value, float) else boolean_of(value)

        return either
    return as_boolean(Rule(run, kind))


def _step(axis: str, name: str, tests: list[Function]) -> Callable[[list[Any], Scope], list[Any]]:
    def walk(nodes: list[Any], scope: Scope) -> list[Any]:
        if axis == "filter":
            return _filtered(nodes, tests, scope)
        found: list[Any] = []
        for node in nodes:
            found += _filtered(_along(axis, name, node), tests, scope)
        return found

    return walk


def _filtered(nodes: list[Any], tests: list[Function], scope: Scope) -> list[Any]:
    for test in tests:
        inner = Scope(scope.form, scope.current)
        inner.size = len(nodes)
        kept = []
        for place, node in enumerate(nodes, 1):
            inner.place = place
            if test(node, inner):
                kept.append(node)
        nodes = kept
    return nodes


def _along(axis: str, name: str, node: Any) -> list[Any]:
    """The nodes on one axis, nearest first."""
    if axis == "child":
        return _children(node) if name == "*" else node.kids.get(name, [])
    if axis == "self":
        return [node] if name in ("*", node.name) else []
    if axis == "parent":
        parent = node.parent
        return [parent] if parent is not None and name in ("*", parent.name) else []
    if axis == "within":
        out = [node]
        for child in _children(node):
            out += _along(axis, name, child)
        return out
    if node.parent is None:
        return []
    siblings = _children(node.parent)
    at = next(place for place, one in enumerate(siblings) if one is node)
    nearby = siblings[:at][::-1] if axis == "before" else siblings[at + 1 :]
    return [one for one in nearby if name in ("*", one.name)]


def _children(node: Any) -> list[Any]:
    return [kid for kids in node.kids.values() for kid in kids]


# Functions.


def _call(tree: Tree, program: Any, place: Any) -> Rule:
    name, trees = tree[1], tree[2:]
    special = SPECIAL.get(name)
    if special is not None:
        return special(trees, program, lambda part: compile_rule(part, program, place))
    kinds, result, act = PLAIN[name]
    if kinds == "" or (not trees and name == "uuid"):
        return Rule(lambda node, scope: act(), result)
    rules = [compile_rule(part, program, place) for part in trees]
    if not rules:  # number(), string(), … take the node itself
        rules = [Rule(lambda node, scope: node, "one")]
    runs = [_CONVERT[kind](rule) for kind, rule in zip(kinds, rules, strict=False)]
    if len(runs) == 1:
        (only,) = runs
        return Rule(lambda node, scope: act(only(node, scope)), result)
    if len(runs) == 2:
        first, second = runs
        return Rule(lambda node, scope: act(first(node, scope), second(node, scope)), result)
    return Rule(lambda node, scope: act(*[run(node, scope) for run in runs]), result)


_CONVERT: dict[str, Callable[[Rule], Function]] = {"s": as_text, "n": as_number, "b": as_boolean}
