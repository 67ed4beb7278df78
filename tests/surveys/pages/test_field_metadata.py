"""Who fills a form in, and on what: metadata questions have the same answers page by page and on the phone."""

import json
from typing import Any

from flask import Flask
from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.visits.visits import Draft
from surveys.questionnaire.facts import facts
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.state.evaluation import FormState
from tests import engines
from tests.surveys.pages.field_world import make_world, signed_in_client
from tests.surveys.pages.test_field_form import embedded
from tests.surveys.pages.test_field_journey import begin
from tests.surveys.questionnaire.workbooks import workbook

ROWS = [
    ["type", "name", "label", "calculation"],
    ["username", "who", "", ""],
    ["deviceid", "phone", "", ""],
    ["phonenumber", "number", "", ""],
    ["email", "mail", "", ""],
    ["text", "firm", "企业名称（填报人${who}）", ""],
    ["calculate", "mark", "", "concat(${who}, '/', string-length(${phone}))"],
]


def package() -> dict[str, Any]:
    reading = read_workbook(workbook({"survey": ROWS}))
    told = [(warning.code, warning.row) for warning in reading.warnings]
    assert told == [("feature_ignored", 4), ("feature_ignored", 5)]  # these two stay empty, and it is said
    assert reading.package is not None
    return reading.package


def test_name_and_device_are_filled_in_page_by_page_and_on_the_phone(app: Flask) -> None:
    form = package()
    world = make_world(app, form)
    client = signed_in_client(app, world.devices[0])
    html = client.get(f"/visits/{world.visit_id}/form").get_data(as_text=True)
    given = embedded(html, "visit-data")["given"]
    assert given == {"/who": "丁代表", "/phone": world.devices[0]}
    page = client.get(begin(client, world)).get_data(as_text=True)
    assert "企业名称（填报人丁代表）" in page
    with app.app_context():
        draft = json.loads(db.session.scalars(select(Draft)).one().body or "")
    wanted = {**given, "/mark": f"丁代表/{len(world.devices[0])}"}
    assert draft["answers"] == wanted
    steps = [{"set": path, "to": text} for path, text in given.items()]
    visit = {"package": 0, "now": draft["clock"], "language": "zh-CN", "begins": True}
    [[on_phone]] = engines.in_node({"packages": [form], "visits": [{**visit, "steps": [*steps, {"look": "whole"}]}]})
    assert on_phone["answers"] == wanted
    assert on_phone["texts"]["/firm"][0] == "企业名称（填报人丁代表）"
    assert FormState(form, draft["answers"], {}, now=draft["clock"], new=False).answers() == wanted


def test_the_other_deputy_has_another_name_and_device(app: Flask) -> None:
    world = make_world(app, package())
    client = signed_in_client(app, world.devices[1])
    html = client.get(f"/visits/{world.visit_id}/form").get_data(as_text=True)
    assert embedded(html, "visit-data")["given"] == {"/who": "戊代表", "/phone": world.devices[1]}


def test_who_filled_it_in_is_personal() -> None:
    """The committee reads no L3: neither name nor device, unless the sheet says otherwise."""
    form = package()
    assert [facts.privacy(form, path) for path in ("/who", "/phone", "/firm")] == ["L3", "L3", "L1"]


def test_inside_a_repeat_they_stay_empty_and_it_is_said() -> None:
    rows = [
        ROWS[0][:3],
        ["begin repeat", "r", "R"],
        ["username", "who", ""],
        ["text", "t", "T"],
        ["end repeat", "", ""],
    ]
    reading = read_workbook(workbook({"survey": rows}))
    assert reading.package is not None
    assert [(warning.code, warning.row) for warning in reading.warnings] == [("feature_ignored", 3)]
    assert "重复组" in reading.warnings[0].cause("zh")
    holder = {"username": "丁", "deviceid": "1"}
    assert facts.preload(reading.package, assignment=None, attendance=None, holder=holder) == {}
