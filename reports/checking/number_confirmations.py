"""Records who stands for a typed number that the data cannot check (确认保留). It is kept in the audit trail alone.

A confirmation is of this number in this sentence of this paragraph: when one of them changes, it is open again. It can be taken back.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from reports.papers.records import Report
from surveys import audit
from surveys.audit import Actor, AuditEntry
from surveys.database import db, writing

CONFIRMED, TAKEN_BACK = "number.confirmed", "number.reopened"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who stands for a number, and since when."""

    name: str
    at: datetime


def identity(verdict: Any) -> str:
    """The key of the number that a confirmation is of (a `number_checks.Verdict`)."""
    words = "\0".join((verdict.block, verdict.sentence, verdict.text))
    return hashlib.sha256(words.encode()).hexdigest()[:24]


def confirmations(report: Report) -> dict[str, Confirmation]:
    """The confirmations in force, by the identity of their number."""
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.target_kind == "report",
            AuditEntry.target_id == report.id,
            AuditEntry.act.in_((CONFIRMED, TAKEN_BACK)),
        )
        .order_by(AuditEntry.id)
    )
    by_number: dict[str, Confirmation] = {}
    for entry in db.session.scalars(query):
        number = (entry.detail or {}).get("number", "")
        if entry.act == CONFIRMED:
            by_number[number] = Confirmation(entry.actor_name or "", entry.happened_at)
        else:
            by_number.pop(number, None)
    return by_number


def confirm(report: Report, verdict: Any, *, by: Actor, take_back: bool = False) -> None:
    """Record that a person stands for a number, or takes that back; what stands already is not written again."""
    number = identity(verdict)
    with writing():
        if (number in confirmations(report)) == take_back:
            audit.record(
                by,
                TAKEN_BACK if take_back else CONFIRMED,
                target=("report", report.id),
                campaign_id=report.campaign_id,
                unit_code=report.unit_code,
                number=number,
                text=verdict.text,
            )
