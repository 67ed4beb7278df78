"""A deputy's form on the server of `phone_world`: enrolled, at the list, the form open; and reaching below it, into the phone's store."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import PHONE, Visitor, until
from tests.journeys.form_filling import begin, question
from tests.journeys.phone_world import Newcomer, PhoneServer

CONSENT, FOUNDED, STAFF, REMARK = (
    "/g_visit/consent",
    "/g_profile/ent_founded",
    "/g_profile/staff_now",
    "/g_close/visitor_remark",
)
KEPT_HERE = {"zh-CN": "已存在这部手机", "en": "Saved on this phone"}
# What the page opens of IndexedDB, so that a test can reach it.
HANDLES = """
    window.handles = [];
    const realOpen = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (...all) {
        const request = realOpen.apply(this, all);
        request.addEventListener("success", () => handles.push(request.result));
        return request;
    };
"""
ROWS = """(store) => new Promise((done, failed) => {
    const asked = indexedDB.open("diaoyan");
    asked.onerror = () => failed(asked.error);
    asked.onsuccess = () => {
        const db = asked.result, work = db.transaction(store, "readwrite"), rows = work.objectStore(store), found = [];
        rows.openCursor().onsuccess = (event) => {
            const cursor = event.target.result;
            if (!cursor) return;
            found.push(cursor.value);
            const row = cursor.value;
            CHANGE
            cursor.continue();
        };
        work.oncomplete = () => { db.close(); done(JSON.parse(JSON.stringify(found))); };
        work.onabort = () => failed(work.error);
    };
})"""

WITHOUT_WORKER = (
    "delete Navigator.prototype.serviceWorker;"  # what it asks for, or has kept, passes by what a test holds back
)
HIDDEN = """() => {
    Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""

DeputyOf = Callable[..., Visitor]


@pytest.fixture
def deputy_of(chromium: Browser, phone_server: PhoneServer) -> Iterator[DeputyOf]:
    """`deputy_of(newcomer)`: enrolled by slip and code, at a list whose visits are ready. At the end nothing went wrong with anybody."""
    people: list[Visitor] = []

    def arrive(
        newcomer: Newcomer, deputy: int = 0, *, room: int | None = None, address: str = "", **options: Any
    ) -> Visitor:
        options = {"size": PHONE, "script": True, "language": "zh-CN"} | options
        person = Visitor(chromium, address or phone_server.address, **options)
        people.append(person)
        if room is not None:
            limit(person, room)
        enter(person, newcomer.token, newcomer.codes[deputy])
        for visit in newcomer.visits:
            expect(row_of(person, visit).locator(".is-ready")).to_be_visible()
        return person

    yield arrive
    faults = sorted({fault for person in people for fault in person.faults})
    for person in people:
        person.close()
    assert not faults, "\n".join(faults)


def limit(person: Visitor, room: int | None) -> None:
    """How many bytes the browser lets the pages of this origin keep, as long as the page lives; None: as many as ever.

    Chromium asks at the first write and then counts by itself: a limit is to be set before that.
    """
    session = person.context.new_cdp_session(person.page)
    more = {} if room is None else {"quotaSize": room}
    session.send("Storage.overrideQuotaForOrigin", {"origin": person.address, **more})


def enter(person: Visitor, token: str, code: str) -> None:
    page = person.page
    page.goto(f"/s/{token}")
    expect(page.locator("#slip[data-alive]")).to_be_attached()
    page.fill("#code", code)
    page.locator("#slip button.btn").first.click()
    page.wait_for_url("**/visits")


def row_of(person: Visitor, visit: str) -> Locator:
    """The row of a visit in the list, its own link."""
    return person.page.locator(f"li:has(a.name[data-visit='{visit}'])")


def opened(person: Visitor, visit: str, *, language: str = "zh-CN") -> Page:
    """The form of a visit that was not begun, begun: its first page in sight, the firm's consent given."""
    page = reopened(person, visit)
    begin(person)
    question(page, CONSENT).locator("input[value=anon]").check()
    is_saved(page, language)
    return page


def reopened(person: Visitor, visit: str) -> Page:
    """Press the row of a visit; the form opens in place."""
    row_of(person, visit).locator(f"a.name[data-visit='{visit}']").click()
    expect(person.page.locator("#f-title")).not_to_be_empty()
    return person.page


def go_to(page: Page, key: str) -> None:
    page.evaluate("(key) => { location.hash = key; }", key)
    expect(page.locator(f"section[data-page='{key}']")).to_be_visible()


def box(page: Page, path: str) -> Locator:
    """The field of a question in sight that takes a text or a number."""
    return question(page, path).locator("input:not([type=hidden]), textarea").first


def is_saved(page: Page, language: str = "zh-CN") -> None:
    expect(page.locator("#f-saved")).to_contain_text(KEPT_HERE[language])


def rows(page: Page, store: str, change: str = "") -> list[dict[str, Any]]:
    """The rows of a store as they lie there; `change` (JavaScript on `row`) is done to each, behind the back of the page."""
    done = ROWS.replace(
        "CHANGE", f"{{ {change} }} cursor.update(row);" if change else ""
    )  # no eval: the page's policy forbids it
    return page.evaluate(done, store)


def until_row(page: Page, visit: str, test: str, *given: str) -> None:
    """Wait until the visit's `row` in the store passes `test`, JavaScript on `row` and `given`."""
    found = f"(await ({ROWS.replace('CHANGE', '')})('visits'))"
    until(page, f"async ([visit, ...given]) => {found}.some((row) => row.visit === visit && {test})", [visit, *given])


def kept(page: Page, visit: str, path: str, text: str) -> None:
    """Wait until the store has this answer of the visit."""
    until_row(page, visit, "row.answers[given[0]] === given[1]", path, text)


def page_kept(page: Page, visit: str, key: str) -> None:
    """Wait until the store has this as the page the visit was left at: the turn of the page writes nothing any more."""
    until_row(page, visit, "row.page === given[0]", key)


def is_mirrored(page: Page, visit: str, path: str, text: str) -> None:
    """The page goes out of sight; wait until the server has the draft with this answer."""
    page.evaluate(HIDDEN)
    until_row(page, visit, "row.answers[given[0]] === given[1] && row.mirrored === row.changed", path, text)


def last_words_are_heeded(page: Page) -> None:
    """Wait until what a page that was left had not saved lies in the store."""
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.startsWith('diaoyan-last:'))")


def taken_over(page: Page) -> None:
    """Wait until the form is open; where the lease of a page that died still stands, it is taken over."""
    take = page.locator("[data-do=take]")
    expect(take.or_(page.locator("#f-answers")).locator("visible=true").first).to_be_visible()
    if take.is_visible():
        take.click()
    expect(page.locator("#f-answers")).to_be_visible()


def is_kept(page: Page, visit: str) -> None:
    """Wait until the service worker has the page of a visit: it opens without a signal."""
    until(page, "async (visit) => caches.match(`/visits/${visit}/form`, { ignoreVary: true })", visit)


def is_let_go(page: Page) -> None:
    """Wait until no page holds a visit any more: all that was typed is saved."""
    until(page, "async () => (await navigator.locks.query()).held.length === 0")


def back_in_the_list(deputy: Visitor, visit: str) -> Page:
    """A visit was begun; the list stands there again."""
    page = opened(deputy, visit)
    page.get_by_role("link", name="我的走访").first.click()
    expect(row_of(deputy, visit)).to_contain_text("草稿")
    is_let_go(page)
    return page
