"""The state of a visit: every fact that decides it, and the same rule in SQL."""

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.audit import Actor
from surveys.database import db, utc_now, writing
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits.states import VisitFacts, newest_decision, newest_decision_on, state_column, state_of
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.planning.forms.questionnaire_versions import Package
from tests.factories import fieldwork, planning

DESK = Actor("system")


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        pytest.param(VisitFacts(), "open", id="nothing on the server"),
        pytest.param(VisitFacts(drafts=2), "draft", id="only drafts"),
        pytest.param(VisitFacts(versions=1, head="a"), "submitted", id="a version, no decision"),
        pytest.param(VisitFacts(versions=1, head="a", drafts=1), "submitted", id="a draft beside a version"),
        pytest.param(VisitFacts(versions=2), "submitted", id="forks alone: no head"),
        pytest.param(
            VisitFacts(versions=1, head="a", verdict="return", decided_content="a"), "returned", id="head returned"
        ),
        pytest.param(
            VisitFacts(versions=2, head="b", verdict="return", decided_content="a"), "submitted", id="sent again"
        ),
        pytest.param(
            VisitFacts(versions=1, head="a", verdict="accept", decided_content="a"), "accepted", id="head accepted"
        ),
        pytest.param(
            VisitFacts(versions=2, head="b", verdict="accept", decided_content="a"), "submitted", id="after acceptance"
        ),
        pytest.param(
            VisitFacts(versions=1, head="a", verdict="reopen", decided_content="a"), "submitted", id="reopened"
        ),
        pytest.param(
            VisitFacts(versions=1, head="a", verdict="accept", decided_content="a", voided=True), "void", id="voided"
        ),
    ],
)
def test_exactly_one_state(facts: VisitFacts, state: str) -> None:
    assert state_of(facts) == state


def in_sql() -> dict[str, str]:
    newest = newest_decision()
    query = select(Visit.id, state_column(newest)).outerjoin(newest, newest_decision_on(newest))
    return {row[0]: row[1] for row in db.session.execute(query)}


@pytest.mark.both_databases
def test_the_same_rule_in_sql(app: Flask) -> None:
    with app.app_context():
        with writing() as session:
            campaign = planning.guangzhou()
            visits = [fieldwork.visit(campaign.id) for _ in range(8)]
            session.add(Package(hash="0" * 64, body=b"{}", made_at=utc_now()))
            session.flush()
            session.add(Draft(visit_id=visits[1].id, holder="d", package_hash="0" * 64, saved_at=utc_now()))
            for visit in visits[2:7]:
                fieldwork.version(visit, b"first")
            session.flush()
            review.send_back(visits[3], visits[3].head or "", DESK, [review.NewRemark("/a", "请补充")])
            review.accept(visits[4], visits[4].head or "", DESK)
            review.accept(visits[5], visits[5].head or "", DESK)
            fieldwork.version(visits[5], b"second", number=2)
            review.accept(visits[6], visits[6].head or "", DESK)
            review.reopen(visits[6], visits[6].head or "", DESK, "数字有误")
            review.void(visits[7], DESK, "误派")
            ids = [visit.id for visit in visits]
        expected = ["open", "draft", "submitted", "returned", "accepted", "submitted", "submitted", "void"]
        states = in_sql()
        assert [states[visit_id] for visit_id in ids] == expected
        assert [review.state(db.session.get_one(Visit, visit_id)) for visit_id in ids] == expected
