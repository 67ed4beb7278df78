"""Connections to PostgreSQL that are lent for one statement at a time, ready for the next one as they come back.

A pool hands out a connection as if nothing were known of it: it begins no transaction and ends none here, so nothing needs to be
undone between two statements. What was broken is given up, and with it all that lie idle; a disposed engine has none left.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

_idle: "WeakKeyDictionary[Engine, list[Connection]]" = WeakKeyDictionary()


@contextmanager
def lent(engine: Engine) -> Iterator[Connection]:
    """A connection in which each statement is a transaction of its own. The last one that came back goes out first."""
    idle = _idle.get(engine)
    if idle is None:
        idle = _idle.setdefault(engine, [])
        event.listen(engine, "engine_disposed", _give_up)
    try:
        connection = idle.pop()
    except IndexError:
        connection = _taken(engine)
    try:
        yield connection
    except BaseException:
        if connection.invalidated:
            _give_up(engine)
        connection.close()
        raise
    idle.append(connection)


def _taken(engine: Engine) -> Connection:
    connection = engine.connect()
    driver: Any = connection.connection.dbapi_connection
    driver.autocommit = True
    connection.info["reads"] = True
    return connection


def _give_up(engine: Engine) -> None:
    """Those that lie idle are closed, not put back: what they were connected to is gone."""
    idle = _idle.get(engine, [])
    while idle:
        connection = idle.pop()
        connection.invalidate()
        connection.close()
