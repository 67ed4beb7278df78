"""The offline form for everybody: 长辈版, keyboard alone, English; every screen of it is looked at."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from surveys.database import db
from surveys.fieldwork.visits.submissions import Submission
from tests.browser import PHONE, Served, Visitor, until
from tests.journeys import keyboard
from tests.journeys.form_filling import begin, delivered, hand_in, open_visit, question, title, walk
from tests.journeys.keyboard import onward, press, tab_to
from tests.journeys.people import open_task, signed_in_deputy, visit_state
from tests.surveys.pages.field_world import example

EXAMPLE = "small-firm-arrears-idle-plant"


def text_size(page: Page, selector: str) -> float:
    return float(page.locator(selector).first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)"))


def test_large_text_and_large_targets(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    answers, repeats = example(EXAMPLE)
    deputy.page.goto("/text-size/elder?next=/visits")
    expect(deputy.page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    open_visit(deputy, task)
    begin(deputy)
    page = deputy.page
    assert text_size(page, ".pick span") >= 24
    walk(deputy, answers, repeats, look=True)


def test_a_question_that_opens_has_its_choices_and_none_is_chosen(
    served: Served, visitor: Callable[..., Visitor]
) -> None:
    task = open_task(served.app)
    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    page = deputy.go("/visits")
    expect(page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    open_visit(deputy, task)
    begin(deputy)
    reason = question(page, "/g_visit/refuse_reason")
    expect(reason).to_be_hidden()
    refused = page.locator(".pick", has_text="不接受调研").locator("input")
    refused.check()
    expect(reason).to_be_visible()
    expect(reason.locator("input[type=radio]:checked")).to_have_count(0)
    choices = ["busy", "privacy", "fatigue", "noeffect", "unsaid", "not_found", "closed", "other"]
    assert reason.locator("input[type=radio]").evaluate_all("all => all.map((one) => one.value)") == choices
    expect(page.locator(f"[name='{refused.get_attribute('name')}']:checked")).to_have_count(1)
    reason.locator("input[value=closed]").check()
    until(
        page, "async () => document.getElementById('filling').form.row.answers['/g_visit/refuse_reason'] === 'closed'"
    )


def test_the_whole_visit_in_english(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE, language="en"))
    answers, repeats = example(EXAMPLE)
    deputy.page.goto("/language/en?next=/visits")
    expect(deputy.page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    deputy.look()
    open_visit(deputy, task)
    deputy.look()
    begin(deputy)
    expect(deputy.page.locator("#f-where")).to_contain_text("Part 1 of")
    walk(deputy, answers, repeats, look=True)
    hand_in(deputy)
    expect(delivered(deputy)).to_contain_text("The server holds a complete copy")
    deputy.look()
    assert visit_state(served.app, task.visit_id) == "submitted"


def test_keyboard_alone(served: Served, visitor: Callable[..., Visitor]) -> None:
    """From the list to a refusal that is handed in, without a pointer."""
    task = open_task(served.app)
    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    page = deputy.go("/visits")
    expect(page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    page.locator(f"li a.name[data-visit='{task.visit_id}']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f-start")).to_be_visible()

    press(page, "[data-do=begin]")
    expect(question(page, "/g_visit/visit_date")).to_be_visible()
    tab_to(page, "input[type=date]")
    page.keyboard.type("07122023")
    tab_to(page, "input[name='/g_visit/visit_mode']")
    page.keyboard.press("Space")
    tab_to(page, "input[name='/g_visit/consent']")
    page.keyboard.press("ArrowUp")
    expect(question(page, "/g_visit/consent").locator("input[value=refuse]")).to_be_checked()
    tab_to(page, "input[name='/g_visit/refuse_reason']")
    page.keyboard.press("Space")
    for _ in range(12):
        if page.locator("#f-check").is_visible():
            break
        onward(page, "[data-do=next]")
    assert "核对" in title(page)
    remaining = page.locator("#f-check [data-part=gaps] li")
    while remaining.count():  # a remark is asked of a refusal
        press(page, "[data-do=first]")
        page.keyboard.type("企业负责人外出，改期也不便。")
        press(page, "[data-do=next]")
    press(page, "[data-do=hand-in]")
    expect(delivered(deputy)).to_be_visible()


def test_a_whole_visit_by_keyboard_alone(served: Served, visitor: Callable[..., Visitor]) -> None:
    """Every kind of answer, entries added, two gaps found at the check and jumped to, to the receipt that stands on the server."""
    task = open_task(served.app)
    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    answers, repeats = example(EXAMPLE)
    page = deputy.go("/visits")
    expect(page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    press(page, f"li a.name[data-visit='{task.visit_id}']")
    expect(page.locator("#f-start")).to_be_visible()
    press(page, "[data-do=begin]")
    expect(question(page, "/g_visit/visit_date")).to_be_visible()

    left_out = ["/r_problem[2]/p_text", "/r_suggest[1]/s_text"]
    given = {path: text for path, text in answers.items() if path not in left_out}
    keyboard.walk(page, given, repeats)
    gaps = page.locator("#f-check [data-part=gaps] li")
    expect(gaps).to_have_count(2)
    press(page, "#f-check [data-do=first]")
    expect(question(page, left_out[0]).locator("textarea")).to_be_focused()
    page.keyboard.type(answers[left_out[0]])
    keyboard.walk(page, {}, {})
    expect(gaps).to_have_count(1)
    press(page, "#f-check [data-part=gaps] li button")
    expect(question(page, left_out[1]).locator("textarea")).to_be_focused()
    page.keyboard.type(answers[left_out[1]])
    keyboard.walk(page, {}, {})
    press(page, "#f-check [data-do=hand-in]")
    expect(delivered(deputy)).to_be_visible()
    deputy.look()
    with served.app.app_context():
        body = json.loads(db.session.query(Submission).filter_by(visit_id=task.visit_id).one().body)
    typed = {
        path: text
        for path, text in answers.items()
        if not path.startswith(("/asg", "/att", "/g_ident", "/g_visit/visitor"))
    }
    found = {path: body["answers"].get(path, "") for path in typed}
    assert {path: set(text.split()) for path, text in found.items()} == {
        path: set(text.split()) for path, text in typed.items()
    }
