"""In the offline form an ID or bank card number is told beside its text when the field is left, and in the check with a way to it."""

from playwright.sync_api import Page, expect

from tests.journeys.form_filling import question
from tests.journeys.phone_forms import DeputyOf, box, deputy_of, go_to, kept, opened
from tests.journeys.phone_world import PhoneServer, phone_server

__all__ = ["deputy_of", "phone_server"]

REMARK = "/g_close/visitor_remark"
TYPED = "货款打到6222 0212 3456 7890 128，请跟进。"
TOLD = "这里好像有身份证号或银行卡号。调研不需要，建议删去。"


def check(page: Page) -> None:
    page.evaluate("location.hash = '!check'")
    expect(page.locator("#f-check")).to_be_visible()


def test_it_comes_when_the_field_is_left_and_goes_with_the_number(
    phone_server: PhoneServer, deputy_of: DeputyOf
) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    page = opened(deputy, visit)
    deputy.lose_signal()
    go_to(page, "g_close")
    field, note = box(page, REMARK), question(page, REMARK).locator(".note.is-wait")
    field.fill(TYPED)
    expect(note).to_have_count(0)  # nobody is interrupted while typing
    field.blur()
    expect(note).to_contain_text("请再看一眼，不影响报送")
    expect(note).to_contain_text(TOLD)
    assert note.get_attribute("role") == "status"
    assert str(note.get_attribute("id")) in str(field.get_attribute("aria-describedby"))
    expect(question(page, REMARK).locator(".err")).to_have_count(0)
    expect(field).to_have_value(TYPED)
    deputy.look()
    kept(page, visit, REMARK, TYPED)

    check(page)
    line = page.locator("#f-check [data-part=warnings] li").filter(has_text=TOLD)
    expect(line).to_have_count(1)
    deputy.look()
    line.locator("button").click()
    expect(field).to_be_focused()
    expect(note).to_be_visible()
    field.fill(TYPED.replace("128", "129"))
    expect(note).to_have_count(0)
    check(page)
    expect(line).to_have_count(0)


def test_a_form_that_is_opened_by_its_address_tells_it_too(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    page = opened(deputy_of(newcomer), visit)
    go_to(page, "g_close")
    box(page, REMARK).fill(TYPED)
    box(page, REMARK).blur()
    kept(page, visit, REMARK, TYPED)
    page.goto(f"/visits/{visit}/form#g_close")
    page.reload()
    expect(question(page, REMARK).locator(".note.is-wait")).to_contain_text(TOLD)
    check(page)
    expect(page.locator("#f-check [data-part=warnings]")).to_contain_text(TOLD)
