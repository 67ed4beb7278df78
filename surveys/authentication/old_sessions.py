"""Sessions that are long over go, once a day. Touches staff sessions and jobs.

Who came in, from where, and how a session ended stand in the audit trail, which keeps them for good; a row is asked for only while
its session may be in use. A quarter longer (`DAYS_KEPT`) it tells browser and last use to whoever looks into what was reported late.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_

from surveys import jobs
from surveys.authentication.staff_sessions import StaffSession
from surveys.database import CHINA, utc_now, writing
from surveys.jobs import Job, Progress

KIND = "sessions.clear"
DAYS_KEPT = 90  # a quarter: as often as a trail is looked through


@jobs.every_minute
def ask_to_clear() -> None:
    """Old rows go once a day; the day turns at midnight in China."""
    jobs.ask(KIND, {"day": utc_now().astimezone(CHINA).date().isoformat()}, again=False)


@jobs.handler(KIND)
def clear(job: Job, progress: Progress) -> dict[str, Any]:
    """Remove the rows of sessions that were ended, or came to their absolute end, before that."""
    limit = utc_now() - timedelta(days=DAYS_KEPT)
    over = or_(StaffSession.ended_at < limit, StaffSession.ends_at < limit)
    with writing() as session:
        return {"removed": session.execute(delete(StaffSession).where(over)).rowcount}  # pyright: ignore[reportAttributeAccessIssue]
