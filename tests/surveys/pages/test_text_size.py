"""标准字号, 长辈版, 特大字: every page of a deputy offers all three at its foot, and says which one it is shown in."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.house.client import check_page
from tests.surveys.pages.field_world import make_world, signed_in_client

SIZES = {"standard": "标准字号", "elder": "长辈版", "largest": "特大字"}


def shown_in(client: FlaskClient, address: str) -> str:
    """The size a page is shown in, once its foot says the same."""
    page = check_page(client.get(address))
    found = re.search(r'<html[^>]* data-text="(\w+)"', page)
    size = found[1] if found else "standard"
    foot = page[page.index("<footer") :]
    assert re.findall(r'<b aria-current="true">(.*?)</b>', foot) == [SIZES[size]]
    offered = dict(re.findall(r'<a href="/text-size/(\w+)\?next=[^"]*">(.*?)</a>', foot))
    assert offered == {other: name for other, name in SIZES.items() if other != size}
    return size


@pytest.mark.parametrize("size", SIZES)
def test_every_page_offers_the_three_sizes(app: Flask, size: str) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    for address in ("/visits", f"/visits/{world.visit_id}/form", "/visits/help", f"/s/{world.token}"):
        answer = client.get(f"/text-size/{size}?next={address}")
        assert (answer.status_code, answer.headers["Location"]) == (303, address)
        assert shown_in(client, address) == size
