"""A package in parts: long lists stand in files of their own, so that a visit's first page stays small.

In memory a package is always whole: `sec` has every list. `parts` of a package names the lists that travel by
themselves, with the hash of their bytes; `first_part` is what is left, and its hash is the package's.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from surveys.questionnaire.shapes.package_shape import ListPart, Package

LONGEST_LIST = 200  # rows that still travel with the rules


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no white space, UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def set_parts(package: Package) -> None:
    """Name the lists of a package that stand in files of their own."""
    long = [name for name, rows in package["sec"].items() if len(rows) > LONGEST_LIST]
    if long:
        package["parts"] = {
            name: {"hash": hashlib.sha256(_part(package, name)).hexdigest(), "rows": len(package["sec"][name])}
            for name in long
        }


def first_part(package: Package) -> Package:
    """The package without the lists that stand in files of their own."""
    apart = package.get("parts")
    if not apart:
        return package
    ids = {row.get("label") for name in apart for row in package["sec"].get(name, ())}
    itext = {
        language: {text_id: text for text_id, text in texts.items() if text_id not in ids}
        for language, texts in package["itext"].items()
    }
    sec = {name: rows for name, rows in package["sec"].items() if name not in apart}
    return {**package, "sec": sec, "itext": itext}


def part_files(package: Package) -> dict[str, bytes]:
    """Hash → bytes of every list that stands in a file of its own."""
    return {about["hash"]: _part(package, name) for name, about in package.get("parts", {}).items()}


def _part(package: Package, name: str) -> bytes:
    """One list: its rows, and its labels by language."""
    rows = package["sec"][name]
    ids = [row["label"] for row in rows if "label" in row]
    itext = {
        language: part_texts
        for language, texts in package["itext"].items()
        if (part_texts := {text_id: texts[text_id] for text_id in ids if text_id in texts})
    }
    return canonical({"list": name, "rows": rows, "itext": itext})


def joined(body: bytes, read: Callable[[str], bytes | None]) -> Package:
    """The whole package from its first part; `read` gives the bytes of a list by its hash. LookupError without them."""
    package: Package = json.loads(body)
    for name, about in package.get("parts", {}).items():
        data = read(about["hash"])
        if data is None:
            raise LookupError(f"the list {name} ({about['hash']}) is not stored")
        part: ListPart = json.loads(data)
        package["sec"][name] = part["rows"]
        for language, texts in part["itext"].items():
            package["itext"].setdefault(language, {}).update(texts)
    return package
