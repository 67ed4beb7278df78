"""四张清单: one list at a time, over all units or one, as page and spreadsheet. Touches the lists."""

from typing import Any

from flask import abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from reports.handling import rights
from reports.handling.lists import LISTS, Row, rows
from reports.pages.frame import blueprint
from surveys.access import Staff
from surveys.auditing.readings import reads
from surveys.planning.campaigns.campaigns import Campaign
from surveys.questionnaire.sheets.bilingual import Text

bp = blueprint("four_lists", __name__)


def entries() -> list[dict[str, Any]]:
    """The page in the line of work."""
    return [
        {"stage": "handover", "label": _l("Four lists"), "endpoint": "four_lists.show", "args": _routed, "also": ()}
    ]


def _routed(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {"number": campaign.number} if campaign is not None and rights.routes(staff, campaign) else None


def names() -> dict[str, str]:
    return {"work": _("Work"), "problems": _("Problems"), "suggestions": _("Suggestions"), "results": _("Results")}


@bp.app_template_filter("in_both")
def said(text: Text) -> str:
    return text.en if g.get("language") == "en" else text.zh


@bp.get("/campaigns/<int:number>/four-lists")
def show(number: int) -> ResponseReturnValue:
    """One of the lists; open rows first."""
    campaign = rights.routed_campaign(g.staff, number)
    leaves = [unit.code for unit in g.staff.tree.leaves(campaign.unit_code)]
    unit, name = request.args.get("unit", ""), request.args.get("list", "work")
    if name not in LISTS or (unit and unit not in leaves):
        abort(404)
    units = [unit] if unit else leaves
    lists = {one: rows(campaign, one, units) for one in LISTS}
    reads("finding", ("campaign", campaign.id), "L2", campaign_id=campaign.id, unit_code=campaign.unit_code)
    if kind := request.args.get("export"):
        return _file(kind, names()[name], lists[name])
    chosen = lists[name]
    page = current_app.extensions["page_of"](request.args).of(len(chosen))
    return render_template(
        "handling/four_lists.html",
        campaign=campaign,
        name=name,
        names=names(),
        counts={one: len(found) for one, found in lists.items()},
        open_rows=sum(row.next is None for row in chosen),
        rows=chosen[page.offset : page.offset + page.size],
        page=page,
        unit=unit,
        units=[g.staff.tree[code] for code in leaves],
    )


def _file(kind: str, title: str, chosen: list[Row]) -> ResponseReturnValue:
    columns = [
        (_("Kind"), lambda row: said(row.kind)),
        (_("Number"), lambda row: row.reference),
        (_("Words of the item"), lambda row: row.text),
        (_("Unit"), lambda row: g.staff.tree[row.unit].label(g.language)),
        (_("Comes from"), lambda row: said(row.source.words)),
        (_("What came of it"), lambda row: said(row.next.words) if row.next else _("not closed yet")),
    ]
    return current_app.extensions["table_file"](kind, title, columns, chosen)
