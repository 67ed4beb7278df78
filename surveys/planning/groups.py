"""代表小组: deputies of mixed levels with a leader and a liaison. Touches deputies, campaigns, accounts."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.accounts import Account
from surveys.database import Id, Line, db
from surveys.planning.deputies import Deputy
from surveys.planning.units import Unit


class Group(db.Model):
    """A group of one campaign and one leaf; `number` counts within the unit (第3小组)."""

    __tablename__ = "deputy_groups"
    __table_args__ = (UniqueConstraint("campaign_id", "unit_code", "number"),)

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(Line(60))
    leader_id: Mapped[str | None] = mapped_column(ForeignKey("deputies.id"))
    liaison_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    liaison_name: Mapped[str | None] = mapped_column(Line(60))
    liaison_phone: Mapped[str | None] = mapped_column(Line(40))
    unit: Mapped[Unit] = relationship()
    leader: Mapped[Deputy | None] = relationship()
    liaison: Mapped[Account | None] = relationship()


class GroupMember(db.Model):
    """A deputy in a group."""

    __tablename__ = "group_members"

    group_id: Mapped[str] = mapped_column(ForeignKey("deputy_groups.id"), primary_key=True)
    deputy_id: Mapped[str] = mapped_column(ForeignKey("deputies.id"), primary_key=True, index=True)
    group: Mapped[Group] = relationship()
    deputy: Mapped[Deputy] = relationship()
