"""A visit that nobody assigned: whose it is, what comes in for it, where it is listed; and what an assigned one takes over."""

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from surveys import access
from surveys.accounts import Account
from surveys.audit import Actor
from surveys.database import db, new_id, utc_now, writing
from surveys.fieldwork.filling.drafts import mirror
from surveys.fieldwork.filling.entered_by_staff import open_for
from surveys.fieldwork.filling.fillings import begin, open_filling
from surveys.fieldwork.filling.tasks import tasks_of
from surveys.fieldwork.receiving import parts, senders
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.receiving.versions import read_target, versions_of
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.reviewing.coverage import coverage
from surveys.fieldwork.reviewing.funnel import funnel
from surveys.fieldwork.reviewing.progress import received_by_day, total, unit_progress
from surveys.fieldwork.reviewing.worklist import Filter, queue_around, rows, tab_counts
from surveys.fieldwork.visits import locks
from surveys.fieldwork.visits.attendance import Attendance, attending
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.units import unit_tree
from surveys.questionnaire.package.content import digest
from tests.factories.fieldwork import VisitFactory
from tests.factories.planning import DeputyFactory, SubjectFactory, staff
from tests.surveys.fieldwork.test_receiving_properties import Field, ground
from tests.surveys.pages.field_world import publish

pytestmark = pytest.mark.both_databases
assert ground
LEAVES = ["440105", "440118"]
DESK = Actor("system")


def desk(role: str, unit: str) -> Account:
    with writing():
        return staff(f"{role}.{unit}", role, unit)


def unassigned(ground: Field, *deputies: str | None, unit: str = "440118") -> str:
    """The id of a visit without an assignment, in which these deputies take part."""
    with writing() as session:
        made = VisitFactory(
            id=new_id(),
            campaign_id=ground.campaign_id,
            unit_code=unit,
            subject_id=SubjectFactory(town="新塘镇").id,
            assignment_id=None,
        )
        session.add_all(Attendance(visit_id=made.id, deputy_id=one, noted_at=utc_now()) for one in deputies)
        session.flush()
        return made.id


def test_it_is_handed_in_by_who_took_part_and_reviewed_like_any_other(app: Flask, ground: Field) -> None:
    first, other = ground.phones
    visit = unassigned(ground, first.deputy_id)
    body = ground.body(visit, "甲", None)
    refused = receive(other, visit, body, via="phone")
    assert (refused.status, refused.code) == (403, "not_yours")
    taken = receive(first, visit, body, via="phone")
    assert (taken.status, taken.facts.number if taken.facts else "") == (201, f"440118-{visit[:8]}-1")
    assert receive(first, visit, body, via="phone").status == 200
    assert receive(first, visit, ground.body(visit, "乙", digest(body)), via="phone").status == 201
    assert receive(first, visit, ground.body(visit, "丙", None), via="phone").status == 409
    assert [(one.version, one.on_trunk, one.marks) for one in versions_of(visit)] == [
        (1, True, []),
        (2, True, []),
        (3, False, ["fork"]),
    ]
    found = db.session.get_one(Visit, visit)
    with writing():
        review.accept(found, found.head or "", DESK)
    assert review.state(found) == "accepted"
    locks.lock(found.campaign_id, found.unit_code)
    with pytest.raises(review.VisitLocked):
        review.void(found, DESK, "重复")


def test_it_stands_in_the_deputys_list_and_opens_as_a_form(app: Flask, ground: Field) -> None:
    first, other = ground.phones
    assigned, visit = ground.visit(), unassigned(ground, first.deputy_id)
    with writing():
        publish(ground.campaign_id)
    assert [(one.visit_id, one.group) for one in tasks_of(first)][1:] == [(visit, "")]
    assert {one.visit_id for one in tasks_of(first)} == {assigned, visit}
    assert [one.visit_id for one in tasks_of(other)] == [assigned]
    assert open_filling(other, visit, "zh-CN") is None
    opened = open_filling(first, visit, "zh-CN")
    assert opened is not None
    assert (opened.assignment, opened.group, opened.is_open_for_answers) == (None, None, True)
    assert [one.id for one in opened.members] == [first.deputy_id]
    begin(opened, [str(first.deputy_id)])
    assert review.state(db.session.get_one(Visit, visit)) == "draft"
    assert mirror(visit, first, "{}")
    account = desk("unit_desk", "440118")
    assert open_for(account, db.session.get_one(Visit, visit), "zh-CN") is not None
    assert open_for(account, db.session.get_one(Visit, assigned), "zh-CN") is not None


def test_photos_of_it_are_taken_from_who_took_part_alone(app: Flask, ground: Field) -> None:
    first, other = ground.phones
    visit = unassigned(ground, first.deputy_id)
    sha256 = digest(b"a photo")
    named = {"sha256": sha256, "name": "a.jpg", "path": "/g_one/photo", "size": 7, "kind": "image/jpeg"}
    body = ground.body(visit, "甲", None).replace(b'"parts":[]', _plain(named))
    assert receive(first, visit, body, via="phone").facts is not None
    assert parts.part_state(first, sha256) is not None
    assert parts.part_state(other, sha256) is None
    account = desk("unit_desk", "440118")
    assert parts.part_state(senders.for_visit(account, db.session.get_one(Visit, visit)), sha256) is not None
    assert parts.part_state(senders.of_account(account), sha256) is None


