"""The tree of a visit's nodes: repeat instances made, kept aside, found by path and numbered in document order."""

import re

from surveys.questionnaire.nodes import Node
from surveys.questionnaire.program import Program

MOST_INSTANCES = 1000
# Of all repeats together. No questionnaire comes near; it keeps a forged record from filling the server's memory.
MOST_IN_ALL = 5_000
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
    fixed: list[Node]
    single: dict[int, Node]  # the nodes outside of repeats, by their definition
    made: int = 0  # instances built so far
    _bare: tuple[list[list[Node]], dict[str, Node], list[Node]] | None = (
        None  # the index while no repeat has an instance
    )

    def _build(self, index: int, parent: Node | None, path: str) -> Node:
        """A node with everything in it; `path` only serves to find the stored number of instances."""
        node = Node(self, index, parent)
        plan = node.plan
        self.single[index] = node
        self.made += plan.kind == "repeat"
        if plan.is_field and self.begins:
            node.raw = plan.default
        for kid in plan.kids:
            below = self.program.plans[kid]
            if below.kind != "repeat":
                node.kids[below.name] = [self._build(kid, node, f"{path}/{below.name}")]
            else:
                self._begin(node, kid, f"{path}/{below.name}")
        return node

    def _begin(self, node: Node, kid: int, path: str) -> None:
        """The instances of a repeat that were stored; one of an open repeat in a visit that begins."""
        below = self.program.plans[kid]
        node.kids[below.name] = []
        node.spare[below.name] = []
        if below.count is None:
            number = 1 if self.begins else self.stored_repeats.get(path, 0)
            for _place in range(max(0, min(int(number), MOST_INSTANCES, MOST_IN_ALL - self.made))):
                self._append(node, kid, path)

    def _clear(self) -> None:
        """The tree as `_build` leaves it before any answer, for another visit: what stands outside of repeats is kept."""
        self.made = 0
        self.root.clear()
        for index in self.program.single.values():
            self.single[index].clear()
        for index, kid, path in self.program.repeats:
            self._begin(self.root if index == 0 else self.single[index], kid, path)

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
        """Put a stored raw answer in its place, with the instances it needs."""
        index = self.program.single.get(path)
        node = self._locate(path) if index is None else self.single[index]
        if node is None or not node.plan.is_field or not isinstance(text, str):
            self.unknown[path] = text
        else:
            node.raw = text

    def _locate(self, path: str) -> Node | None:
        node = self.root
        at = ""
        for part in path.split("/")[1:]:
            match = _SEGMENT.fullmatch(part)
            if not match:
                return None
            name, number = match[1], int(match[2] or 0)
            index = self.program.by_name[node.index].get(name)
            if index is None:
                return None
            at += "/" + part
            if self.program.plans[index].kind != "repeat":
                if match[2] is not None:
                    return None
                node = node.kids[name][0]
                continue
            if not 1 <= number <= MOST_INSTANCES:
                return None
            kids, spare = node.kids[name], node.spare[name]
            held = spare if self.program.plans[index].count is not None else kids
            if self.made + number - len(kids) - len(spare) > MOST_IN_ALL:
                return None
            while len(kids) + len(spare) < number:
                held.append(self._build(index, node, f"{at.rpartition('[')[0]}[{len(kids) + len(spare) + 1}]"))
            node = kids[number - 1] if number <= len(kids) else spare[number - len(kids) - 1]
        return node if node is not self.root else None

    def _index_first(self) -> None:
        """The same for a tree that was just filled: without instances it is as it was the last time."""
        above = ((self.root if index == 0 else self.single[index], kid) for index, kid, _path in self.program.repeats)
        if any(node.kids[self.program.plans[kid].name] for node, kid in above):
            self._index()
            return
        if self._bare is None:
            self._index()
            self._bare = self.instances, self.by_path, self.fixed
        self.instances, self.by_path, self.fixed = self._bare

    def _index(self) -> None:
        """Number the nodes in document order and give them their paths."""
        program = self.program
        self.instances = [[] for _definition in program.defs]
        self.by_path = {}
        instances, by_path = self.instances, self.by_path
        count = 0

        def visit(node: Node, path: str) -> None:
            nonlocal count
            node.order = count
            count += 1
            node.path = path
            instances[node.index].append(node)
            by_path[path] = node
            spare = node.spare
            for name, kids in node.kids.items():
                if name in spare:
                    for number, kid in enumerate(kids, 1):
                        kid.number = number
                        visit(kid, f"{path}/{name}[{number}]")
                    continue
                kid = kids[0]
                if kid.kids:
                    visit(kid, f"{path}/{name}")
                    continue
                kid.order = count  # a question, as above: most nodes are questions
                count += 1
                kid.path = here = f"{path}/{name}"
                instances[kid.index].append(kid)
                by_path[here] = kid

        visit(self.root, "")
        self.fixed = [found[0] if found else self.root for found in instances]

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
        return {f"{node.path}/{name}": len(node.kids[name]) for node in self.by_path.values() for name in node.spare}

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
