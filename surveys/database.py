"""The one SQLAlchemy object, its column types, the clock, and the queue that writers stand in.

Every write happens inside `with writing():` — on SQLite writers queue on a file lock before BEGIN IMMEDIATE, so that no
transaction starts as a reader and fails when it turns into a writer; on PostgreSQL it is a plain transaction.
A session that flushes or runs a statement that writes outside `writing()` raises RuntimeError. On PostgreSQL it reads without a
transaction: each statement sees what is committed, as it would inside one, and the driver keeps the statements it prepared, which
a ROLLBACK makes it forget.
"""

import fcntl
import hashlib
import json
import os
import random
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Annotated, Any

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    CheckConstraint,
    DateTime,
    LargeBinary,
    MetaData,
    Select,
    String,
    Text,
    event,
    func,
    inspect,
    select,
)
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from surveys.unfit_database import check_encoding

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
MOST_CONNECTIONS = 16  # that a process keeps; as many as there are requests of phones in it at most


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: kept as naive UTC, handed out aware. A naive value is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class JsonText(TypeDecorator[Any]):
    """Plain data as JSON in a text column; never queried inside (portable to every engine)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else _encode(value)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else json.loads(value)


class Line(TypeDecorator[str]):
    """One line of text; an empty one is no text (some engines store '' as NULL anyway)."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value.replace("\x00", "\ufffd") or None if value is not None else None


class LongText(TypeDecorator[str]):
    """Text of any length; an empty one is no text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value.replace("\x00", "\ufffd") or None if value is not None else None


NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables; names of keys and checks follow one convention, so that migrations can name them."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: UtcDateTime,
            bytes: LargeBinary,
            dict[str, Any]: JsonText,
            list[Any]: JsonText,
        },
    )


class Database(SQLAlchemy):
    """The extension, saying what its library does not: a model's constructor takes the columns by name."""

    if TYPE_CHECKING:
        Model: type[Base]  # pyright: ignore[reportIncompatibleVariableOverride]

    @property
    def engines(self) -> Mapping[str | None, Engine]:
        """Those of the application, or of the one it is mounted beside."""
        return current_app.extensions.get("engines") or super().engines


db = Database(model_class=Base, session_options={"autoflush": False})

_seeded: ContextVar[random.Random | None] = ContextVar("seeded_ids", default=None)
_clock: ContextVar[datetime | None] = ContextVar("clock", default=None)
_writing: ContextVar[bool] = ContextVar("writing", default=False)


def new_id() -> str:
    """A random id (UUID); inside `seeded_ids` a repeatable one."""
    source = _seeded.get()
    return str(uuid.UUID(int=source.getrandbits(128), version=4)) if source else str(uuid.uuid4())


@contextmanager
def seeded_ids(seed: str) -> Iterator[None]:
    """Ids minted inside follow from `seed`: a demonstration is the same on every machine."""
    token = _seeded.set(random.Random(seed))
    try:
        yield
    finally:
        _seeded.reset(token)


def utc_now() -> datetime:
    """The present moment (aware, UTC); inside `clock_at` the moment given there."""
    return _clock.get() or datetime.now(UTC)


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Let `utc_now()` give `moment`: the simulated dates of a demonstration or a rehearsal."""
    token = _clock.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _clock.reset(token)


Id = Annotated[str, mapped_column(String(36), primary_key=True, default=new_id)]


def one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    """A check that `column` holds one of the field's words (no ENUM types: not portable)."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=column)


@contextmanager
def writing() -> Iterator[Session]:
    """One durable transaction. Inside another `writing()` it is part of that one.

    Raises RuntimeError when the session holds changes made before it was entered.
    """
    session = db.session()
    if _writing.get():
        yield session
        return
    _nothing_pending(session)
    session.rollback()  # ends a reading transaction, so that what is read inside is as of now
    token = _writing.set(True)
    try:
        with _queue(db.engine):
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
    finally:
        _writing.reset(token)


def in_turn(row: Base) -> None:
    """From here to the commit no other transaction is in turn for the same row: what follows the newest number under it is free.

    Inside `writing()`. On SQLite writers stand in one queue as it is. Rows that refer to this one are written beside it.
    """
    refuse_unless_writing()
    state = inspect(row)
    conditions = [column == value for column, value in zip(state.mapper.primary_key, state.identity or (), strict=True)]
    db.session.execute(select(*state.mapper.primary_key).where(*conditions).with_for_update(key_share=True))


def in_turn_for(name: str) -> None:
    """From here to the commit no other transaction is in turn for the same name, whichever host it is of: there need be no row for it.

    Inside `writing()`. On SQLite writers stand in one queue as it is; PostgreSQL has locks for names (64 bits of their hash).
    """
    refuse_unless_writing()
    if db.engine.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        db.session.execute(select(func.pg_advisory_xact_lock(number)))


