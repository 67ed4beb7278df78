"""What stops a final, what a print holds, and that it is the same when made again."""

import json
from datetime import date
from typing import Any

import pytest
from flask import Flask

from reports.issuing import archive, issuing
from reports.issuing.issuing import (
    NotReady,
    blocking,
    check,
    make_final,
    print_version,
    version_to_finish,
    version_to_print,
)
from reports.papers import signoffs
from reports.papers.steps import (
    Report,
    ReportFault,
    course,
    newest_version,
    save_section,
    send_back,
    send_for_review,
    state,
)
from reports.printing.pdf_text import page_texts, read_attachments
from surveys import jobs
from surveys.database import db, writing
from surveys.jobs import Job
from tests.factories.reports import CITY, ROOT_TEXT, accepted, all_accepted, city, submitted, written


def _stopped(report: Report) -> set[str]:
    return {one.code for one in blocking(check(report))}


def _say(report: Report, text: str, key: str = "practice") -> None:
    save_section(report, key, [{"id": "x", "type": "paragraph", "text": text}], row_version=None, by=CITY)


def test_a_blank_stops_a_final(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        assert _stopped(root) == set()
        save_section(root, "practice", [{"id": "x", "type": "blank", "hint": "成因"}], row_version=None, by=CITY)
        assert _stopped(root) == {"blank_left"}
        found = next(one for one in check(root) if one.code == "blank_left")
        assert "【待起草：成因】" in found.zh
        assert "【待起草：成因】" in found.en


def test_a_typed_number_that_contradicts_the_data_stops_a_final(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(12))
        _say(root, "受访企业中，反映账款拖欠的企业9家。")
        wrong = next(one for one in check(root) if one.code == "number_wrong")
        assert not wrong.ok
        assert wrong.places[0].section == "practice"


def test_a_name_without_consent_stops_a_final_and_one_with_consent_does_not(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(4))
        _say(root, "代表走访了示例054号电子有限公司。")
        assert _stopped(root) == set()
        _say(root, "代表走访了示例051号电子有限公司。")
        found = next(one for one in check(root) if one.code == "name_without_consent")
        assert not found.ok
        assert "示例051号电子有限公司" in found.zh


def test_a_contact_is_never_printed(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(4))
        _say(root, "联系电话138 0000 0004。")
        assert _stopped(root) == {"name_without_consent"}


def test_a_missing_unit_without_a_reason_stops_a_final_and_a_build(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        accepted(campaign, "440105")
        root = written(campaign, "440100", ROOT_TEXT)
        assert "unit_missing" in _stopped(root)
        send_for_review(root, by=CITY)
        version = newest_version(root)
        assert version is not None
        with pytest.raises(ReportFault) as refused:
            print_version(version, "C")
        assert refused.value.code == "unit_missing"
        assert "增城区" in refused.value.zh


def test_required_sign_offs_stop_a_final_until_all_agree(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        with writing():
            campaign.settings = {**campaign.settings, "sign_offs": ["会签", "chair_meeting"]}
        root = all_accepted(campaign)
        assert _stopped(root) == {"sign_off_missing"}
        signoffs.sign_off(root, "countersign", who="法制工委", held_on=date(2023, 8, 28), outcome="not_agreed", by=CITY)
        signoffs.sign_off(root, "chair_meeting", who="主任会议", held_on=date(2023, 9, 1), outcome="agreed", by=CITY)
        assert _stopped(root) == {"sign_off_missing"}
        signoffs.sign_off(root, "countersign", who="法制工委", held_on=date(2023, 8, 30), outcome="agreed", by=CITY)
        assert _stopped(root) == set()


def test_figures_that_changed_since_the_review_stop_a_final(app: Flask) -> None:
    from tests.factories.planning import DeputyFactory, GroupFactory
    from tests.factories.reports import accepted_visit

    with app.app_context():
        campaign = city(2)
        root = all_accepted(campaign)
        send_for_review(root, by=CITY)
        assert _stopped(root) == set()
        with writing():
            group = GroupFactory(campaign_id=campaign.id, unit_code="440118")
            accepted_visit(campaign, "440118", 9, group.id, DeputyFactory(unit_code="440118").id)
        found = next(one for one in check(root) if one.code == "figure_stale")
        assert not found.ok
        assert "6 → 7" in found.zh


def test_a_final_is_printed_kept_and_the_same_when_made_again(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(4))
        with pytest.raises(ReportFault) as refused:
            make_final(version_to_finish(root), by=CITY)
        assert refused.value.code == "not_reviewed"
        send_for_review(root, by=CITY)
        printed = make_final(version_to_finish(root), by=CITY)
        assert printed is not None
        assert state(root) == "final"
        pdf = archive.read(printed)
        text = "".join(page_texts(pdf))
        assert "海珠区企业调研情况报告" in text
        assert "附件4" in text
        assert "示例051号" not in text  # anonymous
        assert "示例054号电子有限公司" in text  # named
        attached = read_attachments(pdf)
        manifest = json.loads(attached["manifest.json"])
        assert [one["unit"] for one in manifest["versions"]] == ["440100", "440100-0", "440105", "440118"]
        assert len(json.loads(attached["submissions.json"])) == 12
        again = print_version(version_to_print(root), "C")
        assert again.file == printed.file
        assert again.id == printed.id


def _sent_back_and_reviewed_anew(root: Report) -> None:
    send_back(root, by=CITY)
    _say(root, "重新送审前改过的一段。")
    send_for_review(root, by=CITY)


def _asked_to_be_final(root: Report) -> Job:
    return issuing.ask_print(version_to_finish(root), "C", "outgoing", by=CITY, final=True)


def test_what_is_reviewed_anew_while_an_older_version_is_printed_is_not_final(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reports.printing import workers

    print_volume = workers.print_volume

    def print_meanwhile(*given: Any, **named: Any) -> Any:
        _sent_back_and_reviewed_anew(db.session.get_one(Report, root_id))
        return print_volume(*given, **named)

    with app.app_context():
        root = all_accepted(city(2))
        send_for_review(root, by=CITY)
        job, root_id = _asked_to_be_final(root), root.id
        monkeypatch.setattr(workers, "print_volume", print_meanwhile)
        jobs.work_off()
        assert state(root) == "reviewing"
        assert archive.prints_of(root) == []
        db.session.refresh(job)
        refused = (job.result or {})["refused"][0]
        assert refused["code"] == "reviewed_anew"
        assert "要定稿的是第1版" in refused["zh"]
        assert "请看过第2版后再定稿" in refused["zh"]
        assert "version 2 is under review now" in refused["en"]


def test_a_version_reviewed_anew_before_the_worker_came_is_not_made_final_in_place_of_the_other(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        send_for_review(root, by=CITY)
        job = _asked_to_be_final(root)
        _sent_back_and_reviewed_anew(root)
        jobs.work_off()
        assert state(root) == "reviewing"
        db.session.refresh(job)
        assert (job.result or {})["refused"][0]["code"] == "reviewed_anew"
        second = _asked_to_be_final(root)
        jobs.work_off()
        db.session.refresh(second)
        assert "printed" in (second.result or {})
        assert [step.version_id for step in course(root) if step.step == "final"] == [second.arguments["version"]]


def test_a_version_sent_back_while_it_is_printed_is_not_final(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        send_for_review(root, by=CITY)
        job = _asked_to_be_final(root)
        send_back(root, by=CITY)
        jobs.work_off()
        assert state(root) == "drafting"
        db.session.refresh(job)
        refused = (job.result or {})["refused"][0]
        assert refused["code"] == "sent_back"
        assert "请改好后重新送审" in refused["zh"]


def test_an_older_version_is_never_printed_as_if_it_were_the_final(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        send_for_review(root, by=CITY)
        older, waiting = version_to_finish(root), _asked_to_be_final(root)
        _sent_back_and_reviewed_anew(root)
        make_final(version_to_finish(root), by=CITY, with_print=False)
        jobs.work_off()
        db.session.refresh(waiting)
        assert (waiting.result or {})["refused"][0]["code"] == "already_final"
        assert "送审稿" in "".join(page_texts(archive.read(print_version(older, "A"))))


def test_a_sub_report_is_printed_by_the_worker(app: Flask) -> None:
    with app.app_context():
        report = submitted(city(2), "440105")
        job = issuing.ask_print(version_to_print(report), "A", "internal", by=CITY)
        assert jobs.work_off() == 1
        db.session.refresh(job)
        assert job.state == "done"
        printed = archive.prints_of(report)[0]
        text = "".join(page_texts(archive.read(printed)))
        assert "内部资料" in text
        assert "示例051号电子有限公司" in text  # the internal edition names every firm
        assert issuing.ask_print(version_to_print(report), "A", "internal", by=CITY).id == job.id


def test_a_print_that_was_refused_is_tried_again_when_asked_again(app: Flask) -> None:
    with app.app_context():
        report = written(city(2), "440105")
        _say(report, "代表走访了示例051号电子有限公司。")
        send_for_review(report, by=CITY)
        from reports.papers.steps import submit

        version = submit(report, by=CITY)
        first = issuing.ask_print(version, "A", "outgoing", by=CITY)
        jobs.work_off()
        db.session.refresh(first)
        assert first.result is not None
        assert first.result["refused"][0]["code"] == "name_in_print"
        assert issuing.ask_print(version, "A", "outgoing", by=CITY).id != first.id


def test_a_name_in_the_finished_pdf_stops_it(app: Flask) -> None:
    with app.app_context():
        root = written(city(2), "440105")
        _say(root, "代表走访了示例051号电子有限公司。")
        send_for_review(root, by=CITY)
        from reports.papers.steps import submit

        version = submit(root, by=CITY)
        with pytest.raises(NotReady) as refused:
            print_version(version, "A")
        assert refused.value.checks[0].code == "name_in_print"


def test_a_print_that_waits_is_found_among_many_newer_ones_of_others(app: Flask) -> None:
    with app.app_context():
        campaign = city(1)
        first, second = (newest_version(submitted(campaign, code)) for code in ("440105", "440118"))
        assert first is not None
        assert second is not None
        waiting = issuing.ask_print(first, "A", "internal", by=CITY)
        for number in range(60):
            jobs.ask(issuing.KIND, {"version": second.id, "number": number}, about=second.report_id)
        assert [job.id for job in issuing.print_jobs(first.report)] == [waiting.id]
        assert issuing.is_waiting(first.report, "A")
        assert len(issuing.print_jobs(second.report)) == 60
