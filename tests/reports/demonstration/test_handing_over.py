"""The demonstration goes on to the end: 14 bodies, every grade, two rounds, one given back, one extended, one supervised, closes."""

from flask import Flask
from sqlalchemy import select

from reports.demonstration import guangzhou, handling
from reports.demonstration.preparation import campaign_of
from reports.handling.reading import body_counts, counts, state_counts
from reports.handling.records import Letter, Reply, Step
from surveys.database import db, writing
from surveys.planning.campaigns.campaigns import edit_campaign


def test_to_the_end_once(demonstration: Flask) -> None:
    with demonstration.app_context():
        campaign = campaign_of(guangzhou.CAMPAIGN)
        assert campaign is not None
        with writing():
            edit_campaign(campaign, as_of=None)
        handling.hand_over(1, campaign)
        letters = db.session.query(Letter).count()
        handling.hand_over(1, campaign)
        with writing():
            edit_campaign(campaign, as_of=handling.AS_OF)
        assert db.session.query(Letter).count() == letters
        assert sorted(db.session.scalars(select(Letter.number))) == list(range(1, letters + 1))
        assert set(db.session.scalars(select(Reply.grade).where(Reply.kind == "final"))) == set("ABCD")
        kinds = set(db.session.scalars(select(Step.kind)))
        assert {"given_back", "rerouted", "extended", "supervised", "interim", "sent_again", "closed"} <= kinds
        assert max(db.session.scalars(select(Reply.round_number))) == 2
        states, now = state_counts(campaign), counts(campaign)
        assert sum(states.values()) == now.handed == sum(row.items for row in body_counts(campaign))
        assert states["closed"] == now.closed > 0
        assert now.open > 0
        assert {row.body.code for row in body_counts(campaign)} <= set(db.session.scalars(select(Letter.body_code)))
        assert 10 <= len(set(db.session.scalars(select(Letter.body_code)))) <= 15
