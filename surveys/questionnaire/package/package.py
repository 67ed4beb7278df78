"""XForm → package: the tree, syntax trees, evaluation order, lists and texts that server and phone both run.

Gives   one JSON object, the same byte for byte whenever the same workbook is read; stored with the questionnaire
        version and never changed afterwards (its keys: `compile_package`).
Raises  nothing for a bad rule: every fault is collected, with the definition and the property it belongs to.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.questionnaire.package import list_files, xform
from surveys.questionnaire.package.package_words import MESSAGES, NAMES
from surveys.questionnaire.rules.dependencies import CycleError, Reader, Step, path_text, plan
from surveys.questionnaire.rules.expressions import Tree, parse, walk
from surveys.questionnaire.rules.patterns import PatternError, translate
from surveys.questionnaire.rules.tokens import ExpressionError
from surveys.questionnaire.shapes.package_shape import (
    Action,
    AttachedFile,
    Definition,
    Facts,
    Language,
    ListItems,
    Package,
    Row,
    Words,
)
from surveys.questionnaire.sheets.columns import FILLED, NO, YES

PACKAGE_VERSION = 1
DEFAULT_LANGUAGE = "zh-CN"
_LANGUAGE_CODE = re.compile(r"\s*\(([A-Za-z0-9-]+)\)\s*$")
_BIND_RULES = ("relevant", "required", "readonly", "constraint", "calculate")
_INPUT_TYPES = {"int": "integer", "string": "text", "odk:rank": "rank"}
_UPLOAD_TYPES = {"image/*": "image", "audio/*": "audio", "video/*": "video"}
_CONTROL_TYPES = {
    "select1": "select_one",
    "select": "select_multiple",
    "rank": "rank",
    "trigger": "acknowledge",
    "range": "range",
}
# What the converter writes in English into every language where a question offers “other”.
_OTHER_IN_CHINESE = {"Specify other.": "请具体说明", "Other": "其他"}
# Pictures, sounds, files and places: taken only when a campaign switches them on, and never required.
_NEVER_REQUIRED = frozenset(("image", "audio", "video", "file", "geopoint", "geotrace", "geoshape"))
_PRELOADS = {("timestamp", "start"): "start", ("timestamp", "end"): "end", ("date", "today"): "today"}
_PRELOADS |= {("property", name): name for name in FILLED}


@dataclass(frozen=True, slots=True)
class RuleFault:
    """A rule of the XForm that cannot stand: the node, the property, the kind of fault and what it says."""

    path: str
    prop: str
    kind: str
    values: dict[str, Any]


def package_bytes(package: Package) -> bytes:
    """The package as canonical JSON; of lists in files of their own the hashes (`list_files.part_files` gives the bytes)."""
    return list_files.canonical(list_files.first_part(package))


def package_hash(package: Package) -> str:
    """Hexadecimal SHA-256 of the package's bytes."""
    return hashlib.sha256(package_bytes(package)).hexdigest()


def language_code(name: str) -> str:
    """`简体中文 (zh-CN)` → `zh-CN`; a name without a code in brackets is its own code."""
    match = _LANGUAGE_CODE.search(name)
    return match.group(1) if match else name


def compile_package(
    form: xform.XForm,
    *,
    types: Mapping[str, str],
    facts: Facts,
    attached: Mapping[str, list[Row]] | None = None,
    files: Iterable[AttachedFile] = (),
) -> tuple[Package, list[RuleFault]]:
    """The package of `form` and the faults of its rules; with faults, the package is not fit for use.

    `types` gives the type of a question by its path where the XForm does not say it (notes); `facts` goes in as it is.
    `attached`: rows of the lists in attached files, by the name rules use; `files`: what is said of every attached file.
    """
    package, faults = _Compiler(form, types, attached or {}).package(facts)
    if files := sorted(files, key=lambda file: file["name"]):
        package["attachments"] = files
    list_files.set_parts(package)
    return package, faults


