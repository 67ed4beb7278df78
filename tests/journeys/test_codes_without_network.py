"""A phone that gets no network: what waits is shown as QR codes, and photos of the screen are taken in at the desk."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import PHONE, Served, Visitor
from tests.journeys.form_filling import begin, come_in, hand_in, open_visit, walk
from tests.journeys.people import open_task, sign_in, visit_state
from tests.surveys.pages.field_world import example


def test_shown_as_codes_and_taken_in_at_the_desk(
    served: Served, visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    task = open_task(served.app)
    answers, _ = example("refusing-enterprise")
    deputy = visitor(size=PHONE)
    page = come_in(served, deputy, task)
    open_visit(deputy, task)
    begin(deputy)
    walk(deputy, answers, {})
    deputy.context.route(re.compile("/sync/"), lambda route: route.abort())
    deputy.may_be_refused(400)
    hand_in(deputy)
    page.goto("/visits/queue")
    row = page.locator("#q-waiting li")
    row.get_by_role("button", name="出示二维码").click()
    which = row.locator("[data-part=which]")
    expect(which).to_contain_text("第1张")
    deputy.look()
    page.evaluate("window.dispatchEvent(new Event('diaoyan-changed'))")  # a try to send that failed closes nothing
    photos, total = [], int(re.findall(r"共(\d+)张", which.inner_text())[0])
    for number in range(1, total + 1):
        expect(which).to_contain_text(f"第{number}张")
        photos.append(tmp_path / f"{number}.png")
        page.screenshot(path=photos[-1], full_page=True)
        if number < total:
            row.get_by_role("button", name="下一张").click()
    page.close()
    deputy.faults.clear()  # the network that was taken away says so in the console

    desk = sign_in(served.app, visitor(), "unit_desk", task.unit)
    desk.go(f"/campaigns/{task.campaign}/set-aside")
    desk.page.get_by_label("二维码的照片或截图").set_input_files(photos)
    desk.press("合起来收下")
    expect(desk.page.locator(".note.is-ok")).to_contain_text(task.firm)
    expect(desk.page.locator(".note.is-ok")).to_contain_text("已收下")
    assert visit_state(served.app, task.visit_id) == "submitted"
