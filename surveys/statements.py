"""Statements that phones ask for all day, made once and run on the driver itself. Touches the database alone.

SQLAlchemy writes the text and says how values and rows are turned, as everywhere; left out is what it does besides for each run.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Insert, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from surveys.database import Base, reading, refuse_unless_writing

Turn = Callable[[Any], Any]


class Statement:
    """One statement for every engine; its parameters go by name. What writes runs inside `writing()` alone."""

    def __init__(
        self, statement: Executable, columns: Sequence[str] | None = None, *, writes: bool | None = None
    ) -> None:
        self._statement = statement
        self._columns = columns  # of an INSERT
        self._writes = not getattr(statement, "is_select", False) if writes is None else writes
        self._made: dict[str, _Made] = {}

    def start(self, connection: Connection, *rows: Mapping[str, Any]) -> "Running":
        """Run it, once for each row of values."""
        if self._writes:
            refuse_unless_writing()
        made = self.made(connection.dialect)
        driver: Any = connection.connection.dbapi_connection
        cursor = driver.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(made.text, made.bound(rows[0]))
            else:
                cursor.executemany(made.text, [made.bound(row) for row in rows])
        except made.fault as error:
            raise _as_everywhere(connection, error) from error
        return Running(connection, cursor, made)

    def made(self, dialect: Dialect) -> "_Made":
        """As this engine takes it, made once."""
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = _Made(self._statement, self._columns, dialect)
        return made

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Its rows, with the columns by name."""
        return self.start(connection, values).rows()


class Running:
    """A statement on its way."""

    __slots__ = ("_connection", "_cursor", "_made")

    def __init__(self, connection: Connection, cursor: Any, made: "_Made") -> None:
        self._connection, self._cursor, self._made = connection, cursor, made

    def rows(self) -> list[Any]:
        try:
            return [self._made.row(row) for row in self._cursor.fetchall()]
        except self._made.fault as error:
            raise _as_everywhere(self._connection, error) from error

    @property
    def count(self) -> int:
        """How many rows it changed."""
        return self._cursor.rowcount


class _Made:
    """The statement as one engine takes it."""

    def __init__(self, statement: Any, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self.text: str = str(compiled)
        self.fault: type[Exception] = dialect.loaded_dbapi.Error
        names = compiled.positiontup if compiled.positional else list(compiled.binds)
        fixed = compiled.construct_params(_check=False)
        self._binds: list[tuple[str, Turn | None, Any]] = []
        for name in names:
            turn = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            self._binds.append((name, turn, fixed.get(name)))
        for column in getattr(compiled, "insert_prefetch", ()):
            if columns is None or column.key not in columns:
                raise TypeError(f"{column} has a default that Python gives: name it in the rows")
        self._positional: bool = compiled.positional
        found = list(statement.selected_columns) if getattr(statement, "is_select", False) else []
        self._turns: list[tuple[int, Turn]] = []
        for place, column in enumerate(found):
            if (turn := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None:
                self._turns.append((place, turn))
        self._row: Any = namedtuple("Row", [column.key for column in found]) if found else None

    def bound(self, values: Mapping[str, Any]) -> Any:
        found = {}
        for name, turn, fixed in self._binds:
            value = values.get(name, fixed)
            found[name] = value if turn is None else turn(value)
        return tuple([found[name] for name, _turn, _fixed in self._binds]) if self._positional else found

    def row(self, found: Sequence[Any]) -> Any:
        if not self._turns:
            return self._row._make(found)
        values = list(found)
        for place, turn in self._turns:
            values[place] = turn(values[place])
        return self._row._make(values)


_inserts: dict[tuple[type[Base], tuple[str, ...]], Statement] = {}


def insert_rows(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same columns. Inside `writing()`; nothing is read back."""
    if not rows:
        return
    columns = tuple(rows[0])
    statement = _inserts.get((model, columns))
    if statement is None:
        into: Insert = insert(model).inline()
        statement = _inserts[model, columns] = Statement(into, columns)
    statement.start(connection, *rows)


def read(statement: Statement, values: Mapping[str, Any]) -> list[Any]:
    """The rows of one statement as of now, or as of the `writing()` it stands in."""
    with reading() as connection:
        return statement.rows(connection, values)


def _as_everywhere(connection: Connection, error: Any) -> DBAPIError:
    """What the driver raised, as SQLAlchemy tells it; a connection that broke is given up."""
    dialect = connection.dialect
    dbapi: Any = dialect.loaded_dbapi
    gone = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if gone:
        connection.invalidate(error)
    told = DBAPIError.instance(
        "", None, error, dbapi.Error, hide_parameters=True, connection_invalidated=gone, dialect=dialect
    )
    assert isinstance(told, DBAPIError)
    return told
