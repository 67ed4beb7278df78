"""Judges a content and takes its findings out of it. Touches packages; writes nothing.

A failure here is a mark (`unjudged`), never a reason not to keep what was handed in.
"""

from dataclasses import asdict, dataclass
from typing import TypedDict

from flask import current_app

from surveys.fieldwork.receiving.contents import Content, storable
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.visits.submissions import JudgedDifference, JudgedProblem, Verdict
from surveys.questionnaire.facts.facts import FindingFact
from surveys.questionnaire.judging.judging import Judgement, judge

PUBLICATIONS = ("open", "anonymous", "closed")


class FindingColumns(TypedDict):
    """A finding as columns of `findings`, as far as the answers say them."""

    path: str
    kind: str
    text: str
    category: str | None
    category2: str | None
    department: str | None
    tier: str | None
    wants_reply: bool
    purpose: str | None
    urgency: str | None
    publication: str


@dataclass(frozen=True, slots=True)
class Extract:
    """What was read out of a content: its `findings`, the judge's `verdict`, `marks` of differs, unjudged."""

    findings: tuple[FindingColumns, ...] = ()
    verdict: Verdict | None = None
    marks: frozenset[str] = frozenset()


UNJUDGED = Extract(marks=frozenset({"unjudged"}))


def extract(content: Content) -> Extract:
    """Judge a content by the package it names, and take its findings out."""
    package = package_of(content.package_hash)
    if package is None:
        return UNJUDGED
    try:
        judgement = judge(package, content.plain)
        findings = tuple(_finding(fact) for fact in judgement.findings)
        verdict = _verdict(judgement)
    except Exception:
        current_app.logger.exception("a content of visit %s could not be judged", content.visit[:64])
        return UNJUDGED
    differs = bool(judgement.differences or judgement.problems)
    return Extract(findings, verdict, frozenset({"differs"} if differs else ()))


def _finding(fact: FindingFact) -> FindingColumns:
    return {
        "path": storable(fact.path)[:300],
        "kind": fact.kind,
        "text": storable(fact.text),
        "category": _code(fact.category, 8),
        "category2": _code(fact.category2, 8),
        "department": _code(fact.department, 8),
        "tier": _code(fact.level, 12),
        "wants_reply": bool(fact.reply),
        "purpose": _code(fact.use, 20),
        "urgency": _code(fact.urgency, 10),
        "publication": fact.publication if fact.publication in PUBLICATIONS else "closed",
    }


def _code(word: str | None, longest: int) -> str | None:
    """A code of a list; a word that can be none is not coded."""
    return word if word and len(word) <= longest else None


def _verdict(judgement: Judgement) -> Verdict:
    """The verdict as plain data."""
    return {
        "differences": [JudgedDifference(**asdict(one)) for one in judgement.differences],
        "problems": [JudgedProblem(**asdict(one)) for one in judgement.problems],
    }
