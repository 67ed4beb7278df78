"""Each thing an office asks about later has its line in the log, and no line names a person, a firm or a telephone."""

import logging
import re
from collections.abc import Callable

import pytest
from flask import Flask

from reports.issuing import archive
from reports.papers.steps import newest_version
from surveys import event_log, jobs
from surveys.audit import Actor
from surveys.database import db, writing
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.imports import list_uploads
from surveys.planning.imports.tables import write_table
from surveys.planning.people.enrolments import NotEnrolled, Proof, enrol
from tests.factories import reports as city
from tests.factories.planning import staff
from tests.surveys.pages.field_world import NAME, USCC, World, make_world
from tests.surveys.pages.test_phone_desk import content
from tests.surveys.pages.test_sync_enrolment import a_key
from tests.surveys.planning.test_subject_imports import HEADS, a_row

BY = Actor("staff", None, "周岚")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.INFO, "diaoyan.events")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "diaoyan.events"]


def _masked(line: str) -> str:
    return re.sub(r"=[0-9a-f]{8}-[0-9a-f-]{27}", "=ID", line)


def _receive(world: World, body: bytes, address: str | None = None) -> None:
    sender = senders.of_device(world.devices[0])
    assert sender is not None
    receive(sender, address or world.visit_id, body, via="phone")


def test_what_happens_to_a_visit(app: Flask, lines: Callable[[], list[str]]) -> None:
    world = make_world(app)
    with app.app_context():
        _receive(world, content(world, parts=[], answers={"/words": f"{NAME} {USCC} 13800000001"}))
        visit = db.session.get_one(Visit, world.visit_id)
        assert visit.head is not None
        review.accept(visit, visit.head, BY)
        review.send_back(visit, visit.head, BY, (), note="请丁代表补充 13800000001")
        _receive(world, b"{}", "13800000001")
    assert [_masked(line) for line in lines()] == [
        "visit.received visit=ID status=201 via=phone device=ID",
        "visit.accept visit=ID campaign=ID unit=440118",
        "visit.return visit=ID campaign=ID unit=440118",
        "visit.refused visit=? status=404 reason=unknown_visit via=phone device=ID",
    ]


def test_a_phone_that_is_enrolled_and_one_that_is_refused(app: Flask, lines: Callable[[], list[str]]) -> None:
    world = make_world(app)
    with app.app_context():
        with pytest.raises(NotEnrolled):
            enrol(world.token, "000000", Proof(key=a_key()))
        enrol(world.token, world.code, Proof(key=a_key()), name="丁代表的手机")
    assert [_masked(line) for line in lines()] == [
        "phone.refused reason=code",
        "phone.enrolled device=ID campaign=ID",
    ]


def test_jobs(
    app: Flask, lines: Callable[[], list[str]], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_handlers", {})
    jobs.handler("well")(lambda job, progress: None)

    @jobs.handler("badly")
    def badly(job: jobs.Job, progress: jobs.Progress) -> None:
        raise OSError(NAME)

    with app.app_context():
        for kind in ("well", "badly"):
            jobs.ask(kind, {"name": NAME})
        jobs.work_off()
    told = [re.sub(r" worker=\S+", "", _masked(line)) for line in lines()]
    assert told == [
        "job.taken job=ID kind=well attempt=1",
        "job.done job=ID kind=well attempt=1",
        "job.taken job=ID kind=badly attempt=1",
        "job.failed job=ID kind=badly attempt=1 reason=OSError",
    ]


def test_a_sign_in_that_is_refused(app: Flask, lines: Callable[[], list[str]]) -> None:
    client = app.test_client()
    client.post("/sign-in", data={"username": "13800000001", "password": "x" * 12})
    client.get("/sign-in/link/13800000001")
    assert lines() == ["sign_in.refused by=password outcome=wrong", "sign_in.refused by=link outcome=over"]


def test_a_list_and_a_print(app: Flask, lines: Callable[[], list[str]]) -> None:
    with app.app_context():
        campaign = city.city(visits=1)
        with writing():
            chen = staff("chen", "unit_desk", "440118")
        by = Actor("staff", chen.id, chen.name)
        data, _ = write_table("xlsx", HEADS, [a_row(7001), a_row(7002, 区="增成区")])
        upload = list_uploads.keep_upload(
            db.session.get_one(Campaign, campaign.id), "440118", "subjects", data, f"{NAME}.xlsx", by=by
        )
        list_uploads.import_list(list_uploads.reading_of(upload), by=by)
        version = newest_version(city.submitted(campaign, "440105"))
        assert version is not None
        archive.keep(version, "A", "outgoing", b"%PDF-", pages=12, parts=[])
    assert [_masked(line) for line in lines()] == [
        "list.imported campaign=ID unit=440118 kind=subjects by=ID added=1 known=0 left=1 rows=1",
        "report.printed report=ID version=1 profile=A edition=outgoing pages=12",
    ]


@pytest.mark.parametrize("value", [NAME, USCC, "13800000001", "440118198001011234", "a b", "a=b\n", "丁代表"])
def test_what_is_no_id_no_code_and_no_number_is_not_written(value: str, lines: Callable[[], list[str]]) -> None:
    event_log.note("visit.received", visit=value, status=None)
    assert lines() == ["visit.received visit=?"]
