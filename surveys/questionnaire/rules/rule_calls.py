"""The helpers that compiled rules call: steps of paths, comparisons of node-sets, and longer functions."""

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

from surveys.questionnaire.rules import functions, values
from surveys.questionnaire.rules.rule_values import (
    ABSENT,
    Function,
    Leaf,
    Scope,
    boolean_of,
    nodes_of,
    number_of,
    text_of,
    values_in,
)
from surveys.questionnaire.rules.values import DAY, NAN, to_number

# Comparisons.


def _values_of(source: Any) -> Iterable[Any]:
    """What a comparison tries: each node's text, one empty text for an empty set, or the value itself."""
    if isinstance(source, list):
        return [node.value for node in source] or [""]
    return [source if isinstance(source, str | float | bool) else source.value]


def equal(a: Any, b: Any, zone: int, equality: bool) -> bool:
    """= (equality true) or != : boolean if one side is, else number if one side is, else text; any pair that fits."""
    if isinstance(a, bool) or isinstance(b, bool):
        return (boolean_of(a) == boolean_of(b)) == equality
    for x in _values_of(a):
        for y in _values_of(b):
            if isinstance(x, float) or isinstance(y, float):
                same = number_of(x, zone) == number_of(y, zone)
            else:
                same = x == y
            if same == equality:
                return True
    return False


def compared(test: Callable[[float, float], bool], a: Any, b: Any, zone: int) -> bool:
    """< <= > >= where a side may be several: any pair that fits."""
    right = [number_of(value, zone) for value in _values_of(b)]
    return any(test(number_of(value, zone), other) for value in _values_of(a) for other in right)


# Paths.


def in_order(nodes: list[Any]) -> list[Any]:
    """Document order, each node once."""
    return sorted(dict.fromkeys(nodes), key=lambda node: node.order)


def open_ones(nodes: list[Any]) -> list[Any]:
    return [node for node in nodes if node.relevant]


def step(nodes: list[Any], axis: str, name: str, tests: tuple[Function, ...], scope: Scope) -> list[Any]:
    targets: list[Any] = []
    for node in nodes:
        targets += filtered(_along(axis, name, node), tests, scope)
    return targets


def filtered(nodes: list[Any], tests: tuple[Function, ...], scope: Scope) -> list[Any]:
    for test in tests:
        inner = Scope(scope.form, scope.current)
        inner.size = len(nodes)
        survivors = []
        for place, node in enumerate(nodes, 1):
            inner.place = place
            if test(node, inner):
                survivors.append(node)
        nodes = survivors
    return nodes


def at_place(value: Any, place: int) -> bool:
    """A predicate whose kind is not known: a number means the place of the candidate."""
    return value == place if isinstance(value, float) else boolean_of(value)


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


# Calls.


def number_among(nodes: list[Any]) -> float:
    """position(node): the place among the instances of its repeat."""
    return float(nodes[0].number) if nodes and hasattr(nodes[0], "number") else NAN


def filled(nodes: list[Any]) -> float:
    return float(sum(1 for node in nodes if node.value != ""))


def total(value: Any, zone: int) -> float:
    if isinstance(value, str | float | bool):
        return number_of(value, zone)
    out = 0.0
    for node in nodes_of(value):
        if node.value != "":
            out += to_number(node.value, zone)
    return out


def extreme(act: Callable[[list[float]], float], values: list[Any], zone: int) -> float:
    return act([number_of(value, zone) for value in values if value != ""])


def checked(act: Callable[..., bool], least: float, most: float, values: list[Any], zone: int) -> bool:
    return act(least, most, *[number_of(value, zone) for value in values])


def indexed(
    target_and_repeats: tuple[int, list[int]], numbers: tuple[float, ...], node: Any, scope: Scope
) -> list[Any]:
    """indexed-repeat: the open nodes of one definition whose repeats have the given numbers."""
    target, repeats = target_and_repeats
    number_by_repeat = dict(zip(repeats, numbers, strict=True))
    above = scope.current if isinstance(node, Leaf) else node
    while above is not None:  # a repeat that is not named, but holds the rule: its own instance
        if above.index not in number_by_repeat and above.plan.kind == "repeat":
            number_by_repeat[above.index] = float(above.number)
        above = above.parent if above.index else None
    return [one for one in scope.form.instances[target] if one.relevant and _stands_at(one, number_by_repeat)]


def _stands_at(node: Any, number_by_repeat: dict[int, float]) -> bool:
    while node is not None and node.index:
        if node.index in number_by_repeat and node.number != number_by_repeat[node.index]:
            return False
        node = node.parent
    return True


def pulled(lists: Callable[[str, str], Any], name: str, column: str, key: str, value: str) -> str:
    row = lists(name, key).get(value)
    return row.get(column, "") if row else ""


def offered_label(value: str, nodes: list[Any], form: Any) -> str:
    return form.offered_label(nodes[0], value) if nodes else ""


# Dates.


def _milliseconds(value: Any, zone: int) -> float:
    """Milliseconds since 1970 of a number of days or of the text of a date; NaN for anything else."""
    if isinstance(value, float):
        return math.floor(value * DAY + 0.5) if math.isfinite(value) and abs(value) < 1e8 else NAN
    at = values.instant(text_of(value).strip(" \t\r\n"), zone)
    return NAN if at is None else at


def date(value: Any, zone: int) -> str:
    at = _milliseconds(value, zone)
    return values.date_text(at // DAY if math.isfinite(at) else at)


def date_time(value: Any, zone: int) -> str:
    return values.date_time_text(_milliseconds(value, zone), zone)


def formatted(value: Any, zone: int, pattern: str, names: dict[str, list[str]], with_time: bool) -> str:
    at = _milliseconds(value, zone)
    if not -719162 * DAY <= at < 2932897 * DAY:
        return ""
    return values.format_date(int(at), pattern, names, with_time=with_time)


# All that the source of a rule may name.
CALLS: dict[str, Any] = {
    "absent": [ABSENT],
    "at_least": operator.ge,
    "at_most": operator.le,
    "at_place": at_place,
    "boolean_of": boolean_of,
    "checked": checked,
    "checklist": functions.checklist,
    "compared": compared,
    "date": date,
    "date_time": date_time,
    "divide": values.divide,
    "equal": equal,
    "extreme": extreme,
    "false": False,
    "filled": filled,
    "filtered": filtered,
    "float": float,
    "formatted": formatted,
    "in_order": in_order,
    "indexed": indexed,
    "largest": functions.largest,
    "len": len,
    "less": operator.lt,
    "map": map,
    "more": operator.gt,
    "nodes_of": nodes_of,
    "number_among": number_among,
    "number_of": number_of,
    "number_text": values.number_text,
    "offered_label": offered_label,
    "open_ones": open_ones,
    "pulled": pulled,
    "remainder": values.remainder,
    "selected": functions.selected,
    "smallest": functions.smallest,
    "step": step,
    "substr": functions.substr,
    "text_of": text_of,
    "to_number": to_number,
    "total": total,
    "true": True,
    "values_in": values_in,
    "weighted_checklist": functions.weighted_checklist,
    "words": values.words,
}
