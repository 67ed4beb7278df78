"""The demonstration is loaded through the real doors: small, whole, twice, on both databases."""

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from reports.demonstration import guangzhou, second
from reports.demonstration.links import UNIT, entrance, ready_links
from reports.demonstration.preparation import ROOT, campaign_of
from reports.demonstration.schedule import AS_OF
from reports.issuing import issuing
from reports.merging.records import MergeAct
from reports.papers import steps
from reports.text import content
from surveys.audit import AuditEntry
from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.reviewing.progress import total, unit_progress
from surveys.fieldwork.reviewing.review import state
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import unit_tree

SUBJECTS = 120


def _load(subjects: int = SUBJECTS) -> guangzhou.LoadResult:
    return guangzhou.load(seed=1, subjects=subjects, with_print=False, say=lambda line: None)


def _contents() -> dict[str, str]:
    return dict(db.session.execute(select(Submission.id, Submission.content)).all())


@pytest.mark.both_databases
def test_a_small_demonstration_is_loaded_once_and_stands(app: Flask) -> None:
    with app.app_context():
        loaded = _load()
        campaign = db.session.get_one(Campaign, loaded.campaign_id)
        _the_campaign_stands_on_its_day(campaign)
        _every_visit_obeys_the_form()
        _the_reports_are_in(campaign)
        _the_second_shows_what_stops_a_final(db.session.get_one(Campaign, loaded.second_id))
        _the_links_are_ready(app)

        before, audit = _contents(), db.session.scalar(select(func.count()).select_from(AuditEntry))
        said: list[str] = []
        again = guangzhou.load(seed=1, subjects=SUBJECTS, with_print=False, say=said.append)
        assert (again.campaign_id, again.second_id) == (loaded.campaign_id, loaded.second_id)
        assert said == ["… loaded before, the data are kept | 以前已载入，数据保留"]

        # cut off just before its end, a load looks at every step and adds nothing
        with writing():
            db.session.get_one(Campaign, loaded.second_id).as_of = None
        again = _load()
        assert (again.campaign_id, again.second_id) == (loaded.campaign_id, loaded.second_id)
        assert _contents() == before
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == audit + 1, "the day set again"


def _the_campaign_stands_on_its_day(campaign: Campaign) -> None:
    assert campaign.demonstration
    assert campaign.as_of == AS_OF
    leaves = [unit.code for unit in unit_tree().leaves(ROOT)]
    assert len(leaves) == 12
    rows = unit_progress(campaign.id, leaves)
    whole = total(rows)
    assert whole.quota == SUBJECTS
    assert 0.85 * SUBJECTS < whole.accepted < 1.1 * SUBJECTS
    assert whole.assigned == whole.open + whole.draft + whole.submitted + whole.returned + whole.accepted + whole.void
    assert whole.extra > 0


def _every_visit_obeys_the_form() -> None:
    judged = db.session.scalars(select(Submission.judged)).all()
    assert len(judged) > SUBJECTS
    assert [verdict for verdict in judged if verdict["problems"] or verdict["differences"]] == []
    marks = Counter(mark for marks in db.session.scalars(select(Submission.marks)) for mark in marks)
    assert marks == Counter({"late": 1})
    assert db.session.scalar(select(func.count()).select_from(SetAside)) == 1
    assert db.session.scalar(select(func.count()).select_from(Finding).where(Finding.from_paper)) > 0
    sources = Counter(db.session.scalars(select(Finding.source)))
    assert sources["event"] == 40
    assert sources["letter"] == 67


