"""With a service worker the whole way goes without a signal: a browser that is started anew, a form that is reloaded, a week over two releases."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from surveys.database import CHINA
from tests.browser import ARGUMENTS, PATIENCE, chromium_path
from tests.journeys.form_filling import begin, delivered, hand_in, question, walk
from tests.journeys.new_release import build, renamed_releases
from tests.journeys.phone_forms import CONSENT, FOUNDED, STAFF, box, go_to, is_kept, is_saved, kept, rows
from tests.journeys.phone_world import Phone, PhoneServer, phone_of, phone_server
from tests.journeys.test_changed_meanwhile import change, late
from tests.journeys.test_phone_pages import RELEASE, newer, ready
from tests.surveys.pages.field_world import example

__all__ = ["phone_of", "phone_server"]


@contextmanager
def browser_in(chromium: Browser, folder: Path, *, offline: bool) -> Iterator[tuple[BrowserContext, Page]]:
    """A browser over this folder, as it was left; offline from its first moment."""
    context = chromium.browser_type.launch_persistent_context(
        folder,
        executable_path=chromium_path(),
        args=ARGUMENTS,
        headless=True,
        viewport={"width": 360, "height": 740},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(PATIENCE)
    context.set_offline(offline)
    try:
        yield context, context.new_page()
    finally:
        context.close()


def test_a_browser_started_without_a_network_fills_in_and_hands_in(
    chromium: Browser, phone_server: PhoneServer, tmp_path: Path
) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    form = f"{phone_server.address}/visits/{visit}/form"
    answers, _ = example("refusing-enterprise")
    with browser_in(chromium, tmp_path / "browser", offline=False) as (context, _):
        phone = Phone(context, phone_server.address, phone_server.world.package_hash)
        phone.enrol(newcomer.token, newcomer.codes[0])
        is_kept(ready(phone), visit)

    with browser_in(chromium, tmp_path / "browser", offline=True) as (_, page):
        page.goto(form)
        expect(page.locator("#filling[data-alive]")).to_be_attached()
        deputy = SimpleNamespace(page=page)
        begin(deputy)  # type: ignore[arg-type]
        question(page, CONSENT).locator("input[value=refuse]").check()
        is_saved(page)
        page.reload()
        expect(question(page, CONSENT).locator("input[value=refuse]")).to_be_checked()
        expect(page.locator("#f-offline")).to_be_visible()
        walk(deputy, answers, {})  # type: ignore[arg-type]
        hand_in(deputy)  # type: ignore[arg-type]
        expect(page.locator("#f-receipt [data-part=waiting]")).to_contain_text("现在没有网络")
    assert phone_server.held(visit) == []

    with browser_in(chromium, tmp_path / "browser", offline=False) as (_, page):
        asked: list[Request] = []
        page.on("request", lambda request: asked.append(request) if f"/sync/visits/{visit}" in request.url else None)
        page.goto(f"{phone_server.address}/visits")
        expect(page.locator(f"li:has(a.name[data-visit='{visit}']) .tag:visible")).to_contain_text("已送达")
        for _ in range(300):  # the list has the server's word; the phone asks by itself besides
            if rows(page, "outbox")[0]["state"] == "confirmed":
                break
            page.wait_for_timeout(100)
        [content] = phone_server.held(visit)
        put, receipt = [one for one in asked if one.method == "PUT" or "/receipts/" in one.url][:2]
        assert (put.method, receipt.method) == ("PUT", "GET"), "confirmed by a question of its own"
        assert len(receipt.headers["diaoyan-nonce"]) >= 22
        [item] = rows(page, "outbox")
        assert (item["state"], item["content"], item["facts"]["nonce"]) == ("confirmed", content, receipt.headers["diaoyan-nonce"])  # fmt: skip


def test_a_week_offline_over_two_releases_and_the_draft_is_handed_in(
    phone_server: PhoneServer, phone_of: Callable[..., Phone], tmp_path: Path
) -> None:
    """The phone sees the first release and the third: other scripts, and a store that is two steps further.

    Meanwhile its session has ended, and the day to visit by has passed: it says so once it has been told, and no sooner.
    """
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    third = build(tmp_path / "third", steps=2)
    with renamed_releases(phone_server.server.port) as proxy:
        phone = phone_of(worker=True)
        phone.address = proxy.address
        week_ago = datetime.now(UTC) - timedelta(days=7)
        phone.context.clock.set_system_time(week_ago)
        phone.enrol(newcomer.token, newcomer.codes[0])
        phone.page.close()
        page = ready(phone)
        is_kept(page, visit)
        first = page.evaluate(RELEASE)
        phone.context.set_offline(True)
        page.goto(f"{proxy.address}/visits/{visit}/form")
        begin(SimpleNamespace(page=page))  # type: ignore[arg-type]
        question(page, CONSENT).locator("input[value=anon]").check()
        go_to(page, "g_profile")
        box(page, FOUNDED).fill("2011")
        kept(page, visit, FOUNDED, "2011")

        phone.context.clock.set_system_time(datetime.now(UTC))
        phone.context.clear_cookies()
        change(phone_server, visit, late)
        page.reload()
        expect(box(page, FOUNDED)).to_have_value("2011")
        expect(page.locator("#f-offline")).to_be_visible()
        expect(page.locator("#f-standing")).to_be_hidden()
        then = week_ago.astimezone(CHINA)
        expect(page.locator("#f-saved")).to_contain_text(f"已恢复到{then.month}月{then.day}日")
        row = page.locator(f"li:has(a.name[data-visit='{visit}'])")
        page.goto(f"{proxy.address}/visits")
        expect(row).to_contain_text("草稿")
        expect(row).to_contain_text("只在这部手机上")

        proxy.scripts, proxy.suffix = third, "cccc"
        phone.context.set_offline(False)
        page.goto(f"{proxy.address}/visits/{visit}/form#g_profile")
        expect(box(page, FOUNDED)).to_have_value("2011")
        assert page.evaluate(RELEASE) == first, "a visit that is begun goes on as it was"
        newer(page, f"{proxy.address}/visits", first)
        assert page.evaluate(RELEASE).endswith("cccc")
        expect(row.locator(".is-ready")).to_be_visible()
        page.locator(f"li a.name[data-visit='{visit}']").click()
        expect(page.locator("#f-standing")).to_contain_text("走访期限已过")
        expect(box(page, FOUNDED)).to_have_value("2011")
        box(page, STAFF).fill("86")
        kept(page, visit, STAFF, "86")
        version = "new Promise((done) => { const asked = indexedDB.open('diaoyan'); asked.onsuccess = () => { done(asked.result.version); asked.result.close(); }; })"
        assert page.evaluate(version) == 3, "the store went up with the release"

        deputy = SimpleNamespace(page=page)
        go_to(page, "g_visit")
        walk(deputy, example("refusing-enterprise")[0], {})  # type: ignore[arg-type]
        hand_in(deputy)  # type: ignore[arg-type]
        expect(delivered(deputy)).to_be_visible()  # type: ignore[arg-type]
        marks = page.locator("#f-receipt [data-part=marks] .note")
        expect(marks).to_have_text(["在走访期限后收到，照样计入，并注明。"])
        assert len(phone_server.held(visit)) == 1
