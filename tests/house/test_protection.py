"""What every answer carries against being read, kept or shown elsewhere, whichever application gives it; and what nobody is given."""

from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from surveys import accounts
from surveys.database import writing
from surveys.pages.shell.sessions import set_field_cookie
from tests.factories.planning import guangzhou, staff
from tests.surveys.authentication.own_requests import requests_of_their_own  # noqa: F401

PROXY = (Path(__file__).parents[2] / "deploy/nginx.conf").read_text()
TLS = "https://localhost"
WORDS = {"username": "chen", "password": "Ostrich-42-lamp"}


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    """A browser; chen has a password."""
    with app.test_request_context():
        with writing():
            guangzhou().number = 1
            account = staff("chen", "unit_desk", "440118")
        accounts.set_password(account, WORDS["password"])
    return app.test_client()


def cookies(answer: TestResponse) -> dict[str, tuple[str, ...]]:
    """The cookies that an answer lays, each with what it says of itself."""
    found = SimpleCookie[str]()
    for line in answer.headers.getlist("Set-Cookie"):
        found.load(line)
    said = ("secure", "httponly", "samesite", "path", "domain")
    return {name: tuple(str(each[key]) for key in said) for name, each in found.items()}


def test_over_tls_every_cookie_stays_with_this_host_and_no_script_reads_it(app: Flask, desk: FlaskClient) -> None:
    laid = cookies(desk.post("/sign-in", data=WORDS, base_url=TLS))
    with app.test_request_context("/", base_url=TLS):
        answer = app.response_class()
        set_field_cookie(answer, "d1")
    laid |= cookies(answer)  # type: ignore[arg-type]
    names = ["__Host-diaoyan_field", "__Host-diaoyan_known", "__Host-session"]
    assert laid == dict.fromkeys(names, ("True", "True", "Lax", "/", ""))
    assert desk.get("/campaigns", base_url=TLS).status_code == 200


def test_a_cookie_of_another_name_opens_nothing_over_tls(desk: FlaskClient) -> None:
    desk.post("/sign-in", data=WORDS)
    plain = desk.get_cookie("session")
    assert plain is not None
    assert desk.get("/campaigns").status_code == 200
    assert desk.get("/campaigns", base_url=TLS).status_code == 303


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/sign-in", 200),
        ("/campaigns", 200),
        ("/no-such-page", 404),
        ("/sync/keys", 200),
        ("/sync/no-such", 401),
        ("/lists/subjects/template.xlsx", 404),
    ],
)
def test_no_answer_is_kept_framed_sniffed_or_told_on(desk: FlaskClient, address: str, status: int) -> None:
    desk.post("/sign-in", data=WORDS)
    if address == "/sign-in":
        desk.post("/sign-out")
    answer = desk.get(address)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    policy = answer.headers["Content-Security-Policy"]
    for rule in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.content_type.partition("charset=")[2] == "utf-8" or "json" in answer.content_type


@pytest.mark.parametrize(
    "address",
    [
        "/.git/config",
        "/app.py",
        "/instance/diaoyan.db",
        "/instance/secret_key",
        "/static/",
        "/static/css/",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/console",
        "/metrics",
        "/swagger.json",
    ],
)
def test_nothing_but_pages_and_the_static_files_is_served(desk: FlaskClient, address: str) -> None:
    assert desk.get(address).status_code == 404


def test_no_address_answers_trace(app: Flask, desk: FlaskClient) -> None:
    for address in ("/", "/sign-in", "/campaigns", "/sync/clock", "/static/css/tokens.css"):
        assert desk.open(address, method="TRACE").status_code in (404, 405), address
    assert not app.debug


def test_the_proxy_speaks_tls_alone_and_says_so_for_a_year() -> None:
    assert "location /sync/ {\n        return 403;" in PROXY, "what a program sends in the clear is noticed"
    assert "return 301 https://$host$request_uri;" in PROXY
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in PROXY
    assert 'add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;' in PROXY
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in PROXY, "what the caller wrote is thrown away"
    assert "client_max_body_size 42m;" in PROXY, "what the program would refuse never lies on the proxy's disk"
    assert "limit_conn_zone $diaoyan_network" in PROXY, "of IPv6 a household counts once"
    assert "autoindex" not in PROXY
