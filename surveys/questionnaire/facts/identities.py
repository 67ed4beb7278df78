"""The stable id of a question: from the sheet `diaoyan`, or proposed by likeness to the version before, for a person to confirm.

An id is never used again for another question, so a new one keeps clear of every id the campaign ever had.
"""

import difflib
import heapq
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from surveys.questionnaire.facts.facts import in_both, texts
from surveys.questionnaire.shapes.package_shape import Definition, Package
from surveys.questionnaire.sheets.bilingual import Text

LIKE_ENOUGH = 0.5  # worth telling a person
SURELY_ALIKE = 0.8  # worth filling in: the same name or the same words, and the same type
MOST_COMPARED = 15  # questions of before that one new question is compared with
LONGEST_READ = 60  # letters of a label by which they are chosen
_BY_NAME = Text("沿用题目名作编号", "the name serves as id")


@dataclass(frozen=True, slots=True)
class Identity:
    """`stable_id` and why; `earlier`: the path in the version before, empty for a new question.

    `likely`: the path of a question that it only might be, with its id: a person may take it, nothing is filled in.
    """

    stable_id: str
    reason: Text
    earlier: str = ""
    sure: bool = True  # from the sheet, or the same name at the same place with the same type
    likely: str = ""
    likely_id: str = ""


def identities(package: Package, earlier: Package | None = None, used_ids: Collection[str] = ()) -> dict[str, Identity]:
    """path → identity of every question and repeat. `used_ids`: every id of any version of the campaign."""
    workbook_ids = stable_ids(package)
    by_path = {path: Identity(text, Text("工作簿给出", "given by the workbook")) for path, text in workbook_ids.items()}
    definitions = [
        definition
        for definition in package["defs"][1:]
        if definition["kind"] != "group" and definition["path"] not in by_path
    ]
    matches = {} if earlier is None else _matched(package, earlier, definitions, set(workbook_ids.values()))
    by_path |= {path: identity for path, identity in matches.items() if not identity.likely}
    ids = {
        *used_ids,
        *(identity.stable_id for identity in by_path.values()),
        *(one.likely_id for one in matches.values()),
    }
    for definition in definitions:
        if definition["path"] not in by_path:
            text = _free(definition["name"], ids)
            ids.add(text)
            by_path[definition["path"]] = _new(definition["name"], text, matches.get(definition["path"]))
    return by_path


def _new(name: str, text: str, likely: Identity | None) -> Identity:
    """A question with an id of its own; with the earlier one that it might be, when there is one."""
    if likely is not None:
        return Identity(text, likely.reason, sure=False, likely=likely.likely, likely_id=likely.likely_id)
    if text == name:
        return Identity(text, _BY_NAME)
    return Identity(text, Text("同名编号已用过，另给新编号", "an id of this name was used before; a new one"))


def stable_ids(package: Package) -> dict[str, str]:
    """path → the id that the sheet gives."""
    return {row["path"]: row["stable_id"] for row in package["facts"]["rows"] if row.get("stable_id") and "path" in row}


def _free(name: str, ids: Collection[str]) -> str:
    number, text = 2, name
    while text in ids:
        text, number = f"{name}_{number}", number + 1
    return text


def _matched(
    package: Package, earlier: Package, definitions: list[Definition], workbook_ids: set[str]
) -> dict[str, Identity]:
    """The questions that were in the version before: same place and name first, then the likest."""
    ids = stable_ids(earlier)
    rest = {
        definition["path"]: definition
        for definition in earlier["defs"][1:]
        if definition["kind"] != "group" and ids.get(definition["path"], definition["name"]) not in workbook_ids
    }
    matches: dict[str, Identity] = {}
    for definition in definitions:
        old = rest.get(definition["path"])
        if old is not None and old.get("type") == definition.get("type"):
            matches[definition["path"]] = _same(
                rest,
                ids,
                definition["path"],
                Text("与上一版同名、同位置、同题型", "same name, place and type as before"),
            )
    likeness = Likeness(package, earlier, rest)
    pairs = []
    for definition in definitions:
        if definition["path"] not in matches:
            for old in likeness.candidates(definition):
                alike, reason = likeness.of(definition, old)
                if alike >= LIKE_ENOUGH:
                    pairs.append((-alike, definition["path"], old["path"], reason))
    for alike, path, then, reason in sorted(pairs, key=lambda pair: pair[:3]):
        if path in matches or then not in rest:
            continue
        same = _same(rest, ids, then, reason, sure=False)
        matches[path] = same if -alike >= SURELY_ALIKE else Identity("", reason, likely=then, likely_id=same.stable_id)
    return matches


