"""An organizer sets up a passkey in a real browser, is asked for it after the password, and comes in with a recovery code without it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from reports.demonstration import people
from surveys import accounts
from surveys.audit import AuditEntry
from surveys.database import db
from tests.browser import DESK, Served, Visitor
from tests.journeys.people import PASSWORD


@pytest.fixture
def person(chromium: Browser, served: Served) -> Iterator[Visitor]:
    """Somebody who comes by the server's name: a browser ties passkeys to names, not to numbers."""
    address = served.address.replace("127.0.0.1", "localhost")
    visitor = Visitor(chromium, address, size=DESK, script=True, language="zh-CN", agent="", init="")
    yield visitor
    visitor.close()
    assert not visitor.faults, "\n".join(visitor.faults)


def _authenticator(person: Visitor) -> None:
    """A security key that is always touched, as Chromium simulates it."""
    tools = person.context.new_cdp_session(person.page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _password(person: Visitor) -> None:
    person.go("/sign-in")
    person.page.get_by_label("账号", exact=True).fill(people.username("organizer", "440100"))
    person.page.get_by_label("密码", exact=True).fill(PASSWORD)
    person.press(person.page.get_by_role("button", name="登录", exact=True))


def test_a_passkey_is_set_up_and_asked_for(served: Served, person: Visitor) -> None:
    with served.app.test_request_context():
        accounts.set_password(people.account("organizer", "440100"), PASSWORD)
    _authenticator(person)
    _password(person)
    assert "请先设置第二验证" in person.page.content()
    person.press(person.page.get_by_role("link", name="设置安全密钥"))
    person.press(person.page.get_by_role("button", name="添加安全密钥"))
    codes = person.page.locator("#codes li").all_inner_texts()
    assert len(codes) == 10
    assert all(re.fullmatch(r"\w{5}-\w{5}", code) for code in codes)
    person.press(person.page.get_by_role("link", name="已保存好，继续"))
    person.page.locator("details.me summary").click()
    person.press(person.page.get_by_role("button", name="退出登录"))
    _password(person)
    assert "第二步验证" in person.page.content()
    person.press(person.page.get_by_role("button", name="用安全密钥验证"))
    person.page.wait_for_url("**/campaigns")
    person.page.locator("details.me summary").click()
    person.press(person.page.get_by_role("button", name="退出登录"))
    _password(person)
    person.page.get_by_label("备用码").fill(codes[0])
    person.press(person.page.get_by_role("button", name="继续"))
    person.page.wait_for_url("**/campaigns")
    with served.app.app_context():
        acts = list(db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id.desc()).limit(30)))
        assert {"factor.added", "recovery_codes.made", "session.ended", "signed_in"} <= set(acts)
