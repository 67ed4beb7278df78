"""Random definitions from a seed: trees of groups and repeats with rules of every kind, for comparing both evaluators.

A rule reads only what stands above it, so that a form is never refused for a circle; what it does with it is anybody's guess.
"""

import random
import re
from dataclasses import dataclass, field
from typing import Any

LISTS = {
    "l0": "abcd",
    "规模": "pqrstu",
    "list-2.x": "xyz",
}  # a name of a list may be Chinese, or hold a dash or a point
CHOICES = [
    {"list_name": name, "name": word, "label": f"{name}的{word}", "up": random.Random(f"{name}{word}").choice("abcd"), "price": str(place)}
    for name, words in LISTS.items()
    for place, word in enumerate(words)
]  # fmt: skip
NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "7",
    "10",
    "0.5",
    "0.25",
    "3.125",
    "-2.5",
    "0.0625",
    "1.5",
    "1.005",
    "2.675",
    "100",
    "1000000",
    "0.1",
    "-1",
    "20527",
)
TEXTS = (
    "",
    "a",
    "甲",
    "a b",
    "𠮷野家",
    "086",
    "2026-03-15",
    "  7 ",
    "x y z",
    "yes",
    "2024-02-29T10:30:00.000+08:00",
    "10:30",
)
PATTERNS = ("^[a-d]$", "^[0-9]+$", "甲|乙", "^(a+)+$", "^.{1,3}$", "^\\\\d{1,2}(\\\\.\\\\d)?$", "[^a]", "^(ab|a)*b?$")
FORMATS = ("%Y-%m-%d", "%y年%n月%e日 %a %b", "%H:%M:%S.%3 %h", "%d%%")


@dataclass(slots=True)
class _Known:
    name: str
    kind: str  # number, text, date, select
    repeats: tuple[str, ...]
    list_name: str = ""
    asked: bool = True


