"""A page of the questionnaire as a template takes it: texts in the current language and plain data.

Which pages there are and which are open now is worked out in `page_order.py`; its names are offered here too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from surveys.questionnaire.facts.facts import fact_row, texts
from surveys.questionnaire.shapes.package_shape import Definition, Package, list_of
from surveys.questionnaire.state.evaluation import FormState, Node
from surveys.questionnaire.views.page_order import PageDef, Place, nodes_of, page_keys, page_of, pages, places

__all__ = ["PageDef", "PageView", "QuestionView", "page_keys", "page_of", "page_view", "pages", "question_view"]

# A length that the constraint states: string-length(.) <= 200.
_STRING_LENGTH = ["f", "string-length", ["p", ".", [["self", "*", []]]]]
MOST_IN_SIGHT = 6  # choices that stand there to be tapped, whatever the appearance says
_TEMPLATES = {
    "string": "text",
    "barcode": "barcode",
    "geotrace": "geotrace",
    "geoshape": "geotrace",
}


class Choice(NamedTuple):
    name: str
    label: str
    code: str | None
    image: str = ""  # names of attached files that go with the label
    audio: str = ""


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
    filtered: bool = False  # what it offers depends on other answers

    @property
    def takes_answer(self) -> bool:
        """Whether the deputy may answer it when it is open: no note, no row of labels alone, not read-only."""
        return not self.readonly and self.type != "note" and self.template != "labels"

    @property
    def asked(self) -> bool:
        """Whether it waits for an answer of the deputy now; a choice among nothing waits for the question before it."""
        return self.relevant and self.takes_answer and not self.offers_nothing

    @property
    def offers_nothing(self) -> bool:
        """A question of choices whose choices depend on an answer that is not there yet."""
        return self.type in ("select_one", "select_multiple", "rank") and not self.choices


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


def page_view(state: FormState, page_key: str) -> PageView:
    """One page as a template takes it; KeyError when it is not open now."""
    open_pages = list(places(state))
    at = next((number for number, place in enumerate(open_pages) if place.key == page_key), None)
    if at is None:
        raise KeyError(page_key)
    place = open_pages[at]
    state.judge()
    questions = []
    if place.page.kind != "list":
        questions = [question_view(state, node, place.node) for node in nodes_of(place.page, state, place.node)]
    return PageView(
        key=page_key,
        title=page_title(state, place),
        number=at + 1,
        total=len(open_pages),
        questions=questions,
        previous=open_pages[at - 1].key if at else None,
        next=open_pages[at + 1].key if at + 1 < len(open_pages) else None,
        kind=place.page.kind,
        path=f"/{page_key}" if place.page.kind != "loose" else "",
        entries=_entries(state, place) if place.page.kind == "list" else [],
    )


def page_title(state: FormState, place: Place) -> str:
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


def _entries(state: FormState, place: Place) -> list[Entry]:
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
    kind = definition.get("type", "")
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
        template=template_of(state.package, definition),
        group=state.text_of(parent, "label") if inner and parent is not None else "",
        filtered=is_filtered(definition),
    )


def is_filtered(definition: Definition) -> bool:
    """Whether what a question offers depends on other answers."""
    items = definition.get("items") or {}
    return bool(items) and ("filter" in items or "list" not in items)


def _choices(state: FormState, node: Node, definition: Definition) -> list[Choice]:
    items = definition.get("items")
    if not items or not node.relevant:
        return []
    if "list" not in items:
        return [Choice(name, state.label_of_choice(node, name) or name, None) for name in node.choices or ()]
    rows = state.program.lists[items["list"]]
    return [
        Choice(
            row["name"],
            state.text(row.get("label", ""), node) or row["name"],
            row.get("code") or None,
            *(state.text(row[kind], node) if kind in row else "" for kind in ("image", "audio")),
        )
        for row in rows
        if row["name"] in node.offered
    ]


def _measured_in(kind: str, row: Mapping[str, str]) -> str:
    unit = row.get("unit", "")
    return unit if kind in ("integer", "decimal", "range") and not re.search(r"[0-9]", unit) else ""


def max_length(definition: Definition) -> int | None:
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


def template_of(package: Package, definition: Definition) -> str:
    """The name of the file in templates/components/answers/ that shows the question. A list of a few is never folded up."""
    kind = definition.get("type", "")
    appearance = definition.get("appearance", "").split()
    if kind == "text":
        return "multiline" if "multiline" in appearance else "text"
    if kind in ("select_one", "select_multiple") and "label" in appearance:
        return "labels"  # the head of a table of choices: it only shows their labels
    if kind == "select_one":
        if 0 < len(package["sec"].get(list_of(definition), ())) <= MOST_IN_SIGHT and "likert" not in appearance:
            return "select_one"
        if "likert" in appearance:
            return "likert"
        if "autocomplete" in appearance:
            return "select_one_search"
        return "select_one_minimal" if "minimal" in appearance else "select_one"
    if kind == "select_multiple":
        if "autocomplete" in appearance:
            return "select_multiple_search"
        return "select_multiple_minimal" if "minimal" in appearance else "select_multiple"
    if kind == "image":
        return (
            "signature" if "signature" in appearance else "draw" if {"draw", "annotate"} & set(appearance) else "image"
        )
    return _TEMPLATES.get(kind, kind)
