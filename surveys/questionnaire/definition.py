"""The questionnaire as pages: what each page holds, which pages are open now, and a page as a template takes it.

A page is a top-level group, an instance of a repeat, or a run of questions outside of groups. An open repeat also has a
list page, where entries are added and removed. Page keys are paths without the leading slash: `g_visit`, `r_problem[1]`,
`r_suggest` (the list), `r_suggest[1]`, `r_site[2]/r_room[1]`; loose questions have `~1`, `~2`, ….
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from surveys.questionnaire.evaluation import FormState, Node
from surveys.questionnaire.facts import fact_row, plain_path, texts

Package = Mapping[str, Any]

# A length that the constraint states: string-length(.) <= 200.
_STRING_LENGTH = ["f", "string-length", ["p", ".", [["self", "*", []]]]]
_UNASKED = ("calculate", "hidden", "start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit")
_GENERATED = "reserved_name_for_field_list_labels"
_TEMPLATES = {
    "string": "text",
    "barcode": "barcode",
    "geotrace": "geotrace",
    "geoshape": "geotrace",
}


@dataclass(frozen=True, slots=True)
class PageDef:
    """A page as the package has it. `path` is its group or repeat ("" for loose questions)."""

    index: int
    key: str
    path: str
    relevant_path: str
    title: dict[str, str]
    kind: str = "group"  # group, repeat, list (of an open repeat), loose
    questions: tuple[int, ...] = ()  # definitions on the page, in order


class Choice(NamedTuple):
    name: str
    label: str
    code: str | None


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as a template takes it: everything is text in the current language, or plain data."""

    path: str
    name: str
    type: str
    label: str
    hint: str
    appearance: str
    required: bool
    readonly: bool
    relevant: bool
    value: str
    raw: str
    problem: str | None
    message: str
    choices: list[Choice]
    measured_in: str
    parameters: dict[str, str]
    guidance: str
    max_length: int | None
    privacy: str
    template: str
    group: str = ""  # title of the group inside the page that the question stands in

    @property
    def asked(self) -> bool:
        """Whether it waits for an answer of the deputy: open, no note, not read-only."""
        return self.relevant and not self.readonly and self.type != "note"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry on the list page of an open repeat."""

    path: str
    key: str
    number: int
    title: str
    problems: int


@dataclass(frozen=True, slots=True)
class PageView:
    key: str
    title: str
    number: int
    total: int
    questions: list[QuestionView]
    previous: str | None
    next: str | None
    kind: str = "group"
    path: str = ""
    entries: list[Entry] = field(default_factory=list)


def pages(package: Package) -> list[PageDef]:
    """Every page the package can have, in order; a repeat stands once, and once more before it as a list if it is open."""
    return list(_static_pages(package))


def _static_pages(package: Package) -> Iterator[PageDef]:
    defs = package["defs"]
    count = loose = 0
    run: list[int] = []
    top = [*defs[0].get("kids", []), -1]
    for kid in top:
        definition = defs[kid] if kid >= 0 else {"kind": "end"}
        if definition["kind"] == "field" and kid >= 0:
            if _is_asked(definition):
                run.append(kid)
            continue
        if run:
            loose += 1
            yield PageDef(count, f"~{loose}", "", defs[run[0]]["path"], {}, "loose", tuple(run))
            count += 1
            run = []
        if kid >= 0:
            for page in _pages_of(package, kid):
                yield PageDef(count, *page)
                count += 1


def _pages_of(package: Package, number: int) -> Iterator[tuple[str, str, str, dict[str, str], str, tuple[int, ...]]]:
    """The pages of one group or repeat: itself, then the repeats in it."""
    definition = package["defs"][number]
    path = definition["path"]
    title = texts(package, definition.get("label", "")) or {"zh-CN": definition["name"]}
    if definition["kind"] == "repeat" and "count" not in definition:
        yield path[1:], path, path, title, "list", ()
    questions, repeats = _contents(package, number)
    if questions:
        key = path[1:] + ("[]" if definition["kind"] == "repeat" else "")
        yield key, path, path, title, definition["kind"], tuple(questions)
    for repeat in repeats:
        yield from _pages_of(package, repeat)


def _contents(package: Package, number: int) -> tuple[list[int], list[int]]:
    """The questions of a page, also those in groups inside it; and the repeats in it."""
    questions: list[int] = []
    repeats: list[int] = []
    for kid in package["defs"][number].get("kids", ()):
        definition = package["defs"][kid]
        if definition["kind"] == "repeat":
            repeats.append(kid)
        elif definition["kind"] == "group":
            inner, inner_repeats = _contents(package, kid)
            questions += inner
            repeats += inner_repeats
        elif _is_asked(definition):
            questions.append(kid)
    return questions, repeats


def _is_asked(definition: Mapping[str, Any]) -> bool:
    if definition["name"].startswith(_GENERATED):  # a select that only shows the labels of a table of choices
        return False
    return "control" in definition and definition["type"] not in _UNASKED


class _Place(NamedTuple):
    """An open page: its key, its definition, the node it shows (None for loose questions)."""

    key: str
    page: PageDef
    node: Node | None


def _places(state: FormState) -> Iterator[_Place]:
    by_path: dict[str, list[PageDef]] = {}
    loose: list[PageDef] = []
    for page in pages(state.package):
        if page.kind == "loose":
            loose.append(page)
        else:
            by_path.setdefault(page.path, []).append(page)
    defs = state.package["defs"]
    started: set[int] = set()
    for kid in defs[0].get("kids", ()):
        if defs[kid]["kind"] == "field":
            for page in loose:
                if kid in page.questions and page.index not in started:
                    started.add(page.index)
                    if any(node.relevant for number in page.questions for node in state.instances[number]):
                        yield _Place(page.key, page, None)
            continue
        yield from _open_pages(state, state.root, kid, by_path)


def _open_pages(state: FormState, parent: Node, number: int, by_path: Mapping[str, list[PageDef]]) -> Iterator[_Place]:
    definition = state.package["defs"][number]
    own = by_path.get(definition["path"], [])
    nodes = parent.kids[definition["name"]]
    open_here = parent.relevant and (
        any(node.relevant for node in nodes) or (definition["kind"] == "repeat" and _may_open(state, parent, number))
    )
    for page in own:
        if page.kind == "list" and open_here:
            yield _Place(f"{parent.path}/{definition['name']}"[1:], page, parent)
    for node in nodes:
        if not node.relevant:
            continue
        for page in own:
            if page.kind != "list" and _holds_open(state, page, node):
                yield _Place(node.path[1:], page, node)
        for repeat in _contents(state.package, number)[1]:
            holder = _holder(state, node, repeat)
            if holder is not None:
                yield from _open_pages(state, holder, repeat, by_path)


def _may_open(state: FormState, parent: Node, number: int) -> bool:
    """Whether an instance that is not there yet would be open."""
    from surveys.questionnaire.rules import Scope

    rule = state.program.plans[number].relevant
    if rule is None:
        return True
    phantom = Node(state, number, parent)
    return bool(rule(phantom, Scope(state, phantom)))


def _holder(state: FormState, node: Node, repeat: int) -> Node | None:
    """The node that holds the instances of a repeat somewhere below `node`."""
    above: list[str] = []
    number = state.package["defs"][repeat]["par"]
    while number != node.index:
        above.append(state.package["defs"][number]["name"])
        number = state.package["defs"][number]["par"]
    for name in reversed(above):
        node = node.kids[name][0]
    return node if node.relevant else None


def _holds_open(state: FormState, page: PageDef, node: Node) -> bool:
    """Whether a page has anything to show; one that has every question closed is passed over."""
    return any(found.relevant for found in _nodes_of(page, state, node))


def _nodes_of(page: PageDef, state: FormState, node: Node | None) -> list[Node]:
    """The questions of a page as nodes, below the page's own node."""
    if node is None:
        return [state.instances[number][0] for number in page.questions]
    found = []
    for number in page.questions:
        below = _holder_of_field(state, node, number)
        if below is not None:
            found.append(below)
    return found


