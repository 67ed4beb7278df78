"""The page of a slip, as whoever opens a token sees it: one that opens, one that does no longer, one that never was."""

import re

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from surveys.database import utc_now, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.slips import Slip
from tests.factories.planning import CampaignFactory
from tests.surveys.pages.field_world import World, make_world
from tests.surveys.pages.paper import Paper


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


def test_what_opens_nothing_shows_the_same_page_beside_a_second_campaign(app: Flask, world: World) -> None:
    with app.app_context(), writing():
        newest = CampaignFactory(
            unit_code="440100", office="另一个办公室", notice="另一份告知", notice_version="2024-1"
        )
        assert newest.number > 1
    client, pages = app.test_client(), []

    def page(token: str) -> str:
        form = Paper(client.get(f"/s/{token}").text).forms[0]
        form.fill("code", "123456" if world.code != "123456" else "654321")
        shown = [client.get(f"/s/{token}").text, client.post(f"/s/{token}", data=MultiDict(form.fields)).text]
        return re.sub(r'name="once"[^>]*', "", "".join(shown)).replace(token, "TOKEN")

    assert "广州市人大常委会经济工委" in client.get(f"/s/{world.token}").text, "who holds a slip sees what it is for"
    for change in ({"withdrawn_at": utc_now()}, {"withdrawn_at": None, "expires_at": None}):
        with app.app_context(), writing() as session:
            slip = session.get_one(Slip, world.slip_id)
            if "expires_at" in change:
                change["expires_at"] = session.get_one(Campaign, slip.campaign_id).now()
            for name, value in change.items():
                setattr(slip, name, value)
        pages.append(page(world.token))
    pages.append(page("nobody-made-this-one"))
    assert "另一个办公室" in pages[0]
    assert pages[0] == pages[1] == pages[2]
