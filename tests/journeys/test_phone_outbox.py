"""Handing in from a phone over a bad network: nothing acknowledged is lost or doubled, nothing holds up anything else (receiving.md 9).

Each test is a phone of its own at a real server; the network is spoilt between the two, never the two themselves.
"""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Route, expect

from surveys.database import db, utc_now, writing
from surveys.devices import revoke
from surveys.fieldwork import locks
from surveys.fieldwork.visits import Visit
from surveys.keys import InstanceKeys, instance_keys, to_base64url
from surveys.questionnaire.content import canonical
from tests.journeys.phone_world import WITHOUT_CRYPTO, WITHOUT_LOCKS, Phone, PhoneServer, phone_of, phone_server

__all__ = ["phone_of", "phone_server"]
PhoneOf = Callable[..., Phone]


@pytest.mark.parametrize("init", ["", WITHOUT_CRYPTO, WITHOUT_LOCKS], ids=["key", "no Web Crypto", "no Web Locks"])
def test_a_version_is_stored_confirmed_and_purged(phone_server: PhoneServer, phone_of: PhoneOf, init: str) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of(init=init).enrol(newcomer.token, newcomer.codes[0])
    own = phone.page.evaluate(
        "phone.device.ownDevice().then(({kind, key, secret, server}) => [Boolean(key), Boolean(secret)])"
    )
    assert own == ([False, True] if init == WITHOUT_CRYPTO else [True, False])
    [visit] = newcomer.visits
    content = phone.hand_in(visit, "一")
    phone.start()
    phone.is_held(visit)
    assert phone_server.held(visit) == [content]
    phone.becomes(visit, "confirmed", patiently=not init)
    phone.page.evaluate(
        "phone.store.write(['outbox'], async (work) => { for (const item of await work.all('outbox'))"
        " await work.put('outbox', { ...item, confirmed: item.confirmed - 31 * 86400000 }); })"
    )
    phone.later(2 * 24 * 3600)
    phone.becomes(visit, "purged")
    [item] = phone.items(visit)
    assert "text" not in item
    assert item["facts"]["number"].endswith("-1")


