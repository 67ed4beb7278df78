"""Compares findings: near-duplicates, small groups, search (问题归并). Pure, on numpy alone.

Rule    suggest, never merge or assign: every text stays as it is and a person confirms.
Takes   payloads as `flask findings` reads them; the order of the input never matters.
Gives   near-duplicates in three kinds (same, same frame, neighbours), small groups, what a search finds.
How     characters in runs of one to three, weighted by rarity (TF-IDF), compared by cosine; then a difference check:
        one template with another object in it is not the same request.
Raises  BadInput for a payload that cannot be read; `zh` and `en` name the place.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.fieldwork.findings.numerals import plain_numbers
from surveys.fieldwork.findings.tfidf import Grams

SAME_FROM = 0.50
NUMBERS_FROM = 0.75
OTHER_OBJECT = 3
OBJECT_AT_MOST, FRAME_FROM = 8, 0.6  # characters of an object; share of a text that is its frame
FRAME_SHARE = 0.45  # of the characters of two texts, in order, from which they share a template
CHECKED_AT_MOST = 40_000
NEIGHBOURS = 5
NEIGHBOUR_FROM = 0.05  # below it the nearest texts have nothing in common
GROUP_WITHIN = 0.85
HEADLINE = 30
FUNCTION = frozenset(
    "的了着过在是就都和与及跟同并也还又而且或则但因所以其之此这那有把被将向对于从到由为给让使能会可要应该请吧呢吗啊呀么个我你他们各每很太更最再才只等"
)
_PUNCTUATION = re.compile(r"(?!(?<=\d)\.(?=\d))[\W_]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


class BadInput(ValueError):
    """A payload that cannot be read: what is wrong and where."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(f"{en} {zh}")


def entries(payload: Any, key: str, fields: Sequence[str], *, optional: bool = False) -> list[dict[str, Any]]:
    """The rows of one list of the payload, by id; each has its fields as text."""
    rows = payload.get(key) if isinstance(payload, Mapping) else None
    if rows is None and optional:
        return []
    if not isinstance(rows, list):
        raise BadInput(f"输入应为含“{key}”列表的 JSON 对象。", f"The input is a JSON object with a list “{key}”.")
    for place, row in enumerate(rows, 1):
        for field in fields:
            if not isinstance(row, Mapping) or not isinstance(row.get(field), str):
                zh = f"“{key}”第{place}项缺少“{field}”，或它不是文本。"
                raise BadInput(zh, f"Item {place} of “{key}” has no text “{field}”.")
    if "id" in fields:
        twice = [name for name, count in Counter(row["id"] for row in rows).items() if count > 1]
        if twice:
            raise BadInput(f"“{key}”中编号“{twice[0]}”重复。", f"The id “{twice[0]}” occurs twice in “{key}”.")
        rows = sorted(rows, key=lambda row: row["id"])
    return [dict(row) for row in rows]


def comparable(text: str) -> str:
    """The text as it is compared: numbers in digits, lower case, no spaces or punctuation but the decimal point."""
    return _PUNCTUATION.sub("", plain_numbers(text)).casefold()


def numbers_in(text: str) -> set[str]:
    """The numbers of a comparable text."""
    return set(_NUMBER.findall(text))


# Near-duplicates ------------------------------------------------------------------------------------------------------


def _content(run: str) -> str:
    """A run without function characters and numbers."""
    return "".join(mark for mark in _NUMBER.sub("", run) if mark not in FUNCTION)


def same_request(first: str, second: str, score: float) -> bool:
    """Whether two comparable texts ask for the same thing, or only share their frame."""
    if first == second:
        return True
    edits = _edits(first, second)
    foreign = 0
    for kind, was, now in edits:
        if kind == "replace":
            was, now = _content(was), _content(now)
            if not set(was) & set(now):
                foreign += min(len(was), len(now))
    if foreign >= OTHER_OBJECT or one_frame(first, second, edits):
        return False
    one, other = numbers_in(first), numbers_in(second)
    return not (one - other and other - one) or score >= NUMBERS_FROM


def _edits(first: str, second: str) -> list[tuple[str, str, str]]:
    codes = difflib.SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    return [(kind, first[i:j], second[k:m]) for kind, i, j, k, m in codes if kind != "equal"]


