"""我的走访 while it is open says what has become of its visits; and who came to one visit by its own address finds the list without a signal."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import PHONE, Served, Visitor, until
from tests.journeys.form_filling import begin, hand_in, walk
from tests.journeys.people import open_task, signed_in_deputy
from tests.journeys.phone_forms import DeputyOf, deputy_of, opened, row_of
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_server"]
KEPT = """async (visit) => (await Promise.all(["/visits", "/visits/phone", `/visits/${visit}/form`].map(
    (address) => caches.match(address, { ignoreVary: true })))).every(Boolean)"""

# One tab at a time is in contact: this one comes to its turn.
CONTACT = """async () => {
    window.dispatchEvent(new Event("online"));
    await new Promise((done) => setTimeout(done, 500));
    return Array.from(document.querySelectorAll("#tasks h2")).some((head) => head.textContent.includes("已送达"));
}"""


def test_handed_in_without_a_signal_the_row_moves_when_it_has_arrived(
    phone_server: PhoneServer, deputy_of: DeputyOf
) -> None:
    newcomer = phone_server.newcomer(visits=2)
    visit, other = newcomer.visits
    deputy = deputy_of(newcomer)
    page = opened(deputy, visit)
    answers, _ = example("refusing-enterprise")
    deputy.lose_signal()
    walk(deputy, answers, {})
    hand_in(deputy)
    page.get_by_role("link", name="我的走访").first.click()
    row = row_of(deputy, visit)
    expect(row).to_contain_text("待发送")
    expect(page.locator("#ready")).to_contain_text("可离线填写")
    deputy.lose_signal(False)
    expect(row.locator(".tag:visible")).to_contain_text("已送达")
    done = page.locator("#tasks h2", has_text="已送达")
    expect(done).to_have_text("已送达（1）")
    expect(page.locator("#tasks h2", has_text="要您办的")).to_have_text("要您办的（1）")
    expect(page.locator("#tasks ul").last.locator("a")).to_have_attribute("data-visit", visit)
    expect(row_of(deputy, other).locator(".is-ready")).to_be_visible()
    expect(page.locator("#ready")).not_to_contain_text("没有网络")
    deputy.look()


def test_what_another_tab_was_told_first(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    form = opened(deputy, visit)
    page = deputy._open_page()
    page.goto("/visits")
    row = page.locator(f"li:has(a.name[data-visit='{visit}'])")
    expect(row.locator(".tag:visible")).to_contain_text("草稿")
    answers, _ = example("refusing-enterprise")
    walk(deputy, answers, {})
    hand_in(deputy)
    expect(form.locator("#f-receipt [data-part=delivered]")).to_be_visible()
    form.goto("/visits")
    expect(form.locator("#tasks h2", has_text="已送达")).to_be_visible()
    until(page, CONTACT)  # nothing is new to this phone
    expect(row.locator(".tag:visible")).to_contain_text("已送达")


def test_who_came_by_the_address_of_one_visit_has_the_list_without_a_signal(
    served: Served, visitor: Callable[..., Visitor]
) -> None:
    task = open_task(served.app)
    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    page = deputy.go(f"/visits/{task.visit_id}/form")
    begin(deputy)
    until(page, KEPT, task.visit_id)
    deputy.lose_signal()
    page.reload()
    expect(page.locator("#filling[data-alive]")).to_be_attached()
    expect(page.locator("#f-offline")).to_be_visible()
    page.get_by_role("link", name="我的走访").first.click()
    row = row_of(deputy, task.visit_id)
    expect(row).to_contain_text("草稿")
    row.locator("a.name").click()
    expect(page.locator("#f-answers")).to_be_visible()
    page.goto("/visits/phone")
    expect(page.get_by_role("heading", name="本机")).to_be_visible()
