"""A whole visit, from the slip to 已送达, in browsers that lack what new ones have: plain http under a name of its own, and WeChat."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser import Visitor, launched
from tests.journeys.form_filling import CHECK, begin, delivered, hand_in, walk
from tests.journeys.phone_forms import DeputyOf, deputy_of, reopened, row_of, rows
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_server"]
NAME = "diaoyan.example"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 9; ELE-AL00) AppleWebKit/537.36 Chrome/69.0 Mobile MicroMessenger/8.0.44 NetType/WIFI"
)
# What WeChat has not, or had not on phones of these years.
WITHOUT = """
    for (const name of ["serviceWorker", "locks", "canShare", "share"]) delete Navigator.prototype[name];
    for (const name of ["persist", "estimate"]) delete StorageManager.prototype[name];
    delete Crypto.prototype.subtle;
    delete Crypto.prototype.randomUUID;
    delete IDBTransaction.prototype.commit;
    const gone = "BroadcastChannel CompressionStream structuredClone OffscreenCanvas createImageBitmap caches AbortController";
    for (const name of gone.split(" ")) delete window[name];
    HTMLAnchorElement.prototype.click = function () {};  // a download comes to nothing
"""
LACKING = """() => [navigator.serviceWorker, navigator.locks, crypto.subtle, navigator.storage && navigator.storage.persist,
    navigator.storage && navigator.storage.estimate].every((one) => one === undefined)"""


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One that finds the server under a name, as an intranet's without a certificate."""
    browser = launched(playwright, f"--host-resolver-rules=MAP {NAME} 127.0.0.1")
    yield browser
    browser.close()


def whole_visit(deputy: Visitor, visit: str) -> Page:
    """Start, every page, check, 报送, receipt; it is confirmed while the page is open."""
    answers, repeats = example("small-firm-arrears-idle-plant")
    page = reopened(deputy, visit)
    begin(deputy)
    walk(deputy, answers, repeats)
    assert page.locator(f"{CHECK} [data-part=gaps]").is_hidden(), page.locator(f"{CHECK} [data-part=gaps]").inner_text()
    hand_in(deputy)
    return page


def test_plain_http_under_a_name(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, address=f"http://{NAME}:{phone_server.server.port}")
    assert deputy.page.evaluate("window.isSecureContext") is False
    assert deputy.page.evaluate(LACKING)
    whole_visit(deputy, visit)
    expect(delivered(deputy)).to_be_visible()
    [content] = phone_server.held(visit)
    [item] = rows(deputy.page, "outbox")
    assert (item["state"], item["content"]) == ("confirmed", content)
    [own] = [row for row in rows(deputy.page, "device") if row["id"] == "self"]
    assert own["secret"]
    assert not own.get("key")


def test_wechat_of_an_old_phone(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, agent=WECHAT, init=WITHOUT)
    page = deputy.page
    assert page.evaluate(LACKING)
    expect(page.locator("#wechat")).to_be_visible()
    deputy.look()
    page.locator("#wechat [data-do=read]").click()
    deputy.lose_signal()
    whole_visit(deputy, visit)
    page.get_by_role("link", name="回到我的走访").locator("visible=true").click()
    expect(row_of(deputy, visit)).to_contain_text("待发送")
    expect(row_of(deputy, visit)).to_contain_text("只在这部手机上")
    deputy.look()
    deputy.lose_signal(False)
    expect(row_of(deputy, visit).locator(".tag:visible")).to_contain_text("已送达")
    assert len(phone_server.held(visit)) == 1
    page.goto("/visits")
    expect(row_of(deputy, visit)).to_contain_text("已送达")

    rows(page, "outbox", "row.state = 'quarantined'; row.problem = { code: 'damaged', at: 0 }")
    page.goto("/visits/queue")
    stuck = page.locator("#q-needing li")
    stuck.get_by_role("button", name="存成文件").click()
    expect(stuck).to_contain_text("微信里存不成文件")
    expect(stuck.get_by_role("button", name="出示二维码")).to_be_visible()
    expect(stuck.get_by_role("button", name="从这部手机删除")).to_have_count(
        0
    )  # whether there is a file now, nobody knows
