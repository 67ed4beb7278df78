"""A deputy comes in by a browser where another deputy's draft lies: it is said, kept and can be saved as a file, and nothing of it is shown or sent."""

import json

from playwright.sync_api import Locator, Page, expect

from surveys.fieldwork.filling.drafts import drafts_of
from tests.browser import Visitor, until
from tests.journeys.phone_forms import (
    CONSENT,
    FOUNDED,
    DeputyOf,
    box,
    deputy_of,
    enter,
    go_to,
    is_let_go,
    kept,
    opened,
    reopened,
    row_of,
    rows,
)
from tests.journeys.phone_world import Newcomer, PhoneServer, phone_server

__all__ = ["deputy_of", "phone_server"]
YEAR = "1987"  # what the first deputy wrote, and nobody else
LAST = "1988"  # and what the form had not saved yet when it was left
AWAY = "这部手机上存有另一位代表的走访"


# Beside the draft that is gone on with: one set aside, and a version whose time to be sent has not come.
MORE = """async ([visit, other]) => {
    const [store, drafts, device] = await Promise.all(
        ["store/store", "store/kept_drafts", "caller/device"].map((name) => import(`/static/js/phone/${name}.mjs`)));
    const row = await store.read("visits", visit);
    await drafts.keepDrafts(visit, row.assignment.title, [{ ...row, changed: "2023-07-12T01:00:00Z" }]);
    const { holder } = await device.ownDevice();
    const waits = { visit: other, content: "a".repeat(64), text: JSON.stringify(row.answers), state: "queued", holder,
                    seq: 1, tries: 0, next: Date.now() + 600000, base: null, parts: [] };
    await store.write(["outbox"], (work) => work.put("outbox", waits));
}"""

LEFT_AT_ONCE = """async ([visit, path, text]) => {
    const [store, backup] = await Promise.all(["store/store", "store/unsaved_backup"].map((name) => import(`/static/js/phone/${name}.mjs`)));
    const row = await store.read("visits", visit);
    const answers = { ...row.answers, [path]: text };
    backup.keepBackup({ visit, answers, base: row.base, changed: new Date().toISOString() }, [row.changed]);
}"""


def left_behind(server: PhoneServer, deputy_of: DeputyOf) -> tuple[Visitor, Newcomer, Newcomer]:
    """A deputy with a draft, one that was set aside, and a version that waits; and a deputy of another group."""
    first, second = server.newcomer(visits=2), server.newcomer()
    deputy = deputy_of(first)
    page = opened(deputy, first.visits[0])
    go_to(page, "g_profile")
    box(page, FOUNDED).fill(YEAR)
    kept(page, first.visits[0], FOUNDED, YEAR)
    page.get_by_role("link", name="我的走访").first.click()
    expect(row_of(deputy, first.visits[0])).to_contain_text("草稿")
    is_let_go(page)
    page.evaluate(MORE, first.visits)
    return deputy, first, second


QUARANTINED = """async ([, visit]) => {
    const { read, write } = await import("/static/js/phone/store/store.mjs");
    const waits = await read("outbox", [visit, "a".repeat(64)]);
    await write(["outbox"], (work) => work.put("outbox", { ...waits, content: "b".repeat(64), state: "quarantined" }));
}"""
ALL_EXPORTED = """async () => {
    const items = await (await import("/static/js/phone/store/store.mjs")).readAll("outbox");
    return items.every((item) => item.exported);
}"""


def nothing_is_shown(page: Page, first: Newcomer) -> None:
    assert YEAR not in page.content()
    assert LAST not in page.content()
    for visit in first.visits:
        expect(page.locator(f"a[data-visit='{visit}']")).to_have_count(0)


def are_kept_alone(foreign: Locator, number: int) -> None:
    """So many, of the deputy before; each can be saved as a file, and nothing else be done with it."""
    expect(foreign.get_by_role("heading")).to_have_text(f"原来使用这部手机的代表的（{number}）")
    expect(foreign).to_contain_text("不会以您的名义发送")
    for line in foreign.locator("ul > li").all():
        expect(line).to_contain_text("这是另一位代表在这部手机上填的")
        expect(line.get_by_role("button", name="存成文件")).to_be_visible()
        for words in ("再发一次", "打电话给联络员", "看一看", "从这部手机删除"):
            expect(line.get_by_text(words)).to_have_count(0)


