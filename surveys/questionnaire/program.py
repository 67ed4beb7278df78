"""The rules of one package as Python functions, made once and shared by every visit that is filled with it."""

from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any

from surveys.questionnaire.expressions import walk
from surveys.questionnaire.package import package_hash
from surveys.questionnaire.rule_values import IN_LIST, Function, Leaf, Rule, as_boolean, as_number, as_text
from surveys.questionnaire.rules import compile_rule

_SELECTS = ("select_one", "select_multiple", "rank")
_MOST_IDLE = 8
_TYPED = ("integer", "decimal", "date", "time", "dateTime")


class Program:
    """The rules of one package as Python functions; made once and shared by every visit."""

    def __init__(self, package: Mapping[str, Any]) -> None:
        self.package = package
        self.defs: list[dict[str, Any]] = package["defs"]
        self.lists: dict[str, list[dict[str, str]]] = package["sec"]
        self.names = package["names"]
        self.default_language: str = package["languages"][0]["code"]
        self.by_name = [{self.defs[kid]["name"]: kid for kid in d.get("kids", ())} for d in self.defs]
        self.owner = 0
        self._roots: dict[str, Leaf] = {}
        self._items: dict[tuple[str, str], dict[str, list[Leaf]]] = {}
        self._first_rows: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
        self._texts: dict[tuple[int, str], Any] = {}
        self.static: dict[str, tuple[list[str], frozenset[str]]] = {}
        for name, rows in self.lists.items():
            names = [row.get("name", "") for row in rows]
            self.static[name] = (names, frozenset(names))
        self.plans = [Plan(self, number) for number in range(len(self.defs))]
        self.single = self._outside_of_repeats()
        self.repeats = [
            (number, kid, f"{path}/{self.defs[kid]['name']}")
            for path, number in (("", 0), *self.single.items())
            for kid in self.plans[number].kids
            if self.plans[kid].kind == "repeat"
        ]  # those that stand in no other: what they stand in, their definition and path
        self.idle: deque[Any] = deque(maxlen=_MOST_IDLE)  # states of visits that were judged, see judging
        self.calculated = [number for number, plan in enumerate(self.plans) if plan.calculate is not None]
        self.order = [(index, prop) for index, prop in package["order"]]
        self.affected: dict[int, list[tuple[int, str]]] = {
            int(index): [self.order[place] for place in places] for index, places in package["aff"].items()
        }
        self.rounds: int = package["rounds"]
        self.acts = [(act, as_text(self.rule(act["value"], act["ref"]))) for act in package["acts"]]

    def _outside_of_repeats(self) -> dict[str, int]:
        """Path → definition of all that is there exactly once."""
        found = {0: ""}
        for number, definition in enumerate(self.defs):
            for kid in definition.get("kids", ()):
                if number in found and self.defs[kid]["kind"] != "repeat":
                    found[kid] = f"{found[number]}/{self.defs[kid]['name']}"
        return {path: number for number, path in found.items() if number}

    def rule(self, tree: Any, owner: int) -> Rule:
        self.owner = owner
        return compile_rule(tree, self, owner)

    def descend(self, at: int, steps: list[tuple[str, str]], *, absolute: bool = True) -> int | None:
        """The definition below `at`, when every step is a name and nothing on the way repeats."""
        for axis, name in steps:
            found = self.by_name[at].get(name)
            if axis != "child" or found is None or self.defs[found]["kind"] == "repeat":
                return None
            at = found
        return at

    def first_rows(self, name: str, key: str) -> dict[str, dict[str, str]]:
        """The rows of a list by the text of one of their cells; of several the first. A look-up table may be long."""
        if (name, key) not in self._first_rows:
            found: dict[str, dict[str, str]] = {}
            for row in self.lists.get(name, ()):
                found.setdefault(row.get(key, ""), row)
            self._first_rows[name, key] = found
        return self._first_rows[name, key]

    def items_by(self, name: str, column: str) -> dict[str, list[Leaf]]:
        """The items of a list by the text of one of their cells, in order."""
        if (name, column) not in self._items:
            found = self._items[name, column] = {}
            for item in self.list_root(name).kids["root"][0].kids["item"]:
                cells = item.kids.get(column)
                found.setdefault(cells[0].value if cells else "", []).append(item)
        return self._items[name, column]

    def list_root(self, name: str) -> Leaf:
        """A choice list as nodes: root, items, cells."""
        root = self._roots.get(name)
        if root is None:
            top = Leaf("", "", None, 1_000_000)
            root = Leaf("root", "", top, 1_000_001)
            top.kids["root"] = [root]
            root.kids["item"] = []
            for row in self.lists[name]:
                item = Leaf("item", "", root, 1_000_002 + 100 * len(root.kids["item"]), row)
                for place, (column, text) in enumerate(row.items(), 1):
                    text = self.list_label(text) if column == "label" else text
                    item.kids[column] = [Leaf(column, text, item, item.order + place)]
                root.kids["item"].append(item)
            self._roots[name] = root
        return self._roots[name].parent

    def language(self, wanted: str) -> str:
        """The package's language that fits `wanted`: the same code, else one of its family, else the default."""
        codes = [language["code"] for language in self.package["languages"]]
        family = wanted.partition("-")[0]
        near = (code for code in codes if code.partition("-")[0] == family)
        return wanted if wanted in codes else next(near, self.default_language)

    def list_label(self, text_id: str) -> str:
        text = self.package["itext"].get(self.default_language, {}).get(text_id, "")
        return text if isinstance(text, str) else ""

    def text(self, text_id: str, language: str, owner: int) -> str | list[Any]:
        """A text in `language`, else in the default language, else in any: plain, or a list with functions in it."""
        texts = self.package["itext"]
        for code in (language, self.default_language, *texts):
            found = texts.get(code, {}).get(text_id)
            if found is not None:
                break
        else:
            return ""
        if isinstance(found, str):
            return found
        key = (owner, f"{code} {text_id}")
        if key not in self._texts:
            self._texts[key] = [p if isinstance(p, str) else as_text(self.rule(p, owner)) for p in found]
        return self._texts[key]


