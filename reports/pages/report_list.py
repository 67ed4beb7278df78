"""The list of a campaign's reports (各单位报告) and how far each is; begin one, return or accept one. Touches access."""

import functools
from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports import access
from reports.pages.frame import actor, attachment, blueprint
from reports.papers.remarks import remark
from reports.papers.steps import (
    Report,
    ReportStep,
    ReportVersion,
    accept,
    courses,
    newest_versions,
    return_report,
    start_report,
    state_of,
    withdraw,
)
from reports.text import content as contents
from surveys.access import campaign as seen_campaign
from surveys.database import CHINA, db
from surveys.planning.campaigns.units import Unit
from surveys.planning.imports.tables import write_table

bp = blueprint("report_list", __name__)


class Row:
    """One unit's report as the list shows it."""

    def __init__(
        self, unit: Unit, report: Report | None, steps: list[ReportStep], version: ReportVersion | None, may_write: bool
    ) -> None:
        self.unit, self.report, self.steps, self.version = unit, report, steps, version
        self.may_write, self.may_start = may_write, may_write and report is None
        self.state = state_of(step.step for step in steps)
        self.asked_back = bool(self.steps) and self.steps[-1].step == "withdrawal_asked"
        self.note = self.steps[-1].note if self.steps else None
        self.readable = report is not None and access.reads(g.staff, report, self.state)
        self.receivable = report is not None and self.state == "submitted" and access.receives(g.staff, report)

    @property
    def last(self) -> ReportStep | None:
        return self.steps[-1] if self.steps else None

    @property
    def chars(self) -> int | None:
        return _chars(self.version.id) if self.version and self.readable else None


@functools.lru_cache(maxsize=512)
def _chars(version_id: str) -> int:
    """字数 of a version, which never changes."""
    version = db.session.get(ReportVersion, version_id)
    assert version is not None
    return contents.count_chars(version.frozen)


def _rows(campaign: Any) -> list[Row]:
    from surveys.planning.campaigns.campaigns import campaign_units

    taking_part = {row.unit_code for row in campaign_units(campaign.id)} | {campaign.unit_code}
    reports = access.reports_of(campaign)
    steps, versions = courses(campaign.id), newest_versions(campaign.id)
    rows = []
    for code in access.listed_units(g.staff, campaign):
        if code in taking_part or code in reports:
            may_write = access.may_write(g.staff, campaign, code)
            report = reports.get(code)
            place = report.id if report else ""
            rows.append(Row(g.staff.tree[code], report, steps.get(place, []), versions.get(place), may_write))
    return rows


@bp.get("/campaigns/<int:number>/reports")
def show(number: int) -> ResponseReturnValue:
    """The list; as a file it holds what is shown."""
    campaign = seen_campaign(g.staff, number)
    rows = _rows(campaign)
    if not rows:
        abort(404)
    if kind := request.args.get("export"):
        if kind not in ("xlsx", "csv"):
            abort(404)
        heads = [_("Code"), _("Unit"), _("State"), _("Version"), _("Characters"), _("Last step")]
        body = [
            [row.unit.code, row.unit.name, state_words(row.state), row.version.number if row.version else "", row.chars or "",
             f"{row.last.taken_at.astimezone(CHINA):%Y-%m-%d %H:%M}" if row.last else ""]
            for row in rows
        ]  # fmt: skip
        data, media = write_table(kind, heads, body, title=_("Unit reports"))
        return attachment(data, media, f"{_('Unit reports')}.{kind}")
    accepted = sum(row.state == "accepted" for row in rows if row.unit.code != campaign.unit_code)
    return render_template(
        "reports/list.html",
        campaign=campaign,
        rows=rows,
        accepted=accepted,
        units=sum(row.unit.code != campaign.unit_code for row in rows),
    )


@bp.post("/campaigns/<int:number>/reports/<unit_code>")
def start(number: int, unit_code: str) -> ResponseReturnValue:
    """Begin a unit's report with the skeleton."""
    campaign = seen_campaign(g.staff, number)
    access.unit_to_start(g.staff, campaign, unit_code)
    report = start_report(campaign, g.staff.tree[unit_code], by=actor())
    return redirect(url_for("report_editor.show", report_id=report.id), code=303)


@bp.get("/campaigns/<int:number>/reports/<unit_code>/working-copy")
def working_copy(number: int, unit_code: str) -> ResponseReturnValue:
    """The draft as it stands, printed on the answers there are (过程稿); begun or not."""
    from reports.issuing.working_copies import NAME, print_working_copy
    from reports.printing.volume import PrintFault

    campaign = seen_campaign(g.staff, number)
    unit = g.staff.tree[access.unit_to_start(g.staff, campaign, unit_code)]
    try:
        printed = print_working_copy(campaign, unit)
    except PrintFault as error:
        return current_app.extensions["say_fault"](error.faults[0], 422)
    moment = campaign.now().astimezone(CHINA)
    return attachment(printed.pdf, "application/pdf", f"{unit.short_name}{NAME}{moment:%m%d-%H%M}.pdf")


@bp.post("/reports/<uuid:report_id>/receive")
def receive(report_id: UUID) -> ResponseReturnValue:
    """Accept a submitted report, return it or give it back (接收, 退回补充, 同意撤回)."""
    report = access.received_report(g.staff, report_id)
    words = request.form.get("words", "").strip()
    what = request.form.get("what")
    name = report.unit.label(g.language)
    if what == "accept":
        accept(report, by=actor(), note=words)
        flash(_("The report of %(unit)s is accepted.", unit=name), "ok")
    elif what == "return":
        return_report(report, by=actor(), words=words)
        remark(report, words, by=actor())
        flash(_("The report of %(unit)s was returned with your words; its visits may change again.", unit=name), "ok")
    elif what == "withdraw":
        withdraw(report, by=actor(), note=words)
        flash(_("%(unit)s has its report back.", unit=name), "ok")
    else:
        abort(400)
    return redirect(url_for(".show", number=report.campaign.number), code=303)


def state_words(state: str) -> str:
    """A report's state in the language of the page."""
    return {
        "": _("Not begun"),
        "drafting": _("Drafting"),
        "reviewing": _("Under review"),
        "submitted": _("Submitted"),
        "returned": _("Returned for more"),
        "accepted": _("Report received"),
        "final": _("Final"),
    }[state]
