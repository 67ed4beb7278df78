"""A visit goes back once: the desk comments at a question, the deputy sees it there, changes, answers and sends again, the desk sees
what changed and accepts."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import PHONE, Served, Visitor
from tests.journeys.form_filling import delivered, hand_in, open_visit, question
from tests.journeys.people import open_task, sign_in, signed_in_deputy, visit_state

QUESTION = "/g_profile/staff_now"
WORDS = "与名单上的人数差得多，请再与企业核对"
TO_ALL = "其余各题不用再改"
REPLY = "已电话核对，上次漏了劳务派遣"


def accepted_of(page: Page, unit: str) -> int:
    """What the progress table says is accepted of a unit."""
    heads = [head.inner_text() for head in page.locator("table thead th").all()]
    row = page.get_by_role("row").filter(has=page.get_by_role("cell", name=unit, exact=True))
    cells = row.locator("td, th").all()
    return int(cells[heads.index("已通过") if "已通过" in heads else heads.index("通过")].inner_text())


def test_returned_with_a_comment_changed_and_accepted(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app, "submitted")
    desk = sign_in(served.app, visitor(), "unit_desk", task.unit)
    desk.go(f"/campaigns/{task.campaign}/progress")
    before = accepted_of(desk.page, task.unit)

    desk.go(f"/campaigns/{task.campaign}/visits?tab=submitted")
    desk.press(task.firm)
    line = desk.page.locator(".qa-line").filter(has=desk.page.locator(f"textarea[name='remark:{QUESTION}']"))
    line.locator("summary").click()
    line.locator("textarea").fill(WORDS)
    desk.page.locator("#note").fill(TO_ALL)
    desk.press(desk.page.locator("button[name=decision][value=return]"))
    assert "退回补充" in desk.page.locator("h1 + p").inner_text()
    assert visit_state(served.app, task.visit_id) == "returned"

    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    page = deputy.go("/visits")
    row = page.locator(f"li:has(a.name[data-visit='{task.visit_id}'])")
    expect(row).to_contain_text("退回修改")
    expect(row.locator(".is-ready")).to_be_visible()
    open_visit(deputy, task)
    asked = question(page, QUESTION)
    expect(asked).to_contain_text(WORDS)
    expect(page.locator("#f-returned")).to_contain_text("退回")
    expect(page.locator("#f-returned")).to_contain_text(TO_ALL)
    deputy.look()
    said = asked.locator("input:not([type=hidden])")
    earlier = said.input_value()
    changed = str(int(earlier) + 1)
    said.fill(changed)
    expect(asked.locator(".before")).to_contain_text(earlier)
    deputy.look()
    asked.locator("[data-do=restore]").click()
    expect(said).to_have_value(earlier)
    said.fill(changed)
    answer = asked.get_by_label("给单位的答复")
    answer.fill(REPLY)
    expect(asked.locator(".reply .hint")).to_have_text("已写14字，还可写86字")
    expect(page.locator("#f-saved")).to_contain_text("已存在这部手机")
    deputy.look()
    page.locator(".mast a[href='/visits']").click()
    row = page.locator(f"#visits li:has(a[data-visit='{task.visit_id}'])")
    expect(row).to_contain_text("草稿")
    expect(
        row.locator("small").filter(has_text="退回")
    ).to_be_visible()  # when and for how much it came back stays there
    deputy.look()
    open_visit(deputy, task)
    page.locator("#f-answers [data-do=check]").click()
    expect(page.locator("#f-check [data-do=hand-in]")).to_have_text("再次报送")
    hand_in(deputy)
    expect(delivered(deputy)).to_be_visible()
    expect(page.locator("#f-receipt [data-part=content]")).to_contain_text("第2版")
    page.locator(".mast a[href='/visits']").click()
    expect(row.locator(".tag:visible")).to_contain_text("已送达")
    expect(row).not_to_contain_text("退回")
    deputy.look()

    desk.go(f"/visits/{task.visit_id}/review")
    line = desk.page.locator(".qa-line").filter(has_text=WORDS)
    assert changed in line.locator("dd").first.inner_text()
    expect(line.locator(".cm")).to_contain_text(f"答复： {REPLY}")
    news = desk.page.get_by_role("region", name="改了什么").locator("tbody tr").filter(has_text=changed)
    expect(news).to_have_count(1)
    expect(news.locator("del")).to_contain_text(earlier)
    expect(news.locator("ins")).to_contain_text(changed)
    desk.press(desk.page.locator("button[name=decision][value=accept]"))
    assert visit_state(served.app, task.visit_id) == "accepted"
    desk.go(f"/campaigns/{task.campaign}/progress")
    assert accepted_of(desk.page, task.unit) == before + 1
