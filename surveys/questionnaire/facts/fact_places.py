"""Finds the facts of a package: rows by meaning, questions by path, what belongs to a finding. Pure, kept by package."""

import re
from collections.abc import Mapping

from surveys.questionnaire.shapes.package_shape import Package


class Question:
    """A question that means something. `codes`: of its choices, empty where one has none; None without a list.

    `beside`, for what is asked beside a finding's text: its name where it stands in the same group, else empty.
    """

    __slots__ = ("beside", "codes", "path")

    def __init__(self, path: str, choices: list[dict[str, str]] | None, text: str = "") -> None:
        self.path = path
        codes = [(row.get("name", ""), row.get("code", "")) for row in reversed(choices or ())]  # of one name the first
        self.codes: dict[str, str] | None = None if choices is None else dict(codes)
        above, _slash, name = path.rpartition("/")
        self.beside = name if above == text.rpartition("/")[0] else ""


class FactSheet:
    """What a package says of facts, looked up once for all visits that are filled with it."""

    def __init__(self, package: Package) -> None:
        self.rows = package["facts"]["rows"]
        self.by_meaning: dict[str, list[Mapping[str, str]]] = {}
        for row in self.rows:
            if row.get("means"):
                self.by_meaning.setdefault(row["means"], []).append(row)
        self.defs = {definition["path"]: definition for definition in package["defs"]}
        order = {path: place for place, path in enumerate(self.defs)}
        texts = self.by_meaning.get("finding.text", ())
        self.texts = sorted(texts, key=lambda row: order.get(row["path"], len(order)))
        self.patterns = {row["path"]: path_pattern(row["path"]) for row in texts}
        lists = package["sec"]

        def question(path: str, text: str = "") -> Question:
            items = self.defs.get(path, {}).get("items") or {}
            return Question(path, lists[items["list"]] if "list" in items else None, text)

        self.asked = {
            means: [question(row["path"]) for row in rows if "path" in row] for means, rows in self.by_meaning.items()
        }
        self.beside = {
            text["path"]: [
                (row["means"].removeprefix("finding."), question(row["path"], text["path"]))
                for row in self._beside(text["path"])
            ]
            for text in texts
        }

    def _beside(self, path: str) -> list[Mapping[str, str]]:
        """The rows beside a finding's text: those in the same repeat; outside of repeats nothing stands beside it."""
        repeat = self.repeat_of(path)
        return [
            other
            for other in self.rows
            if other.get("means", "").startswith("finding.")
            and other["means"] != "finding.text"
            and repeat
            and self.repeat_of(other["path"]) == repeat
        ]

    def repeat_of(self, path: str) -> str:
        """The path of the innermost repeat that `path` stands in; empty outside of repeats."""
        while path:
            path = path.rpartition("/")[0]
            if self.defs.get(path, {}).get("kind") == "repeat":
                return path
        return ""


_sheets: dict[int, tuple[Package, FactSheet]] = {}
_MOST_SHEETS = 16


def sheet_of(package: Package) -> FactSheet:
    entry = _sheets.get(id(package))
    if entry is not None and entry[0] is package:
        return entry[1]
    if len(_sheets) >= _MOST_SHEETS:
        _sheets.clear()
    sheet = FactSheet(package)
    _sheets[id(package)] = (package, sheet)
    return sheet


def path_pattern(path: str) -> re.Pattern[str]:
    """Matches the path of a question in any instance of the repeats it stands in."""
    return re.compile("".join("/" + re.escape(part) + r"(?:\[[0-9]+\])?" for part in path.split("/")[1:]))
