"""What a desk's pages promise: own visits only, decisions on what was read, words kept; the committee reads without L3."""

import json
import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import undefer

from surveys.database import db
from surveys.fieldwork.receiving.versions import versions_of
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign

UNIT = "440106"


def _visit(app: Flask, wanted: str, campaign: int = 2) -> str:
    """The id of a visit of UNIT in a state."""
    with app.app_context():
        visits = db.session.scalars(
            select(Visit)
            .join(Assignment, Assignment.id == Visit.assignment_id)
            .join(Campaign, Campaign.id == Assignment.campaign_id)
            .where(Campaign.number == campaign, Assignment.unit_code == UNIT)
            .order_by(Assignment.number)
        )
        return next(visit.id for visit in visits if review.state(visit) == wanted)


def _head(page: str) -> str:
    found = re.search(r'name="content" value="([0-9a-f]{64})"', page)
    assert found
    return found.group(1)


def test_a_desk_returns_with_a_comment_and_accepts_what_it_read(
    demonstration: Flask, enter: Callable[..., FlaskClient]
) -> None:
    desk, visit = enter(f"unit_desk.{UNIT}", "en"), _visit(demonstration, "submitted")
    page = desk.get(f"/visits/{visit}/review").text
    path = re.findall(r'name="remark:([^"]+)"', page)[3]
    wrong = desk.post(f"/visits/{visit}/review", data={"decision": "return", "content": _head(page)})
    assert wrong.status_code == 409
    assert "needs at least one comment" in wrong.text
    sent = {"decision": "return", "content": _head(page), f"remark:{path}": "Please check this figure"}
    assert desk.post(f"/visits/{visit}/review", data=sent).status_code == 303
    page = desk.get(f"/visits/{visit}/review").text
    assert "Returned for more" in page
    assert "Please check this figure" in page


def test_deciding_on_another_version_is_refused_and_the_words_are_kept(
    demonstration: Flask, enter: Callable[..., FlaskClient]
) -> None:
    desk, visit = enter(f"unit_desk.{UNIT}", "en"), _visit(demonstration, "submitted")
    answer = desk.post(
        f"/visits/{visit}/review", data={"decision": "return", "content": "0" * 64, "note": "kept words of mine"}
    )
    assert answer.status_code == 409
    assert "A newer version came in" in answer.text
    assert "kept words of mine" in answer.text


def test_a_visit_of_a_unit_that_reported_stays(demonstration: Flask, enter: Callable[..., FlaskClient]) -> None:
    desk, visit = enter(f"unit_desk.{UNIT}", "en"), _visit(demonstration, "accepted", campaign=1)
    page = desk.get(f"/visits/{visit}/review").text
    assert 'name="decision"' not in page
    with demonstration.app_context():
        head = db.session.get_one(Visit, visit).head or ""
    answer = desk.post(f"/visits/{visit}/review", data={"decision": "reopen", "content": head, "note": "again"})
    assert answer.status_code == 409


def test_the_committee_reads_what_is_accepted_but_nothing_personal(
    demonstration: Flask, enter: Callable[..., FlaskClient]
) -> None:
    with demonstration.app_context():
        rows = db.session.scalars(
            select(Submission)
            .join(Visit, (Visit.id == Submission.visit_id) & (Visit.head == Submission.content))
            .join(Assignment, Assignment.id == Visit.assignment_id)
            .join(Campaign, Campaign.id == Assignment.campaign_id)
            .where(Campaign.number == 1, Assignment.unit_code == UNIT)
        )
        visit, body = next(
            (row.visit_id, row.body.decode())
            for row in rows
            if "contact_phone" in row.body.decode() and review.state(row.visit) == "accepted"
        )
        phone = re.findall(r'contact_phone":"([^"]+)"', body)[0]
    own = enter(f"unit_desk.{UNIT}", "en").get(f"/visits/{visit}/review")
    committee = enter("committee.440100", "en").get(f"/visits/{visit}/review")
    assert (own.status_code, committee.status_code) == (200, 200)
    assert phone in own.text
    assert phone not in committee.text
    assert 'name="decision"' not in committee.text
    for state in ("submitted", "returned", "draft"):
        assert enter("committee.440100", "en").get(f"/visits/{_visit(demonstration, state)}/review").status_code == 404


