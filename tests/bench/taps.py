"""What a deputy's thumb does in a visit, counted at the form of the demonstration: taps, pages, typed characters.

Typical is a visit with three difficulties, one problem and one suggestion; beside it one without any, one that was refused, and one that
the desk returned with a remark.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.bench.phone import CHROMIUM, served
from tests.bench.row import Row
from tests.browser import ARGUMENTS
from tests.thumb import Thumb
from tests.typical_visits import PLAIN, REFUSED, TYPICAL, Answers

GOALS = {"typical": (55, 10, 90), "plain": (40, 9, 40), "refused": (12, 3, 20), "returned": (5, 1, 40)}
REPLY = "负责人已核对，数字无误。"
VISITS = {"typical": TYPICAL, "plain": PLAIN, "refused": REFUSED}


def measure() -> Iterator[Row]:
    with served() as (base, _visit, way), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        counted = {name: count(browser, base, way, answers) for name, answers in VISITS.items()}
        counted["typical, larger text"] = count(browser, base, way, TYPICAL, size="elder")
        counted["returned"] = count_returned(browser, base, way)
        browser.close()
    for name, thumb in counted.items():
        taps, pages, characters = GOALS[name.partition(",")[0]]
        yield Row("taps", f"taps of a visit, {name}", thumb.taps, "", taps, f"{thumb.questions} questions")
        yield Row("taps", f"pages of a visit, {name}", thumb.pages, "", pages)
        yield Row("taps", f"typed characters of a visit, {name}", thumb.characters, "", characters)


def count(browser: Browser, base: str, way: str, answers: Answers, size: str = "standard") -> Thumb:
    """A visit that nobody began, filled in from its row in the list to the check; it is not handed in."""
    with _phone(browser, base, way, size) as page:
        thumb = Thumb(page, answers.by_path, answers.entries)
        _open(thumb, "open")
        expect(page.locator("#f-start")).to_be_visible()
        thumb.begin()
        thumb.to_check()
        expect(page.locator("#f-check [data-part=ready]")).to_be_visible()
        thumb.taps += 1  # 报送, which is not pressed
        return thumb


def count_returned(browser: Browser, base: str, way: str) -> Thumb:
    """A visit that the desk returned with one remark: from its row to the check, the remark answered in a sentence."""
    with _phone(browser, base, way, "standard") as page:
        thumb = Thumb(page, {})
        _open(thumb, "returned")
        reply = page.locator("#f-answers .reply textarea").first
        thumb.press(reply)
        thumb.characters += len(REPLY)
        reply.fill(REPLY)
        thumb.pages += 1
        thumb.press(page.locator("#f-answers [data-do=check]"))
        expect(page.locator("#f-check [data-part=ready]")).to_be_visible()
        thumb.taps += 1
        return thumb


def _open(thumb: Thumb, state: str) -> None:
    """The row of a visit, without network: nothing of it comes to the server, and the next round finds it as this one did."""
    row = thumb.page.locator(f"li:has(a.name[data-state={state}]):has(.is-ready)").last
    row.wait_for()
    thumb.page.context.set_offline(True)
    thumb.press(row.locator("a.name"))


@contextmanager
def _phone(browser: Browser, base: str, way: str, size: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="zh-CN", timezone_id="Asia/Shanghai", service_workers="block"
    )
    page = context.new_page()
    page.goto(way)
    page.goto(f"{base}/visits/text-size/{size}?next=/visits")
    try:
        yield page
    finally:
        context.close()
