"""走访任务: an assignment says which group of a leaf visits which subject, and makes the id of that visit.

Touches all of planning.

`replaced` (with reason) and `extra` (超额) are marks of the assignment, not states of the visit.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.audit import SYSTEM, Actor, record
from surveys.database import Id, Line, db, new_id, utc_now, writing
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.participation import open_leaf
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.campaigns.units import Unit
from surveys.planning.people.groups import Group
from surveys.planning.words.planning_faults import Refusal, RefusalKind


class Assignment(db.Model):
    """One assignment. `number` counts within the unit and campaign and makes 440105-0123; `visit_id` is minted here."""

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("campaign_id", "unit_code", "number"),
        CheckConstraint("(replaced_at IS NULL) = (replaced_reason IS NULL)", name="replaced"),
        Index(None, "id", "campaign_id", "unit_code", "subject_id", unique=True),  # what the key of its visit names
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    number: Mapped[int]
    entry_id: Mapped[str] = mapped_column(ForeignKey("list_entries.id"), index=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), index=True)
    group_id: Mapped[str] = mapped_column(ForeignKey("deputy_groups.id"), index=True)
    visit_id: Mapped[str] = mapped_column(String(36), unique=True, default=new_id)
    due_on: Mapped[date | None] = mapped_column(Date)
    appointed_on: Mapped[date | None] = mapped_column(Date)
    extra: Mapped[bool] = mapped_column(default=False)
    replaced_at: Mapped[datetime | None]
    replaced_reason: Mapped[str | None] = mapped_column(Line(200))
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("assignments.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit] = relationship()
    entry: Mapped[ListEntry] = relationship()
    subject: Mapped[Subject] = relationship()
    group: Mapped[Group] = relationship()

    def reference(self) -> str:
        """What people call it: 440105-0123."""
        return f"{self.unit_code}-{self.number:04d}"


class AssignmentMove(db.Model):
    """The assignment went to another group; the earlier group keeps what it handed in."""

    __tablename__ = "assignment_moves"

    id: Mapped[Id]
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"), index=True)
    from_group_id: Mapped[str] = mapped_column(ForeignKey("deputy_groups.id"), index=True)
    to_group_id: Mapped[str] = mapped_column(ForeignKey("deputy_groups.id"))
    moved_at: Mapped[datetime]
    moved_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[str | None] = mapped_column(Line(200))


# --- making and changing -------------------------------------------------------------------------------------------


def mint(
    entry: ListEntry,
    group_id: str,
    *,
    number: int,
    due_on: date | None,
    made_at: datetime,
    appointed_on: date | None = None,
    extra: bool = False,
) -> Assignment:
    """A new assignment with the id of its visit. Nothing is checked here: `assign` does. Inside `writing()`."""
    assignment = Assignment(
        id=new_id(),
        campaign_id=entry.campaign_id,
        unit_code=entry.unit_code,
        number=number,
        entry_id=entry.id,
        subject_id=entry.subject_id,
        group_id=group_id,
        visit_id=new_id(),
        due_on=due_on,
        appointed_on=appointed_on,
        extra=extra,
        made_at=made_at,
    )
    db.session.add(assignment)
    return assignment


def assign(
    campaign: Campaign,
    unit_code: str,
    entry: ListEntry,
    group: Group,
    *,
    due_on: date | None = None,
    appointed_on: date | None = None,
    extra: bool = False,
    actor: Actor = SYSTEM,
) -> Assignment:
    """Give one subject of a leaf's list to one of its groups. Raises Refusal."""
    (assignment,) = assign_many(
        campaign, unit_code, [(entry, group)], due_on=due_on, appointed_on=appointed_on, extra=extra, actor=actor
    )
    return assignment


def assign_many(
    campaign: Campaign,
    unit_code: str,
    pairs: Iterable[tuple[ListEntry, Group]],
    *,
    due_on: date | None = None,
    appointed_on: date | None = None,
    extra: bool = False,
    actor: Actor = SYSTEM,
) -> list[Assignment]:
    """Assign a whole leaf at once, numbered on in the given order. `due_on` None: the leaf's deadline, else the campaign's end.

    Raises Refusal: an entry or group of another leaf or campaign, a subject that is assigned already.
    """
    with writing() as session:
        open_leaf(campaign, unit_code)
        plan = session.get(CampaignUnit, (campaign.id, unit_code))
        deadline = due_on or (plan.deadline_on if plan else None) or campaign.ends_on
        number, by_entry = _last_number(campaign, unit_code), standing_assignments(campaign.id, unit_code)
        assignments = []
        for entry, group in pairs:
            _check_pair(campaign, unit_code, entry, group, by_entry)
            number += 1
            assignment = mint(
                entry,
                group.id,
                number=number,
                due_on=deadline,
                made_at=utc_now(),
                appointed_on=appointed_on,
                extra=extra,
            )
            assignment.made_by = actor.id if actor.kind == "staff" else None
            by_entry[entry.id] = assignment
            assignments.append(assignment)
        session.flush()
        record(
            actor,
            "assignments.made",
            target=("campaign", campaign.id),
            campaign_id=campaign.id,
            unit_code=unit_code,
            number=len(assignments),
        )
        return assignments


