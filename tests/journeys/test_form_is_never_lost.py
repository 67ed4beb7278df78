"""What was typed stays: pages killed at any moment, two pages of one visit, a draft from another browser, two phones at once."""

import random
import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect
from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.people.groups import GroupMember
from tests.browser import PHONE, Served, Visitor
from tests.journeys.form_filling import begin, come_in, delivered, hand_in, open_visit, question, walk
from tests.journeys.people import Task, open_task, signed_in_deputy
from tests.journeys.phone_forms import is_mirrored, kept, rows
from tests.journeys.phone_world import WITHOUT_LOCKS
from tests.surveys.pages.field_world import example

KILLS = 50
PATHS = ["/g_profile/ent_founded", "/g_profile/staff_now"]

BUSY = "() => void setTimeout(() => { for (const end = performance.now() + 1500; performance.now() < end; ); })"


def to_profile(deputy: Visitor, task: Task) -> Page:
    """The form open at a page with numbers to type."""
    page = deputy.page
    page.goto(f"/visits/{task.visit_id}/form#g_profile")
    expect(question(page, PATHS[0])).to_be_visible()
    expect(page.locator("#f-saved")).not_to_be_empty()  # the script has taken the page over
    return page


def crash(page: Page) -> None:
    """The phone takes the tab's memory: nothing in it runs any more."""
    with suppress(Error):  # a page that has crashed answers nothing
        page.goto("chrome://crash", timeout=1000)


def test_no_answer_older_than_a_second_is_lost(served: Served, visitor: Callable[..., Visitor]) -> None:
    """50 kills at random moments with a fixed seed: half the tab is closed, half it crashes."""
    task = open_task(served.app)
    deputy = visitor(size=PHONE)
    come_in(served, deputy, task)
    open_visit(deputy, task)
    begin(deputy)
    question(deputy.page, "/g_visit/consent").locator("input[value=anon]").check()
    expect(deputy.page.locator("#f-saved")).to_contain_text("已存在这部手机")
    dice = random.Random(20230716)
    page = to_profile(deputy, task)  # where the register's facts stand to be put right
    typed = {path: [question(page, path).locator("input:not([type=hidden])").input_value()] for path in PATHS}
    safe = dict.fromkeys(PATHS, 0)  # the place in `typed` of what is owed
    number = 1000
    for kill in range(KILLS):
        page = to_profile(deputy, task)
        for path in PATHS:
            shown = question(page, path).locator("input:not([type=hidden])").input_value()
            owed = typed[path][safe[path] :]
            assert shown in owed, f"kill {kill}: {path} shows {shown}, safe was {owed[0]}"
            typed[path], safe[path] = [shown], 0
        for _ in range(dice.randint(1, 3)):
            number += 1
            path = dice.choice(PATHS)
            question(page, path).locator("input:not([type=hidden])").fill(str(number))
            typed[path].append(str(number))
            page.wait_for_timeout(dice.choice((0, 20, 150, 400)))
        if dice.random() < 0.4:  # some live long enough to be owed their answer
            live_a_second(page)
            safe = {path: len(typed[path]) - 1 for path in PATHS}
        if dice.random() < 0.5:
            crash(page)
        deputy.kill_page()


def live_a_second(page: Page) -> None:
    """A second as this page lives it, ten tenths one after the other, and one way through its store.

    A machine with too much to do is slow, and nothing is lost by that.
    """
    page.evaluate(
        "async () => { for (let tenth = 0; tenth < 10; tenth++) await new Promise((done) => setTimeout(done, 100)); }"
    )
    rows(page, "log")


