"""Writes rules as Python source and compiles all of them at once.

Nothing of a workbook ever stands in the source. Names are counted here, and what a workbook says (texts, numbers, names
of columns) is bound to such a name; there are no built-ins but those that `rule_calls.CALLS` hands in.

A function takes the node at which its rule stands (in a predicate: the candidate) and the `Scope`, and gives a value of
a known kind, so that no conversion is decided twice:

    "n" number   "s" text   "b" boolean   "one" a node   "set" open nodes in document order   "any" unknown
"""

from collections.abc import Mapping
from types import CodeType
from typing import Any, NamedTuple

DEEPEST = 20  # brackets within brackets; Python reads no more than some 100. What is deeper is a function of its own
ARGUMENTS = "node, scope"


class Term(NamedTuple):
    """An expression in Python over `node`, `scope`, `fixed` and `zone`, the kind of its value and how deep it is nested."""

    source: str
    kind: str
    depth: int = 0


def text(term: Term) -> Term:
    if term.kind == "s":
        return term
    if term.kind == "one":
        return Term(f"{term.source}.value", "s", term.depth)
    return Term(f"{'number_text' if term.kind == 'n' else 'text_of'}({term.source})", "s", term.depth + 1)


def number(term: Term) -> Term:
    if term.kind == "n":
        return term
    if term.kind in ("s", "one"):
        return Term(f"to_number({text(term).source}, zone)", "n", term.depth + 1)
    return Term(f"number_of({term.source}, zone)", "n", term.depth + 1)


def boolean(term: Term) -> Term:
    if term.kind == "b":
        return term
    if term.kind == "one":
        return Term(f"{term.source}.relevant", "b", term.depth)
    source = f"({term.source} != '')" if term.kind == "s" else f"boolean_of({term.source})"
    return Term(source, "b", term.depth + 1)


def nodes(term: Term) -> Term:
    return term if term.kind == "set" else Term(f"nodes_of({term.source})", "set", term.depth + 1)


class Code:
    """Functions that are written one after the other and made together."""

    def __init__(self, calls: Mapping[str, Any]) -> None:
        self._names: dict[str, Any] = {"__builtins__": {}, **calls}
        self._known: dict[tuple[type, str | int], str] = {}
        self._functions: dict[tuple[str, str], str] = {}
        self._written: list[str] = []
        self._count = 0

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    def constant(self, value: Any, kind: str = "any") -> Term:
        """A value under a name of its own, the same for the same value."""
        key = (type(value), value if isinstance(value, str) else repr(value) if isinstance(value, float) else id(value))
        name = self._known.get(key)
        if name is None:
            name = self._known[key] = self._name("k")
            self._names[name] = value
        return Term(name, kind)

    def function(self, term: Term, arguments: str = ARGUMENTS) -> str:
        """Writes a function that gives the value of `term`; its name, under which `load` hands it out. Many rules are alike."""
        key = arguments, term.source
        name = self._functions.get(key, "")
        if name:
            return name
        name = self._functions[key] = self._name("f")
        lines = [f"def {name}({arguments}):"]
        if "fixed[" in term.source:
            lines.append(" fixed = scope.form.fixed")
        if "zone" in term.source:
            lines.append(" zone = scope.form.zone")
        self._written += [*lines, f" return {term.source}"]
        return name

    def join(self, template: str, kind: str, *parts: Term) -> Term:
        """`template` with the parts in its places, between commas where it has one place for all: `{all}`."""
        flat = [part if part.depth < DEEPEST else self.apart(part) for part in parts]
        sources = [part.source for part in flat]
        source = template.format(*sources, all=", ".join(sources))
        return Term(source, kind, max((part.depth for part in flat), default=0) + 1)

    def apart(self, term: Term) -> Term:
        """The same value from a function of its own."""
        return Term(f"{self.function(term)}({ARGUMENTS})", term.kind, 1)

    def load(self) -> Mapping[str, Any]:
        """Makes what was written; functions by their names."""
        code: CodeType = compile("\n".join(self._written), "<rules>", "exec", dont_inherit=True)
        exec(code, self._names)  # noqa: S102  # only names counted here and words of this program, see above
        self._written = []
        return self._names
