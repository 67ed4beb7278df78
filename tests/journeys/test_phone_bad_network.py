"""Handing in over a bad network: no receipt is believed that is none, nothing acknowledged is lost or doubled (receiving.md 6, 9).

The network is spoilt between the phone and a real server, never the two themselves.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Route, expect

from surveys.database import db
from surveys.keys import InstanceKeys, instance_keys, to_base64url
from surveys.questionnaire.package.content import canonical
from tests.journeys.phone_world import Phone, PhoneServer, phone_of, phone_server

__all__ = ["phone_of", "phone_server"]
PhoneOf = Callable[..., Phone]
ROOT = Path(__file__).parents[2]


def test_an_answer_lost_after_the_server_stored(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits

    lost: list[Route] = []

    def lose(route: Route) -> None:
        if not lost:
            route.fetch()
        lost.append(route)
        route.abort()

    phone.spoil(f"/sync/visits/{visit}", lose)
    first = phone.hand_in(visit, "一")
    phone.start()
    phone.waits(visit)
    assert phone_server.held(visit) == [first], "the server has it, the phone does not know"
    second = phone.hand_in(visit, "二")
    phone.becomes(visit, "queued queued")  # what was tried is never changed
    phone.mend()
    phone.later()
    phone.becomes(visit, "confirmed confirmed")
    assert phone_server.held(visit) == [first, second]
    assert phone_server.body(visit, second)["base"] == first, "it does not conflict with itself"


def portal_page(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<h1>请登录无线网</h1>")


def portal_redirect(route: Route) -> None:
    route.fulfill(status=302, headers={"Location": route.request.url + "?sign-in"})


def portal_by_number(route: Route) -> None:
    route.fulfill(status=511, content_type="text/html", body="<h1>请登录无线网</h1>")


@pytest.mark.parametrize("portal", [portal_page, portal_redirect, portal_by_number], ids=["200", "302", "511"])
def test_a_network_that_wants_a_sign_in_is_recognised_and_holds_up_nothing_else(
    phone_server: PhoneServer, phone_of: PhoneOf, portal: Callable[[Route], None]
) -> None:
    newcomer = phone_server.newcomer(visits=2)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    held_up, free = newcomer.visits
    phone.spoil(f"/sync/visits/{held_up}", portal)
    for visit in newcomer.visits:
        phone.hand_in(visit, "一")
    phone.start()
    phone.is_held(free)
    phone.waits(held_up, "portal")
    page = phone.context.new_page()
    page.goto(f"{phone.address}/visits/queue")
    expect(page.locator("#q-portal")).to_contain_text("这个无线网要先登录才能上网")
    expect(page.locator("#q-portal")).to_contain_text("只有收到服务器回执，才算送达")
    page.close()
    phone.mend()
    phone.page.evaluate("phone.sender.hurry()")
    phone.becomes(held_up, "confirmed")


def test_a_torn_answer_is_no_receipt(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits

    def tear(route: Route) -> None:
        whole = route.fetch()
        route.fulfill(response=whole, body=whole.body()[:-20])

    phone.spoil(f"/sync/visits/{visit}", tear)
    phone.hand_in(visit, "一")
    phone.start()
    phone.waits(visit)
    phone.mend()
    phone.later()
    phone.becomes(visit, "confirmed")
    assert len(phone_server.held(visit)) == 1, "sent twice, held once"


def test_a_receipt_for_something_else_is_none(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    """True receipts, each for another visit or content than the one that was sent: of yesterday's cache, or of a proxy that mixes up."""
    newcomer = phone_server.newcomer(visits=2)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    first, second = newcomer.visits
    answers: list[str] = []

    def keep(route: Route) -> None:
        whole = route.fetch()
        answers.append(whole.text())
        route.fulfill(response=whole)

    phone.spoil(f"/sync/visits/{first}", keep)
    phone.hand_in(first, "一")
    phone.start()
    phone.is_held(first)
    phone.mend()
    stale = {"status": 201, "content_type": "application/json", "body": answers[0]}
    for visit in newcomer.visits:
        phone.spoil(f"/sync/visits/{visit}", lambda route: route.fulfill(**stale))
        phone.hand_in(visit, "二")
    phone.waits(second)  # the receipt is of another visit
    phone.waits(first)  # of another content
    phone.mend()
    phone.spoil(f"/sync/visits/{second}/receipts/*", lambda route: route.fulfill(**stale))
    phone.page.evaluate("phone.sender.hurry()")
    phone.is_held(second)
    phone.later(6)
    phone.until(  # a receipt without the nonce confirms nothing
        """async (visit) => {
            const [item] = await phone.outbox.itemsOf(visit);
            return item.state === "stored" && item.tries > 0;
        }""",
        second,
    )
    phone.mend()
    phone.later()
    phone.becomes(second, "confirmed")


