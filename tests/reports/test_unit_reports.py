"""A report's course: what may follow what, what is frozen, what is locked, what is refused."""

import pytest
from flask import Flask

from reports.papers.steps import (
    COURSE,
    ReportFault,
    accept,
    accepted_version,
    ask_withdrawal,
    draft,
    fill_report,
    may,
    return_report,
    save_section,
    sections,
    send_for_review,
    start_correction,
    start_report,
    state,
    state_of,
    submit,
    versions,
    withdraw,
)
from reports.text import content as contents
from surveys.database import db, writing
from surveys.fieldwork.visits.locks import locked_units
from tests.factories.reports import CITY, accepted, city, submitted, unit, written


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        pytest.param([], "", id="nothing yet"),
        pytest.param(["started"], "drafting", id="begun"),
        pytest.param(["started", "sent_for_review"], "reviewing", id="sent for review"),
        pytest.param(["started", "sent_for_review", "sent_back"], "drafting", id="sent back by the approver"),
        pytest.param(["started", "sent_for_review", "submitted"], "submitted", id="submitted"),
        pytest.param(
            ["started", "sent_for_review", "submitted", "withdrawal_asked"], "submitted", id="asking changes nothing"
        ),
        pytest.param(
            ["started", "sent_for_review", "submitted", "withdrawal_asked", "withdrawn"], "drafting", id="withdrawn"
        ),
        pytest.param(["started", "sent_for_review", "submitted", "returned"], "returned", id="returned"),
        pytest.param(["started", "sent_for_review", "submitted", "accepted"], "accepted", id="accepted"),
        pytest.param(
            ["started", "sent_for_review", "submitted", "accepted", "correction_started"], "drafting", id="correction"
        ),
        pytest.param(["started", "sent_for_review", "final"], "final", id="a root is final after review"),
    ],
)
def test_the_state_follows_from_the_steps(steps: list[str], state: str) -> None:
    assert state_of(steps) == state


@pytest.mark.parametrize(
    ("steps", "allowed"),
    [
        pytest.param(["started"], {"sent_for_review"}, id="a draft"),
        pytest.param(["started", "sent_for_review"], {"sent_back", "submitted", "final"}, id="under review"),
        pytest.param(
            ["started", "sent_for_review", "submitted"], {"withdrawal_asked", "returned", "accepted"}, id="submitted"
        ),
        pytest.param(
            ["started", "sent_for_review", "submitted", "withdrawal_asked"],
            {"withdrawn", "returned", "accepted"},
            id="a withdrawal is granted only when asked for, and asked for once",
        ),
        pytest.param(["started", "sent_for_review", "submitted", "returned"], {"sent_for_review"}, id="returned"),
        pytest.param(
            ["started", "sent_for_review", "submitted", "accepted"], {"correction_started"}, id="accepted: 更正 only"
        ),
        pytest.param(["started", "sent_for_review", "final"], set(), id="a final is never reopened"),
    ],
)
def test_what_may_follow(steps: list[str], allowed: set[str]) -> None:
    assert {step for step in COURSE if may(steps, step)} == allowed


def test_a_report_begins_with_figures_and_blanks(app: Flask) -> None:
    with app.app_context():
        campaign = city(3)
        report = start_report(campaign, unit("440105"), by=CITY)
        begun = draft(report)
        assert start_report(campaign, unit("440105"), by=CITY).id == report.id
        assert state(report) == "drafting"
        assert "T1:visits|count|plain" in contents.tokens_in(begun)
        assert {blank.section for blank in contents.blanks(begun)} >= {"lead", "practice", "advice"}
        assert begun["byline"] == "海珠区人大常委会"


def test_a_unit_that_does_not_take_part_has_no_report(app: Flask) -> None:
    from tests.factories.planning import UnitFactory

    with app.app_context():
        campaign = city(1)
        with writing():
            UnitFactory(code="440103", name="荔湾区", short_name="荔湾", parent_code="440100")
        with pytest.raises(ReportFault, match="takes no part") as refused:
            start_report(campaign, unit("440103"), by=CITY)
        assert refused.value.code == "not_taking_part"
        assert "荔湾区" in refused.value.zh


def test_two_writers_of_one_section(app: Flask) -> None:
    with app.app_context():
        report = written(city(1), "440105")
        section = sections(report)[0]
        seen, blocks = section.row_version, section.blocks
        save_section(report, section.key, blocks, row_version=seen, by=CITY)
        with pytest.raises(ReportFault) as refused:
            save_section(report, section.key, blocks, row_version=seen, by=CITY)
        assert refused.value.code == "section_changed"