def test_an_export_holds_what_is_shown_in_words(demonstration: Flask, enter: Callable[..., FlaskClient]) -> None:
    desk = enter(f"unit_desk.{UNIT}", "en")
    answer = desk.get("/campaigns/2/visits?export=csv&tab=submitted")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert answer.headers["Content-Type"].count("charset") == 1
    assert len(lines) == 2
    assert "To be reviewed" in lines[1]
    assert "submitted" not in lines[1]


def test_two_versions_beside_each_other_are_compared_before_one_is_accepted(
    demonstration: Flask, enter: Callable[..., FlaskClient]
) -> None:
    visit, unit, _fork = _forked_visit(demonstration)
    desk = enter(f"unit_desk.{unit}", "en")
    page = desk.get(f"/visits/{visit}/review").text
    assert "Two versions stand beside each other" in page
    assert "answers differ" in page
    sent = {"decision": "accept", "content": _head(page)}
    assert desk.post(f"/visits/{visit}/review", data=sent).status_code == 409
    assert desk.post(f"/visits/{visit}/review", data=sent | {"compared": "1"}).status_code == 303


def _forked_visit(demonstration: Flask) -> tuple[str, str, str]:
    """Visit, unit and content of a version that stands beside the newest in the campaign that is still in the field."""
    with demonstration.app_context():
        found = db.session.scalars(
            select(Submission)
            .join(Visit, Visit.id == Submission.visit_id)
            .join(Assignment, Assignment.id == Visit.assignment_id)
            .join(Campaign, Campaign.id == Assignment.campaign_id)
            .where(Campaign.number == 2, Submission.fork.is_(True))
        ).first()
        assert found is not None
        return found.visit_id, found.visit.unit_code, found.content


def test_two_versions_become_one_question_by_question(demonstration: Flask, enter: Callable[..., FlaskClient]) -> None:
    visit, unit, fork = _forked_visit(demonstration)
    desk = enter(f"unit_desk.{unit}", "en")
    page = desk.get(f"/visits/{visit}/review").text
    offered = list(dict.fromkeys(re.findall(r'type="radio" name="(take:[^"]+)"', page)))
    assert offered
    taken = offered[0]
    done = desk.post(f"/visits/{visit}/merge", data={"fork": fork, taken: "other"})
    assert done.status_code == 303
    after = desk.get(f"/visits/{visit}/review").text
    assert "Two versions stand beside each other" not in after
    with demonstration.app_context():
        listed = {one.content: one for one in versions_of(visit)}
        head = db.session.get_one(Visit, visit).head
        assert head is not None
        assert listed[fork].merged
        bodies = {
            one.content: json.loads(one.body)
            for one in db.session.scalars(
                select(Submission).where(Submission.visit_id == visit).options(undefer(Submission.body))
            )
        }
    merged, other, mine = bodies[head], bodies[fork], bodies[bodies[head]["base"]]
    unit_path = taken.removeprefix("take:")
    for path in {*merged["answers"], *other["answers"], *mine["answers"]}:
        if path.partition("[")[0] == unit_path:
            assert merged["answers"].get(path) == other["answers"].get(path), path
        elif f"take:{path.partition('[')[0]}" in offered:
            assert merged["answers"].get(path) == mine["answers"].get(path), path
    assert merged["merges"] == [fork]
    accepted = desk.post(f"/visits/{visit}/review", data={"decision": "accept", "content": head})
    assert accepted.status_code == 303


def test_a_fork_that_is_settled_or_not_there_is_not_merged(
    demonstration: Flask, enter: Callable[..., FlaskClient]
) -> None:
    visit, unit, fork = _forked_visit(demonstration)
    desk = enter(f"unit_desk.{unit}", "en")
    assert desk.post(f"/visits/{visit}/merge", data={"fork": "0" * 64}).status_code == 409
    another = next(code for code in ("440103", "440104") if code != unit)
    for other in (f"unit_desk.{another}", "committee.440100"):
        assert enter(other, "en").post(f"/visits/{visit}/merge", data={"fork": fork}).status_code == 404
    assert desk.post(f"/visits/{visit}/merge", data={"fork": fork}).status_code == 303
    assert "Two versions stand beside each other" not in desk.get(f"/visits/{visit}/review").text
