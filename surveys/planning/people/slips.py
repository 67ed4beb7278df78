"""走访单: the slip with its QR, the code that opens it, and the device that comes of both (receiving.md 1.1).

Touches devices, deputies and groups. Tokens and codes are kept as hashes; the code's is keyed and salted with the slip's id.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.accounts import Device
from surveys.database import Id, Line, db, new_id, utc_now
from surveys.keys import instance_keys
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import Group, GroupMember

WRONG_IN_ALL = 20  # codes: the slip opens nothing any more
READY_LINK = (
    "ready link"  # note of a browser that came in by a ready link of the demonstration: not one of the deputy's five
)
CODE_LIFE = timedelta(minutes=10)  # a code shown on the desk's screen; a printed one is good until it is used


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

    def opens(self, at: datetime) -> bool:
        """Whether it is neither withdrawn nor expired by the clock of its campaign."""
        return self.withdrawn_at is None and (self.expires_at is None or self.expires_at > at)


class WrongCode(db.Model):
    """One wrong code tried lately with a token, whether a slip has it or not: 5 in 15 minutes hold the token up."""

    __tablename__ = "wrong_codes"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), index=True)
    tried_at: Mapped[datetime] = mapped_column(index=True)


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


def make_slip(
    campaign_id: str,
    *,
    deputy_id: str | None = None,
    group_id: str | None = None,
    expires_at: datetime | None = None,
    at: datetime | None = None,
) -> tuple[Slip, str]:
    """A slip for one deputy or one group, and its token (128 random bits): the address is /s/<token>. Inside `writing()`."""
    token = secrets.token_urlsafe(16)
    slip = Slip(
        id=new_id(),
        campaign_id=campaign_id,
        token_hash=token_hash(token),
        token=instance_keys().encrypt(token),
        deputy_id=deputy_id,
        group_id=group_id,
        made_at=at or utc_now(),
        expires_at=expires_at,
    )
    db.session.add(slip)
    db.session.flush()
    return slip, token


def slip_token(slip: Slip) -> str:
    """The token of a slip, to print it again. Raises ValueError where the instance's secret is another one."""
    return instance_keys().decrypt(slip.token or "")


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def code_hash(slip_id: str, code: str) -> str:
    return instance_keys().mac("code", f"{slip_id}\n{code}".encode()).hex()


def make_code(
    slip_id: str, deputy_id: str, *, made_by: str | None = None, printed: bool = False, at: datetime | None = None
) -> str:
    """A new code of 6 digits for a deputy of the slip; an earlier one not used yet ends. Inside `writing()`.

    Raises ValueError for a deputy the slip is not for.
    """
    slip = db.session.get_one(Slip, slip_id)
    if not _is_for(slip, deputy_id):
        raise ValueError("the slip is not for this deputy")
    now = at or utc_now()
    is_unused = (SlipCode.slip_id == slip_id) & SlipCode.used_at.is_(None)
    db.session.execute(update(SlipCode).where(is_unused, SlipCode.deputy_id == deputy_id).values(expires_at=now))
    hashes = set(db.session.scalars(select(SlipCode.code_hash).where(SlipCode.slip_id == slip_id)))
    code = f"{secrets.randbelow(1_000_000):06d}"
    while code_hash(slip_id, code) in hashes:
        code = f"{secrets.randbelow(1_000_000):06d}"
    db.session.add(
        SlipCode(
            slip_id=slip_id,
            deputy_id=deputy_id,
            code_hash=code_hash(slip_id, code),
            made_at=now,
            made_by=made_by,
            expires_at=None if printed else now + CODE_LIFE,
        )
    )
    db.session.flush()
    return code


def _is_for(slip: Slip, deputy_id: str) -> bool:
    if slip.deputy_id is not None:
        return slip.deputy_id == deputy_id
    member = select(GroupMember).where(GroupMember.group_id == slip.group_id, GroupMember.deputy_id == deputy_id)
    return db.session.scalar(member) is not None
