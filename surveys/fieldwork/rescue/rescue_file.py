"""Reads the file that a phone saved when it could not send (救援文件). Pure: it runs in a process of its own (`surveys.confined`)."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.package.content import digest

FORMAT = "diaoyan-rescue/1"
MOST_ITEMS = 500


class NoRescueFile(ValueError):
    """Bytes that no phone saved as a rescue file."""


@dataclass(frozen=True, slots=True)
class Item:
    """One version, or one draft, as a phone wrote it, with those of its parts that were on the phone."""

    visit: str
    body: bytes
    parts: tuple[bytes, ...] = field(default=(), repr=False)
    damaged: bool = False  # the text is not what its hash says
    draft: bool = False


def read_rescue(data: bytes) -> list[Item]:
    """The items of a rescue file. Raises NoRescueFile."""
    try:
        value = json.loads(data)
        entries = value["items"] if value["format"] == FORMAT else None
        draft_entries = value.get("drafts") or []
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise NoRescueFile(str(problem)) from None
    if (
        not isinstance(entries, list)
        or not isinstance(draft_entries, list)
        or len(entries) + len(draft_entries) > MOST_ITEMS
    ):
        raise NoRescueFile("no list of items, or too long a one")
    items = [_item(entry) for entry in entries if isinstance(entry, dict)]
    return items + [_item(entry, draft=True) for entry in draft_entries if isinstance(entry, dict)]


def _item(entry: dict[str, Any], *, draft: bool = False) -> Item:
    visit, text, part_entries = entry.get("visit"), entry.get("text"), entry.get("parts")
    body = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else b""
    part_bodies = tuple(
        part
        for part in (_part(one) for one in (part_entries if isinstance(part_entries, list) else []))
        if part is not None
    )
    damaged = not isinstance(visit, str) or not body or (not draft and digest(body) != entry.get("hash"))
    return Item(visit if isinstance(visit, str) else "", body, part_bodies, damaged, draft)


def _part(entry: Any) -> bytes | None:
    """The bytes of a part; None where they are not what their hash says."""
    try:
        data = base64.b64decode(entry["base64"], validate=True)
    except (ValueError, KeyError, TypeError):
        return None
    return data if digest(data) == entry.get("sha256") else None
