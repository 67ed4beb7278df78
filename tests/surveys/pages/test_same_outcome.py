"""Filled in page by page without script, or all at once on the phone: the same answers have the same outcome.

The visit is walked through on the server's pages; what the draft then holds is worked out by the server, read back by the
phone's module, and given to the phone's module answer by answer. All three states are equal.
"""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.visits.visits import Draft
from surveys.questionnaire.state.evaluation import FormState
from tests import engines
from tests.surveys.pages.field_world import example, make_world, model_package, signed_in_client
from tests.surveys.pages.test_field_journey import begin, read, send, walk
from tests.surveys.questionnaire.random_visits import whole_state

SMALL = "small-firm-arrears-idle-plant"
# The example, and what is changed after the whole walk: pages close and open again, a choice is no longer offered, an
# answer breaks its rule.
VISITS = {
    "large firm": ("healthy-large-firm", {}),
    "refusing firm": ("refusing-enterprise", {}),
    "small firm": (SMALL, {}),
    "refused after all": (SMALL, {"/g_visit/consent": "refuse"}),
    "another industry": ("healthy-large-firm", {"/g_profile/ent_section": "I"}),
    "too large an amount": (SMALL, {"/g_arr/arr_public": "400"}),
}


@pytest.mark.parametrize(("name", "change"), VISITS.values(), ids=VISITS.keys())
def test_page_by_page_and_on_the_phone(app: Flask, name: str, change: dict[str, str]) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    answers, repeats = example(name)
    walk(client, begin(client, world), answers, repeats)
    for path, text in change.items():
        address = f"/visits/{world.visit_id}/pages/{path.split('/')[1]}"
        answer = client.get(address)
        address = answer.location or address  # a group of the same page leads to where it stands
        form = read(client.get(address)).forms[0]
        form.fill(path, text)
        send(client, address, form, button=("go", "check"))
    with app.app_context():
        draft = json.loads(db.session.scalars(select(Draft)).one().body)
    package, clock = model_package(), draft["clock"]
    by_pages = FormState(package, draft["answers"], draft["repeats"], now=clock, new=False)
    phone = {"package": 0, "now": clock, "language": "zh-CN"}
    stored = {"answers": draft["answers"], "repeats": draft["repeats"], "begins": False, "steps": [{"look": "whole"}]}
    given = {"begins": True, "steps": [*_steps(by_pages), {"look": "whole"}]}
    [read_back], [filled_in] = engines.in_node({"packages": [package], "visits": [phone | stored, phone | given]})
    wanted = json.loads(json.dumps(whole_state(by_pages)))
    assert read_back == wanted
    assert filled_in == wanted
    for path, text in change.items():
        assert wanted["raw"][path] == text


def _steps(state: FormState) -> list[dict[str, Any]]:
    """How somebody comes to this state on a phone: entries first, then every answer, consent before what hangs on it and after."""
    steps: list[dict[str, Any]] = []
    for listed, count in state.repeats.items():
        steps += [{"remove": f"{listed}[1]"}, *[{"add": listed}] * count]
    raw = state.raw()
    calculated = {path for path, node in state.by_path.items() if node.plan.calculate is not None}
    consent = ("/g_visit/consent", raw.get("/g_visit/consent", ""))
    steps.append({"set": consent[0], "to": "anon"})
    steps += [{"set": path, "to": text} for path, text in raw.items() if path not in calculated and path != consent[0]]
    return [*steps, {"set": consent[0], "to": consent[1]}]
