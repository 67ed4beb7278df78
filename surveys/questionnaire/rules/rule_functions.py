"""The functions of the rule language that look at the form, or choose what they evaluate: if, once, sum, position, ….

Each writes the expression of one call: `trees` are its arguments, `write` is the writer of the rule it stands in. What is
more than an expression is a function of `rule_calls.py`.
"""

from collections.abc import Callable
from typing import Any

from surveys.questionnaire.rules.expressions import Tree
from surveys.questionnaire.rules.rule_code import Term, boolean, nodes, number, text
from surveys.questionnaire.rules.values import words

Handler = Callable[[Any, list[Tree]], Term]


def _if(write: Any, trees: list[Tree]) -> Term:
    condition, yes, no = [write.term(tree) for tree in trees]
    kind = yes.kind if yes.kind == no.kind else "any"
    return write.code.join("({1} if {0} else {2})", kind, boolean(condition), yes, no)


def _coalesce(write: Any, trees: list[Tree]) -> Term:
    return write.code.join(f"({' or '.join(['{}'] * len(trees))})", "s", *[text(write.term(tree)) for tree in trees])


def _position(write: Any, trees: list[Tree]) -> Term:
    if not trees:
        return Term("float(scope.place)", "n", 1)
    return write.code.join("number_among({})", "n", nodes(write.term(trees[0])))


def _spread(write: Any, trees: list[Tree]) -> Term:
    """A list of the values of all arguments, each node of a node-set on its own."""
    terms = [write.term(tree) for tree in trees]
    parts = [term if term.kind in "snb" else write.code.join("*values_in({})", "any", term) for term in terms]
    return write.code.join("[{all}]", "any", *parts)


def _extreme(act: str) -> Handler:
    return lambda write, trees: write.code.join(f"extreme({act}, {{}}, zone)", "n", _spread(write, trees))


def _concat(write: Any, trees: list[Tree]) -> Term:
    return write.code.join("''.join(map(text_of, {}))", "s", _spread(write, trees))


def _join(write: Any, trees: list[Tree]) -> Term:
    mark = text(write.term(trees[0]))
    return write.code.join("{}.join(map(text_of, {}))", "s", mark, _spread(write, trees[1:]))


def _checklist(act: str) -> Handler:
    def check(write: Any, trees: list[Tree]) -> Term:
        limits = [number(write.term(tree)) for tree in trees[:2]]
        return write.code.join(f"checked({act}, {{}}, {{}}, {{}}, zone)", "b", *limits, _spread(write, trees[2:]))

    return check


def _indexed(write: Any, trees: list[Tree]) -> Term:
    """indexed-repeat: the nodes of one definition whose repeats have the given numbers."""
    target = write.code.constant((trees[0][1], [tree[1] for tree in trees[1::2]]))
    numbers = write.code.join("({all},)", "any", *[number(write.term(tree)) for tree in trees[2::2]])
    return write.code.join("indexed({}, {}, node, scope)", "set", target, numbers)


def _pulldata(write: Any, trees: list[Tree]) -> Term:
    lists = write.code.constant(write.program.first_rows)
    return write.code.join("pulled({all})", "s", lists, *[text(write.term(tree)) for tree in trees])


def _substr(write: Any, trees: list[Tree]) -> Term:
    """From and to a place counted from 0; where both are written out, a slice."""
    whole, *places = [write.term(tree) for tree in trees]
    if all(tree[0] == "n" and isinstance(tree[1], int) and tree[1] >= 0 for tree in trees[1:]):
        span = slice(trees[1][1], trees[2][1] if len(trees) > 2 else None)
        return write.code.join("{}[{}]", "s", text(whole), write.code.constant(span))
    return write.code.join("substr({all})", "s", text(whole), *map(number, places))


def _selected(write: Any, trees: list[Tree]) -> Term:
    """Whether a word is in a list; where the word is written out, without a call: mostly it is nowhere in the text."""
    answer, word = [text(write.term(tree)) for tree in trees]
    literals = words(trees[1][1]) if trees[1][0] == "s" else []
    if len(literals) != 1 or answer.depth:  # what is said twice must be short
        return write.code.join("selected({}, {})", "b", answer, word)
    return write.code.join("({1} in {0} and {1} in words({0}))", "b", answer, write.code.constant(literals[0]))


def _choice_name(write: Any, trees: list[Tree]) -> Term:
    value, nodes_term = text(write.term(trees[0])), nodes(write.term(trees[1]))
    return write.code.join("offered_label({}, {}, scope.form)", "s", value, nodes_term)


def _instance(write: Any, trees: list[Tree]) -> Term:
    lists, name = write.code.constant(write.program.list_root), write.code.constant(trees[0][1])
    return write.code.join("[{}({})]", "set", lists, name)


def _format(with_time: str) -> Handler:
    def formatted(write: Any, trees: list[Tree]) -> Term:
        value, pattern, names = (
            write.term(trees[0]),
            text(write.term(trees[1])),
            write.code.constant(write.program.names),
        )
        return write.code.join(f"formatted({{}}, zone, {{}}, {{}}, {with_time})", "s", value, pattern, names)

    return formatted


def _of(template: str, kind: str, convert: Callable[[Term], Term] = lambda term: term) -> Handler:
    """A call with one argument."""
    return lambda write, trees: write.code.join(template, kind, convert(write.term(trees[0])))


def _known(source: str, kind: str) -> Handler:
    """A call without arguments."""
    return lambda write, trees: Term(source, kind, 1)


SPECIAL: dict[str, Handler] = {
    "if": _if,
    "coalesce": _coalesce,
    "once": _of("(scope.current.raw or {})", "s", text),
    "position": _position,
    "last": _known("float(scope.size)", "n"),
    "current": _known("scope.current", "one"),
    "count": _of("float(len({}))", "n", nodes),
    "count-non-empty": _of("filled({})", "n", nodes),
    "sum": _of("total({}, zone)", "n"),
    "min": _extreme("smallest"),
    "max": _extreme("largest"),
    "concat": _concat,
    "join": _join,
    "checklist": _checklist("checklist"),
    "weighted-checklist": _checklist("weighted_checklist"),
    "indexed": _indexed,
    "pulldata": _pulldata,
    "selected": _selected,
    "substr": _substr,
    "jr:choice-name": _choice_name,
    "instance": _instance,
    "today": _known("scope.form.today", "s"),
    "now": _known("scope.form.clock", "s"),
    "date": _of("date({}, zone)", "s"),
    "date-time": _of("date_time({}, zone)", "s"),
    "decimal-date-time": lambda write, trees: number(write.term(trees[0])),
    "format-date": _format("false"),
    "format-date-time": _format("true"),
}
