"""What a person decided of a typed number: stood for it (确认保留), or overruled the check with a reason (不采纳核对). Kept in the audit trail alone.

A confirmation is of this number in this sentence of this paragraph; overruling is besides of the figure that the data have: when one
of them changes, it is open again. Either can be taken back.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from reports.checking.number_checks import Verdict
from reports.papers.records import Report
from surveys import audit
from surveys.audit import Actor, AuditEntry
from surveys.database import db, writing

CONFIRMED, TAKEN_BACK = "number.confirmed", "number.reopened"
OVERRULED, RESTORED = "number.overruled", "number.restored"
ACTS = (CONFIRMED, TAKEN_BACK, OVERRULED, RESTORED)
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who stands for a number, since when, and why; the reason is empty where the data cannot check it."""

    name: str
    at: datetime
    reason: str = ""


def identity(verdict: Verdict) -> str:
    """The key of the number that a decision is of."""
    words = (verdict.block, verdict.sentence, verdict.text)
    if is_contradiction(verdict):
        words = (*words, verdict.expected, verdict.key or "")
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:24]


def is_contradiction(verdict: Verdict) -> bool:
    """Whether the data say otherwise."""
    return verdict.status == "mismatch"


def confirmations(report: Report) -> dict[str, Confirmation]:
    """The decisions in force, by the identity of their number."""
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.target_kind == "report",
            AuditEntry.target_id == report.id,
            AuditEntry.act.in_(ACTS),
        )
        .order_by(AuditEntry.id)
    )
    by_number: dict[str, Confirmation] = {}
    for entry in db.session.scalars(query):
        detail = entry.detail or {}
        number = detail.get("number", "")
        if entry.act in (CONFIRMED, OVERRULED):
            by_number[number] = Confirmation(entry.actor_name or "", entry.happened_at, detail.get("reason", ""))
        else:
            by_number.pop(number, None)
    return by_number


def contradictions(report: Report, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The typed numbers that the data contradict and nobody overruled."""
    wrong = [verdict for verdict in verdicts if is_contradiction(verdict)]
    decided = confirmations(report) if wrong else {}
    return [verdict for verdict in wrong if identity(verdict) not in decided]


def overruled(report: Report, verdicts: Sequence[Verdict]) -> list[tuple[Verdict, Confirmation]]:
    """The contradictions that a person let stand, with who, when and why."""
    wrong = [verdict for verdict in verdicts if is_contradiction(verdict)]
    decided = confirmations(report) if wrong else {}
    return [(verdict, decided[identity(verdict)]) for verdict in wrong if identity(verdict) in decided]


def confirm(report: Report, verdict: Verdict, *, by: Actor, take_back: bool = False) -> None:
    """Record that a person stands for a number, or takes that back; what stands already is not written again."""
    _record(report, verdict, TAKEN_BACK if take_back else CONFIRMED, by, take_back=take_back)


def overrule(report: Report, verdict: Verdict, reason: str, *, by: Actor) -> None:
    """Record that a contradicted number stands as it is written, and why."""
    _record(report, verdict, OVERRULED, by, reason=reason, expected=verdict.expected)


def restore(report: Report, verdict: Verdict, *, by: Actor) -> None:
    """Let a contradiction count again."""
    _record(report, verdict, RESTORED, by, take_back=True)


def _record(report: Report, verdict: Verdict, act: str, by: Actor, *, take_back: bool = False, **detail: str) -> None:
    number = identity(verdict)
    with writing():
        if (number in confirmations(report)) == take_back:
            audit.record(
                by,
                act,
                target=("report", report.id),
                campaign_id=report.campaign_id,
                unit_code=report.unit_code,
                number=number,
                text=verdict.text,
                **detail,
            )
