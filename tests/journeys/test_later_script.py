"""The script that the end of a visit needs comes after the one that opens the form: late, not at all, of another release, too soon."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import Visitor
from tests.journeys.form_filling import CHECK, delivered, hand_in, question, walk
from tests.journeys.phone_forms import (
    CONSENT,
    FOUNDED,
    STAFF,
    WITHOUT_WORKER,
    DeputyOf,
    back_in_the_list,
    box,
    deputy_of,
    go_to,
    is_mirrored,
    kept,
    opened,
    page_kept,
    rows,
    until_row,
)
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_server"]

DIST = Path(__file__).parents[2] / "static/dist"
LATER = "**/dist/phone.later.js*"
NOTE = "#f-later"
SOONER = """
    const soon = window.setTimeout;
    window.setTimeout = (work, ms, ...more) => soon(work, ms === 15000 ? 1500 : ms, ...more);
"""


@pytest.fixture
def begun(phone_server: PhoneServer, deputy_of: DeputyOf) -> tuple[Visitor, str]:
    """A deputy and a visit that was begun; the list stands there."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=WITHOUT_WORKER)
    back_in_the_list(deputy, visit)
    return deputy, visit


def open_page(page: Page, visit: str, answered: Callable[[Route], object] | None = None, at: str = "") -> None:
    """The visit's own page, `at` this place of it; the later script is answered as the test says."""
    if answered:
        page.route(LATER, answered)
    page.goto(f"/visits/{visit}/form{at}", wait_until="commit")
    expect(page.locator("#filling[data-alive]")).to_be_attached()


def held_back(page: Page) -> list[Route]:
    """The later script does not come until it is let through."""
    held: list[Route] = []
    page.route(LATER, lambda route: held.append(route))
    return held


def let_through(held: list[Route]) -> None:
    for route in held:
        route.continue_()


def to(page: Page, key: str) -> None:
    page.evaluate("(key) => { location.hash = key; }", key)


def to_the_check(page: Page) -> None:
    to(page, "!check")


