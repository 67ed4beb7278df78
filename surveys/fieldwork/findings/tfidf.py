"""Compares texts by their weighted runs of one to three characters (字符 n-gram TF-IDF) and cosine. Pure.

Takes   texts already made comparable.
Gives   cosines from 0 to 1: of chosen rows against chosen columns, or all pairs from a threshold on.
Memory  a text costs about 20 bytes a run; pairs are found text by text, so 25,000 texts stay well below 1 GiB.
Weight  1 + ln(how often in the text), times ln((1 + texts) / (1 + texts with it)) + 1, each text of length 1.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
COMMON_PART = 0.35
_BITS = 21  # a code point needs 21 bits; three of them fit in 63


class Grams:
    """The texts with the weight of each of their runs, by text (row) and by run (term)."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.size = len(texts)
        rows, runs = _runs(texts)
        distinct_runs, terms = np.unique(runs, return_inverse=True)
        self.terms = len(distinct_runs)
        entries, often = np.unique(rows * max(self.terms, 1) + terms, return_counts=True)
        self.row = entries // max(self.terms, 1)
        self.term = entries % max(self.terms, 1)
        self.start = np.searchsorted(self.row, np.arange(self.size + 1))
        self.text_counts = np.bincount(self.term, minlength=self.terms)
        rarity = np.log((1 + self.size) / (1 + self.text_counts)) + 1
        weight = (1 + np.log(often)) * rarity[self.term]
        length = np.sqrt(np.bincount(self.row, weight**2, minlength=self.size))
        self.weight = (weight / length[self.row]).astype(np.float32)
        # The same entries by run: `posting` leads from one order to the other.
        by_term = np.argsort(self.term, kind="stable")
        self.posting_row = self.row[by_term].astype(np.int32)
        self.posting_weight = self.weight[by_term]
        self.posting = np.empty(len(by_term), dtype=np.int64)
        self.posting[by_term] = np.arange(len(by_term))
        self.posting_start = np.concatenate(([0], np.cumsum(self.text_counts)))

    def _gather(self, starts: Rows, ends: Rows) -> tuple[Rows, Rows]:
        """All places from each start to its end, and which start each belongs to."""
        lengths = ends - starts
        owner = np.repeat(np.arange(len(starts)), lengths)
        shift = starts - np.concatenate(([0], np.cumsum(lengths)[:-1]))
        return np.arange(lengths.sum()) + shift[owner], owner

    def pairs(self, least: float, first: int | None = None) -> Iterator[tuple[int, int, float]]:
        """Every pair (a < b) whose cosine is at least `least`; `first`: those alone in which one of the first so many texts is.

        The commonest runs of a text, together shorter than COMMON_PART, cannot carry a pair over the threshold
        alone: postings are read for the others only, and what may still pass is then worked out in full.
        """
        for row in range(self.size if first is None else min(first, self.size)):
            entries = np.arange(self.start[row], self.start[row + 1])
            if not len(entries):
                continue
            entries = entries[np.argsort(-self.text_counts[self.term[entries]], kind="stable")]
            common = int(np.searchsorted(np.cumsum(self.weight[entries].astype(np.float64) ** 2), COMMON_PART**2))
            rare = entries[common:]
            places, owner = self._gather(self.posting[rare] + 1, self.posting_start[self.term[rare] + 1])
            if not len(places):
                continue
            others = self.posting_row[places]
            partial = np.bincount(others - row - 1, self.posting_weight[places] * self.weight[rare][owner])
            likely = np.flatnonzero(partial >= least - COMMON_PART - 1e-6) + row + 1
            if len(likely):
                cosines = self._exact(row, likely)
                for other in np.flatnonzero(cosines >= least):
                    yield row, int(likely[other]), float(min(cosines[other], 1.0))

    def _exact(self, row: int, others: Rows) -> NDArray[np.float64]:
        """The cosines of one text with some others."""
        own = slice(self.start[row], self.start[row + 1])
        places, owner = self._gather(self.start[others], self.start[others + 1])
        at = np.searchsorted(self.term[own], self.term[places])
        at[at == own.stop - own.start] = 0
        shared = self.term[own][at] == self.term[places]
        product = np.where(shared, self.weight[places] * self.weight[own][at], 0.0)
        return np.bincount(owner, product, minlength=len(others)).astype(np.float64)

    def scores(self, rows: Rows, columns: Rows) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """For each of `rows`: its cosines with `columns`, in their order."""
        column_of = np.full(self.size, -1, dtype=np.int64)
        column_of[columns] = np.arange(len(columns))
        is_chosen = column_of[self.posting_row] >= 0
        posting_row, posting_weight = column_of[self.posting_row[is_chosen]], self.posting_weight[is_chosen]
        posting_start = np.concatenate(([0], np.cumsum(is_chosen)))[self.posting_start]
        for row in map(int, rows):
            own = np.arange(int(self.start[row]), int(self.start[row + 1]))
            places, owner = self._gather(posting_start[self.term[own]], posting_start[self.term[own] + 1])
            product = posting_weight[places] * self.weight[own][owner]
            scores = np.bincount(posting_row[places], product, minlength=len(columns))
            yield row, scores.astype(np.float64)

    def block(self, rows: Rows, columns: Rows) -> NDArray[np.float64]:
        """The cosines of some texts with some others, as a matrix."""
        matrix = np.zeros((len(rows), len(columns)))
        for place, (_, scores) in enumerate(self.scores(rows, columns)):
            matrix[place] = scores
        return matrix


def _runs(texts: Sequence[str]) -> tuple[Rows, Rows]:
    """Text by text, all runs of one, two and three characters as numbers."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32).astype(np.int64) + 1
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    rows, runs = [owner], [codes]
    run = codes
    for length in (2, 3):
        run = (run[:-1] << _BITS) | codes[length - 1 :] if len(codes) >= length else run[:0]
        inside = owner[: len(run)] == owner[length - 1 :]
        rows.append(owner[: len(run)][inside])
        runs.append(run[inside])
    return np.concatenate(rows), np.concatenate(runs)
