"""数字追溯: the visits a figure of a report is counted from, each with what it says. Touches traces, access and visits.

Whoever reads the report sees how many there are; a visit and its answer only who may read that visit and answers of that level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from reports import access
from reports.accepted_answers import campaign_data
from reports.indicators import UnknownFigure
from reports.pages.frame import attachment, blueprint
from reports.tokens import TokenFault, parse
from reports.traces import Source, Trace, trace
from reports.wording import resolve
from surveys import access as visits_access
from surveys.database import db
from surveys.fieldwork.visits import Visit
from surveys.planning.assignments import Assignment
from surveys.planning.subjects import Subject
from surveys.planning.tables import write_table

bp = blueprint("report_traces", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One answer as the table shows it. `said` and `counted` are None for who may not read answers of this level."""

    visit_id: str
    unit: str
    number: int
    subject: str
    said: str | None
    counted: bool | None


@bp.get("/reports/<uuid:report_id>/trace")
def show(report_id: UUID) -> ResponseReturnValue:
    """One figure, by its token in the address, on the data of now."""
    report = access.report(g.staff, report_id)
    data = campaign_data(report.campaign)
    language = "zh-CN" if g.language.startswith("zh") else "en"
    try:
        token = parse(request.args.get("figure", "")[:300])
        place = token.unit or report.scope
        smallest = report.campaign.setting("smallest_cell")
        figure = resolve(token, data.frame, data.counts, unit=report.scope, smallest_cell=smallest, language=language)
        found = trace(token, data.frame.of(place), language=language)
    except (UnknownFigure, TokenFault):
        abort(404)
    levels = {unit: _levels(unit) for unit in {source.unit for source in found.sources}} if found else {}
    readable = [source for source in found.sources if levels[source.unit]] if found else []
    if kind := request.args.get("export"):
        return _file(kind, _rows(readable, found, levels))
    page = current_app.extensions["page_of"](request.args).of(len(readable))
    return render_template(
        "reports/trace.html",
        campaign=report.campaign,
        report=report,
        figure=figure,
        found=found,
        rows=_rows(readable[page.offset : page.offset + page.size], found, levels),
        others=len(found.sources) - len(readable) if found else 0,
        page=page,
    )


def _levels(unit: str) -> frozenset[str]:
    """Which answers of accepted visits of a unit this person may read."""
    return visits_access.read_levels(g.staff, unit, "accepted")


def _rows(sources: Sequence[Source], found: Trace | None, levels: dict[str, frozenset[str]]) -> list[Row]:
    wanted = {source.visit_id for source in sources}
    query = (
        select(Visit.id, Assignment.number, Subject.name)
        .join(Assignment, Assignment.id == Visit.assignment_id)
        .join(Subject, Subject.id == Assignment.subject_id)
        .where(Visit.id.in_(wanted))
    )
    known = {row.id: row for row in db.session.execute(query)}
    made = []
    for source in sources:
        visit = known[source.visit_id]
        seen = found is not None and found.privacy in levels[source.unit]
        said, counted = (source.said, source.counted) if seen else (None, None)
        made.append(Row(visit.id, source.unit, visit.number, visit.name, said, counted))
    return made


def _file(kind: str, rows: Sequence[Row]) -> Response:
    if kind not in ("xlsx", "csv"):
        abort(404)
    heads = [_("Visit"), _("Unit"), _("Subject"), _("Its answer"), _("Counted")]
    names = {unit: g.staff.tree[unit].label(g.language) for unit in {row.unit for row in rows}}
    body = [[row.number, names[row.unit], row.subject, row.said, _("yes") if row.counted else ""] for row in rows]
    table, media = write_table(kind, heads, body, title=_("Visits behind a figure"))
    return attachment(table, media, f"{_('Visits behind a figure')}.{kind}")
