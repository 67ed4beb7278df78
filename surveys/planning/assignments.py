"""走访任务: which group visits which subject, charged to a leaf; mints the visit id. Touches all of planning.

`replaced` (with reason) and `extra` (超额) are marks of the assignment, not states of the visit.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, db, new_id
from surveys.planning.campaigns import Campaign
from surveys.planning.groups import Group
from surveys.planning.subjects import ListEntry, Subject
from surveys.planning.units import Unit


class Assignment(db.Model):
    """One assignment. `number` counts within the unit and campaign and makes 440105-0123; `visit_id` is minted here."""

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("campaign_id", "unit_code", "number"),
        CheckConstraint("(replaced_at IS NULL) = (replaced_reason IS NULL)", name="replaced"),
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