def _plain(named: dict[str, object]) -> bytes:
    kind, name, path, sha256, size = (named[key] for key in ("kind", "name", "path", "sha256", "size"))
    return (f'"parts":[{{"kind":"{kind}","name":"{name}","path":"{path}","sha256":"{sha256}","size":{size}}}]').encode()


def test_its_desk_sees_it_and_no_other(app: Flask, ground: Field) -> None:
    visit = unassigned(ground, ground.phones[0].deputy_id)
    own, elsewhere = (access.staff_of(desk("unit_desk", unit)) for unit in ("440118", "440105"))
    committee = access.staff_of(desk("committee", "440100"))
    assert access.reviewed_visit(own, visit).id == visit
    for person in (elsewhere, committee):
        with pytest.raises(access.NotFound):
            access.readable_visit(person, visit, review.state)
    body = ground.body(visit, "甲", None)
    receive(ground.phones[0], visit, body, via="phone")
    found = db.session.get_one(Visit, visit)
    review.accept(found, found.head or "", DESK)
    assert access.readable_visit(committee, visit, review.state)[1] == access.ALL - {"L3"}
    assert set(access.visit_levels(committee, found.campaign)) == {visit}
    assert access.desk_visit(own, visit) is found
    with pytest.raises(access.NotFound):
        access.desk_visit(elsewhere, visit)


def test_who_took_part_has_it_on_the_phone_and_nobody_else(app: Flask, ground: Field) -> None:
    visit = unassigned(ground, ground.phones[0].deputy_id)
    first, other = ({*db.session.scalars(senders.own_visits(phone))} for phone in ground.phones)
    assert visit in first
    assert visit not in other


def test_it_is_listed_and_counted_with_those_of_its_unit(app: Flask, ground: Field) -> None:
    first = ground.phones[0]
    assigned, visit = ground.visit(), unassigned(ground, first.deputy_id)
    receive(first, visit, ground.body(visit, "甲", None), via="phone")
    campaign = ground.campaign_id
    listed, whole = rows(campaign, LEAVES, Filter(sort="number"))
    assert whole == 2
    assert [(row.visit_id, row.group is None) for row in listed] == [(assigned, False), (visit, True)]
    assert listed[1].reference == f"440118-{visit[:8]}"
    assert [row.visit_id for row in rows(campaign, LEAVES, Filter(sort="number", descending=True))[0]] == [
        visit,
        assigned,
    ]
    assert tab_counts(campaign, LEAVES, Filter())["submitted"] == 1
    assert queue_around(campaign, LEAVES, visit).place == 1
    found = db.session.get_one(Visit, visit)
    review.accept(found, found.head or "", DESK)
    whole_city = total(unit_progress(campaign, LEAVES))
    assert (whole_city.assigned, whole_city.accepted, whole_city.counted, whole_city.open) == (2, 1, 1, 1)
    assert [count for _day, count in received_by_day(campaign, LEAVES)] == [1]
    assert [(row.unit, row.assigned, row.accepted) for row in funnel(campaign, LEAVES, {})] == [("440118", 2, 1)]
    assert coverage(campaign, LEAVES).towns == (1, 1)
    assert unit_tree()["440118"].code == found.unit_code


def test_a_visit_is_of_the_campaign_unit_and_subject_of_its_assignment(app: Flask, ground: Field) -> None:
    visit = ground.visit()
    found = db.session.get_one(Visit, visit)
    assert found.assignment is not None
    with writing():
        subject = SubjectFactory().id
    for facts in ({"unit_code": "440105"}, {"subject_id": subject}):
        with pytest.raises(IntegrityError), writing() as session:
            session.execute(update(Visit).where(Visit.id == visit).values(**facts))
        db.session.rollback()


def test_an_assignment_that_is_handed_on_takes_its_visit_along(app: Flask, ground: Field) -> None:
    visit = ground.visit()
    with writing() as session:
        subject = SubjectFactory().id
        session.execute(
            update(Assignment).where(Assignment.visit_id == visit).values(unit_code="440105", subject_id=subject)
        )
    db.session.expire_all()
    found = db.session.get_one(Visit, visit)
    assert (found.unit_code, found.subject_id) == ("440105", subject)
    target = read_target(visit)
    assert target is not None
    assert target.unit_code == "440105"


def test_who_goes_is_the_groups_while_there_is_an_assignment(app: Flask, ground: Field) -> None:
    """Attendance alone makes no visit of another group's a deputy's own."""
    visit = ground.visit()
    with writing() as session:
        stranger = DeputyFactory()
        phone = senders.add_browser(stranger.id, campaign_id=ground.campaign_id)
        session.add(Attendance(visit_id=visit, deputy_id=stranger.id, noted_at=utc_now()))
    assert attending(visit)
    assert receive(phone, visit, ground.body(visit, "甲", None), via="phone").code == "not_yours"
    assert tasks_of(phone) == []
