"""How long a guesser waits: failures counted in the database, for all processes together. Touches keys.

A failure is counted before the password is looked at and taken back when it was right, so that guesses sent at once count each.

| who guesses | counted per | free | then |
| --- | --- | --- | --- |
| a browser that the account has signed in with before | account and browser | 4 | 15 minutes, doubling to 4 hours |
| any other | account and network | 4 | the same |
| any other, many accounts | network | 29 | 1 minute, doubling to 15 |
| any other, from many networks | account | 19 | 1 minute each |

So nobody locks the owner out: strangers slow down neither a browser known to the account nor, by more than a minute at a time, the
owner at a new one. An account that does not exist is counted alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import add_once, db, utc_now, writing
from surveys.keys import instance_keys

FORGOTTEN_AFTER = timedelta(hours=24)
OWN_FREE, OWN_FIRST, OWN_MOST = 4, timedelta(minutes=15), timedelta(hours=4)


class SignInDelay(db.Model):
    """The failures of one guesser. `key` tells nobody who or what is counted (HMAC of it)."""

    __tablename__ = "sign_in_delays"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)
    open_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Counter:
    """What is counted: `free` failures cost nothing, the next waits `first`, each further twice as long up to `most`."""

    key: str
    free: int
    first: timedelta
    most: timedelta
    shared: bool = False  # others count here too: a success takes back its own count alone

    def wait_after(self, failures: int) -> timedelta | None:
        """How long the next try waits; None: it need not."""
        over = failures - self.free
        return None if over <= 0 else min(self.most, self.first * 2 ** min(over - 1, 10))


def counters(step: str, username: str, network: str, browser: str | None) -> tuple[Counter, ...]:
    """What a try counts at. `step`: password or factor; `browser`: the id of a browser that is known to the account."""
    name = username.strip().casefold()[:64]
    if browser is not None:
        return (_own(step, name, f"browser:{browser}"),)
    minute = timedelta(minutes=1)
    return (
        _own(step, name, f"network:{network}"),
        Counter(_key(step, "", network), 29, minute, 15 * minute, shared=True),
        Counter(_key(step, name, ""), 19, minute, minute, shared=True),
    )


def _own(step: str, name: str, place: str) -> Counter:
    return Counter(_key(step, name, place), OWN_FREE, OWN_FIRST, OWN_MOST)


def _key(step: str, name: str, place: str) -> str:
    return instance_keys().mac("sign-in delay", "\x1f".join((step, name, place)).encode()).hex()


def begin(counted: Sequence[Counter]) -> timedelta:
    """Count a try at all of its counters; zero = go on. Where one has to wait, how long, and nothing is counted."""
    now = utc_now()
    with writing() as session:
        rows = [_locked(counter.key, now) for counter in sorted(counted, key=lambda counter: counter.key)]
        waits = [row.open_at - now for row in rows if row.open_at is not None and row.open_at > now]
        if waits:
            return max(waits)
        for row, counter in zip(rows, sorted(counted, key=lambda counter: counter.key), strict=True):
            row.failures = row.failures + 1 if row.last_at > now - FORGOTTEN_AFTER else 1
            row.last_at = now
            wait = counter.wait_after(row.failures)
            row.open_at = now + wait if wait else None
        session.flush()
    return timedelta()


def _locked(key: str, now: datetime) -> SignInDelay:
    """The row of a key, in turn with whoever tries at the same time."""
    query = select(SignInDelay).where(SignInDelay.key == key).with_for_update()
    row = db.session.scalar(query)
    if row is None:
        add_once(SignInDelay(key=key, failures=0, last_at=now))
        row = db.session.scalars(query.execution_options(populate_existing=True)).one()
    return row


def succeeded(counted: Sequence[Counter]) -> None:
    """The try was right: what it counted is taken back, its own failures are forgotten, and so is what is a day old."""
    own = [counter.key for counter in counted if not counter.shared]
    shared = sorted(counter.key for counter in counted if counter.shared)
    with writing() as session:
        session.execute(delete(SignInDelay).where(SignInDelay.key.in_(own)))
        for key in shared:
            taken_back = update(SignInDelay).where(SignInDelay.key == key, SignInDelay.failures > 0)
            session.execute(taken_back.values(failures=SignInDelay.failures - 1, open_at=None))
        session.execute(delete(SignInDelay).where(SignInDelay.last_at < utc_now() - FORGOTTEN_AFTER))
