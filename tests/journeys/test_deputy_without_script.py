"""A deputy whose phone runs no script, 320 px wide: slip, code, my visits, every page, check, hand in, receipt; then the desk."""

import re
from collections.abc import Callable

from tests.browser import SMALL_PHONE, Served, Visitor
from tests.journeys.filling import start_by_slip, walk
from tests.journeys.people import open_task, sign_in, visit_state
from tests.surveys.pages.field_world import example

EXAMPLE = "small-firm-arrears-idle-plant"


def test_whole_visit(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    deputy = visitor(size=SMALL_PHONE, script=False)
    start_by_slip(served, deputy, task)
    answers, repeats = example(EXAMPLE)
    for path in ("/g_profile/ent_section", "/g_profile/ent_division"):
        del answers[path]  # what the register says stands there
    titles = walk(deputy, answers, repeats)
    assert len(titles) > 10
    assert visit_state(served.app, task.visit_id) == "draft"
    deputy.press("报送")
    words = deputy.words()
    assert "已送达" in words
    number = re.search(r"\d{6}-\d{4}-\d", words)
    assert number, words
    assert number.group().startswith(task.reference)
    assert visit_state(served.app, task.visit_id) == "submitted"

    desk = sign_in(served.app, visitor(), "unit_desk", task.unit)
    desk.go(f"/campaigns/{task.campaign}/visits?q={task.firm}")
    row = desk.page.get_by_role("row").filter(has_text=task.firm)
    assert "待审核" in row.inner_text()
