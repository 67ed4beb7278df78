"""The order in which pages are walked: an entry of an open repeat belongs to its list page and has no number of its own.

The pages inside an entry (its own questions, the repeats in it) are a walk of their own, which ends at the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import page_keys


@dataclass(frozen=True, slots=True)
class Step:
    """A page's place in the walk. `list_key` is the list page whose entry it belongs to, `entry` that entry."""

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


def entry_of(list_key: str, key: str) -> str:
    """The entry of the list page `listed` that the page `key` belongs to: `r_site`, `r_site[2]/r_room` → `r_site[2]`."""
    return list_key + key[len(list_key) :].partition("]")[0] + "]"


def walked(form: FormState) -> list[str]:
    """The pages that are walked one after the other."""
    keys = page_keys(form)
    return [key for key in keys if list_of(keys, key) is None]


def first_page_of(form: FormState, entry: str) -> str | None:
    """Where an entry begins: its own page, or the first one inside it; None while nothing of it is open."""
    return next((key for key in page_keys(form) if key == entry or key.startswith(f"{entry}/")), None)


def step(form: FormState, key: str) -> Step:
    """Where a page stands. Raises ValueError for one that is not open."""
    keys = page_keys(form)
    steps = [one for one in keys if list_of(keys, one) is None]
    list_key = list_of(keys, key)
    outermost = key
    while (above := list_of(keys, outermost)) is not None:
        outermost = above
    entry = entry_of(list_key, key) if list_key else None
    beside = steps
    if list_key is not None and entry is not None:
        beside = [one for one in keys if list_of(keys, one) == list_key and entry_of(list_key, one) == entry]
    place = beside.index(key)
    return Step(
        key=key,
        number=steps.index(outermost) + 1,
        total=len(steps),
        previous=beside[place - 1] if place else None,
        next=beside[place + 1] if place + 1 < len(beside) else None,
        list_key=list_key,
        entry=entry,
    )
