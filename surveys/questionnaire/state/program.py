"""The rules of one package as Python functions, made once and shared by every visit that is filled with it."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, cast

from surveys.questionnaire.package.package import package_hash
from surveys.questionnaire.rules.dependencies import Step
from surveys.questionnaire.rules.expressions import walk
from surveys.questionnaire.rules.rule_calls import CALLS
from surveys.questionnaire.rules.rule_code import Code, Term, boolean, nodes, number, text
from surveys.questionnaire.rules.rule_values import IN_LIST, Function, Leaf
from surveys.questionnaire.rules.rules import Writer
from surveys.questionnaire.shapes.package_shape import Action, Package, list_of

_SELECTS = ("select_one", "select_multiple", "rank")
_MOST_IDLE = 8
_TYPES = ("integer", "decimal", "date", "time", "dateTime")


class Program:
    """The rules of one package as Python functions; made once and shared by every visit."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.defs = package["defs"]
        self.lists = package["sec"]
        self.names = package["names"]
        self.default_language: str = package["languages"][0]["code"]
        self.by_name = [{self.defs[kid]["name"]: kid for kid in d.get("kids", ())} for d in self.defs]
        self._roots: dict[str, Leaf] = {}
        self._items: dict[tuple[str, str], dict[str, list[Leaf]]] = {}
        self._first_rows: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
        self._texts: dict[tuple[int, str], Any] = {}
        self.static: dict[str, tuple[list[str], frozenset[str]]] = {}
        for name, rows in self.lists.items():
            names = [row.get("name", "") for row in rows]
            self.static[name] = (names, frozenset(names))
        code = Code(CALLS)  # of all rules together: making them one by one would take twice as long
        self.plans = [Plan(self, number, code) for number in range(len(self.defs))]
        acts = [(act, code.function(text(self.term(code, act["value"], act["ref"])))) for act in package["acts"]]
        functions = code.load()
        for plan in self.plans:
            plan.take(functions)
        self.acts: list[tuple[Action, Function]] = [(act, functions[name]) for act, name in acts]
        self.single: dict[str, int] = {}  # path → definition of all that is there exactly once, in document order
        self.runs: list[dict[str, int]] = [{}]  # the same, parted at the repeats
        self.repeats: list[tuple[int, int, str]] = []
        self._lay_out(0, "")
        alone = set(self.single.values())
        self.inside = [number for number in range(len(self.defs)) if number not in alone]
        nested = {self._repeat_above(number) for number in self.inside if self.plans[number].kind == "repeat"}
        self.flat = {kid for _number, kid, _path in self.repeats} - nested  # repeats that hold none
        self.idle: deque[Any] = deque(maxlen=_MOST_IDLE)  # states of visits that were judged, see judging
        self.calculated = [number for number, plan in enumerate(self.plans) if plan.calculate is not None]
        self.order = [(index, prop) for index, prop in cast("list[Step]", package["order"])]
        self._affected: dict[int, list[int]] = {int(index): places for index, places in package["aff"].items()}
        self.rounds: int = package["rounds"]

    def _lay_out(self, number: int, path: str) -> None:
        """What is there exactly once, in document order; and the repeats that stand in no other, with what comes after each."""
        self.single[path] = self.runs[-1][path] = number
        for kid in self.plans[number].kids:
            below = f"{path}/{self.plans[kid].name}"
            if self.plans[kid].kind == "repeat":
                self.repeats.append((number, kid, below))  # what it stands in, its definition and path
                self.runs.append({})
            else:
                self._lay_out(kid, below)

    def _repeat_above(self, number: int) -> int:
        """The outermost repeat that holds a definition; itself aside, -1 where there is none."""
        repeat = -1
        while (number := self.defs[number]["par"]) >= 0:
            repeat = number if self.plans[number].kind == "repeat" else repeat
        return repeat

    def after(self, index: int) -> list[tuple[int, str]]:
        """The steps that a changed answer makes stale, in order. Listed anew: of a long chain they are a million in all."""
        return [self.order[place] for place in self._affected.get(index, ())]

    def term(self, code: Code, tree: Any, owner: int) -> Term:
        return Writer(self, code, owner, owner).term(tree)

    def text_rule(self, tree: Any, owner: int) -> Function:
        """A rule that gives a text, made by itself: those that few visits need."""
        code = Code(CALLS)
        name = code.function(text(self.term(code, tree, owner)))
        return code.load()[name]

    @cached_property
    def instance_name(self) -> Function | None:
        tree = self.package.get("instance_name")
        return self.text_rule(tree, 0) if tree else None

    def descend(self, at: int, steps: list[tuple[str, str]]) -> int | None:
        """The definition below `at`, when every step is a name and nothing on the way repeats."""
        for axis, name in steps:
            child = self.by_name[at].get(name)
            if axis != "child" or child is None or self.defs[child]["kind"] == "repeat":
                return None
            at = child
        return at

    def first_rows(self, name: str, key: str) -> dict[str, dict[str, str]]:
        """The rows of a list by the text of one of their cells; of several the first. A look-up table may be long."""
        if (name, key) not in self._first_rows:
            rows: dict[str, dict[str, str]] = {}
            for row in self.lists.get(name, ()):
                rows.setdefault(row.get(key, ""), row)
            self._first_rows[name, key] = rows
        return self._first_rows[name, key]

    def items_by(self, name: str, column: str) -> dict[str, list[Leaf]]:
        """The items of a list by the text of one of their cells, in order."""
        if (name, column) not in self._items:
            items: dict[str, list[Leaf]] = {}
            for item in self.list_root(name).kids["root"][0].kids["item"]:
                cells = item.kids.get(column)
                items.setdefault(cells[0].value if cells else "", []).append(item)
            self._items[name, column] = items
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

    def language(self, tag: str) -> str:
        """The package's language that fits `tag`: the same code, else one of its family, else the default."""
        codes = [language["code"] for language in self.package["languages"]]
        family = tag.partition("-")[0]
        near = (code for code in codes if code.partition("-")[0] == family)
        return tag if tag in codes else next(near, self.default_language)

    def list_label(self, text_id: str) -> str:
        text = self.package["itext"].get(self.default_language, {}).get(text_id, "")
        return text if isinstance(text, str) else ""

    def text(self, text_id: str, language: str, owner: int) -> str | list[Any]:
        """A text in `language`, else in the default language, else in any: plain, or a list with functions in it."""
        texts = self.package["itext"]
        for code in (language, self.default_language, *texts):
            parts = texts.get(code, {}).get(text_id)
            if parts is not None:
                break
        else:
            return ""
        if isinstance(parts, str):
            return parts
        key = (owner, f"{code} {text_id}")
        if key not in self._texts:
            self._texts[key] = [p if isinstance(p, str) else self.text_rule(p, owner) for p in parts]
        return self._texts[key]


