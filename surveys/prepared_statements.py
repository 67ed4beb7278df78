"""Frequent statements of phones, compiled once and run directly on the database driver. Touches the database alone.

SQLAlchemy writes the text and says how values and rows are turned, as everywhere; left out is what it does besides for each run, which
is a third of the processor's time for a version.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from surveys.database import db, refuse_unless_writing

Turn = Callable[[Any], Any]


class Statement:
    """One statement that gives rows, for every engine; its parameters go by name. What `writes` runs inside `writing()` alone."""

    def __init__(self, statement: Executable, *, writes: bool = False) -> None:
        self._statement, self._writes = statement, writes
        self._variants: dict[str, _Variant] = {}

    def rows(self, values: Mapping[str, Any]) -> list[Any]:
        """Its rows, with the columns by name, on the connection of the session."""
        if self._writes:
            refuse_unless_writing()
        connection = db.session.connection()
        variant = self._variants.get(connection.dialect.name)
        if variant is None:
            variant = self._variants[connection.dialect.name] = _Variant(self._statement, connection.dialect)
        driver: Any = connection.connection.dbapi_connection
        try:
            rows = driver.cursor().execute(variant.text, variant.parameters(values)).fetchall()
        except variant.fault as error:
            raise _as_everywhere(connection, error) from error
        return [variant.row(row) for row in rows]


class _Variant:
    """The statement as one engine takes it."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text: str = str(compiled)
        self.fault: type[Exception] = dialect.loaded_dbapi.Error
        self._positional: bool = compiled.positional
        defaults = compiled.construct_params(_check=False)
        self._binds: list[tuple[str, Turn | None, Any]] = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect), defaults.get(name))
            for name in (compiled.positiontup if compiled.positional else compiled.binds)
        ]
        columns = list(statement.selected_columns)
        turns = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._turns = [(place, turn) for place, turn in enumerate(turns) if turn is not None]
        self._row: Any = namedtuple("Row", [column.key for column in columns])

    def parameters(self, values: Mapping[str, Any]) -> Any:
        parameters = {}
        for name, turn, default in self._binds:
            value = values.get(name, default)
            parameters[name] = value if turn is None else turn(value)
        return tuple([parameters[name] for name, _turn, _default in self._binds]) if self._positional else parameters

    def row(self, cells: Sequence[Any]) -> Any:
        values = list(cells)
        for place, turn in self._turns:
            values[place] = turn(values[place])
        return self._row._make(values)


def _as_everywhere(connection: Connection, error: Any) -> DBAPIError:
    """What the driver raised, as SQLAlchemy tells it; a connection that broke is given up."""
    dialect = connection.dialect
    dbapi: Any = dialect.loaded_dbapi
    is_disconnected = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if is_disconnected:
        connection.engine.dispose()  # what lies idle in the pool was connected to the same
        connection.invalidate(error)
    failure = DBAPIError.instance(
        "", None, error, dbapi.Error, hide_parameters=True, connection_invalidated=is_disconnected, dialect=dialect
    )
    assert isinstance(failure, DBAPIError)
    return failure
