"""走访单: the slip with its QR, the code that opens it, and the device that comes of both (receiving.md 1.1).

Touches devices, deputies and groups. Tokens and codes are kept as hashes; the code's is salted with the slip's id.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.accounts import Device
from surveys.database import Id, Line, db
from surveys.planning.deputies import Deputy
from surveys.planning.groups import Group


class Slip(db.Model):
    """One slip, for a deputy or for a group. `wrong` counts wrong codes: 20 in all void it."""

    __tablename__ = "slips"
    __table_args__ = (CheckConstraint("(deputy_id IS NULL) <> (group_id IS NULL)", name="owner"),)

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token: Mapped[str | None] = mapped_column(String(200))  # encrypted: the slip can be printed again
    deputy_id: Mapped[str | None] = mapped_column(ForeignKey("deputies.id"), index=True)
    group_id: Mapped[str | None] = mapped_column(ForeignKey("deputy_groups.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    wrong: Mapped[int] = mapped_column(default=0)
    deputy: Mapped[Deputy | None] = relationship()
    group: Mapped[Group | None] = relationship()


class WrongCode(db.Model):
    """One wrong code tried on a slip: 5 in 15 minutes hold the slip up."""

    __tablename__ = "wrong_codes"

    id: Mapped[Id]
    slip_id: Mapped[str] = mapped_column(ForeignKey("slips.id"), index=True)
    tried_at: Mapped[datetime]


class SlipCode(db.Model):
    """A code of 6 digits for one deputy on one slip: one use. `expires_at` None = printed, valid until used."""

    __tablename__ = "slip_codes"

    id: Mapped[Id]
    slip_id: Mapped[str] = mapped_column(ForeignKey("slips.id"), index=True)
    deputy_id: Mapped[str] = mapped_column(ForeignKey("deputies.id"))
    code_hash: Mapped[str] = mapped_column(String(64), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    used_key: Mapped[str | None] = mapped_column(
        String(64)
    )  # hash of the key or secret that used it: the same again is the same device
    device_id: Mapped[str | None] = mapped_column(ForeignKey("devices.id"))
    deputy: Mapped[Deputy] = relationship()


class DeviceHolder(db.Model):
    """Which deputy a device belongs to."""

    __tablename__ = "device_holders"

    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    deputy_id: Mapped[str] = mapped_column(ForeignKey("deputies.id"), index=True)
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id"))
    device: Mapped[Device] = relationship()
    deputy: Mapped[Deputy] = relationship()
    note: Mapped[str | None] = mapped_column(Line(100))