def _same(
    rest: dict[str, Definition], ids: Mapping[str, str], then: str, reason: Text, *, sure: bool = True
) -> Identity:
    old = rest.pop(then)
    return Identity(ids.get(then) or old["name"], reason, then, sure)


class Likeness:
    """How like new questions are to those of before. Only the nearest by their labels are looked at: a form may have thousands."""

    def __init__(self, package: Package, earlier: Package, rest: Mapping[str, Definition]) -> None:
        self.sides = {id(package): _Side(package), id(earlier): _Side(earlier)}
        self.package, self.earlier, self.rest = package, earlier, rest
        self.named: dict[str, list[str]] = {}
        self.spoken: dict[str, list[str]] = {}
        self.order = {path: place for place, path in enumerate(rest)}
        self.matchers: dict[str, difflib.SequenceMatcher[str]] = {}
        for path, old in rest.items():
            self.named.setdefault(old["name"], []).append(path)
            for letters in _letters(self.label(earlier, old)):
                self.spoken.setdefault(letters, []).append(path)

    def label(self, package: Package, definition: Definition) -> str:
        return self.sides[id(package)].label(definition)

    def candidates(self, new: Definition) -> list[Definition]:
        """Those of the same name, and those whose labels share most pairs of letters."""
        shared: Counter[str] = Counter()
        for letters in _letters(self.label(self.package, new)):
            shared.update(self.spoken.get(letters, ()))
        nearest = heapq.nsmallest(MOST_COMPARED, shared, key=lambda path: (-shared[path], self.order[path]))
        paths = dict.fromkeys([*self.named.get(new["name"], ())[:MOST_COMPARED], *nearest])
        return [self.rest[path] for path in paths]

    def of(self, new: Definition, old: Definition) -> tuple[float, Text]:
        """0 to 1, by name, label, type and choices; with what speaks for it."""
        if new["kind"] != old["kind"]:
            return 0.0, Text("", "")
        name, kind = new["name"] == old["name"], new.get("type") == old.get("type")
        label = self.of_labels(self.label(self.package, new), self.label(self.earlier, old))
        # A name or a label must speak for it; type and choices alone say little.
        if not name and label < 0.5:
            return 0.0, Text("", "")
        mine, theirs = self.sides[id(self.package)].values(new), self.sides[id(self.earlier)].values(old)
        shared = len(mine & theirs) / len(mine | theirs) if mine or theirs else 0.0
        reasons = [
            (zh, en)
            for fits, zh, en in (
                (name, "同名", "same name"),
                (label >= 0.5, f"题目文字相近（{label:.0%}）", f"labels alike ({label:.0%})"),
                (kind, "同题型", "same type"),
                (shared >= 0.5, f"选项相同（{shared:.0%}）", f"same choices ({shared:.0%})"),
            )
            if fits
        ]
        score = 0.4 * name + 0.6 * label + (0.15 if kind else -0.2) + (0.15 * shared if mine and theirs else 0.05)
        return min(score, 1.0), Text("、".join(zh for zh, _en in reasons), ", ".join(en for _zh, en in reasons))

    def of_labels(self, new: str, old: str) -> float:
        if not new or not old:
            return 0.0
        if old not in self.matchers:
            self.matchers[old] = difflib.SequenceMatcher(None, "", old)
        self.matchers[old].set_seq1(new)
        return self.matchers[old].ratio()


class _Side:
    """The labels and choices of one version, each read once."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.labels: dict[str, str] = {}
        self.lists: dict[str, frozenset[str]] = {}

    def label(self, definition: Definition) -> str:
        path = definition["path"]
        if path not in self.labels:
            self.labels[path] = in_both(texts(self.package, definition.get("label", ""))).zh
        return self.labels[path]

    def values(self, definition: Definition) -> frozenset[str]:
        name = (definition.get("items") or {}).get("list", "")
        if name not in self.lists:
            self.lists[name] = frozenset(row.get("name", "") for row in self.package["sec"].get(name, [])[:500])
        return self.lists[name]


def _letters(label: str) -> set[str]:
    """Every letter and its neighbour, of the first letters of a label."""
    label = label[:LONGEST_READ]
    return {label[place : place + 2] for place in range(max(len(label) - 1, 1))} - {""}
