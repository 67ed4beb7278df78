"""问题建议: the findings that count, as a list with facets or by headline, and one of them with its coding. Touches findings; no rule of its own."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, select

from surveys import access
from surveys.auditing.readings import reads
from surveys.database import db
from surveys.fieldwork.findings import acts
from surveys.fieldwork.findings.acts import View
from surveys.fieldwork.findings.desk_queue import Queue
from surveys.fieldwork.findings.findings import Finding, FindingRow, Headline, counted_findings, finding_rows
from surveys.fieldwork.findings.headlines import (
    HeadlineRow,
    findings_under,
    headline_rows,
    headlines_by_finding,
)
from surveys.fieldwork.visits.visits import visit_reference
from surveys.pages.shell.display import name_of, publication_name, source_name, tier_name
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import Column, read_page, table_file
from surveys.pages.unit_desk.finding_views import first_level, ids_found, may_code, readable_units, view_unit
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words.reference_lists import rows as reference

bp = Blueprint("findings", __name__)
bp.before_request(signed_in)

NEAR = 12
FACETS = ("unit", "category", "kind", "source", "publication", "urgency", "tier")


def _narrowed(campaign: Campaign, units: list[str]) -> Select[*tuple[Any, ...]]:
    rows = counted_findings(campaign.id, units).subquery()
    narrowed = select(rows)
    for facet in FACETS:
        if value := request.args.get(facet):
            column = rows.c[facet]
            narrowed = narrowed.where(column.is_(None) if value == "-" else column == value)
    if headline := request.args.get("headline"):
        narrowed = narrowed.where(rows.c.id.in_(findings_under(headline)))
    if words := request.args.get("q", "").strip():
        narrowed = narrowed.where(rows.c.id.in_(ids_found(campaign, units, words)))
    return narrowed


@bp.get("/campaigns/<int:number>/findings")
def show(number: int) -> ResponseReturnValue:
    """The list, narrowed by what stands in the address."""
    campaign = access.campaign(g.staff, number)
    units = readable_units(campaign)
    if not units or request.args.get("unit", units[0]) not in ("", *units):
        abort(404)
    if request.args.get("view") == "headlines":
        return _by_headline(campaign, units)
    narrowed, view = _narrowed(campaign, units), view_unit(campaign, units)
    reads("finding", ("campaign", campaign.id), "L2", campaign_id=campaign.id, unit_code=view)
    in_order = narrowed.order_by(
        narrowed.selected_columns.category, narrowed.selected_columns.unit, narrowed.selected_columns.id
    )
    if kind := request.args.get("export"):
        return table_file(kind, _("Problems and suggestions"), _columns(), finding_rows(db.session.execute(in_order)))
    findings, page = read_page(in_order, request.args)
    rows = finding_rows(findings)
    return render_template(
        "unit_desk/findings.html",
        campaign=campaign,
        units=[g.staff.tree[code] for code in units],
        rows=rows,
        headlines=headlines_by_finding(campaign.id, view, [row.id for row in rows]),
        headline=db.session.get(Headline, request.args.get("headline", "")),
        may_join=may_code(view),
        page=page,
        by=request.args,
        categories=first_level(),
        tiers=[row for row in reference("deputy_levels") if row["code"] != "township"],
    )


def _by_headline(campaign: Campaign, units: list[str]) -> ResponseReturnValue:
    """What was put together: each headline with how many findings stand under it; each finding keeps its text and source."""
    query = headline_rows(campaign.id, view_unit(campaign, units), counted_findings(campaign.id, units).subquery())
    columns = [
        Column(_("Headline"), lambda row: row.text),
        Column(_("Category"), lambda row: name_of(row.category, "suggestion_categories")),
        Column(_("Findings"), lambda row: row.findings),
        Column(_("Units"), lambda row: row.units),
    ]
    if kind := request.args.get("export"):
        return table_file(kind, _("Headlines"), columns, [HeadlineRow(*row) for row in db.session.execute(query)])
    findings, page = read_page(query, request.args)
    rows = [HeadlineRow(*row) for row in findings]
    return render_template("unit_desk/headlines.html", campaign=campaign, rows=rows, page=page)


@bp.post("/campaigns/<int:number>/findings/headlines")
def join(number: int) -> ResponseReturnValue:
    """Put the ticked findings under one headline: one that stands with these very words, or a new one."""
    campaign = access.campaign(g.staff, number)
    units = readable_units(campaign)
    if not units:
        abort(404)
    view = view_unit(campaign, units)
    if not may_code(view):
        abort(403)
    finding_ids, words = request.form.getlist("finding"), request.form.get("words", "").strip()[:500]
    rows = counted_findings(campaign.id, units).subquery()
    known_ids = set(db.session.scalars(select(rows.c.id).where(rows.c.id.in_(finding_ids[:200]))))
    if not finding_ids or set(finding_ids) != known_ids:
        flash(_("Tick the findings that belong together."), "error")
        return redirect(url_for(".show", number=number), code=303)
    same = select(Headline).where(
        Headline.campaign_id == campaign.id, Headline.unit_code == view, Headline.text == words
    )
    earlier_headline = db.session.scalars(same.limit(1)).first() if words else None
    if earlier_headline is None and len(finding_ids) < 2:
        flash(_("Tick two findings at least, or give the words of a headline that stands."), "error")
        return redirect(url_for(".show", number=number), code=303)
    act = acts.settle(
        View(campaign.id, view),
        actor(),
        finding_ids[0],
        {},
        others=finding_ids[1:],
        words=words,
        headline=earlier_headline,
    )
    flash(_("Put together; each keeps its words and its source."), "ok")
    return redirect(url_for(".show", number=number, headline=(act.detail or {}).get("headline")), code=303)


@bp.post("/findings/<uuid:finding_id>/headline")
def leave(finding_id: UUID) -> ResponseReturnValue:
    """Take one finding out of its headline again."""
    finding, _row = _finding(finding_id)
    view = view_unit(finding.campaign, readable_units(finding.campaign))
    if not may_code(view):
        abort(403)
    headline = headlines_by_finding(finding.campaign_id, view, [finding.id]).get(finding.id)
    if headline is not None:
        acts.take_apart(View(finding.campaign_id, view), actor(), headline, [finding.id])
        flash(_("It stands by itself again."), "ok")
    return redirect(url_for(".read", finding_id=finding.id), code=303)


def _columns() -> list[Column]:
    return [
        Column(_("Unit"), lambda row: g.staff.tree[row.unit].name),
        Column(_("Kind"), lambda row: _("Problem") if row.kind == "problem" else _("Suggestion")),
        Column(_("In their words"), lambda row: row.text),
        Column(_("Category"), lambda row: name_of(row.category2 or row.category, "suggestion_categories")),
        Column(_("Department"), lambda row: name_of(row.department, "department_list")),
        Column(_("To be solved by"), lambda row: tier_name(row.tier)),
        Column(_("Publication"), lambda row: publication_name(row.publication)),
        Column(_("Source"), lambda row: source_name(row.source)),
        Column(_("Visit"), lambda row: visit_reference(row.unit, row.number, row.visit_id) if row.visit_id else ""),
    ]


def _finding(finding_id: UUID) -> tuple[Finding, FindingRow]:
    """A finding this person may read, as stored and as it counts. Raises 404 otherwise."""
    finding = db.session.get(Finding, str(finding_id))
    if finding is None or finding.unit_code not in readable_units(access.campaign(g.staff, finding.campaign.number)):
        abort(404)
    query = counted_findings(finding.campaign_id, [finding.unit_code]).where(Finding.id == finding.id)
    findings = finding_rows(db.session.execute(query))
    if not findings:
        abort(404)
    return finding, findings[0]


@bp.get("/findings/<uuid:finding_id>")
def read(finding_id: UUID) -> ResponseReturnValue:
    """One finding: its words, where it comes from, how it is coded."""
    finding, row = _finding(finding_id)
    units = readable_units(finding.campaign)
    view = view_unit(finding.campaign, units)
    headline = headlines_by_finding(finding.campaign_id, view, [finding.id]).get(finding.id)
    queue = Queue(View(finding.campaign_id, view), units)
    reads("finding", ("finding", finding.id), "L2", campaign_id=finding.campaign_id, unit_code=finding.unit_code)
    return render_template(
        "unit_desk/finding.html",
        finding=finding,
        row=row,
        headline=headline,
        card=queue.card(queue.lines[finding.id], NEAR),
        may_join=may_code(view),
        campaign=finding.campaign,
        categories=reference("suggestion_categories"),
        departments=reference("department_list"),
        tiers=[level for level in reference("deputy_levels") if level["code"] != "township"],
        may_code=may_code(finding.unit_code),
    )


@bp.post("/findings/<uuid:finding_id>")
def recode(finding_id: UUID) -> ResponseReturnValue:
    """Correct category, department or level; what the form said stays readable beside it."""
    finding, _row = _finding(finding_id)
    if not may_code(finding.unit_code):
        abort(403)
    subcategory = request.form.get("category2") or None
    coding = {
        "category": subcategory[:2] if subcategory else request.form.get("category") or None,
        "category2": subcategory,
        "department": request.form.get("department") or None,
        "tier": request.form.get("tier") or None,
    }
    list_by_field = {"category2": "suggestion_categories", "department": "department_list", "tier": "deputy_levels"}
    for name, list_name in list_by_field.items():
        if coding[name] and all(row["code"] != coding[name] for row in reference(list_name)):
            flash(_("“%(code)s” is not on the list; choose one of those offered.", code=coding[name]), "error")
            return redirect(url_for(".read", finding_id=finding.id), code=303)
    view = View(finding.campaign_id, view_unit(finding.campaign, readable_units(finding.campaign)))
    acts.recode(view, actor(), finding, **coding)
    flash(_("Recorded."), "ok")
    return redirect(url_for(".read", finding_id=finding.id), code=303)
