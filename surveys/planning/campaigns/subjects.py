"""调研对象: what is visited. Touches units and campaigns.

A subject stands once in the register; a campaign's list (名单) takes it for a leaf. One subject on the lists of two units
needs the organizer's reason: it counts as one subject and two visits.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, db, one_of
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit

SUBJECT_KINDS = ("enterprise", "site", "station", "project", "people")


class Subject(db.Model):
    """One subject. Codes are those of the reference lists; `staff` in persons, `revenue` in 万元."""

    __tablename__ = "subjects"
    __table_args__ = (one_of("kind", SUBJECT_KINDS),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(12), default="enterprise")
    name: Mapped[str] = mapped_column(Line(120), index=True)
    short_name: Mapped[str | None] = mapped_column(Line(60))
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    area_code: Mapped[str | None] = mapped_column(String(20))  # the district it lies in, not the unit that visits it
    town: Mapped[str | None] = mapped_column(Line(40))
    address: Mapped[str | None] = mapped_column(Line(200))
    section: Mapped[str | None] = mapped_column(String(2))
    division: Mapped[str | None] = mapped_column(String(3))
    size_class: Mapped[str | None] = mapped_column(String(10))
    control: Mapped[str | None] = mapped_column(String(12))
    flags: Mapped[list[Any]] = mapped_column(default=list)
    staff: Mapped[int | None]
    revenue: Mapped[str | None] = mapped_column(String(20))
    founded: Mapped[int | None]  # the year
    contact: Mapped[str | None] = mapped_column(Line(60))
    contact_phone: Mapped[str | None] = mapped_column(Line(40))
    created_at: Mapped[datetime]


class ListEntry(db.Model):
    """A subject on a leaf's list. `number` counts within the unit; reserves stand behind the main list."""

    __tablename__ = "list_entries"
    __table_args__ = (
        UniqueConstraint("campaign_id", "unit_code", "subject_id"),
        UniqueConstraint("campaign_id", "unit_code", "number"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), index=True)
    number: Mapped[int]
    reserve: Mapped[bool] = mapped_column(default=False)
    overlap_reason: Mapped[str | None] = mapped_column(Line(200))
    added_at: Mapped[datetime]
    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit] = relationship()
    subject: Mapped[Subject] = relationship()
