"""标准版, 长辈版, 特大字: every page of a deputy offers all three at its foot, and says which one it is shown in.

What a deputy chooses is theirs, on every phone; who is not signed in has it for the browser's session.
"""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from surveys.accounts import Device
from surveys.database import db, utc_now, writing
from surveys.devices import COOKIE, field_cookie
from tests.house.client import check_page
from tests.surveys.pages.field_world import World, make_world, signed_in_client
from tests.surveys.pages.paper import Paper

SIZES = {"standard": "标准版", "elder": "长辈版", "largest": "特大字"}


def shown_in(client: FlaskClient, address: str) -> str:
    """The size a page is shown in, once its foot says the same."""
    page = check_page(client.get(address))
    found = re.search(r'<html[^>]* data-text="(\w+)"', page)
    size = found[1] if found else "standard"
    foot = page[page.index("<footer") :]
    is_brief = size == "standard" and address.endswith("/form")  # in few bytes: the next size alone
    assert re.findall(r'<b aria-current="true">(.*?)</b>', foot) == ([] if is_brief else [SIZES[size]])
    offered = dict(re.findall(r'<a href="/visits/text-size/(\w+)\?next=[^"]*">(.*?)</a>', foot))
    others = ("elder",) if is_brief else [other for other in SIZES if other != size]
    assert offered == {other: SIZES[other] for other in others}
    return size


@pytest.mark.parametrize("size", SIZES)
def test_every_page_offers_the_three_sizes(app: Flask, size: str) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    for address in ("/visits", f"/visits/{world.visit_id}/form", "/visits/help", f"/s/{world.token}"):
        answer = client.get(f"/visits/text-size/{size}?next={address}")
        assert (answer.status_code, answer.headers["Location"]) == (303, address)
        assert shown_in(client, address) == size


def test_the_help_says_where_the_sizes_are(app: Flask) -> None:
    """In the words of the foot; a form in 标准版 offers the next size alone, so the list is named."""
    page = check_page(signed_in_client(app, make_world(app).devices[0]).get("/visits/help"))
    assert "字号有标准版、长辈版和特大字，“我的走访”页尾三种都有" in page


def opened(app: Flask, world: World) -> FlaskClient:
    """A phone without a past, on which the slip's code was typed."""
    client = app.test_client()
    form = Paper(check_page(client.get(f"/s/{world.token}"))).forms[0]
    form.fill("code", world.code)
    answer = client.post(f"/s/{world.token}", data=MultiDict(form.fields))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/visits")
    return client


@pytest.mark.both_databases
def test_a_size_goes_with_the_deputy_to_their_next_phone(app: Flask) -> None:
    world = make_world(app)
    first, of_another = (signed_in_client(app, device) for device in world.devices)
    first.get("/text-size/largest")
    second = opened(app, world)
    for address in ("/visits", f"/visits/{world.visit_id}/form", "/visits/help"):
        assert shown_in(second, address) == "largest"
        assert shown_in(of_another, address) == "standard", "another deputy's is theirs"
    second.get("/text-size/standard")
    assert shown_in(first, "/visits") == "standard", "what was chosen last, also where something else was chosen"


def test_a_size_chosen_before_the_code_holds_until_the_deputy_chooses(app: Flask) -> None:
    world = make_world(app)
    client = app.test_client()
    client.get("/text-size/elder")
    assert shown_in(client, f"/s/{world.token}") == "elder"
    assert shown_in(app.test_client(), f"/s/{world.token}") == "standard"
    with app.app_context():
        client.set_cookie(COOKIE, field_cookie(world.devices[0]))
    assert shown_in(client, "/visits") == "elder"
    signed_in_client(app, world.devices[0]).get("/text-size/largest")
    assert shown_in(client, "/visits") == "largest"


def test_a_phone_that_was_stopped_chooses_for_itself_alone(app: Flask) -> None:
    world = make_world(app)
    with app.app_context(), writing():
        db.session.get_one(Device, world.devices[0]).revoked_at = utc_now()
    stopped = signed_in_client(app, world.devices[0])
    stopped.get("/text-size/largest")
    assert shown_in(opened(app, world), "/visits") == "standard"
