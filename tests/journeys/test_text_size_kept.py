"""A size of text or a language that is chosen on one page holds for every page the phone keeps, with and without a signal; its foot fits
a narrow screen."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, Route, expect

from surveys.database import db, utc_now, writing
from surveys.fieldwork.visits.visits import Visit
from tests.browser import until
from tests.journeys.phone_forms import is_kept
from tests.journeys.phone_world import Phone, PhoneServer, phone_of, phone_server
from tests.journeys.test_phone_pages import ready

__all__ = ["phone_of", "phone_server"]
PhoneOf = Callable[..., Phone]
NOT_IN_TIME = {
    "zh-CN": "网络没有及时答复。如果这一页还是原来的样子，请等有网络时再按一次；填的内容都在。",
    "en": "The network did not answer in time. If this page is as before, press again when there is a signal; what you filled in is all here.",
}
LIST_IS_KEPT_WITH = """async (words) => {
    const kept = await caches.match("/visits", { ignoreVary: true });
    return (await kept.text()).includes(words);
}"""
IS_IN_ENGLISH = """async (address) => {
    const kept = await caches.match(address, { ignoreVary: true });
    return Boolean(kept) && (await kept.text()).includes('<html lang="en"');
}"""
SMALLEST = """Math.min(...Array.from(document.querySelectorAll(".foot a"), (one) => {
    const { width, height } = one.getBoundingClientRect();
    return Math.min(width, height);
}))"""


def kept(phone_server: PhoneServer, phone_of: PhoneOf) -> tuple[Phone, Page, str]:
    """A phone whose worker keeps the list and the form of its visit, which is open."""
    newcomer = phone_server.newcomer()
    phone = phone_of(worker=True).enrol(newcomer.token, newcomer.codes[0])
    page, [visit] = ready(phone), newcomer.visits
    is_kept(page, visit)
    page.goto(f"{phone.address}/visits/{visit}/form")
    return phone, page, visit


def test_a_size_chosen_in_a_form_holds_for_the_list_without_a_signal(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    phone, page, _ = kept(phone_server, phone_of)
    page.locator(".foot").get_by_role("link", name="长辈版").click()
    expect(page.locator("html")).to_have_attribute("data-text", "elder")
    until(page, LIST_IS_KEPT_WITH, 'data-text="elder"')
    phone.context.set_offline(True)
    page.goto(f"{phone.address}/visits")
    expect(page.locator("html")).to_have_attribute("data-text", "elder")
    assert page.locator("main").evaluate("one => getComputedStyle(one).fontSize") == "24px"


def test_a_language_chosen_in_a_form_holds_for_the_list_without_a_signal(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    phone, page, _ = kept(phone_server, phone_of)
    page.locator(".foot").get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    until(page, LIST_IS_KEPT_WITH, '<html lang="en"')
    phone.context.set_offline(True)
    page.goto(f"{phone.address}/visits")
    expect(page.get_by_role("heading", level=1)).to_have_text("My visits")


def is_void(phone_server: PhoneServer, visit: str, since: datetime | None) -> None:
    with phone_server.app.app_context(), writing():
        db.session.get_one(Visit, visit).voided_at = since


def test_a_page_that_leads_elsewhere_by_now_stays_as_it_was_kept(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    """What another page answers is not kept at its address: without a signal the browser would show its own error page."""
    phone, page, visit = kept(phone_server, phone_of)
    to_be_read = f"{phone.address}/visits/{visit}"
    is_void(phone_server, visit, since=utc_now())
    for address in (to_be_read, f"{phone.address}/visits/help"):  # both are kept, in this order
        page.goto(address)
        until(page, "(one) => caches.match(one, { ignoreVary: true })", address)
    is_void(phone_server, visit, since=None)  # it can be begun: its address leads to where that is done
    page.goto(f"{phone.address}/visits")
    page.locator(".foot").get_by_role("link", name="English").click()
    until(page, IS_IN_ENGLISH, "/visits/help")
    phone.context.set_offline(True)
    page.goto(to_be_read)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("name", ["长辈版", "English"])
@pytest.mark.parametrize("where", ["/visits", "/visits/VISIT/form"])
def test_pressed_without_a_signal_the_page_says_so(
    phone_server: PhoneServer, phone_of: PhoneOf, where: str, name: str
) -> None:
    phone, page, visit = kept(phone_server, phone_of)
    page.goto(phone.address + where.replace("VISIT", visit))
    words = page.locator("#no-signal")
    expect(words).to_be_hidden()
    phone.context.set_offline(True)
    page.locator(".foot").get_by_role("link", name=name).click()
    expect(words).to_be_in_viewport()
    expect(words).to_have_text(NOT_IN_TIME["zh-CN"])
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("h1")).to_be_visible()
    phone.context.set_offline(False)
    page.locator(".foot").get_by_role("link", name=name).click()
    expect(words).to_be_hidden()


CHOICE = re.compile(r"/visits/(text-size|language)/")
CHOSEN = {"长辈版": ("data-text", "elder"), "English": ("lang", "en")}


@pytest.mark.parametrize("name", list(CHOSEN))
def test_pressed_where_nothing_is_answered_the_page_says_so(
    phone_server: PhoneServer, phone_of: PhoneOf, name: str
) -> None:
    """The worker waits four seconds for the server."""
    phone, page, _ = kept(phone_server, phone_of)
    held: list[Route] = []
    phone.context.route(CHOICE, lambda route: held.append(route))
    words = page.locator("#no-signal")
    page.locator(".foot").get_by_role("link", name=name).click()
    expect(words).to_be_in_viewport()
    expect(words).to_have_text(NOT_IN_TIME["zh-CN"])
    expect(page.locator("html")).not_to_have_attribute(*CHOSEN[name])
    assert held, "it was asked of the server"
    phone.context.unroute(CHOICE)
    page.locator(".foot").get_by_role("link", name=name).click()
    expect(words).to_be_hidden()
    expect(page.locator("html")).to_have_attribute(*CHOSEN[name])


@pytest.mark.parametrize("name", list(CHOSEN))
def test_words_hold_where_it_was_changed_and_only_the_answer_did_not_come(
    phone_server: PhoneServer, phone_of: PhoneOf, name: str
) -> None:
    phone, page, _ = kept(phone_server, phone_of)
    arrived: list[int] = []

    def hold(route: Route) -> None:
        arrived.append(route.fetch(max_redirects=0).status)  # the answer goes nowhere

    phone.context.route(CHOICE, hold)
    words = page.locator("#no-signal")
    page.locator(".foot").get_by_role("link", name=name).click()
    expect(words).to_be_in_viewport()
    expect(page.locator("html")).to_have_attribute(*CHOSEN[name])
    expect(words).to_have_text(NOT_IN_TIME[page.locator("html").get_attribute("lang") or ""])
    assert arrived == [303]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_foot_fits_a_narrow_screen(phone_server: PhoneServer, phone_of: PhoneOf, language: str) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    page = phone.context.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    for size, least in (("standard", 44), ("elder", 60), ("largest", 60)):
        page.goto(f"{phone.address}/language/{language}?next=/visits")
        page.goto(f"{phone.address}/text-size/{size}?next=/visits")
        assert page.evaluate(SMALLEST) >= least
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
