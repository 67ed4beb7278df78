"""Filling in the offline form as a person does: from the slip to the list, page after page in place, to the check and the receipt."""

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from tests.browser import Served, Visitor
from tests.journeys.filling import fill_in
from tests.journeys.people import Task, slip_and_code

SEEN = "section[data-page]:not([hidden]) fieldset.q[data-path]:not([hidden])"
CHECK, RECEIPT = "#f-check", "#f-receipt"


def come_in(served: Served, deputy: Visitor, task: Task) -> Page:
    """From the slip to the list, every visit made ready."""
    slip, code = slip_and_code(served.app, task)
    deputy.go(slip)
    expect(deputy.page.locator("#slip")).to_have_attribute("data-alive", "yes")
    deputy.page.locator("#code").fill(code)
    deputy.press(deputy.page.locator("#slip button"))
    expect(deputy.page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    return deputy.page


def open_visit(deputy: Visitor, task: Task) -> Page:
    """Press the visit's row; the form opens in place."""
    deputy.page.locator(f"li a.name[data-visit='{task.visit_id}']").click()
    expect(deputy.page.locator("#f-title")).not_to_be_empty()
    return deputy.page


def begin(deputy: Visitor) -> None:
    """Who went is ticked already."""
    deputy.page.locator("#f-start [data-do=begin]").click()
    expect(deputy.page.locator("#f-answers")).to_be_visible()


def title(page: Page) -> str:
    return page.locator("#f-title").inner_text()


def question(page: Page, path: str) -> Locator:
    return page.locator(f"section[data-page]:not([hidden]) [data-path='{path}']")


def answer_page(page: Page, answers: dict[str, str]) -> None:
    """Every question in sight that is not given; an answer opens further ones, which are answered too."""
    done: set[str] = set()
    while True:
        paths = [
            one for one in page.locator(SEEN).evaluate_all("all => all.map(q => q.dataset.path)") if one not in done
        ]
        if not paths:
            return
        for path in paths:
            done.add(path)
            asked = question(page, path)
            if asked.get_attribute("hidden") is None and not asked.locator(".given:not([hidden])").count():
                fill_in(asked, answers.get(path, ""))


def walk(deputy: Visitor, answers: dict[str, str], entries: Mapping[str, int], *, look: bool = False) -> list[str]:
    """From the page in sight to the check. `entries`: how many to add to each open list. Gives the titles on the way."""
    page, titles, left = deputy.page, [], dict(entries)
    for _ in range(60):
        titles.append(title(page))
        if page.locator(CHECK).is_visible():
            if look:
                deputy.look()
            return titles
        before = page.url
        adding = page.locator("#f-entries [data-do=add]")
        if look:
            deputy.look()
        listed = "/" + before.partition("#")[2]
        if adding.is_visible() and left.get(listed, 0):
            left[listed] -= 1
            adding.click()
        else:
            if not adding.is_visible():
                answer_page(page, answers)
            page.locator("#f-answers [data-do=next]").click()
        page.wait_for_url(lambda url, before=before: url != before)
    raise AssertionError("no end: " + ", ".join(titles))


def hand_in(deputy: Visitor) -> None:
    deputy.page.locator("#f-check [data-do=hand-in]").click()
    expect(deputy.page.locator(RECEIPT)).to_be_visible()


def delivered(deputy: Visitor) -> Locator:
    """What says that it arrived, once it is in sight: its words stand in the page from the start."""
    return deputy.page.locator("#f-receipt [data-part=delivered]").filter(visible=True)
