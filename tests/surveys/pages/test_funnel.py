"""从打开到通过 on the desk: each step counts whoever has come that far, by unit and questionnaire; phones' errors are told to their desk."""

import csv
import io
import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.audit import Actor
from surveys.database import CHINA, db, utc_now, writing
from surveys.fieldwork.filling import drafts
from surveys.fieldwork.filling.phone_reports import keep_report
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.reviewing import funnel, review
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from tests.desk_client import signed_in as signed_in_as
from tests.factories.fieldwork import VisitFactory
from tests.factories.planning import AssignmentFactory, DeputyFactory, SubjectFactory, staff
from tests.surveys.pages.field_world import NAME, World, make_world, signed_in_client
from tests.surveys.pages.test_phone_desk import content

DESK = Actor("staff", None, "desk")
ERROR = {
    "at": "2023-07-12T01:00:00.000Z",
    "kind": "error",
    "what": "TypeError: …",
    "where": "at open",
    "page": "/visits",
}


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


def signed_in(app: Flask, role: str, unit: str) -> FlaskClient:
    with app.app_context(), writing():
        username = staff(f"{role}.{unit}", role, unit).username
    return signed_in_as(app, username, "en")


def _steps(world: World) -> list[int]:
    [row] = funnel.funnel(world.campaign_id, ["440118"], funnel.phones_of(world.campaign_id, ["440118"]))
    assert row.version == 1
    return [row.assigned, row.on_phone, row.opened, row.drafted, row.sent, row.accepted]


@pytest.mark.both_databases
def test_a_visit_goes_from_step_to_step(app: Flask) -> None:
    world = make_world(app)
    with app.app_context():
        sender = senders.of_device(world.devices[0])
        assert sender is not None
        assert _steps(world) == [1, 0, 0, 0, 0, 0]
        keep_report(sender.id, {"opened": [world.visit_id]})
        assert _steps(world) == [1, 1, 1, 0, 0, 0], "begun without a signal, told at the next contact"
        assert drafts.mirror(world.visit_id, sender, '{"answers": {"/words": "一"}}')
        assert _steps(world) == [1, 1, 1, 1, 0, 0]
        assert db.session.get_one(Visit, world.visit_id).notice_version == "2023-1"
        receive(sender, world.visit_id, content(world, parts=[]), via="phone")
        assert _steps(world) == [1, 1, 1, 1, 1, 0]
        visit = db.session.get_one(Visit, world.visit_id)
        review.accept(visit, visit.head or "", DESK)
        assert _steps(world) == [1, 1, 1, 1, 1, 1]


def test_what_was_replaced_waits_for_nobody(app: Flask, world: World) -> None:
    with app.app_context():
        with writing():
            subject = SubjectFactory(name="示例丙有限公司", area_code="440118")
            more = AssignmentFactory(campaign_id=world.campaign_id, group_id=world.group_id, subject_id=subject.id)
            VisitFactory(id=more.visit_id, assignment_id=more.id)
        assert _steps(world)[0] == 2
        with writing():
            row = db.session.get_one(Assignment, more.id)
            row.replaced_at, row.replaced_reason = utc_now(), "已搬迁"
        assert _steps(world)[0] == 1


