"""Lists the versions of a visit beside its newest and merges them (receiving.md 4.3). Touches receiving.

What differs is listed by choice (differences.py). What is chosen becomes a version by the desk, built on the newest and
naming the other as merged; both stay readable. A calculated answer is no choice: it is
worked out anew from what was chosen.
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
    side_versions = [version for version in versions if not version.on_trunk and not version.merged]
    if not side_versions:
        return []
    mine = _read(visit, visit.head)
    forks = []
    for version in side_versions:
        other = _read(visit, version.content)
        differences = choices(visit, mine, other, language)
        forks.append(Fork(version, differences, mine.package_hash != other.package_hash))
    return forks


def merge(visit: Visit, fork: str, paths: Iterable[str], account: Account) -> Outcome:
    """Hand in, by the desk, the newest with what was chosen of the fork (`paths` of choices); without any it stays.

    Raises NotAFork, and OtherQuestionnaire when single answers were chosen across two questionnaires.
    """
    mine, other = _read(visit, visit.head or ""), _read(visit, fork)
    units = set(paths)
    whole = units >= {choice.path for choice in choices(visit, mine, other, "zh")}
    if mine.package_hash != other.package_hash and units and not whole:
        raise OtherQuestionnaire
    base = other if whole and units else mine
    body = _together(json.loads(mine.body), json.loads(other.body), units) if base is mine else json.loads(other.body)
    package = package_of(base.package_hash)
    assert package is not None
    content = content_bytes(
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
    return receive(senders.of_account(account, deputy_id=base.deputy_id), visit.id, content, via="desk")


def _read(visit: Visit, content: str) -> Submission:
    submission = version_read(visit, content)
    if submission is None:
        raise NotAFork(content)
    return submission


def _later(mine: Submission, other: Submission) -> str:
    """The later clock of the two; that of the newest where one of them cannot be read."""
    first, second = read_moment(mine.clock), read_moment(other.clock)
    if first is None or second is None:
        return mine.clock or other.clock or ""
    return str(mine.clock if first >= second else other.clock)


def _together(mine: VisitContent, other: VisitContent, units: set[str]) -> VisitContent:
    """The newest with the units that were chosen of the fork: answers, numbers of entries, and the parts they name."""
    answers = {path: text for path, text in mine["answers"].items() if unit_of(path) not in units}
    answers |= {path: text for path, text in other["answers"].items() if unit_of(path) in units}
    repeats = {path: n for path, n in mine.get("repeats", {}).items() if unit_of(path) not in units}
    repeats |= {path: n for path, n in other.get("repeats", {}).items() if unit_of(path) in units}
    parts = [one for one in mine.get("parts", []) if unit_of(one.get("path") or "") not in units]
    names = {one["name"] for one in parts}
    for one in other.get("parts", []):
        if unit_of(one.get("path") or "") in units:
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
