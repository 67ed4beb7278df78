"""How Chinese characters are read: every reading in plain letters, from pypinyin's table of single characters. Pure.

A phone is given the characters of a questionnaire's long lists by reading, so that it finds by pinyin without a table of its own.
"""

import os
import re
from functools import cache
from typing import Any

from surveys.questionnaire.facts.facts import texts
from surveys.questionnaire.package.list_files import canonical
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.views.list_search import searched_lists

_LETTERS = re.compile("[a-z]+")


@cache
def _reader() -> Any:
    # Its phrases are of no use here, since every reading counts, and they take 44 MiB.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
    import pypinyin

    return pypinyin


@cache
def readings(char: str) -> tuple[str, ...]:
    """The readings of a character, sorted; `lv` may be typed `lu`. Empty for what is no Chinese character."""
    if char < "〇":
        return ()
    library = _reader()
    syllables = library.pinyin(char, style=library.Style.NORMAL, heteronym=True, errors="ignore")
    plain = {one.replace("ê", "e") for one in (syllables[0] if syllables else ())}
    plain |= {one.replace("v", "u") for one in plain}
    return tuple(sorted(one for one in plain if _LETTERS.fullmatch(one)))


@cache
def usual_reading(char: str) -> str:
    """The first reading of a character, as a list of names is read out; empty for what is none."""
    if not readings(char):
        return ""
    library = _reader()
    first = library.pinyin(char, style=library.Style.NORMAL, errors="ignore")[0][0].replace("ê", "e").replace("v", "u")
    return first if first in readings(char) else readings(char)[0]


def readings_file(package: Package) -> bytes:
    """Reading → the characters of the package's long lists that are read so, as canonical JSON: always the same bytes."""
    ids = {row.get("label", "") for name in searched_lists(package) for row in package["sec"][name]}
    labels = (text for text_id in ids for text in texts(package, text_id).values())
    by_reading: dict[str, list[str]] = {}
    for char in sorted(set().union(*labels)):
        for reading in readings(char):
            by_reading.setdefault(reading, []).append(char)
    return canonical({"v": 1, "readings": {reading: "".join(chars) for reading, chars in by_reading.items()}})
