"""A draft that was not chosen stays under 另存的草稿 until the person deletes it: looked at, taken up again, deleted after two questions."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import PHONE, Served, Visitor
from tests.journeys.form_filling import begin, come_in, open_visit, question
from tests.journeys.people import Task, open_task, signed_in_deputy
from tests.journeys.phone_forms import is_mirrored

DAY = "/g_visit/visit_date"


def day_is(page: Page, day: str) -> None:
    expect(question(page, DAY).locator("input[type=date]")).to_have_value(day)


def write_day(person: Visitor, task: Task, day: str) -> None:
    """The day, mirrored to the server as a page that goes out of sight does."""
    question(person.page, DAY).locator("input[type=date]").fill(day)
    is_mirrored(person.page, task.visit_id, DAY, day)


def two_drafts(served: Served, visitor: Callable[..., Visitor]) -> tuple[Task, Visitor]:
    """The same visit begun in WeChat and in the browser, differently; the browser asks which to go on with."""
    task = open_task(served.app)
    wechat, browser = visitor(size=PHONE), visitor(size=PHONE)
    come_in(served, wechat, task)
    open_visit(wechat, task)
    begin(wechat)
    signed_in_deputy(served.app, task, browser)
    page = browser.go("/visits")
    expect(page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    open_visit(browser, task)
    begin(browser)
    write_day(browser, task, "2023-07-13")
    write_day(wechat, task, "2023-07-12")
    page = browser.go("/visits")
    expect(page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    open_visit(browser, task)
    expect(page.locator("#f-drafts")).to_be_visible()
    return task, browser


def test_what_was_not_chosen_is_looked_at_and_taken_up_again(served: Served, visitor: Callable[..., Visitor]) -> None:
    _task, browser = two_drafts(served, visitor)
    page = browser.page
    page.locator("#f-drafts button").first.dblclick()  # an impatient finger
    day_is(page, "2023-07-12")
    expect(page.locator("#f-reading")).to_be_hidden()

    browser.go("/visits")
    expect(page.locator("#asides")).to_contain_text("另存的草稿：1份")
    browser.press(page.locator("#asides a"))
    kept = page.locator("#q-asides li")
    expect(kept).to_contain_text("这部手机上的")
    kept.get_by_role("button", name="看一看").click()
    expect(kept.locator("[data-part=answers]")).to_contain_text("2023-07-13")
    browser.look()
    with page.expect_navigation():
        kept.get_by_role("button", name="改用这一份").click()
    day_is(page, "2023-07-13")

    # and the one that was gone on with until now has taken its place
    browser.go("/visits/queue")
    page.locator("#q-asides").get_by_role("button", name="看一看").click()
    expect(page.locator("#q-asides [data-part=answers]")).to_contain_text("2023-07-12")


def test_it_is_deleted_after_two_questions_alone(served: Served, visitor: Callable[..., Visitor]) -> None:
    _task, browser = two_drafts(served, visitor)
    page = browser.page
    page.locator("#f-drafts button").last.click()
    day_is(page, "2023-07-13")
    browser.go("/visits/queue")
    kept = page.locator("#q-asides li")
    kept.get_by_role("button", name="删除这份草稿").click()
    expect(kept.locator("[data-part=ask]")).to_contain_text("要删除这份草稿吗")
    browser.look()
    kept.get_by_role("button", name="先留着").click()
    expect(kept.locator("[data-part=asking]")).to_be_hidden()
    kept.get_by_role("button", name="删除这份草稿").click()
    kept.get_by_role("button", name="删除", exact=True).click()
    expect(kept.locator("[data-part=ask]")).to_contain_text("找不回来")
    expect(kept).to_have_count(1)
    kept.get_by_role("button", name="删除", exact=True).click()
    expect(page.locator("#q-asides")).to_be_hidden()
    page.reload()
    expect(page.locator("#queue")).to_be_visible()
    expect(page.locator("#q-asides")).to_be_hidden()
