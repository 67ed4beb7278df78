"""Versions of a visit that stand beside the newest, and how a desk brings them together (receiving.md 4.3). Touches receiving.

What differs is told by choice: one question, or one repeat with all its entries, since entries of two phones have nothing but
their number in common. What is chosen becomes a version by the desk, built on the newest and naming the other as merged; both
stay readable. A calculated answer is no choice: it is worked out anew from what was chosen.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from surveys.accounts import Account
from surveys.database import db
from surveys.fieldwork import holders
from surveys.fieldwork.contents import content_bytes
from surveys.fieldwork.packages import package_of
from surveys.fieldwork.reading import read_submission
from surveys.fieldwork.receipts import Outcome
from surveys.fieldwork.receiving import receive
from surveys.fieldwork.submissions import Submission
from surveys.fieldwork.versions import VersionView, read_moment
from surveys.fieldwork.visits import Visit

MOST_SHOWN = 12  # entries of a repeat in one cell


class NotAFork(LookupError):
    """There is no such version beside the newest (any more)."""


class OtherQuestionnaire(ValueError):
    """The two were filled with different questionnaires: one can only be taken as a whole."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the newest and the fork say of one question, or of one repeat (`path` is then the repeat's)."""

    path: str
    label: str
    mine: str
    other: str


@dataclass(frozen=True, slots=True)
class Fork:
    """A version beside the newest; `whole` where it was filled with another questionnaire than the newest."""

    version: VersionView
    choices: list[Choice]
    whole: bool


def forks_of(visit: Visit, versions: Iterable[VersionView], *, language: str = "zh") -> list[Fork]:
    """The versions that stand beside the head and are not merged, each with what it says otherwise."""
    if visit.head is None:
        return []
    beside = [version for version in versions if not version.on_trunk and not version.merged]
    if not beside:
        return []
    mine = _read(visit, visit.head)
    found = []
    for version in beside:
        other = _read(visit, version.content)
        choices = _choices(visit, mine, other, language)
        found.append(Fork(version, choices, mine.package_hash != other.package_hash))
    return found


def merge(visit: Visit, fork: str, chosen: Iterable[str], account: Account) -> Outcome:
    """Hand in, by the desk, the newest with what was chosen of the fork (paths of choices); an empty choice keeps the newest.

    Raises NotAFork, and OtherQuestionnaire when single answers were chosen across two questionnaires.
    """
    mine, other = _read(visit, visit.head or ""), _read(visit, fork)
    taken = set(chosen)
    whole = taken >= {choice.path for choice in _choices(visit, mine, other, "zh")}
    if mine.package_hash != other.package_hash and taken and not whole:
        raise OtherQuestionnaire
    base = other if whole and taken else mine
    body = _together(json.loads(mine.body), json.loads(other.body), taken) if base is mine else json.loads(other.body)
    package = package_of(base.package_hash)
    assert package is not None
    merged = content_bytes(
        package,
        body["answers"],
        body.get("repeats", {}),
        visit_id=visit.id,
        base=visit.head,
        clock=_later(mine, other),
        parts=body.get("parts", []),
        merges=[fork],
        questionnaire=base.package_hash,
    )
    return receive(holders.of_account(account, deputy_id=base.deputy_id), visit.id, merged, via="desk")


def _read(visit: Visit, content: str) -> Submission:
    found = db.session.scalar(
        select(Submission)
        .where(Submission.visit_id == visit.id, Submission.content == content)
        .options(undefer(Submission.body))
    )
    if found is None:
        raise NotAFork(content)
    return found


def _later(mine: Submission, other: Submission) -> str:
    """The later clock of the two; that of the newest where one of them cannot be read."""
    first, second = read_moment(mine.clock), read_moment(other.clock)
    if first is None or second is None:
        return mine.clock or other.clock or ""
    return str(mine.clock if first >= second else other.clock)


def _unit(path: str) -> str:
    """What is chosen together: the outermost repeat of a path inside one, else the question itself."""
    return path.partition("[")[0]