def test_what_was_kept_earlier_is_said_until_something_changes(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    deputy = visitor(size=PHONE)
    come_in(served, deputy, task)
    open_visit(deputy, task)
    begin(deputy)
    expect(deputy.page.locator("#f-saved")).to_contain_text("已存在这部手机，尚未报送")  # begun just now
    deputy.kill_page()
    page = to_profile(deputy, task)
    said = page.locator("#f-saved")
    expect(said).to_have_text(re.compile(r"^已恢复到\d+月\d+日\d\d:\d\d的内容，请接着填。$"))
    deputy.look()
    question(page, PATHS[1]).locator("input:not([type=hidden])").fill("1000")
    expect(said).to_contain_text("已存在这部手机，尚未报送")


@pytest.mark.parametrize("init", ["", WITHOUT_LOCKS], ids=["Web Locks", "lease"])
def test_two_pages_of_one_visit(served: Served, visitor: Callable[..., Visitor], init: str) -> None:
    """One writes, the other reads and can take over; the first one's last words are kept."""
    task = open_task(served.app)
    deputy = visitor(size=PHONE, init=init)
    come_in(served, deputy, task)
    open_visit(deputy, task)
    begin(deputy)
    question(deputy.page, "/g_visit/consent").locator("input[value=anon]").check()
    first = to_profile(deputy, task)
    second = deputy._open_page()
    second.goto(f"/visits/{task.visit_id}/form#g_profile")
    other = second.locator("#f-reading [data-part=elsewhere]")
    expect(other).to_contain_text("另一页正在填这份走访")
    expect(second.locator("#f-answers")).to_be_hidden()
    question(first, PATHS[0]).locator("input:not([type=hidden])").fill("2011")
    if init:  # who has no lock any more learns it at the next write: what is saved by then is kept
        kept(first, task.visit_id, PATHS[0], "2011")
    else:  # a slow phone: the page learns of it, and saves, a second and a half later
        first.evaluate(BUSY)
    second.locator("[data-do=take]").click()
    expect(question(second, PATHS[0]).locator("input:not([type=hidden])")).to_have_value("2011")
    expect(first.locator("#f-reading")).to_be_visible()
    deputy.look()
    question(second, PATHS[1]).locator("input:not([type=hidden])").fill("86")
    if init:
        kept(second, task.visit_id, PATHS[1], "86")
    first.locator("[data-do=take]").click()
    expect(question(first, PATHS[1]).locator("input:not([type=hidden])")).to_have_value("86")
    expect(second.locator("#f-reading")).to_be_visible()
    for page in (first, second):
        expect(page.locator("#f-unsaved")).to_be_hidden()


def comrade(served: Served, task: Task) -> Task:
    """The same visit for another deputy of the group."""
    with served.app.app_context():
        group_id = db.session.get_one(Visit, task.visit_id).assignment.group_id
        other = db.session.scalars(
            select(GroupMember.deputy_id).where(
                GroupMember.group_id == group_id, GroupMember.deputy_id != task.deputy_id
            )
        ).first()
    assert other is not None
    return Task(task.campaign, task.unit, task.visit_id, task.reference, task.firm, other)


def test_a_draft_of_another_browser_is_found_and_asked_about(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    wechat, browser = visitor(size=PHONE), visitor(size=PHONE)
    come_in(served, wechat, task)
    open_visit(wechat, task)
    begin(wechat)
    question(wechat.page, "/g_visit/consent").locator("input[value=anon]").check()
    question(wechat.page, "/g_visit/visit_date").locator("input[type=date]").fill("2023-07-12")
    is_mirrored(wechat.page, task.visit_id, "/g_visit/visit_date", "2023-07-12")

    signed_in_deputy(served.app, task, browser)
    page = browser.go("/visits")
    expect(page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    page.locator(f"li a.name[data-visit='{task.visit_id}']").click()
    asked = page.locator("#f-drafts")
    expect(asked).to_be_visible()
    expect(asked).to_contain_text("这份走访在别处也填过")
    browser.look()
    asked.locator("button").first.click()
    expect(question(page, "/g_visit/visit_date").locator("input[type=date]")).to_have_value("2023-07-12")


def test_a_draft_begun_before_a_colleague_handed_in_is_offered(served: Served, visitor: Callable[..., Visitor]) -> None:
    """The deputy's other browser offers it beside what was handed in, and says what will become of it."""
    task = open_task(served.app)
    wechat, other, browser = (visitor(size=PHONE) for _ in range(3))
    come_in(served, wechat, task)
    open_visit(wechat, task)
    begin(wechat)
    question(wechat.page, "/g_visit/consent").locator("input[value=anon]").check()
    question(wechat.page, "/g_visit/visit_date").locator("input[type=date]").fill("2023-07-12")
    is_mirrored(wechat.page, task.visit_id, "/g_visit/visit_date", "2023-07-12")

    come_in(served, other, comrade(served, task))
    open_visit(other, task)
    other.page.locator("#f-drafts button").last.click()  # none of them
    begin(other)
    walk(other, example("refusing-enterprise")[0], {})
    hand_in(other)
    expect(delivered(other)).to_be_visible()

    signed_in_deputy(served.app, task, browser)
    browser.go("/visits")
    page = browser.go(f"/visits/{task.visit_id}/form")
    asked = page.locator("#f-drafts")
    expect(asked.locator("button")).to_have_text(
        [re.compile("在已报送的那份之前开始填的"), re.compile("^已报送的那份")]
    )
    browser.look()
    asked.locator("button").first.click()
    page.evaluate("location.hash = 'g_visit'")
    expect(question(page, "/g_visit/visit_date").locator("input[type=date]")).to_have_value("2023-07-12")
    expect(page.locator("#f-standing")).to_contain_text("另一部手机已报送过这次走访")


def test_two_phones_hand_in_the_same_visit(served: Served, visitor: Callable[..., Visitor]) -> None:
    """Both are kept; the second is told that another phone has changed it too."""
    task = open_task(served.app)
    answers, _ = example("refusing-enterprise")
    people = [(task, visitor(size=PHONE)), (comrade(served, task), visitor(size=PHONE))]
    for own, deputy in people:
        come_in(served, deputy, own)
        open_visit(deputy, own)
        begin(deputy)
        walk(deputy, answers, {})
    people[1][1].may_be_refused(409)
    for _, deputy in people:
        hand_in(deputy)
        expect(delivered(deputy)).to_be_visible()
    first, second = (deputy.page.locator("#f-receipt [data-part=marks]") for _, deputy in people)
    expect(second).to_contain_text("另一部手机也改过")
    expect(first).to_be_empty()
