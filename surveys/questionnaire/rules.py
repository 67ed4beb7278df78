"""A syntax tree → a Python function that evaluates it, made once for each rule of a package.

A function takes the node at which the rule stands (in a predicate: the candidate) and the `Scope`, and gives a value of
a known kind, so that no conversion is decided twice:

    "n" number   "s" text   "b" boolean   "one" a node or None   "set" open nodes in document order   "any" unknown
"""

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from surveys.questionnaire import values
from surveys.questionnaire.expressions import Tree
from surveys.questionnaire.functions import PLAIN, largest, smallest
from surveys.questionnaire.values import DAY, NAN, number_text, to_number

Function = Callable[[Any, "Scope"], Any]


IN_LIST = "list"


class Scope:
    """What a rule sees besides its node: the form, the node the rule belongs to, the place in a predicate."""

    __slots__ = ("current", "form", "place", "size")

    def __init__(self, form: Any, current: Any) -> None:
        self.form = form
        self.current = current
        self.place = 1
        self.size = 1


class Rule(NamedTuple):
    """An evaluated expression: its function and the kind of its result."""

    run: Function
    kind: str


class Leaf:
    """A cell of a choice list, as a node: always open, nothing in it."""

    __slots__ = ("kids", "name", "order", "parent", "relevant", "row", "value")

    def __init__(self, name: str, value: str, parent: Any, order: int, row: dict[str, str] | None = None) -> None:
        self.name = name
        self.value = value
        self.parent = parent
        self.order = order
        self.row = row
        self.relevant = True
        self.kids: dict[str, list[Any]] = {}


# From values of any kind to text, numbers and booleans.


def text_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return number_text(value)
    if isinstance(value, list):
        return value[0].value if value else ""
    return value.value if value is not None else ""


def number_of(value: Any, zone: int) -> float:
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, float):
        return value
    return to_number(text_of(value), zone)


