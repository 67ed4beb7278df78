"""A PostgreSQL that cannot hold an instance: no database of the name, another encoding; said in one sentence with the line to type. Touches nothing.

What the server says itself comes in its own language, so that a missing database is looked up instead of read out of an error.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine import URL

ENCODING = "UTF8"


class UnfitDatabase(Exception):
    """`zh` and `en` say what is wrong and the line that mends it."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


def creating(url: URL) -> str:
    """The line that makes the database, typed on the server."""
    owner = f" --owner={url.username}" if url.username else ""
    return f"sudo -u postgres createdb --encoding=UTF8 --template=template0 --locale=C.UTF-8{owner} {url.database}"


def check_encoding(driver: Any, url: URL) -> None:
    """Right after connecting. Raises UnfitDatabase for a database that cannot hold Chinese."""
    encoding = driver.info.parameter_status("server_encoding")
    if encoding != ENCODING:
        raise UnfitDatabase(
            f"数据库 {url.database} 的编码是 {encoding}，须为 UTF8。请另建一个：{creating(url)}（同名的先用 dropdb 删去）。",
            f"The database {url.database} has the encoding {encoding}; UTF8 is needed. Make another: {creating(url)}"
            " (one of the same name goes first, by dropdb).",
        )


def missing_database(url: URL) -> UnfitDatabase | None:
    """After a connection failed: what to say where the server is there and has no database of the name; else None."""
    if not url.drivername.startswith("postgresql") or not url.database:
        return None
    import psycopg

    other = url.set(drivername="postgresql", database="postgres").difference_update_query(["connect_timeout"])
    try:
        with psycopg.connect(other.render_as_string(hide_password=False), connect_timeout=5) as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (url.database,)).fetchone()
    except psycopg.Error:
        return None
    if there:
        return None
    return UnfitDatabase(
        f"PostgreSQL 上没有名为 {url.database} 的数据库。请先建立：{creating(url)}",
        f"PostgreSQL has no database named {url.database}. Make it first: {creating(url)}",
    )


def check_connection(engine: Engine) -> None:
    """Raises UnfitDatabase for what this module knows; a server that does not answer is another matter, and passes."""
    from sqlalchemy.exc import OperationalError

    try:
        engine.connect().close()
    except OperationalError:
        unfit = missing_database(engine.url)
        if unfit is not None:
            raise unfit from None
