"""Connections to PostgreSQL that are lent for one statement at a time, ready for the next one as they come back.

A pool hands out a connection as if nothing were known of it: it begins no transaction and ends none here, so nothing needs to be
undone between two statements. Where one is broken, all that lie idle are given up, here and in the pool.

What runs here finds a few rows by their keys. The planner is told so: by what it reckons, reading all visits of a campaign is as
good as looking one up, and to plan each statement anew costs as much as to run it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext

MOST_IDLE = 8  # the pool has as many again for whoever needs more than a statement

BY_KEY = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}

_idle: dict[Engine, list[Connection]] = {}


@contextmanager
def lent(engine: Engine) -> Iterator[Connection]:
    """A connection in which each statement is a transaction of its own. The last one that came back goes out first."""
    idle = _idle.get(engine)
    if idle is None:
        idle = _room_for(engine)
    try:
        connection = idle.pop()
    except IndexError:
        connection = _taken(engine)
    try:
        yield connection
    except BaseException:
        if connection.invalidated:
            engine.dispose()
        _close(connection)
        raise
    if len(idle) < MOST_IDLE and _idle.get(engine) is idle:
        idle.append(connection)
    else:
        _close(connection)


def _room_for(engine: Engine) -> list[Connection]:
    for name, told in (("engine_disposed", _give_up), ("handle_error", _look_at)):
        if not event.contains(engine, name, told):
            event.listen(engine, name, told)
    return _idle.setdefault(engine, [])


def _taken(engine: Engine) -> Connection:
    connection = engine.connect()
    driver: Any = connection.connection.dbapi_connection
    driver.autocommit = True
    for name, value in BY_KEY.items():
        driver.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.info["reads"] = True
    return connection


def _look_at(context: ExceptionContext) -> None:
    """A connection of somebody else broke: SQLAlchemy gives up the pool's, these are given up here."""
    if context.is_disconnect and context.engine is not None:
        _give_up(context.engine)


def _give_up(engine: Engine) -> None:
    """What those that lie idle were connected to is gone."""
    for connection in _idle.pop(engine, []):
        _close(connection)


def _close(connection: Connection) -> None:
    """For good: with its settings it is of no use to the pool."""
    if not connection.invalidated:
        connection.invalidate()
    connection.close()
