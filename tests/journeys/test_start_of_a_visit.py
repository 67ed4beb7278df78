"""The start of a visit is one, with script and without, with a network and offline: the firm's card, the notice, who went."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from surveys.database import db, writing
from surveys.fieldwork.visits.visits import Visit
from tests.browser import PHONE, Served, Visitor
from tests.journeys.form_filling import come_in, open_visit
from tests.journeys.people import Task, open_task, signed_in_deputy

SHOWN = "all => all.map(one => one.innerText.replace(/\\s+/g, ' ').trim())"


def _telephones(served: Served, task: Task) -> None:
    with served.app.app_context(), writing():
        visit = db.session.get_one(Visit, task.visit_id)
        visit.subject.contact, visit.subject.contact_phone = "区经理", "020-00000021"
        assert visit.assignment is not None
        visit.assignment.group.liaison_phone = "020-00000017"


def _start(page: Page) -> list[str]:
    return page.locator("#card, section:has(> #aloud), label:has([name=present])").evaluate_all(SHOWN)


def test_the_card_and_the_notice_stand_where_the_visit_begins(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    _telephones(served, task)
    plain = signed_in_deputy(served.app, task, visitor(size=PHONE, script=False))
    plain.go(f"/visits/{task.visit_id}/start")
    without_script = _start(plain.page)

    deputy = visitor(size=PHONE)
    page = come_in(served, deputy, task)
    row = page.locator(f"li:has(a[data-visit='{task.visit_id}'])")
    expect(row.locator("a[href='tel:02000000021']")).to_be_visible()  # to press before anything is opened
    deputy.lose_signal()
    open_visit(deputy, task)
    card = page.locator("#card")
    expect(card).to_contain_text(task.reference)
    expect(card.locator("a[href='tel:02000000021']")).to_be_visible()
    expect(card.locator("a[href='tel:02000000017']")).to_contain_text("联络员")
    assert _start(page) == without_script
    assert page.locator("body").inner_text().count("请向企业宣读") == 1
    deputy.look()
