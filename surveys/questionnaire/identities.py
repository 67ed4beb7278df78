"""The stable id of a question: from the sheet `diaoyan`, or proposed by likeness to the version before, for a person to confirm.

An id is never used again for another question, so a new one keeps clear of every id the campaign ever had.
"""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.questionnaire.facts import in_both, texts
from surveys.questionnaire.wording import Text

Package = Mapping[str, Any]
Definition = Mapping[str, Any]

LIKE_ENOUGH = 0.5  # worth telling a person
SURELY_ALIKE = 0.8  # worth filling in: the same name or the same words, and the same type
_NAMED = Text("沿用题目名作编号", "the name serves as id")


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


def identities(package: Package, earlier: Package | None = None, used: Collection[str] = ()) -> dict[str, Identity]:
    """path → identity of every question and repeat. `used`: every id of any version of the campaign."""
    given = stable_ids(package)
    found = {path: Identity(text, Text("工作簿给出", "given by the workbook")) for path, text in given.items()}
    asked = [
        definition
        for definition in package["defs"][1:]
        if definition["kind"] != "group" and definition["path"] not in found
    ]
    matched = {} if earlier is None else _matched(package, earlier, asked, set(given.values()))
    found |= {path: identity for path, identity in matched.items() if not identity.likely}
    taken = {*used, *(identity.stable_id for identity in found.values()), *(one.likely_id for one in matched.values())}
    for definition in asked:
        if definition["path"] not in found:
            text = _free(definition["name"], taken)
            taken.add(text)
            found[definition["path"]] = _new(definition["name"], text, matched.get(definition["path"]))
    return found


def _new(name: str, text: str, likely: Identity | None) -> Identity:
    """A question with an id of its own; with the earlier one that it might be, when there is one."""
    if likely is not None:
        return Identity(text, likely.reason, sure=False, likely=likely.likely, likely_id=likely.likely_id)
    if text == name:
        return Identity(text, _NAMED)
    return Identity(text, Text("同名编号已用过，另给新编号", "an id of this name was used before; a new one"))


def stable_ids(package: Package) -> dict[str, str]:
    """path → the id that the sheet gives."""
    return {row["path"]: row["stable_id"] for row in package["facts"]["rows"] if row.get("stable_id") and "path" in row}


def _free(name: str, taken: Collection[str]) -> str:
    number, text = 2, name
    while text in taken:
        text, number = f"{name}_{number}", number + 1
    return text


def _matched(package: Package, earlier: Package, asked: list[Definition], given: set[str]) -> dict[str, Identity]:
    """The questions that were in the version before: same place and name first, then the likest."""
    ids = stable_ids(earlier)
    left = {
        definition["path"]: definition
        for definition in earlier["defs"][1:]
        if definition["kind"] != "group" and ids.get(definition["path"], definition["name"]) not in given
    }
    found: dict[str, Identity] = {}
    for definition in asked:
        old = left.get(definition["path"])
        if old is not None and old.get("type") == definition.get("type"):
            found[definition["path"]] = _same(
                left,
                ids,
                definition["path"],
                Text("与上一版同名、同位置、同题型", "same name, place and type as before"),
            )
    pairs = []
    for definition in asked:
        if definition["path"] not in found:
            for path, old in left.items():
                alike, reason = _likeness(package, definition, earlier, old)
                if alike >= LIKE_ENOUGH:
                    pairs.append((-alike, definition["path"], path, reason))
    for alike, path, then, reason in sorted(pairs, key=lambda pair: pair[:3]):
        if path in found or then not in left:
            continue
        same = _same(left, ids, then, reason, sure=False)
        found[path] = same if -alike >= SURELY_ALIKE else Identity("", reason, likely=then, likely_id=same.stable_id)
    return found


def _same(
    left: dict[str, Definition], ids: Mapping[str, str], then: str, reason: Text, *, sure: bool = True
) -> Identity:
    old = left.pop(then)
    return Identity(ids.get(then) or old["name"], reason, then, sure)


def _likeness(package: Package, new: Definition, earlier: Package, old: Definition) -> tuple[float, Text]:
    """0 to 1, by name, label, type and choices; with what speaks for it."""
    if new["kind"] != old["kind"]:
        return 0.0, Text("", "")
    said = [], []
    name = new["name"] == old["name"]
    labels = _label(package, new), _label(earlier, old)
    label = difflib.SequenceMatcher(None, labels[0], labels[1]).ratio() if all(labels) else 0.0
    kind = new.get("type") == old.get("type")
    mine, theirs = _values(package, new), _values(earlier, old)
    shared = len(mine & theirs) / len(mine | theirs) if mine or theirs else 0.0
    for fits, zh, en in (
        (name, "同名", "same name"),
        (label >= 0.5, f"题目文字相近（{label:.0%}）", f"labels alike ({label:.0%})"),
        (kind, "同题型", "same type"),
        (shared >= 0.5, f"选项相同（{shared:.0%}）", f"same choices ({shared:.0%})"),
    ):
        if fits:
            said[0].append(zh)
            said[1].append(en)
    # A name or a label must speak for it; type and choices alone say little.
    if not name and label < 0.5:
        return 0.0, Text("", "")
    score = 0.4 * name + 0.6 * label + (0.15 if kind else -0.2) + (0.15 * shared if mine and theirs else 0.05)
    return min(score, 1.0), Text("、".join(said[0]), ", ".join(said[1]))


def _label(package: Package, definition: Definition) -> str:
    return in_both(texts(package, definition.get("label", ""))).zh


def _values(package: Package, definition: Definition) -> set[str]:
    items = definition.get("items") or {}
    return {row.get("name", "") for row in package["sec"].get(items.get("list", ""), [])[:500]}
