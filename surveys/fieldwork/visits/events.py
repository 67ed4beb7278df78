"""Stores events (活动): symposium, reception, tour. What is said at one is a finding. Touches campaigns."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, LongText, db, in_turn, one_of, utc_now, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit

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


def add_event(
    campaign_id: str,
    unit_code: str,
    *,
    kind: str,
    place_kind: str,
    title: str,
    held_on: date,
    levels: Sequence[str] = (),
    roles: Sequence[str] = (),
    persons: int | None = None,
    summary: str | None = None,
    entered_by: str | None = None,
) -> Event:
    """Note an event of a unit; its number counts within the unit."""
    with writing() as session:
        in_turn(session.get_one(Campaign, campaign_id))
        number = session.scalar(
            select(func.max(Event.number)).where(Event.campaign_id == campaign_id, Event.unit_code == unit_code)
        )
        event = Event(
            campaign_id=campaign_id,
            unit_code=unit_code,
            number=(number or 0) + 1,
            kind=kind,
            place_kind=place_kind,
            title=title,
            held_on=held_on,
            levels=list(levels),
            roles=list(roles),
            persons=persons,
            summary=summary,
            entered_at=utc_now(),
            entered_by=entered_by,
        )
        session.add(event)
        session.flush()
        return event
