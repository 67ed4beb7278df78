"""Runs the steps of `versions/` with the application's own engine; column types are written as plain SQLAlchemy ones.

Whatever the steps did, the guards of rows that never change are in place afterwards: a table that SQLite rebuilds loses its triggers.
"""

import sys
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

from reports.running import migrations
from surveys import immutable_rows
from surveys.unfit_database import UnfitDatabase

PLAIN = {"UtcDateTime": "sa.DateTime()", "JsonText": "sa.Text()", "LongText": "sa.Text()"}


def render_item(kind: str, item: Any, _: Any) -> str | bool:
    """`Line(60)` is written as `sa.String(60)`: a step of long ago must not depend on today's classes."""
    if kind == "type" and isinstance(item, TypeDecorator):
        name = type(item).__name__
        return PLAIN.get(name) or f"sa.String({item.impl.length})"
    return False


def run() -> None:
    database = current_app.extensions["migrate"].db
    with database.engine.connect() as connection:
        try:
            migrations.refuse_newer(connection)
        except UnfitDatabase as unfit:
            sys.stderr.write(f"{unfit.zh}\n{unfit.en}\n")
            sys.exit(3)
        connection.rollback()
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_item=render_item,
            render_as_batch=True,
            compare_type=False,
        )
        with context.begin_transaction():
            context.run_migrations()
    with database.engine.begin() as connection:
        immutable_rows.install(connection)


run()
