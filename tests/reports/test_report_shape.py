"""What `report_shape` declares is what a version keeps: its content, what is frozen of it, its manifest; of each unit and of the city."""

import json

from flask import Flask
from sqlalchemy import select

from reports.papers.drafts import draft, replace_sections
from reports.papers.steps import ReportVersion, send_for_review
from reports.text.report_shape import FrozenContent, Manifest, ReportContent
from surveys.database import db, utc_now, writing
from tests.factories.reports import CITY, all_accepted, city
from tests.shapes import misfits


def test_a_version_is_as_declared(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(4))
        content = draft(root)
        content["sections"][-1]["blocks"] += [
            {"id": "t", "type": "table", "table": "T1", "items": None, "title": ""},
            {"id": "b", "type": "table", "table": "T6", "breakdown": "unit", "items": None, "title": "各单位"},
            {"id": "c", "type": "chart", "table": "T6", "kind": "bar", "items": None, "title": ""},
            {"id": "f", "type": "findings", "category": "", "limit": 10},
        ]
        with writing():
            replace_sections(root, content, CITY, utc_now())
        assert misfits(draft(root), ReportContent) == []
        send_for_review(root, by=CITY)
        versions = list(db.session.scalars(select(ReportVersion)))
        assert len(versions) > 3
        for version in versions:
            assert misfits(json.loads(json.dumps(version.content)), ReportContent) == []
            assert misfits(json.loads(json.dumps(version.frozen)), FrozenContent) == []
            assert misfits(json.loads(json.dumps(version.manifest)), Manifest) == []
        kept = [version for version in versions if version.report_id == root.id]
        assert kept[-1].frozen["children"]
        assert kept[-1].manifest["children"]
        kinds = {block["type"] for section in kept[-1].frozen["sections"] for block in section["blocks"]}
        assert kinds >= {"paragraph", "table", "chart", "findings"}
