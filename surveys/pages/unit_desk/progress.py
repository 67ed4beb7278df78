"""各单位进度: where every unit stands, in code order and never by completion. Touches progress; no rule of its own."""

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys import access
from surveys.fieldwork.reviewing import coverage, progress
from surveys.pages.shell.sign_in import signed_in
from surveys.pages.shell.tables import Column, table_file

bp = Blueprint("progress", __name__)
bp.before_request(signed_in)


@bp.get("/campaigns/<int:number>/progress")
def show(number: int) -> ResponseReturnValue:
    """The leaves this person may see, their states against quota and time."""
    campaign = access.campaign(g.staff, number)
    leaves = access.participating_leaves(g.staff, campaign)
    if not leaves:
        abort(404)
    rows = progress.unit_progress(campaign.id, leaves)
    if kind := request.args.get("export"):
        return table_file(kind, _("Progress by unit"), _columns(), rows)
    return render_template(
        "city_desk/progress.html",
        campaign=campaign,
        tree=g.staff.tree,
        rows=rows,
        whole=progress.total(rows),
        plan=progress.plan_today(campaign),
        days=progress.received_by_day(campaign.id, leaves),
        coverage=coverage.coverage(campaign.id, leaves),
        others=[
            (kind, of_kind, progress.total(of_kind)) for kind, of_kind in progress.progress_by_kind(campaign.id, leaves)
        ],
    )


def _columns() -> list[Column]:
    return [
        Column(_("Code"), lambda row: row.code),
        Column(_("Unit"), lambda row: g.staff.tree[row.code].name),
        Column(_("Quota"), lambda row: row.quota),
        Column(_("Assigned"), lambda row: row.assigned),
        Column(_("Not visited"), lambda row: row.waiting),
        Column(_("Draft"), lambda row: row.draft),
        Column(_("To be reviewed"), lambda row: row.submitted),
        Column(_("Returned for more"), lambda row: row.returned),
        Column(_("Accepted"), lambda row: row.accepted),
        Column(_("Void"), lambda row: row.void),
        Column(_("of them refused"), lambda row: row.refused),
        Column(_("Replaced"), lambda row: row.replaced),
        Column(_("Beyond quota"), lambda row: row.extra),
        Column(_("Latest received"), lambda row: row.last_at),
    ]
