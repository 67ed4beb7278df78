"""The questionnaire is withdrawn while a deputy fills it in: an empty draft begins anew, a filled one is taken over with its answers."""

import copy
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.database import db, utc_now, writing
from surveys.fieldwork.visits.visits import Draft
from surveys.planning.forms.questionnaire_versions import Package, QuestionnaireVersion, version_in_force, withdraw
from surveys.questionnaire.package.package import package_bytes, package_hash
from tests.surveys.pages.field_world import World, make_world, model_package, signed_in_client
from tests.surveys.pages.test_field_journey import begin, read, send

STAFF = "/g_profile/staff_now"


def later_package() -> dict[str, Any]:
    """The model form, but for one question that asks for something else now."""
    package = copy.deepcopy(model_package())
    package["version"] = "later"
    for one in package["defs"]:
        if one["path"] == STAFF:
            one["type"] = "text"
    return package


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    return signed_in_client(app, world.devices[0])


def change_questionnaire(app: Flask, world: World) -> str:
    """Version 2 is published, version 1 withdrawn."""
    package = later_package()
    digest = package_hash(package)
    with app.app_context():
        first = version_in_force(world.campaign_id)
        assert first is not None
        with writing():
            db.session.add(Package(hash=digest, body=package_bytes(package), made_at=utc_now()))
            db.session.flush()
            version = QuestionnaireVersion(
                campaign_id=world.campaign_id, number=2, file_name="later.xlsx", workbook=digest
            )
            version.package_hash = version.media_hash = digest
            version.uploaded_at = version.published_at = utc_now()
            db.session.add(version)
        withdraw(first)
    return digest


def package_now(app: Flask, world: World) -> str | None:
    with app.app_context():
        return db.session.scalar(select(Draft.package_hash).where(Draft.visit_id == world.visit_id))


def fill(client: FlaskClient, world: World, key: str, **answers: str) -> None:
    address = f"/visits/{world.visit_id}/pages/{key}"
    form = read(client.get(address)).forms[0]
    for name, text in answers.items():
        form.fill(f"/{key}/{name}", text)
    assert send(client, address, form, button=("go", "next")).status_code in (303, 422)


def test_an_empty_draft_begins_anew_on_the_version_in_force(app: Flask, client: FlaskClient, world: World) -> None:
    begin(client, world)
    later = change_questionnaire(app, world)
    there = client.get(f"/visits/{world.visit_id}")
    assert (there.status_code, there.headers["Location"]) == (303, f"/visits/{world.visit_id}/start")
    assert package_now(app, world) == world.package_hash  # looking changes nothing
    begin(client, world)
    assert package_now(app, world) == later


def test_a_filled_draft_takes_its_answers_over(app: Flask, client: FlaskClient, world: World) -> None:
    begin(client, world)
    fill(client, world, "g_visit", consent="named")
    fill(client, world, "g_profile", staff_now="8686")
    later = change_questionnaire(app, world)

    address = f"/visits/{world.visit_id}"
    paper = read(client.get(address))
    assert "按新问卷填写（已填的带过去）" in paper.words
    assert "8686" in paper.words  # what could not be taken over, before it is decided
    form = next(one for one in paper.forms if (one.action or "").endswith("/newer-form"))
    assert send(client, address, form).status_code == 303
    assert package_now(app, world) == later

    paper = read(client.get(address))
    assert "新问卷里没有位置的内容：1项" in paper.words
    assert "8686" in paper.words
    consent = read(client.get(f"{address}/pages/g_visit")).forms[0]
    assert consent.values("/g_visit/consent") == ["named"]
    fill(client, world, "g_visit", consent="anon")
    assert "8686" in read(client.get(address)).words  # still there after the next saving
    assert client.post(f"{address}/newer-form", data={}).status_code == 303  # pressed again: nothing to do


def mirror(client: FlaskClient, world: World, questionnaire: str, **more: Any) -> None:
    """The phone tells the server of its draft."""
    body = {
        "answers": {"/g_visit/consent": "named"},
        "base": None,
        "changed": "C",
        "questionnaire": questionnaire,
        **more,
    }
    address = f"/sync/visits/{world.visit_id}/draft"
    assert client.put(address, data=json.dumps(body), content_type="application/json").status_code == 204


@pytest.mark.both_databases
def test_what_has_no_place_stays_while_the_phone_goes_on(app: Flask, client: FlaskClient, world: World) -> None:
    begin(client, world)
    fill(client, world, "g_visit", consent="named")
    fill(client, world, "g_profile", staff_now="8686")
    later, address = change_questionnaire(app, world), f"/visits/{world.visit_id}"
    form = next(one for one in read(client.get(address)).forms if (one.action or "").endswith("/newer-form"))
    send(client, address, form)
    for number in range(2):
        mirror(client, world, later, page=f"page {number}")
        assert "8686" in read(client.get(address)).words
    with app.app_context():
        body = json.loads(db.session.scalar(select(Draft.body).where(Draft.visit_id == world.visit_id)) or "")
    assert (body["page"], body["changed"]) == ("page 1", "C"), "the rest is as the phone sent it"
    mirror(client, world, later, base="0" * 64)
    assert client.get(address).status_code == 303, "handed in since: it is done with"


def test_a_draft_of_the_pages_says_from_which_state_of_the_phone_it_went_on(
    app: Flask, client: FlaskClient, world: World
) -> None:
    begin(client, world)
    address = f"/visits/{world.visit_id}"
    [begun] = client.get(f"{address}/form/data").get_json()["drafts"]
    mirror(client, world, world.package_hash, **{"from": begun["mark"]})
    change_questionnaire(app, world)
    form = next(one for one in read(client.get(address)).forms if (one.action or "").endswith("/newer-form"))
    send(client, address, form)
    for consent in ("anon", "named"):
        fill(client, world, "g_visit", consent=consent)
        [draft] = client.get(f"{address}/form/data").get_json()["drafts"]
        assert (draft["after"], draft["changed"]) == ("C", None)


def test_the_earlier_questionnaire_may_be_finished(app: Flask, client: FlaskClient, world: World) -> None:
    begin(client, world)
    fill(client, world, "g_visit", consent="named")
    change_questionnaire(app, world)
    there = client.get(f"/visits/{world.visit_id}?original=")
    assert there.status_code == 303
    assert "/pages/" in there.headers["Location"]
    assert package_now(app, world) == world.package_hash
