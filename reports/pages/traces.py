"""The visits that a figure of a report is counted from (数字追溯), each with what it says.

Touches traces, access and visits.

Whoever reads the report sees how many there are, unless the figure is hidden or is a name; a visit and its answer only who may
read that visit, and answers of that level, today.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from reports import access
from reports.evidence.accepted_answers import campaign_data
from reports.evidence.traces import Source, trace
from reports.faults import TokenFault, UnknownFigure
from reports.figures.figure_words import Figure
from reports.figures.frame import Frame
from reports.pages.frame import asked_version, attachment, blueprint, shown_version
from reports.papers.draft_figures import figures_of
from reports.papers.freezing import Calculation, data_at
from reports.papers.steps import Report, ReportVersion, draft
from reports.text.content import tokens_in
from reports.text.tokens import Token, parse
from surveys import access as visits_access
from surveys.auditing.readings import reads
from surveys.database import db
from surveys.fieldwork.visits.visits import Visit, short_reference, visit_name
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.imports.tables import write_table

bp = blueprint("report_traces", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One answer as the table shows it."""

    source: Source
    number: int | None  # its assignment's
    subject: str


@bp.get("/reports/<uuid:report_id>/trace")
def show(report_id: UUID) -> ResponseReturnValue:
    """Show the answers behind one figure, named by its token in the address.

    They are those of the version asked for, or of the report as its reader is shown it.
    """
    report = access.report(g.staff, report_id)
    version = (asked_version if access.writes(g.staff, report) else shown_version)(report)
    language = "zh-CN" if g.language.startswith("zh") else "en"
    try:
        token = _token(report, version)
        figure, frame = _figure(report, version, token, language)
        origin = trace(token, frame, language=language)
    except (UnknownFigure, TokenFault):
        abort(404)
    is_told = not figure.hidden and token.measure != "name"  # how many made a name the third is a figure of its own
    sources = origin.seen_by(visits_access.visit_levels(g.staff, report.campaign), whole=is_told) if origin else []
    reads("trace", ("report", report.id), "L2", campaign_id=report.campaign_id, unit_code=report.unit_code)
    if kind := request.args.get("export"):
        return _file(kind, _rows(sources))
    page = current_app.extensions["page_of"](request.args).of(len(sources))
    return render_template(
        "reports/trace.html",
        campaign=report.campaign,
        report=report,
        version=version,
        figure=figure,
        answered=origin is not None,
        numbers=(len(origin.sources), origin.counted, len(origin.sources) - len(sources))
        if origin and is_told
        else None,
        rows=_rows(sources[page.offset : page.offset + page.size]),
        page=page,
    )


def _token(report: Report, version: ReportVersion | None) -> Token:
    """The figure asked for; who only reads the report may ask for those that stand in it. Raises TokenFault, NotFound."""
    token = parse(request.args.get("figure", "")[:300])
    if not access.sees_material(g.staff, report):
        content = version.content if version is not None else draft(report)
        if token.key not in tokens_in(content):
            abort(404)
    return token


def _figure(report: Report, version: ReportVersion | None, token: Token, language: str) -> tuple[Figure, Frame]:
    """The figure as it is told outside, and the visits of its unit. Raises UnknownFigure."""
    place = token.unit or report.scope
    data = campaign_data(report.campaign)
    if version is not None:
        recomputation = Calculation(report.campaign, version.manifest, data_at(version.manifest, known_data=data))
        return recomputation.figures("outgoing", language)(token.key), recomputation.data.frame.of(place)
    return figures_of(report, data, language)(token.key), data.frame.of(place)


def _rows(sources: Sequence[Source]) -> list[Row]:
    query = (
        select(Visit.id, Assignment.number, visit_name())
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .outerjoin(Subject, Subject.id == Visit.subject_id)
        .where(Visit.id.in_({source.visit_id for source in sources}))
    )
    by_visit = {visit: (number, name) for visit, number, name in db.session.execute(query)}
    return [Row(source, *by_visit[source.visit_id]) for source in sources]


def _file(kind: str, rows: Sequence[Row]) -> Response:
    if kind not in ("xlsx", "csv"):
        abort(404)
    heads = [_("Visit"), _("Unit"), _("Subject"), _("Its answer"), _("Counted")]
    body = [
        [
            short_reference(None, row.source.visit_id) if row.number is None else row.number,
            g.staff.tree[row.source.unit].label(g.language),
            row.subject,
            row.source.answer,
            _("yes") if row.source.counted else "",
        ]
        for row in rows
    ]
    table, media = write_table(kind, heads, body, title=_("Visits behind a figure"))
    return attachment(table, media, f"{_('Visits behind a figure')}.{kind}")
