"""The form over a store that is full, closed under it or damaged: it is said in words, and nothing that was typed is lost."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Visitor, until
from tests.journeys.phone_forms import (
    CONSENT,
    FOUNDED,
    HANDLES,
    STAFF,
    DeputyOf,
    box,
    deputy_of,
    go_to,
    is_kept,
    is_let_go,
    is_saved,
    kept,
    limit,
    opened,
    question,
    reopened,
    row_of,
    rows,
    taken_over,
)
from tests.journeys.phone_world import WITHOUT_LOCKS, Phone, PhoneServer, phone_of, phone_server

__all__ = ["deputy_of", "phone_of", "phone_server"]


ROOM = 12_000_000
FILLER = """async () => {
    const db = await new Promise((done) => {
        const asked = indexedDB.open("filler", 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore("all", { autoIncrement: true });
        asked.onsuccess = () => done(asked.result);
    });
    const put = (size) => new Promise((done) => {
        const work = db.transaction("all", "readwrite");
        work.objectStore("all").put(crypto.getRandomValues(new Uint8Array(size)));
        work.oncomplete = () => done(true);
        work.onabort = () => done(false);
    });
    for (const size of [65536, 8192, 1024, 128]) while (await put(size));
    db.close();
}"""


def fill_up(page: Page) -> None:
    """What is left of the room goes to something else."""
    page.evaluate(FILLER)


def anew(deputy: Visitor, visit: str) -> Page:
    """The tab is killed; the visit is opened again from the list."""
    deputy.kill_page()
    deputy.page.goto("/visits")
    expect(row_of(deputy, visit).locator(".is-ready")).to_be_visible()
    return reopened(deputy, visit)


@pytest.mark.parametrize("init", ["", WITHOUT_LOCKS], ids=["Web Locks", "lease"])
def test_a_full_phone_says_unsaved_and_loses_nothing(phone_server: PhoneServer, deputy_of: DeputyOf, init: str) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=init, room=ROOM)
    page = opened(deputy, visit)
    go_to(page, "g_profile")
    fill_up(page)
    box(page, FOUNDED).fill("2011")
    unsaved = page.locator("#f-unsaved")
    expect(unsaved).to_be_visible()
    expect(unsaved).to_contain_text("未保存")
    deputy.look()
    page.locator("#f-answers [data-do=next]").click()  # one may go on all the same
    expect(page.locator("section[data-page=g_oper]")).to_be_visible()
    page.go_back()
    expect(box(page, FOUNDED)).to_have_value("2011")
    with page.expect_download() as given:
        page.get_by_role("button", name="存成文件，发给联络员").click()
    file = json.loads(given.value.path().read_text())
    assert json.loads(file["drafts"][0]["text"])["answers"][FOUNDED] == "2011"
    limit(deputy, None)
    expect(unsaved).to_be_hidden()  # by itself, once there is room
    kept(page, visit, FOUNDED, "2011")
    page = anew(deputy, visit)
    taken_over(page)  # the lease of the page that died stands for fifteen seconds
    expect(box(page, FOUNDED)).to_have_value("2011")


def test_a_visit_begun_on_a_full_phone_without_locks(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """There is no room even for the lease of the one page that writes: it is claimed when there is."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=WITHOUT_LOCKS, room=ROOM)
    page = reopened(deputy, visit)
    fill_up(page)
    page.locator("#f-start [data-do=begin]").click()
    expect(page.locator("#f-unsaved")).to_be_visible()
    question(page, CONSENT).locator("input[value=anon]").check()
    limit(deputy, None)
    expect(page.locator("#f-unsaved")).to_be_hidden()
    kept(page, visit, CONSENT, "anon")


def test_a_full_phone_opens_pages_that_it_cannot_keep(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, room=ROOM)
    page = deputy.page
    is_kept(page, visit)
    until(page, "() => navigator.serviceWorker.controller")
    fill_up(page)
    for path in ("/visits/help", f"/visits/{visit}/form", "/visits"):
        page.goto(path)
        expect(page.locator("h1").first).to_be_visible()


def test_handles_that_are_closed_under_the_page_are_opened_again(
    phone_server: PhoneServer, deputy_of: DeputyOf
) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=HANDLES)
    page = opened(deputy, visit)
    go_to(page, "g_profile")
    for path, text in ((FOUNDED, "2011"), (STAFF, "86")):
        assert page.evaluate("handles.splice(0).map((one) => one.close()).length") > 0
        box(page, path).fill(text)
        kept(page, visit, path, text)
    is_saved(page)
    expect(page.locator("#f-unsaved")).to_be_hidden()


