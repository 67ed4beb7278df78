"""While an answer is on its way the person goes on: a second tap, a step back, another visit. What was pressed last holds, once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import Visitor
from tests.journeys.form_filling import hand_in, walk
from tests.journeys.phone_forms import (
    FOUNDED,
    WITHOUT_WORKER,
    DeputyOf,
    back_in_the_list,
    box,
    deputy_of,
    go_to,
    is_let_go,
    kept,
    opened,
    reopened,
    row_of,
    rows,
)
from tests.journeys.phone_world import Phone, PhoneServer, phone_of, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_of", "phone_server"]


# The 2.5 seconds after which a page takes the phone's own word last as long as a test may: nothing opens by itself meanwhile.
PATIENT = """
    const soon = window.setTimeout;
    window.setTimeout = (work, ms, ...more) => soon(work, ms === 2500 ? 600000 : ms, ...more);
"""


def held_up(page: Page) -> list[Route]:
    """What the server would say of a visit that is pressed, on its way until it is let through."""
    on_the_way: list[Route] = []
    page.route("**/form/data", lambda route: on_the_way.append(route))
    return on_the_way


def press(deputy: Visitor, visit: str) -> None:
    with deputy.page.expect_request("**/form/data"):
        row_of(deputy, visit).locator(f"a.name[data-visit='{visit}']").click()


def let_through(page: Page, on_the_way: list[Route]) -> None:
    for route in on_the_way:
        with page.expect_response(lambda answer, url=route.request.url: answer.url == url):
            route.continue_()
    for _ in range(3):
        rows(page, "visits")  # what the page did with it has gone through the store by now


def test_a_second_tap_opens_the_visit_once(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=PATIENT)
    page = back_in_the_list(deputy, visit)
    on_the_way = held_up(page)
    press(deputy, visit)
    row_of(deputy, visit).locator(f"a.name[data-visit='{visit}']").click()
    let_through(page, on_the_way)
    expect(page.locator("#f-title")).not_to_be_empty()
    expect(page.locator("#f-reading")).to_be_hidden()  # no page of its own writes beside it
    go_to(page, "g_profile")
    expect(page.locator(f"[data-path='{FOUNDED}']")).to_have_count(1)
    box(page, FOUNDED).fill("2011")
    kept(page, visit, FOUNDED, "2011")
    page.get_by_role("link", name="我的走访").first.click()
    expect(row_of(deputy, visit)).to_contain_text("草稿")


def test_who_steps_back_stays_in_the_list(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer(visits=2)
    visit, other = newcomer.visits
    deputy = deputy_of(newcomer, init=PATIENT)
    page = back_in_the_list(deputy, visit)
    on_the_way = held_up(page)
    press(deputy, visit)
    page.go_back()
    let_through(page, on_the_way)
    expect(page.locator("#visits")).to_be_visible()
    expect(page.locator("#filling")).to_be_hidden()
    on_the_way.clear()
    press(deputy, visit)
    press(deputy, other)  # thought better of: the one that was pressed last opens
    let_through(page, on_the_way)
    expect(page.locator("#f-start")).to_be_visible()
    assert page.url.endswith(f"/visits/{other}/form")
    page.go_back()
    expect(page.locator("#visits")).to_be_visible()


def test_the_list_says_that_a_draft_has_arrived(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """It arrives a moment after the form was left, or when there is a signal again: 只在这部手机上 is said as long as it is true."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    page = opened(deputy, visit)
    on_the_way: list[Route] = []
    page.route("**/draft", lambda route: on_the_way.append(route))
    with page.expect_request("**/draft"):
        page.get_by_role("link", name="我的走访").first.click()
    only_here = row_of(deputy, visit).get_by_text("只在这部手机上")
    expect(only_here).to_be_visible()
    on_the_way.pop().continue_()
    page.unroute("**/draft")
    expect(only_here).to_have_count(0)
    expect(page.locator("#only-here")).to_be_hidden()

    deputy.lose_signal()
    page = reopened(deputy, visit)
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2011")
    page.get_by_role("link", name="我的走访").first.click()
    expect(only_here).to_be_visible()
    deputy.lose_signal(False)
    expect(only_here).to_have_count(0)


# As long as it is slow, who reads the outbox is told what stood there only when the test lets it.
SLOW_READING = """
    const real = IDBObjectStore.prototype.getAll;
    IDBObjectStore.prototype.getAll = function (...all) {
        const asked = real.apply(this, all);
        if (this.name !== "outbox" || !window.slow) return asked;
        const told = {};
        asked.onsuccess = () => onTheWay.push(() => { told.result = asked.result; told.onsuccess(); });
        return told;
    };
    window.onTheWay = [];
    window.letOn = () => { window.slow = false; for (const go of onTheWay.splice(0)) go(); };
    window.heard = 0;
    new BroadcastChannel("diaoyan").onmessage = () => { window.heard += 1; };
"""


SLOW_FROM_NOW = "window.slow = true, window.dispatchEvent(new Event('diaoyan-changed'))"


def test_who_has_left_the_receipt_is_not_brought_back(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=SLOW_READING)
    page = opened(deputy, visit)
    deputy.lose_signal()
    answers, _ = example("refusing-enterprise")
    walk(deputy, answers, {})
    hand_in(deputy)
    page.evaluate(SLOW_FROM_NOW)  # something becomes of what was handed in: list and receipt read it
    page.wait_for_function("() => onTheWay.length > 1")
    page.locator("#f-receipt [data-do=again]").click()
    expect(page.locator("#f-answers")).to_be_visible()
    page.evaluate("letOn()")
    for _ in range(3):
        rows(page, "outbox")
    expect(page.locator("#f-receipt")).to_be_hidden()
    expect(page.locator("#f-answers")).to_be_visible()


