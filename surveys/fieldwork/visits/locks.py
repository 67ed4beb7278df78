"""Locks the visits of a unit while its report is submitted. Touches campaigns and units.

Written by the reports' side when a report is submitted, withdrawn or returned; what a phone sends meanwhile is kept with the
mark `locked` and not counted until the desk decides (receiving.md 4.1).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Id, db, utc_now, writing


class UnitLock(db.Model):
    """One time a unit's visits were locked; in force while `unlocked_at` is empty."""

    __tablename__ = "unit_locks"

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    locked_at: Mapped[datetime]
    unlocked_at: Mapped[datetime | None]


def locked_since(campaign_id: str, unit_code: str) -> datetime | None:
    """When the unit's visits were locked; None when they are not."""
    return db.session.scalar(
        select(UnitLock.locked_at).where(
            UnitLock.campaign_id == campaign_id, UnitLock.unit_code == unit_code, UnitLock.unlocked_at.is_(None)
        )
    )


def locked_units(campaign_id: str) -> set[str]:
    """The units whose visits are locked now."""
    return set(
        db.session.scalars(
            select(UnitLock.unit_code).where(UnitLock.campaign_id == campaign_id, UnitLock.unlocked_at.is_(None))
        )
    )


def lock(campaign_id: str, unit_code: str) -> None:
    """Lock the unit's visits; locking twice changes nothing."""
    with writing() as session:
        if locked_since(campaign_id, unit_code) is None:
            session.add(UnitLock(campaign_id=campaign_id, unit_code=unit_code, locked_at=utc_now()))
            session.flush()


def unlock(campaign_id: str, unit_code: str) -> None:
    """Open the unit's visits again."""
    with writing() as session:
        for unit_lock in session.scalars(
            select(UnitLock).where(
                UnitLock.campaign_id == campaign_id, UnitLock.unit_code == unit_code, UnitLock.unlocked_at.is_(None)
            )
        ):
            unit_lock.unlocked_at = utc_now()
        session.flush()
