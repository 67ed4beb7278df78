"""问卷: upload a workbook with every fault at its place; the versions issued so far. What is a fault: surveys.questionnaire."""

import json
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys import access
from surveys.database import db
from surveys.pages.sign_in import actor, signed_in
from surveys.pages.tables import Column, download, table_file
from surveys.planning import tables
from surveys.planning.campaigns import Campaign
from surveys.planning.questionnaire_changes import Changes, changes, count_questions
from surveys.planning.questionnaire_versions import (
    Issue,
    Package,
    QuestionnaireVersion,
    issue_questionnaire,
    publish,
    version_in_force,
    versions_of,
    withdraw,
)
from surveys.questionnaire.faults import Fault

bp = Blueprint("questionnaires", __name__)
bp.before_request(signed_in)

AROUND = 2  # rows shown before and after a fault
MOST_COLUMNS = 8


@bp.route("/campaigns/<int:number>/setup/questionnaire", methods=["GET", "POST"])
def show(number: int) -> ResponseReturnValue:
    """The versions, and the upload; what stands against a workbook is shown with its rows, and the old version stays in force."""
    campaign = access.planned_campaign(g.staff, number)
    issue, name, data = None, "", b""
    if request.method == "POST":
        upload = request.files.get("file")
        name, data = (upload.filename or "", upload.read()) if upload else ("", b"")
        if not data:
            flash(_("Choose a file first."), "err")
            return redirect(url_for(".show", number=number), code=303)
        first = version_in_force(campaign.id) is None  # a later one is read against it before it takes its place
        files = current_app.extensions["files"]
        issue = issue_questionnaire(campaign, data, name, files=files, publish=first, actor=actor())
        if issue.version is not None:
            words = _("Version %(n)s is in force.", n=issue.version.number)
            if issue.version.published_at is None:
                words = _("Version %(n)s is kept. Read what it changes, then put it in force.", n=issue.version.number)
            if issue.warnings:
                words += " " + _("%(n)s things to look at are listed with it.", n=len(issue.warnings))
            flash(words, "ok")
            return redirect(url_for(".version", number=number, version=issue.version.number), code=303)
    if (kind := request.args.get("export")) and issue is None:
        return table_file(kind, _("Questionnaire versions"), _columns(), versions_of(campaign.id))
    page = render_template(
        "city_desk/questionnaire.html",
        campaign=campaign,
        versions=versions_of(campaign.id),
        in_force=version_in_force(campaign.id),
        issue=issue,
        name=name,
        size=len(data) // 1024,
        extracts=_extracts(data, issue, name) if issue else [],
    )
    return page, 422 if issue else 200


def _columns() -> list[Column]:
    return [
        Column(_("Version"), lambda version: version.number),
        Column(_("File"), lambda version: version.file_name),
        Column(_("Uploaded"), lambda version: version.uploaded_at),
        Column(_("Published"), lambda version: version.published_at),
        Column(_("Withdrawn"), lambda version: version.withdrawn_at),
        Column("SHA-256", lambda version: version.package_hash),
    ]


@dataclass
class Extract:
    """Rows of the uploaded sheet around a fault: `heads`, and (row number, cells, faults of the row)."""

    sheet: str
    heads: list[str]
    rows: list[tuple[int, list[str], list[Fault]]] = field(default_factory=list)


def _extracts(data: bytes, issue: Issue, name: str) -> list[Extract]:
    """For each sheet with faults at a row: the rows around them, with the columns that matter there."""
    found = []
    faults = [fault for fault in (*issue.faults, *issue.warnings) if fault.sheet and fault.row]
    for sheet_name in dict.fromkeys(fault.sheet for fault in faults):
        try:
            sheet = tables.read_sheet(data, name, sheet_name)
        except tables.Unreadable:
            continue
        if sheet.name == sheet_name:
            found.append(_extract(sheet, [fault for fault in faults if fault.sheet == sheet_name]))
    return found


def _extract(sheet: tables.Sheet, faults: list[Fault]) -> Extract:
    head_row = sheet.rows[0][1] if sheet.rows else []
    heads = [cell.text for cell in head_row]
    wanted = {fault.column for fault in faults if fault.column}
    usual = ("type", "list_name", "name", "means", "role")
    shown = [place for place, head in enumerate(heads) if head in usual or head in wanted or head.startswith("label")]
    shown = sorted(shown, key=lambda place: (heads[place] not in usual and heads[place] not in wanted, place))[
        :MOST_COLUMNS
    ]
    near = {row for fault in faults for row in range((fault.row or 0) - AROUND, (fault.row or 0) + AROUND + 1)}
    extract = Extract(sheet.name, [heads[place] for place in sorted(shown)])
    for number, cells in sheet.rows[1:]:
        if number in near:
            texts = [cells[place].text if place < len(cells) else "" for place in sorted(shown)]
            extract.rows.append((number, texts, [fault for fault in faults if fault.row == number]))
    return extract


@bp.get("/campaigns/<int:number>/setup/questionnaire/<int:version>")
def version(number: int, version: int) -> ResponseReturnValue:
    """One version: its hash, what was noted at upload, what changed since the one before; the workbook itself."""
    campaign = access.planned_campaign(g.staff, number)
    found = _version(campaign, version)
    if request.args.get("file") == "workbook":
        return download(current_app.extensions["files"].read(found.workbook), tables.XLSX, found.file_name)
    earlier = next((other for other in versions_of(campaign.id) if other.number < found.number), None)
    package = _package(found)
    return render_template(
        "city_desk/questionnaire_version.html",
        campaign=campaign,
        version=found,
        earlier=earlier,
        questions=count_questions(package),
        lists=len(package.get("sec", {})),
        changes=changes(_package(earlier), package) if earlier else Changes(),
        in_force=version_in_force(campaign.id),
    )


@bp.post("/campaigns/<int:number>/setup/questionnaire/<int:version>/publish")
def put_in_force(number: int, version: int) -> ResponseReturnValue:
    """Put a version that was kept back in force: visits opened from now on are filled in with it."""
    campaign = access.planned_campaign(g.staff, number)
    publish(_version(campaign, version), actor=actor())
    flash(_("Version %(n)s is in force.", n=version), "ok")
    return redirect(url_for(".version", number=number, version=version), code=303)


@bp.post("/campaigns/<int:number>/setup/questionnaire/<int:version>/withdraw")
def take_back(number: int, version: int) -> ResponseReturnValue:
    """Take a version out of force; the one before it is in force again."""
    campaign = access.planned_campaign(g.staff, number)
    withdraw(_version(campaign, version), actor=actor())
    flash(_("Version %(n)s is withdrawn. Drafts of it can still be finished.", n=version), "ok")
    return redirect(url_for(".show", number=number), code=303)


def _version(campaign: Campaign, number: int) -> QuestionnaireVersion:
    found = next((version for version in versions_of(campaign.id) if version.number == number), None)
    if found is None:
        abort(404)
    return found


def _package(version: QuestionnaireVersion) -> dict[str, Any]:
    return json.loads(db.session.get_one(Package, version.media_hash).body)
