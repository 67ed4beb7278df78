"""补记: the desk enters a visit that nobody assigned, of any kind but the first, and fills it in for who went. Rules: starts of fieldwork."""

from uuid import uuid4

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from surveys import access
from surveys.database import db
from surveys.fieldwork.visits import starts
from surveys.fieldwork.visits.starts import LONGEST_TITLE, Start, StartRefused
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.deputies import Deputy

bp = Blueprint("starting", __name__)
bp.before_request(signed_in)


@bp.route("/campaigns/<int:number>/visits/new", methods=["GET", "POST"])
def new(number: int) -> ResponseReturnValue:
    """What took place, of which kind, and with whom; then the form, filled in for the deputies."""
    campaign = access.campaign(g.staff, number)
    leaves = [code for code in access.participating_leaves(g.staff, campaign) if code in g.staff.desk_units]
    if not leaves:
        abort(404)
    people = list(
        db.session.scalars(select(Deputy).where(Deputy.unit_code.in_(leaves)).order_by(Deputy.unit_code, Deputy.name))
    )
    kinds = starts.desk_kinds(campaign)
    fault = ""
    if request.method == "POST":
        deputy = next((one for one in people if one.id == request.form.get("deputy")), None)
        kind = next((one for one in kinds if one.key == request.form.get("kind")), None)
        if kind is None or deputy is None:
            fault = _("Choose what took place and a deputy who took part.")
        else:
            start = Start(
                campaign.id,
                kind.key,
                deputy.unit_code,
                subject_id=request.form.get("subject") or None if kind.hangs_on else None,
                title=request.form.get("title", "").strip()[:LONGEST_TITLE],
            )
            try:
                visit = starts.start_visit(str(uuid4()), start, deputy_id=deputy.id, actor=actor(), by_desk=True)
            except StartRefused as refused:
                fault = _faults()[refused.reason]
            else:
                return redirect(url_for("behalf.start", visit_id=visit.id), 303)
    return _page(campaign, leaves, people, fault)


def _faults() -> dict[str, str]:
    return {
        "start_kind": _("This kind cannot be entered any more. Reload the page and choose another."),
        "start_unit": _("The deputy is in no unit that collects in this campaign. Choose another deputy."),
        "start_window": _("Today is outside the days of this kind. The organizer sets them under Kinds of records."),
        "start_subject": _(
            "This kind hangs on something of the list, or bears a title. Choose one, or write where or what it was."
        ),
    }


def _page(campaign: Campaign, leaves: list[str], people: list[Deputy], fault: str) -> ResponseReturnValue:
    kinds = starts.desk_kinds(campaign)
    page = render_template(
        "unit_desk/new_visit.html",
        campaign=campaign,
        kinds=kinds,
        people=people,
        subjects={
            kind.key: [subject for code in leaves for subject in starts.subjects_for(kind, code)]
            for kind in kinds
            if kind.hangs_on
        },
        fault=fault,
        typed=request.form,
        longest=LONGEST_TITLE,
    )
    return page, 422 if fault else 200
