"""Where handing over to departments may name a firm or a person: what was handed over, answered, rated. Touches handovers."""

from typing import Any

from sqlalchemy import func, select

from reports.handling.handovers import Handover, Reply
from reports.papers.records import Report, ReportVersion
from surveys.fieldwork.findings.findings import Finding, Headline
from surveys.personal_data.sources import Words


def _unit() -> Any:
    """The unit whose report, headline or finding was handed over."""
    report = select(Report.unit_code).join(ReportVersion).where(ReportVersion.id == Handover.version_id)
    headline = select(Headline.unit_code).where(Headline.id == Handover.headline_id)
    finding = select(Finding.unit_code).where(Finding.id == Handover.finding_id)
    return func.coalesce(*(one.correlate(Handover).scalar_subquery() for one in (report, headline, finding)))


def _unit_of_reply() -> Any:
    return select(_unit()).where(Handover.id == Reply.handover_id).correlate(Reply).scalar_subquery()


SOURCES = (
    Words("handovers", Handover, (Handover.text, Handover.evidence), unit=_unit(), everywhere=True),
    Words(
        "handovers", Reply, (Reply.text, Reply.answered_by, Reply.rating_note), unit=_unit_of_reply(), everywhere=True
    ),
)
