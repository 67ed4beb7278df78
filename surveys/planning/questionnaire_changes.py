"""What changed from one questionnaire version to the next, question by question. Touches packages as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Changes:
    """Names of questions; `reworded` and `retyped` stand in both versions."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    reworded: list[str] = field(default_factory=list)
    retyped: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.reworded or self.retyped)


def changes(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> Changes:
    """Compare two packages by the questions' paths."""
    old, new = _questions(earlier), _questions(later)
    both = [path for path in new if path in old]
    return Changes(
        added=[new[path]["name"] for path in new if path not in old],
        removed=[old[path]["name"] for path in old if path not in new],
        reworded=[new[path]["name"] for path in both if _label(later, new[path]) != _label(earlier, old[path])],
        retyped=[new[path]["name"] for path in both if new[path].get("type") != old[path].get("type")],
    )


def count_questions(package: Mapping[str, Any]) -> int:
    """Questions that a person answers."""
    silent = {"note", "calculate", "hidden", "start", "end", "today", "deviceid"}
    return sum(found.get("type") not in silent for found in _questions(package).values())


def _questions(package: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {found["path"]: found for found in package["defs"] if found.get("kind") == "field"}


def _label(package: Mapping[str, Any], question: Mapping[str, Any]) -> list[Any]:
    label = question.get("label")
    return [package["itext"][language].get(label) for language in sorted(package.get("itext", {}))] if label else []
