"""A deputy whose phone runs scripts: skip logic, checks and amounts at once, a draft that survives a killed page, hand-in, receipt."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import PHONE, Served, Visitor, carries
from tests.journeys.filling import answer_page, start_by_slip, walk
from tests.journeys.people import open_task, visit_state
from tests.surveys.pages.field_world import example

EXAMPLE = "small-firm-arrears-idle-plant"


def test_rules_at_once_killed_page_and_hand_in(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    answers, repeats = example(EXAMPLE)
    deputy = visitor(size=PHONE)
    start_by_slip(served, deputy, task)
    page = deputy.page

    # a rule of the form speaks at once, and is silent once the answer is mended
    day = page.locator("[data-path='/g_visit/visit_date']")
    day.locator("input[type=date]").fill("2023-09-30")
    day.locator("input[type=date]").blur()
    expect(day.locator(".err")).to_be_visible()
    deputy.look()
    day.locator("input[type=date]").fill(answers["/g_visit/visit_date"])
    expect(day.locator(".err")).to_have_count(0)
    expect(day.locator(".echo")).to_contain_text("周三")

    # a refusal opens its reason and closes nothing that was typed
    reason = page.locator("[data-path='/g_visit/refuse_reason']")
    expect(reason).to_be_hidden()
    page.locator("[data-path='/g_visit/consent'] input[value=refuse]").check()
    expect(reason).to_be_visible()
    page.locator("[data-path='/g_visit/consent'] input[value=anon]").check()
    expect(reason).to_be_hidden()

    answer_page(page, answers)
    for _ in range(8):
        if deputy.path().endswith("/g_fin"):
            break
        deputy.press(deputy.page.locator("button[name=go][value=next]"))
        if not deputy.path().endswith("/g_fin"):
            answer_page(deputy.page, answers)

    # an amount is read back in yuan; what was typed is at the server although no button was pressed
    page = deputy.page
    wanted = page.locator("[data-path='/g_fin/fin_want']")
    with page.expect_response(lambda answer: carries(answer, "fin_want=500") and answer.ok):
        wanted.locator("input:not([type=hidden])").fill("500")
    expect(wanted.locator(".echo")).to_contain_text("5,000,000元")
    killed = deputy.path()
    deputy.kill_page()
    deputy.go("/visits")
    deputy.press("继续填写")
    assert deputy.path() == killed
    expect(deputy.page.locator("[name='/g_fin/fin_want']")).to_have_value("500")

    walk(deputy, answers, repeats["/r_suggest"])
    deputy.press("报送")
    assert "已送达" in deputy.words()
    assert visit_state(served.app, task.visit_id) == "submitted"