def one_frame(first: str, second: str, edits: Sequence[tuple[str, str, str]] | None = None) -> bool:
    """Whether two comparable texts are one frame around another object, also where they are too short to be much alike."""
    edits = _edits(first, second) if edits is None else edits
    one_edit = len(edits) == 1 and _one_edit_changes(*edits[0])
    return one_edit or _other_object_in_one_place(first, second)


def _shares_a_frame(first: str, second: str, score: float) -> bool:
    """Whether two texts that are less alike are one template all the same: much stands alike, and what does not is foreign."""
    if one_frame(first, second):
        return True
    alike = difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()
    return alike >= FRAME_SHARE and not same_request(first, second, score)


def _one_edit_changes(kind: str, was: str, now: str) -> bool:
    """Whether the only difference of two texts makes another request of it."""
    if kind != "replace":
        return len(_content(was + now)) >= 2
    if _NUMBER.search(was) and _NUMBER.search(now):
        return True
    was, now = _content(was), _content(now)
    return bool(was and now) and not set(was) & set(now)


def _other_object_in_one_place(first: str, second: str) -> bool:
    """Whether two texts are one frame around two short objects, the frame going on behind them, that share at most half of their characters.

    贷款审批放款 / 危废转移审批: aligned character by character they look like several small edits.
    """
    shorter = min(len(first), len(second))
    start = next((at for at in range(shorter) if first[at] != second[at]), shorter)
    rest = shorter - start
    end = next((at for at in range(rest) if first[-1 - at] != second[-1 - at]), rest)
    was, now = (_content(text[start : len(text) - end]) for text in (first, second))
    least, most = sorted((len(was), len(now)))
    if least < 2 or most > OBJECT_AT_MOST or end < 3 or start + end < FRAME_FROM * shorter:
        return False
    return sum((Counter(was) & Counter(now)).values()) <= least / 2


def near_pairs(new: Sequence[str], known: Sequence[str], neighbours: int) -> list[tuple[int, int, str, float]]:
    """Pairs in which a new text is, as (place, place, kind, score); places count the new texts first, then the known ones.

    Kinds: same, same_frame, near (the nearest of each new text, so many at most).
    """
    plain = [comparable(text) for text in (*new, *known)]
    grams = Grams(plain)
    pairs: dict[tuple[int, int], tuple[str, float]] = {}
    for a, b, score in grams.pairs(SAME_FROM, len(new)):
        pairs[a, b] = ("same" if same_request(plain[a], plain[b], score) else "same_frame", score)
    every = np.arange(len(plain))
    for place, scores in grams.scores(np.arange(len(new)), every):
        scores[place] = -1.0
        for other in np.argsort(-scores, kind="stable")[:neighbours].tolist():
            if scores[other] >= NEIGHBOUR_FROM:
                kind = "same_frame" if _shares_a_frame(plain[place], plain[other], float(scores[other])) else "near"
                pairs.setdefault((min(place, other), max(place, other)), (kind, float(scores[other])))
    return [(a, b, kind, round(min(score, 1.0), 4)) for (a, b), (kind, score) in sorted(pairs.items())]


def groups_of(texts: Sequence[str]) -> list[list[int]]:
    """Small groups of texts of one category that may stand under one headline, by place."""
    grams = Grams([comparable(text) for text in texts])
    every = np.arange(len(texts))
    return _average_linkage(grams.block(every, every), 1 - GROUP_WITHIN) if texts else []


