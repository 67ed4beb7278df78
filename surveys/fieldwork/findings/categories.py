"""Suggests a category for each finding (类别建议), with the reason. Pure, on numpy alone.

Rule    suggest, never assign: a person picks one of the candidates.
Takes   the table of categories with its keywords, texts that carry a category already, and the texts in question.
Gives   up to five candidates a text, best first, each with its keywords in the text and how many texts of its category are near.
How     kernel ridge on the cosines of character runs, beside the names and the keyword lists of the categories.
Raises  BadInput for a payload that cannot be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.fieldwork.findings.similarity import BadInput, comparable, entries
from surveys.fieldwork.findings.tfidf import Grams

CANDIDATES = 5
NEWEST_LABELS = 4_000
RIDGE = 0.3
NEAR_FROM = 0.15  # a labelled text counts as near from this cosine on
SHARPNESS = 3.0  # fitted on the demonstration so that a first candidate of .80 is right about eight times in ten
LABEL_WEIGHT, NAME_WEIGHT, LIST_WEIGHT = 2.0, 0.3, 2.0  # labelled texts, names of categories, keyword lists as texts
KEYWORD_WEIGHT, KEYWORD_CAP = 0.3, 1.2


@dataclass(frozen=True, slots=True)
class Table:
    """The table of categories: first levels, pairs of both levels, and the words of each, comparable."""

    firsts: list[str]
    pairs: list[tuple[str, str]]
    words: list[list[str]]  # of each first level
    names: list[list[str]]
    second_names: list[str]  # of each pair
    own_words: list[list[str]]  # of each pair: those of a row that has this one second level

    @classmethod
    def read(cls, rows: Sequence[Mapping[str, Any]]) -> "Table":
        firsts = list(dict.fromkeys(row["cat1"] for row in rows))
        pairs = [(row["cat1"], second) for row in rows for second in row.get("cat2") or [""]]
        if not pairs:
            raise BadInput("“categories”为空。", "“categories” is empty.")
        words: dict[str, list[str]] = {first: [] for first in firsts}
        names: dict[str, list[str]] = {first: [] for first in firsts}
        second_names: list[str] = []
        own_words: list[list[str]] = []
        for row in rows:
            first, seconds = row["cat1"], row.get("cat2") or [""]
            keywords = [comparable(word) for word in row.get("keywords") or []]
            words[first] += keywords
            own_words += [keywords if len(seconds) == 1 else [] for _ in seconds]
            # A table of codes says in `name1` and `name2` what they are called.
            called = [comparable(row.get("name2") or second) for second in seconds]
            second_names += called
            names[first] += [comparable(row.get("name1") or first), *called]
        distinct_names = [list(dict.fromkeys(names[first])) for first in firsts]
        return cls(firsts, pairs, [words[first] for first in firsts], distinct_names, second_names, own_words)

    def first_of(self, pair: int) -> int:
        return self.firsts.index(self.pairs[pair][0])

    def words_in(self, text: str, pair: int) -> list[str]:
        """The keywords that a text has of a pair, its own first."""
        words = dict.fromkeys([*self.own_words[pair], *self.words[self.first_of(pair)]])
        return [word for word in words if len(word) > 1 and word in text]


def _keyword_scores(texts: list[str], lists: list[list[str]]) -> NDArray[np.float64]:
    """For each text and list: how many characters of the list's words it has, beyond the first of each word."""
    scores = np.zeros((len(texts), len(lists)))
    for column, words in enumerate(lists):
        for row, text in enumerate(texts):
            length = sum(len(word) - 1 for word in words if len(word) > 1 and word in text)
            scores[row, column] = min(KEYWORD_CAP, KEYWORD_WEIGHT * length)
    return scores


def _ridge(own: NDArray[np.float64], cross: NDArray[np.float64], labels: NDArray[np.int64], classes: int):
    """Kernel ridge on cosines: one score between about 0 and 1 for each class."""
    targets = np.zeros((len(labels), classes))
    targets[np.arange(len(labels)), labels] = 1.0
    weights = np.linalg.solve(own + RIDGE * np.eye(len(labels)), targets - targets.mean(axis=0))
    return cross @ weights + targets.mean(axis=0)


