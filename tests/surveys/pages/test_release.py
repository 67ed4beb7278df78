"""Styles and scripts of a release: kept for ever by a phone, and in gzip where it takes that, with or without a proxy."""

import gzip
import os
from pathlib import Path

import pytest
from flask import Flask

from surveys.pages.shell.release import asset


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
        with client.get(_address(app, name), headers={"Accept-Encoding": "gzip, br"}) as packed:
            assert packed.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(packed.data) == whole
            assert len(packed.data) < 0.5 * len(whole)
            assert int(packed.headers["Content-Length"]) == len(packed.data)
            assert "immutable" in packed.headers["Cache-Control"]
            assert "Accept-Encoding" in packed.headers["Vary"]


def test_an_asset_carries_nobodys_session(app: Flask) -> None:
    """Whoever keeps it for others, a proxy among them, would give one person's session to the next."""
    client = app.test_client()
    with client.session_transaction() as begun:
        begun["csrf_token"], begun.permanent = "0" * 40, True
    assert "Set-Cookie" in client.get("/sign-in").headers, "the session of a page is renewed"
    for name, status in (("dist/phone.js", 200), ("no-such.css", 404)):
        with client.get(_address(app, name)) as answer:
            assert answer.status_code == status
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("name", "is_told"),
    [
        ("css/tokens.css", False),
        ("dist/phone.js", False),
        ("dist/photo_worker.js", True),
        ("dist/service_worker.js", True),
        ("no-such.css", True),
    ],
)
def test_a_policy_goes_with_pages_and_workers(app: Flask, name: str, is_told: bool) -> None:
    """What a page takes in is under the page's policy; a worker is under its own, and a refusal is a page."""
    with app.test_client().get(f"/static/{name}") as answer:
        assert ("Content-Security-Policy" in answer.headers) == is_told
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_address_of_another_release_is_not_kept(app: Flask) -> None:
    address = "/static/css/tokens.css?r=000000000000"
    with app.test_client().get(address, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_a_packed_copy_is_taken_only_when_it_was_made_of_this_file(app: Flask, tmp_path: Path) -> None:
    app.static_folder = str(tmp_path)
    file, packed = tmp_path / "one.js", tmp_path / "one.js.gz"
    file.write_text("let a = 1;" * 100)
    packed.write_bytes(gzip.compress(b"of before"))

    def sent(moment: int) -> bytes:
        os.utime(packed, ns=(moment, moment))
        app.extensions.pop("static files", None)
        with app.test_client().get(_address(app, "one.js"), headers={"Accept-Encoding": "gzip"}) as answer:
            is_packed = answer.headers.get("Content-Encoding") == "gzip"
            return gzip.decompress(answer.get_data()) if is_packed else answer.get_data()

    made = file.stat().st_mtime_ns
    assert sent(made - 1) == b"let a = 1;" * 100
    assert sent(made) == b"of before"
