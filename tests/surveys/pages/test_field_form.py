"""The offline form as the server gives it: small, whole, the same questions as page by page, and nothing of others' visits."""

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.database import db, utc_now, writing
from surveys.fieldwork.filling.drafts import mirror
from surveys.fieldwork.receiving.senders import add_browser, of_device
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.pages.field.offline.form_data import phone_package
from surveys.questionnaire.views.blank import blank_pages
from surveys.questionnaire.views.definition import pages
from tests.factories.fieldwork import version
from tests.house.client import page_faults, source_of
from tests.surveys.pages.field_world import make_world, model_package, signed_in_client
from tests.surveys.pages.test_field_journey import begin

ROOT = Path(__file__).parents[3]
DIST = ROOT / "static/dist"


def embedded(html: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)
    assert found
    return json.loads(found.group(1))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_first_page_is_small_and_whole(app: Flask, language: str) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    client.get(f"/language/{language}")
    answer = client.get(f"/visits/{world.visit_id}/form", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    html = gzip.decompress(answer.data).decode()
    assert page_faults(html, answer.headers["Content-Security-Policy"]) == []
    asked = re.findall(r'<(?:script|link)[^>]* (?:src|href)="(/static/[^"?]+)', html)
    assert asked == ["/static/dist/phone.js"], "one request beside the page"
    beside = sum(len(gzip.compress((ROOT / one[1:]).read_bytes(), 9)) for one in asked)
    assert len(answer.data) + beside <= 60 * 1024


def test_the_page_carries_its_style_and_heeds_no_other(app: Flask) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    answer = client.get(f"/visits/{world.visit_id}/form")
    [style] = re.findall(r"<style>(.*?)</style>", answer.get_data(as_text=True), re.S)
    assert style == (DIST / "field.css").read_text().strip()
    directives = answer.headers["Content-Security-Policy"].split("; ")
    beside = client.get("/visits").headers["Content-Security-Policy"].split("; ")
    assert set(directives) - set(beside) == {f"style-src 'self' {source_of(style)}"}, "other pages carry none"


def test_every_question_stands_in_the_page_once(app: Flask) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    before = client.get(f"/visits/{world.visit_id}/form").get_data(as_text=True)
    begin(client, world)
    begun = client.get(f"/visits/{world.visit_id}/form").get_data(as_text=True)
    package = model_package()
    said = {row["path"] for row in package["facts"]["rows"] if row.get("means") == "notice"}  # at the start
    questions = [one for page in pages(package) for one in page.questions if package["defs"][one]["path"] not in said]
    for html in (before, begun):
        paths = re.findall(r'data-path="([^"]+)"', html)
        assert len(paths) == len(set(paths)) == len(questions)
    assert 'id="f-start"' in before
    assert embedded(begun, "visit-data")["drafts"][0]["own"] is True


def test_the_package_of_a_phone_says_the_same() -> None:
    """What the page leaves out stands in its questions or is put together by the phone again."""
    package = model_package()
    small = phone_package(package, "zh-CN")
    texts, whole = small["itext"]["zh-CN"], package["itext"]["zh-CN"]
    for one, other in zip(small["defs"], package["defs"], strict=True):
        assert "path" not in one
        assert "kids" not in one
        for key in ("cmsg", "rmsg"):
            if key in other:
                assert texts[one[key]] == whole[other[key]]
        assert {k: v for k, v in one.items() if k not in ("label", "hint", "guidance", "cmsg", "rmsg")} == {
            k: v for k, v in other.items() if k not in ("label", "hint", "guidance", "cmsg", "rmsg", "path", "kids")
        }
    for name, listed in package["sec"].items():
        labels = [whole[row["label"]] if "label" in row else None for row in listed]
        columns = {key: [row.get(key) for row in listed] for row in listed for key in row} | {"label": labels}
        assert small["sec"][name] == {key: columns[key] for key in small["sec"][name]}
        assert set(columns) - set(small["sec"][name]) <= {"code"}, "codes stay away where the phone needs none"


def test_blank_pages_are_the_pages() -> None:
    package = model_package()
    blank = blank_pages(package, "en")
    assert [page.kind for page in blank] == [page.kind for page in pages(package)]
    problem = next(page for page in blank if page.key == "r_problem[]")
    assert problem.questions[0].path == "/r_problem[]/p_l1"


def test_others_are_told_nothing(app: Flask) -> None:
    world = make_world(app)
    stranger = app.test_client()
    for address in (f"/visits/{world.visit_id}/form", f"/visits/{world.visit_id}/form/data"):
        assert stranger.get(address).status_code == 401
    client = signed_in_client(app, world.devices[0])
    assert client.get("/visits/00000000-0000-0000-0000-000000000000/form").status_code == 404
    data = client.get(f"/visits/{world.visit_id}/form/data").get_json()
    assert data["assignment"]["visit"] == world.visit_id
    assert data["given"]["/g_ident/ent_name"]


@pytest.mark.both_databases
def test_what_pages_wrote_stays_beside_the_phones_draft(app: Flask) -> None:
    """A phone that went on without it mirrors its own; one that went on from it has it in what it mirrors."""
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    begin(client, world)
    with app.app_context():
        sender = of_device(world.devices[0])
    assert sender is not None

    def drafts() -> list[dict[str, Any]]:
        return client.get(f"/visits/{world.visit_id}/form/data").get_json()["drafts"]

    def sent(**more: str | None) -> None:
        body = {"answers": {"/a": "phone"}, "questionnaire": world.package_hash, "changed": "D", **more}
        with app.app_context():
            assert mirror(world.visit_id, sender, json.dumps(body))

    with app.app_context(), writing():
        row = db.session.query(Draft).one()
        row.body = json.dumps({**json.loads(row.body or ""), "answers": {"/a": "page"}})
    sent(**{"from": drafts()[0]["mark"]})
    assert [one["answers"]["/a"] for one in drafts()] == ["phone"]
    with app.app_context(), writing():
        row = db.session.query(Draft).one()
        row.body = json.dumps({"answers": {"/a": "page"}, "after": "C", "questionnaire": world.package_hash})
    for _ in range(2):
        sent()
    found = {one["own"]: one["answers"]["/a"] for one in drafts()}
    assert (len(drafts()), found) == (2, {True: "phone", False: "page"})


@pytest.mark.both_databases
def test_a_draft_with_half_a_character_is_kept_and_shown(app: Flask) -> None:
    """A phone cuts an emoji in two; what no page can show stands as �, and the rest is there."""
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    begin(client, world)
    with app.app_context():
        sender = of_device(world.devices[1])
        assert sender is not None
        body = {
            "answers": {"/words": "好\ud805"},
            "questionnaire": world.package_hash,
            "clock": "\ud805",
            "page": "\x00",
        }
        assert mirror(world.visit_id, sender, json.dumps(body))
    assert client.get(f"/visits/{world.visit_id}/form").status_code == 200
    drafts = client.get(f"/visits/{world.visit_id}/form/data").get_json()["drafts"]
    assert "好\ufffd" in [one["answers"].get("/words") for one in drafts]


@pytest.mark.both_databases
def test_a_draft_begun_before_the_head_is_offered_to_its_deputy(app: Flask) -> None:
    """Not to a colleague; and not once its deputy has handed in what it was the draft of."""
    world = make_world(app)
    first, colleague = (signed_in_client(app, device) for device in world.devices)
    begin(first, world)
    with app.app_context(), writing():
        second = add_browser(world.deputies[0], campaign_id=world.campaign_id).id
        visit = db.session.get_one(Visit, world.visit_id)
        version(visit, b'{"answers": {}, "questionnaire": "%s"}' % world.package_hash.encode())

    def offered(client: FlaskClient) -> list[tuple[bool, str]]:
        drafts = client.get(f"/visits/{world.visit_id}/form/data").get_json()["drafts"]
        return [(one["own"], one["kind"]) for one in drafts]

    assert offered(signed_in_client(app, second)) == [(False, "older")]
    assert (offered(first), offered(colleague)) == ([(True, "older")], [])
    handed = {"head": False, "deputy_id": world.deputies[0], "device_id": second}
    with app.app_context(), writing():
        visit, saved = db.session.get_one(Visit, world.visit_id), db.session.query(Draft).one().saved_at
        version(visit, b"{}", number=2, received_at=saved - timedelta(minutes=1), **handed)
    assert offered(signed_in_client(app, second)) == [(False, "older")], "gone on with since, on the other phone"
    with app.app_context(), writing():
        visit = db.session.get_one(Visit, world.visit_id)
        version(visit, b'{"clock": ""}', number=3, received_at=saved, **handed)
    assert offered(signed_in_client(app, second)) == []
    with app.app_context(), writing():
        old = db.session.query(Draft).one()
        facts = {"package_hash": old.package_hash, "body": '{"answers": {"/a": "1"}}', "saved_at": utc_now()}
        db.session.add(Draft(visit_id=world.visit_id, holder="file-0", by_name="联络人", **facts))
    assert offered(colleague) == [(False, "older")], "what the desk took in from a file"
