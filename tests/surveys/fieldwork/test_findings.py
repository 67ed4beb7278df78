"""Findings: only those of accepted contents count, a desk's coding stands above the form's, the words stay."""

from datetime import date

import pytest
from flask import Flask

from surveys.audit import Actor
from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.findings import Finding, add_letter, add_speech, code, counted_findings, finding_rows
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits.events import add_event
from tests.factories import fieldwork, planning

DESK = Actor("system")


@pytest.mark.both_databases
def test_only_findings_of_accepted_contents_count(app: Flask) -> None:
    with app.app_context(), writing() as session:
        campaign = planning.guangzhou()
        visit = fieldwork.visit(campaign.id)
        for number, body in enumerate((b"first", b"second"), 1):
            version = fieldwork.version(visit, body, number=number)
            session.add(
                Finding(
                    campaign_id=campaign.id, unit_code="440118", source="visit", visit_id=visit.id, content=version.content,
                    path="/p[1]/text", kind="problem", text=f"货款拖欠{number}", publication="open", category="12",
                    entered_at=utc_now(),
                )
            )  # fmt: skip
        event = add_event(
            campaign.id, "440118", kind="symposium", place_kind="chamber", title="座谈会", held_on=date(2023, 7, 1)
        )
        add_speech(campaign.id, "440118", event.id, kind="suggestion", text="尽快兑现补贴", category="06")
        add_letter(campaign.id, "440105", kind="problem", text="租金上涨过快")
        session.flush()
        listed = counted_findings(campaign.id, ["440105", "440118"])
        assert {row.text for row in finding_rows(db.session.execute(listed))} == {"尽快兑现补贴", "租金上涨过快"}
        review.accept(visit, visit.head or "", DESK)
        assert {row.text for row in finding_rows(db.session.execute(listed))} == {
            "尽快兑现补贴",
            "租金上涨过快",
            "货款拖欠2",
        }
        review.reopen(visit, visit.head or "", DESK, "核对")
        assert len(finding_rows(db.session.execute(listed))) == 2
        review.accept(visit, visit.head or "", DESK)
        assert len(finding_rows(db.session.execute(listed))) == 3
        review.send_back(visit, visit.head or "", DESK, [review.NewRemark(None, "请补充")])
        assert len(finding_rows(db.session.execute(listed))) == 2


@pytest.mark.both_databases
def test_a_desk_codes_what_the_form_left_open(app: Flask) -> None:
    with app.app_context(), writing():
        campaign = planning.guangzhou()
        letter = add_letter(campaign.id, "440118", kind="problem", text="租金上涨过快", department="D39")
        code(letter, DESK, category="03", category2="0302")
        code(letter, DESK, tier="district")
        row = finding_rows(db.session.execute(counted_findings(campaign.id, ["440118"])))[0]
        assert (row.category, row.category2, row.department, row.tier) == ("03", "0302", "D39", "district")
        assert (letter.category, letter.text) == (None, "租金上涨过快")
