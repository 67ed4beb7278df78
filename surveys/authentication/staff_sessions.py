"""Sessions of staff, kept on the server: who is signed in where, since when, until when. Touches accounts and audit.

The browser holds a random token; its SHA-256 stands here. A session is half until the second step is done (`completed_at`), ends
after `IDLE` without a click, and at `ends_at` however busy it was.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from surveys.accounts import Account
from surveys.audit import Actor, record
from surveys.database import Id, Line, LongText, db, one_of, utc_now, writing

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
HALF_LIFE = timedelta(minutes=10)  # for the second step
NOTED_EVERY = timedelta(minutes=1)
FRESH = {"link": timedelta(minutes=30)}  # who has just got a password set by hand reads and types slowly
FRESH_OTHERWISE = timedelta(minutes=10)
DEMONSTRATION = "demonstration"
METHODS = ("password", "link", DEMONSTRATION, "provider", "passkey")


class StaffSession(db.Model):
    """One sign-in of one account at one browser. `confirmed_by`: how its owner was last asked (password, link, factor, provider)."""

    __tablename__ = "staff_sessions"
    __table_args__ = (one_of("method", METHODS),)

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    method: Mapped[str] = mapped_column(String(20))
    proved_elsewhere: Mapped[bool] = mapped_column(default=False)  # two factors, by the office's provider
    started_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(String(20))
    confirmed_at: Mapped[datetime]
    confirmed_by: Mapped[str] = mapped_column(String(10))
    browser: Mapped[str | None] = mapped_column(Line(60))
    address: Mapped[str | None] = mapped_column(Line(60))  # shortened
    challenge: Mapped[str | None] = mapped_column(LongText)  # what the next step is held against, used once

    def is_confirmed(self, *ways: str) -> bool:
        """Whether its owner proved a moment ago who they are; with `ways`, in one of these."""
        life = FRESH.get(self.confirmed_by, FRESH_OTHERWISE)
        return utc_now() - self.confirmed_at < life and (not ways or self.confirmed_by in ways)


def start(
    account: Account,
    *,
    method: str,
    confirmed_by: str,
    browser: str,
    address: str,
    whole: bool,
    proved_elsewhere: bool = False,
) -> str:
    """A new session; gives the token for the browser. Not `whole`: the second step is still to come."""
    token, now = secrets.token_urlsafe(32), utc_now()
    with writing() as session:
        session.add(
            StaffSession(
                token_hash=hash_of(token),
                account_id=account.id,
                method=method,
                proved_elsewhere=proved_elsewhere,
                started_at=now,
                completed_at=now if whole else None,
                last_used_at=now,
                ends_at=now + LONGEST,
                confirmed_at=now,
                confirmed_by=confirmed_by,
                browser=browser,
                address=address,
            )
        )
        session.flush()
    return token


def hash_of(token: str) -> str:
    """A token as it is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_live(now: datetime) -> tuple:
    """The conditions of a session that is signed in at this moment."""
    return (
        StaffSession.ended_at.is_(None),
        StaffSession.completed_at.is_not(None),
        StaffSession.ends_at > now,
        StaffSession.last_used_at > now - IDLE,
    )


def half(token: str | None) -> tuple[StaffSession, Account] | None:
    """The session that waits for its second step, with its account."""
    if not token:
        return None
    query = select(StaffSession, Account).join(Account, Account.id == StaffSession.account_id)
    row = db.session.execute(
        query.where(
            StaffSession.token_hash == hash_of(token),
            StaffSession.completed_at.is_(None),
            StaffSession.ended_at.is_(None),
            StaffSession.started_at > utc_now() - HALF_LIFE,
            Account.active,
        )
    ).first()
    return (row[0], row[1]) if row else None


def note_use(row: StaffSession) -> None:
    """Somebody clicked; written at most once a minute."""
    now = utc_now()
    if now - row.last_used_at < NOTED_EVERY:
        return
    with writing() as session:
        due = (StaffSession.id == row.id, StaffSession.last_used_at <= now - NOTED_EVERY)
        session.execute(update(StaffSession).where(*due).values(last_used_at=now))


def sessions_of(account_id: str) -> list[StaffSession]:
    """The sessions of an account that are open, the one used last first."""
    query = select(StaffSession).where(StaffSession.account_id == account_id, *is_live(utc_now()))
    return list(db.session.scalars(query.order_by(StaffSession.last_used_at.desc())))


def end(row: StaffSession, *, reason: str, actor: Actor, address: str | None = None) -> None:
    """End one session; whoever ended it stands in the trail."""
    with writing() as session:
        open_still = (StaffSession.id == row.id, StaffSession.ended_at.is_(None))
        values = {"ended_at": utc_now(), "ended_reason": reason, "challenge": None}
        is_whole = row.completed_at is not None
        ended = session.execute(update(StaffSession).where(*open_still).values(**values)).rowcount  # pyright: ignore[reportAttributeAccessIssue]
        if ended and is_whole:
            target = ("account", row.account_id)
            record(actor, "session.ended", target=target, session=row.id, outcome=reason, address=address)


def end_all(account_id: str, *, reason: str, actor: Actor, but: str | None = None, address: str | None = None) -> int:
    """End every session of an account, half ones too, but the one with the id `but`; gives how many."""
    with writing() as session:
        where = [
            StaffSession.account_id == account_id,
            StaffSession.ended_at.is_(None),
            StaffSession.ends_at > utc_now(),
        ]
        where += [StaffSession.id != but] if but else []
        values = {"ended_at": utc_now(), "ended_reason": reason, "challenge": None}
        ended: int = session.execute(update(StaffSession).where(*where).values(**values)).rowcount  # pyright: ignore[reportAttributeAccessIssue]
        if ended:
            target = ("account", account_id)
            record(actor, "session.ended", target=target, sessions=ended, outcome=reason, address=address)
        return ended


def confirm(row: StaffSession, by: str) -> None:
    """Its owner has just proved again who they are."""
    _set(row, confirmed_at=utc_now(), confirmed_by=by, challenge=None)


def set_challenge(row: StaffSession, challenge: str) -> None:
    """What the answer of the next step is held against."""
    _set(row, challenge=challenge)


def take_challenge(row: StaffSession) -> str | None:
    """The challenge, once: whoever asks again gets None."""
    challenge = row.challenge
    if challenge is None:
        return None
    with writing() as session:
        own = (StaffSession.id == row.id, StaffSession.challenge == challenge)
        taken = session.execute(update(StaffSession).where(*own).values(challenge=None)).rowcount  # pyright: ignore[reportAttributeAccessIssue]
        session.expire_all()
    return challenge if taken else None


def _set(row: StaffSession, **values: object) -> None:
    with writing() as session:
        session.execute(update(StaffSession).where(StaffSession.id == row.id).values(**values))
        session.expire_all()
