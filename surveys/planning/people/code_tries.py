"""Tries of codes: how often a token was tried wrongly lately, whether anything has that token or not. Touches slips.

5 wrong codes in 15 minutes hold a token up (receiving.md 1.1); slips and the links of bodies count here alike.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from surveys.database import db, in_turn_for
from surveys.planning.people.slips import WrongCode

HELD_UP = timedelta(minutes=15)
WRONG_AT_ONCE = 5
MOST_REMEMBERED = 20_000  # wrong codes of all tokens: whoever makes up tokens fills no disk


def one_after_the_other(token: str) -> None:
    """Tries of one token at the same time are counted alike on every host; a token that is none has no row to wait for. Inside `writing()`."""
    in_turn_for(f"code {token}")


def held_up(token: str, now: datetime) -> int | None:
    """Seconds until the next code may be tried, when five were wrong lately."""
    tries = list(
        db.session.scalars(
            select(WrongCode.tried_at)
            .where(WrongCode.token_hash == token, WrongCode.tried_at > now - HELD_UP)
            .order_by(WrongCode.tried_at.desc())
            .limit(WRONG_AT_ONCE)
        )
    )
    if len(tries) < WRONG_AT_ONCE:
        return None
    return max(1, int((tries[-1] + HELD_UP - now).total_seconds()) + 1)


def note_wrong(token: str, now: datetime) -> None:
    """Remember the try; what holds nothing up any more goes, and the oldest where there are too many."""
    db.session.add(WrongCode(token_hash=token, tried_at=now))
    newest = select(WrongCode.tried_at).order_by(WrongCode.tried_at.desc())
    too_many = db.session.scalar(newest.offset(MOST_REMEMBERED - 1).limit(1))
    limit = max(now - HELD_UP, too_many or now - HELD_UP)
    db.session.execute(delete(WrongCode).where(WrongCode.tried_at <= limit))