def test_the_queue_shows_what_came_while_it_was_read(phone_server: PhoneServer, phone_of: Callable[..., Phone]) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    phone = phone_of(init=SLOW_READING).enrol(newcomer.token, newcomer.codes[0])
    page = phone.context.new_page()
    page.goto(f"{phone.address}/visits/queue")
    expect(page.locator("#q-sum")).to_have_text("这部手机上没有待发送的内容。")
    page.wait_for_load_state("networkidle")
    phone.context.set_offline(True)
    page.evaluate(SLOW_FROM_NOW)
    page.wait_for_function("() => onTheWay.length > 0")
    phone.hand_in(visit, "一")
    page.wait_for_function("() => window.heard > 0")
    page.evaluate("letOn()")
    expect(page.locator("#q-waiting li")).to_have_count(1)


def test_after_one_visit_another_is_begun(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """The form of the visit that was left hears no button of the next one."""
    newcomer = phone_server.newcomer(visits=2)
    visit, other = newcomer.visits
    deputy = deputy_of(newcomer)
    page = back_in_the_list(deputy, visit)
    opened(deputy, other)
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2012")
    kept(page, other, FOUNDED, "2012")
    page.locator("#f-answers [data-do=next]").click()
    expect(page.locator("section[data-page='g_profile']")).to_be_hidden()
    page.get_by_role("link", name="我的走访").first.click()
    expect(row_of(deputy, other)).to_contain_text("草稿")
    reopened(deputy, visit)
    expect(page.locator("#f-answers")).to_be_visible()
    assert {one["visit"]: FOUNDED in one["answers"] for one in rows(page, "visits")} == {visit: False, other: True}


@pytest.mark.parametrize("comes", [True, False])
def test_questions_that_come_late_enter_no_other_visit(
    phone_server: PhoneServer, deputy_of: DeputyOf, comes: bool
) -> None:
    """A draft of an older questionnaire is pressed, its questions are slow, and meanwhile another visit is opened."""
    newcomer = phone_server.newcomer(visits=2)
    visit, other = newcomer.visits
    deputy = deputy_of(newcomer)
    page = opened(deputy, visit)
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2011")
    kept(page, visit, FOUNDED, "2011")
    page.get_by_role("link", name="我的走访").first.click()
    expect(row_of(deputy, visit)).to_contain_text("草稿")
    is_let_go(page)
    [row] = rows(page, "visits")
    older = "b" * 64
    rows(page, "visits", f"row.questionnaire = '{older}'")
    on_the_way: list[Route] = []
    page.route(f"**/questionnaires/{older}/pages", lambda route: on_the_way.append(route))
    page.route(
        f"**/questionnaires/{older}",
        lambda route: route.continue_(url=route.request.url.replace(older, row["questionnaire"])),
    )
    with page.expect_request(f"**/questionnaires/{older}/pages"):
        row_of(deputy, visit).locator(f"a.name[data-visit='{visit}']").click()
    page.go_back()
    expect(page.locator("#visits")).to_be_visible()
    opened(deputy, other)
    go_to(page, "g_profile")
    with page.expect_response("**/questionnaires/*/pages"):
        if comes:
            on_the_way[0].continue_(url=on_the_way[0].request.url.replace(older, row["questionnaire"]))
        else:
            deputy.may_be_refused(404)
            on_the_way[0].continue_()
    for _ in range(3):
        rows(page, "visits")  # what the page did with them has gone through the store by now
    expect(page.locator(f"[data-path='{FOUNDED}']")).to_have_count(1)
    box(page, FOUNDED).fill("2012")
    kept(page, other, FOUNDED, "2012")
    assert f"/visits/{other}/form" in page.url
    assert {one["visit"]: one["answers"][FOUNDED] for one in rows(page, "visits")} == {visit: "2011", other: "2012"}
    expect(page.locator("#f-standing")).not_to_contain_text("填的内容都在")


def test_a_script_that_is_there_before_the_page_waits_for_the_rest_of_it(
    phone_server: PhoneServer, deputy_of: DeputyOf
) -> None:
    """The script lies on the phone, and the page comes in pieces."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=WITHOUT_WORKER)
    page = opened(deputy, visit)
    kept_back: list[Route] = []

    def in_pieces(route: Route) -> None:
        whole = route.fetch()
        route.fulfill(
            response=whole, body=whole.text().replace("<body>", '<body><script src="/static/rest.js"></script>')
        )

    page.route("**/form", in_pieces)
    page.route("**/static/rest.js", lambda route: kept_back.append(route))
    with page.expect_event("requestfinished", lambda asked: "dist/phone.js" in asked.url):
        page.goto(f"/visits/{visit}/form", wait_until="commit")
    rows(page, "visits")  # whatever the script asks of the store has been answered by now
    assert page.locator("#filling").count() == 0
    [rest] = kept_back
    rest.fulfill(content_type="text/javascript", body="")
    expect(page.locator("#filling[data-alive]")).to_be_attached()
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2011")
    kept(page, visit, FOUNDED, "2011")
