"""Counts towns that have a visit and deputies of each level who took part (覆盖). Touches attendance, visits, deputies.

People are counted once; a deputy of several levels stands in each of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, distinct, func, select

from surveys.database import count_of, db
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.people.deputies import DeputyLevel
from surveys.planning.people.groups import Group, GroupMember


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many were reached of how many: towns on the lists, deputies in the groups, deputies by level code."""

    towns: tuple[int, int]
    deputies: tuple[int, int]
    levels: dict[str, tuple[int, int]]
    overlapping: int  # subjects on the lists of two units: two visits, one subject


def coverage(campaign_id: str, leaves: Sequence[str]) -> Coverage:
    """How many towns and deputies of these leaves the campaign has reached."""
    conditions = (Visit.campaign_id == campaign_id, Visit.unit_code.in_(leaves))
    towns = (
        select(func.count(distinct(Subject.town)), func.count(distinct(_town_reached())))
        .select_from(Visit)
        .join(Subject, Subject.id == Visit.subject_id)
        .where(*conditions, Subject.town.is_not(None))
    )
    town_count, towns_reached = db.session.execute(towns).one()
    members = (
        select(GroupMember.deputy_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.campaign_id == campaign_id, Group.unit_code.in_(leaves))
        .distinct()
    )
    present = (
        select(Attendance.deputy_id)
        .join(Visit, Visit.id == Attendance.visit_id)
        .where(*conditions, Visit.head.is_not(None), Visit.voided_at.is_(None))
        .distinct()
    )
    all_levels, present_levels = _by_level(members), _by_level(present)
    shared_subjects = select(Visit.subject_id).where(*conditions).group_by(Visit.subject_id)
    shared_subjects = shared_subjects.having(func.count(distinct(Visit.unit_code)) > 1)
    return Coverage(
        towns=(towns_reached, town_count),
        deputies=(count_of(present), count_of(members)),
        levels={level: (present_levels.get(level, 0), count) for level, count in all_levels.items()},
        overlapping=count_of(shared_subjects),
    )


def _town_reached() -> ColumnElement[str]:
    return case((Visit.head.is_not(None) & Visit.voided_at.is_(None), Subject.town))


def _by_level(people: Select[Any]) -> dict[str, int]:
    query = (
        select(DeputyLevel.level_code, func.count())
        .where(DeputyLevel.deputy_id.in_(people))
        .group_by(DeputyLevel.level_code)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}