def test_who_enrols_on_the_phone_of_another(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    deputy, first, second = left_behind(phone_server, deputy_of)
    page = deputy.page
    page.evaluate(LEFT_AT_ONCE, [first.visits[0], FOUNDED, LAST])
    enter(deputy, second.token, second.codes[0])
    expect(row_of(deputy, second.visits[0]).locator(".is-ready")).to_be_visible()
    nothing_is_shown(page, first)
    deputy.look()
    page.goto("/visits/queue")
    foreign = page.locator("#q-foreign")
    are_kept_alone(foreign, 3)
    nothing_is_shown(page, first)
    deputy.look()
    page.get_by_role("button", name="现在试着发送").click()
    years = set()
    for line in foreign.locator("ul > li").all():
        with page.expect_download() as given:
            line.get_by_role("button", name="存成文件").click()
        file = json.loads(given.value.path().read_text())
        [text] = [one["text"] for one in file["drafts"] + file["items"]]
        years.add(json.loads(text).get("answers", json.loads(text))[FOUNDED])
    assert years == {YEAR, LAST}
    for left in (2, 1, 0):  # a file of each is there: it may go
        foreign.get_by_role("button", name="从这部手机删除").first.click()
        expect(foreign.locator("ul > li")).to_have_count(left)
    expect(foreign).to_be_hidden()
    for visit in first.visits:
        assert phone_server.held(visit) == phone_server.aside(visit) == []


def test_who_borrows_the_phone_of_another(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """The phone stays its owner's: the borrower fills in page by page on the server, and the owner goes on afterwards."""
    deputy, first, second = left_behind(phone_server, deputy_of)
    page = deputy.page
    page.evaluate(QUARANTINED, first.visits)
    page.goto(f"/s/{second.token}")
    expect(page.locator("#slip[data-alive]")).to_be_attached()
    page.get_by_text("这部手机是借来的").click()
    page.fill("#code", second.codes[0])
    page.locator("#slip button.btn").first.click()
    page.wait_for_url("**/visits")
    note = page.locator("[data-note=note-other]")
    expect(note).to_contain_text(AWAY)
    expect(note).to_contain_text("不会以您的名义发送")
    nothing_is_shown(page, first)
    deputy.look()

    page.goto("/visits/queue")
    expect(page.locator("[data-note=note-other]")).to_be_visible()
    are_kept_alone(page.locator("#q-foreign"), 2)
    for line in page.locator("#q-foreign ul > li").all():
        with page.expect_download():
            line.get_by_role("button", name="存成文件").click()
    until(page, ALL_EXPORTED)
    page.reload()
    are_kept_alone(
        page.locator("#q-foreign"), 2
    )  # its owner alone deletes a version that was set aside, file or no file
    for section in ("#q-waiting", "#q-needing", "#q-asides"):
        expect(page.locator(section)).to_be_hidden()
    nothing_is_shown(page, first)
    deputy.look()
    page.goto("/visits/phone")
    expect(page.locator("[data-note=note-other]")).to_be_visible()
    with page.expect_download() as given:
        page.get_by_role("button", name="把没送出的全部存成文件").click()
    file = json.loads(given.value.path().read_text())
    assert [len(file["items"]), len(file["drafts"])] == [2, 2]

    page.goto(f"/visits/{second.visits[0]}")  # the plain pages do
    deputy.press("开始走访")
    expect(page.locator("[data-note=note-other]")).to_be_visible()
    page.locator(f"[data-path='{CONSENT}'] input[value=anon]").check()
    deputy.press(page.locator("button[name=go][value=next]"))
    with phone_server.app.app_context():
        assert len(drafts_of(second.visits[0])) == 1
    assert [row["visit"] for row in rows(page, "visits")] == [first.visits[0]]

    # the owner comes back by the key
    deputy.may_be_refused(401)
    deputy.context.clear_cookies()
    page.goto("/visits")
    expect(row_of(deputy, first.visits[0])).to_contain_text("草稿")
    reopened(deputy, first.visits[0])
    go_to(page, "g_profile")
    expect(box(page, FOUNDED)).to_have_value(YEAR)
