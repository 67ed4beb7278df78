"""Finding findings by their words: a part of the text as it stands, or its pinyin and initials (rongzi, rz). Pure.

A query of several words asks for all of them. Letters are looked for in both ways, anything else as it is written.
"""

from collections.abc import Iterable, Sequence

from surveys.questionnaire.views.list_search import Query, folded
from surveys.questionnaire.views.pinyin import readings

MOST_WORDS = 100


def found(query: str, texts: Iterable[tuple[str, str]]) -> list[str]:
    """The ids of the (id, text) that hold every word of the query, in their order."""
    words = query[:MOST_WORDS].split()
    rows = list(texts)
    for word in words:
        rows = _with(word, rows)
    return [id for id, _ in rows]


def _with(word: str, rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    plain = word.casefold()
    if not (word.isascii() and word.isalpha()):
        return [row for row in rows if plain in row[1].casefold()]
    sought = Query(word, readings)
    return [row for row in rows if plain in row[1].casefold() or sought.holds(folded(row[1]))]
