"""活动: symposium, reception, tour; attendance by level and role. Its speeches are findings. Touches campaigns."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, LongText, db, one_of
from surveys.planning.campaigns import Campaign
from surveys.planning.units import Unit

EVENT_KINDS = ("symposium", "reception", "tour")
PLACE_KINDS = ("congress_office", "station", "chamber", "park", "enterprise", "other")


class Event(db.Model):
    """One event. `levels` and `roles` are those present, as codes."""

    __tablename__ = "events"
    __table_args__ = (
        one_of("kind", EVENT_KINDS),
        one_of("place_kind", PLACE_KINDS),
        UniqueConstraint("campaign_id", "unit_code", "number"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    place_kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Line(200))
    held_on: Mapped[date] = mapped_column(Date)
    levels: Mapped[list[Any]] = mapped_column(default=list)
    roles: Mapped[list[Any]] = mapped_column(default=list)
    persons: Mapped[int | None]
    summary: Mapped[str | None] = mapped_column(LongText)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit] = relationship()
