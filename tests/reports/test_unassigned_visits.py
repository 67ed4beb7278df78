"""A visit that nobody assigned goes all the way: handed in, accepted, counted, printed, verified; and no page stumbles over it."""

import pytest
from flask import Flask

from reports.evidence.accepted_answers import campaign_data
from reports.issuing import archive
from reports.issuing.issuing import print_version, verify
from reports.papers.steps import versions
from surveys.audit import Actor
from surveys.database import db, new_id, utc_now, writing
from surveys.fieldwork.findings.findings import counted_findings, finding_rows
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.campaigns import Campaign
from tests.desk_client import signed_in
from tests.factories.fieldwork import VisitFactory
from tests.factories.planning import DeputyFactory, SubjectFactory, staff
from tests.factories.reports import START, answers, city, content_of, paths, submitted
from tests.surveys.pages.field_world import signed_in_client

UNIT = "440105"


def handed_in(campaign: Campaign) -> tuple[Visit, str]:
    """A visit of the unit without an assignment, with one version, and the device it came from."""
    given = answers(9, UNIT)
    with writing() as session:
        subject = SubjectFactory(name=given[paths()["ent_name"]], area_code=UNIT, section="C", size_class="small")
        deputy = DeputyFactory(unit_code=UNIT, name="己代表")
        visit = VisitFactory(
            id=new_id(), campaign_id=campaign.id, unit_code=UNIT, subject_id=subject.id, assignment_id=None
        )
        session.add(Attendance(visit_id=visit.id, deputy_id=deputy.id, noted_at=utc_now()))
        phone = senders.add_browser(deputy.id, campaign_id=campaign.id)
    body = content_of(visit.id, given)
    assert receive(phone, visit.id, body, via="phone", at=START).status == 201
    return visit, phone.id


@pytest.mark.both_databases
def test_it_is_counted_printed_and_verified(app: Flask) -> None:
    with app.app_context():
        campaign = city(3)
        visit, _phone = handed_in(campaign)
        before = campaign_data(campaign)
        assert (before.counts[UNIT].assigned, len(before.frame.data.visits)) == (4, 9)
        review.accept(visit, visit.head or "", Actor("system"))
        data = campaign_data(campaign)
        assert visit.id in {row.visit_id for row in data.frame.data.visits}
        assert (data.counts[UNIT].persontimes, data.counts[""].assigned) == (4, 10)
        rows = finding_rows(db.session.execute(counted_findings(campaign.id, [UNIT])))
        assert all(row.subject for row in rows if row.visit_id == visit.id)
        version = versions(submitted(campaign, UNIT))[0]
        annexes = {annex["key"]: annex for annex in version.frozen["annexes"]["internal"]}
        firms = annexes["annex.subjects"]["data"]
        place = [column["title"] for column in firms["columns"]].index("走访编号")
        assert f"{UNIT}-{visit.id[:8]}" in [row[place] for row in firms["rows"]]
        assert len(firms["rows"]) == 4
        found = verify(archive.read(print_version(version, "A")))
        assert found.ok, [one.zh for one in found.differences]


def test_no_page_stumbles_over_it(app: Flask) -> None:
    with app.app_context():
        campaign = city(3)
        visit, phone = handed_in(campaign)
        with writing():
            staff("desk", "unit_desk", UNIT)
            staff("committee", "committee", "440100")
        visit_id, content, number = visit.id, visit.head, campaign.number
    desk = signed_in(app, "desk", "zh-CN")
    reference = f"{UNIT}-{visit_id[:8]}"
    listed = desk.get(f"/campaigns/{number}/visits?sort=number").text
    assert visit_id[:8] in listed
    assert reference in desk.get(f"/campaigns/{number}/visits?export=csv").data.decode("utf-8-sig")
    page = desk.get(f"/visits/{visit_id}/review")
    assert page.status_code == 200
    assert reference in page.text
    for address in (
        "progress",
        "funnel",
        "phones",
        "set-aside",
        "findings",
        "phones?export=csv",
        "findings?export=csv",
    ):
        assert desk.get(f"/campaigns/{number}/{address}").status_code == 200, address
    assert desk.get(f"/visits/{visit_id}/behalf").status_code == 200
    accepted = desk.post(f"/visits/{visit_id}/review", data={"decision": "accept", "content": content})
    assert accepted.status_code == 303
    assert desk.get(f"/campaigns/{number}/findings").status_code == 200
    paper = desk.post(f"/visits/{visit_id}/review/paper", data={"content": content})
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    assert signed_in(app, "committee", "zh-CN").get(f"/visits/{visit_id}/review").status_code == 200
    deputy = signed_in_client(app, phone)
    for address in ("/visits", f"/visits/{visit_id}", f"/visits/{visit_id}/receipts/{content}"):
        assert deputy.get(address).status_code == 200, address
    assert visit_id in deputy.get("/sync/assignments").text
