"""A rule of relevance in words: “第12题选‘有’”, “question 12 is ‘Yes’”; None for one that cannot be said. Pure.

For paper: a person with a pencil works the rule out, so only questions that stand on the paper are named, by their number.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from surveys.questionnaire.rules.dependencies import Reader
from surveys.questionnaire.rules.expressions import Tree
from surveys.questionnaire.rules.tokens import ExpressionError
from surveys.questionnaire.shapes.package_shape import Package

_NUMERIC = {
    "=": ("为", "is"),
    "!=": ("不为", "is not"),
    ">": ("大于", "is more than"),
    ">=": ("不小于", "is at least"),
    "<": ("小于", "is less than"),
    "<=": ("不大于", "is at most"),
}
_TURNED = {"=": "=", "!=": "!=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}
_CHOICES = ("select_one", "select_multiple", "rank")


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition on one question: `of` its definition; `chosen` choices of it, joined by or; else `words` about it."""

    of: int
    chosen: tuple[str, ...] = ()
    negative: bool = False
    words: str = ""


class RuleWords:
    """Says rules of one package in one language; `numbers` are those of the questions on the paper, by definition."""

    def __init__(
        self,
        package: Package,
        numbers: Mapping[int, int],
        labels: Mapping[int, Mapping[str, str]],
        chinese: bool,
    ) -> None:
        self.defs = package["defs"]
        self.lists = package["sec"]
        self.numbers = numbers
        self.labels = labels  # definition → choice → label
        self.chinese = chinese
        columns = {name: {key for row in rows for key in row} | {"name"} for name, rows in self.lists.items()}
        self.reader = Reader(self.defs, columns)

    def say(self, tree: Tree, owner: int) -> str | None:
        """The rule of `owner` in words."""
        alternatives = []
        for parts in self._alternatives(tree, owner) or ():
            questions = {one.of for one in parts if one.chosen or one.words}
            clauses = [one for one in parts if one.chosen or one.words or one.of not in questions]
            alternatives.append(self._joined([self._one(one) for one in dict.fromkeys(clauses)], "，且", ", and "))
        return self._joined(alternatives, "；或", "; or ") if alternatives else None

    def _alternatives(self, tree: Tree, owner: int) -> list[list[Clause]] | None:
        """The rule as alternatives of conditions that hold together; None where a part cannot be said."""
        if tree[0] == "or":
            left, right = self._alternatives(tree[1], owner), self._alternatives(tree[2], owner)
            if left is None or right is None:
                return None
            return self._merged([*left, *right])
        if tree[0] == "and":
            left, right = self._alternatives(tree[1], owner), self._alternatives(tree[2], owner)
            if left is None or right is None or len(left) * len(right) > 4:
                return None
            return [[*one, *other] for one in left for other in right]
        clause = self._condition(tree, owner, negative=False)
        return None if clause is None else [[clause]]

    def _merged(self, alternatives: list[list[Clause]]) -> list[list[Clause]]:
        """`a or b` on one question's choices is one condition."""
        out: list[list[Clause]] = []
        for parts in alternatives:
            last = out[-1] if out else []
            if (
                len(parts) == len(last) == 1
                and parts[0].of == last[0].of
                and parts[0].chosen
                and last[0].chosen
                and not parts[0].negative
                and not last[0].negative
            ):
                out[-1] = [Clause(parts[0].of, (*last[0].chosen, *parts[0].chosen))]
            else:
                out.append(parts)
        return out

    def _condition(self, tree: Tree, owner: int, *, negative: bool) -> Clause | None:
        if tree[0] == "f":
            if tree[1] == "not" and len(tree) == 3:
                return self._condition(tree[2], owner, negative=not negative)
            return self._selected(tree, owner, negative) if tree[1] == "selected" else None
        if tree[0] not in _NUMERIC or negative:
            return None
        operator, left, right = tree
        if left[0] in ("s", "n", "neg"):
            operator, left, right = _TURNED[operator], right, left
        counts_ticks = left[:2] == ["f", "count-selected"]
        of = self.question(left[2] if counts_ticks else left, owner)
        value = _constant(right)
        if of is None or value is None:
            return None
        if counts_ticks:
            return self._counted(of, operator, value)
        if value == "":
            return {"!=": Clause(of), "=": Clause(of, negative=True)}.get(operator)
        if self.defs[of].get("type") in _CHOICES:
            return self._chosen(of, operator, value)
        zh, en = _NUMERIC[operator]
        return Clause(of, words=f"{zh}{value}" if self.chinese else f"{en} {value}")

    def _counted(self, of: int, operator: str, value: str) -> Clause | None:
        if operator not in (">", ">=") or not value.isdigit():
            return None
        least = int(value) + (operator == ">")
        return Clause(of, words=f"选了至少{least}项" if self.chinese else f"has at least {least} ticks")

    def _selected(self, tree: Tree, owner: int, negative: bool) -> Clause | None:
        _f, _name, where, what = tree
        of = self.question(where, owner)
        if of is not None and (value := _constant(what)) and value in self.labels.get(of, {}):
            return Clause(of, (value,), negative)
        words, of = _constant(where), self.question(what, owner)
        if of is None or not words or not set(words.split()) <= set(self.labels.get(of, {})):
            return None
        return Clause(of, tuple(words.split()), negative)

    def _chosen(self, of: int, operator: str, value: str) -> Clause | None:
        """A comparison with the value of a choice: the choices that fit."""
        labels = self.labels.get(of, {})
        if operator in ("=", "!="):
            return Clause(of, (value,), operator == "!=") if value in labels else None
        try:
            limit = float(value)
            fits = {
                ">": lambda one: one > limit,
                ">=": lambda one: one >= limit,
                "<": lambda one: one < limit,
                "<=": lambda one: one <= limit,
            }[operator]
            names = tuple(name for name in labels if fits(float(name)))
        except ValueError:
            return None
        return Clause(of, names) if names else None

    def question(self, tree: Tree, owner: int) -> int | None:
        """The question on the paper that a path leads to."""
        if tree[0] == "f" and tree[1] in ("number", "string", "int") and len(tree) == 3:
            tree = tree[2]
        if tree[0] != "p":
            return None
        try:
            targets = self.reader.leads_to(tree, owner)
        except ExpressionError:
            return None
        places = [place for place in targets if isinstance(place, int)]
        return places[0] if len(places) == 1 and places[0] in self.numbers else None

    def _one(self, clause: Clause) -> str:
        number = self.numbers[clause.of]
        if clause.words:
            return f"第{number}题{clause.words}" if self.chinese else f"question {number} {clause.words}"
        if clause.chosen:
            labels = [self.labels[clause.of][name] for name in clause.chosen]
            if self.chinese:
                verb = "未选" if clause.negative else "选"
                return f"第{number}题{verb}" + "或".join(f"“{label}”" for label in labels)
            verb = "is not" if clause.negative else "is"
            return f"question {number} {verb} " + " or ".join(f"“{label}”" for label in labels)
        if self.chinese:
            return f"第{number}题{'未填' if clause.negative else '已填'}"
        return f"question {number} is {'left empty' if clause.negative else 'answered'}"

    def _joined(self, parts: list[str], chinese: str, english: str) -> str:
        return (chinese if self.chinese else english).join(dict.fromkeys(parts))


def _constant(tree: Tree) -> str | None:
    if tree[0] == "s":
        return str(tree[1])
    if tree[0] == "n":
        return f"{tree[1]:g}" if isinstance(tree[1], float) else str(tree[1])
    if tree[0] == "neg" and (inner := _constant(tree[1])) is not None:
        return f"-{inner}"
    return None
