"""Whether an error says that the database does not answer, and one line a minute that says so. Touches logging alone.

Away    the connection cannot be made or broke off, the server is starting, stopping or full of connections, SQLite's file cannot be
        opened or stays locked: what was asked may be asked again later. A statement that is wrong is no such thing.
"""

import logging
import sqlite3
import threading
import time

from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

EVERY = 60.0  # seconds
_SQLITE = ("SQLITE_CANTOPEN", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR")
_STATES = ("08", "57P", "53300")  # of PostgreSQL: no connection; shutting down or starting; too many connections
_lock = threading.Lock()
_said_at: float | None = None
_unsaid = 0


def is_database_away(error: BaseException | None) -> bool:
    """Looks at the error and at those it came of."""
    for _ in range(10):
        if error is None:
            return False
        if isinstance(error, NoConnectionLeft | PendingRollbackError):
            return True
        if isinstance(error, DBAPIError) and _is_away(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_away(error: DBAPIError) -> bool:
    origin = error.orig
    if error.connection_invalidated:
        return True
    if isinstance(origin, sqlite3.OperationalError):
        return getattr(origin, "sqlite_errorname", "").startswith(_SQLITE)
    if type(origin).__name__ not in ("OperationalError", "InterfaceError", "AdminShutdown", "CannotConnectNow"):
        return (getattr(origin, "sqlstate", None) or "").startswith(_STATES)
    state = getattr(origin, "sqlstate", None)
    return state is None or state.startswith(_STATES)


def say_away(logger: logging.Logger, error: BaseException) -> None:
    """One line a minute for the whole process, with how many were not said since."""
    global _said_at, _unsaid
    with _lock:
        now = time.monotonic()
        if _said_at is not None and now - _said_at < EVERY:
            _unsaid += 1
            return
        more, _said_at, _unsaid = _unsaid, now, 0
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0][:200]
    logger.error("the database does not answer (%d more since the last line): %s", more, reason)
