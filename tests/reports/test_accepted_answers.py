"""Which submissions figures rest on: the accepted content, while nothing took it back."""

import json

import pytest
from flask import Flask
from sqlalchemy import text

from reports.evidence.accepted_answers import (
    DataFault,
    TamperedSubmissions,
    accepted_submissions,
    campaign_data,
    rows_again,
)
from surveys import immutable_rows
from surveys.database import db, writing
from surveys.fieldwork.visits.visits import Decision, Visit
from surveys.questionnaire.package.package import package_hash
from tests.factories.fieldwork import version
from tests.factories.planning import guangzhou
from tests.factories.reports import START, answers, city, content_of, package, paths


def _visit() -> Visit:
    row = db.session.execute(text("SELECT visit_id FROM assignments WHERE unit_code = '440105' AND number = 1")).one()
    found = db.session.get(Visit, row.visit_id)
    assert found is not None
    return found


def _decide(visit: Visit, verdict: str, content: str, number: int) -> None:
    db.session.add(Decision(visit_id=visit.id, number=number, content=content, verdict=verdict, decided_at=START))
    db.session.flush()


@pytest.mark.both_databases
def test_a_newer_version_waits_and_then_takes_its_place(app: Flask) -> None:
    with app.app_context():
        campaign = city(3)
        before = campaign_data(campaign)
        assert len(before.submissions) == 9
        visit = _visit()
        with writing():
            newer = version(
                visit, content_of(visit.id, answers(9, "440105")), number=2, package_hash=package_hash(package())
            )
        assert campaign_data(campaign) is before  # nothing decided, nothing read again
        with writing():
            _decide(visit, "accept", newer.content, 2)
        after = {one.visit: one for one in campaign_data(campaign).submissions}
        assert len(after) == 9
        assert after[visit.id].content == newer.content


@pytest.mark.parametrize("verdict", ["return", "reopen"])
def test_an_acceptance_taken_back_counts_no_more(app: Flask, verdict: str) -> None:
    with app.app_context():
        campaign = city(2)
        visit = _visit()
        assert visit.head is not None
        with writing():
            _decide(visit, verdict, visit.head, 2)
        assert visit.id not in {one.visit for one in accepted_submissions(campaign.id)}


def test_returning_a_newer_version_leaves_the_accepted_one(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        visit = _visit()
        with writing():
            newer = version(visit, content_of(visit.id, answers(9, "440105")), number=2)
            _decide(visit, "return", newer.content, 2)
        assert visit.id in {one.visit for one in accepted_submissions(campaign.id)}


def test_a_void_visit_counts_no_more(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        assert campaign_data(campaign).counts["440105"].assigned == 2
        with writing():
            visit = _visit()
            visit.voided_at, visit.voided_reason = START, "重复"
            db.session.flush()
        assert campaign_data(campaign).counts["440105"].assigned == 1
        assert len(campaign_data(campaign).of("440105")) == 1


def test_people_are_counted_once_in_every_sum(app: Flask) -> None:
    with app.app_context():
        counts = campaign_data(city(6)).counts
        assert (counts["440105"].deputies, counts["440105"].persontimes) == (3, 6)
        assert (counts[""].deputies, counts[""].persontimes) == (9, 18)
        assert (counts["440105"].events, counts["440118"].events, counts[""].events) == (1, 0, 1)


def test_bytes_that_are_not_what_they_were(app: Flask) -> None:
    with app.app_context():
        data = campaign_data(city(2))
        visit = _visit()
        body = json.dumps({"answers": {paths()["control"]: "state"}}).encode()
        with writing() as session, immutable_rows.opened("tampering"):
            session.execute(text("UPDATE submissions SET body = :b WHERE visit_id = :v"), {"b": body, "v": visit.id})
        with pytest.raises(TamperedSubmissions):
            rows_again(data.submissions)
        faults: list = []
        again = rows_again(data.submissions, faults)
        assert [one.visit for one, _ in faults] == [visit.id]
        assert len(again) == len(data.submissions)


def test_no_published_questionnaire_is_said(app: Flask) -> None:
    with app.app_context():
        with writing():
            campaign = guangzhou()
        with pytest.raises(DataFault) as refused:
            campaign_data(campaign)
        assert refused.value.code == "no_questionnaire"
