"""What was worked out from a campaign's data is never told of other data, and no more of it stays in memory than is looked at."""

import gc
import json

import pytest
from flask import Flask
from sqlalchemy import select, text

from reports.checking import report_evidence
from reports.checking.report_evidence import names_of, number_entries, verdicts
from reports.evidence.accepted_answers import campaign_data
from reports.evidence.consents import people
from reports.figures.frame import Frame, VisitRow
from reports.issuing import final_checks
from reports.issuing.final_checks import Check, check
from reports.papers.steps import Report, draft, save_section
from reports.stamped import StampedResults
from surveys import immutable_rows
from surveys.database import db, utc_now, writing
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from tests.factories.planning import DeputyFactory, GroupFactory
from tests.factories.reports import CITY, ROOT_TEXT, accepted_visit, city, paths, written


def _visits(unit: str) -> list[Visit]:
    query = select(Visit).join(Assignment, Assignment.id == Visit.assignment_id).where(Assignment.unit_code == unit)
    return list(db.session.scalars(query.order_by(Assignment.number)))


def _void(visits: list[Visit]) -> None:
    for visit in visits:
        review.void(visit, CITY, "重复")


def _numbers(report: Report) -> Check:
    return next(one for one in check(report) if one.code == "number_wrong")


def _say(report: Report, words: str) -> None:
    save_section(report, "practice", [{"id": "x", "type": "paragraph", "text": words}], row_version=None, by=CITY)


def test_the_check_before_a_final_is_on_the_data_of_now(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (final_checks, report_evidence):  # data may stand where others stood before them
        monkeypatch.setattr(module, "id", lambda _: 1, raising=False)
    with app.app_context():
        root = written(
            city(5), "440100", ROOT_TEXT
        )  # of each unit's five firms the first, the third and the fifth say so
        _say(root, "反映拖欠账款的企业9家。")
        assert _numbers(root).ok, _numbers(root).zh
        for unit in ("440100-0", "440105", "440118"):
            _void(_visits(unit)[0:3:2])
            verdicts(root, campaign_data(root.campaign), draft(root))  # the editor is open beside it
        assert "应为3家" in _numbers(root).zh


def test_of_a_campaign_one_frame_is_held_however_many_reports_are_opened(app: Flask) -> None:
    with app.app_context():
        campaign = city(5)
        reports = [written(campaign, unit) for unit in ("440105", "440118", "440100")]
        for report, visit in zip(reports, _visits("440105"), strict=False):
            _open(report)
            _void([visit])
        _open(reports[0])
        assert len(_rows_in_memory(campaign)) == 15 - 3


def _open(report: Report) -> None:
    data = campaign_data(report.campaign)
    number_entries(report, data)
    verdicts(report, data, draft(report))
    names_of(report, data)


def _rows_in_memory(campaign: Campaign) -> list[VisitRow]:
    """The rows of this campaign's visits, of however many frames."""
    gc.collect()
    visits = set(db.session.scalars(select(Assignment.visit_id).where(Assignment.campaign_id == campaign.id)))
    frames = {one.data for one in gc.get_objects() if isinstance(one, Frame)}
    return [row for one in frames for row in one.visits if row.visit_id in visits]


def test_the_least_asked_for_goes() -> None:
    made: list[int] = []
    few: StampedResults[int] = StampedResults(2)

    def number(place: int, stamp: str = "a") -> int:
        return few.result(place, stamp, lambda before: made.append(place) or len(made) + (before or 0))

    assert [number(1), number(2), number(1), number(3), number(1), number(2)] == [1, 2, 1, 3, 1, 4]
    assert number(1, "b") == 6  # another stamp: made again, with what was known before at hand
    assert len(few) == 2


@pytest.fixture
def interviewed(app: Flask) -> tuple[Campaign, Report, Visit]:
    """A campaign, the report of a unit, and the one visit at which 联系人9 was met."""
    campaign = city(2)
    with writing():
        group = GroupFactory(campaign_id=campaign.id, unit_code="440105")
        visit = accepted_visit(campaign, "440105", 9, group.id, DeputyFactory(unit_code="440105").id)
    return campaign, written(campaign, "440105"), visit


CONTACT = "联系人9经理，电话13800000009。"


def _kinds(report: Report, words: str) -> set[str]:
    return {hit.kind for hit in names_of(report, campaign_data(report.campaign)).hits(words)}


def _erase(visit: Visit) -> None:
    """On a person's request: the visit is counted on, the firm and whom they met are gone from its answers."""
    row = db.session.scalars(select(Submission).where(Submission.visit_id == visit.id)).one()
    said = json.loads(row.body)
    for name in ("ent_name", "ent_uscc", "contact_name", "contact_phone"):
        said["answers"].pop(paths().get(name, ""), None)
    with writing() as session, immutable_rows.opened("erasure"):
        change = text("UPDATE submissions SET body = :body WHERE id = :id")
        session.execute(change, {"body": json.dumps(said).encode(), "id": row.id})
        visit.erased_at = utc_now()
        session.flush()
    db.session.expire_all()


@pytest.mark.both_databases
def test_who_was_met_at_an_erased_visit_is_known_no_longer(interviewed: tuple[Campaign, Report, Visit]) -> None:
    campaign, report, visit = interviewed
    assert _kinds(report, CONTACT) == {"contact", "phone"}
    _erase(visit)
    assert _kinds(report, CONTACT) == set()
    assert len(campaign_data(campaign).submissions) == 7  # the visit itself counts on
    assert "13800000009" not in _telephones(campaign)


def test_who_was_met_at_a_void_visit_is_known_no_longer(interviewed: tuple[Campaign, Report, Visit]) -> None:
    campaign, report, visit = interviewed
    assert _kinds(report, CONTACT) == {"contact", "phone"}
    _void([visit])
    assert _kinds(report, CONTACT) == set()
    assert "13800000009" not in _telephones(campaign)


def _telephones(campaign: Campaign) -> set[str]:
    """Those that stand in memory: in the rows of any frame of this campaign, and in what is known of its people."""
    known = people(campaign.id, campaign_data(campaign)).values()
    rows = _rows_in_memory(campaign)
    return {one.phone for one in known} | {row.answers.get(paths()["contact_phone"], "") for row in rows}


def test_a_contact_that_is_changed_on_the_list_is_searched_for_at_once(
    interviewed: tuple[Campaign, Report, Visit],
) -> None:
    _, report, visit = interviewed
    with writing():
        subject = visit.subject
        subject.contact = "欧阳修远"
    assert _kinds(report, "欧阳修远说。") == {"contact"}
    with writing():
        subject.contact = None
    assert _kinds(report, "欧阳修远说。") == set()
