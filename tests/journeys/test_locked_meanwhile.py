"""The district hands in its report while a finished visit is on a phone without a signal: the words before and after, and nothing lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from surveys.fieldwork.visits import locks
from tests.journeys.form_filling import hand_in, walk
from tests.journeys.phone_forms import REMARK, DeputyOf, box, deputy_of, go_to, is_kept, kept, opened, reopened, row_of
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_server"]

UNIT = "440118"
BEFORE = {
    "zh-CN": "本区的报告已经报送。您报送的会留存，是否计入由工作人员决定。",
    "en": "The unit's report has been submitted. What you submit is kept; the desk decides whether it counts.",
}
AFTER = {
    "zh-CN": "本区的报告已经报送。这一版已留存，是否计入由工作人员决定。",
    "en": "The unit's report has been submitted already. This version is kept; the desk decides whether it counts.",
}
WAITS = {"zh-CN": "待发送", "en": "Waiting to send"}
NOTHING_WAITS = {"zh-CN": "这部手机上没有待发送的内容。", "en": "Nothing waits on this phone."}


@pytest.fixture
def unlocked(phone_server: PhoneServer) -> Iterator[None]:
    """Whatever a test does, the unit is open to the next one."""
    yield
    with phone_server.app.app_context():
        locks.unlock(phone_server.world.campaign_id, UNIT)


def lock(phone_server: PhoneServer) -> None:
    with phone_server.app.app_context():
        locks.lock(phone_server.world.campaign_id, UNIT)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.usefixtures("unlocked")
def test_a_visit_handed_in_after_the_report_is_kept_and_the_deputy_told(
    phone_server: PhoneServer, deputy_of: DeputyOf, language: str
) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    answers, repeats = example("small-firm-arrears-idle-plant")
    deputy = deputy_of(newcomer)
    page = deputy.page
    page.goto(f"/language/{language}?next=/visits")
    is_kept(page, visit)
    opened(deputy, visit, language=language)
    deputy.lose_signal()
    walk(deputy, answers, repeats)
    lock(phone_server)
    hand_in(deputy)
    receipt = page.locator("#f-receipt")
    expect(receipt.locator("[data-part=waiting]")).to_contain_text(WAITS[language])
    expect(receipt).not_to_contain_text(AFTER[language])  # nobody knows of it yet
    page.goto("/visits/queue")
    expect(page.locator("#q-waiting li")).to_contain_text(WAITS[language])
    page.goto("/visits")

    deputy.may_be_refused(423)
    deputy.lose_signal(False)
    page.goto(f"/visits/{visit}/form#!receipt")
    expect(receipt.locator("[data-part=delivered]").filter(visible=True)).to_be_visible()
    expect(receipt.locator("[data-part=marks]")).to_have_text(AFTER[language])
    deputy.look()
    [content] = phone_server.held(visit)
    body = phone_server.body(visit, content)
    assert body["outcome"] == "visited"
    assert body["answers"]["/r_suggest[2]/s_text"] == answers["/r_suggest[2]/s_text"]
    page.goto("/visits/queue")
    expect(page.locator("#q-sum")).to_have_text(NOTHING_WAITS[language])

    page.goto("/visits")
    row_of(deputy, visit).locator("a.name").click()  # to be read, no longer to be changed
    page.wait_for_url(f"**/visits/{visit}")
    expect(page.locator("main")).to_contain_text(answers["/r_suggest[2]/s_text"])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.usefixtures("unlocked")
def test_a_form_gone_on_with_after_the_report_says_so_above_its_pages(
    phone_server: PhoneServer, deputy_of: DeputyOf, language: str
) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    page = deputy.page
    page.goto(f"/language/{language}?next=/visits")
    opened(deputy, visit, language=language)
    expect(page.locator("#f-standing")).to_be_hidden()
    lock(phone_server)
    page.goto("/visits")
    reopened(deputy, visit)
    expect(page.locator("#f-standing")).to_have_text(BEFORE[language])
    deputy.look()
    go_to(page, "g_close")
    box(page, REMARK).fill("报告之后补记")
    kept(page, visit, REMARK, "报告之后补记")
    expect(page.locator("#f-standing")).to_have_text(BEFORE[language])
    page.goto("/visits")
    expect(row_of(deputy, visit)).to_be_visible()
