"""Every sheet of paper as a page: visit slips with their QR, and the separate strips with codes. Touches planning and the print shop.

A slip of an assignment carries the QR of its group's slip; it is made when it is first printed. Slip and code are never on
the same sheet (receiving.md 1.1).
"""

import re
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from reports.issuing.final_checks import font_folder
from surveys import access
from surveys.audit import Actor
from surveys.database import CHINA, db, utc_now
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.group_slips import code_of_deputy, codes_for, ensure_slip_of_deputy, ensure_slips, slips_of
from surveys.planning.people.groups import Group, GroupMember, groups_of, members_of
from surveys.planning.people.slips import Slip, slip_token

bp = Blueprint("papers", __name__)
PER_PAGE = 6


@bp.before_request
def signed_in() -> ResponseReturnValue | None:
    return current_app.extensions["signed_in"]()


def _actor() -> Actor:
    return Actor("staff", g.staff.account.id, g.staff.account.name)


def _selection(number: int) -> tuple[Campaign, Unit, list[Group], str]:
    """Campaign, leaf, its groups and the group asked for ("" = all). 404 for a leaf this person does not keep."""
    campaign = access.campaign(g.staff, number)
    codes = current_app.extensions["own_leaves"](campaign, g.staff)
    if not codes:
        abort(403)
    code = request.values.get("unit") or codes[0]
    if code not in codes:
        abort(404)
    groups = groups_of(campaign.id, code)
    group_id = request.values.get("group", "")
    if group_id and group_id not in {group.id for group in groups}:
        abort(404)
    return campaign, g.staff.tree[code], groups, group_id


def _assignments(campaign: Campaign, unit_code: str, group: str) -> list[Assignment]:
    query = (
        select(Assignment)
        .where(
            Assignment.campaign_id == campaign.id,
            Assignment.unit_code == unit_code,
            Assignment.replaced_at.is_(None),
        )
        .options(joinedload(Assignment.subject), joinedload(Assignment.group))
        .order_by(Assignment.group_id if group else Assignment.number, Assignment.number)
    )
    return list(db.session.scalars(query.where(Assignment.group_id == group) if group else query))


def _qr(address: str) -> dict[str, Any]:
    """A QR as plain data: the side in modules, and one path of strokes."""
    import segno

    code = segno.make(address, error="m", micro=False)
    match = re.search(r' d="([^"]+)"', code.svg_inline(border=2))
    assert match is not None
    return {"size": code.symbol_size(border=2)[0], "path": match[1]}


def _masked(phone: str | None) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if phone and len(phone) > 7 else ""


def _slip(assignment: Assignment, slip: Slip | None, qrs: dict[str, Any]) -> dict[str, Any]:
    """One slip as plain data; without a slip yet there is no address and no QR."""
    unit = g.staff.tree[assignment.unit_code]
    subject, group = assignment.subject, assignment.group
    district = g.staff.tree.units.get(subject.area_code or "", unit)
    address = url_for("field.slip", token=slip_token(slip), _external=True) if slip else ""
    if address and address not in qrs:
        qrs[address] = _qr(address)
    appointed = assignment.appointed_on
    return {
        "campaign": assignment.campaign.name(g.language),
        "subject": subject.name,
        "reference": assignment.reference(),
        "place": f"{district.label(g.language)}{subject.town or ''}",
        "group": group.name,
        "liaison": group.liaison_name or "—",
        "phone": _masked(group.liaison_phone),
        "appointed": (
            f"{appointed.month}月{appointed.day}日____时" if g.language != "en" else f"{appointed.isoformat()} __:__"
        )
        if appointed
        else "________",
        "address": address.split("://", 1)[-1],
        "qr": qrs.get(address),
    }


def _words() -> dict[str, str]:
    """The labels on the paper."""
    return {
        "slip": _("Visit slip"),
        "reference": _("Visit number"),
        "place": _("Place"),
        "group": _("Group"),
        "liaison": _("Liaison"),
        "appointed": _("Appointment"),
        "hint": _("Scan it with WeChat: nothing to install, no password."),
        "otherwise": _("If it cannot be scanned, type"),
        "once": _("It works once. Do not keep it with the slip."),
    }


