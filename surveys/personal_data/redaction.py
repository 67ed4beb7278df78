"""What is taken out of a received content, and what stays. Pure: bytes and a questionnaire in, bytes out.

Rule    `personal`: contacts, signatures, pictures, recordings, positions (L3, and every such type). `identity`: what names the firm
        besides (written answers of L2). A choice that was ticked and a number stay: counts go on adding up and name nobody.
Terms   each name that is given is replaced wherever it stands in the answers that stay.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from surveys.questionnaire.facts.facts import plain_path, privacy
from surveys.questionnaire.shapes.package_shape import Package

GONE = "（已删除）"
_TICKED = frozenset(("select_one", "select_multiple", "rank", "integer", "decimal", "range", "date", "acknowledge"))
_ALWAYS_PERSONAL = frozenset(("geopoint", "geotrace", "geoshape", "image", "audio", "video", "file", "barcode"))
_WRITTEN = frozenset(("text", "note"))
SHORTEST_TERM = 2


def redacted(body: bytes, package: Package | None, *, identity: bool, terms: Iterable[str] = ()) -> bytes:
    """The bytes that stay; the same where nothing personal is in them. Of a content whose questionnaire is not here no answer stays."""
    content: dict[str, Any] = json.loads(body)
    answers: Mapping[str, str] = content.get("answers") or {}
    types = {one["path"]: one.get("type", "") for one in package["defs"]} if package else {}
    words = [word for word in terms if len(word) >= SHORTEST_TERM]
    remaining: dict[str, str] = {}
    for path, answer in answers.items():
        text = _rest(path, answer, package, types, identity)
        if text is not None:
            remaining[path] = without(text, words)
    rest = {**content, "answers": remaining}
    if identity:
        for name in ("replies", "reason"):
            rest.pop(name, None)
    if rest == content:
        return body
    return _written(rest)


def without(text: str, terms: Collection[str]) -> str:
    """A text with every term replaced, longer terms first."""
    for term in sorted(terms, key=len, reverse=True):
        text = text.replace(term, GONE)
    return text


def names_taken_out(body: bytes, terms: Collection[str]) -> bytes:
    """A received content in which these names are replaced wherever they stand; the same bytes where none does."""
    content: dict[str, Any] = json.loads(body)
    rest = without_in(content, terms)
    return body if rest == content else _written(rest)


def without_in(value: Any, terms: Collection[str]) -> Any:
    """Plain data with every term replaced in every text of it."""
    if isinstance(value, str):
        return without(value, terms)
    if isinstance(value, list):
        return [without_in(one, terms) for one in value]
    if isinstance(value, dict):
        return {key: without_in(one, terms) for key, one in value.items()}
    return value


def _written(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _rest(path: str, answer: str, package: Package | None, types: Mapping[str, str], identity: bool) -> str | None:
    if package is None:
        return GONE
    kind, level = types.get(plain_path(path), ""), privacy(package, path)
    if kind in _ALWAYS_PERSONAL:
        return None
    if kind in _TICKED:
        return answer
    if level == "L3" or (identity and level == "L2" and kind in _WRITTEN):
        return GONE
    return answer
