"""Where a request comes from: browsers say Origin null for a form of a page without referrer; another site is refused all the same."""

import re

import pytest
from flask import Flask

from app import create_app
from surveys.database import db
from tests.surveys.pages.field_world import World, make_world

HERE = "http://localhost"


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),  # a program, or a browser older than both headers
        ({"Origin": HERE, "Sec-Fetch-Site": "same-origin"}, 422),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 422),
        ({"Origin": "null"}, 422),  # an address without https: the form's own token decides
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
    ],
)
def test_a_form_of_a_deputys_page(app: Flask, world: World, headers: dict[str, str], status: int) -> None:
    answer = app.test_client().post(f"/s/{world.token}", data={"code": ""}, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": HERE, "Sec-Fetch-Site": "same-origin"}, 400),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 400),
        ({"Origin": "null"}, 403),  # no token follows here
        ({"Origin": "https://elsewhere.example"}, 403),
    ],
)
def test_a_phones_own_requests(app: Flask, headers: dict[str, str], status: int) -> None:
    assert app.test_client().post("/sync/session", json={}, headers=headers).status_code == status


def test_a_form_is_taken_over_https_without_a_referrer(app: Flask) -> None:
    with_tokens = create_app(
        {
            "TESTING": True,
            "INSTANCE": app.instance_path,
            "SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"],
        }
    )
    client = with_tokens.test_client()
    page = client.get("/sign-in", base_url="https://localhost").get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert found is not None
    data = {"username": "nobody", "password": "x", "csrf_token": found[1]}
    assert client.post("/sign-in", data=data, base_url="https://localhost").status_code == 401
    del data["csrf_token"]
    assert client.post("/sign-in", data=data, base_url="https://localhost").status_code == 400
    with with_tokens.app_context():
        db.engine.dispose()