def _holder_of_field(state: FormState, node: Node, number: int) -> Node | None:
    definition = state.package["defs"][number]
    if definition["par"] == node.index:
        return node.kids[definition["name"]][0]
    above: list[str] = [definition["name"]]
    parent = definition["par"]
    while parent != node.index:
        above.append(state.package["defs"][parent]["name"])
        parent = state.package["defs"][parent]["par"]
    for name in reversed(above):
        node = node.kids[name][0]
    return node


def page_keys(state: FormState) -> list[str]:
    """The pages that are open now, in order."""
    return [place.key for place in _places(state)]


def page_of(state: FormState, path: str) -> str | None:
    """The page that shows the question at `path`, if it is open now."""
    for place in _places(state):
        if any(node.path == path for node in _nodes_of(place.page, state, place.node) if place.page.kind != "list"):
            return place.key
    return None


def page_view(state: FormState, page_key: str) -> PageView:
    """One page as a template takes it; KeyError when it is not open now."""
    places = list(_places(state))
    at = next((number for number, place in enumerate(places) if place.key == page_key), None)
    if at is None:
        raise KeyError(page_key)
    place = places[at]
    state._judge()
    questions = []
    if place.page.kind != "list":
        questions = [question_view(state, node, place.node) for node in _nodes_of(place.page, state, place.node)]
    return PageView(
        key=page_key,
        title=_title(state, place),
        number=at + 1,
        total=len(places),
        questions=questions,
        previous=places[at - 1].key if at else None,
        next=places[at + 1].key if at + 1 < len(places) else None,
        kind=place.page.kind,
        path=f"/{page_key}" if place.page.kind != "loose" else "",
        entries=_entries(state, place) if place.page.kind == "list" else [],
    )


