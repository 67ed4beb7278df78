"""What an evaluated rule is and sees, and its values as text, numbers, booleans and nodes.

A rule's function takes the node at which the rule stands (in a predicate: the candidate) and the `Scope`, and gives a
value of a known kind, so that no conversion is decided twice:

    "n" number   "s" text   "b" boolean   "one" a node or None   "set" open nodes in document order   "any" unknown
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from surveys.questionnaire.values import number_text, to_number

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
