"""The script that the end of a visit needs comes after the one that opens the form: late, not at all, of another release, too soon."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import Visitor
from tests.journeys.form_filling import CHECK, delivered, hand_in, walk
from tests.journeys.phone_forms import (
    FOUNDED,
    DeputyOf,
    box,
    deputy_of,
    go_to,
    kept,
    opened,
    row_of,
)
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_server"]

DIST = Path(__file__).parents[2] / "static/dist"
LATER = "**/dist/phone.later.js*"
WITHOUT_WORKER = "delete Navigator.prototype.serviceWorker;"  # what it has kept passes by what is held back here
NOTE = "#f-later"


@pytest.fixture
def begun(phone_server: PhoneServer, deputy_of: DeputyOf) -> tuple[Visitor, str]:
    """A deputy and a visit that was begun; the list stands there."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=WITHOUT_WORKER)
    page = opened(deputy, visit)
    page.get_by_role("link", name="我的走访").first.click()
    expect(row_of(deputy, visit)).to_contain_text("草稿")
    return deputy, visit


def open_page(page: Page, visit: str, answered: Callable[[Route], object] | None = None, script: str = LATER) -> None:
    """The visit's own page, one of its scripts answered as the test says."""
    if answered:
        page.route(script, answered)
    page.goto(f"/visits/{visit}/form", wait_until="commit")
    expect(page.locator("#filling[data-alive]")).to_be_attached()


def to_the_check(page: Page) -> None:
    page.evaluate("location.hash = '!check'")


def test_the_form_is_filled_in_while_it_is_on_its_way(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page, held = deputy.page, []
    open_page(page, visit, lambda route: held.append(route))
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2011")
    kept(page, visit, FOUNDED, "2011")
    expect(page.locator(NOTE)).to_be_hidden()
    to_the_check(page)
    expect(page.locator(NOTE)).to_contain_text("传到后自动接着办")
    expect(page.locator("section[data-page=g_profile]")).to_be_visible()
    deputy.look()
    [route] = held
    route.continue_()
    expect(page.locator(CHECK)).to_be_visible()
    expect(page.locator(NOTE)).to_be_hidden()


def test_who_has_gone_on_meanwhile_is_not_taken_back_to_the_check(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page, held = deputy.page, []
    open_page(page, visit, lambda route: held.append(route))
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


def test_one_of_another_release_does_nothing_and_the_page_can_be_opened_again(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    page = deputy.page
    mark = re.search(r'mark:"([0-9a-f]{8})"', (DIST / "phone.js").read_text())
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


def test_a_visit_from_its_own_page_to_the_receipt(begun: tuple[Visitor, str]) -> None:
    deputy, visit = begun
    answers, repeats = example("small-firm-arrears-idle-plant")
    open_page(deputy.page, visit)
    walk(deputy, answers, repeats["/r_suggest"])
    hand_in(deputy)
    expect(delivered(deputy)).to_be_visible()
