"""Every route × role × unit, from the application's own route list: who is answered what, held against a table.

`access.csv` names every route with an example of its own (a visit, a finding, a report of 天河区 in the campaign that is still in
the field) and the status each person gets. A route that is not in the table fails; so does one whose answer changed.
Write the table anew with `python -m tests.house.access_table`, and read the difference before you keep it.
"""

import csv
from pathlib import Path

import pytest
from flask import Flask

from tests.house.access_table import PERSONS, answers, routes

TABLE = Path(__file__).with_name("access.csv")


def _stored() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["method"], row["route"]): row for row in csv.DictReader(file)}


def test_every_route_is_in_the_table(demonstration: Flask) -> None:
    assert {(route.method, route.rule) for route in routes(demonstration)} == set(_stored())


@pytest.mark.parametrize("person", PERSONS)
def test_a_person_is_answered_as_the_table_says(demonstration: Flask, person: str) -> None:
    stored = _stored()
    told = {(route.method, route.rule): str(status) for route, status in answers(demonstration, person)}
    assert told == {key: row[person] for key, row in stored.items()}