class Plan:
    """One definition with its rules compiled."""

    __slots__ = (
        "calculate",
        "calls",
        "choices",
        "cmsg",
        "constraint",
        "count",
        "default",
        "filters",
        "is_field",
        "items",
        "keyed",
        "kids",
        "kind",
        "multiple",
        "name",
        "node_items",
        "offered",
        "readonly",
        "relevant",
        "required",
        "rmsg",
        "select",
        "tests",
        "type",
        "typed",
        "watched",
    )  # fmt: skip

    def __init__(self, program: Program, number: int) -> None:
        definition = program.defs[number]
        self.name: str = definition["name"]
        self.kind: str = definition["kind"]
        self.is_field = self.kind == "field"
        self.type: str = definition.get("type", "")
        self.default: str = definition.get("default", "")
        self.kids: list[int] = definition.get("kids", [])
        self.select = self.type in _SELECTS
        self.multiple = self.type != "select_one"
        self.typed = self.type in _TYPED
        self.items: dict[str, Any] = definition.get("items", {})
        self.node_items: Rule | None = None
        self.filters: list[Callable[..., bool]] = []
        self.offered = program.static.get(self.items["list"]) if self.items and "list" in self.items else None
        if self.items and "nodes" in self.items:
            self.node_items = program.rule(self.items["nodes"], number)
        elif self.items:
            for tree in self.items.get("filter", ()):
                program.owner = number
                self.filters.append(as_boolean(compile_rule(tree, program, IN_LIST)))
        # What is offered before anything is answered.
        self.choices: tuple[list[str] | None, frozenset[str]] = (
            [] if self.is_field and self.select else None,
            frozenset(),
        )
        if self.is_field and self.offered and not self.filters:
            self.choices = self.offered
        self.tests = list(self.filters)  # those that are tried on each item
        self.keyed: tuple[str, Function] | None = None  # column and text of a filter that an index answers
        for place, tree in enumerate(self.items.get("filter", ())):
            if (keyed := _keyed(tree, program)) is not None:
                self.keyed = keyed
                del self.tests[place]
                break

        def boolean(prop: str) -> Any:
            tree = definition.get(prop)
            return tree if tree is None or tree is True else as_boolean(program.rule(tree, number))

        self.relevant = boolean("relevant")
        self.required = boolean("required") if "control" in definition else None
        self.readonly = boolean("readonly")
        self.constraint = boolean("constraint")
        count, calculate = definition.get("count"), definition.get("calculate")
        self.count = as_number(program.rule(count, number)) if count is not None else None
        self.calculate = program.rule(calculate, number) if calculate is not None else None
        self.calls = {part[1] for part in walk(calculate) if part[0] == "f"} if calculate is not None else set()
        self.cmsg: str = definition.get("cmsg", "")
        self.rmsg: str = definition.get("rmsg", "")
        self.watched = any(act["on"] == "changed" and act["by"] == number for act in program.package["acts"])


def _keyed(tree: Any, program: Program) -> tuple[str, Function] | None:
    """`column = text`, the usual filter of a list, where the text is the same for every item; None for any other filter."""
    if tree[0] != "=":
        return None
    for cell, other in ((tree[1], tree[2]), (tree[2], tree[1])):
        if not (cell[:2] == ["p", "."] and len(cell[2]) == 1 and cell[2][0][0] == "child" and not cell[2][0][2]):
            continue
        steady = other[0] == "s" or (other[0] == "p" and other[1] in ("/", ["f", "current"]))
        column = cell[2][0][1]
        if steady and column not in ("*", "label"):
            rule = compile_rule(other, program, IN_LIST)
            if rule.kind in ("s", "one"):
                return column, as_text(rule)
    return None


_programs: OrderedDict[str, Program] = OrderedDict()
_latest: dict[int, tuple[Mapping[str, Any], Program]] = {}
_MOST_PROGRAMS = 16


def program_of(package: Mapping[str, Any]) -> Program:
    """The compiled rules of `package`, kept for the next visit."""
    known = _latest.get(id(package))
    if known is not None and known[0] is package:
        return known[1]
    key = package_hash(package)
    program = _programs.get(key)
    if program is None:
        program = _programs[key] = Program(package)
        while len(_programs) > _MOST_PROGRAMS:
            _programs.popitem(last=False)
    if len(_latest) >= _MOST_PROGRAMS:
        _latest.clear()
    _latest[id(package)] = (package, program)
    return program
