"""What every rule reads, and the order in which rules are worked out.

Takes   the definitions of a package with parsed rules, and the columns of its choice lists.
Gives   for each rule the definitions it reads; then `order`, `affected` and `rounds` of the package.
Raises  ExpressionError (PATH_UNKNOWN, REFERENCE_UNKNOWN, EXPRESSION_SYNTAX) for a path to nothing; CycleError for rules
        that need each other. A circle through a choice filter is legal: it is cut at the filter and worked out in rounds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from surveys.questionnaire.rules.expressions import Tree
from surveys.questionnaire.rules.tokens import ExpressionError
from surveys.questionnaire.shapes.package_shape import Definition

Step = tuple[int, str]
# A place that a path may lead to: a definition, or ("root" | "item" | column, list).
Place = int | tuple[str, str]
PROPERTIES = ("count", "relevant", "calculate", "items")
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Circle:
    """Rules that need each other: one of them, and the definitions on the way from it back to itself."""

    step: Step
    way: list[int]


class CycleError(Exception):
    """All circles of the rules."""

    def __init__(self, circles: list[Circle]) -> None:
        super().__init__(f"cycles through {[circle.way for circle in circles]}")
        self.circles = circles


class Reader:
    """Follows the paths of rules through the definitions."""

    def __init__(self, defs: list[Definition], columns: dict[str, set[str]]) -> None:
        self.defs = defs
        self.columns = columns
        self.by_name: list[dict[str, int]] = [{defs[kid]["name"]: kid for kid in d.get("kids", ())} for d in defs]

    def reads(self, tree: Tree, owner: int) -> set[int]:
        """The definitions whose value or number `tree` depends on, when it is a rule of `owner`."""
        numbers: set[int] = set()
        self._visit(tree, {owner}, owner, numbers)
        return numbers

    def leads_to(self, tree: Tree, owner: int) -> set[Place]:
        """Where the path `tree` leads to."""
        return self._visit(tree, {owner}, owner, set())

    def _visit(self, tree: Tree, here: set[Place], owner: int, numbers: set[int]) -> set[Place]:
        head = tree[0]
        if head in ("n", "s"):
            return set()
        if head == "p":
            return self._path(tree, here, owner, numbers)
        if head == "f":
            return self._function(tree, here, owner, numbers)
        places = [self._visit(part, here, owner, numbers) for part in tree[1:]]
        return set().union(*places) if head == "|" else set()

    def _function(self, tree: Tree, here: set[Place], owner: int, numbers: set[int]) -> set[Place]:
        name, arguments = tree[1], tree[2:]
        if name == "current":
            return {owner}
        if name == "instance":
            return {("root", self._list(arguments[0]))}
        if name == "position" and arguments:
            self._visit(arguments[0], here, owner, set())  # numbers change with the instances, not with answers
            return set()
        if name == "pulldata":
            self._list(arguments[0])
        if name == "indexed":  # node, then pairs of repeat and number; nodes and repeats as definitions
            for argument in arguments[2::2]:
                self._visit(argument, here, owner, numbers)
            numbers.add(arguments[0][1])
            return {arguments[0][1]}
        if name in ("string", "number", "string-length", "normalize-space", "position", "last") and not arguments:
            if name not in ("position", "last"):
                numbers.update(place for place in here if isinstance(place, int))
            return set()
        for argument in arguments:
            self._visit(argument, here, owner, numbers)
        return set()

    def _list(self, tree: Tree) -> str:
        if tree[0] != "s":
            raise ExpressionError(
                "EXPRESSION_SYNTAX",
                detail_zh="列表名须用引号写出，不能由答案决定。",
                detail_en="the name of a list must be quoted text, not an answer.",
                remedy_zh="请写成 instance('列表名')。",
                remedy_en="Write instance('list_name').",
            )
        if tree[1] not in self.columns:
            raise ExpressionError("PATH_UNKNOWN", path=f"instance('{tree[1]}')")
        return tree[1]

    def _path(self, tree: Tree, here: set[Place], owner: int, numbers: set[int]) -> set[Place]:
        _head, start, steps = tree
        absolute = start == "/"
        if absolute:
            places: set[Place] = set()
        elif start == ".":
            places = set(here)
        else:
            places = self._visit(start, here, owner, numbers)
            if not places:
                raise ExpressionError("PATH_UNKNOWN", path=path_text(tree))
        for number, (axis, name, predicates) in enumerate(steps):
            if absolute and number == 0:
                places = self._first(axis, name)
            else:
                places = self._step(places, axis, name)
            if not places:
                raise ExpressionError("PATH_UNKNOWN", path=path_text(tree))
            for predicate in predicates:
                self._visit(predicate, places, owner, numbers)
        numbers.update(place for place in places if isinstance(place, int))
        return places

    def _first(self, axis: str, name: str) -> set[Place]:
        """Where the first step of an absolute path leads to: the root, or with // anything."""
        if axis == "within":
            return set(self.subtree(0))
        return {0} if name in (self.defs[0]["name"], "*") else set()

    def _step(self, places: set[Place], axis: str, name: str) -> set[Place]:
        out: set[Place] = set()
        for place in places:
            out.update(self._around(place, axis, name) if isinstance(place, int) else self._in_list(place, axis, name))
        return out

    def _around(self, place: int, axis: str, name: str) -> Iterable[Place]:
        parent = self.defs[place]["par"]
        if axis == "child":
            if name == "*":
                return self.by_name[place].values()
            return [self.by_name[place][name]] if name in self.by_name[place] else []
        if axis == "parent":
            return [parent] if parent >= 0 and name in ("*", self.defs[parent]["name"]) else []
        if axis == "within":
            return self.subtree(place)
        if axis in ("before", "after"):
            kids = self.by_name[parent] if parent >= 0 else {}
            return [kid for kid_name, kid in kids.items() if name in ("*", kid_name)]
        return [place] if name in ("*", self.defs[place]["name"]) else []

    def _in_list(self, place: tuple[str, str], axis: str, name: str) -> Iterable[Place]:
        level, list_name = place
        if axis in ("self", "filter", "within"):
            return [place]
        if axis == "parent":
            return [("root" if level == "item" else "item", list_name)]
        if axis in ("before", "after"):
            return [place]
        if level == "root":
            return [("root", list_name) if name == "root" else ("item", list_name)] if name in ("root", "item") else []
        if level == "item" and (name == "*" or name in self.columns[list_name]):
            return [(name, list_name)]
        return []

    def subtree(self, place: int) -> list[int]:
        """`place` and everything in it, in document order."""
        out = [place]
        for kid in self.defs[place].get("kids", ()):
            out += self.subtree(kid)
        return out


