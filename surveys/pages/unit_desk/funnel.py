"""从打开到通过: how far the visits of each unit and questionnaire have come. Touches funnel; no rule of its own."""

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys import access
from surveys.fieldwork.reviewing import funnel
from surveys.pages.shell.sign_in import signed_in
from surveys.pages.shell.tables import Column, page_of, table_file

bp = Blueprint("funnel", __name__)
bp.before_request(signed_in)


@bp.get("/campaigns/<int:number>/funnel")
def show(number: int) -> ResponseReturnValue:
    """The units this person may see, in code order."""
    campaign = access.campaign(g.staff, number)
    leaves = access.participating_leaves(g.staff, campaign)
    if not leaves:
        abort(404)
    phones = funnel.phones_of(campaign.id, leaves)
    rows, contacts = funnel.funnel(campaign.id, leaves, phones), funnel.contacts(campaign.id, leaves, phones)
    if kind := request.args.get("export"):
        return table_file(kind, _("From opening to acceptance"), _columns(contacts), rows)
    page = page_of(request.args).of(len(rows))
    return render_template(
        "city_desk/funnel.html",
        campaign=campaign,
        tree=g.staff.tree,
        rows=rows[page.offset : page.offset + page.size],
        page=page,
        whole=funnel.total(rows),
        contacts=contacts,
    )


def _columns(contacts: dict[str, funnel.Contact]) -> list[Column]:
    return [
        Column(_("Code"), lambda row: row.unit),
        Column(_("Unit"), lambda row: g.staff.tree[row.unit].name),
        Column(_("Questionnaire"), lambda row: row.version),
        Column(_("Assigned"), lambda row: row.assigned),
        Column(_("On a phone"), lambda row: row.on_phone),
        Column(_("Opened"), lambda row: row.opened),
        Column(_("Drafted"), lambda row: row.drafted),
        Column(_("Sent"), lambda row: row.sent),
        Column(_("Accepted"), lambda row: row.accepted),
        Column(_("Last contact"), lambda row: contacts[row.unit].last),
        Column(_("Errors"), lambda row: contacts[row.unit].errors),
    ]