def suggest_category(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Up to five categories a text, best first, for a person to choose from; never chosen by itself."""
    rows = entries(payload, "categories", ("cat1",))
    examples = entries(payload, "labelled", ("id", "text", "cat1"), optional=True)[-NEWEST_LABELS:]
    texts = entries(payload, "texts", ("id", "text"))
    table = Table.read(rows)
    examples = [row for row in examples if row["cat1"] in table.firsts]
    plain = [comparable(row["text"]) for row in texts]
    first, second, near = _scores(table, examples, plain)
    return {
        "suggestions": [
            {"id": row["id"], "candidates": _candidates(table, first[place], second[place], near[place], plain[place])}
            for place, row in enumerate(texts)
        ]
    }


def _scores(
    table: Table, examples: list[dict[str, Any]], plain: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Of each text: the score of each first level and of each pair, and how many labelled texts of each pair are near."""
    first_score = _keyword_scores(plain, table.words) + NAME_WEIGHT * _keyword_scores(plain, table.names)
    second_score = 0.1 * _keyword_scores(plain, [[name] for name in table.second_names])
    second_score += _keyword_scores(plain, table.own_words)
    near = np.zeros((len(plain), len(table.pairs)), dtype=np.int64)
    documents = [" ".join(words + names) for words, names in zip(table.words, table.names, strict=True)]
    documents += table.second_names
    grams = Grams([*(comparable(row["text"]) for row in examples), *documents, *plain])
    at, end = len(examples), len(examples) + len(documents)
    queries = np.arange(end, end + len(plain))
    if len(plain):
        lists = grams.block(queries, np.arange(at, end))
        first_score += LIST_WEIGHT * lists[:, : len(table.firsts)]
        second_score += LIST_WEIGHT * lists[:, len(table.firsts) :]
    if examples and len(plain):
        own, cross = grams.block(np.arange(at), np.arange(at)), grams.block(queries, np.arange(at))
        first_labels = np.array([table.firsts.index(row["cat1"]) for row in examples])
        places = {pair: place for place, pair in enumerate(table.pairs)}
        first_score += LABEL_WEIGHT * _ridge(own, cross, first_labels, len(table.firsts))
        has = [place for place, row in enumerate(examples) if (row["cat1"], row.get("cat2") or "") in places]
        if has:
            second_labels = np.array([places[examples[p]["cat1"], examples[p].get("cat2") or ""] for p in has])
            second_score += LABEL_WEIGHT * _ridge(own[np.ix_(has, has)], cross[:, has], second_labels, len(table.pairs))
            is_near = (cross[:, has] >= NEAR_FROM).astype(np.int64)
            np.add.at(near.T, second_labels, is_near.T)
    return first_score, second_score, near


def _candidates(
    table: Table, first: NDArray[np.float64], second: NDArray[np.float64], near: NDArray[np.int64], text: str
) -> list[dict[str, Any]]:
    """Five rows: the three best first levels are always among them, each with its best second level first."""
    joint, share = _joint(table, first, second)
    order = np.argsort(-joint, kind="stable").tolist()
    leaders = list(dict.fromkeys(table.pairs[place][0] for place in order))[:3]
    places: list[int] = []
    for place in order:
        missing = [name for name in leaders if all(table.pairs[p][0] != name for p in places)]
        if table.pairs[place][0] in missing or len(places) + len(missing) < CANDIDATES:
            places.append(place)
        if len(places) == CANDIDATES:
            break
    return [
        {
            "cat1": table.pairs[place][0],
            "cat2": table.pairs[place][1],
            "score": round(float(joint[place]), 4),
            "likely": round(float(share[place]), 2),
            "near": int(near[place]),
            "keywords": table.words_in(text, place),
        }
        for place in places
    ]


def _joint(
    table: Table, first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The score of each pair, and its share of what all pairs have: how likely it is, from 0 to 1."""
    owner = np.array([table.first_of(place) for place in range(len(table.pairs))])
    best = np.full(len(table.firsts), -np.inf)
    np.maximum.at(best, owner, second)
    joint = first[owner] - (best[owner] - second)
    weight = np.exp(SHARPNESS * (joint - joint.max()))
    return joint, weight / weight.sum()
