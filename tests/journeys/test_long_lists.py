"""Two thousand firms on a phone: found by characters, pinyin and initials at each key, also offline; by keyboard alone; in both languages."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from surveys.database import db, writing
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.forms.questionnaire_versions import issue_questionnaire
from surveys.questionnaire.views.list_search import MOST_SHOWN
from tests.browser import PHONE, Served, Visitor
from tests.journeys.filling import start_by_slip
from tests.journeys.form_filling import begin, come_in, delivered, hand_in, open_visit, question
from tests.journeys.people import Task, open_task
from tests.journeys.phone_forms import is_kept
from tests.surveys.questionnaire import long_lists

FIRMS, MANY = 2_000, 20_000
FIRM, DISTRICT, PARTNERS = "/g_firm/firm", "/g_firm/district", "/g_firm/partners"


def issue(app: Flask, task: Task, firms: int = FIRMS) -> None:
    """The form of long lists in force for the campaign of this visit."""
    with app.app_context():
        campaign = db.session.get_one(Visit, task.visit_id).campaign
        with writing():
            campaign.settings = {**campaign.settings, "media": False}
        files = app.extensions["files"]
        attached = long_lists.attached(firms)
        issue = issue_questionnaire(campaign, long_lists.form(), "long.xlsx", files=files, attached=attached)
        assert issue.version is not None, issue.faults


def search(page: Page, path: str, text: str) -> None:
    question(page, path).locator("[type=search]").fill(text)


def labels(page: Page, path: str) -> list[str]:
    return question(page, path).locator(".pick span").all_inner_texts()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_firm_is_found_by_its_initials_and_kept_offline(
    served: Served, visitor: Callable[..., Visitor], language: str
) -> None:
    task = open_task(served.app)
    issue(served.app, task)
    deputy = visitor(size=PHONE, language=language)
    come_in(served, deputy, task)
    page = open_visit(deputy, task)
    begin(deputy)

    firm = question(page, FIRM)
    status = firm.locator("[role=status]")
    expect(status).to_contain_text("2,000")
    expect(firm.locator(".pick")).to_have_count(MOST_SHOWN)
    deputy.look()
    for typed in ("pyhdjx", "panyuhongdaji", "番禺宏达机", "PYHDJX", "panyuhdjx"):
        search(page, FIRM, typed)
        expect(firm.locator(".pick").first).to_contain_text("番禺宏达机械有限公司（示例）")
    expect(firm.locator(".pick mark").first).to_have_text("番禺宏达机械")
    expect(status).to_contain_text("1 found, of 2,000 in the list" if language == "en" else "找到1项，名单共2,000项")
    deputy.look()
    firm.get_by_text("番禺宏达机械").click()

    # another search does not lose what is chosen; a cascade narrows the next list
    search(page, FIRM, "zhongqingch")
    expect(firm.locator(".pick")).to_have_count(2)
    assert "重庆长行" in labels(page, FIRM)[1]
    question(page, DISTRICT).locator("input[value=d8]").check()
    partners = question(page, PARTNERS)
    expect(partners.locator("[role=status]")).to_contain_text("200")
    search(page, PARTNERS, "nsgj")
    expect(partners.locator(".pick")).to_have_count(1)
    partners.get_by_text("南沙工具厂").click()
    search(page, PARTNERS, "有限公司")
    expect(partners.locator(".pick")).to_have_count(MOST_SHOWN + 1)
    partners.locator(".pick input").nth(3).check()
    expect(partners.locator(".echo")).to_contain_text("2")
    ticked = page.evaluate("document.getElementById('filling').form.state.node('/g_firm/partners').raw").split()
    places = {code: place for place, (code, _, _) in enumerate(long_lists.firms(FIRMS))}
    assert ticked == sorted(ticked, key=lambda code: places[code]), "in the order of the list"
    deputy.look()

    is_kept(page, task.visit_id)
    deputy.lose_signal()
    page.wait_for_function(  # what was ticked is on the phone within a second
        """() => {
            const { saving, row } = document.getElementById("filling").form;
            return row.mirrored !== undefined && !saving.dirty && !saving.running;
        }"""
    )
    page.reload()
    expect(page.locator("#f-answers, #visits").locator("visible=true").first).to_be_visible()
    if page.locator("#visits").count():  # the list is what stands there for an address that was not opened by itself
        open_visit(deputy, task)
    expect(question(page, FIRM).locator("input:checked")).to_have_value("firm-a")
    expect(question(page, FIRM).locator("[role=status]")).to_contain_text("2,000")
    expect(question(page, PARTNERS).locator("input:checked")).to_have_count(len(ticked))
    assert sorted(one.input_value() for one in question(page, PARTNERS).locator("input:checked").all()) == sorted(
        ticked
    )
    search(page, FIRM, "cqch")
    expect(question(page, FIRM).locator(".pick")).to_have_count(2)
    deputy.look()


def test_one_of_twenty_thousand_is_found_and_handed_in(served: Served, visitor: Callable[..., Visitor]) -> None:
    """By a part of its name, by pinyin and by initials, typed letter by letter; never more rows in the page than are read."""
    task = open_task(served.app)
    issue(served.app, task, MANY)
    deputy = visitor(size=PHONE)
    come_in(served, deputy, task)
    page = open_visit(deputy, task)
    begin(deputy)
    firm = question(page, FIRM)
    expect(firm.locator("[role=status]")).to_contain_text("20,000")
    expect(firm.locator(".pick")).to_have_count(MOST_SHOWN)
    code, last, _ = long_lists.firms(MANY)[-1]
    for typed, wanted in (
        ("pyhdjx", "番禺宏达机械有限公司（示例）"),
        ("panyuhongda", "番禺宏达机械有限公司（示例）"),
        ("石化号", None),
        ("宏达机械", "番禺宏达机械有限公司（示例）"),
        ("南沙工具", "Nansha Tools 南沙工具厂"),
        (last, last),
    ):
        field = firm.locator("[type=search]")
        field.fill("")
        field.press_sequentially(typed)
        if wanted is None:
            expect(firm.locator("[role=status]")).to_contain_text("20,000")
            expect(firm.locator(".pick")).to_have_count(0)
            continue
        expect(firm.locator(".pick").first).to_contain_text(wanted)
        assert firm.locator(".pick").count() <= MOST_SHOWN
    firm.locator(f"input[value='{code}']").check()
    question(page, DISTRICT).locator("input[value=d8]").check()
    partners = question(page, PARTNERS)
    narrowed = sum(district == "d8" for _, _, district in long_lists.firms(MANY))
    expect(partners.locator("[role=status]")).to_contain_text(f"{narrowed:,}")
    search(page, PARTNERS, "nsgj")
    expect(partners.locator(".pick").first).to_contain_text("南沙工具厂")
    partners.get_by_text("南沙工具厂").click()
    deputy.look()
    page.locator("#f-answers [data-do=next]").click()
    question(page, "/g_town/town").locator("[type=search]").fill("sqz")
    question(page, "/g_town/town").locator("input[value=t-shiqi]").check()
    page.locator("#f-answers [data-do=next]").click()
    hand_in(deputy)
    expect(delivered(deputy)).to_be_visible()
    with served.app.app_context():
        body = json.loads(db.session.query(Submission).filter_by(visit_id=task.visit_id).one().body)
    assert (body["answers"][FIRM], body["answers"][PARTNERS]) == (code, "firm-b")


def test_by_keyboard_alone(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    issue(served.app, task)
    deputy = visitor(size=PHONE)
    come_in(served, deputy, task)
    page = open_visit(deputy, task)
    begin(deputy)
    expect(question(page, FIRM).locator(".pick")).to_have_count(MOST_SHOWN)
    title = page.locator("#f-title").inner_text()
    field = question(page, FIRM).locator("[type=search]")
    for _ in range(10):
        page.keyboard.press("Tab")
        if field.evaluate("one => one === document.activeElement"):
            break
    expect(field).to_be_focused()
    page.keyboard.type("cqch")
    page.keyboard.press("Enter")
    assert page.locator("#f-title").inner_text() == title, "Enter leads to what was found, not to the next page"
    expect(question(page, FIRM).locator("input[value=firm-c]")).to_be_focused()
    page.keyboard.press("Space")
    expect(question(page, FIRM).locator("input:checked")).to_have_value("firm-c")
    page.keyboard.press("Tab")
    expect(question(page, DISTRICT).locator("input:focus")).to_have_count(1)
    page.locator("#f-answers [data-do=next]").click()
    town = question(page, "/g_town/town")
    expect(town.locator(".pick").first).to_contain_text("第0街道")
    search(page, "/g_town/town", "sqz")
    expect(town.locator(".pick mark")).to_have_text("石碁镇")


def test_a_page_without_script_searches_too(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    issue(served.app, task)
    deputy = visitor(size=PHONE, script=False)
    start_by_slip(served, deputy, task)
    page = deputy.page
    firm = page.locator(f"fieldset.q[data-path='{FIRM}']")
    assert firm.locator(".pick").count() == MOST_SHOWN
    firm.locator("[type=search]").fill("pyhdjx")
    deputy.press(firm.locator("button[value^=find]"))
    assert firm.locator("mark").first.inner_text() == "番禺宏达机械"
    firm.locator("input[value=firm-a]").check()
    page.locator(f"fieldset.q[data-path='{DISTRICT}'] input[value=d8]").check()
    firm.locator("[type=search]").fill("zhongqing")
    with page.expect_navigation():
        firm.locator("[type=search]").press("Enter")
    deputy.look()
    assert firm.locator("input:checked").input_value() == "firm-a"
    assert firm.locator("input[value=firm-c]").count() == 1
    partners = page.locator(f"fieldset.q[data-path='{PARTNERS}']")
    assert "200" in partners.locator("[role=status]").inner_text()
    deputy.press("保存，下一页")
    assert page.locator("h1").inner_text() == "二、镇街"