def test_who_loads_the_list_on_a_phone_has_it_there_since(app: Flask, world: World) -> None:
    """The first time counts; who is not the visit's deputy, or only looks at the page, brings it to no phone."""
    liaison, city = signed_in(app, "liaison", "440118"), signed_in(app, "organizer", "440100")
    since = "On a phone since"

    def told() -> tuple[str, str, str]:
        """On a phone, by the funnel's file of the unit and of the city; since when, by the file of the phones page."""
        counted = [_rows(desk, "funnel") for desk in (liaison, city)]
        [visit] = _rows(liaison, "phones")
        return counted[0][0]["On a phone"], counted[1][0]["On a phone"], visit[since]

    assert signed_in_client(app, world.devices[0]).get("/visits").status_code == 200
    assert told() == ("0", "0", "")
    with app.app_context(), writing():
        stranger = DeputyFactory(name="己代表")
        device = senders.add_browser(stranger.id, campaign_id=world.campaign_id).id
    assert _loaded(app, device) == []
    assert told() == ("0", "0", "")
    assert "28 July" not in _visit_row(liaison)

    before = utc_now()
    assert _loaded(app, world.devices[0]) == [world.visit_id]
    with app.app_context():
        delivered = db.session.get_one(Visit, world.visit_id).delivered_at
        assert delivered is not None
        assert before <= delivered <= utc_now()
        assert _steps(world) == [1, 1, 0, 0, 0, 0]
    first = told()
    assert first[:2] == ("1", "1")
    assert first[2].startswith(delivered.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"))
    assert "28 July 09:00" in _visit_row(liaison), "the campaign's own clock stands there"

    assert _loaded(app, world.devices[1]) == [world.visit_id]
    with app.app_context():
        assert db.session.get_one(Visit, world.visit_id).delivered_at == delivered, "the first phone had it then"
    assert told() == first


def _loaded(app: Flask, device: str) -> list[str]:
    """The visits that a phone is given when it asks for its list."""
    return [one["visit"] for one in json.loads(signed_in_client(app, device).get("/sync/assignments").data)["visits"]]


def _visit_row(desk: FlaskClient) -> str:
    """The visit's row on the phones page."""
    [row] = [one for one in desk.get("/campaigns/1/phones").text.split("<tr>") if NAME in one]
    return row.partition("</tr>")[0]


def _rows(desk: FlaskClient, page: str) -> list[dict[str, str]]:
    """The rows of a page's file, by the names of its columns."""
    file = desk.get(f"/campaigns/1/{page}?export=csv")
    assert file.status_code == 200
    return list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))


def test_the_page_and_its_file_say_the_same(app: Flask, world: World) -> None:
    with app.app_context():
        keep_report(world.devices[0], {"log": [ERROR], "opened": [world.visit_id], "drafts": [world.visit_id]})
    desk = signed_in(app, "unit_desk", "440118")
    page = desk.get("/campaigns/1/funnel").text
    assert "From opening to acceptance" in page
    rows = list(csv.reader(io.StringIO(desk.get("/campaigns/1/funnel?export=csv").data.decode("utf-8-sig"))))
    assert rows[0][3:9] == ["Assigned", "On a phone", "Opened", "Drafted", "Sent", "Accepted"]
    assert rows[1][3:9] == ["1", "1", "1", "1", "0", "0"]
    assert rows[1][10] == "1"
    told = desk.get("/campaigns/1/phones/errors").text
    assert "TypeError" in told
    assert "丁代表" in told
    assert "TypeError" in desk.get("/campaigns/1/phones/errors?export=csv").data.decode("utf-8-sig")
    assert "No phone has told an error" in desk.get("/campaigns/1/phones/errors?phone=other").text


def test_the_city_sees_counts_and_no_phone(app: Flask, world: World) -> None:
    with app.app_context():
        keep_report(world.devices[0], {"log": [ERROR]})
    city: FlaskClient = signed_in(app, "organizer", "440100")
    assert city.get("/campaigns/1/funnel").status_code == 200
    assert city.get("/campaigns/1/phones/errors").status_code == 404


def test_the_liaison_asks_for_the_visits_that_are_not_ready(app: Flask, world: World) -> None:
    liaison = signed_in(app, "liaison", "440118")
    assert "示例乙服饰" in liaison.get("/campaigns/1/phones?only=waiting").text
    with app.app_context():
        keep_report(world.devices[0], {"ready": [world.visit_id]})
    assert "示例乙服饰" not in liaison.get("/campaigns/1/phones?only=waiting").text
    assert "示例乙服饰" in liaison.get("/campaigns/1/phones").text
