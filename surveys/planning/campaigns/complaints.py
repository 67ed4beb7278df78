"""投诉与意见: what somebody without an account writes about an investigation, and the office's answer. Touches units and campaigns.

Nobody is asked who they are: the answer is looked up with a receipt code, of which only the hash is kept. A deputy who writes from the
help page (反馈) is named, and finds the answer there until the contacts of the campaign go. How many come in within a day is bounded, whoever writes them.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, and_, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.accounts import Account
from surveys.audit import Actor, record
from surveys.database import Id, LongText, db, new_id, utc_now, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit

LONGEST = 2000
MOST_A_DAY = 300
MOST_OF_A_DEPUTY = 20  # a day
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class Complaint(db.Model):
    """One complaint or opinion; without a unit it is for the office at the top."""

    __tablename__ = "complaints"

    id: Mapped[Id]
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id"))
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"), index=True)
    deputy_id: Mapped[str | None] = mapped_column(ForeignKey("deputies.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    text: Mapped[str] = mapped_column(LongText)
    received_at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[str | None] = mapped_column(LongText)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    campaign: Mapped[Campaign | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    account: Mapped[Account | None] = relationship()


def receive_complaint(
    text: str,
    *,
    campaign: Campaign | None,
    unit_code: str | None,
    deputy_id: str | None = None,
    actor: Actor | None = None,
    message_id: str | None = None,
) -> str | None:
    """Keep it; gives the receipt code, which is not kept. None where a day's bound is reached. Raises ValueError for no text.

    `message_id`: the id that a phone gave it; the same id again changes nothing.
    """
    plain = "".join(mark for mark in text.strip() if mark.isprintable() or mark == "\n")[:LONGEST]
    if not plain:
        raise ValueError("nothing was written")
    code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    with writing() as session:
        if message_id and session.get(Complaint, message_id) is not None:
            return code
        if _is_full(deputy_id):
            return None
        complaint = Complaint(
            id=message_id or new_id(),
            campaign_id=campaign.id if campaign else None,
            unit_code=unit_code,
            deputy_id=deputy_id,
            code_hash=_hash(code),
            text=plain,
            received_at=utc_now(),
        )
        session.add(complaint)
        session.flush()
        by = actor or Actor("public")
        record(by, "complaint.received", target=("complaint", complaint.id), unit_code=unit_code)
    return code


def _is_full(deputy_id: str | None) -> bool:
    """Whether a day's bound is reached: a deputy has one of their own, so that strangers cannot fill the box before them."""
    own = Complaint.deputy_id == deputy_id if deputy_id else Complaint.deputy_id.is_(None)
    since = utc_now() - timedelta(days=1)
    number = db.session.scalar(select(func.count()).select_from(Complaint).where(Complaint.received_at > since, own))
    return (number or 0) >= (MOST_OF_A_DEPUTY if deputy_id else MOST_A_DAY)


def messages_of(deputy_id: str) -> list[Complaint]:
    """What a deputy wrote, the newest first."""
    query = select(Complaint).where(Complaint.deputy_id == deputy_id).order_by(Complaint.received_at.desc())
    return list(db.session.scalars(query))


def messages_about(campaign_id: str) -> ColumnElement[bool]:
    """What deputies wrote about one campaign: it goes when the campaign's term ends, its answers too."""
    return and_(Complaint.campaign_id == campaign_id, Complaint.deputy_id.is_not(None))


def complaint_by(code: str) -> Complaint | None:
    """The complaint a receipt code stands for, however it is typed."""
    plain = "".join(mark for mark in code.upper() if mark in ALPHABET)
    if len(plain) != 12:
        return None
    return db.session.scalar(
        select(Complaint).where(Complaint.code_hash == _hash(f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"))
    )


def answer_complaint(complaint: Complaint, text: str, *, actor: Actor) -> None:
    """Answer it, or put the answer right."""
    with writing():
        again = complaint.answer is not None
        complaint.answer, complaint.answered_at = text.strip()[:LONGEST], utc_now()
        complaint.answered_by = actor.id if actor.kind == "staff" else None
        record(
            actor, "complaint.answered", target=("complaint", complaint.id), unit_code=complaint.unit_code, again=again
        )


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
