"""The day passes, the firm is one too many, replaced or given to another group while a visit is filled in: said in the form and on the receipt."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from surveys.database import db, utc_now, writing
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment, mark_extra, move
from tests.browser import Visitor
from tests.factories.planning import GroupFactory
from tests.journeys.form_filling import delivered, hand_in, walk
from tests.journeys.phone_forms import CONSENT, DeputyOf, deputy_of, is_mirrored, opened, taken_over
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_server"]


def late(assignment: Assignment) -> None:
    with writing():
        assignment.due_on = assignment.campaign.today() - timedelta(days=1)


def replaced(assignment: Assignment) -> None:
    with writing():
        assignment.replaced_at, assignment.replaced_reason = utc_now(), "已搬迁"


def given_away(assignment: Assignment) -> None:
    with writing():
        group = GroupFactory(campaign_id=assignment.campaign_id, unit_code=assignment.unit_code)
    move(assignment, group)


def change(server: PhoneServer, visit: str, what: Callable[[Assignment], None]) -> None:
    with server.app.app_context():
        what(db.session.get_one(Visit, visit).assignment)


def receipt_says(server: PhoneServer, deputy: Visitor, visit: str, words: str) -> None:
    """报送, and what stands on the receipt beside 已送达."""
    hand_in(deputy)
    expect(delivered(deputy)).to_be_visible()
    expect(deputy.page.locator("#f-receipt [data-part=marks] .note")).to_have_count(1)
    expect(deputy.page.locator("#f-receipt [data-part=marks]")).to_contain_text(words)
    deputy.look()
    assert len(server.held(visit)) == 1


@pytest.mark.parametrize(
    ("what", "standing", "receipt"),
    [
        pytest.param(late, "走访期限已过。可以继续填写报送", "在走访期限后收到，照样计入，并注明", id="late"),
        pytest.param(mark_extra, "", "报送的户数已超过任务数。这一份已留存", id="extra"),
        pytest.param(replaced, "这家企业已替换。您报送的会留存", "这家企业已替换。您报送的会留存", id="replaced"),
    ],
)
def test_it_is_said_when_the_form_opens_and_on_the_receipt(
    phone_server: PhoneServer,
    deputy_of: DeputyOf,
    what: Callable[[Assignment], None],
    standing: str,
    receipt: str,
) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    page = opened(deputy, visit)
    expect(page.locator("#f-standing")).to_be_hidden()
    is_mirrored(page, visit, CONSENT, "anon")
    change(phone_server, visit, what)
    page.goto(f"/visits/{visit}/form")
    taken_over(page)
    if standing:
        expect(page.locator("#f-standing")).to_contain_text(standing)
        deputy.look()
    else:
        expect(page.locator("#f-standing")).to_be_hidden()
    walk(deputy, example("refusing-enterprise")[0], {})
    receipt_says(phone_server, deputy, visit, receipt)


def test_given_to_another_group_before_it_was_sent(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """Filled in without a signal, while the desk gave it away: it is kept, and the receipt says whose it is now."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    opened(deputy, visit)
    deputy.lose_signal()
    walk(deputy, example("refusing-enterprise")[0], {})
    change(phone_server, visit, given_away)
    deputy.may_be_refused(404)  # its draft has no mirror any more: where the phone comes to offer one, it learns that
    deputy.lose_signal(False)
    receipt_says(phone_server, deputy, visit, "这份走访已改由别的小组承担。这一版已留存")