def test_an_answer_lost_after_the_server_stored(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    phone.spoil(f"/sync/visits/{visit}", lose, times=1)
    first = phone.hand_in(visit, "一")
    phone.start()
    phone.until("async (visit) => (await phone.outbox.itemsOf(visit))[0].tries === 1", visit)
    assert phone_server.held(visit) == [first], "the server has it, the phone does not know"
    second = phone.hand_in(visit, "二")
    assert [item["state"] for item in phone.items(visit)] == ["queued", "queued"], "what was tried is never changed"
    phone.later()
    phone.becomes(visit, "confirmed confirmed")
    assert phone_server.held(visit) == [first, second]
    assert phone_server.body(visit, second)["base"] == first, "it does not conflict with itself"


def test_what_was_not_tried_yet_is_replaced(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    phone.hand_in(visit, "一")
    second = phone.hand_in(visit, "二")
    assert [(item["content"], item["base"]) for item in phone.items(visit)] == [(second, None)]
    phone.start()
    phone.is_held(visit)
    assert phone_server.held(visit) == [second]


def test_a_portal_and_a_torn_answer_are_no_receipt_and_hold_up_nothing_else(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    newcomer = phone_server.newcomer(visits=3)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    portal, torn, free = newcomer.visits

    def tear(route: Route) -> None:
        whole = route.fetch()
        route.fulfill(response=whole, body=whole.body()[:-20])

    phone.spoil(
        f"/sync/visits/{portal}",
        lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>请登录无线网</h1>"),
    )
    phone.spoil(f"/sync/visits/{torn}", tear, times=1)
    for visit in newcomer.visits:
        phone.hand_in(visit, "一")
    phone.start()
    phone.is_held(free)
    assert [item["state"] for item in phone.items(portal)] == ["queued"]
    assert phone.items(portal)[0]["problem"]["code"] == "portal"
    phone.later()
    phone.becomes(torn, "confirmed")
    assert len(phone_server.held(torn)) == 1, "sent twice, held once"
    phone.mend()
    phone.page.evaluate("phone.sender.hurry()")
    phone.becomes(portal, "confirmed")


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

    phone.spoil(f"/sync/visits/{visit}", forge, times=1)
    phone.hand_in(visit, "一")
    phone.start()
    phone.until("async (visit) => (await phone.outbox.itemsOf(visit))[0].tries === 1", visit)
    assert phone.items(visit)[0]["state"] == "queued"


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
    phone.until("async (visit) => (await phone.outbox.itemsOf(visit))[0].tries === 1", first)
    assert phone.items(first)[0]["state"] == "queued", "nobody vouches for this key"
    listed["signature"] = vouched
    phone.hand_in(second, "一")
    phone.becomes(second, "stored")
    phone.later()
    phone.becomes(first, "stored")


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
    phone.later(2 * 24 * 3600)
    phone.becomes(visit, "stored")
    assert sent == ["PUT"]


def test_a_fork_is_kept_on_both_sides(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(deputies=2)
    [visit] = newcomer.visits
    phones = [phone_of().enrol(newcomer.token, code) for code in newcomer.codes]
    contents = []
    for phone, text in zip(phones, "一二", strict=True):
        contents.append(phone.hand_in(visit, text))
        phone.start()
        phone.is_held(visit)
    assert phone_server.held(visit) == contents
    [item] = phones[1].items(visit)
    assert item["problem"]["code"] == "fork"
    assert "fork" in item["facts"]["marks"]
    phones[1].becomes(visit, "confirmed")


def test_a_locked_unit_keeps_what_comes(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    with phone_server.app.app_context():
        locks.lock(phone_server.world.campaign_id, "440118")
    try:
        phone.hand_in(visit, "一")
        phone.start()
        phone.is_held(visit)
        assert phone.items(visit)[0]["problem"]["code"] == "locked"
        phone.becomes(visit, "confirmed")
    finally:
        with phone_server.app.app_context():
            locks.unlock(phone_server.world.campaign_id, "440118")


def test_what_the_desk_holds_aside_says_so_and_holds_up_nothing(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer, stranger = phone_server.newcomer(), phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [own], [other] = newcomer.visits, stranger.visits
    content = phone.hand_in(other, "一")
    phone.hand_in(own, "一")
    phone.start()
    phone.becomes(other, "aside")
    phone.becomes(own, "confirmed")
    assert phone_server.aside(other) == [content]
    page = phone.context.new_page()
    page.goto(f"{phone.address}/visits/queue")
    expect(page.get_by_role("heading", name="要您处理（1）")).to_be_visible()
    expect(page.locator("#q-needing")).to_contain_text("您填的内容完好")
    assert not page.get_by_role("button", name="从这部手机删除").is_visible(), "not before it was saved as a file"
    with page.expect_download() as given:
        page.get_by_role("button", name="存成文件").click()
    assert "diaoyan-rescue/1" in given.value.path().read_text()
    page.get_by_role("button", name="从这部手机删除").click()
    expect(page.locator("#q-sum")).to_have_text("这部手机上没有待发送的内容。")


def test_a_quarantined_version_does_not_hold_up_the_next_one(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    phone.hand_in(visit, "字" * 100_001)
    phone.start()
    phone.becomes(visit, "quarantined")
    assert phone.items(visit)[0]["problem"]["code"] == "too_large"
    second = phone.hand_in(visit, "短")
    phone.becomes(visit, "quarantined confirmed")
    assert phone_server.held(visit) == [second]
    assert {"fork", "unknown_base"} <= set(phone.items(visit)[1]["facts"]["marks"])
    with phone.page.expect_request(lambda request: request.method == "PUT" and request.url.endswith(visit)):
        phone.later(25 * 3600)  # once a day it is tried again
    phone.becomes(visit, "quarantined confirmed")


def test_what_was_erased_for_a_person_goes_from_the_phone_too(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    phone.hand_in(visit, "一")
    with phone_server.app.app_context(), writing():
        db.session.get_one(Visit, visit).erased_at = utc_now()
    phone.start()
    phone.becomes(visit, "quarantined")
    page = phone.context.new_page()
    page.goto(f"{phone.address}/visits/queue")
    expect(page.locator("#q-needing")).to_contain_text("按规定不能再保留")
    page.get_by_role("button", name="从这部手机删除").click()
    expect(page.locator("#q-sum")).to_have_text("这部手机上没有待发送的内容。")
    assert phone_server.held(visit) == []


def test_a_revoked_phone_keeps_all_and_sends_it_when_enrolled_again(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    newcomer = phone_server.newcomer(deputies=2)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    device = phone.page.evaluate("phone.device.ownDevice().then((own) => own.device)")
    with phone_server.app.app_context():
        revoke(device)
    content = phone.hand_in(visit, "一")
    phone.start()
    phone.until("() => phone.device.ownDevice().then((own) => Boolean(own.revoked))")
    phone.becomes(visit, "queued")
    assert phone_server.held(visit) == []
    draft = {"visit": "d", "answers": {"/words": "草稿"}, "changed": "2023-07-12T01:00:00Z"}
    phone.page.evaluate("(row) => phone.store.write(['visits'], (work) => work.put('visits', row))", draft)
    phone.enrol(newcomer.token, newcomer.codes[1])
    phone.becomes(visit, "quarantined")
    phone.start()
    assert phone.items(visit)[0]["foreign"], "another deputy's queue is to be saved as a file, not sent"
    [left] = phone.items("d")
    assert (left["foreign"], "草稿" in left["text"]) == (True, True), "and so is a draft that was not submitted"
    assert "草稿" in phone.page.evaluate("phone.rescue.rescueFile()")
    assert phone.page.evaluate("phone.store.read('visits', 'd').then((row) => row || null)") is None
    phone.enrol(newcomer.token, phone_server.code(newcomer))
    phone.start()
    phone.becomes(visit, "confirmed")
    assert phone_server.held(visit) == [content]


def test_a_photo_goes_on_where_it_was_broken_off(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    part = phone.page.evaluate(
        """async () => {
            const bytes = Uint8Array.from({ length: 700000 }, (_, i) => (31 * i) % 251).buffer;
            const { hashOfLarge } = await import("/static/js/phone/digest.mjs");
            const sha256 = await hashOfLarge(bytes);
            await phone.store.write(["parts"], (work) =>
                work.put("parts", { sha256, bytes, size: 700000, type: "image/jpeg" }));
            return { name: "p1.jpg", path: "/photo", sha256, size: 700000, type: "image/jpeg" };
        }"""
    )
    offsets: list[str] = []

    def break_off(route: Route) -> None:
        if route.request.method == "PUT":
            offsets.append(route.request.headers["content-range"])
            if len(offsets) == 2:
                route.abort()
                return
        route.continue_()

    phone.spoil(f"/sync/parts/{part['sha256']}", break_off)
    phone.hand_in(visit, "一", parts=[part])
    phone.start()
    phone.until("async (visit) => (await phone.outbox.itemsOf(visit))[0].tries === 1", visit)
    phone.later()
    phone.becomes(visit, "confirmed")
    assert [text.split("-")[0] for text in offsets][:3] == ["bytes 0", "bytes 262144", "bytes 262144"]
    assert offsets[2] == "bytes 262144-393215/700000", "half as large after a failure"


def test_two_tabs_send_once_and_one_edits(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(visits=2)
    for init in ("", WITHOUT_LOCKS):
        phone = phone_of(init=init)
        if init:
            phone.enrol(newcomer.token, phone_server.code(newcomer))
        else:
            phone.enrol(newcomer.token, newcomer.codes[0])
        other = phone.quiet()
        hold = "(visit) => phone.locks.edit(visit, { lost: () => { window.lost = true; } }).then((held) => { window.held = held; return held.granted; })"
        visit = newcomer.visits[1 if init else 0]
        assert phone.page.evaluate(hold, visit) is True
        assert other.evaluate(hold, visit) is False
        assert other.evaluate("held.take()") is True
        if init:  # a lease tells at the next write
            said = phone.page.evaluate(
                "held.write(['visits'], () => 1).then(() => 'written', (problem) => problem.constructor.name)"
            )
            assert said != "written"
        phone.page.wait_for_function("window.lost === true")
        content = phone.hand_in(visit, "一")
        phone.start()
        phone.start(other)
        phone.becomes(visit, "confirmed")
        assert phone_server.held(visit) == [content]


def test_two_senders_at_once_waste_bandwidth_and_do_no_harm(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(visits=3)
    phone = phone_of(init="LockManager.prototype.request = (name, how, work) => Promise.resolve(work({}));")
    phone.enrol(newcomer.token, newcomer.codes[0])
    other = phone.quiet()
    contents = [phone.hand_in(visit, "一") for visit in newcomer.visits]
    phone.start()
    phone.start(other)
    for visit, content in zip(newcomer.visits, contents, strict=True):
        phone.becomes(visit, "confirmed")
        assert phone_server.held(visit) == [content]


def test_what_is_no_longer_on_the_list_goes_and_what_is_unsent_stays(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    newcomer = phone_server.newcomer(visits=1)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    phone.page.evaluate(
        """() => phone.store.write(["visits", "packages", "device"], async (work) => {
            await work.put("visits", { visit: "gone", questionnaire: "old", changed: null });
            await work.put("visits", { visit: "unsent", questionnaire: "mine", changed: "2023-07-12T01:00:00Z" });
            for (const hash of ["old", "mine"]) await work.put("packages", { hash, package: {}, fragments: {} });
            await work.put("device", { id: "ready:gone", data: { questionnaire: "old" } });
        })"""
    )
    found = phone.page.evaluate("phone.ready.prepare()")
    assert found == {"ready": newcomer.visits, "all": 1}
    kept = phone.page.evaluate(
        """async () => {
            const keys = (store) => phone.store.readAll(store).then((rows) => rows.map((row) => row.visit || row.hash || row.id));
            return [await keys("visits"), await keys("packages"), (await keys("device")).filter((id) => /^ready/.test(id))];
        }"""
    )
    assert kept == [["unsent"], sorted([phone.questionnaire, "mine"]), [f"ready:{newcomer.visits[0]}"]]


def test_a_dead_handle_is_opened_again_and_the_write_repeated(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of(
        init="""
        const real = IDBDatabase.prototype.transaction;
        IDBDatabase.prototype.transaction = function (...all) {
            if (window.dead > 0) { window.dead -= 1; throw new DOMException("the connection is closing", "InvalidStateError"); }
            return real.apply(this, all);
        };"""
    ).enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    phone.page.evaluate(
        "window.told = []; phone.store.onTrouble((fault) => told.push(fault && fault.message)); window.dead = 1;"
    )
    phone.hand_in(visit, "一")
    assert phone.page.evaluate("[window.dead, told.length]") == [0, 0], "repeated once, and nobody noticed"
    phone.page.evaluate("window.dead = 2")
    lost = phone.page.evaluate(
        "phone.store.write(['visits'], (work) => work.put('visits', {visit: 'x'})).catch((fault) => fault.name)"
    )
    assert lost == "StoreFault"
    assert phone.page.evaluate("told.length") == 1, "未保存 is said"
    phone.page.evaluate("phone.store.write(['visits'], (work) => work.remove('visits', 'x'))")
    assert phone.page.evaluate("told[1]") is None, "and taken back"


def test_a_database_that_does_not_open_is_said_and_tried_again(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    phone = phone_of(
        init="""
        const real = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...all) {
            if (window.shut) throw new DOMException("not allowed here", "SecurityError");
            return real.apply(this, all);
        };"""
    )
    newcomer = phone_server.newcomer()
    phone.enrol(newcomer.token, newcomer.codes[0])
    write = "phone.store.write(['visits'], (work) => work.put('visits', {visit: 'x'})).then(() => 'kept', (fault) => fault.name)"
    assert (
        phone.page.evaluate(f"phone.store.close().then(() => {{ window.shut = true; return {write}; }})")
        == "StoreFault"
    )
    assert phone.page.evaluate(f"(window.shut = false, {write})") == "kept"


def test_a_full_phone_says_so(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    phone = phone_of(
        init="""
        const real = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...all) {
            if (window.full) throw new DOMException("no room", "QuotaExceededError");
            return real.apply(this, all);
        };"""
    )
    newcomer = phone_server.newcomer()
    phone.enrol(newcomer.token, newcomer.codes[0])
    said = phone.page.evaluate(
        "window.full = true, phone.store.write(['visits'], (work) => work.put('visits', {visit: 'x'})).catch((fault) => [fault.name, fault.full])"
    )
    assert said == ["StoreFault", True]


def test_a_damaged_item_is_not_sent_and_holds_up_nothing(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(visits=2)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    bad, good = newcomer.visits
    phone.hand_in(bad, "一")
    phone.hand_in(good, "一")
    phone.page.evaluate("(visit) => phone.store.write(['outbox'], async (work) => { for (const item of await work.all('outbox')) if (item.visit === visit) await work.put('outbox', {...item, text: item.text + ' '}); })", bad)  # fmt: skip
    phone.start()
    phone.is_held(good)
    phone.becomes(bad, "quarantined")
    assert phone.items(bad)[0]["problem"]["code"] == "damaged"
    assert phone_server.held(bad) == []


def test_a_rescue_file_goes_on_from_another_phone(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(deputies=2)
    [visit] = newcomer.visits
    first = phone_of().enrol(newcomer.token, newcomer.codes[0])
    content = first.hand_in(visit, "一")
    file = first.page.evaluate("phone.rescue.rescueFile()")
    second = phone_of().enrol(newcomer.token, newcomer.codes[1])
    take = "(file) => phone.device.ownDevice().then((own) => phone.rescue.takeFile(file, own.holder))"
    assert second.page.evaluate(take, file) == {"taken": 1, "known": 0, "broken": 0}
    assert second.page.evaluate(take, file) == {"taken": 0, "known": 1, "broken": 0}
    assert (
        second.page.evaluate("phone.rescue.takeFile('{}', 'h').catch((problem) => problem.message)") == "no rescue file"
    )
    second.start()
    second.becomes(visit, "confirmed")
    assert phone_server.held(visit) == [content]


def test_a_draft_is_mirrored_and_found_by_another_browser(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    first = phone_of().enrol(newcomer.token, newcomer.codes[0])
    first.page.evaluate(
        "(row) => phone.store.write(['visits'], (work) => work.put('visits', row))",
        {"visit": visit, "answers": {"/words": "草稿"}, "repeats": {}, "base": None, "changed": "2023-07-12T01:00:00Z", "questionnaire": first.questionnaire},
    )  # fmt: skip
    first.start()
    first.until("async (visit) => (await phone.store.read('visits', visit)).mirrored", visit)
    second = phone_of().enrol(newcomer.token, phone_server.code(newcomer))
    [draft] = second.page.evaluate("(visit) => phone.mirror.otherDrafts(visit)", visit)
    assert '"/words":"草稿"' in draft["text"]
    assert first.page.evaluate("(visit) => phone.mirror.otherDrafts(visit)", visit) == []
