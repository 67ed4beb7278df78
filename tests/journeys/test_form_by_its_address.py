"""A visit's form opened by its own address: what was ticked before its script came is kept, and it goes to the receipt."""

from playwright.sync_api import Route, expect

from tests.browser import Visitor
from tests.journeys.form_filling import CHECK, delivered, hand_in, question, walk
from tests.journeys.phone_forms import (
    CONSENT,
    WITHOUT_WORKER,
    DeputyOf,
    back_in_the_list,
    deputy_of,
    go_to,
    is_mirrored,
    kept,
)
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_server"]
ALIVE = "#filling[data-alive]"


def begun(phone_server: PhoneServer, deputy_of: DeputyOf) -> tuple[Visitor, str]:
    """A deputy and a visit that was begun; the list stands there, and the server has the draft: it shows its page."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer, init=WITHOUT_WORKER)
    is_mirrored(back_in_the_list(deputy, visit), visit, CONSENT, "anon")
    return deputy, visit


def test_what_was_ticked_before_the_script_came_is_kept_when_the_check_is_opened(
    phone_server: PhoneServer, deputy_of: DeputyOf
) -> None:
    deputy, visit = begun(phone_server, deputy_of)
    page, on_its_way = deputy.page, list[Route]()
    page.route("**/dist/phone.js*", lambda route: on_its_way.append(route))
    page.goto(f"/visits/{visit}/form#!check", wait_until="commit")
    page.locator("#form-texts").wait_for(state="attached")
    question(page, CONSENT).locator("input[value=named]").check()
    [script] = on_its_way
    script.continue_()
    expect(page.locator(ALIVE)).to_be_attached()
    expect(page.locator(CHECK)).to_be_visible()
    kept(page, visit, CONSENT, "named")
    go_to(page, "g_visit")
    expect(question(page, CONSENT).locator("input:checked")).to_have_value("named")


def test_from_its_own_page_to_the_receipt(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    deputy, visit = begun(phone_server, deputy_of)
    answers, repeats = example("small-firm-arrears-idle-plant")
    deputy.page.goto(f"/visits/{visit}/form")
    expect(deputy.page.locator(ALIVE)).to_be_attached()
    walk(deputy, answers, repeats)
    hand_in(deputy)
    expect(delivered(deputy)).to_be_visible()
