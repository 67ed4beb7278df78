"""Of a form of many pages few are gone to again: from each of them the check is one press away; what was changed since it was handed in
stands above the rest; and a press that leaves a field is never lost to what is said of that field."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import until
from tests.journeys.form_filling import hand_in, question, walk
from tests.journeys.phone_forms import REMARK, DeputyOf, box, deputy_of, go_to, kept, opened, reopened
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example

TOO_LONG = "长" * 301
__all__ = ["deputy_of", "phone_server"]


def to_check(page: Page) -> None:
    page.evaluate("() => { location.hash = '!check'; }")
    expect(page.locator("#f-check")).to_be_visible()


def test_from_the_first_gap_back_to_the_check(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    page = opened(deputy_of(newcomer), newcomer.visits[0])
    back = page.locator("#f-answers [data-do=check]")
    expect(back).to_be_hidden()  # nobody has been at the check yet
    to_check(page)
    page.locator("#f-check [data-do=first]").click()
    expect(page.locator("#f-answers")).to_be_visible()
    expect(back).to_have_text("保存，去核对")
    back.click()
    expect(page.locator("#f-check")).to_be_visible()


def test_a_gap_that_is_filled_leaves_the_others_marked_and_itself_under_the_finger(
    phone_server: PhoneServer, deputy_of: DeputyOf
) -> None:
    newcomer = phone_server.newcomer()
    page = opened(deputy_of(newcomer), newcomer.visits[0])
    to_check(page)
    page.locator("#f-check [data-part=gaps] button", has_text="订单").click()
    marked = page.locator("section[data-page=g_oper] .has-error")
    expect(marked.first).to_be_visible()
    before = marked.count()
    choice = question(page, "/g_oper/op_profit").locator(".pick").first
    choice.scroll_into_view_if_needed()
    top = choice.bounding_box()
    choice.click()
    expect(marked).to_have_count(before - 1)
    after = choice.bounding_box()
    assert top
    assert after
    assert abs(after["y"] - top["y"]) < 2
    expect(page.locator("section[data-page=g_oper] .err").first).to_contain_text("此项必填")


def test_what_is_changed_after_handing_in(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    page = opened(deputy, visit)
    answers, _ = example("refusing-enterprise")
    walk(deputy, answers, {})
    hand_in(deputy)
    expect(page.locator("#f-receipt [data-part=delivered]")).to_be_visible()
    page.locator("#f-receipt [data-do=again]").click()
    expect(page.locator("#f-answers [data-do=check]")).to_have_text("去核对并再次报送")
    go_to(page, "g_close")
    box(page, REMARK).fill("补充一句")
    kept(page, visit, REMARK, "补充一句")
    deputy.go("/visits")
    changed = page.locator("#changed-since")
    expect(changed.get_by_role("heading")).to_have_text("报送后又改过，请再次报送")
    expect(changed.locator(f"a[data-visit='{visit}']")).to_be_visible()
    deputy.look()
    reopened(deputy, visit)
    page.locator("#f-answers [data-do=next]").click()  # it is the last page
    page.locator("#f-check [data-do=hand-in]").click()
    expect(page.locator("#f-receipt [data-part=delivered]")).to_be_visible()
    page.get_by_role("link", name="我的走访").first.click()
    expect(changed).to_be_hidden()
    expect(page.locator(f"li a.name[data-visit='{visit}']")).to_be_visible()


@pytest.mark.parametrize("touched", [False, True])
def test_a_press_that_leaves_a_wrong_field_is_not_lost(
    phone_server: PhoneServer, deputy_of: DeputyOf, *, touched: bool
) -> None:
    """What is wrong is said above the button, which moves away: the press counts where it was made."""
    newcomer = phone_server.newcomer()
    deputy = deputy_of(newcomer)
    page = opened(deputy, newcomer.visits[0])
    go_to(page, "g_close")
    until(page, "() => performance.getEntriesByType('resource').some((one) => one.name.includes('visits.js'))")
    field = box(page, REMARK)
    field.fill(TOO_LONG)
    error = question(page, REMARK).locator(".err")
    expect(error).to_have_count(0)
    button = page.locator("#f-answers [data-do=previous]")
    button.scroll_into_view_if_needed()
    place = button.bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + 4  # what moves down by a line is no longer there
    if touched:
        finger = deputy.context.new_cdp_session(page)
        finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    else:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.up()
    expect(page.locator("section[data-page='g_close']")).to_be_hidden()
