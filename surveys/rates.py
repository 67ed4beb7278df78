"""So many a second, so many at once, for all processes of all hosts together. Touches the database: one row for whoever is counted.

A row says when all that was taken so far will have come back (GCRA, ITU-T I.371): nothing is counted down while nobody asks. A process
takes several at once where a rate allows it (`lease`) and hands them out without asking the database again; what it has not handed out
within `LEASE_LIFE` is lost, so that all together never get more than the rate. Hosts agree by their clocks.
"""

import threading
import time
from dataclasses import dataclass, field

from flask import current_app
from sqlalchemy import Float, String, delete, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from surveys import jobs
from surveys.database import add_once, db, writing
from surveys.keys import instance_keys

LEASE_LIFE = 10.0  # seconds
MOST_TRIES = 5
A_LITTLE = 1e-3  # of one: what seconds as floats may lack
KEPT_LEASES = 50_000


class RateUse(db.Model):
    """What one has taken of one rate. `key` tells nobody who is counted (HMAC of it)."""

    __tablename__ = "rate_uses"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    full_at: Mapped[float] = mapped_column(Float(53), index=True)  # seconds since 1970


@dataclass(slots=True)
class _Leases:
    """What this process has taken and not handed out: key → how many, until when."""

    held: dict[str, tuple[int, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Rate:
    """`a_second` in the long run, `burst` at once, for each who is counted; a process takes `lease` of them at a time."""

    name: str
    a_second: float
    burst: int
    lease: int = 1

    def wait(self, who: str) -> int:
        """Seconds to wait before the next one; 0 = go on."""
        key = instance_keys().mac("rate", f"{self.name}\x1f{who}".encode()).hex()
        if _hand_out(key):
            return 0
        for _ in range(MOST_TRIES):
            taken, wait = self._take(key)
            if taken:
                _keep(key, taken - 1)
                return 0
            if wait:
                return wait
        return 1  # so many ask at once for the same that the row changed each time

    def _take(self, key: str) -> tuple[int, int]:
        """How many were taken, or how long to wait; neither where another was faster."""
        now, one = time.time(), 1 / self.a_second
        with writing() as session:
            if db.engine.dialect.name == "postgresql":  # a count that a power cut takes is no loss
                session.execute(text("SET LOCAL synchronous_commit TO off"))
            before = session.scalar(select(RateUse.full_at).where(RateUse.key == key))
            begins = max(now, before or 0.0)
            left = int((now - begins) / one + self.burst + A_LITTLE)
            if left < 1:
                return 0, max(1, round(begins + one - now - self.burst * one))
            taken = min(left, self.lease)
            full_at = begins + taken * one
            if before is None:
                return (taken if add_once(RateUse(key=key, full_at=full_at)) else 0), 0
            same = update(RateUse).where(RateUse.key == key, RateUse.full_at == before).values(full_at=full_at)
            changed = session.execute(same, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined]
            return (taken if changed else 0), 0


def _leases() -> _Leases:
    return current_app.extensions.setdefault("rate_leases", _Leases())


def _hand_out(key: str) -> bool:
    """One of what this process still holds."""
    leases, now = _leases(), time.time()
    with leases.lock:
        number, until = leases.held.pop(key, (0, 0.0))
        if number < 1 or until < now:
            return False
        if number > 1:
            leases.held[key] = (number - 1, until)
        return True


def _keep(key: str, number: int) -> None:
    if number < 1:
        return
    leases, now = _leases(), time.time()
    with leases.lock:
        if len(leases.held) > KEPT_LEASES:
            leases.held = {one: held for one, held in leases.held.items() if held[1] > now}
        leases.held[key] = (number, now + LEASE_LIFE)


@jobs.every_minute
def sweep() -> None:
    """Whoever has everything back needs no row."""
    with writing() as session:
        session.execute(delete(RateUse).where(RateUse.full_at < time.time()))
