"""A visit goes back once: the desk comments at a question, the deputy sees it there, changes and sends again, the desk accepts."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser import PHONE, Served, Visitor
from tests.journeys.people import open_task, sign_in, signed_in_deputy, visit_state

QUESTION = "/g_profile/staff_now"
WORDS = "与名单上的人数差得多，请再与企业核对"


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
    desk.press(desk.page.locator("button[name=decision][value=return]"))
    assert "退回补充" in desk.page.locator("h1 + p").inner_text()
    assert visit_state(served.app, task.visit_id) == "returned"

    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    deputy.go("/visits")
    row = deputy.page.get_by_role("listitem").filter(has=deputy.page.locator(f"a[href='/visits/{task.visit_id}']"))
    assert "退回修改" in row.inner_text()
    deputy.press(row.locator("a"))
    assert WORDS in deputy.words()
    deputy.press("开始修改")
    question = deputy.page.locator(f"fieldset[data-path='{QUESTION}']")
    assert WORDS in question.inner_text()
    said = question.locator("input:not([type=hidden])")
    changed = str(int(said.input_value()) + 1)
    said.fill(changed)
    deputy.press(deputy.page.locator("button[name=go][value=check]"))
    deputy.press("再次报送")
    assert "已送达" in deputy.words()

    desk.go(f"/visits/{task.visit_id}/review")
    line = desk.page.locator(".qa-line").filter(has_text=WORDS)
    assert changed in line.locator("dd").first.inner_text()
    desk.press(desk.page.locator("button[name=decision][value=accept]"))
    assert visit_state(served.app, task.visit_id) == "accepted"
    desk.go(f"/campaigns/{task.campaign}/progress")
    assert accepted_of(desk.page, task.unit) == before + 1
