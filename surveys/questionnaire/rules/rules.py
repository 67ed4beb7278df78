"""A syntax tree → the Python expression that evaluates it, written once for each rule of a package: operators, paths, calls."""

from typing import Any

from surveys.questionnaire.rules.expressions import Tree
from surveys.questionnaire.rules.functions import PLAIN
from surveys.questionnaire.rules.rule_code import Code, Term, boolean, nodes, number, text
from surveys.questionnaire.rules.rule_functions import SPECIAL
from surveys.questionnaire.rules.rule_values import IN_LIST

_AS = {"s": text, "n": number, "b": boolean}
_NUMBERS = {
    "+": ("({} + {})", "n"),
    "-": ("({} - {})", "n"),
    "*": ("({} * {})", "n"),
    "div": ("divide({}, {})", "n"),
    "mod": ("remainder({}, {})", "n"),
}
_TESTS = {"<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}


class Writer:
    """Writes the rules of one node. `owner`: its definition; `place`: where `.` stands, `owner`, `IN_LIST` or None (unknown)."""

    def __init__(self, program: Any, code: Code, owner: int, place: Any) -> None:
        self.program = program
        self.code = code
        self.owner = owner
        self.place = place

    def term(self, tree: Tree) -> Term:
        head = tree[0]
        if head == "n":
            return self.code.constant(float(tree[1]), "n")
        if head == "s":
            return self.code.constant(tree[1], "s")
        if head == "p":
            return self._path(tree)
        if head == "f":
            return self._call(tree[1], tree[2:])
        parts = [self.term(part) for part in tree[1:]]
        if head == "neg":
            return self.code.join("(-{})", "n", number(parts[0]))
        if head in ("or", "and"):
            return self.code.join(f"({{}} {head} {{}})", "b", *map(boolean, parts))
        if head in ("=", "!="):
            return self._equality(head == "=", parts)
        if head == "|":
            return self.code.join("in_order({} + {})", "set", *map(nodes, parts))
        if head in _TESTS:
            return self._comparison(head, parts)
        template, kind = _NUMBERS[head]
        return self.code.join(template, kind, *map(number, parts))

    def _equality(self, is_equal: bool, parts: list[Term]) -> Term:
        kinds = {part.kind for part in parts}
        template = "({} == {})" if is_equal else "({} != {})"
        if kinds <= {"s", "one"}:
            return self.code.join(template, "b", *map(text, parts))
        if kinds <= {"s", "one", "n"}:
            return self.code.join(template, "b", *map(number, parts))
        return self.code.join(f"equal({{}}, {{}}, zone, {'true' if is_equal else 'false'})", "b", *parts)

    def _comparison(self, head: str, parts: list[Term]) -> Term:
        if {part.kind for part in parts} <= {"s", "one", "n", "b"}:
            return self.code.join(f"({{}} {head} {{}})", "b", *map(number, parts))
        return self.code.join(f"compared({_TESTS[head]}, {{}}, {{}}, zone)", "b", *parts)

    # Paths.

    def _path(self, tree: Tree) -> Term:
        _head, start, steps = tree
        single = self._single(start, steps)
        if single is not None:
            return single
        term = self._begin(start)
        inside = IN_LIST if isinstance(start, list) and start[:2] == ["f", "instance"] else None
        for axis, name, predicates in steps:
            term = self._step(term, axis, name, [self._predicate(tree, inside) for tree in predicates])
        if any(axis not in ("child", "filter", "self") for axis, _name, _predicates in steps):
            term = self.code.join("in_order({})", "set", term)
        return self.code.join("open_ones({})", "set", term)

    def _begin(self, start: Any) -> Term:
        if start == "/":
            return Term("[scope.form.document]", "set")
        if start == ".":
            return Term("[node]", "set")
        if start == ["f", "current"]:
            return Term("[scope.current]", "set")
        return nodes(self.term(start))

    def _step(self, term: Term, axis: str, name: str, tests: list[str]) -> Term:
        """One step of a walk. `tests`: the functions of its predicates."""
        test_tuple = Term(f"({''.join(f'{test}, ' for test in tests)})", "any")
        if axis == "filter":
            return self.code.join("filtered({}, {}, scope)", "set", term, test_tuple)
        constants = self.code.constant(axis), self.code.constant(name)
        return self.code.join("step({}, {}, {}, {}, scope)", "set", term, *constants, test_tuple)

    def _predicate(self, tree: Tree, place: Any) -> str:
        """The function of a test for one candidate: a number means its place."""
        term = Writer(self.program, self.code, self.owner, place).term(tree)
        if term.kind == "n":
            return self.code.function(self.code.join("({} == scope.place)", "b", term))
        if term.kind == "any":
            return self.code.function(self.code.join("at_place({}, scope.place)", "b", term))
        return self.code.function(boolean(term))

    def _single(self, start: Any, steps: list[Any]) -> Term | None:
        """A path that leads to one node, without a search: the usual `${name}`."""
        if any(predicates for _axis, _name, predicates in steps):
            return None
        if start == "/":
            target = self.program.descend(0, [(axis, name) for axis, name, _predicates in steps[1:]])
            if target is None or not steps or steps[0][:2] != ["child", self.program.defs[0]["name"]]:
                return None
            return Term(f"fixed[{target:d}]", "one")
        if start == "." and self.place == IN_LIST:
            if len(steps) == 1 and steps[0][0] == "child" and steps[0][1] != "*":
                return self.code.join("(node.kids.get({}) or absent)[0]", "one", self.code.constant(steps[0][1]))
            return None
        if start not in (".", ["f", "current"]):
            return None
        return self._relative(start == ".", steps)

    def _relative(self, from_node: bool, steps: list[Any]) -> Term | None:
        """`.`, `..`, `../x`: up a known number of levels, then down by name to what exists once."""
        at = self.place if from_node else self.owner
        if not isinstance(at, int):
            return None
        source = "node" if from_node else "scope.current"
        rest = [(axis, name) for axis, name, _predicates in steps if (axis, name) != ("self", "*")]
        while rest and rest[0] == ("parent", "*"):
            at = self.program.defs[at]["par"]
            if at < 0:
                return None
            source += ".parent"
            rest.pop(0)
        if self.program.descend(at, rest) is None:
            return None
        source += "".join(f".kids[{self.code.constant(name).source}][0]" for _axis, name in rest)
        return Term(source, "one")

    # Functions.

    def _call(self, name: str, trees: list[Tree]) -> Term:
        special = SPECIAL.get(name)
        if special is not None:
            return special(self, trees)
        kinds, result, act = PLAIN[name]
        parts = [self.term(part) for part in trees]
        if kinds and not parts and name != "uuid":  # number(), string(), … take the node itself
            parts = [Term("node", "one")]
        parts = [_AS[kind](part) for kind, part in zip(kinds, parts, strict=False)]
        if isinstance(act, str):
            return self.code.join(act, result, *parts)
        return self.code.join(f"{self.code.constant(act).source}({{all}})", result, *parts)