def path_text(tree: Tree) -> str:
    """A path as people write it, for a fault."""
    if tree[0] != "p":
        return f"{tree[1]}(…)" if tree[0] == "f" else "(…)"
    start = path_text(tree[1]) if isinstance(tree[1], list) else ""
    marks = {"self": ".", "parent": "..", "within": ""}
    parts = [marks.get(axis, name) if name == "*" else name for axis, name, _predicates in tree[2]]
    lead = "/" if tree[1] == "/" else f"{start}/" if start else ""
    return lead + "/".join(parts)


def plan(defs: list[Definition], rules: dict[Step, set[int]]) -> tuple[list[Step], dict[int, list[int]], int]:
    """`order`, `affected` and `rounds` for the rules, each given with the definitions it reads."""
    needs = {step: _needs(defs, rules, step) for step in rules}
    cuts, illegal = _cut_filters(needs)
    if illegal:
        raise CycleError([_circle(defs, rules, needs, part) for part in illegal])
    order = _sorted(needs, cuts)
    return order, _affected(defs, rules, needs, order), ROUNDS if cuts else 1


def _ancestors(defs: list[Definition], index: int) -> Iterable[int]:
    index = defs[index]["par"]
    while index >= 0:
        yield index
        index = defs[index]["par"]


def _needs(defs: list[Definition], rules: dict[Step, set[int]], step: Step) -> set[Step]:
    """The steps that must be done before `step`."""
    index, prop = step
    steps: list[Step] = []
    for read in rules[step]:
        steps += [(read, "count"), (read, "relevant"), (read, "calculate"), (read, "items")]
        steps += [(ancestor, p) for ancestor in _ancestors(defs, read) for p in ("relevant", "count")]
    steps += [(ancestor, p) for ancestor in _ancestors(defs, index) for p in ("relevant", "count")]
    if prop in ("calculate", "items"):
        steps.append((index, "relevant"))
    if prop == "relevant":
        steps.append((index, "count"))
    return {other for other in steps if other in rules}


def _cut_filters(needs: dict[Step, set[Step]]) -> tuple[dict[Step, set[Step]], list[set[Step]]]:
    """For each choice filter in a circle, the needs that are left out so that an order exists; and the circles that stay."""
    cuts: dict[Step, set[Step]] = {}
    illegal: list[set[Step]] = []
    for part in _circles(needs, {}):
        if any(prop == "count" for _index, prop in part):
            illegal.append(part)
            continue
        for step in part:
            if step[1] == "items":
                cuts[step] = needs[step] & part
    in_illegal = set().union(*illegal)
    illegal += [part for part in _circles(needs, cuts) if not part & in_illegal]
    return cuts, sorted(illegal, key=min)