def test_the_form_is_filled_in_while_it_is_on_its_way(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page = deputy.page
    held = held_back(page)
    open_page(page, visit)
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2011")
    kept(page, visit, FOUNDED, "2011")
    expect(page.locator(NOTE)).to_be_hidden()
    page.evaluate("scrollTo(0, 100000)")
    to_the_check(page)
    expect(page.locator(NOTE)).to_contain_text("加载完会自动继续")
    expect(page.locator(NOTE)).to_be_in_viewport()
    expect(page.locator("section[data-page=g_profile]")).to_be_visible()
    deputy.look()
    [route] = held
    route.continue_()
    expect(page.locator(CHECK)).to_be_visible()
    expect(page.locator(NOTE)).to_be_hidden()


def test_who_has_gone_on_meanwhile_is_not_taken_back_to_the_check(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page = deputy.page
    held = held_back(page)
    open_page(page, visit)
    to_the_check(page)
    expect(page.locator(NOTE)).to_be_visible()
    go_to(page, "g_profile")
    [route] = held
    route.continue_()
    expect(page.locator(NOTE)).to_be_hidden()
    expect(page.locator("section[data-page=g_profile]")).to_be_visible()
    expect(page.locator(CHECK)).to_be_hidden()


def test_one_that_did_not_come_is_asked_for_again(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page, asked = deputy.page, []

    def refused_once(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()
        else:
            route.fulfill(status=404)

    deputy.may_be_refused(404)
    open_page(page, visit, refused_once)
    page.wait_for_load_state()
    to_the_check(page)
    expect(page.locator(CHECK)).to_be_visible()
    assert len(asked) == 2


def test_one_that_is_stuck_on_its_way_is_asked_for_again(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=WITHOUT_WORKER + SOONER)
    page = deputy.page
    opened(deputy, visit)
    page.goto("about:blank")
    asked: list[Route] = []
    open_page(page, visit, lambda route: asked.append(route) if not asked else route.continue_())
    to_the_check(page)
    expect(page.locator(CHECK)).to_be_visible()
    assert len(asked) == 1, "the first one never came"


def test_one_of_another_release_does_nothing_and_the_page_can_be_opened_again(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page = deputy.page
    mark = re.search(r'self\.diaoyan=\["([0-9a-f]{8})"', (DIST / "phone.js").read_text())
    assert mark
    other = (DIST / "phone.later.js").read_text().replace(mark[1], "0000ffff")
    open_page(page, visit, lambda route: route.fulfill(body=other, content_type="text/javascript"))
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2011")
    to_the_check(page)
    anew = page.get_by_role("link", name="重新打开本页")
    expect(anew).to_be_visible()
    expect(page.locator(CHECK)).to_be_hidden()
    deputy.look()
    page.unroute(LATER)
    anew.click()
    expect(page.locator("#filling[data-alive]")).to_be_attached()
    expect(box(page, FOUNDED)).to_have_value("2011")
    to_the_check(page)
    expect(page.locator(CHECK)).to_be_visible()


def test_one_that_comes_before_the_first_waits_for_it(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page, held = deputy.page, []
    page.route("**/dist/phone.js*", lambda route: held.append(route))
    with page.expect_event("requestfinished", lambda asked: "dist/phone.later.js" in asked.url):
        page.goto(f"/visits/{visit}/form", wait_until="commit")
    page.locator("#form-texts").wait_for(state="attached")
    [route] = held
    route.continue_()
    expect(page.locator("#filling[data-alive]")).to_be_attached()
    to_the_check(page)
    expect(page.locator(CHECK)).to_be_visible()


def test_who_lost_the_right_to_write_changes_nothing_more(begun: tuple[Visitor, str]) -> None:
    """Another page takes over while an entry is still to be added here: nothing is taken here from that moment on."""
    deputy, visit = begun
    page = deputy.page
    held = held_back(page)
    open_page(page, visit)
    to(page, "r_suggest")
    page.evaluate("document.querySelector('#f-entries [data-do=add]').click()")
    other = deputy._open_page()
    other.goto(f"/visits/{visit}/form")
    other.locator("[data-do=take]").click()
    go_to(other, "g_profile")
    box(other, STAFF).fill("55")
    kept(other, visit, STAFF, "55")
    expect(page.locator("#f-reading")).to_be_visible()
    expect(page.locator("#f-answers")).to_be_hidden()
    let_through(held)
    expect(page.locator("#f-reading [data-part=pages] h2").first).to_be_visible()
    [row] = rows(other, "visits")
    assert row["answers"][STAFF] == "55"
    assert not row["repeats"].get("/r_suggest")


def test_a_second_page_is_for_reading_at_once(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    open_page(deputy.page, visit)
    page_kept(deputy.page, visit, "g_visit")
    other = deputy._open_page()
    held = held_back(other)
    open_page(other, visit)
    expect(other.locator("#f-reading")).to_be_visible()
    expect(other.locator("#f-answers")).to_be_hidden()
    let_through(held)
    expect(other.locator("#f-reading [data-part=pages] h2").first).to_be_visible()
    other.locator("[data-do=take]").click()
    expect(other.locator("#f-answers")).to_be_visible()


def test_a_page_opened_at_its_check_is_filled_in_until_the_check_is_there(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page = deputy.page
    held = held_back(page)
    open_page(page, visit, at="#!check")
    question(page, CONSENT).locator("input[value=named]").check()
    kept(page, visit, CONSENT, "named")
    let_through(held)
    expect(page.locator(CHECK)).to_be_visible()
    go_to(page, "g_visit")
    expect(question(page, CONSENT).locator("input:checked")).to_have_value("named")


def test_what_was_pressed_is_done_where_it_was_pressed_or_not_at_all(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page = deputy.page
    open_page(page, visit)
    to(page, "r_suggest")
    for number in (1, 2):
        page.locator("#f-entries [data-do=add]").click()
        question(page, f"/r_suggest[{number}]/s_text").locator("textarea").fill(f"第{number}条建议的内容")
        page.locator("#f-answers [data-do=next]").click()
        expect(page.locator("#f-entries")).to_be_visible()
    until_row(page, visit, "row.repeats['/r_suggest'] === 2")
    page.goto("about:blank")
    held = held_back(page)
    open_page(page, visit)
    for key in ("r_suggest[2]", "r_suggest[1]"):
        go_to(page, key)
    page.locator("#f-answers [data-do=remove]").click()
    page.evaluate("history.back()")
    expect(page.locator("section[data-page='r_suggest[2]']")).to_be_visible()
    let_through(held)
    to_the_check(page)
    expect(page.locator(CHECK)).to_be_visible()
    [row] = rows(page, "visits")
    assert row["repeats"]["/r_suggest"] == 2


def test_the_list_of_entries_is_not_shown_by_halves(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page = deputy.page
    held = held_back(page)
    open_page(page, visit)
    to(page, "r_suggest")
    expect(page.locator(NOTE)).to_be_hidden()
    expect(page.locator("#f-entries")).to_be_hidden()
    deputy.look()
    let_through(held)
    expect(page.locator("#f-entries [data-do=add]")).to_be_visible()


def test_which_draft_is_asked_before_anything_is_filled_in(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    one = deputy_of(newcomer, init=WITHOUT_WORKER)
    is_mirrored(opened(one, visit), visit, CONSENT, "anon")
    two = deputy_of(replace(newcomer, codes=[phone_server.code(newcomer)]), init=WITHOUT_WORKER)
    held = held_back(two.page)
    two.page.goto(f"/visits/{visit}/form", wait_until="commit")
    expect(two.page.locator("#f-answers")).to_be_hidden()
    expect(two.page.locator(NOTE)).to_be_visible()
    let_through(held)
    two.page.locator("#f-drafts button").first.click()
    expect(question(two.page, CONSENT).locator("input:checked")).to_have_value("anon")


def test_a_visit_from_its_own_page_to_the_receipt(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    answers, repeats = example("small-firm-arrears-idle-plant")
    open_page(deputy.page, visit)
    walk(deputy, answers, repeats["/r_suggest"])
    hand_in(deputy)
    expect(delivered(deputy)).to_be_visible()
