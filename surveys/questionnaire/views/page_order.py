"""Which pages a questionnaire has, and which of them are open in a visit, in order.

A page is a top-level group, an instance of a repeat, or a run of questions outside of groups. An open repeat also has a
list page, where entries are added and removed. Page keys are paths without the leading slash: `g_visit`, `r_problem[1]`,
`r_suggest` (the list), `r_suggest[1]`, `r_site[2]/r_room[1]`; loose questions have `~1`, `~2`, ….

A top-level group whose appearance says `same-page` stands on the page of the group before it, under its own heading: short groups
share a page, and what a tick opens is asked where it was ticked. Its path stays its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from surveys.questionnaire.facts.facts import texts
from surveys.questionnaire.rules.rule_values import Scope
from surveys.questionnaire.shapes.package_shape import Definition, Package
from surveys.questionnaire.sheets.columns import UNASKED
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.state.nodes import Node

SAME_PAGE = "same-page"
_GENERATED = "reserved_name_for_field_list_labels"


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
    joined: frozenset[int] = frozenset()  # those of them that stand in a group of the same page


def pages_of_groups(package: Package) -> list[PageDef]:
    """Every group and repeat with questions, in order; a repeat stands once, and once more before it as a list if it is open."""
    return list(_static_pages(package))


def pages(package: Package) -> list[PageDef]:
    """Every page the package can have, in order: the same, with groups of the same page joined."""
    pages: list[PageDef] = []
    for page in _static_pages(package):
        if pages and pages[-1].kind == "group" and _is_joined(package, page):
            before = pages[-1]
            joined = before.joined | set(page.questions)
            pages[-1] = replace(before, questions=before.questions + page.questions, joined=joined)
        else:
            pages.append(replace(page, index=len(pages)))
    return pages


def _is_joined(package: Package, page: PageDef) -> bool:
    if page.kind != "group" or page.path.count("/") != 1:
        return False
    definition = next(one for one in package["defs"] if one["path"] == page.path)
    return SAME_PAGE in definition.get("appearance", "").split()


def _static_pages(package: Package) -> Iterator[PageDef]:
    defs = package["defs"]
    count = loose = 0
    run: list[int] = []
    top = [*defs[0].get("kids", []), -1]
    for kid in top:
        if kid >= 0 and defs[kid]["kind"] == "field":
            if _is_asked(defs[kid]):
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


def _is_asked(definition: Definition) -> bool:
    if definition["name"].startswith(_GENERATED):  # a select that only shows the labels of a table of choices
        return False
    return "control" in definition and definition.get("type") not in UNASKED


class Place(NamedTuple):
    """An open page: its key, its definition, the node it shows (None for loose questions)."""

    key: str
    page: PageDef
    node: Node | None


def places(state: FormState) -> Iterator[Place]:
    by_path: dict[str, list[PageDef]] = {}
    loose: list[PageDef] = []
    for page in pages(state.package):
        if page.kind == "loose":
            loose.append(page)
        else:
            by_path.setdefault(page.path, []).append(page)
    defs = state.package["defs"]
    indexes: set[int] = set()
    for kid in defs[0].get("kids", ()):
        if defs[kid]["kind"] == "field":
            for page in loose:
                if kid in page.questions and page.index not in indexes:
                    indexes.add(page.index)
                    if any(node.relevant for number in page.questions for node in state.instances[number]):
                        yield Place(page.key, page, None)
            continue
        yield from _open_pages(state, state.root, kid, by_path)


def _open_pages(state: FormState, parent: Node, number: int, by_path: Mapping[str, list[PageDef]]) -> Iterator[Place]:
    definition = state.package["defs"][number]
    own = by_path.get(definition["path"], [])
    nodes = parent.kids[definition["name"]]
    open_here = parent.relevant and (
        any(node.relevant for node in nodes) or (definition["kind"] == "repeat" and _may_open(state, parent, number))
    )
    for page in own:
        if page.kind == "list" and open_here:
            yield Place(f"{parent.path}/{definition['name']}"[1:], page, parent)
    for node in nodes:
        if not node.relevant:
            continue
        for page in own:
            if page.kind != "list" and _holds_open(state, page, node):
                yield Place(node.path[1:], page, node)
        for repeat in _contents(state.package, number)[1]:
            holder = _holder(state, node, repeat)
            if holder is not None:
                yield from _open_pages(state, holder, repeat, by_path)


def _may_open(state: FormState, parent: Node, number: int) -> bool:
    """Whether an instance that is not there yet would be open."""
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
    return any(one.relevant for one in nodes_of(page, state, node))


def nodes_of(page: PageDef, state: FormState, node: Node | None) -> list[Node]:
    """The questions of a page as nodes, below the page's own node."""
    if node is None:
        return [state.instances[number][0] for number in page.questions]
    nodes = []
    for number in page.questions:
        if number in page.joined:
            nodes.append(state.instances[number][0])
            continue
        below = _holder_of_field(state, node, number)
        if below is not None:
            nodes.append(below)
    return nodes


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
    return [place.key for place in places(state)]


def page_of(state: FormState, path: str) -> str | None:
    """The page that shows the question at `path`, if it is open now."""
    for place in places(state):
        if any(node.path == path for node in nodes_of(place.page, state, place.node) if place.page.kind != "list"):
            return place.key
    return None
