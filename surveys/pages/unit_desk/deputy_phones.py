"""挂失: one deputy's phones and slips as the desk sees them; a lost phone is revoked, a slip withdrawn. Rules: devices, slips.

Neither is taken back; the way back is a new code, by which the same phone comes in again with all it kept.
"""

from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import Forbidden

from surveys import access, devices
from surveys.database import db
from surveys.fieldwork.filling.phone_reports import phone_statuses
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.enrolments import live_devices_of, revoked_devices_of
from surveys.planning.people.group_slips import live_slips_for, withdraw_slip
from surveys.planning.people.groups import Group, GroupMember

bp = Blueprint("deputy_phones", __name__)
bp.before_request(signed_in)


def _deputy(number: int, deputy_id: str) -> tuple[Campaign, Deputy, list[Group]]:
    """A deputy of the own leaves' groups, with those groups. Raises 404 otherwise."""
    campaign = access.campaign(g.staff, number)
    query = (
        select(Group)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(
            Group.campaign_id == campaign.id,
            Group.unit_code.in_(g.staff.desk_units),
            GroupMember.deputy_id == deputy_id,
        )
        .order_by(Group.unit_code, Group.number)
    )
    groups = list(db.session.scalars(query))
    if not groups:
        abort(404)
    return campaign, db.session.get_one(Deputy, deputy_id), groups


def _may_end(groups: list[Group]) -> bool:
    return any(g.staff.has(access.DESK_ROLES, group.unit_code) for group in groups)


@bp.get("/campaigns/<int:number>/phones/deputy")
def choose(number: int) -> ResponseReturnValue:
    """The deputy that was chosen from the list."""
    _campaign, deputy, _groups = _deputy(number, request.args.get("deputy", ""))
    return redirect(url_for(".show", number=number, deputy_id=deputy.id), code=303)


@bp.get("/campaigns/<int:number>/phones/<uuid:deputy_id>")
def show(number: int, deputy_id: UUID) -> ResponseReturnValue:
    """By what this deputy gets in: phones and slips, and what was ended."""
    return _page(*_deputy(number, str(deputy_id)))


def _page(campaign: Campaign, deputy: Deputy, groups: list[Group], fault_at: str = "") -> ResponseReturnValue:
    page = render_template(
        "unit_desk/deputy_phones.html",
        campaign=campaign,
        deputy=deputy,
        groups=groups,
        phones=live_devices_of(deputy.id),
        told={status.device_id: status for status in phone_statuses([deputy.id])},
        revoked=revoked_devices_of(deputy.id),
        slips=live_slips_for(campaign, deputy, groups),
        may_end=_may_end(groups),
        fault_at=fault_at,
    )
    return page, 422 if fault_at else 200


@bp.post("/campaigns/<int:number>/phones/<uuid:deputy_id>")
def end(number: int, deputy_id: UUID) -> ResponseReturnValue:
    """Revoke one of the phones, with a reason, or withdraw one of the slips."""
    campaign, deputy, groups = _deputy(number, str(deputy_id))
    if not _may_end(groups):
        raise Forbidden
    if device := request.form.get("device"):
        if device not in {phone.id for phone in live_devices_of(deputy.id)}:
            abort(404)
        reason = request.form.get("reason", "").strip()[:200]
        if not reason:
            return _page(campaign, deputy, groups, fault_at=device)
        devices.revoke(device, reason, actor=actor())
        flash(_("The phone is shut out from now on. With a new code it comes in again, with all it kept."), "ok")
    else:
        slip_by_id = {slip.id: slip for slip in live_slips_for(campaign, deputy, groups)}
        slip = slip_by_id.get(request.form.get("slip", "")) or abort(404)
        withdraw_slip(slip, groups[0].unit_code, actor=actor())
        flash(_("The slip opens nothing any more. Print a new one for whoever needs it."), "ok")
    return redirect(url_for(".show", number=number, deputy_id=deputy.id), code=303)