def _title(state: FormState, place: _Place) -> str:
    if place.page.kind == "loose" or place.node is None:
        return str(state.package.get("title", ""))
    if place.page.kind == "list":
        name = place.page.path.rpartition("/")[2]
        number = state.program.by_name[place.node.index][name]
        text = texts(state.package, state.package["defs"][number].get("label", ""))
        return in_language(text, state.language) or name
    title = state.text_of(place.node, "label") or place.node.name
    return f"{title} {place.node.number}" if place.page.kind == "repeat" else title


def in_language(by_language: Mapping[str, str], language: str) -> str:
    """The text in a language: exactly that one, else one of its family, else the first there is."""
    if language in by_language:
        return by_language[language]
    family = language.partition("-")[0]
    for code, text in by_language.items():
        if code.partition("-")[0] == family:
            return text
    return next(iter(by_language.values()), "")


def _entries(state: FormState, place: _Place) -> list[Entry]:
    """The entries of an open repeat, each with the first long answer in it as its title."""
    assert place.node is not None
    name = place.page.path.rpartition("/")[2]
    wrong = [path for path, _kind, _message in state.problems()]
    entries = []
    for node in place.node.kids[name]:
        answers = [kid for kids in node.kids.values() for kid in kids if kid.plan.is_field and kid.value]
        longest = max(answers, key=lambda kid: len(shown(state, kid)), default=None)
        problems = sum(1 for path in wrong if path.startswith(node.path + "/"))
        title = shown(state, longest) if longest is not None else ""
        entries.append(Entry(node.path, node.path[1:], node.number, title, problems))
    return entries


def shown(state: FormState, node: Node) -> str:
    """An answer as people read it: labels of choices, anything else as it is."""
    if node.plan.select:
        return "、".join(state.label_of_choice(node, word) or word for word in node.raw.split())
    return node.raw


def question_view(state: FormState, node: Node, page: Node | None = None) -> QuestionView:
    """One question as a template takes it. `state` must have been judged (`page_view` and `state.node` do)."""
    definition = state.package["defs"][node.index]
    row = fact_row(state.package, definition["path"])
    kind = definition["type"]
    parent = node.parent
    inner = parent is not None and page is not None and parent is not page and parent.plan.kind == "group"
    return QuestionView(
        path=node.path,
        name=node.name,
        type=kind,
        label=state.text_of(node, "label") or node.name,
        hint=state.text_of(node, "hint"),
        appearance=definition.get("appearance", ""),
        required=node.required,
        readonly=node.readonly,
        relevant=node.relevant,
        value=node.value,
        raw=node.raw,
        problem=node.problem,
        message=state.node(node.path).message,
        choices=_choices(state, node, definition),
        measured_in=_measured_in(kind, row),
        parameters=dict(definition.get("params", {})),
        guidance=state.text_of(node, "guidance"),
        max_length=max_length(definition),
        privacy=row.get("privacy") or "L1",
        template=template_of(definition),
        group=state.text_of(parent, "label") if inner and parent is not None else "",
    )


def _choices(state: FormState, node: Node, definition: Mapping[str, Any]) -> list[Choice]:
    items = definition.get("items")
    if not items or not node.relevant:
        return []
    if "list" not in items:
        return [Choice(name, state.label_of_choice(node, name) or name, None) for name in node.choices or ()]
    rows = state.program.lists[items["list"]]
    return [
        Choice(row["name"], state._text(row.get("label", ""), node) or row["name"], row.get("code") or None)
        for row in rows
        if row["name"] in node.offered
    ]


def _measured_in(kind: str, row: Mapping[str, str]) -> str:
    unit = row.get("unit", "")
    return unit if kind in ("integer", "decimal", "range") and not re.search(r"[0-9]", unit) else ""


def max_length(definition: Mapping[str, Any]) -> int | None:
    """N when the constraint says string-length(.) <= N, alone or joined by `and`; else None."""
    limits: list[int] = []

    def look(tree: Any) -> None:
        if not isinstance(tree, list) or not tree:
            return
        if tree[0] == "and":
            look(tree[1])
            look(tree[2])
        elif tree[0] in ("<=", "<") and tree[1] == _STRING_LENGTH and tree[2][0] == "n":
            limits.append(int(tree[2][1]) - (tree[0] == "<"))

    look(definition.get("constraint"))
    return min(limits) if limits else None


def template_of(definition: Mapping[str, Any]) -> str:
    """The name of the file in templates/components/answers/ that shows the question."""
    kind = definition["type"]
    appearance = definition.get("appearance", "").split()
    if kind == "text":
        return "multiline" if "multiline" in appearance else "text"
    if kind == "select_one":
        if "likert" in appearance:
            return "likert"
        if "autocomplete" in appearance:
            return "select_one_search"
        return "select_one_minimal" if "minimal" in appearance else "select_one"
    if kind == "select_multiple":
        return "select_multiple_search" if "autocomplete" in appearance else "select_multiple"
    if kind == "image":
        return (
            "signature" if "signature" in appearance else "draw" if {"draw", "annotate"} & set(appearance) else "image"
        )
    return _TEMPLATES.get(kind, kind)


def is_same_question(path: str, definition_path: str) -> bool:
    """Whether a path with instance numbers belongs to a definition."""
    return plain_path(path) == definition_path
