"""Rewrites typing mistakes in a rule: operators of other languages, words for them, open references.

Each step gives one rewriting of the text; whether it reads well then is judged in `repairs.py`. What stands in quotes or is a
reference already is left alone.
"""

import re
from collections.abc import Callable, Collection, Iterator

_LEFT_ALONE = re.compile(r"\"[^\"]*\"|'[^']*'|\$\{[^{}]*\}")
_SIGNS = (
    (r"==+", "="),
    (r"=>", ">="),
    (r"=<", "<="),
    (r"<>", "!="),
    (r"[!¬]\s=", "!="),
    (r"\s?&&\s?", " and "),
    (r"\s?\|\|\s?", " or "),
    (r"\bAND\b", "and"),
    (r"\bOR\b", "or"),
    (r"\bMOD\b", "mod"),
    (r"\bDIV\b", "div"),
)
_WORDS = (
    (r"\s?(?:大于等于|大于或等于|不小于)\s?", " >= "),
    (r"\s?(?:小于等于|小于或等于|不大于)\s?", " <= "),
    (r"\s?(?:不等于|不是)\s?", " != "),
    (r"\s?大于\s?", " > "),
    (r"\s?小于\s?", " < "),
    (r"\s?(?:等于|是)\s?", " = "),
    (r"\s?(?:并且|而且|且)\s?", " and "),
    (r"\s?(?:或者|或)\s?", " or "),
)
_OPEN = re.compile(r"\$\{\s*+([\w.\-]++)(?!\s*+\})")
_OTHERWISE_CLOSED = re.compile(
    r"\$\{\s*([\w.\-]+)\s*[)\]]|\$\(\s*([\w.\-]+)\s*\)|\$([\w.\-]+)|(?<!\$)\{\s*([\w.\-]+)\s*\}"
)


def rewritings(text: str, names: Collection[str]) -> Iterator[str]:
    """`text` with one family of slips put right, where it has any; the likeliest first. `names`: those of the questions."""
    for change in (_signs, _words):
        yield outside_quotes(text, change)
    yield text.strip().rstrip(";").removeprefix("=").strip()  # as a spreadsheet or a program begins and ends a formula
    yield _OTHERWISE_CLOSED.sub(lambda match: f"${{{next(filter(None, match.groups()))}}}", text)
    yield closed_references(text, names)


def closed_references(text: str, names: Collection[str]) -> str:
    """`${name` with its bracket: after the longest question's name that it begins with."""
    return _OPEN.sub(lambda match: _closed(match[0], match[1], names), text)


def open_references(text: str) -> list[str]:
    """Every `${name` of a text that is never closed."""
    return [match[0] for match in _OPEN.finditer(text)]


def _closed(original: str, word: str, names: Collection[str]) -> str:
    name = next((word[:size] for size in range(len(word), 0, -1) if word[:size] in names), word)
    at = original.index(word) + len(name)
    return f"{original[:at]}}}{original[at:]}"


def _signs(text: str) -> str:
    return _replaced(text, _SIGNS)


def _words(text: str) -> str:
    return _replaced(text, _WORDS)


def _replaced(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for pattern, replacement in pairs:
        text = re.sub(pattern, replacement, text)
    return text


def outside_quotes(text: str, change: Callable[[str], str]) -> str:
    """`text` changed everywhere but in quoted texts and references."""
    out, at = [], 0
    for match in _LEFT_ALONE.finditer(text):
        out += [change(text[at : match.start()]), match[0]]
        at = match.end()
    return "".join([*out, change(text[at:])])
