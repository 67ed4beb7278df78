"""Where reports name a firm or a person: drafts and words about them, which can be cleared, and kept versions, which are sealed. Touches records."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import or_, select

from reports.papers.records import Report, ReportSection, ReportStep, ReportVersion
from reports.papers.remarks import ReportRemark
from reports.papers.signoffs import SignOff
from surveys.audit import Actor
from surveys.database import db
from surveys.personal_data.sources import About, Place, Words, held_by, named, passages


def unit_of_report(report: Any) -> Any:
    """The unit whose report a row belongs to, by the report's id in it."""
    return select(Report.unit_code).where(Report.id == report).correlate_except(Report).scalar_subquery()


class Versions:
    """Kept versions with their prints: shown and copied out, never changed."""

    def places(self, about: About) -> list[Place]:
        versions = tuple(f"{title} v{version.number}" for title, version in self._naming(about))
        return [Place("report_versions", len(versions), versions, ends="sealed")]

    def copies(self, about: About, units: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        naming = self._naming(about, held_by(Report.unit_code, units))
        return {
            "report_versions": [
                {"report": title, "version": version.number, "passages": list(passages(version.content, about.terms))}
                for title, version in naming
            ]
        }

    def erase(self, about: About, actor: Actor) -> Mapping[str, int]:
        return {}

    def _naming(self, about: About, *which: Any) -> list[tuple[str, ReportVersion]]:
        stands = or_(named((ReportVersion.content,), about.terms), named((ReportVersion.frozen,), about.terms))
        query = select(Report.title, ReportVersion).join(ReportVersion).where(stands, *which)
        return [(row[0], row[1]) for row in db.session.execute(query.order_by(Report.title, ReportVersion.number))]


class Drafts(Words):
    """Sections being written; the page names the reports."""

    def places(self, about: About) -> list[Place]:
        query = select(Report.title).join(ReportSection).where(named(self.columns, about.terms)).distinct()
        titles = tuple(db.session.scalars(query))
        return [Place("report_drafts", len(titles), titles, ends="words")]


SOURCES = (
    Drafts(
        "report_drafts",
        ReportSection,
        (ReportSection.title, ReportSection.blocks),
        unit=unit_of_report(ReportSection.report_id),
        everywhere=True,
    ),
    Versions(),
    Words(
        "report_words", ReportRemark, (ReportRemark.text,), unit=unit_of_report(ReportRemark.report_id), everywhere=True
    ),
    Words(
        "report_words",
        ReportStep,
        (ReportStep.note, ReportStep.by_name),
        unit=unit_of_report(ReportStep.report_id),
        everywhere=True,
    ),
    Words(
        "report_words", SignOff, (SignOff.who, SignOff.note), unit=unit_of_report(SignOff.report_id), everywhere=True
    ),
)
