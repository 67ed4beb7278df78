"""What is proposed of findings: computed by a job, only for what is new, learned from what was coded, never done by itself."""

import pytest
from flask import Flask
from sqlalchemy import select

from surveys import jobs
from surveys.audit import Actor
from surveys.database import db, writing
from surveys.fieldwork.findings import acts, proposals
from surveys.fieldwork.findings.acts import View
from surveys.fieldwork.findings.desk_queue import Queue
from surveys.fieldwork.findings.findings import FindingCoding, HeadlineFinding, add_letter
from surveys.fieldwork.findings.proposals import FindingLikeness, FindingProposal
from tests.factories import planning

DESK = Actor("system")
TEXTS = {
    "night": "夜班没人愿意上，希望延长公交末班车时间，方便工人上下班。",
    "night again": "夜班没有人愿意上，希望公交末班车时间延长，方便工人上下班。",
    "plant": "希望延长厂房租约",
    "machine": "希望延长设备租约",
    "loan": "银行续贷要先还后贷，过桥费一年十几万元，建议推行无还本续贷。",
}


def _campaign(texts: dict[str, str]) -> tuple[str, dict[str, str]]:
    with writing():
        campaign = planning.guangzhou()
        ids = {name: add_letter(campaign.id, "440118", kind="problem", text=text).id for name, text in texts.items()}
        return campaign.id, ids


def _outcomes(ids: dict[str, str]) -> dict[frozenset[str], str]:
    names = {id: name for name, id in ids.items()}
    return {
        frozenset((names[pair.finding_id], names[pair.other_id])): pair.outcome
        for pair in db.session.scalars(select(FindingLikeness))
    }


@pytest.mark.both_databases
def test_near_ones_are_found_by_the_job_and_nothing_is_put_together(app: Flask) -> None:
    with app.app_context():
        campaign_id, ids = _campaign(TEXTS)
        proposals.ask_where_due()
        assert jobs.work_off() == 1
        outcomes = _outcomes(ids)
        assert outcomes[frozenset(("night", "night again"))] == "same"
        assert outcomes[frozenset(("plant", "machine"))] == "same_frame"
        assert db.session.scalars(select(HeadlineFinding)).all() == []
        assert db.session.scalars(select(FindingCoding)).all() == []
        proposals.ask_where_due()
        assert jobs.work_off() == 0, "nothing is new"
        job, computed_at = proposals.standing(campaign_id)
        assert job is not None
        assert (job.state, job.steps_done, job.steps_all) == ("done", 4, 4)
        assert computed_at is not None


@pytest.mark.both_databases
def test_only_what_is_new_is_compared_and_a_category_is_learned(app: Flask) -> None:
    with app.app_context():
        campaign_id, ids = _campaign(TEXTS)
        proposals.compute(campaign_id)
        first = db.session.get(FindingProposal, ids["loan"])
        assert first is not None
        assert first.candidates[0]["category2"] == "0103"
        assert {"续贷", "无还本"} <= set(first.candidates[0]["keywords"])
        with writing():
            late = add_letter(
                campaign_id,
                "440105",
                kind="problem",
                text="银行续贷要求先还后贷，过桥费一年要十几万元，建议推广无还本续贷。",
            )
        result = proposals.compute(campaign_id)
        assert result["compared"] == 1
        ids["late"] = late.id
        assert _outcomes(ids)[frozenset(("loan", "late"))] == "same"
        acts.settle(View(campaign_id, "440118"), DESK, ids["loan"], {ids["loan"]: "0199"})
        assert proposals.ask_for(campaign_id) is None, "one coding is too little to learn from at once"
        proposals.ask_for(campaign_id, at_once=True)
        jobs.work_off()
        db.session.expire_all()
        learned = db.session.get(FindingProposal, late.id)
        assert learned is not None
        assert "0199" in [one["category2"] for one in learned.candidates]
        [near] = [one["near"] for one in learned.candidates if one["category2"] == "0199"]
        assert near == 1


def test_a_queue_shows_near_ones_first_and_forgets_nothing(app: Flask) -> None:
    with app.app_context():
        campaign_id, ids = _campaign(TEXTS)
        proposals.compute(campaign_id)
        view = View(campaign_id, "440118")
        queue = Queue(view, ["440118"])
        open_ones = [line.row.id for line in queue.chosen("open")]
        together = {ids["night"], ids["night again"]}
        assert {open_ones.index(id) for id in together} <= {0, 1, 2, 3}, "before what stands alone"
        assert abs(open_ones.index(ids["night"]) - open_ones.index(ids["night again"])) == 1
        assert len(open_ones) == len(TEXTS)
        card = queue.card(queue.lines[ids["night"]])
        [near] = [one for one in card.near if one.reason == "same"]
        assert near.ticked
        assert card.words.startswith("夜班没")
        frame = queue.card(queue.lines[ids["plant"]]).near[0]
        assert (frame.reason, frame.ticked) == ("same_frame", False)
        assert [text for text, differs in frame.difference.other if differs] == ["设备"]
        assert Queue(view, ["440105"]).lines == {}, "another unit's findings are not there"