def _the_reports_are_in(campaign: Campaign) -> None:
    states = steps.states(campaign.id)
    assert states.pop(ROOT) == "final"
    assert states == dict.fromkeys(unit.code for unit in unit_tree().leaves(ROOT)) | dict.fromkeys(states, "accepted")
    numbers = {code: len(steps.versions(_report(campaign, code))) for code in states}
    assert {code for code, number in numbers.items() if number == 2} == {"440105"}
    version = steps.newest_version(_report(campaign, ROOT))
    assert version is not None
    text = content.plain_text(version.frozen)
    blocks = Counter(block["type"] for section in version.frozen["sections"] for block in section["blocks"])
    assert blocks["chart"] >= 4
    assert 2 <= blocks["table"] <= 4
    assert "{{" not in text
    assert "【待起草" not in text
    root_blocks = [block for section in version.content["sections"] for block in section["blocks"]]
    assert _written_by_an_act(_report(campaign, ROOT)) == {block["id"] for block in root_blocks if block.get("sources")}
    tables = [
        block
        for section in steps.draft(_report(campaign, "440113"))["sections"]
        for block in section["blocks"]
        if block["type"] == "table"
    ]
    assert len(tables) == 2, "the tables of the .docx"


def _report(campaign: Campaign, code: str) -> steps.Report:
    report = steps.report_of(campaign.id, code)
    assert report is not None
    return report


def _the_second_shows_what_stops_a_final(campaign: Campaign) -> None:
    stopped = {check.code for check in issuing.blocking(issuing.check(_report(campaign, ROOT)))}
    assert {"blank_left", "number_wrong", "name_without_consent", "unit_missing"} <= stopped


def _the_links_are_ready(app: Flask) -> None:
    links = ready_links("http://localhost")
    assert set(links) == {"organizer", "unit_desk", "committee", "office", "every_desk", "deputy", "visit"}
    assert ready_links("http://localhost") == links
    _the_deputy_stays(links)
    _one_person_reviews_every_unit(app, links["every_desk"])
    client = app.test_client()
    answer = client.get(links["visit"].removeprefix("http://localhost"))
    assert answer.status_code == 303
    assert answer.location.startswith("/visits/")
    assert "diaoyan_field=" in answer.headers["Set-Cookie"]
    device = links["deputy"].split("/")[5]
    forged = entrance(device, "/visits").replace("/visits", "/visits/other")
    assert client.get(forged).status_code == 404


def _one_person_reviews_every_unit(app: Flask, link: str) -> None:
    desk = app.test_client()
    assert desk.get(link.removeprefix("http://localhost")).status_code == 303
    campaign = campaign_of(second.CAMPAIGN)
    assert campaign is not None
    visits = db.session.scalars(select(Visit).where(Visit.campaign_id == campaign.id)).all()
    waiting = [visit for visit in visits if state(visit) == "submitted"]
    assert len({visit.unit_code for visit in waiting}) > 5
    for visit in waiting[:6]:
        assert "退回" in desk.get(f"/visits/{visit.id}/review").text


def _the_deputy_stays(links: dict[str, str]) -> None:
    """When the visit of the link is done, its deputy stays, and the next visit is the same unit's."""
    visit = db.session.get_one(Visit, links["visit"].rpartition("/")[2])
    assert (visit.unit_code, state(visit)) == (UNIT, "open")
    with writing():
        visit.voided_at, visit.voided_reason = utc_now(), "试"
    later = ready_links("http://localhost")
    assert later["deputy"] == links["deputy"]
    assert later["visit"] != links["visit"]
    assert db.session.get_one(Visit, later["visit"].rpartition("/")[2]).unit_code == UNIT
    with writing():
        visit.voided_at = visit.voided_reason = None


def test_the_same_seed_gives_the_same_bytes(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> None:
    with app.app_context():
        _load(60)
        first = _contents()
    folder = tmp_path_factory.mktemp("other")
    other = create_app({"TESTING": True, "INSTANCE": str(folder)})
    with other.app_context():
        db.create_all()
        _load(60)
        assert _contents() == first
        db.session.remove()
        db.engine.dispose()


def _written_by_an_act(report: steps.Report) -> set[str]:
    """The paragraphs that somebody wrote from passages and could take back."""
    query = select(MergeAct.block_id).where(MergeAct.report_id == report.id, MergeAct.kind == "written")
    return {identity for identity in db.session.scalars(query.where(MergeAct.undone_at.is_(None))) if identity}