def _last_number(campaign: Campaign, unit_code: str) -> int:
    query = select(func.max(Assignment.number)).where(
        Assignment.campaign_id == campaign.id, Assignment.unit_code == unit_code
    )
    return db.session.scalar(query) or 0


def standing_assignments(campaign_id: str, unit_code: str) -> dict[str, Assignment]:
    """List entry → its assignment that is not replaced."""
    query = select(Assignment).where(
        Assignment.campaign_id == campaign_id, Assignment.unit_code == unit_code, Assignment.replaced_at.is_(None)
    )
    return {assignment.entry_id: assignment for assignment in db.session.scalars(query)}


def _check_pair(
    campaign: Campaign, unit_code: str, entry: ListEntry, group: Group, by_entry: dict[str, Assignment]
) -> None:
    if (entry.campaign_id, entry.unit_code) != (campaign.id, unit_code):
        raise Refusal(RefusalKind.ENTRY_ELSEWHERE, subject=entry.subject.name, unit=unit_code)
    if (group.campaign_id, group.unit_code) != (campaign.id, unit_code):
        raise Refusal(RefusalKind.GROUP_ELSEWHERE, group=group.name, unit=unit_code)
    if entry.id in by_entry:
        raise Refusal(
            RefusalKind.ALREADY_ASSIGNED, subject=entry.subject.name, reference=by_entry[entry.id].reference()
        )


def replace(
    assignment: Assignment, reserve: ListEntry, *, reason: str, group: Group | None = None, actor: Actor = SYSTEM
) -> Assignment:
    """Visit another subject of the list instead; the old assignment is kept with its mark and reason. Gives the new one.

    Raises Refusal: no reason, replaced already, the reserve is on another list or assigned already.
    """
    if not reason.strip():
        raise Refusal(RefusalKind.REASON_MISSING)
    with writing() as session:
        if assignment.replaced_at is not None:
            raise Refusal(RefusalKind.ALREADY_REPLACED, reference=assignment.reference())
        successor = assign(
            assignment.campaign,
            assignment.unit_code,
            reserve,
            group or assignment.group,
            due_on=assignment.due_on,
            extra=assignment.extra,
            actor=actor,
        )
        assignment.replaced_at, assignment.replaced_reason, assignment.replaced_by = (
            utc_now(),
            reason.strip(),
            successor.id,
        )
        session.flush()
        _record(actor, "assignment.replaced", assignment, by=successor.id, reason=reason.strip())
        return successor


def move(assignment: Assignment, group: Group, *, reason: str | None = None, actor: Actor = SYSTEM) -> None:
    """Give an assignment to another group of the same leaf; the earlier group keeps what it handed in. Raises Refusal."""
    with writing() as session:
        assignment.campaign.keep_open()
        if assignment.replaced_at is not None:
            raise Refusal(RefusalKind.ALREADY_REPLACED, reference=assignment.reference())
        if (group.campaign_id, group.unit_code) != (assignment.campaign_id, assignment.unit_code):
            raise Refusal(RefusalKind.GROUP_ELSEWHERE, group=group.name, unit=assignment.unit.name)
        if group.id == assignment.group_id:
            return
        session.add(
            AssignmentMove(
                assignment_id=assignment.id,
                from_group_id=assignment.group_id,
                to_group_id=group.id,
                moved_at=utc_now(),
                moved_by=actor.id if actor.kind == "staff" else None,
                reason=reason or None,
            )
        )
        assignment.group_id = group.id
        session.flush()
        session.expire(assignment, ["group"])
        _record(actor, "assignment.moved", assignment, group=group.id, reason=reason)


def mark_extra(assignment: Assignment, extra: bool = True, *, actor: Actor = SYSTEM) -> None:
    """Mark a visit as beyond the quota (超额), or take the mark back."""
    with writing() as session:
        assignment.campaign.keep_open()
        if assignment.extra != extra:
            assignment.extra = extra
            session.flush()
            _record(actor, "assignment.extra", assignment, extra=extra)


def _record(actor: Actor, act: str, assignment: Assignment, **detail: object) -> None:
    record(
        actor,
        act,
        target=("assignment", assignment.id),
        campaign_id=assignment.campaign_id,
        unit_code=assignment.unit_code,
        **detail,
    )


def group_loads(campaign_id: str, unit_code: str) -> dict[str, int]:
    """Group → how many standing assignments it has."""
    query = (
        select(Assignment.group_id, func.count())
        .where(
            Assignment.campaign_id == campaign_id,
            Assignment.unit_code == unit_code,
            Assignment.replaced_at.is_(None),
        )
        .group_by(Assignment.group_id)
    )
    return {group: number for group, number in db.session.execute(query)}  # noqa: C416 - rows, not pairs