def test_braces_that_are_no_figure_are_refused(app: Flask) -> None:
    with app.app_context():
        report = written(city(1), "440105")
        block = {"id": "x", "type": "paragraph", "text": "共{{T1:visits}}次"}
        with pytest.raises(ReportFault) as refused:
            save_section(report, "lead", [block], row_version=None, by=CITY)
        assert refused.value.code == "token_wrong"


def test_submitting_freezes_and_locks_and_a_return_unlocks(app: Flask) -> None:
    with app.app_context():
        campaign = city(6)
        report = submitted(campaign, "440105")
        version = versions(report)[0]
        assert state(report) == "submitted"
        assert locked_units(campaign.id) == {"440105"}
        assert version.frozen["figures"]["T1:visits|count|plain"]["text"] == "6"
        assert len(version.manifest["submissions"]) == 6
        assert {one["unit"] for one in version.manifest["submissions"]} == {"440105"}
        return_report(report, by=CITY, words="请补充（一）的数据来源")
        assert state(report) == "returned"
        assert locked_units(campaign.id) == set()
        send_for_review(report, by=CITY)
        submit(report, by=CITY)
        accept(report, by=CITY)
        kept = accepted_version(report)
        assert kept is not None
        assert kept.number == 2


def test_a_submitted_report_is_not_written(app: Flask) -> None:
    with app.app_context():
        report = submitted(city(2), "440105")
        with pytest.raises(ReportFault) as refused:
            fill_report(report, draft(report), by=CITY)
        assert refused.value.code == "not_writable"


def test_a_blank_keeps_a_report_from_being_submitted(app: Flask) -> None:
    with app.app_context():
        report = start_report(city(2), unit("440105"), by=CITY)
        send_for_review(report, by=CITY)
        with pytest.raises(ReportFault) as refused:
            submit(report, by=CITY)
        assert refused.value.code == "blank_left"
        assert "【待起草" in refused.value.zh


def test_an_unknown_figure_keeps_a_report_from_being_submitted(app: Flask) -> None:
    with app.app_context():
        report = written(city(2), "440105")
        block = {"id": "x", "type": "paragraph", "text": "共{{T99:visits|count|plain}}次"}
        save_section(report, "lead", [block], row_version=None, by=CITY)
        send_for_review(report, by=CITY)
        with pytest.raises(ReportFault) as refused:
            submit(report, by=CITY)
        assert refused.value.code == "figure_unknown"


def test_a_sub_report_speaks_only_of_its_own_unit(app: Flask) -> None:
    with app.app_context():
        report = written(city(2), "440105")
        block = {"id": "x", "type": "paragraph", "text": "增城{{440118/T1:visits|count|plain}}次"}
        save_section(report, "lead", [block], row_version=None, by=CITY)
        send_for_review(report, by=CITY)
        with pytest.raises(ReportFault) as refused:
            submit(report, by=CITY)
        assert refused.value.code == "figure_unknown"


def test_a_withdrawal_is_asked_for_and_granted(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        report = submitted(campaign, "440105")
        ask_withdrawal(report, by=CITY, note="第3页有笔误")
        withdraw(report, by=CITY)
        assert state(report) == "drafting"
        assert locked_units(campaign.id) == set()


def test_a_correction_is_version_two_and_the_accepted_one_stands_meanwhile(app: Flask) -> None:
    with app.app_context():
        report = accepted(city(2), "440105")
        start_correction(report, by=CITY, note="表1漏了一家")
        assert state(report) == "drafting"
        first = accepted_version(report)
        assert first is not None
        assert first.number == 1
        send_for_review(report, by=CITY)
        submit(report, by=CITY)
        assert accepted_version(report) is not None
        assert [version.number for version in versions(report)] == [1, 2]


def test_a_version_never_changes(app: Flask) -> None:
    with app.app_context():
        report = submitted(city(1), "440105")
        version = versions(report)[0]

        def change() -> None:
            with writing():
                version.digest = "0" * 64
                db.session.flush()

        with pytest.raises(RuntimeError, match="never changes"):
            change()


@pytest.mark.both_databases
def test_the_course_on_both_databases(app: Flask) -> None:
    with app.app_context():
        report = accepted(city(2), "440118")
        assert state(report) == "accepted"