def add_once(row: Base) -> bool:
    """Add a row of which there can be one; False where another transaction has added it meanwhile. Inside `writing()`."""
    session = db.session()
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def count_of(query: Select[Any]) -> int:
    """How many rows a query finds; its order is not asked for."""
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def read_anew() -> None:
    """What is read from here on is as of now, whoever wrote it. Outside of `writing()`; RuntimeError with changes pending."""
    if not db.session.registry.has():
        return
    session = db.session()
    _nothing_pending(session)
    if db.engine.dialect.name == "postgresql":
        session.expire_all()  # it reads without a transaction
    else:
        session.rollback()


def _nothing_pending(session: Session) -> None:
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made before writing() was entered")


@contextmanager
def writing_once() -> Iterator[Connection]:
    """One statement that is durable by itself when it returns: PostgreSQL alone, where a session that reads has no transaction.

    Raises RuntimeError where there would be more than this one statement to commit: inside `writing()`, or with changes pending.
    """
    if _writing.get():
        raise RuntimeError("there is more to commit than one statement: use writing()")
    if db.engine.dialect.name != "postgresql":
        raise RuntimeError("a statement commits by itself on PostgreSQL alone: use writing()")
    session = db.session()
    _nothing_pending(session)
    connection = session.connection()  # as for reading: it begins no transaction
    token = _writing.set(True)
    try:
        yield connection
    finally:
        _writing.reset(token)
        session.expire_all()  # what was read before may be otherwise now


def is_writing() -> bool:
    """Whether the caller stands inside `writing()`: what is written is not durable yet."""
    return _writing.get()


@contextmanager
def _queue(engine: Engine) -> Iterator[None]:
    if engine.dialect.name != "sqlite" or not engine.url.database or engine.url.database == ":memory:":
        yield
        return
    with os.fdopen(os.open(f"{engine.url.database}.lock", os.O_RDWR | os.O_CREAT, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def refuse_unless_writing() -> None:
    if not _writing.get():
        raise RuntimeError("a write outside writing(): put it inside `with writing():`")


@event.listens_for(Session, "before_flush")
def _only_when_writing(session: Session, *_: Any) -> None:
    if session.new or session.deleted or session.dirty:
        refuse_unless_writing()


@event.listens_for(Session, "after_begin")
def _session_begins(_: Session, __: Any, connection: Connection) -> None:
    """What a session reads with is marked, up to its return; on PostgreSQL it has no transaction."""
    reads = not _writing.get()
    connection.info["reads"] = reads
    if reads and connection.dialect.name == "postgresql":
        driver: Any = connection.connection.dbapi_connection
        driver.autocommit = True


def _no_write_while_reading(connection: Connection, _: Any, statement: str, *__: Any) -> None:
    if statement.lstrip()[:6].upper() in _WRITES and connection.info.get("reads"):
        refuse_unless_writing()


_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLAC", "MERGE ", "TRUNCA"})


def _given_back(driver: Any, record: Any) -> None:
    record.info.pop("reads", None)
    if getattr(driver, "autocommit", False) is True and not driver.closed:
        driver.autocommit = False


def engine_options(url: str) -> dict[str, Any]:
    """A connection to PostgreSQL is kept for each request that may stand in a process: one that is made anew costs a process there.
    A server that does not even refuse is given up after some seconds."""
    if not url.startswith("postgresql"):
        return {}
    patience = {} if "connect_timeout" in url else {"connect_timeout": 10}
    return {"pool_size": MOST_CONNECTIONS, "connect_args": patience}


def make_file(url: URL) -> None:
    """Make the file of an SQLite database that is not there yet, for its owner alone; -wal and -shm take its mode."""
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        with suppress(FileExistsError):
            os.close(os.open(url.database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def prepare_engine(engine: Engine) -> None:
    """Durable settings of the engine: SQLite in WAL with synchronous=FULL and enforced keys; PostgreSQL commits to disk."""
    event.listen(engine, "before_cursor_execute", _no_write_while_reading)
    event.listen(engine, "checkin", _given_back)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_settings)
        event.listen(engine, "begin", _sqlite_begin)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", lambda driver, _: check_encoding(driver, engine.url))


def _sqlite_settings(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _sqlite_begin
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "cache_size=-16000",
        "wal_autocheckpoint=4000",  # one commit in a hundred pays for moving pages over, instead of one in thirty
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def assert_durable(connection: Connection) -> None:
    """Refuse to run where a commit may be lost. Raises RuntimeError naming the setting and the remedy."""
    if connection.dialect.name == "sqlite":
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        if int(level) < 2:
            raise RuntimeError("SQLite runs with synchronous below FULL: a receipt could be lost. Remove that setting.")
    elif connection.dialect.name == "postgresql":
        level = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
        if level == "off":
            raise RuntimeError("PostgreSQL runs with synchronous_commit=off: a receipt could be lost. Set it to on.")
