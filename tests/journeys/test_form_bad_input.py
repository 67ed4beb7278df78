"""What nobody meant to give the form: text from elsewhere, a clock years off, a draft of another form or of an older release."""

import json

import pytest
from playwright.sync_api import Page, expect

from surveys.database import db
from surveys.fieldwork.visits.submissions import Submission
from tests.browser import Visitor
from tests.journeys.form_filling import hand_in, walk
from tests.journeys.phone_forms import (
    FOUNDED,
    REMARK,
    ROWS,
    DeputyOf,
    box,
    deputy_of,
    go_to,
    is_let_go,
    kept,
    opened,
    reopened,
    row_of,
    rows,
    until,
)
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_server"]


# What is counted beside the field, and what the form itself says of more than 300 characters.
TOO_LONG = {"zh-CN": ("超出", "错误：不超过300字。"), "en": ("too many", "300 characters")}
CLOCK_IS_OFF = {
    "zh-CN": ("这部手机的时间不准。不影响填写，收到时间以服务器为准。", "手机时间好像不对（显示{}"),
    "en": ("This phone's clock is off. You can go on; the server's time counts.", "This phone's clock looks wrong ("),
}


def in_language(deputy: Visitor, language: str) -> Page:
    """The list in this language, its visits ready."""
    page = deputy.page
    page.goto(f"/visits/language/{language}?next=/visits")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(".is-ready").first).to_be_visible()
    return page


@pytest.mark.parametrize("language", list(TOO_LONG))
def test_text_from_elsewhere_enters_clean_and_is_never_cut(
    phone_server: PhoneServer, deputy_of: DeputyOf, language: str
) -> None:
    """100,000 characters and what no key types are pasted: said beside the field, kept whole, mended by the person."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    in_language(deputy, language)
    page = opened(deputy, visit, language=language)
    go_to(page, "g_close")
    long = "字" * 99_990 + "🏭e\u0301\u0000\u0007\u009f\ud800\t\r\n末"
    box(page, REMARK).evaluate(
        "(field, text) => { field.value = text; field.dispatchEvent(new Event('input', { bubbles: true })); field.blur(); }",
        long.encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    )
    clean = "字" * 99_990 + "🏭é\ufffd\t\n末"
    kept(page, visit, REMARK, clean)
    asked = page.locator(f"[data-path='{REMARK}']")
    counted, wrong = TOO_LONG[language]
    expect(asked).to_contain_text(counted)
    page.locator("#f-answers [data-do=next]").click()
    expect(page.locator("#f-faults")).to_be_focused()
    expect(asked.locator(".err")).to_contain_text(wrong)
    deputy.look()
    assert len(box(page, REMARK).input_value()) > 99_990
    box(page, REMARK).fill("短")
    kept(page, visit, REMARK, "短")
    expect(asked.locator(".err")).to_have_count(0)


@pytest.mark.parametrize("language", list(CLOCK_IS_OFF))
@pytest.mark.parametrize("day", ["2015-01-01T08:00:00", "2041-06-01T08:00:00"], ids=["behind", "ahead"])
def test_a_clock_years_off_decides_nothing(
    phone_server: PhoneServer, deputy_of: DeputyOf, day: str, language: str
) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    years = f"const off = Date.parse('{day}') - Date.now(); const Real = Date;" + """
        Date = class extends Real {
            constructor(...given) { if (given.length) super(...given); else super(Real.now() + off); }
            static now() { return Real.now() + off; }
        };
    """  # fmt: skip
    deputy = deputy_of(newcomer, init=years)
    in_language(deputy, language)
    page = opened(deputy, visit, language=language)
    answers, _ = example("refusing-enterprise")
    walk(deputy, answers, {})
    hand_in(deputy)
    expect(page.locator("#f-receipt [data-part=delivered]")).to_be_visible()
    marked, shown = CLOCK_IS_OFF[language]
    expect(page.locator("#f-receipt [data-part=marks]")).to_have_text(marked)
    page.goto("/visits/phone")
    expect(page.locator("#p-clock")).to_contain_text(shown.format(day[:4]))
    expect(page.locator("#p-clock")).to_contain_text(day[:4])
    deputy.look()
    with phone_server.app.app_context():
        row = db.session.query(Submission).filter_by(visit_id=visit).one()
        assert row.received_at.year not in (2015, 2041)


def test_a_draft_of_an_unknown_form_waits_for_a_signal(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    page = opened(deputy, visit)
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2011")
    page.get_by_role("link", name="我的走访").first.click()
    expect(row_of(deputy, visit)).to_contain_text("草稿")
    is_let_go(page)
    deputy.lose_signal()
    rows(page, "visits", f"row.questionnaire = '{'a' * 64}'")
    page = reopened(deputy, visit)
    expect(page.locator("#f-standing")).to_contain_text("填的内容都在")
    expect(page.locator("#f-title")).to_have_text(f"示例{phone_server.made}有限公司")
    deputy.look()
    assert rows(page, "visits")[0]["answers"][FOUNDED] == "2011"


OLD = {
    "answers": {FOUNDED: "2011", "/no/such/question": "1"},
    "repeats": {"/gone": 3},
    "changed": "2023-07-12T01:00:00Z",
}
STRAY = "0b9f6a52-6f0e-4c5e-9f43-0d0c3e5a7b11"


def test_drafts_of_an_older_release_and_of_a_file_open(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """Rows with half of what a row has today, and answers to questions that are not in the form."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    page = deputy.page
    page.goto("/complaints")  # nothing sends from here: the next page finds both
    deputy.may_be_refused(404)  # the draft of a visit that is not this deputy's has no mirror: it is asked for once
    page.evaluate(
        """([rows]) => new Promise((done) => {
            indexedDB.open("diaoyan").onsuccess = ({ target }) => {
                const work = target.result.transaction("visits", "readwrite");
                for (const row of rows) work.objectStore("visits").put(row);
                work.oncomplete = done;
            };
        })""",
        [[{"visit": visit, **OLD}, {"visit": STRAY, **OLD}]],
    )
    page.goto("/visits")
    expect(page.locator("#left-here")).to_contain_text(STRAY[:8])
    until(
        page, f"async () => (await ({ROWS.replace('CHANGE', '')})('visits')).some((row) => row.refused === row.changed)"
    )
    expect(row_of(deputy, visit)).to_contain_text("草稿")
    page = reopened(deputy, visit)
    go_to(page, "g_profile")
    expect(box(page, FOUNDED)).to_have_value("2011")
    assert "/no/such/question" not in json.dumps(rows(page, "outbox"))
