"""The steps in which a visit's state is worked out: how many instances, what is open, what is calculated, what is offered.

The twin is `static/js/rules/form_steps.mjs`. Reads the program of the package, changes the nodes of the form.
"""

from collections.abc import Callable
from typing import Any

from surveys.questionnaire.rules.rule_values import Scope
from surveys.questionnaire.sheets.columns import MOST_INSTANCES
from surveys.questionnaire.state.form_tree import MOST_IN_ALL, FormTree
from surveys.questionnaire.state.nodes import Node
from surveys.questionnaire.state.program import Plan


class FormSteps(FormTree):
    """A tree whose nodes can be worked out one definition after the other. `_grown`: instances that a count has just made."""

    _grown: list[Node]

    def _step_count(self, index: int, scope: Scope) -> bool:
        """Exactly the counted instances; those beyond are kept aside."""
        plan = self.program.plans[index]
        assert plan.count is not None
        changed = False
        for parent in self.instances[self.program.defs[index]["par"]]:
            phantom = Node(self, index, parent)
            scope.current = phantom
            number = plan.count(phantom, scope)
            kids, spare = parent.kids[plan.name], parent.spare[plan.name]
            target = int(min(number, MOST_INSTANCES)) if number > 0 else 0
            target = min(target, len(kids) + len(spare) + max(0, MOST_IN_ALL - self.size))
            if target == len(kids):
                continue
            changed = True
            while len(kids) > target:
                spare.insert(0, kids.pop())
            while len(kids) < target:
                fresh = not spare
                node = self._append(parent, index, f"{parent.path}/{plan.name}")
                if fresh and self.begins:
                    self._grown.append(node)
                node.relevant = False
        if changed:
            self._index()
            for node in self.instances[index]:
                if not node.relevant:
                    self._open(node, bool(node.parent and node.parent.relevant and node.opens))
        return changed

    def _step_relevant(self, index: int, scope: Scope) -> bool:
        rule = self.program.plans[index].relevant
        changed = False
        for node in self.instances[index]:
            if node.parent is None or node.parent.relevant:
                scope.current = node
                opens = node.opens = rule(node, scope)
                if opens != node.relevant:
                    changed = True
                    self._open(node, opens)
        return changed

    def _open(self, node: Node, flag: bool) -> None:
        node.relevant = flag
        node.refresh()
        for kids in node.kids.values():
            for kid in kids:
                if kid.relevant != (flag and kid.opens):
                    self._open(kid, flag and kid.opens)

    def _step_calculate(self, index: int, scope: Scope) -> bool:
        rule = self.program.plans[index].calculate
        assert rule is not None
        changed = False
        for node in self.instances[index]:
            if not node.relevant:
                continue
            scope.current = node
            text = plain(rule(node, scope))
            if text != node.raw:
                node.raw = text
                node.refresh()
                changed = True
        return changed

    def _step_items(self, index: int, scope: Scope) -> bool:
        plan = self.program.plans[index]
        changed = False
        for node in self.instances[index]:
            if node.relevant:
                scope.current = node
                names = self._offered(plan, node, scope)
                if names != node.choices:
                    node.offer(names, frozenset(names))
                    changed = True
        return changed

    def _offered(self, plan: Plan, node: Node, scope: Scope) -> list[str]:
        if plan.node_items is not None:
            return [text for item in plan.node_items(node, scope) if (text := child_text(item, plan.of_value))]
        if plan.pick is None:
            return self.program.static[plan.list_name][0]
        if plan.keyed is not None:
            column, text_of = plan.keyed
            items = self.program.items_by(plan.list_name, column).get(text_of(node, scope), [])
        else:
            items = self.program.list_root(plan.list_name).kids["root"][0].kids["item"]
        return plan.pick(items, scope)


STEPS: dict[str, Callable[[FormSteps, int, Scope], bool]] = {
    "count": FormSteps._step_count,
    "relevant": FormSteps._step_relevant,
    "calculate": FormSteps._step_calculate,
    "items": FormSteps._step_items,
}


def plain(text: str) -> str:
    """The text of a calculation as it is stored: NaN is empty."""
    return "" if text == "NaN" else text


def child_text(item: Any, name: str) -> str:
    children = item.kids.get(name)
    return children[0].value if children else ""
