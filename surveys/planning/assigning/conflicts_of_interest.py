"""请留意: what a person should look at before a group visits a subject. Touches all of planning. Never stops anything.

own       利益回避  a member of the group works for the subject, or bears the name of its contact
elsewhere 重复安排  another running campaign, or another unit of this one, visits the same subject
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from surveys.database import db
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import members_of

SHORTEST_NAME = 4  # characters of an employer's name that may count as the subject's


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing to look at. `other`: for `elsewhere`, the other assignment (seen by its campaign and unit only)."""

    kind: str
    assignment: Assignment
    deputy: Deputy | None = None
    other: Assignment | None = None


def works_for(deputy: Deputy, subject: Subject) -> bool:
    """Whether the deputy seems to belong to the subject: the employer's name holds the subject's, or is its contact's."""
    employer = (deputy.employer or "").strip()
    names = [name for name in (subject.name, subject.short_name) if name and len(name) >= SHORTEST_NAME]
    if any(name in employer for name in names):
        return True
    if len(employer) >= SHORTEST_NAME and employer in subject.name:
        return True
    return bool(subject.contact) and subject.contact == deputy.name


def conflicts_of(campaign: Campaign, assignments: Iterable[Assignment]) -> list[Conflict]:
    """What is to be looked at in these assignments, in their order."""
    current = [assignment for assignment in assignments if assignment.replaced_at is None]
    members = members_of({assignment.group_id for assignment in current})
    others = _elsewhere(campaign, {assignment.subject_id for assignment in current})
    conflicts = []
    for assignment in current:
        for deputy in members.get(assignment.group_id, []):
            if works_for(deputy, assignment.subject):
                conflicts.append(Conflict("own", assignment, deputy))
        for other in others.get(assignment.subject_id, []):
            if other.id != assignment.id:
                conflicts.append(Conflict("elsewhere", assignment, other=other))
    return conflicts


def _elsewhere(campaign: Campaign, subject_ids: set[str]) -> dict[str, list[Assignment]]:
    """Standing assignments of the same subjects in campaigns that run at the same time, this one included."""
    by_subject: dict[str, list[Assignment]] = {}
    ids = sorted(subject_ids)
    for start in range(0, len(ids), 500):
        query = (
            select(Assignment)
            .join(Campaign, Campaign.id == Assignment.campaign_id)
            .where(
                Assignment.subject_id.in_(ids[start : start + 500]),
                Assignment.replaced_at.is_(None),
                Campaign.closed_at.is_(None),
                Campaign.starts_on <= campaign.ends_on,
                Campaign.ends_on >= campaign.starts_on,
            )
            .options(joinedload(Assignment.campaign), joinedload(Assignment.unit))
            .order_by(Assignment.due_on, Assignment.unit_code, Assignment.number)
        )
        for assignment in db.session.scalars(query):
            by_subject.setdefault(assignment.subject_id, []).append(assignment)
    return {subject: rows for subject, rows in by_subject.items() if len(rows) > 1}
