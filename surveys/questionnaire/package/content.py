"""Canonical bytes of what is handed in, and their hash.

Canonical JSON is RFC 8785 cut down: UTF-8, no white space, keys sorted by UTF-16 code unit; values are strings,
true, false, null, arrays, objects and whole numbers from 0 to 2^53 - 1. Answers travel as text, as they were typed.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

LARGEST_WHOLE_NUMBER = 2**53 - 1
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def canonical(value: Any) -> bytes:
    """The canonical bytes of `value`; ValueError for a value that canonical JSON does not know."""
    return spelled(_keyed(value)).encode()


def spelled(value: Any) -> str:
    """`value` as canonical JSON spells it, its keys in the order they are in."""
    return _encode(value)


def in_canonical_order(keys: Iterable[str]) -> list[str]:
    """Keys by UTF-16 code unit."""
    return sorted(keys, key=lambda key: key.encode("utf-16-be"))


def digest(data: bytes) -> str:
    """The hash of canonical bytes: lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def _keyed(value: Any) -> Any:
    """`value` with the keys of every object in UTF-16 order."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a key that is no text has no canonical form")
        return {key: _keyed(value[key]) for key in in_canonical_order(value)}
    if isinstance(value, list | tuple):
        return [_keyed(item) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and 0 <= value <= LARGEST_WHOLE_NUMBER:
        return value
    raise ValueError(f"no canonical form: {value!r}")