class _Compiler:
    def __init__(self, form: xform.XForm, types: Mapping[str, str], attached: Mapping[str, list[Row]]) -> None:
        self.form = form
        self.types = types
        self.attached = attached
        self.faults: list[RuleFault] = []
        self.defs = [self.definition(node) for node in form.nodes]
        self.lists = self.choice_lists()
        columns = {name: {key for row in rows for key in row} | {"name"} for name, rows in self.lists.items()}
        self.reader = Reader(self.defs, columns)
        self.index = {node.path: number for number, node in enumerate(form.nodes)}

    def package(self, facts: Facts) -> tuple[Package, list[RuleFault]]:
        steps: dict[Step, set[int]] = {}
        for number, definition in enumerate(self.defs):
            self.rules(number, definition, steps)
        languages = self.languages()
        default = languages[0]["code"]
        package: Package = {
            "v": PACKAGE_VERSION,
            "title": self.form.title,
            "form_id": self.form.form_id,
            "version": self.form.version,
            "languages": languages,
            "defs": self.defs,
            "sec": self.lists,
            "itext": self.texts(default),
            "acts": self.actions(),
            "names": NAMES["zh" if default.startswith("zh") else "en"],
            "messages": MESSAGES,
            "facts": facts,
            "order": [],
            "aff": {},
            "rounds": 0,
        }
        if self.form.instance_name:
            tree = self.parsed(self.form.instance_name, 0, "instance_name")
            if tree is not None:
                package["instance_name"] = tree
        try:
            order, affected, rounds = plan(self.defs, steps)
            package["order"] = [list(step) for step in order]
            package["aff"] = {str(index): places for index, places in affected.items()}
            package["rounds"] = rounds
        except CycleError as error:
            for circle in error.circles:
                names = [self.defs[index]["name"] for index in circle.way]
                self.fault(*circle.step, "CYCLE", {"cycle": " → ".join([*names, names[0]])})
        return package, self.faults

    # The tree.

    def definition(self, node: xform.Node) -> Definition:
        form = self.form
        control = form.controls.get(node.path)
        bind = form.binds.get(node.path, {})
        kind = "repeat" if node.path in form.repeats else "group" if node.kids or node.parent < 0 else "field"
        if kind == "field" and control is not None and control.tag == "group":
            kind = "group"
        definition: Definition = {"name": node.name, "path": node.path, "kind": kind, "par": node.parent}
        if node.kids:
            definition["kids"] = node.kids
        if kind == "field":
            definition["type"] = self.types.get(node.path) or _type(control, bind)
            if node.default:
                definition["default"] = node.default
            if (preload := _PRELOADS.get((bind.get("jr:preload", ""), bind.get("jr:preloadParams", "")))) is not None:
                definition["type"] = definition["preload"] = preload
        if control is not None:
            self.control(definition, control, bind)
        for key, attribute in (("cmsg", "jr:constraintMsg"), ("rmsg", "jr:requiredMsg")):
            if text_id := xform.message_id(form, node.path, attribute):
                definition[key] = text_id
        return definition

    def control(self, definition: Definition, control: xform.Control, bind: dict[str, str]) -> None:
        definition["control"] = control.tag
        if appearance := control.attributes.get("appearance", ""):
            definition["appearance"] = appearance
        for key in ("label", "hint"):
            if getattr(control, key):
                definition[key] = getattr(control, key)
        if media := self.media(control.label):
            definition["media"] = media
        if control.hint and any(f"{control.hint}:guidance" in texts for texts in self.form.texts.values()):
            definition["guidance"] = f"{control.hint}:guidance"
        if definition["kind"] == "field" and (parameters := xform.parameters(control, bind)):
            definition["params"] = parameters

    def media(self, text_id: str) -> dict[str, str]:
        """Kind → text id of the pictures and sounds that go with a label; the text is the name of an attached file."""
        texts = self.form.texts.values()
        return {kind: f"{text_id}:{kind}" for kind in xform.MEDIA if any(f"{text_id}:{kind}" in ids for ids in texts)}

    def choice_lists(self) -> dict[str, list[Row]]:
        lists: dict[str, list[Row]] = {}
        for name, rows in self.form.lists.items():
            lists[name] = [{"label" if key == "itextId" else key: text for key, text in row.items()} for row in rows]
            for row in lists[name]:
                row.update(self.media(row.get("label", "")))
        for name, rows in self.attached.items():
            lists[name] = self.from_file(rows, "name", "label")
        for control in self.form.controls.values():
            if control.inline_items:
                name = f"~{control.path}"
                lists[name] = [
                    {"label" if k == "itextId" else k: v for k, v in item.items()} for item in control.inline_items
                ]
                control.itemset = f"instance('{name}')/root/item"
        return lists

    def from_file(self, rows: list[Row], value: str, label: str) -> list[Row]:
        """Rows of an attached file as choices. A file knows no languages: its labels stand under themselves."""
        choices = []
        for cells in rows:
            pair = {name: cells[column] for name, column in (("name", value), ("label", label)) if column in cells}
            choice = {**cells, **pair}
            if "label" in choice:
                self.form.texts.setdefault("", {}).setdefault(choice["label"], choice["label"])
            choices.append(choice)
        return choices

    # The rules.

    def rules(self, number: int, definition: Definition, steps: dict[Step, set[int]]) -> None:
        bind = self.form.binds.get(definition["path"], {})
        for prop in _BIND_RULES:
            text = bind.get(prop, "").strip()
            if (text in NO and prop != "relevant") or not text:
                continue
            if prop == "required" and definition.get("type") in _NEVER_REQUIRED:
                continue
            if text in YES:
                if prop in ("required", "readonly"):
                    definition[prop] = True
                continue
            self.rule(number, prop, text, steps)
        if count := self.form.repeats.get(definition["path"], ""):
            self.rule(number, "count", count, steps)
        control = self.form.controls.get(definition["path"])
        if control is not None and control.itemset:
            self.items(number, control, steps)

    def rule(self, number: int, prop: str, text: str, steps: dict[Step, set[int]]) -> None:
        tree = self.parsed(text, number, prop)
        if tree is None:
            return
        self.defs[number][prop] = tree
        if prop in ("count", "relevant", "calculate"):
            steps[number, prop] = self.reader.reads(tree, number)

    def parsed(self, text: str, number: int, prop: str) -> Tree | None:
        """The tree of a rule with its patterns translated and its paths followed; None (and a fault) when it cannot stand."""
        try:
            tree = parse(text)
            for part in walk(tree):
                if part[:2] == ["f", "regex"]:
                    self.pattern(part)
                elif part[:2] == ["f", "jr:choice-name"]:
                    self.choice_name(part)
                elif part[:2] == ["f", "indexed-repeat"]:
                    self.indexed(part, number)
            self.reader.reads(tree, number)
            return tree
        except ExpressionError as error:
            self.fault(number, prop, error.kind, error.values)
        except PatternError as error:
            self.fault(
                number, prop, "PATTERN_UNSUPPORTED", {"pattern": text, "detail_zh": error.zh, "detail_en": error.en}
            )
        return None

    def pattern(self, call: Tree) -> None:
        if call[3][0] != "s":
            raise PatternError("须直接写在引号里，不能由答案拼成。", "it must be quoted text, not made of answers.")
        call[3] = ["s", translate(call[3][1]).emitted]

    def choice_name(self, call: Tree) -> None:
        """The path of jr:choice-name is quoted in the workbook; here it becomes a path."""
        if call[3][0] == "s":
            call[3] = parse(call[3][1])
        if call[3][0] != "p":
            raise ExpressionError("PATH_UNKNOWN", path=str(call[3][1]))

    def indexed(self, call: Tree, number: int) -> None:
        """indexed-repeat(node, repeat, i, …) with the definitions in place of the paths: ["f", "indexed", …]."""
        places = []
        for argument in call[2:3] + call[3::2]:
            leads_to = {place for place in self.reader.leads_to(argument, number) if isinstance(place, int)}
            if len(leads_to) != 1:
                raise ExpressionError("PATH_UNKNOWN", path=path_text(argument))
            places.append(["n", leads_to.pop()])
        call[1:] = ["indexed", places[0], *(part for pair in zip(places[1:], call[4::2], strict=True) for part in pair)]

    def items(self, number: int, control: xform.Control, steps: dict[Step, set[int]]) -> None:
        """Where the choices come from: a list, with filters; or answers of a repeat."""
        tree = self.parsed(control.itemset, number, "items")
        if tree is None:
            return
        if tree[0] == "p" and tree[1][:2] == ["f", "instance"]:
            filters = [predicate for _axis, _name, predicates in tree[2] for predicate in predicates]
            items = self.defs[number]["items"] = ListItems(list=self.choices_of(tree[1][2][1], control))
            if filters:  # an unfiltered list never changes, so it is no step
                items["filter"] = filters
                steps[number, "items"] = self.reader.reads(tree, number)
            return
        value = self.parsed_child(tree, control.item_value, number)
        label = self.parsed_child(tree, control.item_label, number)
        if value is not None and label is not None:
            self.defs[number]["items"] = {"nodes": tree, "value": control.item_value, "label": control.item_label}
            steps[number, "items"] = self.reader.reads(value, number) | self.reader.reads(label, number)

    def choices_of(self, name: str, control: xform.Control) -> str:
        """The list itself; of an attached file whose values stand in other columns, the list they make."""
        columns = control.item_value, control.item_label
        if name not in self.attached or columns == ("name", "label"):
            return name
        list_name = ":".join((name, *columns))
        self.lists.setdefault(list_name, self.from_file(self.attached[name], *columns))
        return list_name

    def parsed_child(self, tree: Tree, name: str, number: int) -> Tree | None:
        child = ["p", tree[1], [*tree[2], ["child", name, []]]]
        try:
            self.reader.reads(child, number)
            return child
        except ExpressionError as error:
            self.fault(number, "items", error.kind, error.values)
            return None

    def fault(self, number: int, prop: str, kind: str, values: dict[str, Any]) -> None:
        self.faults.append(RuleFault(self.defs[number]["path"], prop, kind, values))

    def actions(self) -> list[Action]:
        out = []
        for action in self.form.actions:
            number = self.index[action.path]
            tree = self.parsed(action.value, number, "default") if action.value.strip() else ["s", action.text]
            if tree is None:
                continue
            for event in action.events:
                if event == "odk-instance-first-load":
                    out.append({"on": "first", "ref": number, "value": tree})
                elif event == "odk-new-repeat":
                    out.append({"on": "repeat", "ref": number, "value": tree})
                elif event == "xforms-value-changed":
                    out.append({"on": "changed", "by": self.index[action.trigger], "ref": number, "value": tree})
        return out

    # The texts.

    def languages(self) -> list[Language]:
        if self.form.languages == ["default"]:  # pyxform's name for a form without translations
            return [{"code": DEFAULT_LANGUAGE, "name": "简体中文"}]
        languages: list[Language] = [
            {"code": language_code(name), "name": _LANGUAGE_CODE.sub("", name)} for name in self.form.languages
        ]
        return languages or [{"code": DEFAULT_LANGUAGE, "name": "简体中文"}]

    def texts(self, default: str) -> dict[str, dict[str, Words]]:
        """Language → id → text, or a list of texts and rules."""
        owners = {
            text_id: number
            for number, d in enumerate(self.defs)
            for key in ("label", "hint", "guidance", "cmsg", "rmsg")
            if (text_id := d.get(key))
        }
        texts: dict[str, dict[str, Words]] = {}
        chinese = _OTHER_IN_CHINESE if any(d["name"].endswith("_other") for d in self.defs) else {}
        for name, entries in self.form.texts.items():
            code = default if name in ("", "default") else language_code(name)
            for text_id, pieces in entries.items():
                text = self.text(pieces, owners.get(text_id, 0), text_id)
                if code.startswith("zh") and isinstance(text, str):
                    text = chinese.get(text, text)
                if text:
                    texts.setdefault(code, {})[text_id] = text
        return texts

    def text(self, parts: xform.TextParts, owner: int, text_id: str) -> Any:
        if isinstance(parts, str):
            return parts.strip()
        out: list[Any] = []
        for part in parts:
            if isinstance(part, str):
                out.append(part)
            elif (tree := self.parsed(part[0], owner, text_id.rpartition(":")[2])) is not None:
                out.append(tree)
        if out and isinstance(out[0], str):
            out[0] = out[0].lstrip()
        if out and isinstance(out[-1], str):
            out[-1] = out[-1].rstrip()
        return [part for part in out if part]


def _type(control: xform.Control | None, bind: Mapping[str, str]) -> str:
    """The XLSForm type of a field, from its control and bind."""
    if control is None:
        return "calculate" if bind.get("calculate") else "hidden"
    if control.tag == "upload":
        return _UPLOAD_TYPES.get(control.attributes.get("mediatype", ""), "file")
    if control.tag in _CONTROL_TYPES:
        return _CONTROL_TYPES[control.tag]
    return _INPUT_TYPES.get(bind.get("type", "string"), bind.get("type", "string"))
