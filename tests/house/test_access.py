"""Every route × role × unit, from the application's own route list: who is answered what, held against a table.

`access.csv` names every route with an example of its own (a visit, a finding, a report of 天河区 in the campaign that is still in
the field) and the status each person gets: every role at the city, at two districts and at a town, deputies, bodies with a link. A route that is not in the table fails; so does one whose answer changed.
Write the table anew with `python -m tests.house.access_table`, and read the difference before you keep it.
"""

import csv
from pathlib import Path

import pytest
from flask import Flask

from tests.house.access_table import PERSONS, answers, opened, routes

TABLE = Path(__file__).with_name("access.csv")
# Routes at which nobody of the table finds anything, each with its reason.
NOTHING_THERE = {
    "/account/factors/remove": "one's own, named in the form: test_own_sign_in",
    "/account/recovery-codes": "who signed in by a link of the demonstration has no second factor",
    "/account/sessions": "one's own, named in the form: test_own_sign_in",
    "/campaigns/<int:number>/setup/questionnaire/<int:version>/try/files/<name>": "its questionnaire has no file",
    "/questionnaires/<package_hash>/files/<name>": "its questionnaire has no file",
    "/sync/questionnaires/<package_hash>/files/<name>": "its questionnaire has no file",
    "/visits/<uuid:visit_id>/behalf/files/<name>": "its questionnaire has no file",
    "/reports/<uuid:report_id>/changes": "one version has no earlier one",
    "/reports/<uuid:report_id>/numbers": "a figure is named in the form: test_number_checks",
    "/reports/<uuid:report_id>/numbers/confirmations": "a figure is named in the form: test_number_checks",
    "/reports/<uuid:report_id>/numbers/overruled": "a figure is named in the form: test_number_checks",
    "/reports/<uuid:report_id>/word/undo": "no Word file was taken into it: test_word_out_and_in",
    "/sign-in/provider": "no provider is set",
    "/sign-in/provider/return": "no provider is set",
    "/campaigns/<int:number>/phones/deputy": "leads on to a deputy's page, as it leads others to sign in",
    "/reports/<uuid:report_id>/receive": "a report at the top is received by nobody",
    "/sync/<path:rest>": "what is no address of a phone",
    "/acts/<uuid:act_id>": "the demonstration is planned by its loader: test_registers, test_city_desk_lists",
    "/campaigns/<int:number>/handling/remind": "a body is named in the form, once a day: test_asked_again",
    "/registers/<key>/imports/<token>": "nothing is uploaded: test_registers",
    "/visits/<visit_id>/withdraw": "nothing was started by a deputy: test_started_visits",
}


@pytest.fixture
def asked(sqlite_pattern: Path, tmp_path: Path) -> Flask:
    """The application on a copy of the table's world."""
    return opened(sqlite_pattern, tmp_path / "instance")


def _stored() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["method"], row["route"]): row for row in csv.DictReader(file)}


def test_every_route_is_in_the_table(asked: Flask) -> None:
    assert {(route.method, route.rule) for route in routes(asked)} == set(_stored())


def test_every_route_that_names_something_names_what_is_there() -> None:
    """A made-up id is found by nobody, and such a row would tell nothing."""
    nothing = {
        rule
        for (_method, rule), row in _stored().items()
        if "404" in row.values() and {row[person] for person in PERSONS} <= {"404", "403", "401", row["nobody"]}
    }
    assert nothing == set(NOTHING_THERE)


@pytest.mark.parametrize("person", PERSONS)
def test_a_person_is_answered_as_the_table_says(asked: Flask, person: str) -> None:
    stored = _stored()
    told = {(route.method, route.rule): str(status) for route, status in answers(asked, person)}
    assert told == {key: row[person] for key, row in stored.items()}
