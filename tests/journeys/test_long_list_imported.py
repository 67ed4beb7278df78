"""A desk imports a list of 1,500 firms: it sees how far the reading is, what would be written, and what was, without script."""

import os
from collections.abc import Callable

from surveys.planning.imports.tables import write_table
from tests.browser import Served, Visitor
from tests.journeys.people import sign_in
from tests.journeys.test_organizer_plans import send_file
from tests.surveys.planning.test_subject_imports import HEADS, a_row

SIZES = ((360, 740), (1366, 768), (1440, 900))


def until(person: Visitor, words: str) -> None:
    """Wait until the page that looks again by itself says so."""
    person.page.locator("main").get_by_text(words).first.wait_for(timeout=120_000)


def shot(person: Visitor, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        for width, height in SIZES:
            person.page.set_viewport_size({"width": width, "height": height})
            person.page.screenshot(path=f"{folder}/{name}-{width}.png")


def test_a_long_list(served: Served, visitor: Callable[..., Visitor]) -> None:
    desk = sign_in(served.app, visitor(script=False), "unit_desk", "440118")
    desk.go("/campaigns/1/lists/import?kind=subjects")
    desk.page.locator("#unit").select_option("440118")
    rows = [a_row(5000 + number) for number in range(1500)]
    send_file(desk, "名单.xlsx", write_table("xlsx", HEADS, rows)[0])
    shot(desk, "reading")
    until(desk, "导入可用的1500行")
    shot(desk, "preview")
    desk.press("导入可用的1500行")
    shot(desk, "writing")
    until(desk, "已导入1500行")
    shot(desk, "done")
    desk.look()