@dataclass(slots=True)
class RandomForm:
    """Builds the rows of one form."""

    seed: str
    rows: list[dict[str, str]] = field(default_factory=list)
    known: list[_Known] = field(default_factory=list)
    repeats: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    expressions: int = 0
    rng: random.Random = field(default_factory=random.Random)
    _made: int = 0

    def build(self) -> dict[str, Any]:
        self.rng = random.Random(self.seed)
        self._level((), 0, self.rng.randint(9, 14))
        self.rows.append({"type": "calculate", "name": "last_one", "calculation": self.rule("text", ())})
        return {"survey": self.rows, "choices": CHOICES}

    def _name(self) -> str:
        self._made += 1
        return self.rng.choice(("q", "题", "v_")) + str(self._made)

    def _level(self, within: tuple[str, ...], depth: int, size: int) -> None:
        for _place in range(size):
            chance = self.rng.random()
            if depth < 3 and chance < 0.12:
                self._repeat(within, depth)
            elif depth < 3 and chance < 0.2:
                self._group(within, depth)
            elif chance < 0.5:
                self._calculate(within)
            else:
                self._question(within)

    def _group(self, within: tuple[str, ...], depth: int) -> None:
        name = self._name()
        self.rows.append(
            {"type": "begin group", "name": name, "label": name, **self._maybe("relevant", "boolean", within, 0.6)}
        )
        self._level(within, depth + 1, self.rng.randint(2, 4))
        self.rows.append({"type": "end group"})

    def _repeat(self, within: tuple[str, ...], depth: int) -> None:
        name = self._name()
        row = {"type": "begin repeat", "name": name, "label": name, **self._maybe("relevant", "boolean", within, 0.3)}
        if self.rng.random() < 0.5:
            row["repeat_count"] = f"({self.rule('number', within)}) mod 4"
        self.rows.append(row)
        self._level((*within, name), depth + 1, self.rng.randint(2, 5))
        self.rows.append({"type": "end repeat"})
        self.repeats.append((name, within))

    def _calculate(self, within: tuple[str, ...]) -> None:
        kind = self.rng.choice(("number", "number", "text", "text", "boolean"))
        name = self._name()
        text = self.rule(kind, within)
        if self.rng.random() < 0.1:  # once() around a whole rule: within another it would read its own last result
            text = f"once({text})"
        self.rows.append({"type": "calculate", "name": name, "calculation": text})
        self.known.append(_Known(name, "number" if kind == "number" else "text", within, asked=False))

    def _question(self, within: tuple[str, ...]) -> None:
        name, rng = self._name(), self.rng
        kind = rng.choice(
            (
                "integer",
                "integer",
                "decimal",
                "text",
                "text",
                "date",
                "time",
                "dateTime",
                "select_one",
                "select_one",
                "select_multiple",
                "rank",
            )
        )
        row = {"type": kind, "name": name, "label": name}
        known = _Known(name, {"integer": "number", "decimal": "number", "text": "text"}.get(kind, "date"), within)
        if kind in ("select_one", "select_multiple", "rank"):
            known = _Known(name, "select", within, rng.choice(list(LISTS)))
            row["type"] = f"{kind} {known.list_name}"
            row |= self._maybe("choice_filter", "filter", within, 0.5)
        readable = [one.name for one in self.known if one.repeats == within[: len(one.repeats)] and one.asked]
        if readable and rng.random() < 0.3:
            row["label"] = f"{name}：${{{rng.choice(readable)}}}。"
        row |= self._maybe("relevant", "boolean", within, 0.3) | self._maybe("readonly", "boolean", within, 0.1)
        row |= self._maybe("required", "boolean", within, 0.3)
        if rng.random() < 0.35:
            row["constraint"] = self._constraint(within)
        chance = rng.random()
        if chance < 0.1:
            row["default"] = {"number": "3", "text": "a", "date": "2026-03-15", "select": "x"}[known.kind]
        elif chance < 0.2 and known.kind != "select":
            row["default"] = {"number": "1 + 1", "text": "concat('a', 'b')", "date": "today() + 0"}[known.kind]
        elif chance < 0.3 and readable and known.kind in ("number", "text"):
            row |= {"trigger": f"${{{rng.choice(readable)}}}", "calculation": self.rule(known.kind, within)}
        self.rows.append(row)
        self.known.append(known)

    def _maybe(self, column: str, kind: str, within: tuple[str, ...], chance: float) -> dict[str, str]:
        if self.rng.random() >= chance:
            return {}
        if kind == "filter":
            near = self._pick("select", within) or self._pick("text", within)
            text = f"up = {near}" if near and self.rng.random() < 0.6 else f"price < {self.rule('number', within)}"
            self.expressions += 1
            return {column: text}
        return {column: self.rule(kind, within)}

    def _constraint(self, within: tuple[str, ...]) -> str:
        rng = self.rng
        self.expressions += 1
        return rng.choice(
            (
                f". <= {self._number(within, 2)}",
                f"regex(., '{rng.choice(PATTERNS)}')",
                f"string-length(.) < {rng.randint(0, 6)} or {self._boolean(within, 1)}",
                f"not(selected(., '{rng.choice('abpqxy')}') and count-selected(.) > 1)",
                f". != {self._text(within, 1)}",
            )
        )

    # Expressions.

    def rule(self, kind: str, within: tuple[str, ...]) -> str:
        self.expressions += 1
        return {"number": self._number, "text": self._text, "boolean": self._boolean}[kind](within, 3)

    def _pick(self, kind: str, within: tuple[str, ...]) -> str:
        found = [one for one in self.known if one.kind == kind and one.repeats == within[: len(one.repeats)]]
        return f"${{{self.rng.choice(found).name}}}" if found else ""

    def _set(self, within: tuple[str, ...]) -> str:
        """A node-set: answers of a repeat seen from outside, or a path over its instances."""
        inside = [one for one in self.known if len(one.repeats) > len(within) and one.repeats[: len(within)] == within]
        if not inside:
            return ""
        one = self.rng.choice(inside)
        others = [other.name for other in inside if other.repeats == one.repeats]
        chance = self.rng.random()
        if chance < 0.5 or within:
            return f"${{{one.name}}}"
        if chance < 0.6:
            return f"${{{one.name}}} | ${{{self.rng.choice(others)}}}"
        test = self.rng.choice(
            (
                f"{self.rng.choice(others)} = {self._text(within, 0)}",
                "position() = last()",
                "position() mod 2 = 1",
                str(self.rng.randint(1, 3)),
                f"{self.rng.choice(others)}",
            )
        )
        return (
            f"//{one.repeats[-1]}[{test}]//{one.name}"
            if self.rng.random() < 0.4
            else f"//{one.name}[../{self.rng.choice(others)} != {self._text(within, 0)}]"
        )

    def _filled(self, template: str, within: tuple[str, ...], depth: int) -> str:
        """A template with a number, text or boolean in place of each «n», «t», «b»."""
        parts = {"n": self._number, "t": self._text, "b": self._boolean}
        return re.sub("«([ntb])»", lambda match: parts[match[1]](within, depth), template)

    def _number(self, within: tuple[str, ...], depth: int) -> str:
        rng = self.rng
        if depth <= 0 or rng.random() < 0.25:
            return (
                self._pick("number", within)
                if rng.random() < 0.6 and self._pick("number", within)
                else rng.choice(NUMBERS)
            )
        found = self._set(within)
        repeat = next((name for name, around in self.repeats if around == within), "")
        options = [
            f"(«n» {rng.choice(('+', '-', '*', 'div', 'mod'))} «n»)", "-«n»", f"round(«n», {rng.randint(-2, 3)})",
            f"{rng.choice(('int', 'floor', 'ceiling', 'abs', 'sqrt', 'exp', 'log', 'log10', 'sin', 'cos', 'tan', 'atan', 'asin', 'exp10'))}(«n»)",
            f"pow(«n», {rng.choice(('2', '3', '-1', '0.5', '10', '«n»'))})", "atan2(«n», «n»)", "string-length(«t»)", "number(«t»)",
            "min(«n», «n», «t»)", "max(«n», «n»)", "if(«b», «n», «n»)", "number(coalesce(«t», «n»))", "count-selected(«t»)",
            "decimal-date-time(«t»)", "decimal-time(«t»)", "number(«b»)", "sum(«n»)", "int(now()) - «n»",
        ]  # fmt: skip
        if found:
            options += [f"{act}({found})" for act in ("sum", "count", "count-non-empty", "min", "max")] * 2
        if repeat:
            options += [f"count(${{{repeat}}})"]
        if within:
            options += ["position(..)", "count(../preceding-sibling::*)"]
        return self._filled(rng.choice(options), within, depth - 1)

    def _text(self, within: tuple[str, ...], depth: int) -> str:
        rng = self.rng
        if depth <= 0 or rng.random() < 0.25:
            picked = self._pick(rng.choice(("text", "date", "select")), within)
            return picked if picked and rng.random() < 0.7 else f"'{rng.choice(TEXTS)}'"
        found, select = self._set(within), self._pick("select", within)
        name = rng.choice(list(LISTS))
        options = [
            "concat(«t», «n», «b»)", "substr(«t», «n», «n»)", "substring(«t», «n», «n»)", f"substr(«t», {rng.randint(-3, 3)})",
            "translate(«t», «t», «t»)", "substring-before(«t», «t»)", "substring-after(«t», «t»)", "normalize-space(«t»)",
            "if(«b», «t», «t»)", "coalesce(«t», «t», «n»)", "string(«n»)", "string(«b»)", f"date({rng.choice(('«n»', '«t»'))})",
            "date-time(«t»)", f"format-date(«t», '{rng.choice(FORMATS)}')", f"format-date-time(«t», '{rng.choice(FORMATS)}')", "selected-at(«t», «n»)",
            "today()", f"instance('{name}')/root/item[up = «t»]/label", f"instance('{name}')/root/item[{rng.randint(1, 5)}]/name",
            f"instance('{name}')/root/item[price > «n»][last()]/name",
        ]  # fmt: skip
        if found:
            options += [
                f"join(«t», {found})",
                f"concat({found}, «t»)",
                f"string({found})",
                f"join(' ', {found})",
            ] * 2
        if select:
            options += [f"jr:choice-name({select}, '{select}')"] * 2
        repeat = next(
            (one for one in self.known if one.repeats and one.repeats[:-1] == within[: len(one.repeats) - 1]), None
        )
        if repeat and len(repeat.repeats) == len(within) + 1:
            options += [f"indexed-repeat(${{{repeat.name}}}, ${{{repeat.repeats[-1]}}}, «n»)"] * 2
        return self._filled(rng.choice(options), within, depth - 1)

    def _boolean(self, within: tuple[str, ...], depth: int) -> str:
        rng = self.rng
        if depth <= 0:
            return rng.choice(("true()", "false()", f"{self._text(within, 0)} = {self._text(within, 0)}"))
        found = self._set(within)
        options = [
            f"«n» {rng.choice(('<', '<=', '>', '>=', '=', '!='))} «n»", f"«t» {rng.choice(('=', '!=', '<', '>='))} «t»",
            f"«n» {rng.choice(('=', '!='))} «t»", "(«b» and «b»)", "(«b» or «b»)", "not(«b»)", "selected(«t», «t»)",
            "contains(«t», «t»)", "starts-with(«t», «t»)", "ends-with(«t», «t»)", f"regex(«t», '{rng.choice(PATTERNS)}')",
            "boolean(«t»)", "boolean-from-string(«t»)", "checklist(1, 2, «b», «b», «n»)", "weighted-checklist(1, -1, «b», «n», «n», 2)",
        ]  # fmt: skip
        if found:
            options += [
                f"{found} {rng.choice(('=', '!=', '<', '>'))} {rng.choice(('«n»', '«t»'))}",
                f"boolean({found})",
                f"not({found})",
            ] * 2
        return self._filled(rng.choice(options), within, depth - 1)
