"""Sign-in by the office's own provider, against one that really runs: state, nonce, PKCE, clocks, names that are unknown."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app import create_app
from surveys.accounts import Account
from surveys.audit import SYSTEM, AuditEntry
from surveys.authentication import second_factors
from surveys.authentication.staff_sessions import StaffSession
from surveys.database import db, utc_now, writing
from surveys.pages.shell.provider_sign_in import has_two_factors
from tests.factories.planning import guangzhou, staff
from tests.house.client import check_page
from tests.surveys.authentication import provider as providers
from tests.surveys.authentication.provider import Provider

RETURN = "http://localhost/sign-in/provider/return"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider on this machine, without TLS."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with providers.running(RETURN) as running:
        yield running


@pytest.fixture
def office(provider: Provider, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application with the provider set; chen (a desk) and zhou (an organizer) have accounts and no password."""
    secret = tmp_path / "secret"
    secret.write_text(f"{providers.SECRET}\n")
    app = create_app(
        {
            "TESTING": True,
            "INSTANCE": str(tmp_path / "instance"),
            "SQLALCHEMY_DATABASE_URI": database_url,
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": providers.CLIENT,
            "OIDC_CLIENT_SECRET_FILE": str(secret),
        }
    )
    with app.app_context(), writing():
        guangzhou().number = 1
        staff("chen", "unit_desk", "440118")
        staff("zhou", "organizer", "440100")
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def come_back(client: FlaskClient) -> str:
    """From the sign-in page to the provider; gives the address, with code and state, that it sends the browser back to."""
    away = client.get("/sign-in/provider?next=/campaigns")
    assert away.status_code in (302, 303), away.get_data(as_text=True)
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=20)
    assert back.status_code == 302, back.text
    return back.headers["Location"]


def path_of(address: str) -> str:
    return address.removeprefix("http://localhost")


def outcomes(app: Flask) -> list[str]:
    with app.app_context():
        entries = db.session.query(AuditEntry).filter_by(act="sign_in.refused").order_by(AuditEntry.id)
        return [str(entry.outcome) for entry in entries]


def test_whom_the_provider_proves_comes_in(office: Flask, provider: Provider) -> None:
    client = office.test_client()
    assert "用统一身份认证登录" in check_page(client.get("/sign-in"))
    let_in = client.get(path_of(come_back(client)))
    assert let_in.headers["Location"] == "/campaigns"
    assert client.get("/campaigns").status_code == 200
    assert provider.challenges == ["S256"]


def test_state_nonce_and_challenge_go_along(office: Flask, provider: Provider) -> None:
    away = office.test_client().get("/sign-in/provider").headers["Location"]
    asked = parse_qs(urlsplit(away).query)
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
    assert asked["code_challenge_method"] == ["S256"]


def test_an_account_is_never_made_by_itself(office: Flask, provider: Provider) -> None:
    provider.person["preferred_username"] = "stranger"
    client = office.test_client()
    page = check_page(client.get(path_of(come_back(client))), 403)
    assert "这里没有您的账号" in page
    with office.app_context():
        assert db.session.query(Account).count() == 2
    assert outcomes(office) == ["unknown"]


def test_an_account_that_is_off_stays_out(office: Flask, provider: Provider) -> None:
    with office.app_context(), writing():
        db.session.query(Account).filter_by(username="chen").one().active = False
    client = office.test_client()
    assert "已停用" in check_page(client.get(path_of(come_back(client))), 403)


def test_an_answer_to_another_browser_is_not_taken(office: Flask, provider: Provider) -> None:
    address = path_of(come_back(office.test_client()))
    check_page(office.test_client().get(address), 403)
    assert outcomes(office) == ["not_proved"]


def test_an_answer_is_taken_once(office: Flask, provider: Provider) -> None:
    client = office.test_client()
    address = path_of(come_back(client))
    assert client.get(address).status_code == 303
    client.post("/sign-out")
    check_page(client.get(address), 403)


@pytest.mark.parametrize("wrong", ["nonce", "issuer", "audience", "audience of another", "signature", "error"])
def test_what_does_not_fit_the_question_is_not_taken(office: Flask, provider: Provider, wrong: str) -> None:
    if wrong == "nonce":
        provider.nonce = "another-one-from-elsewhere"
    if wrong == "issuer":
        provider.named_issuer = "https://elsewhere.example"
    if wrong.startswith("audience"):
        provider.audience = ["another-program"]
        provider.party = providers.CLIENT if wrong == "audience of another" else None
    if wrong == "signature":
        provider.key = "another"
    client = office.test_client()
    address = path_of(come_back(client))
    if wrong == "error":
        address = "/sign-in/provider/return?error=access_denied&state=x"
    check_page(client.get(address), 403)
    assert client.get("/campaigns").status_code == 303


@pytest.mark.parametrize(("ahead", "status"), [(90, 303), (-90, 303), (-600, 403), (600, 403)])
def test_clocks_may_be_two_minutes_apart(office: Flask, provider: Provider, ahead: float, status: int) -> None:
    provider.clock = ahead
    client = office.test_client()
    assert client.get(path_of(come_back(client))).status_code == status


def test_a_provider_that_does_not_answer_is_said(office: Flask, provider: Provider) -> None:
    office.open_pages()  # type: ignore[attr-defined]
    office.extensions["provider"][0]._server_metadata_url = "http://127.0.0.1:1/none"
    page = check_page(office.test_client().get("/sign-in/provider"), 502)
    assert "没有应答" in page


