"""Where reports name a firm or a person: drafts, which can be cleared, and kept versions with their prints, which are sealed. Touches records."""

import json
from collections.abc import Collection

from sqlalchemy import Text, or_, select, type_coerce

from reports.papers.records import Report, ReportSection, ReportVersion
from surveys.database import db
from surveys.personal_data.holdings import Place
from surveys.personal_data.redaction import without


class ReportSource:
    """The reports as one of the places where something of a person or firm is held."""

    def places(self, terms: Collection[str]) -> list[Place]:
        """Drafts and kept versions in which one of these names stands."""
        if not terms:
            return []
        drafts = db.session.execute(
            select(Report.title).join(ReportSection).where(_named(ReportSection.blocks, terms)).distinct()
        )
        versions = db.session.execute(
            select(Report.title, ReportVersion.number)
            .join(ReportVersion)
            .where(or_(_named(ReportVersion.content, terms), _named(ReportVersion.frozen, terms)))
            .order_by(Report.title, ReportVersion.number)
        )
        titles = tuple(row.title for row in drafts)
        kept = tuple(f"{title} v{number}" for title, number in versions)
        return [Place("report_drafts", len(titles), titles), Place("report_versions", len(kept), kept, sealed=True)]

    def erase(self, terms: Collection[str]) -> dict[str, int]:
        """Replace the names in drafts. Inside `writing()`."""
        if not terms:
            return {}
        sections = db.session.scalars(select(ReportSection).where(_named(ReportSection.blocks, terms))).all()
        for section in sections:
            section.blocks = json.loads(without(json.dumps(section.blocks, ensure_ascii=False), terms))
        db.session.flush()
        return {"report_drafts": len(sections)}


def _named(column: object, terms: Collection[str]):
    plain = type_coerce(column, Text)
    return or_(*(plain.contains(term, autoescape=True) for term in terms))
