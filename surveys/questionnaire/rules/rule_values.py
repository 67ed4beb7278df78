"""The scope of an evaluated rule, and values whose kind is known only then, as text, number, boolean or nodes."""

from collections.abc import Callable
from typing import Any

from surveys.questionnaire.rules.values import number_text, to_number

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


ABSENT = Leaf("", "", None, -1)  # a cell that its row does not have: a closed node
ABSENT.relevant = False


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
    return value.value


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
    return value.relevant


def nodes_of(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [value] if not isinstance(value, str | float | bool) and value.relevant else []


def values_in(value: Any) -> list[Any]:
    """The values of an argument that may be several: each node of a node-set on its own, closed ones not at all."""
    return [value] if isinstance(value, str | float | bool) else [node.value for node in nodes_of(value)]
