"""问题建议: the findings that count, as a list with facets, and one of them with its coding. Touches findings; no rule of its own."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from surveys import access
from surveys.audit import Actor
from surveys.database import db
from surveys.fieldwork.findings import Finding, FindingRow, code, counted_findings, finding_rows
from surveys.pages.display import name_of, publication_name, source_name, tier_name
from surveys.pages.sign_in import signed_in
from surveys.pages.tables import Column, page_of, table_file
from surveys.planning.campaigns import Campaign
from surveys.planning.reference_lists import rows as reference

bp = Blueprint("findings", __name__)
bp.before_request(signed_in)

FACETS = ("unit", "category", "kind", "source", "publication", "urgency", "tier")


def _units(campaign: Campaign) -> list[str]:
    """Units whose findings this person may read: the own desk's, or all under a committee or an organizer."""
    leaves = access.participating_leaves(g.staff, campaign)
    wide = ("committee", "organizer")
    return [code for code in leaves if code in g.staff.desk_units or g.staff.has(wide, code)]


def _narrowed(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    listed = query.subquery()
    narrowed = select(listed)
    for facet in FACETS:
        if value := request.args.get(facet):
            column = listed.c[facet]
            narrowed = narrowed.where(column.is_(None) if value == "-" else column == value)
    for word in request.args.get("q", "")[:100].split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        narrowed = narrowed.where(listed.c.text.ilike(pattern, escape="\\"))
    return narrowed


@bp.get("/campaigns/<int:number>/findings")
def show(number: int) -> ResponseReturnValue:
    """The list, narrowed by what stands in the address."""
    campaign = access.campaign(g.staff, number)
    units = _units(campaign)
    if not units or request.args.get("unit", units[0]) not in ("", *units):
        abort(404)
    narrowed = _narrowed(counted_findings(campaign.id, units))
    ordered = narrowed.order_by(
        narrowed.selected_columns.category, narrowed.selected_columns.unit, narrowed.selected_columns.id
    )
    if kind := request.args.get("export"):
        return table_file(kind, _("Problems and suggestions"), _columns(), finding_rows(ordered))
    page = page_of(request.args)
    whole = db.session.scalar(select(func.count()).select_from(narrowed.subquery())) or 0
    return render_template(
        "unit_desk/findings.html",
        campaign=campaign,
        units=[g.staff.tree[code] for code in units],
        rows=finding_rows(ordered.limit(page.size).offset(page.offset)),
        page=page.of(whole),
        by=request.args,
        categories=[
            row for row in reference("suggestion_categories") if row.get("level", "1") == "1" or len(row["code"]) == 2
        ],
        tiers=[row for row in reference("deputy_levels") if row["code"] != "township"],
    )


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
        Column(_("Visit"), lambda row: f"{row.unit}-{row.number:04d}" if row.number else ""),
    ]


def _finding(finding_id: UUID) -> tuple[Finding, FindingRow]:
    """A finding this person may read, as stored and as it counts. Raises 404 otherwise."""
    finding = db.session.get(Finding, str(finding_id))
    if finding is None or finding.unit_code not in _units(access.campaign(g.staff, finding.campaign.number)):
        abort(404)
    query = counted_findings(finding.campaign_id, [finding.unit_code]).where(Finding.id == finding.id)
    found = finding_rows(query)
    if not found:
        abort(404)
    return finding, found[0]


@bp.get("/findings/<uuid:finding_id>")
def read(finding_id: UUID) -> ResponseReturnValue:
    """One finding: its words, where it comes from, how it is coded."""
    finding, row = _finding(finding_id)
    return render_template(
        "unit_desk/finding.html",
        finding=finding,
        row=row,
        campaign=finding.campaign,
        categories=reference("suggestion_categories"),
        departments=reference("department_list"),
        tiers=[level for level in reference("deputy_levels") if level["code"] != "township"],
        may_code=g.staff.has((*access.DESK_ROLES, "committee", "organizer"), finding.unit_code),
    )


@bp.post("/findings/<uuid:finding_id>")
def recode(finding_id: UUID) -> ResponseReturnValue:
    """Correct category, department or level; what the form said stays readable beside it."""
    finding, _row = _finding(finding_id)
    if not g.staff.has((*access.DESK_ROLES, "committee", "organizer"), finding.unit_code):
        abort(403)
    chosen = request.form.get("category2") or None
    coding = {
        "category": chosen[:2] if chosen else request.form.get("category") or None,
        "category2": chosen,
        "department": request.form.get("department") or None,
        "tier": request.form.get("tier") or None,
    }
    known = {"category2": "suggestion_categories", "department": "department_list", "tier": "deputy_levels"}
    for name, list_name in known.items():
        if coding[name] and all(row["code"] != coding[name] for row in reference(list_name)):
            flash(_("“%(code)s” is not on the list; choose one of those offered.", code=coding[name]), "error")
            return redirect(url_for(".read", finding_id=finding.id), code=303)
    code(finding, Actor("staff", g.staff.account.id, g.staff.account.name), **coding)
    flash(_("Recorded."), "ok")
    return redirect(url_for(".read", finding_id=finding.id), code=303)
