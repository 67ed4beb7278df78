"""The versions that an export is made of, streamed in the order of the visits. Touches evidence, and reads the records of surveys.

By default the accepted version of each visit, as the figures count it (`accepted_answers.accepted_submissions`); else every version handed in,
with its state: accepted, returned, submitted (it waits, or another took its place), void. What is accepted only may be read of a
leaf is nothing else of it. A few hundred visits are read at a time, each body once.
"""

import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Select, bindparam, func, null, select

from reports.evidence.accepted_answers import accepted_submissions, standing
from reports.exports.rights import Rights
from surveys.database import CHINA, db
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Decision, Visit, in_order, visit_reference
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject

AT_ONCE = 400  # visits
SOME = bindparam("some", expanding=True)  # ids of visits
Query = Select[*tuple[Any, ...]]
EVERY_FACT = frozenset(("number", "subject_name", "uscc", "received_at", "accepted_at", "deputies"))


@dataclass(slots=True)
class Version:
    """One version with what the program knows of its visit; `answers` and `repeats` as they were received."""

    visit: str
    content: str
    version: int
    package: str
    outcome: str
    received_at: datetime | None
    unit: str
    subject: str
    assignment: int | None
    subject_name: str
    uscc: str
    state: str
    newest: bool
    accepted_at: datetime | None
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
    rows = db.session.connection().execute(query).partitions(AT_ONCE)  # a fetch of all would hold each row twice
    return [visit for part in rows for (visit,) in part]


def count_versions(campaign: Campaign, rights: Rights, *, every: bool) -> int:
    """How many rows the table of visits has."""
    if not every:
        return sum(one.unit in rights.levels for one in accepted_submissions(campaign.id))
    before = [code for code in rights.levels if code in rights.drafts_of]
    query = select(func.count()).select_from(Submission).join(Visit, Visit.id == Submission.visit_id)
    known = db.session.scalar(query.where(Visit.campaign_id == campaign.id, Visit.unit_code.in_(before))) or 0
    return known + sum(
        one.unit in rights.levels and one.unit not in before for one in accepted_submissions(campaign.id)
    )


def versions_of(
    campaign: Campaign,
    rights: Rights,
    *,
    every: bool,
    visits: Sequence[str] | None = None,
    facts: Container[str] = EVERY_FACT,
) -> Iterator[Version]:
    """The versions that the reader may export. `every`: not the accepted ones alone; `visits`: of these alone; `facts`: what costs
    something is read where it is named here (those of EVERY_FACT)."""
    ids = visits_of(campaign, rights) if visits is None else visits
    decided, bodies = _decisions("accepted_at" in facts), _bodies(facts)  # put together once
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        deputies = _deputies(some) if "deputies" in facts else {}
        yield from _of_some(some, rights, every, decided, bodies, deputies)


def _of_some(
    ids: Sequence[str], rights: Rights, every: bool, decided: Query, bodies: Query, deputies: Mapping[str, int]
) -> Iterator[Version]:
    accepted_now, returned = _decided(decided, ids, every)
    wanted = ids if every else [visit for visit in ids if visit in accepted_now]
    by_visit: dict[str, list[Any]] = {}
    for row in _read(bodies, wanted).all():
        by_visit.setdefault(row[0], []).append(row)
    for place in ids:
        for row in by_visit.pop(place, ()):  # decoded one after the other, and forgotten
            (
                visit,
                unit,
                subject,
                head,
                voided,
                content,
                version,
                package,
                outcome,
                received,
                body,
                number,
                name,
                uscc,
            ) = row
            is_accepted = voided is None and visit in accepted_now and accepted_now[visit][0] == content
            if not is_accepted and not (every and unit in rights.drafts_of):
                continue
            answers_sent = json.loads(body.decode())
            state = "void" if voided is not None else "accepted" if is_accepted else ""
            yield Version(
                visit,
                content,
                version,
                package,
                outcome,
                received,
                unit,
                subject,
                number,
                name or "",
                uscc or "",
                state or ("returned" if (visit, content) in returned else "submitted"),
                head == content,
                accepted_now[visit][1] if is_accepted else None,
                deputies.get(visit, 0),
                answers_sent.get("answers") or {},
                answers_sent.get("repeats") or {},
            )


def _decisions(dated: bool) -> Query:
    query: Query = select(
        Decision.visit_id, Decision.content, Decision.verdict, Decision.decided_at if dated else null()
    )
    return query.where(Decision.visit_id.in_(SOME)).order_by(Decision.visit_id, Decision.number)


def _decided(
    decisions: Query, ids: Sequence[str], every: bool
) -> tuple[dict[str, tuple[str, datetime | None]], set[tuple[str, str]]]:
    """Visit → the content that stands accepted and since when; and the (visit, content) whose newest decision returned it."""
    rows = _read(decisions, ids).all()
    accepted_now = standing((visit, content, verdict, (content, moment)) for visit, content, verdict, moment in rows)
    newest = {(visit, content): verdict for visit, content, verdict, _moment in rows} if every else {}
    return accepted_now, {place for place, verdict in newest.items() if verdict == "return"}


def _deputies(ids: Sequence[str]) -> dict[str, int]:
    went = select(Attendance.visit_id, func.count()).where(Attendance.visit_id.in_(ids)).group_by(Attendance.visit_id)
    return dict(db.session.execute(went).all())


def _bodies(facts: Container[str]) -> Query:
    """The versions of some visits, with those facts of them that are asked for: of many rows each column counts."""
    named, numbered = "subject_name" in facts or "uscc" in facts, "number" in facts
    query: Query = (
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
            Submission.received_at if "received_at" in facts else null(),
            Submission.body,
            Assignment.number if numbered else null(),
            Subject.name if named else null(),
            Subject.uscc if named else null(),
        )
        .join(Submission, Submission.visit_id == Visit.id)
        .where(Visit.id.in_(SOME))
        .order_by(Submission.visit_id, Submission.version)
    )
    if numbered:
        query = query.outerjoin(Assignment, Assignment.id == Visit.assignment_id)
    return query.outerjoin(Subject, Subject.id == Visit.subject_id) if named else query


def _read(query: Query, ids: Sequence[str]) -> CursorResult[*tuple[Any, ...]]:
    """Rows of some visits as the driver gives them: nothing is kept of them in the session."""
    return db.session.connection().execute(query, {"some": ids})


def in_china(moment: datetime) -> str:
    """2023-07-12 16:31:05 as the clocks in China show it."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
