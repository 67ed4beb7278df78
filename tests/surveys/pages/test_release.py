"""Styles and scripts of a release: kept for ever by a phone, and in gzip where it takes that, with or without a proxy."""

import gzip

import pytest
from flask import Flask

from surveys.pages.release import asset


def _address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return asset(name)


@pytest.mark.parametrize("name", ["css/tokens.css", "dist/phone.js"])
def test_an_asset_travels_packed_and_is_kept(app: Flask, name: str) -> None:
    client = app.test_client()
    with client.get(_address(app, name)) as plain:
        whole = plain.data
        assert "Content-Encoding" not in plain.headers
    for _ in range(2):  # packed now, and from what was kept
        packed = client.get(_address(app, name), headers={"Accept-Encoding": "gzip, br"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == whole
        assert len(packed.data) < 0.5 * len(whole)
        assert int(packed.headers["Content-Length"]) == len(packed.data)
        assert "immutable" in packed.headers["Cache-Control"]
        assert "Accept-Encoding" in packed.headers["Vary"]


def test_an_address_of_another_release_is_not_kept(app: Flask) -> None:
    address = "/static/css/tokens.css?r=000000000000"
    with app.test_client().get(address, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        assert "immutable" not in answer.headers.get("Cache-Control", "")