def _choices(visit: Visit, mine: Submission, other: Submission, language: str) -> list[Choice]:
    one, two = json.loads(mine.body), json.loads(other.body)
    worked_out = _calculated(mine.package_hash) | _calculated(other.package_hash)
    differing = [
        path
        for path in dict.fromkeys([*one["answers"], *two["answers"]])
        if one["answers"].get(path) != two["answers"].get(path) and _plain(path) not in worked_out
    ]
    repeats = [
        path
        for path in dict.fromkeys([*one.get("repeats", {}), *two.get("repeats", {})])
        if one.get("repeats", {}).get(path) != two.get("repeats", {}).get(path)
    ]
    units = dict.fromkeys(_unit(path) for path in [*differing, *repeats])
    here, there = _lines(visit, mine.content, language), _lines(visit, other.content, language)
    labels = _labels(mine.package_hash, language) | {line[0]: line[1] for line in [*there, *here] if "[" not in line[0]}
    return [Choice(unit, labels.get(unit, unit), _told(unit, here), _told(unit, there)) for unit in units]


def _lines(visit: Visit, content: str, language: str) -> list[tuple[str, str, str]]:
    reading = read_submission(visit, content, language=language)
    return [(line.path, line.label, line.text) for page in reading.pages for line in page.lines] if reading else []


def _told(unit: str, lines: list[tuple[str, str, str]]) -> str:
    """The answer in words; of a repeat its entries, one a line."""
    entries: dict[str, list[str]] = {}
    for path, _label, text in lines:
        if path == unit:
            return text
        if path.startswith(unit + "[") and text:
            entries.setdefault(path[: path.index("]") + 1], []).append(text)
    told = ["　".join(texts) for texts in entries.values()]
    return "\n".join([*told[:MOST_SHOWN], "…"] if len(told) > MOST_SHOWN else told)


def _plain(path: str) -> str:
    from surveys.questionnaire.facts import plain_path

    return plain_path(path)


def _calculated(package_hash: str) -> set[str]:
    package = package_of(package_hash)
    return {one["path"] for one in package["defs"] if "calculate" in one} if package else set()


def _labels(package_hash: str, language: str) -> dict[str, str]:
    """Path of a question or repeat → what it is called."""
    from surveys.questionnaire.facts import in_both, texts

    package = package_of(package_hash)
    found: dict[str, str] = {}
    if package is None:
        return found
    for one in package["defs"]:
        if one.get("label"):
            said = in_both(texts(package, one["label"]))
            found[one["path"]] = said.zh if language.startswith("zh") else said.en
    return found


def _together(mine: Mapping[str, Any], other: Mapping[str, Any], taken: set[str]) -> dict[str, Any]:
    """The newest with the units that were taken from the fork: answers, numbers of entries, and the parts they name."""
    answers = {path: text for path, text in mine["answers"].items() if _unit(path) not in taken}
    answers |= {path: text for path, text in other["answers"].items() if _unit(path) in taken}
    repeats = {path: n for path, n in mine.get("repeats", {}).items() if _unit(path) not in taken}
    repeats |= {path: n for path, n in other.get("repeats", {}).items() if _unit(path) in taken}
    parts = [dict(one) for one in mine.get("parts", []) if _unit(one.get("path") or "") not in taken]
    names = {one["name"] for one in parts}
    for one in other.get("parts", []):
        if _unit(one.get("path") or "") in taken:
            parts.append(_named_anew(dict(one), names, answers))
    return {"answers": answers, "repeats": repeats, "parts": parts}


def _named_anew(part: dict[str, Any], names: set[str], answers: dict[str, str]) -> dict[str, Any]:
    """A part whose name is taken gets another one, in the manifest and in the answer that names it."""
    name = part["name"]
    stem, dot, ending = name.rpartition(".")
    number = 2
    while part["name"] in names:
        part["name"] = f"{stem or ending}-{number}{dot}{ending if stem else ''}"
        number += 1
    names.add(part["name"])
    if answers.get(part.get("path") or "") == name:
        answers[part["path"]] = part["name"]
    return part
