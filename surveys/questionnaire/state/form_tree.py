"""The tree of a visit's nodes: repeat instances made, kept aside, found by path and numbered in document order."""

import re
from functools import lru_cache

from surveys.questionnaire.sheets.columns import MOST_INSTANCES
from surveys.questionnaire.state.nodes import Node
from surveys.questionnaire.state.program import Program

# Of all repeats together. No questionnaire comes near; it keeps a forged record from filling the server's memory.
MOST_IN_ALL = 5_000
_MOST_UNUSED = 20
_LONGEST_KEPT = 300  # characters of a path that is not read again for the next visit
_SEGMENT = re.compile(r"([^\[\]]+)(?:\[([0-9]{1,6})\])?")


class FormTree:
    """What `FormState` is built on. `begins`: nodes made now are new and take the defaults of the workbook."""

    program: Program
    root: Node
    begins: bool
    stored_repeats: dict[str, int]
    unknown: dict[str, str]
    by_path: dict[str, Node]
    instances: list[list[Node]]
    fixed: list[Node]  # what stands outside of repeats, by its definition; the root for everything else
    size: int = 0  # instances built so far
    _questions: dict[str, Node]  # the questions outside of repeats, by their path
    _ruled: list[Node]  # what stands outside of repeats and opens, or offers, by a rule
    _runs: list[dict[str, Node]]  # what stands outside of repeats by path, parted where instances come in between
    _single: list[list[Node]]  # the instances of a form whose repeats have none
    _indexed: list[list[Node]] | None  # the instances that the index was made of
    _leftovers: dict[int, list[Node]]  # instances of the visit before, by their definition
    _entered: dict[str, Node]  # where the answer before was put: mostly the next one stands beside it

    def _plant(self) -> None:
        """The tree before any answer."""
        program = self.program
        self._leftovers = {}
        self.fixed = [None] * len(program.defs)  # type: ignore[list-item]
        self.root = self._build(0, None, "")
        self.fixed = [node or self.root for node in self.fixed]
        alone = {path: self.fixed[index] for path, index in program.single.items()}
        for path, node in alone.items():
            node.path = path
        self._questions = {path: node for path, node in alone.items() if node.plan.is_field}
        self._ruled = [node for node in alone.values() if node.plan.relevant is not None or node.plan.depends]
        self._runs = [{path: self.fixed[index] for path, index in run.items()} for run in program.runs]
        self._single = [[node] if node is not self.root or index == 0 else [] for index, node in enumerate(self.fixed)]
        self._entered = {}
        self._indexed = None

    def _build(self, index: int, parent: Node | None, path: str) -> Node:
        """A node with everything in it; `path` only serves to find the stored number of instances."""
        if leftovers := self._leftovers.get(index):
            return self._renewed(leftovers.pop(0))
        node = Node(self, index, parent)
        plan = node.plan
        if path in self.program.single:
            self.fixed[index] = node
        self.size += plan.kind == "repeat"
        if plan.is_field and self.begins:
            node.raw = plan.default
        for kid in plan.kids:
            below = self.program.plans[kid]
            if below.kind != "repeat":
                node.kids[below.name] = [self._build(kid, node, f"{path}/{below.name}")]
            else:
                self._begin(node, kid, f"{path}/{below.name}")
        return node

    def _renewed(self, node: Node) -> Node:
        """An instance of the visit before, and what stands in it, as it was built."""
        node.clear()
        self.size += node.plan.kind == "repeat"
        if node.plan.is_field and self.begins:
            node.raw = node.plan.default
        for kids in node.kids.values():
            self._renewed(kids[0])
        return node

    def _begin(self, node: Node, kid: int, path: str) -> None:
        """The instances of a repeat that were stored; one of an open repeat in a visit that begins."""
        below = self.program.plans[kid]
        node.kids[below.name] = []
        node.spare[below.name] = []
        if below.count is None:
            number = 1 if self.begins else self.stored_repeats.get(path, 0)
            for _place in range(max(0, min(int(number), MOST_INSTANCES, MOST_IN_ALL - self.size))):
                self._append(node, kid, path)

    def _clear(self) -> None:
        """What stands outside of repeats as before any answer, for another visit; the rest of it is worked out each time."""
        self.size = 0
        self._entered = {}
        for node in self._questions.values():
            node.raw = ""
        for node in self._ruled:
            node.opens = True
            node.choices, node.offered = node.plan.choices
        for index, kid, path in self.program.repeats:
            above, name = self.fixed[index], self.program.plans[kid].name
            if kid in self.program.flat:
                self._leftovers[kid] = [*above.kids[name], *above.spare[name]][:_MOST_UNUSED]
            self._begin(above, kid, path)

    def _append(self, parent: Node, index: int, path: str = "") -> Node:
        """One more instance of an open repeat, or a kept one of a counted repeat coming back."""
        name = self.program.plans[index].name
        spare = parent.spare[name]
        kids = parent.kids[name]
        node = spare.pop(0) if spare else self._build(index, parent, f"{path}[{len(kids) + 1}]")
        kids.append(node)
        node.number = len(kids)
        return node

    def _restore(self, path: str, text: str) -> None:
        """Put the stored raw answer of a question in a repeat in its place, with the instances it needs."""
        node = self._beside(path) or self._locate(path)
        if node is None or not node.plan.is_field or not isinstance(text, str):
            self.unknown[path] = text
        else:
            node.raw = text

    def _beside(self, path: str) -> Node | None:
        """A question that stands in the same instance as one that was found before."""
        above, _slash, name = path.rpartition("/")
        parent = self._entered.get(above)
        return parent.kids[name][0] if parent is not None and name in parent.kids and name not in parent.spare else None

    def _locate(self, path: str) -> Node | None:
        node = self.root
        at = ""
        for part, name, place in (_segments if len(path) <= _LONGEST_KEPT else _segments.__wrapped__)(path):
            index = self.program.by_name[node.index].get(name)
            if index is None:
                return None
            at += "/" + part
            if self.program.plans[index].kind != "repeat":
                if place is not None:
                    return None
                node = node.kids[name][0]
                continue
            number = place or 0
            if not 1 <= number <= MOST_INSTANCES:
                return None
            kids, spare = node.kids[name], node.spare[name]
            # Mostly as many are counted as were stored, and whoever reads one comes after its count. In a circle the
            # outcome must not depend on what is there first.
            siblings = kids if self.program.plans[index].count is None or self.program.rounds == 1 else spare
            if self.size + number - len(kids) - len(spare) > MOST_IN_ALL:
                return None
            while len(kids) + len(spare) < number:
                siblings.append(self._build(index, node, f"{at.rpartition('[')[0]}[{len(kids) + len(spare) + 1}]"))
            node = kids[number - 1] if number <= len(kids) else spare[number - len(kids) - 1]
            self._entered[at] = node
        return node if node is not self.root else None

    def _index(self) -> None:
        """Find the nodes in document order and number them; what stands in repeats gets its path."""
        program = self.program
        all_flat = len(program.flat) == len(program.repeats)
        if all_flat:  # what instances there are says all: mostly those of the last visit
            there = [self.fixed[above].kids[program.plans[kid].name].copy() for above, kid, _path in program.repeats]
            if there == self._indexed:
                return
            self._indexed = there
        self.instances = self._single.copy()
        self.by_path = dict(self._runs[0])
        for index in program.inside:
            self.instances[index] = []
        for (above, kid, path), run in zip(program.repeats, self._runs[1:], strict=True):
            for number, node in enumerate(self.fixed[above].kids[program.plans[kid].name], 1):
                node.number = number
                self._enter(node, f"{path}[{number}]")
            self.by_path |= run
        for order, node in enumerate(self.by_path.values()):
            node.order = order

    def _enter(self, node: Node, path: str) -> None:
        """A node of a repeat and what stands in it."""
        node.path = path
        self.instances[node.index].append(node)
        self.by_path[path] = node
        for name, kids in node.kids.items():
            if name in node.spare:
                for number, kid in enumerate(kids, 1):
                    kid.number = number
                    self._enter(kid, f"{path}/{name}[{number}]")
            else:
                self._enter(kids[0], f"{path}/{name}")

    def _repeat(self, repeat: str) -> tuple[Node, int]:
        above, _slash, name = repeat.rpartition("/")
        parent = self.by_path[above]
        index = self.program.by_name[parent.index][name]
        plan = self.program.plans[index]
        if plan.kind != "repeat":
            raise KeyError(repeat)
        if plan.count is not None:
            raise ValueError(f"the instances of {repeat} are counted by a question")
        return parent, index

    @property
    def repeats(self) -> dict[str, int]:
        """Each repeat that is there now, with its number of instances."""
        return {
            f"{node.path}/{name}": len(node.kids[name])
            for node in self.by_path.values()
            if node.spare
            for name in node.spare
        }

    def raw(self) -> dict[str, str]:
        """All raw answers that are kept, also of closed questions and of instances beyond a count."""
        out: dict[str, str] = {}

        def visit(node: Node, path: str) -> None:
            if node.plan.is_field and node.raw != "":
                out[path] = node.raw
            for name, kids in node.kids.items():
                if name in node.spare:
                    for number, kid in enumerate(kids + node.spare[name], 1):
                        visit(kid, f"{path}/{name}[{number}]")
                else:
                    visit(kids[0], f"{path}/{name}")

        visit(self.root, "")
        return out


@lru_cache(maxsize=1024)
def _segments(path: str) -> tuple[tuple[str, str, int | None], ...]:
    """The parts of a path, each with its name and the number of the instance; no name where it cannot be read."""
    segments = []
    for part in path.split("/")[1:]:
        match = _SEGMENT.fullmatch(part)
        segments.append((part, match[1], int(match[2]) if match[2] else None) if match else (part, "", None))
    return tuple(segments)
