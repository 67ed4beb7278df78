"""The text of a rule → its syntax tree, or the place where it cannot be read (XPath 1.0 as XLSForm uses it).

Gives   arrays that go into the package as they are: ["n", 3], ["s", "x"], ["neg", a], [operator, a, b],
        ["f", name, …args], ["p", start, [[axis, name, [predicates]], …]] with start "/", "." or an expression,
        and ["ref", name] for the `${name}` of a workbook cell, which no package holds.
Raises  ExpressionError with the kind of fault, the place in the text and what the fault says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.rules.tokens import ExpressionError, Token, syntax_error, tokens

Tree = list[Any]

# Function → least and greatest number of arguments (None: no limit).
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(("true", "false", "pi", "last", "current", "today", "now", "random"), (0, 0)),
    **dict.fromkeys(("number", "string", "string-length", "normalize-space", "position", "uuid"), (0, 1)),
    **dict.fromkeys(("boolean", "boolean-from-string", "not", "once", "int", "exp", "log", "log10", "exp10"), (1, 1)),
    **dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan", "sqrt", "abs", "floor", "ceiling"), (1, 1)),
    **dict.fromkeys(("sum", "count", "count-non-empty", "instance", "count-selected"), (1, 1)),
    **dict.fromkeys(("date", "date-time", "decimal-date-time", "decimal-time"), (1, 1)),
    **dict.fromkeys(("pow", "atan2", "selected", "selected-at", "jr:choice-name", "regex"), (2, 2)),
    **dict.fromkeys(("substring-before", "substring-after", "contains", "starts-with", "ends-with"), (2, 2)),
    **dict.fromkeys(("format-date", "format-date-time"), (2, 2)),
    **dict.fromkeys(("substr", "substring"), (2, 3)),
    **dict.fromkeys(("min", "max", "coalesce", "join"), (1, None)),
    "round": (1, 2),
    "if": (3, 3),
    "translate": (3, 3),
    "pulldata": (4, 4),
    "indexed-repeat": (3, 7),
    "concat": (0, None),
    "checklist": (3, None),
    "weighted-checklist": (4, None),
}
UNSUPPORTED_FUNCTIONS = frozenset(
    [
        "area",
        "distance",
        "enclosed-area",
        "extract-signed",
        "base64-decode",
        "base64-encode",
        "digest",
        "intersects",
        "geofence",
        "randomize",
        "encrypt",
        "decrypt",
        "entity",
    ]
)
_MOST_TOKENS = 3000
_DEEPEST_BRACKETS = 40
_DEEPEST_TREE = 200
_BINARY = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
_WORD_OPERATORS = frozenset(("or", "and", "div", "mod"))
_AXES = {
    "child": "child",
    "self": "self",
    "parent": "parent",
    "preceding-sibling": "before",
    "following-sibling": "after",
    "descendant-or-self": "within",
}
_QUOTED_REFERENCE = re.compile(r"\$\{([^}]*)\}")


def parse(text: str) -> Tree:
    """The syntax tree of `text`."""
    return _Parser(text, list(tokens(text))).whole()


def walk(tree: Tree) -> Iterator[Tree]:
    """`tree` and every tree within it, outermost first."""
    yield tree
    head = tree[0]
    if head == "p":
        if isinstance(tree[1], list):
            yield from walk(tree[1])
        for _axis, _name, predicates in tree[2]:
            for predicate in predicates:
                yield from walk(predicate)
    elif head not in ("n", "s", "ref"):
        for part in tree[2 if head == "f" else 1 :]:
            yield from walk(part)


def references(tree: Tree) -> Iterator[str]:
    """The names a rule refers to, also inside quoted paths."""
    for part in walk(tree):
        if part[0] == "ref":
            yield part[1]
        elif part[0] == "s":
            yield from (name.strip() for name in _QUOTED_REFERENCE.findall(part[1]))


def check_arguments(name: str, count: int, at: int = 0) -> None:
    """Raise when `name` is no function here, or not with that many arguments."""
    if name in UNSUPPORTED_FUNCTIONS:
        raise ExpressionError("FUNCTION_UNSUPPORTED", at, function=name)
    if name not in FUNCTIONS:
        raise ExpressionError("FUNCTION_UNKNOWN", at, function=name)
    least, most = FUNCTIONS[name]
    fits = count >= least and (most is None or count <= most)
    if name == "indexed-repeat" and count % 2 == 0:
        fits = False
    if name == "weighted-checklist" and count % 2 == 1:
        fits = False
    if not fits:
        arity = f"{least}" if most == least else f"≥ {least}" if most is None else f"{least}–{most}"
        raise ExpressionError("ARGUMENTS_WRONG", at, function=name, wanted=arity, given=count)


def _too_long() -> ExpressionError:
    error = syntax_error(1, "规则太长，或括号、算式的层数太多。", "the rule is too long, or nested too deeply.")
    error.values["remedy_zh"] = "请拆成几个 calculate，再引用它们。"
    error.values["remedy_en"] = "Split it into several calculates and refer to them."
    return error


def _too_large(at: int) -> ExpressionError:
    error = syntax_error(at, "数太大，无法计算。", "the number is too large to be calculated with.")
    error.values["remedy_zh"] = "请核对这个数，写得短一些。"
    error.values["remedy_en"] = "Check the number and write a shorter one."
    return error


def _depth(tree: Tree) -> int:
    """How deep arrays are nested in `tree`, counted without recursion."""
    deepest, todo = 0, [(tree, 1)]
    while todo:
        part, depth = todo.pop()
        deepest = max(deepest, depth)
        todo += [(inner, depth + 1) for inner in part if isinstance(inner, list)]
    return deepest


@dataclass(slots=True)
class _Parser:
    text: str
    tokens: list[Token]
    at: int = 0
    brackets: list[Token] = field(default_factory=list)

    def whole(self) -> Tree:
        if not self.tokens:
            raise syntax_error(1, "规则是空的。", "the rule is empty.")
        if len(self.tokens) > _MOST_TOKENS:
            raise _too_long()
        tree = self.binary(0)
        if self.at < len(self.tokens):
            self.unexpected()
        if _depth(tree) > _DEEPEST_TREE:
            raise _too_long()
        return tree

    def peek(self, ahead: int = 0) -> str:
        """The next mark or name; the empty string for anything else and at the end."""
        index = self.at + ahead
        if index < len(self.tokens) and self.tokens[index].kind in ("mark", "name"):
            return self.tokens[index].text
        return ""

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def unexpected(self) -> None:
        """Raise for the token that stands here, or for the end of the rule."""
        if self.at >= len(self.tokens):
            if self.brackets:
                first = self.brackets[0]
                error = syntax_error(
                    first.at,
                    f"第{first.at}个字符的左括号没有配对的右括号。",
                    f"the bracket opened at character {first.at} is not closed.",
                )
                error.values["missing"] = "".join(
                    ")" if token.text == "(" else "]" for token in reversed(self.brackets)
                )
                raise error
            raise syntax_error(len(self.text), "规则没有写完。", "the rule ends too early.")
        token = self.tokens[self.at]
        raise syntax_error(
            token.at,
            f"第{token.at}个字符处的“{token.text}”不应出现在这里。",
            f"“{token.text}” at character {token.at} is not expected there.",
        )

    def close(self, mark: str) -> None:
        if self.peek() != mark:
            self.unexpected()
        self.take()
        self.brackets.pop()

    def open(self) -> None:
        self.brackets.append(self.take())
        if len(self.brackets) > _DEEPEST_BRACKETS:
            raise _too_long()

    def binary(self, level: int) -> Tree:
        if level == len(_BINARY):
            return self.unary()
        tree = self.binary(level + 1)
        while self.peek() in _BINARY[level]:
            operator = self.take().text
            tree = [operator, tree, self.binary(level + 1)]
        return tree

    def unary(self) -> Tree:
        signs = 0
        while self.peek() == "-":
            self.take()
            signs += 1
        tree = self.union()
        for _sign in range(signs):
            tree = ["neg", tree]
        return tree

    def union(self) -> Tree:
        tree = self.path()
        while self.peek() == "|":
            self.take()
            tree = ["|", tree, self.path()]
        return tree

    def path(self) -> Tree:
        """A location path, or a value with predicates and steps after it."""
        mark = self.peek()
        if mark == "/":
            self.take()
            steps = self.steps() if self.starts_step() else []
            return ["p", "/", steps]
        if mark == "//":
            self.take()
            return ["p", "/", [["within", "*", []], *self.steps()]]
        if self.starts_step() and not self.is_call():
            return ["p", ".", self.steps()]
        tree = self.value()
        steps: list[Any] = []
        if self.peek() == "[":
            steps.append(["filter", "*", self.predicates()])
        if self.peek() in ("/", "//"):
            steps += self.further()
        return ["p", tree, steps] if steps else tree

    def starts_step(self) -> bool:
        if self.at >= len(self.tokens):
            return False
        token = self.tokens[self.at]
        return token.kind == "name" or (token.text in (".", "..", "*", "@") and token.kind == "mark")

    def is_call(self) -> bool:
        return self.peek(1) == "(" and self.tokens[self.at].kind == "name" and self.peek() != "node"

    def steps(self) -> list[Any]:
        return [self.step(), *self.further()]

    def further(self) -> list[Any]:
        steps: list[Any] = []
        while self.peek() in ("/", "//"):
            if self.take().text == "//":
                steps.append(["within", "*", []])
            steps.append(self.step())
        return steps

    def step(self) -> list[Any]:
        if not self.starts_step() or self.peek() == "@":
            self.unexpected()
        token = self.take()
        if token.text == ".":
            return ["self", "*", self.predicates()]
        if token.text == "..":
            return ["parent", "*", self.predicates()]
        axis = "child"
        if self.peek() == "::":
            if token.text not in _AXES:
                self.at -= 1
                self.unexpected()
            axis = _AXES[token.text]
            self.take()
            if self.at >= len(self.tokens):
                self.unexpected()
            token = self.take()
        name = token.text
        if name == "node" and self.peek() == "(":
            self.open()
            self.close(")")
            name = "*"
        elif token.kind != "name" and name != "*":
            self.at -= 1
            self.unexpected()
        return [axis, name, self.predicates()]

    def predicates(self) -> list[Tree]:
        predicates: list[Tree] = []
        while self.peek() == "[":
            self.open()
            predicates.append(self.binary(0))
            self.close("]")
        return predicates

    def value(self) -> Tree:
        if self.at >= len(self.tokens):
            self.unexpected()
        token = self.tokens[self.at]
        if token.kind == "number":
            self.take()
            number = float(token.text)
            if number in (float("inf"), float("-inf")):
                raise _too_large(token.at)
            return ["n", int(number) if number == int(number) and number < 2**53 else number]
        if token.kind == "text":
            self.take()
            return ["s", token.text[1:-1]]
        if token.kind == "ref":
            self.take()
            return ["ref", token.text[2:-1].strip()]
        if token.text == "(":
            self.open()
            tree = self.binary(0)
            self.close(")")
            return tree
        if token.kind == "name" and self.peek(1) == "(":
            return self.call()
        self.unexpected()
        raise AssertionError("unexpected() always raises")

    def call(self) -> Tree:
        name = self.take()
        self.open()
        arguments: list[Tree] = []
        if self.peek() != ")":
            arguments.append(self.binary(0))
            while self.peek() == ",":
                self.take()
                arguments.append(self.binary(0))
        self.close(")")
        check_arguments(name.text, len(arguments), name.at)
        return ["f", name.text, *arguments]
