"""The versions that an export is made of, streamed in the order of the visits. Touches evidence, and reads the records of surveys.

By default the accepted version of each visit, as the figures count it (`accepted_answers.accepted`); else every version handed in,
with its state: accepted, returned, submitted (it waits, or another took its place), void. What is accepted only may be read of a
leaf is nothing else of it. A few hundred visits are read at a time, each body once.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from reports.evidence.accepted_answers import Used, accepted
from reports.exports.rights import Rights
from surveys.database import CHINA, db
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Decision, Visit, in_order, visit_reference
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject

AT_ONCE = 400  # visits


@dataclass(frozen=True, slots=True)
class Version:
    """One version with what the program knows of its visit; `answers` and `repeats` as they were received."""

    visit: str
    content: str
    version: int
    package: str
    outcome: str
    received_at: datetime
    unit: str
    subject: str
    assignment: int | None
    subject_name: str
    uscc: str
    state: str
    newest: bool
    accepted_at: str
    deputies: int
    answers: dict[str, str]
    repeats: dict[str, int]

    @property
    def number(self) -> str:
        return visit_reference(self.unit, self.assignment, self.visit)


def visits_of(campaign: Campaign, rights: Rights) -> list[str]:
    """The ids of the visits that may be among those exported, in the order of their list."""
    query = (
        select(Visit.id)
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.campaign_id == campaign.id, Visit.unit_code.in_(rights.levels), Visit.head.is_not(None))
        .order_by(*in_order())
    )
    return list(db.session.scalars(query))


def count_versions(campaign: Campaign, rights: Rights, *, every: bool) -> int:
    """How many rows the table of visits has."""
    if not every:
        return sum(one.unit in rights.levels for one in accepted(campaign.id))
    before = [code for code in rights.levels if code in rights.drafts_of]
    query = select(func.count()).select_from(Submission).join(Visit, Visit.id == Submission.visit_id)
    known = db.session.scalar(query.where(Visit.campaign_id == campaign.id, Visit.unit_code.in_(before))) or 0
    return known + sum(one.unit in rights.levels and one.unit not in before for one in accepted(campaign.id))


def versions_of(
    campaign: Campaign, rights: Rights, *, every: bool, visits: Sequence[str] | None = None
) -> Iterator[Version]:
    """The versions that the reader may export. `every`: not the accepted ones alone; `visits`: of these alone."""
    ids = visits_of(campaign, rights) if visits is None else visits
    for start in range(0, len(ids), AT_ONCE):
        yield from _of_some(campaign.id, ids[start : start + AT_ONCE], rights, every)


def _of_some(campaign_id: str, ids: Sequence[str], rights: Rights, every: bool) -> Iterator[Version]:
    standing = {one.visit: one for one in accepted(campaign_id, ids)}
    returned = _returned(ids) if every else set()
    went = select(Attendance.visit_id, func.count()).where(Attendance.visit_id.in_(ids)).group_by(Attendance.visit_id)
    deputies: dict[str, int] = dict(db.session.execute(went).all())
    by_visit: dict[str, list[Version]] = {}
    for row in db.session.execute(_bodies(ids, None if every else [one.content for one in standing.values()])):
        used = standing.get(row.id)
        is_accepted = used is not None and used.content == row.content
        if not is_accepted and not (every and row.unit_code in rights.drafts_of):
            continue
        state = _state(row, is_accepted, returned)
        by_visit.setdefault(row.id, []).append(
            _version(row, state, used if is_accepted else None, deputies.get(row.id, 0))
        )
    for visit in ids:
        yield from by_visit.get(visit, ())


def _bodies(ids: Sequence[str], contents: Sequence[str] | None) -> Any:
    query = (
        select(
            Visit.id,
            Visit.unit_code,
            Visit.subject_id,
            Visit.head,
            Visit.voided_at,
            Submission.content,
            Submission.version,
            Submission.package_hash,
            Submission.outcome,
            Submission.received_at,
            Submission.body,
            Assignment.number,
            Subject.name,
            Subject.uscc,
        )
        .join(Submission, Submission.visit_id == Visit.id)
        .join(Subject, Subject.id == Visit.subject_id)
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.id.in_(ids))
        .order_by(Visit.id, Submission.version)
    )
    return query if contents is None else query.where(Submission.content.in_(contents))


def _returned(ids: Sequence[str]) -> set[tuple[str, str]]:
    """(visit, content) whose newest decision returned it."""
    query = select(Decision.visit_id, Decision.content, Decision.verdict).where(Decision.visit_id.in_(ids))
    newest = {
        (visit, content): verdict for visit, content, verdict in db.session.execute(query.order_by(Decision.number))
    }
    return {place for place, verdict in newest.items() if verdict == "return"}


def _state(row: Any, is_accepted: bool, returned: set[tuple[str, str]]) -> str:
    if row.voided_at is not None:
        return "void"
    if is_accepted:
        return "accepted"
    return "returned" if (row.id, row.content) in returned else "submitted"


def _version(row: Any, state: str, used: Used | None, deputies: int) -> Version:
    content = json.loads(row.body)
    return Version(
        row.id,
        row.content,
        row.version,
        row.package_hash,
        row.outcome,
        row.received_at,
        row.unit_code,
        row.subject_id,
        row.number,
        row.name,
        row.uscc or "",
        state,
        row.head == row.content,
        used.accepted_at if used else "",
        deputies,
        content.get("answers") or {},
        content.get("repeats") or {},
    )


def in_china(moment: datetime) -> str:
    """2023-07-12 16:31:05 as the clocks in China show it."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
