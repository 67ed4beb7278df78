"""The order in which pages are walked, and the parts of a visit that are counted on the way. The phone's twin: page_order.mjs.

An entry of an open repeat belongs to its list page: the pages inside it (its own questions, the repeats in it) are a walk of their own,
which ends at the list. A page on which nothing can be changed is passed over; it is opened from the check alone.

Counted are parts, not pages: a page that an answer after the first page opens belongs to the part before it, and so do the counted
entries of a repeat. So the count does not grow, nor go back, because of what a person answers on the way.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import page_keys
from surveys.questionnaire.views.page_order import Place, nodes_of, pages, places


@dataclass(frozen=True, slots=True)
class Step:
    """A page's place in the walk; `number` and `total` count parts. `list_key` is the list page whose entry it belongs to, `entry` that entry."""

    key: str
    number: int
    total: int
    previous: str | None
    next: str | None
    list_key: str | None
    entry: str | None = None


def list_of(keys: Sequence[str], key: str) -> str | None:
    """The list page that an entry stands on; None for any other page, also of a counted repeat."""
    head = key
    while "[" in head:
        head = head.rpartition("[")[0]
        if head in keys:
            return head
    return None


def outermost_of(keys: Sequence[str], key: str) -> str:
    """The page of the walk that a page belongs to, however deep it lies in entries."""
    while (above := list_of(keys, key)) is not None:
        key = above
    return key


def entry_of(list_key: str, key: str) -> str:
    """The entry of the list page `listed` that the page `key` belongs to: `r_site`, `r_site[2]/r_room` → `r_site[2]`."""
    return list_key + key[len(list_key) :].partition("]")[0] + "]"


def _walked(form: FormState, keys: Sequence[str], key: str) -> list[str]:
    """The pages that are walked one after the other; `key` is one of them though nothing on it can be changed."""
    form.judge()
    passed = {place.key for place in places(form) if place.page.kind != "list" and _is_for_reading(form, place)}
    return [one for one in keys if list_of(keys, one) is None and (one == key or one not in passed)]


def _is_for_reading(form: FormState, place: Place) -> bool:
    """Whether a page has lines to read and nothing to answer; one that has a note alone is shown."""
    shown = [node for node in nodes_of(place.page, form, place.node) if node.relevant]
    return bool(shown) and all(node.readonly and node.plan.type != "note" for node in shown)


def _branches(package: Package) -> set[str]:
    """The paths of the pages that come and go with answers after the first page, and of counted repeats."""
    every = pages(package)
    defs = package["defs"]
    first = {defs[number]["name"] for number in every[0].questions} if every else set()
    first |= {every[0].path.split("/")[1]} if every and every[0].path else set()
    changing = set()
    for page in every:
        number = next((at for at, one in enumerate(defs) if one["path"] == page.path), 0) if page.path else 0
        is_branch = "count" in defs[number]
        while number:
            is_branch = is_branch or any(name not in first for name in _asks(defs[number].get("relevant")))
            number = defs[number]["par"]
        if is_branch:
            changing.add(page.path)
    return changing


def _asks(rule: Any) -> Iterator[str]:
    """The names, directly below the form, of the groups and questions that a rule looks at."""
    if not isinstance(rule, list):
        return
    if rule[:2] == ["p", "/"] and len(rule[2]) > 1:
        yield rule[2][1][1]
        return
    for one in rule:
        yield from _asks(one)


def part_numbers(form: FormState, key: str) -> tuple[int, int]:
    """Which part a walked page belongs to, and how many there are."""
    steps = _walked(form, page_keys(form), key)
    branches = _branches(form.package)
    opens = [index == 0 or re.sub(r"\[\d+\]", "", f"/{one}") not in branches for index, one in enumerate(steps)]
    return sum(opens[: steps.index(key) + 1]), sum(opens)


def first_page_of(form: FormState, entry: str) -> str | None:
    """Where an entry begins: its own page, or the first one inside it; None while nothing of it is open."""
    return next((key for key in page_keys(form) if key == entry or key.startswith(f"{entry}/")), None)


def page_of_group(form: FormState, key: str) -> str | None:
    """The page that the questions of a group stand on, where the group has none of its own."""
    for place in places(form):
        if any(
            node.path.startswith(f"/{key}/") for node in nodes_of(place.page, form, place.node) if place.page.joined
        ):
            return place.key
    return None


def step(form: FormState, key: str) -> Step:
    """Where a page stands. Raises ValueError for one that is not open."""
    keys = page_keys(form)
    list_key, outermost = list_of(keys, key), outermost_of(keys, key)
    steps = _walked(form, keys, outermost)
    entry = entry_of(list_key, key) if list_key else None
    beside = steps
    if list_key is not None and entry is not None:
        beside = [one for one in keys if list_of(keys, one) == list_key and entry_of(list_key, one) == entry]
    place = beside.index(key)
    number, total = part_numbers(form, outermost)
    return Step(
        key=key,
        number=number,
        total=total,
        previous=beside[place - 1] if place else None,
        next=beside[place + 1] if place + 1 < len(beside) else None,
        list_key=list_key,
        entry=entry,
    )
