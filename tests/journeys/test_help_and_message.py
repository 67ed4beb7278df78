"""帮助与反馈: from a visit to the help page and back, whom to call, a message that the desk reads and answers."""

from collections.abc import Callable

from playwright.sync_api import expect

from surveys.database import db, writing
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import CampaignUnit
from tests.browser import DESK, PHONE, Served, Visitor, until
from tests.journeys.people import Task, open_task, sign_in, signed_in_deputy


def _telephones(served: Served, task: Task) -> None:
    with served.app.app_context(), writing():
        assignment = _of(task)
        assignment.group.liaison_name, assignment.group.liaison_phone = "联络员甲", "020-00000017"
        unit = db.session.get_one(CampaignUnit, (assignment.campaign_id, task.unit))
        unit.contact, unit.contact_phone = "代表工委", "020-00000018"


def _of(task: Task) -> Assignment:
    from surveys.fieldwork.visits.visits import Visit

    assignment = db.session.get_one(Visit, task.visit_id).assignment
    assert assignment is not None
    return assignment


def test_a_message_comes_to_the_desk_and_its_answer_back(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    _telephones(served, task)
    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    deputy.go(f"/visits/{task.visit_id}/notice")
    deputy.press("帮助与反馈")
    assert "联络员甲" in deputy.words()
    assert deputy.page.locator("a[href='tel:02000000018']").count()
    deputy.press("发给办公室", status=422)  # nothing was written
    deputy.page.locator("#text").fill("字太小，看不清。")
    deputy.press("发给办公室")
    assert "还没有答复" in deputy.words()

    desk = sign_in(served.app, visitor(size=DESK), "unit_desk", task.unit, "/complaints/received")
    row = desk.page.locator("tr", has_text="字太小")
    expect(row).to_be_visible()
    desk.press(row.locator("a"))
    desk.page.locator("#answer").fill("请按页脚的“特大字”。")
    desk.press(desk.page.locator("main form button"))
    assert "帮助与反馈" in desk.words()

    deputy.page.reload()
    assert "请按页脚的“特大字”。" in deputy.words()
    deputy.press("回到刚才的页面")
    assert deputy.path() == f"/visits/{task.visit_id}/notice"


def test_what_is_written_without_a_signal_is_kept_and_sent_later(
    served: Served, visitor: Callable[..., Visitor]
) -> None:
    task = open_task(served.app)
    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    page = deputy.go("/visits")
    expect(page.locator(f"li:has(a[data-visit='{task.visit_id}']) .is-ready")).to_be_visible()
    until(page, "async () => Boolean(await caches.match('/visits/help'))")
    deputy.lose_signal()
    page.goto(f"/visits/help?next=/visits/{task.visit_id}/form")
    expect(page.locator("#messages[data-alive]")).to_be_attached()
    page.locator("#text").fill("厂里没有信号，问卷第五页看不清。")
    page.get_by_role("button", name="发给办公室").click()
    waiting = page.locator("#m-waiting")
    expect(waiting).to_contain_text("已存在这部手机")
    expect(waiting).to_contain_text("第五页看不清")
    deputy.look()
    page.reload()
    expect(waiting).to_contain_text("第五页看不清")
    expect(page.locator("[data-part=back]").first).to_have_attribute("href", f"/visits/{task.visit_id}/form")
    page.goto("/visits")
    with page.expect_response(lambda one: "/sync/messages/" in one.url):
        deputy.lose_signal(False)  # the list sends what waits
    deputy.go("/visits/help")
    expect(page.locator("#messages ~ ul li")).to_contain_text("第五页看不清")
    expect(waiting).to_be_hidden()
