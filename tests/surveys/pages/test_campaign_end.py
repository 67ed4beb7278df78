"""A campaign comes to its end on the pages: closed, opened again with a reason, deleted while it is empty."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveys.audit import AuditEntry
from surveys.database import db, writing
from surveys.planning.assigning import assignments
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit, set_units
from surveys.planning.campaigns.closing import what_is_in
from surveys.planning.campaigns.quotas import Quota, exact, set_quotas
from surveys.planning.people.groups import set_members
from surveys.planning.words.planning_faults import Refusal, RefusalKind
from tests.factories.planning import AssignmentFactory, DeputyFactory
from tests.house.client import check_page
from tests.surveys.pages.test_city_desk import FORM, organizer

__all__ = ["organizer"]
END = "/campaigns/1/end"


def campaign() -> Campaign:
    return db.session.scalars(select(Campaign).where(Campaign.number == 1)).one()


def acts(name: str) -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.act == name)))


def test_closed_it_can_be_read_and_not_changed_until_it_is_opened_again(organizer: FlaskClient, app: Flask) -> None:
    assert "进行中" in check_page(organizer.get(END))
    assert organizer.post(END, data={"what": "close"}).status_code == 303
    assert organizer.post(END, data={"what": "close"}).status_code == 303, "twice is once"
    page = check_page(organizer.get(END))
    assert "已结束" in page
    assert "本活动已结束" in check_page(organizer.get("/campaigns/1/setup"))
    with app.app_context():
        assert campaign().closed_at is not None
        assert len(acts("campaign.closed")) == 1
        row_version = str(campaign().row_version)
    page = check_page(organizer.post("/campaigns/1/setup", data={**FORM, "row_version": row_version}), 409)
    assert "重新打开" in page

    page = check_page(organizer.post(END, data={"what": "reopen", "reason": "  "}), 422)
    assert "请填写重新打开的理由" in page
    assert organizer.post(END, data={"what": "reopen", "reason": "补走访三家"}).status_code == 303
    assert "补走访三家" in check_page(organizer.get(END))
    with app.app_context():
        assert campaign().closed_at is None
        [entry] = acts("campaign.reopened")
        assert entry.detail == {"reason": "补走访三家"}
        row_version = str(campaign().row_version)
    assert organizer.post("/campaigns/1/setup", data={**FORM, "row_version": row_version}).status_code == 303


def test_nothing_of_the_plan_changes_behind_the_page(organizer: FlaskClient, app: Flask) -> None:
    with app.app_context(), writing():
        assignment = AssignmentFactory(campaign_id=campaign().id)
        deputy_id = DeputyFactory().id
        unit_code, ids = assignment.unit_code, (assignment.id, assignment.group_id, deputy_id)
    assert organizer.post(END, data={"what": "close"}).status_code == 303
    with app.app_context():
        assignment = db.session.get_one(Assignment, ids[0])
        tries = (
            lambda: assignments.mark_extra(assignment),
            lambda: assignments.move(assignment, assignment.group),
            lambda: assignments.assign(campaign(), unit_code, assignment.entry, assignment.group),
            lambda: set_members(assignment.group, [ids[2]]),
            lambda: set_units(campaign(), []),
            lambda: set_quotas(campaign(), [exact(unit_code, 3)]),
        )
        for change in tries:
            with pytest.raises(Refusal) as refusal:
                change()
            assert refusal.value.kind is RefusalKind.CAMPAIGN_CLOSED


def test_an_empty_one_is_deleted_with_its_units_and_quotas(organizer: FlaskClient, app: Flask) -> None:
    begun = organizer.post("/campaigns/new?preset=enterprises", data=FORM).headers["Location"]
    address = begun.removesuffix("/setup/units") + "/end"
    with app.app_context():
        made = db.session.scalars(select(Campaign).order_by(Campaign.number.desc())).first()
        assert made is not None
        assert what_is_in(made.id) == {}
        identity = made.id
    assert "删除活动" in check_page(organizer.get(address))
    answer = organizer.post(address, data={"what": "delete"}, follow_redirects=True)
    assert "已删除，其中没有任何内容" in check_page(answer)
    assert organizer.get(address).status_code == 404
    with app.app_context():
        for model in (CampaignUnit, Quota):
            query = select(func.count()).select_from(model).where(model.campaign_id == identity)
            assert db.session.scalar(query) == 0
        assert len(acts("campaign.deleted")) == 1


def test_one_with_a_visit_is_not(organizer: FlaskClient, app: Flask) -> None:
    with app.app_context(), writing():
        AssignmentFactory(campaign_id=campaign().id)
    assert "删除活动" not in check_page(organizer.get(END))
    assert "不能删除" in check_page(organizer.post(END, data={"what": "delete"}), 409)
    with app.app_context():
        assert campaign().title
