"""One search over what this person may see: subjects on their lists, deputies of their rosters, findings. Touches access."""

from typing import Any

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, select

from surveys.database import count_of, db
from surveys.fieldwork.findings.findings import counted_findings, finding_rows
from surveys.pages.shell.desk_frame import own_leaves, remembered_campaign
from surveys.pages.shell.display import name_of
from surveys.pages.shell.sign_in import signed_in
from surveys.pages.shell.tables import Column, page_of, table_file
from surveys.pages.unit_desk.finding_views import ids_found, readable_units
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.people.deputies import Deputy

bp = Blueprint("search", __name__)
bp.before_request(signed_in)


@bp.get("/search")
def results() -> ResponseReturnValue:
    """Subjects by name or code, deputies by name or number, findings by their words: how many of each, and a page of one kind."""
    words = request.args.get("q", "").strip()[:100]
    campaign = remembered_campaign()
    queries = _queries(campaign, words) if words else {}
    counts = {kind: count_of(query) for kind, query in queries.items()}
    kind_asked = request.args.get("of", "")
    kind = kind_asked if kind_asked in queries else next((kind for kind, number in counts.items() if number), "")
    page = page_of(request.args).of(counts.get(kind, 0))
    rows: list[Any] = []
    if kind:
        page_rows = db.session.execute(queries[kind].limit(page.size).offset(page.offset))
        rows = finding_rows(page_rows) if kind == "findings" else list(page_rows)
    if export := request.args.get("export"):
        return _file(export, kind, queries)
    return render_template(
        "city_desk/search.html", campaign=campaign, words=words, counts=counts, kind=kind, rows=rows, page=page
    )


def _queries(campaign: Campaign | None, words: str) -> dict[str, Select[*tuple[Any, ...]]]:
    queries: dict[str, Select[*tuple[Any, ...]]] = {}
    if campaign is not None and (leaves := own_leaves(campaign, g.staff)):
        queries["subjects"] = _subjects(campaign, leaves, words)
    if units := set(g.staff.desk_units) | set(own_leaves(campaign, g.staff) if campaign else ()):
        queries["deputies"] = _deputies(units, words)
    if campaign is not None and (units := readable_units(campaign)):
        queries["findings"] = _findings(campaign, units, words)
    return queries


def _file(export: str, kind: str, queries: dict[str, Select[*tuple[Any, ...]]]) -> ResponseReturnValue:
    """All rows of the kind that is shown, as a file."""
    if kind not in queries:
        abort(404)
    tree = g.staff.tree
    columns = {
        "subjects": [
            Column(_("Subject"), lambda row: row[1].name),
            Column(_("Credit code"), lambda row: row[1].uscc),
            Column(_("Unit"), lambda row: tree[row[0].unit_code].label(g.language)),
            Column(_("Assignment"), lambda row: row[2].reference() if row[2] else ""),
        ],
        "deputies": [
            Column(_("Name"), lambda row: row[0].name),
            Column(_("Number"), lambda row: row[0].number),
            Column(_("Unit"), lambda row: tree[row[0].unit_code].label(g.language)),
            Column(_("Employer"), lambda row: row[0].employer),
        ],
        "findings": [
            Column(_("In their words"), lambda row: row.text),
            Column(_("Category"), lambda row: name_of(row.category2 or row.category, "suggestion_categories")),
            Column(_("Unit"), lambda row: tree[row.unit].label(g.language)),
        ],
    }[kind]
    return table_file(export, _("Search"), columns, db.session.execute(queries[kind]))


def _findings(campaign: Campaign, units: list[str], words: str) -> Select[*tuple[Any, ...]]:
    findings = counted_findings(campaign.id, units).subquery()
    query = select(findings).where(findings.c.id.in_(ids_found(campaign, units, words)))
    return query.order_by(findings.c.unit, findings.c.id)


def _subjects(campaign: Campaign, leaves: list[str], words: str) -> Select[*tuple[Any, ...]]:
    """The lists that this person may open (surveys.pages.city_desk.lists), and no other's."""
    return (
        select(ListEntry, Subject, Assignment)
        .join(Subject, Subject.id == ListEntry.subject_id)
        .outerjoin(Assignment, (Assignment.entry_id == ListEntry.id) & Assignment.replaced_at.is_(None))
        .where(ListEntry.campaign_id == campaign.id, ListEntry.unit_code.in_(leaves))
        .where(Subject.name.contains(words, autoescape=True) | (Subject.uscc == words.upper()))
        .order_by(ListEntry.unit_code, ListEntry.number)
    )


def _deputies(units: set[str], words: str) -> Select[*tuple[Any, ...]]:
    return (
        select(Deputy)
        .where(Deputy.unit_code.in_(units))
        .where(Deputy.name.contains(words, autoescape=True) | (Deputy.number == words))
        .order_by(Deputy.unit_code, Deputy.name, Deputy.id)
    )
