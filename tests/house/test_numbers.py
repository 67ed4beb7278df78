"""What is numbered on from the newest, or made once, is so when 20 people press at the same moment, on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from reports.issuing import archive
from reports.issuing.archive import PrintedReport
from reports.merging.cards import MissingReason
from reports.merging.decisions import give_reason
from reports.papers import steps as reports
from reports.papers.records import Report, ReportStep, ReportVersion
from surveys import jobs
from surveys.database import db, writing
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits import events
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.visits import Decision, Visit
from surveys.planning.assigning.assignments import Assignment, assign
from surveys.planning.campaigns import campaigns
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import ListEntry
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion, issue_questionnaire
from surveys.planning.imports import subject_lists
from surveys.planning.imports.imports import Preview, Row
from surveys.planning.imports.subject_imports import FIELDS
from surveys.planning.people import groups
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import Group, GroupPlan
from surveys.planning.words.planning_faults import Refusal
from tests.factories import fieldwork, planning
from tests.factories import reports as city
from tests.factories.reports import CITY
from tests.surveys.questionnaire.workbooks import workbook

AT_ONCE = 20
LEAF = "440118"


def _campaign() -> Campaign:
    return db.session.scalars(select(Campaign)).one()


def _report(code: str) -> Report:
    found = reports.report_of(_campaign().id, code)
    assert found is not None
    return found


def _plain() -> None:
    with writing():
        campaign = planning.guangzhou()
        planning.DeputyFactory()
        for _ in range(AT_ONCE):
            subject = planning.SubjectFactory()
            planning.ListEntryFactory(campaign_id=campaign.id, unit_code=LEAF, subject_id=subject.id)
        planning.GroupFactory(campaign_id=campaign.id, unit_code=LEAF)


def _with_visits() -> None:
    with writing():
        fieldwork.version(fieldwork.visit(planning.guangzhou().id), b"{}")


def _with_reports() -> None:
    """A report of a district that is a draft, one that is submitted, and the city's."""
    campaign = city.city(visits=1)
    reports.send_for_review(city.written(campaign, "440105"), by=CITY)
    city.submitted(campaign, LEAF)
    city.written(campaign, "440100")


def _make_campaign(number: int) -> None:
    day = date(2024, 1, 1)
    campaigns.create_campaign(
        title=f"调研{number}", kind="专题调研", unit_code="440100", starts_on=day, ends_on=day, office="办公室"
    )


def _make_version(number: int) -> None:
    form = {"survey": [["type", "name", "label"], ["text", f"q{number % 10}", "经营情况"]]}  # of each form two
    files = current_app.extensions["files"]
    issue_questionnaire(_campaign(), workbook(form), f"{number}.xlsx", files=files, publish=False)


def _make_group(number: int) -> None:
    groups.make_groups(_campaign(), LEAF, [GroupPlan([db.session.scalars(select(Deputy.id)).one()])])


def _import_list(number: int) -> None:
    values: dict[str, Any] = dict.fromkeys([*(field.key for field in FIELDS), "area_code", "size_class"])
    values |= {"name": "一家企业" if number % 2 else f"企业{number}", "uscc": None, "reserve": False}
    if number % 2:
        values |= {"uscc": "91440101MA59ABCD1X", "overlap_reason": "两区都有"}
    preview = Preview(FIELDS, "名单.xlsx", rows=[Row(2, {}, {}, values)])
    leaf = ("440118", "440105", "440100-0")[number % 3]
    try:
        subject_lists.commit_subjects(preview, _campaign(), leaf)
    except Refusal:
        assert number % 2, "the one firm stands on this list already"


def _assign(number: int) -> None:
    entry = db.session.scalars(
        select(ListEntry).where(ListEntry.unit_code == LEAF).order_by(ListEntry.number).offset(number).limit(1)
    ).one()
    assign(_campaign(), LEAF, entry, db.session.scalars(select(Group)).one())


def _note_event(number: int) -> None:
    events.add_event(
        _campaign().id, LEAF, kind="symposium", place_kind="station", title="座谈会", held_on=date(2023, 7, 1)
    )


def _decide(number: int) -> None:
    visit = db.session.scalars(select(Visit)).one()
    assert visit.head is not None
    review.send_back(visit, visit.head, CITY, (), note=f"请补充{number}")


def _ask(number: int) -> None:
    jobs.ask("tally", {"same": True})


def _start_report(number: int) -> None:
    reports.start_report(_campaign(), city.unit("440100-0"), by=CITY)


def _ask_withdrawal(number: int) -> None:
    reports.ask_withdrawal(_report(LEAF), by=CITY, note=f"{number}")


def _submit(number: int) -> None:
    reports.submit(_report("440105"), by=CITY)


def _review(number: int) -> None:
    reports.send_for_review(_report("440100"), by=CITY)


def _keep_print(number: int) -> None:
    version = db.session.scalars(select(ReportVersion)).one()
    archive.keep(version, "A", "internal", b"%PDF-", pages=1, parts=[])


def _give_reason(number: int) -> None:
    give_reason(_report("440100"), "440105", f"理由{number}", by=CITY)


Refusals = tuple[type[Exception], ...]
NOT_NOW: Refusals = (reports.ReportFault,)
CASES: dict[str, tuple[Callable[[], None], Callable[[int], None], Any, int, Refusals]] = {
    # name: what stands before, what each does, what is numbered, how many there are then, how the others are refused
    "campaigns": (_plain, _make_campaign, Campaign.number, 1 + AT_ONCE, ()),
    "questionnaire versions": (_plain, _make_version, QuestionnaireVersion.number, AT_ONCE, ()),
    "groups": (_plain, _make_group, Group.number, 1 + AT_ONCE, ()),
    "subjects": (_plain, _import_list, ListEntry.id, AT_ONCE + AT_ONCE // 2 + 3, ()),
    "assignments": (_plain, _assign, Assignment.number, AT_ONCE, ()),
    "events": (_plain, _note_event, Event.number, AT_ONCE, ()),
    "decisions": (_with_visits, _decide, Decision.number, 1, (review.NothingToDecide,)),
    "jobs": (_plain, _ask, jobs.Job.key, 1, ()),
    "reports": (_with_reports, _start_report, Report.id, 4, ()),
    "steps of a report": (_with_reports, _ask_withdrawal, ReportStep.id, 7, NOT_NOW),
    "versions of a report": (_with_reports, _submit, ReportVersion.id, 2, NOT_NOW),
    "versions under review": (_with_reports, _review, ReportVersion.id, 2, NOT_NOW),
    "prints": (_with_reports, _keep_print, PrintedReport.id, 1, ()),
    "reasons": (_with_reports, _give_reason, MissingReason.unit_code, 1, ()),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("name", CASES)
def test_twenty_at_once(app: Flask, tmp_path: Path, name: str) -> None:
    prepare, act, column, wanted, refusals = CASES[name]
    with app.app_context():
        prepare()
        db.session.remove()
    ready = threading.Barrier(AT_ONCE)
    refused: list[Exception] = []

    def person(number: int) -> None:
        with app.app_context():
            ready.wait(20)
            try:
                act(number)
            except refusals as problem:
                refused.append(problem)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for ended in [pool.submit(person, number) for number in range(AT_ONCE)]:
            ended.result()
    with app.app_context():
        assert len(db.session.scalars(select(column)).all()) == wanted
