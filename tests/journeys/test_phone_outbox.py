"""What is handed in on a phone goes its way: stored, confirmed, purged; nothing holds up anything else (receiving.md 9).

Each test is a phone of its own at a real server.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from surveys.database import db, utc_now, writing
from surveys.fieldwork.visits.visits import Visit
from tests.browser import violations
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


LEFT = """async (visit) => {
    const asides = (await phone.store.readAll("device")).filter((row) => row.id.includes(visit));
    const rows = (await phone.store.readAll("visits")).filter((row) => row.visit === visit);
    const pages = [];
    for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) if (url.includes(visit)) pages.push(url);
    return [(await phone.outbox.itemsOf(visit)).length, asides.length, rows.length, pages.length];
}"""
ALL_OF_A_VISIT = """async ([visit, photos]) => {
    const { keepDrafts } = await import("/static/js/phone/store/kept_drafts.mjs");
    await keepDrafts(visit, "", [{ at: "2023-07-12T01:00:00Z", answers: {}, parts: [photos[1]] }]);
    await phone.store.write(["visits", "device"], async (work) => {
        await work.put("visits", { ...(await work.get("visits", visit)), parts: [photos[2]], changed: "later" });
        await work.put("device", { id: `ready:${visit}`, data: { assignment: {} } });
    });
    await (await caches.open("diaoyan-a")).put(`/visits/${visit}/form`, new Response("kept"));
}"""


def test_what_was_erased_for_a_person_goes_from_the_phone_too(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(visits=2)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    visit, other = newcomer.visits
    photos = [phone.photo(1000, seed) for seed in range(4)]
    phone.hand_in(other, "一", parts=[photos[3]])
    phone.start()
    phone.hand_in(visit, "一", parts=[photos[0], photos[3]])
    phone.becomes(visit, "confirmed")
    with phone_server.app.app_context(), writing():
        db.session.get_one(Visit, visit).erased_at = utc_now()
    phone.hand_in(visit, "二", parts=[photos[0]])
    phone.becomes(visit, "confirmed quarantined")
    phone.page.evaluate(ALL_OF_A_VISIT, [visit, photos])
    assert phone.page.evaluate(LEFT, visit) == [2, 2, 1, 1]
    page = phone.context.new_page()
    page.goto(f"{phone.address}/visits/queue")
    expect(page.locator("#q-needing")).to_contain_text("按规定不能再保留")
    expect(page.locator("#q-needing")).to_contain_text("报送过的、草稿和照片")
    assert violations(page) == []
    phone.page.evaluate("visit => phone.locks.edit(visit, { lost: () => undefined }).then((lock) => { window.lock = lock; })", visit)  # fmt: skip
    page.get_by_role("button", name="从这部手机删除").click()
    expect(page.locator("#q-needing")).to_contain_text("另一页正在填这份走访")
    assert phone.page.evaluate(LEFT, visit) == [2, 2, 1, 1], "a page that fills it in would bring it back"
    phone.page.evaluate("lock.release()")
    page.get_by_role("button", name="从这部手机删除").click()
    expect(page.locator("#q-sum")).to_have_text("这部手机上没有待发送的内容。")
    phone.until(f"async (visit) => String(await ({LEFT})(visit)) === '0,0,0,0'", visit)
    assert [phone.has_bytes(photo) for photo in photos] == [False, False, False, True], "another visit names the last"


def test_a_photo_goes_on_where_it_was_broken_off(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    part = phone.photo()
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
    phone.becomes(visit, "confirmed")
    assert [text.split("-")[0] for text in offsets][:3] == ["bytes 0", "bytes 262144", "bytes 262144"]
    assert offsets[2] == "bytes 262144-393215/700000", "half as large after a failure"


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
