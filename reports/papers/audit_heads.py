"""The heads of the audit trail that reports have written down in their manifests. Reads versions of reports; changes nothing."""

from sqlalchemy import select

from reports.papers.records import Report, ReportVersion
from surveys.auditing.verification import Anchor
from surveys.database import db


def heads_in_reports() -> list[Anchor]:
    """One a version that was kept since there is a chain, with the report's title and the version's number."""
    query = select(Report.title, ReportVersion.number, ReportVersion.manifest)
    rows = db.session.execute(query.join(Report, Report.id == ReportVersion.report_id))
    named = ((f"《{title}》第{number}版", manifest.get("audit_head")) for title, number, manifest in rows)
    return [Anchor(head["position"], head["hash"], where) for where, head in named if head]
