"""Versions of a visit that stand beside the newest, and how a desk brings them together (receiving.md 4.3). Touches receiving.

What differs is told by choice (differences.py). What is chosen becomes a version by the desk, built on the newest and naming the
other as merged; both stay readable. A calculated answer is no choice: it is worked out anew from what was chosen.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from surveys.accounts import Account
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.contents import content_bytes
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.receiving.receipts import Outcome
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.receiving.versions import VersionView, read_moment
from surveys.fieldwork.reviewing.differences import Choice, choices, unit_of, version_read
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.questionnaire.shapes.content_shape import PartEntry, VisitContent


class NotAFork(LookupError):
    """There is no such version beside the newest (any more)."""


class OtherQuestionnaire(ValueError):
    """The two were filled with different questionnaires: one can only be taken as a whole."""


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
        differing = choices(visit, mine, other, language)
        found.append(Fork(version, differing, mine.package_hash != other.package_hash))
    return found


def merge(visit: Visit, fork: str, chosen: Iterable[str], account: Account) -> Outcome:
    """Hand in, by the desk, the newest with what was chosen of the fork (paths of choices); an empty choice keeps the newest.

    Raises NotAFork, and OtherQuestionnaire when single answers were chosen across two questionnaires.
    """
    mine, other = _read(visit, visit.head or ""), _read(visit, fork)
    taken = set(chosen)
    whole = taken >= {choice.path for choice in choices(visit, mine, other, "zh")}
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
    return receive(senders.of_account(account, deputy_id=base.deputy_id), visit.id, merged, via="desk")


def _read(visit: Visit, content: str) -> Submission:
    found = version_read(visit, content)
    if found is None:
        raise NotAFork(content)
    return found


def _later(mine: Submission, other: Submission) -> str:
    """The later clock of the two; that of the newest where one of them cannot be read."""
    first, second = read_moment(mine.clock), read_moment(other.clock)
    if first is None or second is None:
        return mine.clock or other.clock or ""
    return str(mine.clock if first >= second else other.clock)


def _together(mine: VisitContent, other: VisitContent, taken: set[str]) -> VisitContent:
    """The newest with the units that were taken from the fork: answers, numbers of entries, and the parts they name."""
    answers = {path: text for path, text in mine["answers"].items() if unit_of(path) not in taken}
    answers |= {path: text for path, text in other["answers"].items() if unit_of(path) in taken}
    repeats = {path: n for path, n in mine.get("repeats", {}).items() if unit_of(path) not in taken}
    repeats |= {path: n for path, n in other.get("repeats", {}).items() if unit_of(path) in taken}
    parts = [one for one in mine.get("parts", []) if unit_of(one.get("path") or "") not in taken]
    names = {one["name"] for one in parts}
    for one in other.get("parts", []):
        if unit_of(one.get("path") or "") in taken:
            parts.append(_named_anew(one, names, answers))
    return {**mine, "answers": answers, "repeats": repeats, "parts": parts}


def _named_anew(part: PartEntry, names: set[str], answers: dict[str, str]) -> PartEntry:
    """A part whose name is taken gets another one, in the manifest and in the answer that names it."""
    name = free = part["name"]
    stem, dot, ending = name.rpartition(".")
    number = 2
    while free in names:
        free = f"{stem or ending}-{number}{dot}{ending if stem else ''}"
        number += 1
    names.add(free)
    path = part.get("path") or ""
    if answers.get(path) == name:
        answers[path] = free
    return {**part, "name": free}