@bp.get("/campaigns/<int:number>/assignments/slips")
def slips(number: int) -> ResponseReturnValue:
    """Show the first page of the visit slips (二维码走访单) as it will be printed."""
    campaign, unit, groups, group_id = _selection(number)
    assignments = _assignments(campaign, unit.code, group_id)
    slip_by_group, qrs = slips_of(campaign, groups), {}
    return render_template(
        "papers/slips.html",
        campaign=campaign,
        unit=unit,
        groups=groups,
        wanted=group_id,
        number=len(assignments),
        pages=-(-len(assignments) // PER_PAGE),
        slips=[_slip(row, slip_by_group.get(row.group_id), qrs) for row in assignments[:PER_PAGE]],
        words=_words(),
        desk=unit.code in g.staff.desk_units,
        ready=all(row.group_id in slip_by_group for row in assignments),
        questionnaire=version_in_force(campaign.id),
    )


def _chosen_deputy(campaign: Campaign) -> tuple[Deputy, Group]:
    """The deputy asked for, with a group of an own leaf. 404 for one who is in none."""
    leaves = current_app.extensions["own_leaves"](campaign, g.staff)
    deputy_id = request.form.get("deputy", "")
    row = db.session.execute(
        select(Deputy, Group)
        .join(GroupMember, GroupMember.deputy_id == Deputy.id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.campaign_id == campaign.id, Group.unit_code.in_(leaves), Deputy.id == deputy_id)
        .order_by(Group.unit_code, Group.number)
    ).first()
    if row is None:
        abort(404)
    if row[1].unit_code not in g.staff.desk_units:  # who holds a code is that deputy: an organizer must not
        abort(403)
    return row[0], row[1]


@bp.post("/campaigns/<int:number>/phones/slip")
def print_slip_of_deputy(number: int) -> ResponseReturnValue:
    """The slip of one deputy as a PDF, one for each visit of the deputy's group; it is made when there is none that opens."""
    campaign = access.campaign(g.staff, number)
    deputy, group = _chosen_deputy(campaign)
    assignments = _assignments(campaign, group.unit_code, group.id)
    if not assignments:
        flash(_("Nothing is assigned to %(group)s yet: a slip names the visit it is for.", group=group.name), "err")
        return redirect(url_for("phone_desk.phones", number=number), code=303)
    slip, qrs = ensure_slip_of_deputy(campaign, deputy, group, actor=_actor()), {}
    rows = [{**_slip(row, slip, qrs), "group": f"{deputy.name} · {group.name}"} for row in assignments]
    return _pdf(campaign, _("Visit slips of %(unit)s", unit=deputy.name), {"slips": rows})


@bp.post("/campaigns/<int:number>/phones/code")
def print_code_of_deputy(number: int) -> ResponseReturnValue:
    """The strip with the code of a deputy's own slip, valid until used; never on the sheet of the slip."""
    campaign = access.campaign(g.staff, number)
    deputy, group = _chosen_deputy(campaign)
    strip = _strip(campaign, deputy, group, code_of_deputy(campaign, deputy, group, actor=_actor()))
    return _pdf(campaign, _("Code of %(deputy)s", deputy=deputy.name), {"codes": [strip]})


@bp.post("/campaigns/<int:number>/assignments/slips")
def print_slips(number: int) -> ResponseReturnValue:
    """The visit slips as a PDF, six a page. Groups without a slip get one."""
    campaign, unit, groups, group_id = _selection(number)
    assignments = _assignments(campaign, unit.code, group_id)
    if not assignments:
        abort(404)
    slip_groups = [group for group in groups if group.id in {row.group_id for row in assignments}]
    slip_by_group, qrs = ensure_slips(campaign, slip_groups, actor=_actor()), {}
    rows = [_slip(row, slip_by_group[row.group_id], qrs) for row in assignments]
    return _pdf(campaign, _("Visit slips of %(unit)s", unit=unit.label(g.language)), {"slips": rows})


@bp.post("/campaigns/<int:number>/assignments/codes")
def print_codes(number: int) -> ResponseReturnValue:
    """The strips with codes for one group, valid until used; earlier codes not used yet end."""
    campaign, unit, groups, group_id = _selection(number)
    if unit.code not in g.staff.desk_units:  # who holds a code is that deputy: an organizer must not
        abort(403)
    group = next((group for group in groups if group.id == group_id), None)
    if group is None:
        abort(404)
    people = members_of([group.id]).get(group.id, [])
    codes = codes_for(campaign, group, [deputy.id for deputy in people], printed=True, actor=_actor())
    rows = [_strip(campaign, deputy, group, code) for deputy, code in zip(people, codes, strict=True)]
    return _pdf(campaign, _("Codes of %(group)s", group=group.name), {"codes": rows})


def _strip(campaign: Campaign, deputy: Deputy, group: Group, code: str) -> dict[str, str]:
    return {
        "campaign": campaign.name(g.language),
        "name": deputy.name,
        "group": group.name,
        "code": f"{code[:3]} {code[3:]}",
    }


def _pdf(campaign: Campaign, title: str, data: dict[str, Any]) -> Response:
    """A sheet out of the print shop as a download. A character no font has is said, with its place."""
    from reports.printing.fonts import find_fonts
    from reports.printing.volume import Part, PrintFault, Volume
    from reports.printing.workers import print_volume

    mark = _("Demonstration data") if campaign.demonstration else ""
    part = Part("slips", "slips", title, {"title": title, "words": _words(), "mark": mark, **data})
    volume = Volume(
        "A",
        "outgoing",
        title,
        (part,),
        issuer=campaign.office,
        language=g.language,
        metadata={"created": utc_now().astimezone(CHINA).isoformat(timespec="seconds")},
    )
    cache = Path(current_app.instance_path) / "cache" / "print"
    try:
        printout = print_volume(volume, cache_dir=cache, fonts=find_fonts(font_folder()))
    except PrintFault as error:
        first = error.faults[0]
        return current_app.extensions["say_fault"](first, 422)
    response = Response(printout.pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = "attachment; filename=slips.pdf"
    return response
