"""Which paragraph of a child's newer version says what one of an older said (承接). Pure.

Takes   the paragraphs of two versions.
Rule    paragraphs are matched by what they say: first the same words, at the same place before elsewhere; then, among those
        left over, the most alike, the same section before another. Ids and positions mean nothing: a version that came
        through Word has new ones.
Gives   older paragraph → its successor and whether it says the same; one without a successor was withdrawn.
"""

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

ALIKE_FROM = 0.45  # share of characters two paragraphs have in common, in order
COMPARED_AT_MOST = 400  # characters: enough to know a paragraph again

Place = tuple[str, str]  # section, block


class Paragraph(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def block_id(self) -> str: ...
    @property
    def raw(self) -> str: ...
    @property
    def text(self) -> str: ...


class Successor(NamedTuple):
    place: Place
    is_same: bool


def successors(older: Sequence[Paragraph], newer: Sequence[Paragraph]) -> dict[Place, Successor]:
    """The successor of every older paragraph that has one."""
    successors: dict[Place, Successor] = {}
    open_old = {(one.key, one.block_id): one for one in older}
    open_new = {(one.key, one.block_id): one for one in newer}

    def pair(old: Place, new: Place, *, is_same: bool) -> None:
        successors[old] = Successor(new, is_same)
        del open_old[old], open_new[new]

    for place in [place for place in open_old if place in open_new]:
        if says_same(open_old[place], open_new[place]):
            pair(place, place, is_same=True)
    for old, new in _same_words(open_old, open_new):
        pair(old, new, is_same=True)
    for old, new in _most_alike(open_old, open_new):
        if old in open_old and new in open_new:
            pair(old, new, is_same=False)
    return successors


def says_same(one: Paragraph, other: Paragraph) -> bool:
    """Whether two paragraphs have the same words, as written or as printed; spaces do not count."""
    return one.raw == other.raw or _bare(one.text) == _bare(other.text) != ""


def _bare(text: str) -> str:
    return "".join(text.split())


def _same_words(olds: dict[Place, Paragraph], news: dict[Place, Paragraph]) -> list[tuple[Place, Place]]:
    """Pairs with the same words, in order; of several with the same words those of the same section first."""
    by_words: dict[str, list[Place]] = {}
    for place, one in news.items():
        for words in {one.raw, _bare(one.text)}:
            by_words.setdefault(words, []).append(place)
    taken: set[Place] = set()
    pairs = []
    for old, one in olds.items():
        words = one.raw if one.raw in by_words else _bare(one.text)
        places = [place for place in by_words.get(words, ()) if place not in taken] if words else []
        if places:
            new = next((place for place in places if place[0] == old[0]), places[0])
            taken.add(new)
            pairs.append((old, new))
    return pairs


def _most_alike(olds: dict[Place, Paragraph], news: dict[Place, Paragraph]) -> Iterable[tuple[Place, Place]]:
    """Pairs that are alike enough, the most alike first."""
    scored = []
    for at, (old, one) in enumerate(olds.items()):
        matcher = difflib.SequenceMatcher(None, autojunk=False)
        matcher.set_seq2(one.text[:COMPARED_AT_MOST])
        for to, (new, other) in enumerate(news.items()):
            matcher.set_seq1(other.text[:COMPARED_AT_MOST])
            if matcher.real_quick_ratio() < ALIKE_FROM or matcher.quick_ratio() < ALIKE_FROM:
                continue
            score = matcher.ratio()
            if score >= ALIKE_FROM:
                scored.append((old[0] != new[0], -score, at, to, old, new))
    return [(old, new) for *_, old, new in sorted(scored)]