class Plan:
    """One definition with its rules as functions."""

    __slots__ = (
        "calculate",
        "calls",
        "choices",
        "cmsg",
        "constraint",
        "count",
        "default",
        "depends",
        "is_field",
        "keyed",
        "kids",
        "kind",
        "list_name",
        "multiple",
        "name",
        "node_items",
        "of_label",
        "of_value",
        "offered",
        "pick",
        "readonly",
        "relevant",
        "required",
        "rmsg",
        "select",
        "type",
        "typed",
        "watched",
    )  # fmt: skip
    _RULES = ("calculate", "pick", "constraint", "count", "node_items", "readonly", "relevant", "required")

    def __init__(self, program: Program, number: int, code: Code) -> None:
        definition = program.defs[number]
        self.name: str = definition["name"]
        self.kind: str = definition["kind"]
        self.is_field = self.kind == "field"
        self.type: str = definition.get("type", "")
        self.default: str = definition.get("default", "")
        self.kids: list[int] = definition.get("kids", [])
        self.select = self.type in _SELECTS
        self.multiple = self.type != "select_one"
        self.typed = self.type in _TYPES
        items = definition.get("items")
        self.list_name = list_of(definition)
        self.of_value, self.of_label = (items["value"], items["label"]) if items and "nodes" in items else ("", "")
        self.cmsg: str = definition.get("cmsg", "")
        self.rmsg: str = definition.get("rmsg", "")
        self.watched = any(act["on"] == "changed" and act["by"] == number for act in program.package["acts"])
        calculate = definition.get("calculate")
        self.calls = {part[1] for part in walk(calculate) if part[0] == "f"} if calculate is not None else set()
        self._write_rules(program, number, code)
        self._write_items(program, number, code)

    def _write_rules(self, program: Program, owner: int, code: Code) -> None:
        """The rules as names of functions; `take` puts the functions there."""
        definition = program.defs[owner]

        def rule(prop: str, convert: Callable[[Term], Term]) -> Any:
            tree = definition.get(prop)
            return tree if tree is None or tree is True else code.function(convert(program.term(code, tree, owner)))

        self.relevant = rule("relevant", boolean)
        self.required = rule("required", boolean) if "control" in definition else None
        self.readonly = rule("readonly", boolean)
        self.constraint = rule("constraint", boolean)
        self.count = rule("count", number)
        self.calculate = rule("calculate", text)

    def _write_items(self, program: Program, owner: int, code: Code) -> None:
        """What is offered: nodes of the form, or those items of a list that pass all filters."""
        items = program.defs[owner].get("items")
        filters = items.get("filter", ()) if items and "list" in items else ()
        self.offered = program.static.get(self.list_name)
        self.node_items: Any = None
        self.pick: Any = None  # of items, the names of those that pass
        self.keyed: tuple[str, Any] | None = None  # column and text of a filter that an index answers
        self.depends = bool(filters) or bool(items and "nodes" in items)
        # What is offered before anything is answered.
        self.choices: tuple[list[str] | None, frozenset[str]] = (
            [] if self.is_field and self.select else None,
            frozenset(),
        )
        if self.is_field and self.offered and not self.depends:
            self.choices = self.offered
        if items and "nodes" in items:
            self.node_items = code.function(nodes(program.term(code, items["nodes"], owner)))
            return
        writer = Writer(program, code, owner, IN_LIST)
        tests = []
        for tree in filters:
            keyed = _keyed(tree, writer) if self.keyed is None else None
            if keyed is None:
                tests.append(boolean(writer.term(tree)))
            else:
                self.keyed = keyed[0], code.function(keyed[1])
        if filters:
            condition = code.join(" and ".join(["{}"] * len(tests)) or "true", "b", *tests)
            name = code.constant("name")
            names = code.join("[node.row[{}] for node in items if {}]", "any", name, condition)
            self.pick = code.function(names, "items, scope")

    def take(self, functions: Mapping[str, Any]) -> None:
        """The functions that were made, in the place of their names."""
        for prop in self._RULES:
            name = getattr(self, prop)
            if isinstance(name, str):
                setattr(self, prop, functions[name])
        if self.keyed is not None:
            self.keyed = self.keyed[0], functions[self.keyed[1]]


def _keyed(tree: Any, writer: Writer) -> tuple[str, Term] | None:
    """`column = text`, the usual filter of a list, where the text is the same for every item; None for any other filter."""
    if tree[0] != "=":
        return None
    for cell, other in ((tree[1], tree[2]), (tree[2], tree[1])):
        if not (cell[:2] == ["p", "."] and len(cell[2]) == 1 and cell[2][0][0] == "child" and not cell[2][0][2]):
            continue
        steady = other[0] == "s" or (other[0] == "p" and other[1] in ("/", ["f", "current"]))
        column = cell[2][0][1]
        if steady and column not in ("*", "label"):
            term = writer.term(other)
            if term.kind in ("s", "one"):
                return column, text(term)
    return None


_programs: OrderedDict[str, Program] = OrderedDict()
_latest: dict[int, tuple[Package, Program]] = {}
_MOST_PROGRAMS = 16
_making = threading.Lock()  # threads that want the same rules at once make them once


def program_of(package: Package) -> Program:
    """The compiled rules of `package`, kept for the next visit."""
    entry = _latest.get(id(package))
    if entry is not None and entry[0] is package:
        return entry[1]
    with _making:
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