def boolean_of(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value == value and value != 0
    if isinstance(value, str | list):
        return bool(value)
    return value is not None and value.relevant


def nodes_of(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [value] if value is not None and not isinstance(value, str | float | bool) and value.relevant else []


def as_text(rule: Rule) -> Function:
    run, kind = rule
    if kind == "s":
        return run
    if kind == "n":
        return lambda node, scope: number_text(run(node, scope))
    if kind == "one":

        def value(node: Any, scope: Scope) -> str:
            found = run(node, scope)
            return found.value if found is not None else ""

        return value
    return lambda node, scope: text_of(run(node, scope))


def as_number(rule: Rule) -> Function:
    run, kind = rule
    if kind == "n":
        return run
    if kind in ("s", "one"):
        text = as_text(rule)
        return lambda node, scope: to_number(text(node, scope), scope.form.zone)
    return lambda node, scope: number_of(run(node, scope), scope.form.zone)


def as_boolean(rule: Rule) -> Function:
    run, kind = rule
    if kind == "b":
        return run
    if kind == "s":
        return lambda node, scope: run(node, scope) != ""
    return lambda node, scope: boolean_of(run(node, scope))


def as_nodes(rule: Rule) -> Function:
    run, kind = rule
    return run if kind == "set" else lambda node, scope: nodes_of(run(node, scope))


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


# Functions that look at the form.


def _call(tree: Tree, program: Any, place: Any) -> Rule:
    name, trees = tree[1], tree[2:]
    special = _SPECIAL.get(name)
    if special is not None:
        return special(trees, program, place)
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


def _compiled(trees: list[Tree], program: Any, place: Any) -> list[Rule]:
    return [compile_rule(tree, program, place) for tree in trees]


def _if(trees: list[Tree], program: Any, place: Any) -> Rule:
    condition, *branches = _compiled(trees, program, place)
    test = as_boolean(condition)
    kinds = {branch.kind for branch in branches}
    kind = kinds.pop() if len(kinds) == 1 else "any"
    yes, no = branches[0].run, branches[1].run
    return Rule(lambda node, scope: yes(node, scope) if test(node, scope) else no(node, scope), kind)


def _coalesce(trees: list[Tree], program: Any, place: Any) -> Rule:
    runs = [as_text(rule) for rule in _compiled(trees, program, place)]

    def first(node: Any, scope: Scope) -> str:
        for run in runs:
            if text := run(node, scope):
                return text
        return ""

    return Rule(first, "s")


def _once(trees: list[Tree], program: Any, place: Any) -> Rule:
    run = as_text(compile_rule(trees[0], program, place))
    return Rule(lambda node, scope: scope.current.raw or run(node, scope), "s")


def _position(trees: list[Tree], program: Any, place: Any) -> Rule:
    if not trees:
        return Rule(lambda node, scope: float(scope.place), "n")
    nodes = as_nodes(compile_rule(trees[0], program, place))

    def number(node: Any, scope: Scope) -> float:
        found = nodes(node, scope)
        return float(found[0].number) if found and hasattr(found[0], "number") else NAN

    return Rule(number, "n")


def _nodes(act: Callable[[list[Any], int], Any], kind: str) -> Callable[[list[Tree], Any, Any], Rule]:
    def build(trees: list[Tree], program: Any, place: Any) -> Rule:
        nodes = as_nodes(compile_rule(trees[0], program, place))
        return Rule(lambda node, scope: act(nodes(node, scope), scope.form.zone), kind)

    return build


def _sum(trees: list[Tree], program: Any, place: Any) -> Rule:
    rule = compile_rule(trees[0], program, place)
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


def _extreme(act: Callable[[list[float]], float]) -> Callable[[list[Tree], Any, Any], Rule]:
    def build(trees: list[Tree], program: Any, place: Any) -> Rule:
        spread = _spread(_compiled(trees, program, place))

        def best(node: Any, scope: Scope) -> float:
            return act([number_of(value, scope.form.zone) for value in spread(node, scope) if value != ""])

        return Rule(best, "n")

    return build


def _concat(trees: list[Tree], program: Any, place: Any) -> Rule:
    spread = _spread(_compiled(trees, program, place))
    return Rule(lambda node, scope: "".join(text_of(value) for value in spread(node, scope)), "s")


def _join(trees: list[Tree], program: Any, place: Any) -> Rule:
    mark, *rest = _compiled(trees, program, place)
    separator, spread = as_text(mark), _spread(rest)
    return Rule(lambda node, scope: separator(node, scope).join(map(text_of, spread(node, scope))), "s")


def _checklist(name: str) -> Callable[[list[Tree], Any, Any], Rule]:
    from surveys.questionnaire.functions import checklist, weighted_checklist

    act = checklist if name == "checklist" else weighted_checklist

    def build(trees: list[Tree], program: Any, place: Any) -> Rule:
        least, most, *rest = _compiled(trees, program, place)
        low, high, spread = as_number(least), as_number(most), _spread(rest)

        def check(node: Any, scope: Scope) -> bool:
            items = [number_of(value, scope.form.zone) for value in spread(node, scope)]
            return act(low(node, scope), high(node, scope), *items)

        return Rule(check, "b")

    return build


def _indexed(trees: list[Tree], program: Any, place: Any) -> Rule:
    """indexed-repeat: the nodes of one definition whose repeats have the given numbers."""
    target = trees[0][1]
    repeats = [tree[1] for tree in trees[1::2]]
    numbers = [as_number(compile_rule(tree, program, place)) for tree in trees[2::2]]

    def nodes(node: Any, scope: Scope) -> list[Any]:
        wanted = {repeat: number(node, scope) for repeat, number in zip(repeats, numbers, strict=True)}
        above = node
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


def _pulldata(trees: list[Tree], program: Any, place: Any) -> Rule:
    name, column, key, value = [as_text(rule) for rule in _compiled(trees, program, place)]

    def cell(node: Any, scope: Scope) -> str:
        wanted_key, wanted = key(node, scope), value(node, scope)
        for row in program.lists.get(name(node, scope), ()):
            if row.get(wanted_key, "") == wanted:
                return row.get(column(node, scope), "")
        return ""

    return Rule(cell, "s")


def _choice_name(trees: list[Tree], program: Any, place: Any) -> Rule:
    value = as_text(compile_rule(trees[0], program, place))
    nodes = as_nodes(compile_rule(trees[1], program, place))

    def label(node: Any, scope: Scope) -> str:
        found, wanted = nodes(node, scope), value(node, scope)
        return scope.form.offered_label(found[0], wanted) if found else ""

    return Rule(label, "s")


def _instance(trees: list[Tree], program: Any, place: Any) -> Rule:
    name = trees[0][1]
    return Rule(lambda node, scope: [program.list_root(name)], "set")


def _date(trees: list[Tree], program: Any, place: Any) -> Rule:
    rule = compile_rule(trees[0], program, place)

    def date(node: Any, scope: Scope) -> str:
        at = _milliseconds(rule.run(node, scope), scope.form.zone)
        return values.date_text(at // DAY if math.isfinite(at) else at)

    return Rule(date, "s")


def _date_time(trees: list[Tree], program: Any, place: Any) -> Rule:
    rule = compile_rule(trees[0], program, place)

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


def _decimal_date_time(trees: list[Tree], program: Any, place: Any) -> Rule:
    return Rule(as_number(compile_rule(trees[0], program, place)), "n")


def _format(with_time: bool) -> Callable[[list[Tree], Any, Any], Rule]:
    def build(trees: list[Tree], program: Any, place: Any) -> Rule:
        rule, pattern = compile_rule(trees[0], program, place), as_text(compile_rule(trees[1], program, place))

        def text(node: Any, scope: Scope) -> str:
            at = _milliseconds(rule.run(node, scope), scope.form.zone)
            if not -719162 * DAY <= at < 2932897 * DAY:
                return ""
            return values.format_date(int(at), pattern(node, scope), program.names, with_time=with_time)

        return Rule(text, "s")

    return build


_SPECIAL: dict[str, Callable[[list[Tree], Any, Any], Rule]] = {
    "if": _if,
    "coalesce": _coalesce,
    "once": _once,
    "position": _position,
    "last": lambda trees, program, place: Rule(lambda node, scope: float(scope.size), "n"),
    "current": lambda trees, program, place: Rule(lambda node, scope: scope.current, "one"),
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
    "today": lambda trees, program, place: Rule(lambda node, scope: scope.form.today, "s"),
    "now": lambda trees, program, place: Rule(lambda node, scope: scope.form.clock, "s"),
    "date": _date,
    "date-time": _date_time,
    "decimal-date-time": _decimal_date_time,
    "format-date": _format(False),
    "format-date-time": _format(True),
}