@pytest.mark.parametrize(
    ("methods", "two"),
    [
        (["pwd", "mfa"], True),
        (["pwd", "otp"], True),
        (["pin", "sc"], True),
        (["hwk", "fpt"], True),
        (["pwd"], False),
        (["pwd", "pin"], False),
        (["hwk"], False),
        (["pwd", "sms"], False),
        (["pwd", "swk", "user", "geo"], False),
        ("mfa", False),
        ([["mfa"], None, 1], False),
        ({"mfa": True}, False),
        (None, False),
    ],
)
def test_only_what_attests_two_factors_counts_as_two(methods: object, two: bool) -> None:
    assert has_two_factors(methods) is two


def test_two_factors_at_the_provider_are_believed_where_a_role_asks_for_them(office: Flask, provider: Provider) -> None:
    provider.person = {"sub": "2", "preferred_username": "zhou", "amr": ["pwd", "otp"]}
    client = office.test_client()
    client.get(path_of(come_back(client)))
    assert client.get("/campaigns").status_code == 200


@pytest.mark.parametrize("methods", [["pwd"], ["pwd", "sms"], None])
def test_one_factor_at_the_provider_leads_to_a_second_one_here(
    office: Flask, provider: Provider, methods: list[str] | None
) -> None:
    provider.person = {"sub": "2", "preferred_username": "zhou", "amr": methods}
    client = office.test_client()
    client.get(path_of(come_back(client)))
    assert client.get("/campaigns").headers["Location"] == "/account/", "an organizer without one is led to set it up"
    assert client.get("/account/authenticator").status_code == 200


@pytest.mark.parametrize(("methods", "onward"), [(["pwd"], "/sign-in/second-step"), (["pwd", "mfa"], "/campaigns")])
def test_a_factor_that_is_set_up_here_is_asked_for_unless_two_are_attested(
    office: Flask, provider: Provider, methods: list[str], onward: str
) -> None:
    with office.app_context():
        account = db.session.query(Account).filter_by(username="chen").one()
        secret = second_factors.new_secret()
        code = TOTP(key=secret).generate().token
        assert second_factors.add_authenticator(account, secret, code, actor=SYSTEM) is not None
    provider.person["amr"] = methods
    client = office.test_client()
    back = client.get(path_of(come_back(client)))
    assert back.headers["Location"].split("?")[0] == onward
    assert client.get("/campaigns").status_code == (200 if onward == "/campaigns" else 303)


def later(app: Flask, minutes: int) -> None:
    """The session is as if its owner had proved who they are so long ago."""
    with app.app_context(), writing():
        db.session.execute(update(StaffSession).values(confirmed_at=utc_now() - timedelta(minutes=minutes)))


def proved_anew(client: FlaskClient, page: str) -> TestResponse:
    """From the page that asks for fresh proof to the provider and back."""
    (address,) = re.findall(r'href="(/sign-in/provider\?[^"]*)"', page)
    away = client.get(html.unescape(address))
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=20)
    return client.get(path_of(back.headers["Location"]))


def test_who_came_in_by_the_provider_proves_it_there_again_and_needs_no_password(
    office: Flask, provider: Provider
) -> None:
    client = office.test_client()
    client.get(path_of(come_back(client)))
    later(office, 11)
    asked = client.get("/account/authenticator")
    assert asked.headers["Location"].startswith("/account/confirm")
    page = check_page(client.get(asked.headers["Location"]))
    assert "到统一身份认证再确认一次" in page
    assert 'type="password"' not in page
    assert proved_anew(client, page).headers["Location"] == "/account/authenticator"
    assert client.get("/account/authenticator").status_code == 200
    with office.app_context():
        assert db.session.scalars(select(StaffSession.confirmed_by)).all() == ["provider"], "the same session goes on"


def test_a_first_password_is_set_after_the_provider_proved_it_again(office: Flask, provider: Provider) -> None:
    client = office.test_client()
    client.get(path_of(come_back(client)))
    later(office, 11)
    asked = client.get("/sign-in/password")
    page = check_page(client.get(asked.headers["Location"]))
    assert proved_anew(client, page).headers["Location"] == "/sign-in/password"
    assert "原密码" not in check_page(client.get("/sign-in/password"))


@pytest.mark.parametrize("wrong", ["another person", "asked long ago", "one factor instead of two"])
def test_what_proves_nothing_anew_confirms_nothing(office: Flask, provider: Provider, wrong: str) -> None:
    if wrong.startswith("one"):
        provider.person["amr"] = ["pwd", "otp"]
    client = office.test_client()
    client.get(path_of(come_back(client)))
    later(office, 11)
    page = check_page(client.get("/account/confirm?next=/account/authenticator"))
    if wrong.startswith("another"):
        provider.person = {"sub": "2", "preferred_username": "zhou"}
    provider.asks_anew = wrong != "asked long ago"
    if wrong.startswith("one"):
        provider.person["amr"] = ["pwd"]
    told = check_page(proved_anew(client, page), 403)
    assert ("另一个人" if wrong.startswith("another") else "没有重新确认") in told
    assert client.get("/account/authenticator").status_code == 303
    assert client.get("/campaigns").status_code == 200, "signed in as before"
    assert outcomes(office) == ["another" if wrong.startswith("another") else "not_anew"]


def test_who_has_a_factor_here_is_asked_for_that(office: Flask, provider: Provider) -> None:
    with office.app_context():
        account = db.session.query(Account).filter_by(username="chen").one()
        secret = second_factors.new_secret()
        code = TOTP(key=secret).generate().token
        assert second_factors.add_authenticator(account, secret, code, actor=SYSTEM) is not None
    provider.person["amr"] = ["pwd", "mfa"]
    client = office.test_client()
    client.get(path_of(come_back(client)))
    later(office, 11)
    page = check_page(client.get("/account/confirm"))
    assert 'name="code"' in page
    assert "/sign-in/provider" not in page


def test_without_settings_there_is_no_such_door(app: Flask) -> None:
    assert app.test_client().get("/sign-in/provider").status_code == 404
