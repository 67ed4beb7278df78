"""Package + raw answers + clock → the state of a visit: what is open, what it reads as, what is wrong.

The raw answers (with the repeat instances) are all that is stored; everything else is worked out from package, raw
answers, clock and language. The twin is `static/js/rules/evaluation.mjs`: both give the same state for the same input.

Paths start at the root, without its name; repeat instances count from 1 at each level: `/site[2]/line[1]/cap`.
"""

from collections.abc import Mapping
from typing import Any

from surveys.questionnaire.rules.rule_values import Leaf, Scope
from surveys.questionnaire.rules.values import DAY, date_text, date_time_text, fits_type, instant, words, zone_of
from surveys.questionnaire.shapes.package_shape import Package, TextKey
from surveys.questionnaire.sheets.columns import MOST_INSTANCES
from surveys.questionnaire.state.form_steps import STEPS, FormSteps, child_text, plain
from surveys.questionnaire.state.nodes import Node
from surveys.questionnaire.state.program import Plan, program_of

__all__ = ["FormState", "Node"]

_DEEPEST_TRIGGERS = 16


class FormState(FormSteps):
    """The state of one visit. `now` is the visit's clock, with offset; it stays fixed until `at()` moves it.

    A visit that begins (no answers and no repeats given, or `new=True`) gets the defaults of the workbook and one
    instance of each open repeat; one that is read back gets exactly what was stored.
    """

    def __init__(
        self,
        package: Package,
        answers: Mapping[str, str] | None = None,
        repeats: Mapping[str, int] | None = None,
        *,
        now: str,
        language: str = "zh-CN",
        new: bool | None = None,
    ) -> None:
        self.package = package
        self.program = program_of(package)
        self.unknown: dict[str, str] = {}  # answers whose path is not in the form
        self._language = self.program.language(language)
        self.begins = not answers and not repeats if new is None else new
        self.stored_repeats = dict(repeats or {})
        self._set_clock(now)
        self._judged = False
        self._grown = []
        self._plant()
        self.document = Leaf("", "", None, -1)
        self.document.kids[self.root.name] = [self.root]  # type: ignore[list-item]
        self._fill(answers or {})

    def _fill(self, answers: Mapping[str, str]) -> None:
        node_by_path = self._questions
        for path, text in answers.items():
            node = node_by_path.get(path)
            if node is not None and isinstance(text, str):
                node.raw = text
            else:
                self._restore(path, text)
        self._index()
        self._recompute()
        if self.begins:
            self._start()
        self.begins = True  # instances made from here on are new

    def again(self, answers: Mapping[str, str], repeats: Mapping[str, int], *, now: str) -> None:
        """Another visit that is read back, in the same language: as if made anew, in less than half the time."""
        self._set_clock(now)
        self.unknown = {}
        self.stored_repeats = dict(repeats)
        self.begins = self._judged = False
        self._grown = []
        self._clear()
        self._fill(answers)

    def rest(self) -> None:
        """Let go of what was answered; `again` takes the tree from here."""
        self.unknown = {}
        for node in self.by_path.values():
            node.raw = node.value = ""

    # The clock and the language.

    def _set_clock(self, now: str) -> None:
        self.now = now
        self.zone = zone_of(now)
        at = instant(now, self.zone)
        if at is None:
            raise ValueError(f"the clock of a visit is a date, a time and an offset, not {now!r}")
        self.today = date_text(at // DAY)
        self.clock = date_time_text(at, self.zone)

    def at(self, now: str) -> None:
        """Move the clock and work everything out again."""
        self._set_clock(now)
        self._recompute()

    @property
    def language(self) -> str:
        return self._language

    @language.setter
    def language(self, code: str) -> None:
        self._language = self.program.language(code)
        self._recompute()

    # Working out.

    def _recompute(self) -> None:
        """Everything anew: after a change of instances, of the clock or of the language."""
        if self.program.rounds > 1:
            self._forget()
        for node in self.by_path.values():  # in document order: a node comes after what it stands in
            relevant = node.relevant = node.opens and (node.parent is None or node.parent.relevant)
            if node.plan.select and node.raw:
                node.refresh()
            elif node.plan.is_field:
                node.value = node.raw if relevant else ""
        self._run(self.program.order)

    def _forget(self) -> None:
        """Where choices depend on each other in a circle, the outcome must not depend on what was answered first."""
        for node in self.by_path.values():
            node.opens = True
            if node.plan.depends:
                node.choices, node.offered = [], frozenset()
            if node.plan.calculate is not None and "once" not in node.plan.calls:
                node.raw = ""

    def _run(self, steps: list[tuple[int, str]]) -> None:
        """The steps in order; several times when choices are taken from other answers in a circle."""
        self._judged = False
        if self.program.rounds > 1 and steps is not self.program.order:
            self._recompute()
            return
        scope = Scope(self, None)
        resized = False
        for _round in range(self.program.rounds):
            changed = False
            for index, prop in steps:
                if STEPS[prop](self, index, scope):
                    changed = True
                    resized = resized or prop == "count"
            if not changed:
                break
        if resized and steps is not self.program.order:
            self._recompute()  # other instances may have other numbers and other choices now
        if self._grown:
            grown, self._grown = self._grown, []
            for node in grown:
                self._act("repeat", node)

    # Changing.

    def set(self, path: str, text: str) -> None:
        """Give the raw answer of a question; KeyError when the form has no such question now."""
        node = self.by_path[path]
        if not node.plan.is_field:
            raise KeyError(path)
        self._set(node, text, _DEEPEST_TRIGGERS)

    def _set(self, node: Node, text: str, depth: int) -> None:
        if text == node.raw:
            return
        node.raw = text
        node.refresh()
        self._run(self.program.after(node.index))
        if node.plan.watched and depth:
            self._trigger(node, depth - 1)

    def _trigger(self, by: Node, depth: int) -> None:
        """The set-value actions of a question that was answered."""
        for act, rule in self.program.acts:
            if act["on"] == "changed" and act["by"] == by.index:
                for target in list(self.instances[act["ref"]]):
                    if _together(by, target):
                        self._set(target, plain(rule(target, Scope(self, target))), depth)

    def add(self, repeat: str) -> str:
        """One more instance of an open repeat, at its end; gives its path. Raises ValueError when it is full."""
        parent, index = self._repeat(repeat)
        if len(parent.kids[self.program.plans[index].name]) >= MOST_INSTANCES:
            raise ValueError(f"{repeat} has {MOST_INSTANCES} instances already")
        node = self._append(parent, index, repeat)
        self._index()
        self._recompute()
        self._act("repeat", node)
        return node.path

    def remove(self, instance: str) -> None:
        """Take an instance of an open repeat out, with its answers."""
        node = self.by_path[instance]
        repeat = instance.rpartition("[")[0]
        parent, _index = self._repeat(repeat)
        parent.kids[node.name].remove(node)
        self._index()
        self._recompute()

    def _start(self) -> None:
        """The defaults of a visit that begins."""
        for index, definition in enumerate(self.program.defs):
            preload = definition.get("preload")
            if preload in ("start", "today"):
                for node in self.instances[index]:
                    node.raw = self.clock if preload == "start" else self.today
        self._recompute()
        self._act("first", self.root)

    def _act(self, event: str, within: Node) -> None:
        """The set-value actions of an event, for the nodes inside `within`."""
        acts = [(act, rule) for act, rule in self.program.acts if act["on"] == event]
        for act, rule in acts:
            for target in self.instances[act["ref"]]:
                if _is_within(target, within) and target.raw == "":
                    target.raw = plain(rule(target, Scope(self, target)))
                    target.refresh()
                    self._run(self.program.after(target.index))

    def finish(self) -> None:
        """Record the end of the visit in the questions of type `end`."""
        for index, definition in enumerate(self.program.defs):
            if definition.get("preload") == "end":
                for node in self.instances[index]:
                    self._set(node, self.clock, 0)

    # Looking.

    def judge(self) -> None:
        """What is required, read-only and wrong, for every question that is open."""
        if self._judged:
            return
        self._judged = True
        scope = Scope(self, None)
        for node in self.by_path.values():
            plan, above = node.plan, node.parent
            if not node.relevant:
                node.required, node.readonly, node.problem = False, False, None
                continue
            scope.current = node
            rule = plan.readonly
            own = rule is not None and (rule is True or rule(node, scope))
            node.readonly = own or (above is not None and above.readonly)
            if not plan.is_field:
                continue
            rule = plan.required
            node.required = rule is not None and (rule is True or rule(node, scope))
            if plan.select and node.raw and _not_offered(node, plan):
                node.problem = "choice"
            elif node.value == "":  # nobody can answer what is read-only
                node.problem = "required" if node.required and not node.readonly else None
            elif plan.typed and not fits_type(plan.type, node.value):
                node.problem = "type"
            elif plan.constraint is not None and not plan.constraint(node, scope):
                node.problem = "constraint"
            else:
                node.problem = None

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Every node that is there now, by path, in document order (the root is not among them)."""
        self.judge()
        for node in self.by_path.values():
            node.message = self._message(node) if node.problem else ""
        return {path: node for path, node in self.by_path.items() if path}

    def node(self, path: str) -> Node:
        """One node, judged; KeyError when it is not there."""
        self.judge()
        node = self.by_path[path]
        node.message = self._message(node) if node.problem else ""
        return node

    def look(self) -> dict[str, Any]:
        """The whole state as plain data: every node with what can be compared, and the repeats."""
        self.judge()
        nodes: dict[str, Any] = {}
        for path, node in self.by_path.items():
            if not path:
                continue
            facts: dict[str, Any] = {"relevant": node.relevant}
            nodes[path] = facts
            if node.plan.is_field:
                facts |= {"value": node.value, "required": node.required, "problem": node.problem}
            if node.plan.select:
                facts["choices"] = list(node.choices or ()) if node.relevant else []
        return {"nodes": nodes, "repeats": self.repeats}

    def answers(self) -> dict[str, str]:
        """What is sent: the raw answers of open questions that have one, calculations too."""
        return {p: n.raw for p, n in self.by_path.items() if n.plan.is_field and n.relevant and n.raw != ""}

    def problems(self) -> list[tuple[str, str, str]]:
        """(path, kind, message) of everything wrong, in document order."""
        self.judge()
        return [(n.path, n.problem, self._message(n)) for n in self.by_path.values() if n.problem is not None]

    # Texts.

    def label(self, path: str) -> str:
        return self.text_of(self.by_path[path], "label")

    def hint(self, path: str) -> str:
        return self.text_of(self.by_path[path], "hint")

    def text_of(self, node: Node, key: TextKey) -> str:
        """`label`, `hint`, `guidance`, `cmsg` or `rmsg` of a node in the current language, with the answers in it."""
        text_id = self.program.defs[node.index].get(key, "")
        return self.text(text_id, node) if text_id else ""

    def choice_label(self, path: str, value: str) -> str:
        """The label of one choice of a question, whether it is offered now or not; the value itself without one."""
        return self.label_of_choice(self.by_path[path], value) or value

    def label_of_choice(self, node: Node, value: str) -> str:
        plan = node.plan
        if plan.node_items is not None:
            for item in plan.node_items(node, Scope(self, node)):
                if child_text(item, plan.of_value) == value:
                    return child_text(item, plan.of_label)
        elif plan.list_name:
            for row in self.program.lists[plan.list_name]:
                if row.get("name") == value:
                    return self.text(row.get("label", ""), node)
        return ""

    def offered_label(self, node: Node, value: str) -> str:
        """jr:choice-name: the label from the choices offered now; empty when it is not among them."""
        return self.label_of_choice(node, value) if value in node.offered else ""

    def text(self, text_id: str, node: Node) -> str:
        text = self.program.text(text_id, self._language, node.index)
        if isinstance(text, str):
            return text
        scope = Scope(self, node)
        return "".join(part if isinstance(part, str) else plain(part(node, scope)) for part in text)

    def instance_name(self) -> str:
        """The name that the workbook's settings give to a filled form; empty without one."""
        rule = self.program.instance_name
        return rule(self.root, Scope(self, self.root)) if rule else ""

    def _message(self, node: Node) -> str:
        own = node.plan.cmsg if node.problem == "constraint" else node.plan.rmsg if node.problem == "required" else ""
        text = self.text(own, node) if own else ""
        if text:
            return text
        messages = self.package["messages"]["zh" if self._language.startswith("zh") else "en"]
        return messages[node.plan.type if node.problem == "type" else str(node.problem)]


def _not_offered(node: Node, plan: Plan) -> bool:
    """Whether a word of an answer is not among the choices, or there are two where one may be chosen."""
    if node.raw == node.value and (plan.multiple or node.raw.isalnum()):
        return False
    names = words(node.raw)
    return not node.offered.issuperset(names) or (not plan.multiple and len(names) > 1)


def _is_within(node: Node | None, above: Node) -> bool:
    while node is not None:
        if node is above:
            return True
        node = node.parent
    return False


def _together(one: Node, other: Node) -> bool:
    """Whether two nodes do not stand in different instances of one repeat."""
    above: dict[int, Node] = {}
    node: Node | None = one
    while node is not None:
        above[node.index] = node
        node = node.parent
    node = other
    while node is not None:
        if node.index in above:
            return above[node.index] is node or node.plan.kind != "repeat"
        node = node.parent
    return True
