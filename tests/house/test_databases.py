"""The databases that tests run on are what they say they are, empty, and each test's own."""

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from surveys.database import assert_durable, db


@pytest.mark.parametrize("round_", [1, 2])
def test_a_test_has_a_database_of_its_own(database_url: str, app: Flask, round_: int) -> None:
    with app.app_context(), db.engine.begin() as connection:
        assert_durable(connection)
        assert database_url.startswith(connection.dialect.name)
        assert {"campaigns", "submissions"} <= set(inspect(connection).get_table_names())
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
