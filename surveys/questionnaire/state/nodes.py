"""One group, repeat instance or question of a visit, with its answer and what evaluation says of it."""

from typing import Any

from surveys.questionnaire.rules.values import words
from surveys.questionnaire.state.program import Plan

_NOTHING: dict[str, list["Node"]] = {}  # what is in a question; nobody puts anything there


class Node:
    """One group, repeat instance or question of a visit."""

    __slots__ = (
        "choices", "form", "index", "kids", "message", "name", "number", "offered", "opens", "order", "parent", "path",
        "plan", "problem", "raw", "readonly", "relevant", "required", "spare", "value",
    )  # fmt: skip

    def __init__(self, form: Any, index: int, parent: "Node | None") -> None:
        self.form = form
        self.index = index
        self.plan: Plan = form.program.plans[index]
        self.name = self.plan.name
        self.parent = parent
        self.kids: dict[str, list[Node]] = {} if self.plan.kids else _NOTHING
        self.spare: dict[str, list[Node]] = {} if self.plan.kids else _NOTHING  # beyond the count: kept, but not there
        self.number = 1
        self.order = 0
        self.path = ""
        self.clear()

    def clear(self) -> None:
        """As before any answer; what it stands in and what stands in it are left."""
        self.raw = ""
        self.value = ""
        self.relevant = False
        self.opens = True  # what its own relevance rule last said
        self.required = False
        self.readonly = False
        self.problem: str | None = None
        self.choices: list[str] | None
        self.offered: frozenset[str]
        self.choices, self.offered = self.plan.choices
        self.message = ""

    def __repr__(self) -> str:
        return f"Node({self.path!r}, value={self.value!r}, relevant={self.relevant}, problem={self.problem!r})"

    def refresh(self) -> None:
        """The value that rules read: empty when closed, a select limited to what is offered."""
        plan, raw = self.plan, self.raw
        if not self.relevant or not plan.is_field:
            self.value = ""
        elif not plan.select or not raw:
            self.value = raw
        elif plan.multiple:
            self.value = " ".join([word for word in words(raw) if word in self.offered])
        else:
            self.value = raw if raw in self.offered else ""

    def offer(self, names: list[str], offered: frozenset[str]) -> None:
        self.choices = names
        self.offered = offered
        self.refresh()