def test_a_damaged_draft_goes_on_with_what_can_be_read(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    page = opened(deputy, visit)
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2011")
    deputy.lose_signal()
    page.get_by_role("link", name="我的走访").first.click()
    expect(row_of(deputy, visit)).to_contain_text("草稿")
    is_let_go(page)
    damage = f"row.answers['{STAFF}'] = {{}}; row.repeats = {{'/r_problem': 1e9}}; row.comments = 7; row.page = 3; row.about = null"
    rows(page, "visits", damage)
    page = reopened(deputy, visit)
    expect(page.locator("#f-standing")).to_contain_text("有一部分读不出来了")
    deputy.look()
    go_to(page, "g_profile")
    expect(box(page, FOUNDED)).to_have_value("2011")
    expect(box(page, STAFF)).to_have_value("")
    box(page, STAFF).fill("86")
    kept(page, visit, STAFF, "86")
    [left] = [row for row in rows(page, "outbox") if row.get("draft")]
    assert "1000000000" in left["text"], "as it was, to be saved as a file"
    deputy.lose_signal(False)
    page.goto("/visits/queue")
    needing = page.locator("#q-needing li")
    expect(needing).to_have_count(1)
    expect(needing).to_contain_text("读不出来")
    with page.expect_download():
        needing.get_by_role("button", name="存成文件").click()


WRECKS = {
    "no state": "delete row.state",
    "a state nobody knows": "row.state = 'flying'",
    "no place in line": "row.seq = null; row.tries = 'x'; row.next = {}",
    "no parts": "row.parts = 5; row.missing = 'no'; row.facts = 3; row.receipt = 9",
    "its text cut": "row.text = row.text.slice(0, 50)",
    "no text": "delete row.text",
}


def test_damaged_items_are_sent_or_put_aside_and_hold_up_nothing(
    phone_server: PhoneServer, phone_of: Callable[..., Phone]
) -> None:
    newcomer = phone_server.newcomer(visits=len(WRECKS) + 1)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    *damaged, sound = newcomer.visits
    for visit in newcomer.visits:
        phone.hand_in(visit, "一")
    for visit, wreck in zip(damaged, WRECKS.values(), strict=True):
        rows(phone.page, "outbox", f"if (row.visit === '{visit}') {{ {wreck} }}")
    phone.start()
    phone.is_held(sound)
    for visit, wreck in zip(damaged, WRECKS, strict=True):
        if "text" in wreck:
            phone.becomes(visit, "quarantined")
            assert phone.items(visit)[0]["problem"]["code"] == "damaged", wreck
        else:
            phone.is_held(visit)


def test_a_phone_that_lost_its_key_or_its_forms_says_so_and_goes_on(
    phone_server: PhoneServer, phone_of: Callable[..., Phone]
) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    page = phone.context.new_page()
    page.goto(f"{phone.address}/visits")
    expect(page.locator("#ready")).to_contain_text("可离线填写")
    rows(phone.page, "packages", "row.package = 'gone'; row.fragments = null")
    rows(phone.page, "device", "if (/^ready:/.test(row.id)) row.data = 4")
    page.reload()
    expect(page.locator("#ready")).to_contain_text("全部1份走访可离线填写")  # fetched again
    content = phone.hand_in(visit, "一")
    rows(phone.page, "device", "if (row.id === 'self') { row.key = null; row.holder = null }")
    page.reload()
    expect(page.get_by_role("heading", name="这个浏览器清除了存着的内容")).to_be_visible()
    phone.enrol(newcomer.token, phone_server.code(newcomer))
    phone.start()
    phone.becomes(visit, "confirmed")
    assert phone_server.held(visit) == [content]
