"""A deputy whose phone runs scripts: made ready where there is a signal, filled in and submitted without one, delivered when it is back."""

from collections.abc import Callable

from playwright.sync_api import expect

from surveys.database import db
from surveys.fieldwork.visits.attendance import attending
from tests.browser import PHONE, Served, Visitor
from tests.journeys.form_filling import (
    answer_page,
    begin,
    come_in,
    delivered,
    hand_in,
    open_visit,
    question,
    walk,
)
from tests.journeys.people import open_task, visit_state
from tests.surveys.pages.field_world import example

EXAMPLE = "small-firm-arrears-idle-plant"


def test_offline_from_start_to_sent(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    answers, repeats = example(EXAMPLE)
    deputy = visitor(size=PHONE)
    page = come_in(served, deputy, task)
    deputy.look()

    deputy.lose_signal()
    open_visit(deputy, task)
    assert "请向企业宣读" in deputy.words()
    expect(page.locator("#f-offline")).to_be_visible()
    deputy.look()
    begin(deputy)

    # a rule of the form speaks at once, and is silent once the answer is mended
    day = question(page, "/g_visit/visit_date")
    day.locator("input[type=date]").fill("2023-09-30")
    day.locator("input[type=date]").blur()
    expect(day.locator(".err")).to_be_visible()
    deputy.look()
    day.locator("input[type=date]").fill(answers["/g_visit/visit_date"])
    expect(day.locator(".err")).to_have_count(0)
    expect(day.locator(".echo")).to_contain_text("周三")

    # a refusal opens its reason and closes nothing that was typed
    reason = question(page, "/g_visit/refuse_reason")
    expect(reason).to_be_hidden()
    question(page, "/g_visit/consent").locator("input[value=refuse]").check()
    expect(reason).to_be_visible()
    question(page, "/g_visit/consent").locator("input[value=anon]").check()
    expect(reason).to_be_hidden()
    expect(page.locator("#f-saved")).to_contain_text("已存在这部手机，尚未报送")

    answer_page(page, answers)
    titles = walk(deputy, answers, repeats, look=True)
    assert len(titles) > 10
    page.go_back()
    expect(page.locator("#f-title")).to_contain_text("结束")  # back leads to the page before the check
    page.go_forward()
    expect(page.locator("#f-check")).to_be_visible()
    page.evaluate("location.hash = 'g_diff'")
    owed = question(page, "/g_arr/arr_total")
    owed.locator("input:not([type=hidden])").fill("500")
    expect(owed.locator(".echo")).to_contain_text("5,000,000元")
    page.go_back()
    hand_in(deputy)
    expect(page.locator("#f-receipt [data-part=waiting]")).to_contain_text("现在没有网络")
    expect(delivered(deputy)).to_be_hidden()
    deputy.look()
    assert visit_state(served.app, task.visit_id) == "open"

    deputy.lose_signal(False)
    expect(delivered(deputy)).to_be_visible()
    expect(page.locator("#f-receipt [data-part=number]")).to_contain_text(task.reference)
    deputy.look()
    assert visit_state(served.app, task.visit_id) == "submitted"
    with served.app.app_context():
        assert [deputy.id for deputy in attending(task.visit_id)] == [task.deputy_id]
        db.session.remove()


def test_wrong_answers_hold_the_page_up_and_gaps_do_not(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    answers, _ = example(EXAMPLE)
    deputy = visitor(size=PHONE)
    page = come_in(served, deputy, task)
    open_visit(deputy, task)
    begin(deputy)
    day = question(page, "/g_visit/visit_date").locator("input[type=date]")
    day.fill("2023-09-30")
    page.locator("#f-answers [data-do=next]").click()
    summary = page.locator("#f-faults")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("这一页有1处要改")
    deputy.look()
    summary.locator("a").click()
    expect(day).to_be_focused()
    day.fill(answers["/g_visit/visit_date"])
    page.locator("#f-answers [data-do=next]").click()
    expect(page.locator("#f-title")).to_contain_text("企业概况")
    expect(page.locator("#f-title")).to_be_focused()

    # the check lists what is missing and leads there
    page.evaluate("location.hash = '!check'")
    gaps = page.locator("#f-check [data-part=gaps]")
    expect(gaps).to_be_visible()
    deputy.look()
    gaps.locator("button", has_text="企业是否同意参加").click()
    expect(question(page, "/g_visit/consent").locator(".err")).to_be_visible()
    question(page, "/g_visit/consent").locator("input[value=anon]").check()


def test_entries_are_added_deleted_and_put_back(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    answers, _ = example(EXAMPLE)
    deputy = visitor(size=PHONE)
    page = come_in(served, deputy, task)
    open_visit(deputy, task)
    begin(deputy)
    question(page, "/g_visit/consent").locator("input[value=anon]").check()
    page.evaluate("location.hash = 'r_suggest'")
    for number in (1, 2):
        page.locator("#f-entries [data-do=add]").click()
        text = question(page, f"/r_suggest[{number}]/s_text").locator("textarea")
        text.fill(f"第{number}条：{answers['/r_suggest[1]/s_text']}")
        if number == 2:
            page.locator("#f-answers [data-do=remove]").click()
        else:
            page.locator("#f-answers [data-do=next]").click()
    entries = page.locator("#f-entries .list li")
    expect(entries).to_have_count(1)
    undo = page.locator("#f-entries [data-do=undo]")
    expect(undo).to_be_focused()
    deputy.look()
    undo.click()
    expect(entries).to_have_count(2)
    expect(entries.nth(1)).to_contain_text("第2条")
    deputy.look()
