"""Who takes part in the journeys: a visit with its deputy, a slip and a code, and staff with a password."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select

from reports.demonstration import people, second
from reports.demonstration.preparation import campaign_of
from surveys import accounts
from surveys.audit import SYSTEM
from surveys.authentication.rules import Rules, set_rules
from surveys.database import db, writing
from surveys.devices import COOKIE, field_cookie
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.versions import versions_of
from surveys.fieldwork.reviewing.review import state
from surveys.fieldwork.visits.locks import locked_since
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.people.slips import make_code, make_slip
from tests.browser import Visitor

PASSWORD = "Kapok-in-March-2023"


@dataclass(frozen=True)
class Task:
    """A visit of the campaign that is still in the field."""

    campaign: int
    unit: str
    visit_id: str
    reference: str
    firm: str
    deputy_id: str


def open_task(app: Flask, wanted: str = "open") -> Task:
    """The first visit in this state, with one version at most, and the leader of its group. Its unit may still hand in."""
    with app.app_context():
        campaign = campaign_of(second.CAMPAIGN)
        assert campaign is not None
        query = (
            select(Visit)
            .join(Assignment, Assignment.id == Visit.assignment_id)
            .where(Assignment.campaign_id == campaign.id)
            .order_by(Assignment.unit_code, Assignment.number)
        )
        for visit in db.session.scalars(query):
            assignment = visit.assignment
            versions = versions_of(visit.id)
            is_free = locked_since(campaign.id, assignment.unit_code) is None
            if state(visit) == wanted and len(versions) <= 1 and assignment.group.leader_id and is_free:
                return Task(
                    campaign.number,
                    assignment.unit_code,
                    visit.id,
                    assignment.reference(),
                    assignment.subject.name,
                    assignment.group.leader_id,
                )
    raise AssertionError(f"no visit is {wanted}")


def slip_and_code(app: Flask, task: Task) -> tuple[str, str]:
    """What the liaison hands the deputy: the slip's path and a code of six digits."""
    with app.app_context(), writing():
        campaign_id = db.session.get_one(Visit, task.visit_id).campaign_id
        slip, token = make_slip(campaign_id, deputy_id=task.deputy_id)
        return f"/s/{token}", make_code(slip.id, task.deputy_id, printed=True)


def signed_in_deputy(app: Flask, task: Task, person: Visitor) -> Visitor:
    """The deputy on a phone that is known already."""
    with app.app_context():
        campaign_id = db.session.get_one(Visit, task.visit_id).campaign_id
        with writing():
            device = senders.add_browser(task.deputy_id, campaign_id=campaign_id)
        person.context.add_cookies([{"name": COOKIE, "value": field_cookie(str(device.id)), "url": person.address}])
    return person


def sign_in(app: Flask, person: Visitor, role: str, unit: str, next_page: str = "") -> Visitor:
    """Staff with a password, by the sign-in page."""
    with app.test_request_context():
        accounts.set_password(people.account(role, unit), PASSWORD)
        set_rules(Rules(factor_roles=()), actor=SYSTEM)  # the journeys of second factors set up their own
    person.go(next_page or "/sign-in")
    person.page.get_by_label("账号", exact=True).fill(people.username(role, unit))
    person.page.get_by_label("密码", exact=True).fill(PASSWORD)
    person.press(person.page.locator("main form button").first)
    return person


def visit_state(app: Flask, visit_id: str) -> str:
    with app.app_context():
        return state(db.session.get_one(Visit, visit_id))
