"""What the journeys look at on every page includes the browser's own windows: one that a page opens is a fault, leaving a page is none."""

from playwright.sync_api import Browser

from tests.browser import PHONE, Visitor
from tests.journeys.phone_world import QUIET, PhoneServer, phone_server

__all__ = ["phone_server"]
UNSAVED = "addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = 'unsaved'; })"


def test_a_window_that_a_page_opens_is_a_fault(chromium: Browser, phone_server: PhoneServer) -> None:
    person = Visitor(chromium, phone_server.address, size=PHONE, script=True, language="zh-CN")
    try:
        person.page.goto(QUIET)
        for window in ("alert", "confirm", "prompt"):
            assert not person.page.evaluate(f"{window}('really?')")
            assert person.faults.pop() == f"a window of the browser's, {window}: really?"
        person.page.evaluate(UNSAVED)
        person.page.locator("h1").click()  # only a page that was touched may ask
        person.page.goto("/sign-in")
        assert not person.page.url.endswith(QUIET)
        assert person.faults == []
    finally:
        person.close()
