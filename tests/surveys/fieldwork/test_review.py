"""What a desk decides: on the newest content alone, never on a locked unit, never over what was decided before."""

from collections.abc import Iterator

import pytest
from flask import Flask

from surveys.audit import Actor, AuditEntry
from surveys.database import db, writing
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits import locks
from surveys.fieldwork.visits.visits import Visit
from tests.factories import fieldwork, planning

DESK = Actor("system")


@pytest.fixture
def visit(app: Flask) -> Iterator[Visit]:
    with app.app_context(), writing() as session:
        made = fieldwork.visit(planning.guangzhou().id)
        fieldwork.version(made, b"first")
        session.flush()
        yield made


def test_accepting_counts_this_content_until_the_desk_decides_again(visit: Visit) -> None:
    first = visit.head or ""
    review.accept(visit, first, DESK)
    fieldwork.version(visit, b"second", number=2)
    db.session.flush()
    assert review.state(visit) == "submitted"
    assert review.accepted_content(visit.id) == first
    review.accept(visit, visit.head or "", DESK)
    assert review.accepted_content(visit.id) == visit.head


def test_a_newer_version_must_be_seen_before_deciding(visit: Visit) -> None:
    seen = visit.head or ""
    fieldwork.version(visit, b"second", number=2)
    db.session.flush()
    with pytest.raises(review.ReviewConflict):
        review.accept(visit, seen, DESK)


def test_a_return_carries_its_comments_and_its_round(visit: Visit) -> None:
    review.send_back(visit, visit.head or "", DESK, [review.NewRemark("/g/profit", "请补充利润")], note="辛苦了")
    assert [(remark.path, remark.text) for remark in review.remarks(visit.id, visit.head)] == [
        ("/g/profit", "请补充利润"),
        (None, "辛苦了"),
    ]
    assert review.decisions(visit.id)[0].number == 1


def test_a_return_without_a_word_is_refused(visit: Visit) -> None:
    with pytest.raises(ValueError, match="needs a comment"):
        review.send_back(visit, visit.head or "", DESK, [])


def test_a_visit_of_a_unit_that_has_reported_stays_as_it_is(visit: Visit) -> None:
    locks.lock(visit.campaign_id, visit.unit_code)
    with pytest.raises(review.VisitLocked):
        review.accept(visit, visit.head or "", DESK)
    locks.unlock(visit.campaign_id, visit.unit_code)
    assert review.accept(visit, visit.head or "", DESK).verdict == "accept"


def test_reopening_takes_the_visit_out_of_the_figures(visit: Visit) -> None:
    review.accept(visit, visit.head or "", DESK)
    review.reopen(visit, visit.head or "", DESK, "数字有误")
    assert review.accepted_content(visit.id) is None
    with pytest.raises(review.NothingToDecide):
        review.reopen(visit, visit.head or "", DESK, "再来一次")


def test_every_decision_is_in_the_audit_trail_which_cannot_be_changed(visit: Visit) -> None:
    review.accept(visit, visit.head or "", DESK)
    entry = db.session.query(AuditEntry).one()
    assert (entry.act, entry.target_id) == ("visit.accept", visit.id)
    entry.act = "visit.return"
    with pytest.raises(RuntimeError, match="append-only"):
        db.session.flush()
    db.session.rollback()


def test_a_submission_never_changes(visit: Visit) -> None:
    submission = fieldwork.version(visit, b"second", number=2)
    db.session.flush()
    submission.outcome = "refused"
    with pytest.raises(RuntimeError, match="never changes"):
        db.session.flush()
    db.session.rollback()


def test_returning_what_was_accepted_takes_it_out_of_the_figures_but_returning_a_later_version_does_not(
    visit: Visit,
) -> None:
    first = visit.head or ""
    review.accept(visit, first, DESK)
    fieldwork.version(visit, b"second", number=2)
    db.session.flush()
    review.send_back(visit, visit.head or "", DESK, [], note="请核对")
    assert review.accepted_content(visit.id) == first
    other = fieldwork.visit(visit.campaign_id)
    fieldwork.version(other, b"only")
    db.session.flush()
    review.accept(other, other.head or "", DESK)
    review.send_back(other, other.head or "", DESK, [], note="请核对")
    assert review.accepted_content(other.id) is None
