"""A liaison has the paper questionnaire of a deputy who uses no phone, and fills it in at the desk; the deputy sees that it was done."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import PHONE, Served, Visitor
from tests.journeys.filling import walk
from tests.journeys.people import open_task, sign_in, signed_in_deputy, visit_state
from tests.surveys.pages.field_world import example


def test_from_paper_at_the_desk(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    answers, _ = example("refusing-enterprise")
    liaison = sign_in(served.app, visitor(), "liaison1", task.unit)
    liaison.go(f"/visits/{task.visit_id}/review")
    liaison.press("代填")
    liaison.may_be_refused(422)
    liaison.press("保存，下一页", status=422)
    assert "请勾选谁去了、怎么来的" in liaison.words()
    liaison.page.locator("#present input").first.check()
    liaison.page.get_by_label("照纸质问卷录入").check()
    liaison.press("保存，下一页")
    walk(liaison, answers, {})
    assert "以您" in liaison.words()
    liaison.press("报送")
    assert "已代填，并已标明" in liaison.words()
    assert "代填（纸质）" in liaison.words()
    assert visit_state(served.app, task.visit_id) == "submitted"

    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    page = deputy.go("/visits")
    row = page.locator(f"li:has(a.name[data-visit='{task.visit_id}'])")
    expect(row).to_contain_text("代填（纸质问卷）")
