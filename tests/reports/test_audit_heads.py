"""A kept version of a report writes the head of the audit trail down, prints it, and tells by it when the trail was made anew."""

import json

from flask import Flask
from sqlalchemy import select, text

from reports.issuing.volumes import MANIFEST, attachments_of
from reports.papers.records import Report
from reports.papers.steps import newest_version
from surveys import immutable_rows
from surveys.auditing import chain
from surveys.auditing.checking import check_and_record, known_heads
from surveys.auditing.verification import BreakKind
from surveys.database import db, writing
from tests.factories.reports import all_accepted, city


def test_a_printed_report_names_the_head_and_tells_when_the_trail_was_made_anew(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        child = db.session.scalars(
            select(Report).where(Report.campaign_id == root.campaign_id, Report.id != root.id)
        ).first()
        assert child is not None
        version = newest_version(child)
        assert version is not None
        head = version.manifest["audit_head"]
        printed = next(one for one in attachments_of(version, [], "B", "internal") if one.name == MANIFEST)
        assert json.loads(printed.data)["audit_head"] == head
        assert (head["position"], head["hash"]) in {(one.position, one.hash) for one in known_heads()}
        assert check_and_record().is_sound
        with writing() as session, immutable_rows.opened("试验"):
            session.execute(text("DELETE FROM audit_links"))
        chain.link_new()
        broken = check_and_record().broken
        assert broken is not None
        assert broken.kind is BreakKind.HEAD_DIFFERS
