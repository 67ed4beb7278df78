"""A page that is left the moment after a tap: the answer is there when the visit is opened again, and nothing of another page is lost."""

import random

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Visitor
from tests.journeys.phone_forms import (
    FOUNDED,
    STAFF,
    DeputyOf,
    box,
    deputy_of,
    go_to,
    kept,
    last_words_are_heeded,
    opened,
    page_kept,
    row_of,
    rows,
    taken_over,
)
from tests.journeys.phone_world import WITHOUT_LOCKS, PhoneServer, phone_server

__all__ = ["deputy_of", "phone_server"]
ELSEWHERE = "/visits/help"
# A key as a person types it, and the page left so many milliseconds later: by another address, else by what the test does then.
TYPED_AND_LEFT = """([path, text, soon, address]) => {
    const field = document.querySelector(`section[data-page]:not([hidden]) [data-path="${path}"] input:not([type=hidden])`);
    field.value = text;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    const leave = () => { location.href = address; };
    if (address && soon) setTimeout(leave, soon);
    else if (address) leave();
}"""


def leave(deputy: Visitor, path: str, text: str, soon: int, *, closing: bool = False) -> None:
    """The answer is given; `soon` milliseconds later the page is left for another address, or its tab is closed."""
    page = deputy.page
    page.evaluate(TYPED_AND_LEFT, [path, text, soon, None if closing else ELSEWHERE])
    if not closing:
        page.wait_for_url(f"**{ELSEWHERE}")
        return
    page.wait_for_timeout(soon)
    deputy.kill_page()


def reopened_at(page: Page, visit: str) -> None:
    """The visit's own address, at the page of numbers; where the dead page's lease still stands, it is taken over."""
    page.goto(f"/visits/{visit}/form#g_profile")
    expect(page.locator("#f-saved")).not_to_be_empty()  # the script has the page
    taken_over(page)
    expect(box(page, FOUNDED)).to_be_visible()


@pytest.mark.parametrize(("init", "rounds"), [("", 16), (WITHOUT_LOCKS, 6)], ids=["Web Locks", "lease"])
def test_a_tap_is_kept_however_soon_the_page_is_left(
    phone_server: PhoneServer, deputy_of: DeputyOf, init: str, rounds: int
) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=init)
    opened(deputy, visit)
    dice, typed = random.Random(20230717), ""
    for number in range(1000, 1000 + rounds):
        reopened_at(deputy.page, visit)
        expect(box(deputy.page, FOUNDED)).to_have_value(typed)
        typed = str(number)
        leave(deputy, FOUNDED, typed, dice.choice((0, 0, 5, 30, 120)), closing=dice.random() < 0.5)


def test_the_list_knows_of_it_too(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """What is told of the visit, and sent as its draft, is what was typed last."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    opened(deputy, visit)
    reopened_at(deputy.page, visit)
    leave(deputy, FOUNDED, "2011", 0)
    deputy.page.goto("/visits")
    expect(row_of(deputy, visit)).to_contain_text("草稿")
    last_words_are_heeded(deputy.page)
    kept(deputy.page, visit, FOUNDED, "2011")


def test_the_queue_knows_of_it_too(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    opened(deputy, visit)
    reopened_at(deputy.page, visit)
    leave(deputy, FOUNDED, "2012", 0)
    deputy.page.goto("/visits/queue")
    expect(deputy.page.locator("#queue")).to_be_visible()
    kept(deputy.page, visit, FOUNDED, "2012")


@pytest.mark.parametrize(
    ("soon", "other"), [(0, "86"), (900, "86"), (900, "")], ids=["at once", "when it was told", "the other only looked"]
)
def test_a_page_that_is_left_writes_over_nothing(
    phone_server: PhoneServer, deputy_of: DeputyOf, soon: int, other: str
) -> None:
    """Another page took the visit over; this one learns of it when it is left, or when it saves: both are kept."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=f"{WITHOUT_LOCKS} window.setInterval = () => 0;")  # no lease is renewed
    first = opened(deputy, visit)
    kept(first, visit, "/g_visit/consent", "anon")
    go_to(first, "g_profile")
    page_kept(first, visit, "g_profile")
    second = deputy._open_page()
    reopened_at(second, visit)
    if other:
        box(second, STAFF).fill(other)
        kept(second, visit, STAFF, other)
    leave(deputy, FOUNDED, "2011", soon)
    second.close()
    first.goto("/visits")
    last_words_are_heeded(first)
    if other:
        kept(first, visit, STAFF, other)
    first.goto("/visits/queue")
    aside = first.locator("#q-asides li")
    expect(aside).to_have_count(1)
    aside.get_by_role("button", name="看一看").click()
    expect(aside).to_contain_text("2011")
    reopened_at(first, visit)
    expect(box(first, STAFF)).to_have_value(other)
    expect(box(first, FOUNDED)).to_have_value("")


def test_who_only_turned_a_page_leaves_no_draft_behind(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """Another page took the visit over: what this one would have saved is no answer."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=f"{WITHOUT_LOCKS} window.setInterval = () => 0;")
    first = opened(deputy, visit)
    kept(first, visit, "/g_visit/consent", "anon")
    second = deputy._open_page()
    reopened_at(second, visit)
    box(second, STAFF).fill("86")
    kept(second, visit, STAFF, "86")
    first.evaluate("() => { location.hash = 'g_profile'; }")
    expect(first.locator("#f-reading")).to_be_visible()
    first.goto("/visits/queue")
    expect(first.locator("#q-sum")).not_to_be_empty()
    assert not [row for row in rows(first, "device") if row["id"].startswith("aside:")]
