"""Compares the answers of two versions of one visit, question by question. Touches submissions and reading.

A repeat with all its entries is one difference, since entries of two versions have nothing but their number in common.
What a form works out or notes by itself is none.
"""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import undefer

from surveys.database import db
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.reviewing.submission_view import read_submission
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit

MOST_SHOWN = 12  # entries of a repeat in one cell


@dataclass(frozen=True, slots=True)
class Choice:
    """What one version and another say of one question, or of one repeat (`path` is then the repeat's)."""

    path: str
    label: str
    mine: str
    other: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a version says otherwise than an earlier one: `mine` of a choice is before, `other` is now."""

    earlier: int
    choices: list[Choice]


def version_read(visit: Visit, content: str) -> Submission | None:
    """The version with its bytes; None where the visit has no such one."""
    return db.session.scalar(
        select(Submission)
        .where(Submission.visit_id == visit.id, Submission.content == content)
        .options(undefer(Submission.body))
    )


def changes(visit: Visit, earlier: str, content: str, *, language: str = "zh") -> Changes | None:
    """What changed from one version to a later one; None where one of them is not there."""
    before, now = version_read(visit, earlier), version_read(visit, content)
    if before is None or now is None:
        return None
    return Changes(before.version, choices(visit, before, now, language))


def unit_of(path: str) -> str:
    """The path of what is chosen as a whole: the outermost repeat around a question, else the question itself."""
    return path.partition("[")[0]


def choices(visit: Visit, mine: Submission, other: Submission, language: str) -> list[Choice]:
    """Every question or repeat of which the two say different things, in the order of the form."""
    one, two = json.loads(mine.body), json.loads(other.body)
    calculated = _calculated(mine.package_hash) | _calculated(other.package_hash)
    paths = [
        path
        for path in dict.fromkeys([*one["answers"], *two["answers"]])
        if one["answers"].get(path) != two["answers"].get(path) and _plain(path) not in calculated
    ]
    repeats = [
        path
        for path in dict.fromkeys([*one.get("repeats", {}), *two.get("repeats", {})])
        if one.get("repeats", {}).get(path) != two.get("repeats", {}).get(path)
    ]
    units = dict.fromkeys(unit_of(path) for path in [*paths, *repeats])
    here, there = _lines(visit, mine.content, language), _lines(visit, other.content, language)
    labels = _labels(mine.package_hash, language) | {line[0]: line[1] for line in [*there, *here] if "[" not in line[0]}
    return [Choice(unit, labels.get(unit, unit), _answer_of(unit, here), _answer_of(unit, there)) for unit in units]


def _lines(visit: Visit, content: str, language: str) -> list[tuple[str, str, str]]:
    reading = read_submission(visit, content, language=language)
    return [(line.path, line.label, line.text) for page in reading.pages for line in page.lines] if reading else []


def _answer_of(unit: str, lines: list[tuple[str, str, str]]) -> str:
    """The answer in words; of a repeat its entries, one a line."""
    entries: dict[str, list[str]] = {}
    for path, _label, text in lines:
        if path == unit:
            return text
        if path.startswith(unit + "[") and text:
            entries.setdefault(path[: path.index("]") + 1], []).append(text)
    rows = ["　".join(texts) for texts in entries.values()]
    return "\n".join([*rows[:MOST_SHOWN], "…"] if len(rows) > MOST_SHOWN else rows)


def _plain(path: str) -> str:
    from surveys.questionnaire.facts.facts import plain_path

    return plain_path(path)


def _calculated(package_hash: str) -> set[str]:
    """What nobody chose: calculations, and the moments a form notes by itself."""
    package = package_of(package_hash)
    return {one["path"] for one in package["defs"] if "calculate" in one or "preload" in one} if package else set()


def _labels(package_hash: str, language: str) -> dict[str, str]:
    """Path of a question or repeat → what it is called."""
    from surveys.questionnaire.facts.facts import in_both, texts

    package = package_of(package_hash)
    labels: dict[str, str] = {}
    if package is None:
        return labels
    for one in package["defs"]:
        if text_id := one.get("label"):
            label = in_both(texts(package, text_id))
            labels[one["path"]] = label.zh if language.startswith("zh") else label.en
    return labels
