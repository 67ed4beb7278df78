"""Stores who went on a visit, and says which visits are a deputy's. Touches visits, assignments and deputies."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CompoundSelect, ForeignKey, Select, delete, func, select, union_all
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.audit import SYSTEM, Actor, record
from surveys.database import db, utc_now
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.people.deputies import Deputy


class Attendance(db.Model):
    """One deputy at one visit."""

    __tablename__ = "attendances"

    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), primary_key=True)
    deputy_id: Mapped[str] = mapped_column(ForeignKey("deputies.id"), primary_key=True, index=True)
    noted_at: Mapped[datetime]
    visit: Mapped[Visit] = relationship()
    deputy: Mapped[Deputy] = relationship()


def set_attendance(
    visit_id: str, deputy_ids: Iterable[str], *, at: datetime | None = None, actor: Actor = SYSTEM
) -> None:
    """Set who went, in place of what was chosen before; a change leaves a trace. Inside `writing()`."""
    new_ids = set(deputy_ids)
    old_ids = set(db.session.scalars(select(Attendance.deputy_id).where(Attendance.visit_id == visit_id)))
    gone_ids, moment = old_ids - new_ids, at or utc_now()
    if gone_ids:
        db.session.execute(
            delete(Attendance).where(Attendance.visit_id == visit_id, Attendance.deputy_id.in_(gone_ids))
        )
    db.session.add_all(
        Attendance(visit_id=visit_id, deputy_id=deputy_id, noted_at=moment) for deputy_id in sorted(new_ids - old_ids)
    )
    if old_ids and old_ids != new_ids:
        record(actor, "attendance.changed", target=("visit", visit_id), gone=len(gone_ids), come=len(new_ids - old_ids))
    db.session.flush()


def took_part(visit_id: str, deputy_id: str) -> bool:
    """Whether the deputy is among those who went."""
    return db.session.get(Attendance, (visit_id, deputy_id)) is not None


def visits_of(groups: Iterable[str] | Select[str], deputy_id: str | None) -> CompoundSelect[str]:
    """The ids of a deputy's visits now: those of one of the groups, and those that nobody assigned and they went to.

    Each part is found by an index, however many visits there are.
    """
    went = select(Attendance.visit_id).join(Visit, Visit.id == Attendance.visit_id)
    unassigned = func.coalesce(Visit.assignment_id, "") == ""  # not by the key: one would begin with all of them
    return union_all(*_of_groups(groups), went.where(Attendance.deputy_id == deputy_id, unassigned))


def visits_of_groups(groups: Iterable[str] | Select[str]) -> CompoundSelect[str]:
    """The ids of the visits that are assigned to these groups now, or were started by one of them."""
    return union_all(*_of_groups(groups))


def _of_groups(groups: Iterable[str] | Select[str]) -> tuple[Select[str], Select[str]]:
    assigned = select(Assignment.visit_id).where(Assignment.group_id.in_(groups))
    return assigned, select(Visit.id).where(Visit.group_id.in_(groups))


def attending(visit_id: str) -> list[Deputy]:
    """The deputies who went, by name."""
    return list(
        db.session.scalars(
            select(Deputy)
            .join(Attendance, Attendance.deputy_id == Deputy.id)
            .where(Attendance.visit_id == visit_id)
            .order_by(Deputy.name, Deputy.id)
        )
    )
