"""The page of the final and its prints (定稿与印制): checks, sign-offs, prints with their progress, versions.

Touches issuing; no rule of its own.
"""

from datetime import date
from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports import access
from reports.faults import ReportFault
from reports.issuing import archive, issuing
from reports.issuing.archive import PrintedReport
from reports.issuing.issuing import blocking, check
from reports.merging import decisions
from reports.pages.frame import actor, attachment, blueprint
from reports.papers import signoffs
from reports.papers.steps import Report, ReportVersion, check_under_review, newest_version, state, versions
from surveys.database import db

bp = blueprint("report_issue", __name__)
REFRESH = 2  # seconds between two looks at a print that is being made


@bp.get("/reports/<uuid:report_id>/issue")
def show(report_id: UUID) -> ResponseReturnValue:
    """Where the report stands before it is final, and its prints."""
    report = access.report(g.staff, report_id)
    now = state(report)
    writes = access.writes(g.staff, report)
    checks = check(report) if writes else []
    job = next(iter(issuing.print_jobs(report)), None)
    version = newest_version(report)
    all_versions = versions(report)[::-1]
    page = current_app.extensions["page_of"](request.args, 25).of(len(all_versions))
    busy = job is not None and job.state in ("queued", "running")
    text = render_template(
        "reports/issue.html",
        campaign=report.campaign,
        report=report,
        state=now,
        checks=checks,
        stopped=blocking(checks),
        sign_offs=signoffs.sign_offs(report),
        kinds=signoffs.SIGN_OFFS,
        required=signoffs.required(report.campaign),
        sign_words=sign_words,
        outcome_words=outcome_words,
        outcomes=signoffs.OUTCOMES,
        versions=all_versions[page.offset : page.offset + page.size],
        page=page,
        version=version,
        prints=[one for one in archive.prints_of(report) if _may_open(report, one)],
        job=job,
        busy=busy,
        refused=(job.result or {}).get("refused") if job is not None and job.state == "done" else None,
        writes=writes,
        may_final=writes and report.is_root and now == "reviewing" and not blocking(checks),
        volume=bool(decisions.children(report)),
        link=check_link,
        refresh=REFRESH,
    )
    return text, 200, {"Refresh": str(REFRESH)} if busy else {}


def check_link(report: Report, one: Any) -> str | None:
    """The address where a check that did not pass is mended."""
    place = one.places[0] if one.places else None
    if one.code in ("number_wrong", "number_overruled", "number_unconfirmed"):
        group = "unknown" if one.code == "number_unconfirmed" else "wrong"
        return url_for("report_numbers.show", report_id=report.id, show=group)
    if one.code in ("unit_missing", "card_undecided"):
        return url_for("report_merge.show", report_id=report.id)
    if place is not None and place.block:
        return url_for("report_editor.show", report_id=report.id, section=place.section, _anchor=f"text-{place.block}")
    return None


def _may_open(report: Report, printout: PrintedReport) -> bool:
    """The internal edition is for those who write the report."""
    return printout.edition == "outgoing" or access.writes(g.staff, report)


@bp.post("/reports/<uuid:report_id>/prints")
def print_it(report_id: UUID) -> ResponseReturnValue:
    """Have the newest version printed; the worker does it."""
    report = access.report(g.staff, report_id)
    profile, edition = request.form.get("profile", "A"), request.form.get("edition", "outgoing")
    if profile not in ("A", "B", "C") or edition not in ("outgoing", "internal"):
        abort(400)
    writes = access.writes(g.staff, report)
    if edition == "internal" and not writes:
        abort(403)
    if profile == "C":
        issuing.check_children(report)
    if not writes and issuing.is_waiting(report, profile):
        flash(_("This is being printed already; it will stand in the list when it is done."), "ok")
        return redirect(url_for(".show", report_id=report.id, _anchor="prints"), code=303)
    issuing.ask_print(issuing.version_to_print(report), profile, edition, by=actor())
    return redirect(url_for(".show", report_id=report.id, _anchor="prints"), code=303)


@bp.post("/reports/<uuid:report_id>/final")
def make_final(report_id: UUID) -> ResponseReturnValue:
    """Make the report final (定稿): it is checked again, printed and searched first."""
    report = access.written_report(g.staff, report_id)
    if not report.is_root:
        abort(404)
    if state(report) != "final" and (failures := blocking(check(report))):
        raise ReportFault(failures[0].kind, failures[0].place or report.title, **failures[0].values)
    version = _version_looked_at(report)
    issuing.ask_print(version, issuing.profile_of(report), "outgoing", by=actor(), final=True)
    flash(_("It is being printed and searched for names; when that is done it is final."), "ok")
    return redirect(url_for(".show", report_id=report.id, _anchor="prints"), code=303)


def _version_looked_at(report: Report) -> ReportVersion:
    """The version that the page showed when its button was pressed. Raises ReportFault where another is under review by now."""
    number = request.form.get("version", type=int)
    version = next((one for one in versions(report) if one.number == number), None)
    if version is None:
        return issuing.version_to_finish(report)
    check_under_review(version)
    return version


@bp.post("/reports/<uuid:report_id>/sign-offs")
def enter_sign_off(report_id: UUID) -> ResponseReturnValue:
    """Enter who agreed, when, and with what outcome."""
    report = access.written_report(g.staff, report_id)
    form = request.form
    try:
        day = date.fromisoformat(form.get("held_on", ""))
    except ValueError:
        day = report.campaign.today()
    signoffs.sign_off(report, form.get("kind", ""), who=form.get("who", "")[:100], held_on=day, outcome=form.get("outcome", ""), note=form.get("note", "")[:1000], by=actor())  # fmt: skip
    flash(_("Entered."), "ok")
    return redirect(url_for(".show", report_id=report.id, _anchor="sign-offs"), code=303)


@bp.get("/prints/<uuid:print_id>.pdf")
def download(print_id: UUID) -> ResponseReturnValue:
    """The kept bytes of one print."""
    printout = db.session.get(PrintedReport, str(print_id))
    if printout is None:
        abort(404)
    report = access.report(g.staff, printout.version.report_id)
    if not _may_open(report, printout):
        abort(404)
    edition = "（内部）" if printout.edition == "internal" else ""
    name = f"{report.title}{edition}第{printout.version.number}版.pdf"
    return attachment(current_app.extensions["files"].read(printout.file), "application/pdf", name)


def sign_words(kind: str) -> str:
    return {
        "consultation": _("Consultation"),
        "countersign": _("Countersignature"),
        "chair_meeting": _("Chair's meeting"),
    }[kind]


def outcome_words(outcome: str) -> str:
    return {"agreed": _("Agreed"), "agreed_with_changes": _("Agreed with changes"), "not_agreed": _("Not agreed")}[
        outcome
    ]