def test_a_forged_receipt_is_none(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits

    def forge(route: Route) -> None:
        whole = route.fetch()
        told = whole.text()
        body = told.replace('\\"missing\\":[]', '\\"missing\\": []')
        assert body != told
        route.fulfill(response=whole, body=body)

    phone.spoil(f"/sync/visits/{visit}", forge)
    phone.hand_in(visit, "一")
    phone.start()
    phone.waits(visit)


def test_a_new_server_key_is_learnt_from_the_one_before_and_from_no_other(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    newcomer = phone_server.newcomer(visits=2)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    with phone_server.app.app_context():
        old = instance_keys()
    new = InstanceKeys(old.instance, old.secret, ec.generate_private_key(ec.SECP256R1()))
    vouched = to_base64url(old.sign(b"diaoyan-key/1\n" + canonical(new.jwk)))
    listed = {"kid": new.kid, "key": new.jwk, "signed_by": old.kid, "signature": vouched[:-4] + "AAAA"}

    def answer_by_new_key(route: Route) -> None:
        told = route.fetch()
        value = told.json()
        signature = to_base64url(new.sign(b"diaoyan-receipt/1\n" + value["receipt"].encode()))
        route.fulfill(status=told.status, json={**value, "kid": new.kid, "signature": signature})

    phone.spoil("/sync/keys", lambda route: route.fulfill(json={"instance": old.instance, "keys": [listed]}))
    for visit in newcomer.visits:
        phone.spoil(f"/sync/visits/{visit}", answer_by_new_key)
    first, second = newcomer.visits
    phone.hand_in(first, "一")
    phone.start()
    phone.waits(first)  # nobody vouches for this key
    listed["signature"] = vouched
    phone.hand_in(second, "一")
    phone.is_held(second)
    phone.later()
    phone.is_held(first)


def test_a_restored_server_gets_it_again(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    phone.hand_in(visit, "一")
    phone.start()
    phone.becomes(visit, "confirmed")
    gone = '{"type": "urn:diaoyan:problem:not_held", "code": "not_held", "retry": "now"}'
    phone.spoil(
        f"/sync/visits/{visit}/receipts/*",
        lambda route: route.fulfill(status=404, content_type="application/problem+json", body=gone),
        times=1,
    )
    sent: list[str] = []
    phone.page.on("request", lambda request: sent.append(request.method) if request.url.endswith(visit) else None)
    with phone.page.expect_response(lambda answer: answer.url.endswith(f"/sync/visits/{visit}")) as again:
        phone.later(2 * 24 * 3600)
    assert again.value.ok
    phone.becomes(visit, "confirmed")
    assert sent == ["PUT"]


@pytest.mark.parametrize("has_seen", [True, False], ids=["the list had named it", "no list since"])
def test_a_server_put_back_to_an_earlier_version_gets_the_later_one_at_once(
    phone_server: PhoneServer, phone_of: PhoneOf, tmp_path: Path, has_seen: bool
) -> None:
    """By a real backup: a version was received and confirmed after it was made."""
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    first = phone.hand_in(visit, "一")
    phone.start()
    phone.becomes(visit, "confirmed")
    phone.page.evaluate("phone.assignments.refresh()")
    live, backup = phone_server.server.instance / "diaoyan.db", tmp_path / "backup.db"
    copy_database(live, backup)
    second = phone.hand_in(visit, "二")
    phone.becomes(visit, "confirmed confirmed")
    if has_seen:
        phone.page.evaluate("phone.assignments.refresh()")
    phone_server.server.kill()
    copy_database(backup, live)
    phone_server.server.start()
    assert phone_server.held(visit) == [first]
    with phone.page.expect_response(lambda answer: answer.request.method == "PUT" and answer.url.endswith(visit)):
        phone.page.evaluate("phone.sender.hurry()")  # as when the page is looked at again
    assert phone_server.held(visit) == [first, second]
    phone.becomes(visit, "confirmed confirmed")


def test_a_server_restored_from_a_backup_gets_what_it_lacks(
    phone_server: PhoneServer, phone_of: PhoneOf, tmp_path: Path
) -> None:
    """By the commands of an office; at its next contact the phone learns that the server was put back."""
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    first = phone.hand_in(visit, "一")
    phone.start()
    phone.becomes(visit, "confirmed")
    instance, file = phone_server.server.instance, str(tmp_path / "office.age")
    flask(instance, "db", "stamp", "head")  # its tables were made without the steps
    flask(instance, "backup", "save", file)
    second = phone.hand_in(visit, "二")
    phone.becomes(visit, "confirmed confirmed")
    phone.page.evaluate("phone.assignments.refresh()")
    phone_server.server.kill()
    with phone_server.app.app_context():
        db.session.remove()
        db.engine.dispose()  # the file it has open is the one that is put aside
    flask(instance, "backup", "restore", file, "--replace")
    phone_server.server.start()
    assert phone_server.held(visit) == [first]
    with phone.page.expect_response(lambda answer: answer.request.method == "PUT" and answer.url.endswith(visit)):
        phone.page.evaluate("phone.sender.hurry()")  # as when the page is looked at again
    assert phone_server.held(visit) == [first, second]
    phone.becomes(visit, "confirmed confirmed")


def flask(instance: Path, *words: str) -> None:
    """A command on the server's instance."""
    environment = os.environ | {
        "DIAOYAN_INSTANCE": str(instance),
        "DATABASE_URL": "",
        "DIAOYAN_BACKUP_PASSPHRASE": "four plain words here",
    }
    command = [str(Path(sys.executable).with_name("flask")), *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def copy_database(source: Path, target: Path) -> None:
    """The database as it stands, by its own backup: also over one that others have open."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
