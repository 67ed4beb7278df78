"""A deputy records a market day that nobody assigned, on a phone with script; without a signal it is filled in and submitted later."""

from collections.abc import Callable

from playwright.sync_api import expect

from surveys.database import db, writing
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.visit_kinds import FIRST, VisitKind
from surveys.planning.words.visit_words import usual_words
from tests.browser import PHONE, Served, Visitor
from tests.journeys.form_filling import begin, delivered, hand_in, walk
from tests.journeys.people import open_task, signed_in_deputy, visit_state
from tests.surveys.pages.field_world import example


def test_a_market_day_from_the_list_to_its_receipt(served: Served, visitor: Callable[..., Visitor]) -> None:
    task = open_task(served.app)
    with served.app.app_context(), writing():
        campaign_id = db.session.get_one(Visit, task.visit_id).campaign_id
        words = usual_words() | {"visited": "集市", "measure": "场", "visiting": "赶集"}
        kind = {"key": "market", "sort": 2, "label": "赶大集", "form_of": FIRST, "starts": "deputy", "hangs_on": []}
        db.session.add(VisitKind(campaign_id=campaign_id, words=words, **kind))
    deputy = signed_in_deputy(served.app, task, visitor(size=PHONE))
    page = deputy.go("/visits")
    page.get_by_role("link", name="自己记一场").click()
    deputy.look()
    page.get_by_label("集市").fill("荔城市场早集")
    page.get_by_role("button", name="开始填写").click()
    expect(page.get_by_role("heading", name="开始赶集")).to_be_visible()
    visit_id = page.url.split("/visits/")[1].split("/")[0]
    deputy.look()
    begin(deputy)
    deputy.lose_signal()
    answers, repeats = example("refusing-enterprise")
    walk(deputy, answers, repeats)
    hand_in(deputy)
    assert visit_state(served.app, visit_id) in ("open", "draft")
    deputy.lose_signal(False)
    expect(delivered(deputy)).to_be_visible()
    assert visit_state(served.app, visit_id) == "submitted"
    page = deputy.go("/visits")
    expect(page.locator(f"li:has(a.name[data-visit='{visit_id}'])")).to_contain_text("已送达")
