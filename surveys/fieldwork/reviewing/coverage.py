"""覆盖: which towns have a visit, how many deputies of each level took part. Touches attendance, visits, deputies.

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
    """(reached, of all): towns on the lists, deputies in the groups, and deputies by level code."""

    towns: tuple[int, int]
    deputies: tuple[int, int]
    levels: dict[str, tuple[int, int]]
    overlapping: int  # subjects on the lists of two units: two visits, one subject


def coverage(campaign_id: str, leaves: Sequence[str]) -> Coverage:
    """How far the campaign has reached, over these leaves."""
    inside = (Visit.campaign_id == campaign_id, Visit.unit_code.in_(leaves))
    towns = (
        select(func.count(distinct(Subject.town)), func.count(distinct(_town_reached())))
        .select_from(Visit)
        .join(Subject, Subject.id == Visit.subject_id)
        .where(*inside, Subject.town.is_not(None))
    )
    of_all, reached = db.session.execute(towns).one()
    members = (
        select(GroupMember.deputy_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.campaign_id == campaign_id, Group.unit_code.in_(leaves))
        .distinct()
    )
    present = (
        select(Attendance.deputy_id)
        .join(Visit, Visit.id == Attendance.visit_id)
        .where(*inside, Visit.head.is_not(None), Visit.voided_at.is_(None))
        .distinct()
    )
    all_levels, present_levels = _by_level(members), _by_level(present)
    twice = select(Visit.subject_id).where(*inside).group_by(Visit.subject_id)
    twice = twice.having(func.count(distinct(Visit.unit_code)) > 1)
    return Coverage(
        towns=(reached, of_all),
        deputies=(count_of(present), count_of(members)),
        levels={level: (present_levels.get(level, 0), count) for level, count in all_levels.items()},
        overlapping=count_of(twice),
    )


def _town_reached() -> ColumnElement[str]:
    return case((Visit.head.is_not(None) & Visit.voided_at.is_(None), Subject.town))


def _by_level(people: Select[Any]) -> dict[str, int]:
    counted = (
        select(DeputyLevel.level_code, func.count())
        .where(DeputyLevel.deputy_id.in_(people))
        .group_by(DeputyLevel.level_code)
    )
    return {row[0]: row[1] for row in db.session.execute(counted)}
