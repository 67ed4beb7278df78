"""Visits and versions to start a test from. Versions made here go round the receiver: tests of what comes after it."""

import hashlib

import factory

from surveys.database import db, utc_now
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from tests.factories.planning import AssignmentFactory, RoomFactory


def _of_assignment(name: str) -> factory.LazyAttribute:
    return factory.LazyAttribute(lambda made: getattr(db.session.get_one(Assignment, made.assignment_id), name))


class VisitFactory(RoomFactory):
    """What is not said is its assignment's."""

    class Meta:
        model = Visit

    campaign_id = _of_assignment("campaign_id")
    unit_code = _of_assignment("unit_code")
    subject_id = _of_assignment("subject_id")


class SubmissionFactory(RoomFactory):
    class Meta:
        model = Submission

    version = 1
    body = b"{}"
    package_hash = "0" * 64
    outcome = "visited"
    via = "page"
    content = factory.LazyAttribute(lambda made: hashlib.sha256(made.body).hexdigest())
    received_at = factory.LazyFunction(utc_now)


def visit(campaign_id: str, *, unit_code: str = "440118", **assignment: object) -> Visit:
    """A visit of a new assignment."""
    made = AssignmentFactory(campaign_id=campaign_id, unit_code=unit_code, **assignment)
    return VisitFactory(id=made.visit_id, assignment_id=made.id)


def version(of: Visit, body: bytes, *, number: int = 1, head: bool = True, **facts: object) -> Submission:
    """A version of a visit, its head unless said otherwise."""
    made = SubmissionFactory(visit_id=of.id, body=body, version=number, **facts)
    if head:
        of.head = made.content
    return made
