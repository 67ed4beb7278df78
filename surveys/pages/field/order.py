"""The order in which pages are walked: an entry of an open repeat belongs to its list page and has no number of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.questionnaire.definition import page_keys
from surveys.questionnaire.evaluation import FormState


@dataclass(frozen=True, slots=True)
class Step:
    """A page's place in the walk. `list_key` is the list page an entry belongs to."""

    key: str
    number: int
    total: int
    previous: str | None
    next: str | None
    list_key: str | None


def list_of(keys: Sequence[str], key: str) -> str | None:
    """The list page that an entry stands on; None for any other page, also of a counted repeat."""
    head = key
    while "[" in head:
        head = head.rpartition("[")[0]
        if head in keys:
            return head
    return None


def walked(form: FormState) -> list[str]:
    """The pages that are walked one after the other."""
    keys = page_keys(form)
    return [key for key in keys if list_of(keys, key) is None]


def step(form: FormState, key: str) -> Step:
    """Where a page stands. Raises ValueError for one that is not open."""
    keys = page_keys(form)
    steps = [one for one in keys if list_of(keys, one) is None]
    listed = list_of(keys, key)
    place = steps.index(listed or key)
    return Step(
        key=key,
        number=place + 1,
        total=len(steps),
        previous=steps[place - 1] if place else None,
        next=steps[place + 1] if place + 1 < len(steps) else None,
        list_key=listed,
    )