def near_duplicates(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Pairs a person would be asked to merge, pairs of one frame, and the nearest texts of each."""
    texts = entries(payload, "texts", ("id", "text"))
    number = payload.get("neighbours")
    if number is not None and (not isinstance(number, int) or number < 0):
        raise BadInput("“neighbours”应为不小于0的整数。", "“neighbours” is a whole number from 0.")
    plain = [comparable(row["text"]) for row in texts]
    grams = Grams(plain)
    pairs = sorted(grams.pairs(SAME_FROM), key=lambda pair: (-pair[2], pair[0], pair[1]))
    result: dict[str, Any] = {"same": [], "same_frame": []}
    for a, b, score in pairs[:CHECKED_AT_MOST]:
        kind = "same" if same_request(plain[a], plain[b], score) else "same_frame"
        result[kind].append({"a": texts[a]["id"], "b": texts[b]["id"], "score": round(score, 4)})
    if len(pairs) > CHECKED_AT_MOST:
        result["unchecked"] = len(pairs) - CHECKED_AT_MOST
    if number:
        result["neighbours"] = _neighbours(texts, plain, grams, number)
    return result


def _neighbours(
    texts: list[dict[str, Any]], plain: list[str], grams: Grams, number: int
) -> dict[str, list[dict[str, Any]]]:
    """The nearest texts of each, inside its category where it has one."""
    neighbours: dict[str, list[dict[str, Any]]] = {}
    kinds = [row.get("cat1") or "" for row in texts]
    for kind in sorted(set(kinds)):
        members = [place for place, own in enumerate(kinds) if own == kind]
        # A text without a category is compared with all of them.
        among = np.arange(len(texts)) if not kind else np.array(members)
        query_places = members if kind else [place for place in members if not kinds[place]]
        for place, scores in grams.scores(np.array(query_places), among):
            order = np.argsort(-scores, kind="stable")  # the texts stand by id: equals keep that order
            near = [at for at in order[: number + 1] if among[at] != place][:number]
            neighbours[texts[place]["id"]] = [
                {"id": texts[among[at]]["id"], "score": round(float(scores[at]), 4)} for at in near
            ]
    return neighbours


# Groups, order, search ------------------------------------------------------------------------------------------------


def _average_linkage(near: NDArray[np.float64], least: float) -> list[list[int]]:
    """Groups whose members are on average as near as `least`; the nearest two are joined first."""
    np.fill_diagonal(near, -1.0)
    members = [[place] for place in range(len(near))]
    size = np.ones(len(near))
    best = near.argmax(axis=1) if len(near) else np.zeros(0, dtype=np.int64)
    while len(near) > 1:
        values = near[np.arange(len(near)), best]
        a = int(values.argmax())
        b = int(best[a])
        if values[a] < least:
            break
        mean = (size[a] * near[a] + size[b] * near[b]) / (size[a] + size[b])
        near[a], near[:, a] = mean, mean
        near[a, a] = -1.0
        near[b], near[:, b] = -1.0, -1.0
        size[a] += size[b]
        members[a] += members[b]
        members[b] = []
        stale = np.flatnonzero((best == a) | (best == b))
        best[stale] = near[stale].argmax(axis=1)
        best[a] = near[a].argmax()
        better = near[:, a] > near[np.arange(len(near)), best]
        best[better] = a
    return [sorted(group) for group in members if len(group) > 1]


def group(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Small groups inside one category that may stand under one headline, with a proposal for it (建议标题)."""
    texts = entries(payload, "texts", ("id", "text"))
    kinds = sorted({row.get("cat1") or "" for row in texts})
    groups: list[dict[str, Any]] = []
    for kind in kinds:
        members = [row for row in texts if (row.get("cat1") or "") == kind]
        for places in groups_of([row["text"] for row in members]):
            shortest = min((members[place]["text"].strip() for place in places), key=lambda text: (len(text), text))
            groups.append({"ids": [members[place]["id"] for place in places], "headline": shortest[:HEADLINE]})
    return {"groups": groups}


def search(texts: Sequence[str], query: str) -> list[tuple[int, float]]:
    """Texts that hold every word of the query, nearest first; where none does, the nearest ones."""
    terms = [comparable(term) for term in query.split() if comparable(term)]
    if not terms:
        return []
    plain = [comparable(text) for text in texts]
    grams = Grams([*plain, " ".join(terms)])
    scores = grams.block(np.array([len(plain)]), np.arange(len(plain)))[0] if plain else np.zeros(0)
    matches = [place for place, text in enumerate(plain) if all(term in text for term in terms)]
    places: Iterable[int] = matches or np.flatnonzero(scores > 0).tolist()
    return sorted(((place, float(scores[place])) for place in places), key=lambda hit: (-hit[1], hit[0]))