def _circle(
    defs: list[Definition], rules: dict[Step, set[int]], needs: dict[Step, set[Step]], part: set[Step]
) -> Circle:
    """The shortest way round in `part`, from its first rule, through what each rule reads."""
    start = min(part)
    before: dict[Step, Step] = {}
    todo = [start]
    for step in todo:
        for other in sorted(needs[step] & part):
            if other not in before:
                before[other] = step
                todo.append(other)
    steps = [start]
    while before[steps[-1]] != start:
        steps.append(before[steps[-1]])
    steps = [start, *reversed(steps[1:])]
    way: list[int] = []
    for step, after in zip(steps, [*steps[1:], start], strict=True):
        way.append(_shown(defs, step[0]))
        if after[0] not in rules[step] and after[0] not in _ancestors(defs, step[0]):
            # The rule reads something inside the group or repeat that comes next.
            way += sorted(read for read in rules[step] if after[0] in _ancestors(defs, read))[:1]
    way = [index for place, index in enumerate(way) if place == 0 or index != way[place - 1]]
    return Circle(start, way[:-1] if len(way) > 1 and way[-1] == way[0] else way)


def _shown(defs: list[Definition], index: int) -> int:
    """The definition as the workbook has it: the count of a repeat is a node that pyxform made beside it."""
    name, parent = defs[index]["name"], defs[index]["par"]
    for kid in defs[parent].get("kids", ()) if parent >= 0 else ():
        if defs[kid]["kind"] == "repeat" and name == defs[kid]["name"] + "_count":
            return kid
    return index


def _circles(needs: dict[Step, set[Step]], cuts: dict[Step, set[Step]]) -> list[set[Step]]:
    """The strongly connected parts of more than one step, or of one that needs itself (Tarjan, without recursion)."""
    numbers: dict[Step, int] = {}
    low: dict[Step, int] = {}
    stack: list[Step] = []
    on_stack: set[Step] = set()
    circles: list[set[Step]] = []
    for root in sorted(needs):
        if root in numbers:
            continue
        work = [(root, iter(sorted(needs[root] - cuts.get(root, set()))))]
        numbers[root] = low[root] = len(numbers)
        stack.append(root)
        on_stack.add(root)
        while work:
            step, rest = work[-1]
            for other in rest:
                if other not in numbers:
                    numbers[other] = low[other] = len(numbers)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(sorted(needs[other] - cuts.get(other, set())))))
                    break
                if other in on_stack:
                    low[step] = min(low[step], numbers[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[step])
                if low[step] == numbers[step]:
                    part: set[Step] = set()
                    while step not in part:
                        member = stack.pop()
                        on_stack.discard(member)
                        part.add(member)
                    if len(part) > 1 or step in needs[step] - cuts.get(step, set()):
                        circles.append(part)
    return circles


def _sorted(needs: dict[Step, set[Step]], cuts: dict[Step, set[Step]]) -> list[Step]:
    """The steps in an order that respects the needs; among equals, document order."""
    open_needs = {step: len(needs[step] - cuts.get(step, set())) for step in needs}
    followers: dict[Step, list[Step]] = {step: [] for step in needs}
    for step, others in needs.items():
        for other in others - cuts.get(step, set()):
            followers[other].append(step)
    ready = [(index, PROPERTIES.index(prop)) for (index, prop), count in open_needs.items() if not count]
    ready.sort()
    order: list[Step] = []
    while ready:
        index, rank = heappop(ready)
        step = (index, PROPERTIES[rank])
        order.append(step)
        for follower in followers[step]:
            open_needs[follower] -= 1
            if not open_needs[follower]:
                heappush(ready, (follower[0], PROPERTIES.index(follower[1])))
    return order


def _affected(
    defs: list[Definition], rules: dict[Step, set[int]], needs: dict[Step, set[Step]], order: list[Step]
) -> dict[int, list[int]]:
    """For each field, the places in `order` that a change of its raw answer makes stale."""
    followers: dict[Step, set[Step]] = {step: set() for step in rules}
    for step, others in needs.items():
        for other in others:
            followers[other].add(step)
    place = {step: number for number, step in enumerate(order)}
    readers: dict[int, set[Step]] = {}
    for step, reads in rules.items():
        for index in reads:
            readers.setdefault(index, set()).add(step)
    affected: dict[int, list[int]] = {}
    for index, definition in enumerate(defs):
        todo = list(readers.get(index, ())) if definition["kind"] == "field" else []
        if (index, "calculate") in rules:
            todo.append((index, "calculate"))  # what is typed over a calculation does not stay
        stale: set[Step] = set(todo)
        while todo:
            for follower in followers[todo.pop()] - stale:
                stale.add(follower)
                todo.append(follower)
        if stale:
            affected[index] = sorted(place[step] for step in stale)
    return affected
