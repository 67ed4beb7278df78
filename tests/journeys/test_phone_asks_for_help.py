"""What the phone cannot settle by itself is said with the server's own remedy, at 待发送 and on the receipt; a refusal of the page stops all."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from surveys.pages.shell.problems import PROBLEMS
from tests.browser import violations
from tests.journeys.form_filling import hand_in, walk
from tests.journeys.phone_forms import DeputyOf, deputy_of, is_kept, opened
from tests.journeys.phone_world import Phone, PhoneServer, phone_of, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_of", "phone_server"]
PhoneOf = Callable[..., Phone]


def refusing(code: str) -> Callable[[Route], None]:
    """The server's answer to a version, in its own words."""
    problem = PROBLEMS[code]
    body = {
        "type": f"urn:diaoyan:problem:{code}",
        "status": problem.status,
        "code": code,
        "retry": problem.retry,
        "zh": {"title": problem.title_zh, "remedy": problem.remedy_zh},
        "en": {"title": problem.title_en, "remedy": problem.remedy_en},
    }

    def answer(route: Route) -> None:
        if route.request.method == "PUT" and not route.request.url.endswith("/draft"):
            text = json.dumps(body)
            route.fulfill(status=problem.status, body=text, content_type="application/problem+json")
        else:
            route.continue_()

    return answer


@pytest.mark.parametrize(
    ("code", "language"), [("too_many_versions", "zh-CN"), ("too_many_aside", "en"), ("origin", "zh-CN")]
)
def test_the_remedy_is_said_at_the_queue_and_on_the_receipt(
    phone_server: PhoneServer, deputy_of: DeputyOf, code: str, language: str
) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    answers, repeats = example("small-firm-arrears-idle-plant")
    deputy = deputy_of(newcomer)
    page = deputy.page
    page.goto(f"/language/{language}?next=/visits")
    is_kept(page, visit)
    opened(deputy, visit, language=language)
    walk(deputy, answers, repeats)
    for _ in range(40):  # each try is told in the browser's console
        deputy.may_be_refused(PROBLEMS[code].status)
    deputy.context.route("**/sync/visits/**", refusing(code))
    hand_in(deputy)
    problem = PROBLEMS[code]
    words = [problem.title_en, problem.remedy_en] if language == "en" else [problem.title_zh, problem.remedy_zh]
    stuck = page.locator("#f-receipt [data-part=stuck]")
    for text in words:
        expect(stuck).to_contain_text(text)
    expect(page.locator("#f-receipt [data-part=waiting]")).to_be_hidden()
    deputy.look()
    page.goto("/visits/queue")
    row = page.locator("#q-needing li")
    for text in words:
        expect(row).to_contain_text(text)
    expect(page.locator("#q-waiting li")).to_have_count(0)
    expect(row.locator("[data-do=delete]")).to_have_count(0)
    deputy.look()
    assert phone_server.held(visit) == []
    deputy.context.unroute("**/sync/visits/**")
    row.locator("[data-do=again]").click()
    expect(row).to_have_count(0)
    page.goto(f"/visits/{visit}/form#!receipt")
    expect(page.locator("#f-receipt [data-part=delivered]").filter(visible=True)).to_be_visible()
    assert len(phone_server.held(visit)) == 1


def test_a_page_from_elsewhere_sends_nothing_more_until_it_is_opened_anew(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    newcomer = phone_server.newcomer(visits=3)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    for visit in newcomer.visits:
        phone.hand_in(visit, "一")
    sent: list[str] = []

    def from_elsewhere(route: Route) -> None:
        if route.request.method in {"PUT", "POST"}:
            sent.append(route.request.url)
            elsewhere = {**route.request.headers, "origin": "http://elsewhere.example"}
            route.fulfill(response=route.fetch(headers=elsewhere))
        else:
            route.continue_()

    phone.spoil("/sync/**", from_elsewhere)
    phone.start()
    first, *others = newcomer.visits
    phone.becomes(first, "quarantined")
    assert phone.items(first)[0]["problem"]["code"] == "origin"
    phone.page.evaluate(
        "(visit) => phone.store.write(['visits'], (work) => work.put('visits', { visit, answers: {}, changed: 'now' }))",
        "begun",
    )
    for _ in range(3):
        phone.page.evaluate("phone.sender.hurry()")
        phone.page.evaluate("navigator.locks.request('outbox', () => undefined)")
    phone.later(700)
    phone.page.evaluate("navigator.locks.request('outbox', () => undefined)")
    assert len(sent) == 1, "neither the other versions nor drafts"
    assert [item["state"] for visit in others for item in phone.items(visit)] == ["queued", "queued"]
    phone.mend()
    page = phone.context.new_page()
    page.goto(f"{phone.address}/visits/queue")  # opened anew
    for visit in newcomer.visits:
        phone.is_held(visit)
    assert violations(page) == []
