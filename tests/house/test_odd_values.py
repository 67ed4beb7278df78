"""Four values that nobody means, by name, at each door that reads JSON, rules or labels: a clear answer, never 500."""

import io
import json
from typing import Any

import openpyxl
import pytest
from flask import Flask

from surveys.database import db
from tests.house.access_table import client_of, routes
from tests.house.access_world import ROOT
from tests.house.client import check_page
from tests.surveys.fieldwork.phones import put_headers

BODIES = {
    "half a character": b'{"device": "\\ud800", "slip": "\\ud800", "code": "\\ud800", "secret": "\\ud800", "section": "\\ud800", "answers": {"/a": "\\ud800"}}',
    "5,000 lists": b'{"device": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "5,000 objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "400 digits": b'{"device": ' + b"9" * 400 + b', "row_version": ' + b"9" * 400 + b', "section": "a", "blocks": []}',
    "5,000 digits": b'{"device": ' + b"9" * 5_000 + b"}",
}  # fmt: skip
BOOK = [("text", "a", "甲"), ("integer", "b", "乙")]


@pytest.mark.parametrize("name", BODIES)
def test_a_door_that_reads_json_says_what_is_wrong(demonstration: Flask, name: str) -> None:
    demonstration.config["PROPAGATE_EXCEPTIONS"] = False
    body, told = BODIES[name], {}
    doors = [one for one in routes(demonstration) if one.method in ("POST", "PUT") and one.rule.startswith("/sync")]
    doors += [one for one in routes(demonstration) if one.rule.endswith(("/written", "/account/passkey"))]
    for route in doors:
        for person in ("nobody", "deputy.own") if route.rule.startswith("/sync") else (f"organizer.{ROOT}",):
            client = client_of(demonstration, person)
            headers = {"Origin": "http://localhost", **put_headers(body), "Content-Type": "application/json"}
            answer = client.open(route.address, method=route.method, data=body, headers=headers)
            told[route.rule, person] = answer.status_code
            if answer.status_code >= 400 and answer.is_json:
                assert answer.json.get("code") or answer.json.get("zh"), route
    assert len(doors) > 8
    assert {rule: status for rule, status in told.items() if status >= 500} == {}


def _workbook(column: str, text: str) -> io.BytesIO:
    book = openpyxl.Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    survey.append(["type", "name", "label", "constraint", "relevant", "calculation", "default", "hint"])
    for kind, name, label in BOOK:
        row = {"type": kind, "name": name, "label": label} | ({column: text} if name == "b" else {})
        survey.append([row.get(str(head.value), None) for head in survey[1]])
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


@pytest.mark.parametrize("column", ["constraint", "relevant", "calculation", "default", "label", "hint"])
@pytest.mark.parametrize("text", ["9" * 400, "${a} < " + "9" * 400, '$"{', '$"{a}', "${a"], ids=["400", "beside", "quote", "name", "open"])  # fmt: skip
def test_a_questionnaire_with_it_is_shown_or_refused_with_its_place(
    demonstration: Flask, column: str, text: str
) -> None:
    demonstration.config["PROPAGATE_EXCEPTIONS"] = False
    client = client_of(demonstration, f"organizer.{ROOT}")
    sent = {"file": (_workbook(column, text), "问卷.xlsx")}
    answer = client.post("/campaigns/2/setup/questionnaire", data=sent, headers={"Origin": "http://localhost"})
    assert answer.status_code in (200, 303, 422)
    if answer.status_code == 422:
        page = check_page(answer, 422)
        assert "survey" in page
        assert "3" in page


def test_a_command_says_where_it_stands(demonstration: Flask, tmp_path: Any) -> None:
    runner = demonstration.test_cli_runner()
    for text in ("9" * 400, '$"{', "${a} < " + "9" * 400):
        file = tmp_path / "form.xlsx"
        file.write_bytes(_workbook("constraint", text).getvalue())
        told = runner.invoke(args=["questionnaire", "check", str(file), "--json"])
        assert told.exit_code in (0, 1)
        for fault in json.loads(told.stdout)["errors"]:
            assert fault["cause"]["zh"]
            assert fault["remedy"]["en"]
    with demonstration.app_context():
        db.session.remove()
