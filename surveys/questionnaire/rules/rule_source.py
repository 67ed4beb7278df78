"""A rule of a package as its author wrote it in the sheet: syntax tree → text, with `${name}` for a question. Pure.

For people: what it says is right, but not every bracket and blank is the author's.
"""

from collections.abc import Sequence

from surveys.questionnaire.rules.expressions import Tree
from surveys.questionnaire.shapes.package_shape import Definition

_BINDS = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
}
_UNION = 7
_ATOM = 9


def source_of(tree: Tree, defs: Sequence[Definition]) -> str:
    """The rule in the words of the sheet. `defs`: those of its package."""
    return _Source(defs).text(tree)


class _Source:
    def __init__(self, defs: Sequence[Definition]) -> None:
        self.defs = defs
        self.names = {one["name"] for one in defs}

    def text(self, tree: Tree, outer: int = 0) -> str:
        source, binds = self._words(tree)
        return f"({source})" if binds < outer else source

    def _words(self, tree: Tree) -> tuple[str, int]:
        kind = tree[0]
        if kind == "n":
            return str(tree[1]).removesuffix(".0"), _ATOM
        if kind == "s":
            return (f'"{tree[1]}"' if "'" in tree[1] else f"'{tree[1]}'"), _ATOM
        if kind == "neg":
            return f"-{self.text(tree[1], _ATOM)}", _ATOM
        if kind == "f":
            return self._call(tree), _ATOM
        if kind == "p":
            return self._path(tree), _ATOM
        binds = _BINDS.get(kind, _UNION)
        return f"{self.text(tree[1], binds)} {kind} {self.text(tree[2], binds + 1)}", binds

    def _call(self, tree: Tree) -> str:
        name, arguments = tree[1], tree[2:]
        if name != "indexed":
            return f"{name}({', '.join(self.text(one) for one in arguments)})"
        places = [
            self._question(self.defs[one[1]]["name"]) if place == 0 or place % 2 else self.text(one)
            for place, one in enumerate(arguments)
        ]
        return f"indexed-repeat({', '.join(places)})"

    def _path(self, tree: Tree) -> str:
        start, steps = tree[1], tree[2]
        tests = "".join(f"[{self.text(one)}]" for step in steps for one in step[2])
        if isinstance(start, list) and start[:2] != ["f", "current"]:
            return "/".join([self.text(start), *(name for _axis, name, _tests in steps)]) + tests
        names = [name for _axis, name, _tests in steps if name != "*"]
        if not names:
            return ".." if any(axis == "parent" for axis, _name, _tests in steps) else "."
        is_column = start == "." and len(steps) == 1 and steps[0][0] == "child"
        return (names[-1] if is_column and names[-1] not in self.names else self._question(names[-1])) + tests

    def _question(self, name: str) -> str:
        return f"${{{name}}}"
