"""A known phone and its pages: the slip, without a signal, over new releases, with a store that was cleared, inside WeChat."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from surveys.devices import revoke
from tests.browser import until
from tests.journeys.new_release import ReleaseProxy, renamed_releases
from tests.journeys.phone_forms import is_kept
from tests.journeys.phone_world import WITHOUT_CRYPTO, Newcomer, Phone, PhoneServer, phone_of, phone_server

__all__ = ["phone_of", "phone_server"]
PhoneOf = Callable[..., Phone]
CASES = Path(__file__).parents[1] / "cases/receiving/receiving.json"
WECHAT = "Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X) AppleWebKit/605 Mobile/15A MicroMessenger/8.0.40"


VECTORS = """async (cases) => {
    const [{ canonical }, digest, { receiptIn }, { proofOf }] = await Promise.all(
        ["store/canonical", "store/digest", "caller/receipts", "caller/session"].map((name) => import(`/static/js/phone/${name}.mjs`)));
    const wrong = [];
    for (const { id, value, text, sha256 } of cases.hashes) {
        if (canonical(value) !== text || digest.hashOf(text) !== sha256) wrong.push(id);
        if ((await digest.hashOfLarge(digest.bytesOf(text))) !== sha256) wrong.push(id);
    }
    const { key, secret, vectors } = cases.receipts;
    for (const { id, receipt, signature, mac, valid } of vectors) {
        const { visit, content, nonce, instance } = JSON.parse(receipt);
        const phones = [{ instance, secret }];
        if (crypto.subtle) phones.push({ instance, server: [{ kid: "k", key }] });
        for (const phone of phones) {
            const found = await receiptIn({ receipt, signature, mac, kid: "k" }, phone, { visit, content, nonce });
            if (Boolean(found) !== valid) wrong.push(id);
        }
    }
    const { device, challenge, proof_by_secret } = cases.session;
    if ((await proofOf({ device, secret: cases.session.secret }, challenge)) !== proof_by_secret) wrong.push("proof");
    return [Boolean(crypto.subtle), wrong];
}"""


@pytest.mark.parametrize("init", ["", WITHOUT_CRYPTO], ids=["Web Crypto", "our own"])
def test_the_vectors_of_the_protocol_hold_in_the_browser(phone_of: PhoneOf, init: str) -> None:
    page = phone_of(init=init).quiet()
    assert page.evaluate(VECTORS, json.loads(CASES.read_text(encoding="utf-8"))) == [not init, []]


MIRRORED = """async ([visit, changed, times]) => {
    const [{ mirrorAll }, { read, write }] = await Promise.all(
        ["outbox/mirror", "store/store"].map((name) => import(`/static/js/phone/${name}.mjs`)));
    await write(["visits"], async (work) => {
        const row = (await work.get("visits", visit)) || { visit };
        return work.put("visits", { ...row, answers: { "/q": "1" }, changed });
    });
    for (let round = 0; round < times; round++) await mirrorAll();
    return (await read("visits", visit)).mirrored || null;
}"""


@pytest.mark.parametrize(
    ("status", "asked", "kept"),
    [(413, 1, None), (404, 1, None), (503, 3, None), (204, 1, 7)],
)
def test_a_draft_that_the_server_refuses_is_not_offered_again_before_it_is_changed(
    phone_server: PhoneServer, phone_of: PhoneOf, status: int, asked: int, kept: int | None
) -> None:
    newcomer = phone_server.newcomer()
    page, tried = phone_of().enrol(newcomer.token, newcomer.codes[0]).quiet(), []

    def answer(route: Route) -> None:
        tried.append(route.request.method)
        body = "" if status == 204 else json.dumps({"code": "any", "status": status})
        route.fulfill(status=status, content_type="application/problem+json", body=body)

    page.route("**/sync/visits/*/draft", answer)
    assert page.evaluate(MIRRORED, ["v-1", 7, 3]) == kept
    assert tried == ["PUT"] * asked
    page.evaluate(MIRRORED, ["v-1", 8, 1])
    assert tried == ["PUT"] * (asked + 1)


def open_slip(phone: Phone, token: str) -> Page:
    page = phone.context.new_page()
    page.goto(f"{phone.address}/s/{token}")
    expect(page.locator("#slip[data-alive]")).to_be_attached()
    return page


def test_a_wrong_code_a_lost_answer_and_the_right_code(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of()
    page = open_slip(phone, newcomer.token)
    wrong = "000000" if newcomer.codes[0] != "000000" else "000001"
    page.fill("#code", wrong)
    page.get_by_role("button", name="打开我的走访").click()
    expect(page.locator("#slip-problem")).to_contain_text("验证码不对")
    expect(page.locator("#slip-problem")).to_be_focused()
    expect(page.locator("#code")).to_have_attribute("aria-invalid", "true")

    def lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    page.route("**/sync/devices", lose, times=1)
    page.fill("#code", newcomer.codes[0])
    page.get_by_role("button", name="打开我的走访").click()
    expect(page.locator("#slip-problem")).to_contain_text("验证码没有用掉")
    page.get_by_role("button", name="打开我的走访").click()
    page.wait_for_url("**/visits")
    page.goto(f"{phone.address}/s/{newcomer.token}")
    expect(page.get_by_role("heading", name="这部手机已经认过")).to_be_visible()


def test_the_sixth_wrong_code_says_when_to_try_again_as_the_plain_page_does(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    newcomer = phone_server.newcomer()
    page = open_slip(phone_of(), newcomer.token)
    wrong = "000000" if newcomer.codes[0] != "000000" else "000001"

    def press(button: str) -> None:
        page.fill("#code", wrong)
        with page.expect_response("**/sync/devices"):
            page.get_by_role("button", name=button).click()

    def says(words: str) -> None:
        for place in ("#slip-problem", "#code-e"):
            expect(page.locator(place)).to_contain_text(words)

    for _ in range(5):
        press("打开我的走访")
    says("请核对6位验证码")
    press("打开我的走访")
    says("验证码错得太多。请15分钟后再试。")
    page.evaluate("document.getElementById('slip').submit()")
    expect(page.locator(".note.is-bad:visible")).to_contain_text("验证码错得太多。请15分钟后再试。")
    page.get_by_role("banner").get_by_role("link", name="English").click()
    expect(page.locator("#slip[data-alive]")).to_be_attached()
    press("Open my visits")
    says("Too many wrong codes. Please try again in 15 minutes.")


def test_a_borrowed_phone_keeps_nothing(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of()
    page = open_slip(phone, newcomer.token)
    page.get_by_text("这部手机是借来的").click()
    page.fill("#code", newcomer.codes[0])
    page.get_by_role("button", name="打开我的走访").click()
    page.wait_for_url("**/visits")
    page.goto(f"{phone.address}/visits/phone")
    expect(page.get_by_text("这个浏览器不留内容")).to_be_visible()
    quiet = phone.quiet()
    assert quiet.evaluate("phone.store.read('device', 'self').then((row) => row || null)") is None


def test_a_session_that_is_over_begins_again_by_the_key(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    phone.context.clear_cookies()
    page = phone.context.new_page()
    page.goto(f"{phone.address}/visits")
    expect(page.get_by_role("heading", name="我的走访")).to_be_visible()


def test_a_store_that_was_cleared_is_noticed_and_told(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    phone.page.evaluate("phone.store.write(['device'], (work) => work.remove('device', 'self'))")
    page = phone.context.new_page()
    with page.expect_response("**/sync/log") as told:
        page.goto(f"{phone.address}/visits")
        expect(page.get_by_role("heading", name="这个浏览器清除了存着的内容")).to_be_visible()
    assert told.value.status == 204
    assert "evicted" in (told.value.request.post_data or "")


def test_a_revoked_phone_says_so_and_shows_what_it_keeps(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of(worker=True).enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    page = ready(phone)
    with phone_server.app.app_context():
        revoke(phone.page.evaluate("phone.device.ownDevice().then((own) => own.device)"))
    phone.hand_in(visit, "一")
    phone.start()
    phone.until("() => phone.device.ownDevice().then((own) => Boolean(own.revoked))")
    phone.context.set_offline(True)
    page.goto(f"{phone.address}/visits/queue")
    expect(page.get_by_role("heading", name="这部手机已停用")).to_be_visible()
    expect(page.get_by_role("heading", name="在等网络（1）")).to_be_visible()


def ready(phone: Phone, address: str = "") -> Page:
    """The list, opened until its visits can be filled in without a signal and the worker keeps the pages."""
    page = phone.context.new_page()
    page.goto(f"{address or phone.address}/visits")
    expect(page.locator("#ready")).to_contain_text("可离线填写")
    until(page, "async () => ((await navigator.serviceWorker.getRegistration('/visits')) || {}).active")
    if not page.evaluate("Boolean(navigator.serviceWorker.controller)"):
        page.reload()  # it takes over the page that is open, or the next one
    until(page, "() => navigator.serviceWorker.controller")
    for kept in ("/visits", "/visits/queue", "/visits/phone"):
        until(page, "(one) => caches.match(one, { ignoreVary: true })", kept)
    return page


def test_the_field_area_opens_without_a_signal(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(visits=2)
    phone = phone_of(worker=True).enrol(newcomer.token, newcomer.codes[0])
    page = ready(phone)
    puts: list[str] = []
    page.on("request", lambda request: puts.append(request.method) if request.service_worker else None)
    for visit in newcomer.visits:
        is_kept(page, visit)
    phone.context.set_offline(True)
    page.reload()
    expect(page.locator("#ready")).to_contain_text("现在没有网络")
    for path in ("/visits/queue", "/visits/phone", f"/visits/{newcomer.visits[0]}"):
        page.goto(phone.address + path)
        expect(page.locator("h1")).to_be_visible()
    assert page.url.endswith(f"/visits/{newcomer.visits[0]}/form")
    assert set(puts) <= {"GET"}, "the worker touches GET alone"


def enter(phone: Phone, proxy: ReleaseProxy, newcomer: Newcomer) -> Page:
    phone.address = proxy.address
    phone.enrol(newcomer.token, newcomer.codes[0])
    return ready(phone)


RELEASE = "document.documentElement.dataset.release"


def newer(page: Page, address: str, release: str) -> None:
    """Open it until it comes of another release: a server that takes longer than four seconds is not waited for, the kept page comes."""
    for _ in range(10):
        page.goto(address)
        if page.evaluate(RELEASE) != release:
            break


def test_a_new_release_never_comes_in_the_middle_of_a_visit(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    with renamed_releases(phone_server.server.port) as proxy:
        phone = phone_of(worker=True)
        page = enter(phone, proxy, newcomer)
        form = f"{proxy.address}/visits/{visit}/form"
        page.goto(form)
        first = page.evaluate(RELEASE)
        row = {
            "visit": visit,
            "answers": {"/words": "草稿"},
            "repeats": {},
            "base": None,
            "changed": "2023-07-12T01:00:00Z",
        }
        phone.page.evaluate("(row) => phone.store.write(['visits'], (work) => work.put('visits', row))", row)
        proxy.suffix = "aaaa"
        page.goto(form)
        assert page.evaluate(RELEASE) == first, "the form that is open stays the one it was"
        phone.until(
            "async (visit) => Boolean((await phone.store.read('visits', visit)).page)", visit
        )  # nothing more to save
        phone.page.evaluate("phone.store.write(['visits'], (work) => work.remove('visits', arguments[0]))".replace("arguments[0]", f"'{visit}'"))  # fmt: skip
        newer(page, form, first)
        assert page.evaluate(RELEASE) == f"{first[:-4]}aaaa", "the next visit opens with the new one"


def test_the_store_goes_up_step_by_step_beside_pages_that_are_older(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    phone = phone_of()
    quiet = phone.quiet()
    found = quiet.evaluate(
        """async () => {
            const { STEPS, open } = phone.store;
            const put = (db, row) => new Promise((done, failed) => {
                const work = db.transaction("visits", "readwrite");
                work.objectStore("visits").put(row);
                work.oncomplete = done;
                work.onabort = failed;
            });
            const rows = (db, store) => new Promise((done) => {
                const asked = db.transaction(store).objectStore(store).getAll();
                asked.onsuccess = () => done(asked.result);
            });
            const old = await open("trial");
            await put(old, { visit: "v", answers: { "/a": "1" } });
            const later = [...STEPS, (db) => db.createObjectStore("second"), (db, work) => {
                db.createObjectStore("third");
                const visits = work.objectStore("visits");
                visits.get("v").onsuccess = (event) => visits.put({ ...event.target.result, moved: true });
            }];
            const newer = await open("trial", later);  // two releases at once; the old page's handle lets it through
            const after = [newer.version, newer.objectStoreNames.length, await rows(newer, "visits")];
            const again = await open("trial");  // the old page opens what is there now
            await put(again, { visit: "w" });
            return [...after, again.version, (await rows(newer, "visits")).length];
        }"""
    )
    assert found == [3, 8, [{"visit": "v", "answers": {"/a": "1"}, "moved": True}], 3, 2]


def test_inside_wechat_the_hint_says_what_to_tap_and_goes_for_good(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of(init=f"Object.defineProperty(Navigator.prototype, 'userAgent', {{ get: () => {WECHAT!r} }});")
    phone.enrol(newcomer.token, newcomer.codes[0])
    page = phone.context.new_page()
    page.goto(f"{phone.address}/visits")
    hint = page.get_by_role("region", name="用浏览器打开可离线使用")
    expect(hint).to_be_visible()
    hint.get_by_role("button", name="知道了").click()
    expect(hint).to_be_hidden()
    page.reload()
    expect(page.locator("#ready")).to_contain_text("可离线填写")
    expect(hint).to_be_hidden()


@pytest.mark.parametrize("path", ["/visits/queue", "/visits/phone"])
def test_without_script_the_pages_say_what_holds(phone_server: PhoneServer, phone_of: PhoneOf, path: str) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    plain = phone.context.browser.new_context(java_script_enabled=False, locale="zh-CN")  # type: ignore[union-attr]
    plain.add_cookies(phone.context.cookies())  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(phone.address + path)
    expect(page.locator("main")).to_contain_text("不用 JavaScript")
    plain.close()
