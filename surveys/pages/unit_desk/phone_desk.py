"""Phones as the desk sees them: which visits can be filled in offline, what was set aside, rescue files. No rule of its own."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.exceptions import Forbidden

from surveys import access
from surveys.confined import confined
from surveys.database import db
from surveys.fieldwork.filling.phone_reports import PhoneStatus, phone_statuses, reported_errors
from surveys.fieldwork.receiving import receiving, storing
from surveys.fieldwork.rescue import qr_frames, rescue
from surveys.fieldwork.rescue.rescue_file import NoRescueFile, read_rescue
from surveys.fieldwork.visits.states import newest_decision, newest_decision_on, state_column
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.fieldwork.visits.visits import Visit, in_order, visit_group, visit_name, visit_reference
from surveys.pages.shell.display import state_name
from surveys.pages.shell.sign_in import signed_in
from surveys.pages.shell.tables import Column, page_of, table_file
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.group_slips import voided_slips
from surveys.planning.people.groups import Group, GroupMember

bp = Blueprint("phone_desk", __name__)
bp.before_request(signed_in)

TO_DO = ("open", "draft", "returned")


def _campaign_and_leaves(number: int) -> tuple[Campaign, list[str]]:
    """The campaign and this person's own leaves in it. Raises 404 where there are none."""
    campaign = access.campaign(g.staff, number)
    leaves = [code for code in access.participating_leaves(g.staff, campaign) if code in g.staff.desk_units]
    return (campaign, leaves) if leaves else abort(404)


@bp.get("/campaigns/<int:number>/phones")
def phones(number: int) -> ResponseReturnValue:
    """手机准备情况: which of the visits to come can be filled in without a signal, and how the phones stand."""
    campaign, leaves = _campaign_and_leaves(number)
    deputies = _deputies(campaign, leaves)
    phones_standing = phone_statuses(deputies)
    ready = {visit for phone in phones_standing for visit in phone.ready}
    drafts = {visit for phone in phones_standing for visit in phone.drafts}
    visits = [(row, row.id in ready, row.id in drafts) for row in _visits_to_do(campaign, leaves)]
    number_ready = sum(is_ready for _row, is_ready, _draft in visits)
    number_of_all = len(visits)
    if request.args.get("only") == "waiting":
        visits = [one for one in visits if not one[1]]
    phone_rows = [(deputies[phone.deputy_id], phone, _waiting(phone)) for phone in phones_standing]
    if kind := request.args.get("export"):
        if request.args.get("table") == "phones":
            return table_file(kind, _("How the phones stand"), _phone_columns(), phone_rows)
        return table_file(kind, _("Visits to come"), _visit_columns(), visits)
    page = page_of(request.args).of(len(visits))
    return render_template(
        "unit_desk/phones.html",
        campaign=campaign,
        visits=visits[page.offset : page.offset + page.size],
        page=page,
        ready=number_ready,
        of_all=number_of_all,
        phones=phone_rows,
        voided=voided_slips(campaign, leaves),
        full=_full_visits(campaign, leaves),
        members=_members(campaign, leaves),
    )


@bp.get("/campaigns/<int:number>/phones/errors")
def errors(number: int) -> ResponseReturnValue:
    """What went wrong on the phones of the own groups, as they told it; `phone` asks for one of them."""
    campaign, leaves = _campaign_and_leaves(number)
    deputies, device_id = _deputies(campaign, leaves), request.args.get("phone", "")
    lines = [
        (deputies[phone.deputy_id], phone, error)
        for phone, error in reported_errors(phone_statuses(deputies))
        if not device_id or phone.device_id == device_id
    ]
    if kind := request.args.get("export"):
        return table_file(kind, _("Errors that phones told"), _error_columns(), lines)
    page = page_of(request.args).of(len(lines))
    return render_template(
        "unit_desk/phone_errors.html",
        campaign=campaign,
        errors=lines[page.offset : page.offset + page.size],
        page=page,
        one=lines[0][0] if device_id and lines else "",
    )


def _error_columns() -> list[Column]:
    return [
        Column(_("When"), lambda one: one[2]["at"]),
        Column(_("Deputy"), lambda one: one[0]),
        Column(_("The phone"), lambda one: one[1].device_name),
        Column(_("Kind"), lambda one: one[2]["kind"]),
        Column(_("What"), lambda one: one[2]["what"]),
        Column(_("Where"), lambda one: one[2]["where"]),
        Column(_("Page"), lambda one: one[2]["page"]),
        Column(_("Version"), lambda one: one[2]["release"]),
        Column(_("Last contact"), lambda one: one[1].contact_at or one[1].reported_at),
        Column(_("Drafts"), lambda one: len(one[1].drafts)),
    ]


def _visit_columns() -> list[Column]:
    return [
        Column(_("Number"), lambda one: visit_reference(one[0].unit_code, one[0].number, one[0].id)),
        Column(_("Subject"), lambda one: one[0].name),
        Column(_("Group"), lambda one: one[0].group),
        Column(_("Liaison"), lambda one: one[0].liaison_name),
        Column(_("Day of visit"), lambda one: one[0].appointed_on),
        Column(_("State"), lambda one: state_name(one[0].state)),
        Column(_("On a phone since"), lambda one: one[0].delivered_at),
        Column(_("Offline"), lambda one: _("Can be filled in without a signal") if one[1] else _("Not ready")),
    ]


def _phone_columns() -> list[Column]:
    return [
        Column(_("Deputy"), lambda one: one[0]),
        Column(_("The phone"), lambda one: one[1].device_name),
        Column(_("Last contact"), lambda one: one[1].contact_at or one[1].reported_at),
        Column(_("Ready"), lambda one: len(one[1].ready)),
        Column(_("Drafts"), lambda one: len(one[1].drafts)),
        Column(_("Waiting to send"), lambda one: one[2][0]),
        Column(_("Stuck"), lambda one: one[2][1]),
        Column(_("Errors"), lambda one: len(one[1].errors)),
    ]


def _deputies(campaign: Campaign, leaves: list[str]) -> dict[str, str]:
    """The deputies of the leaves' groups by id."""
    return {row.id: row.name for row in _members(campaign, leaves)}


def _members(campaign: Campaign, leaves: list[str]) -> list[Any]:
    """Each deputy with a group of theirs: two may have one name."""
    query = (
        select(Deputy.id, Deputy.name, Group.name.label("group"))
        .join(GroupMember, GroupMember.deputy_id == Deputy.id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.campaign_id == campaign.id, Group.unit_code.in_(leaves))
        .order_by(Group.unit_code, Group.number)
    )
    first = {row.id: row for row in reversed(db.session.execute(query).all())}
    return list(reversed(first.values()))


def _visits_to_do(campaign: Campaign, leaves: list[str]) -> list[Any]:
    newest = newest_decision()
    state = state_column(newest)
    return list(
        db.session.execute(
            select(
                Visit.id,
                Visit.delivered_at,
                Visit.unit_code,
                Assignment.number,
                Assignment.appointed_on,
                visit_name().label("name"),
                Group.name.label("group"),
                Group.liaison_name,
                state.label("state"),
            )
            .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
            .outerjoin(Subject, Subject.id == Visit.subject_id)
            .outerjoin(Group, Group.id == visit_group())
            .outerjoin(newest, newest_decision_on(newest))
            .where(
                Visit.campaign_id == campaign.id,
                Visit.unit_code.in_(leaves),
                Assignment.replaced_at.is_(None),
                state.in_(TO_DO),
            )
            .order_by(Assignment.appointed_on.is_(None), Assignment.appointed_on, *in_order())
        )
    )


def _full_visits(campaign: Campaign, leaves: list[str]) -> list[Any]:
    """Visits that take no other version, since they have as many as one may have: the desk is told (receiving.md 8)."""
    return list(
        db.session.execute(
            select(Visit.id, Visit.unit_code, Assignment.number, visit_name().label("name"), Submission.version)
            .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
            .outerjoin(Subject, Subject.id == Visit.subject_id)
            .join(Submission, Submission.visit_id == Visit.id)
            .where(
                Visit.campaign_id == campaign.id,
                Visit.unit_code.in_(leaves),
                Assignment.replaced_at.is_(None),
                Visit.voided_at.is_(None),
                Submission.version == storing.MOST_VERSIONS,
            )
            .order_by(*in_order())
        )
    )


def _waiting(phone: PhoneStatus) -> tuple[int, int]:
    """How many versions wait on a phone, and how many are stuck there."""
    count = phone.outbox.get
    return count("queued", 0) + count("sending", 0) + count("stored", 0), count("aside", 0) + count("quarantined", 0)


@bp.get("/campaigns/<int:number>/set-aside")
def set_aside(number: int) -> ResponseReturnValue:
    """待处理: what phones sent that is no version, and the door for rescue files."""
    campaign, leaves = _campaign_and_leaves(number)
    if kind := request.args.get("export"):
        return table_file(kind, _("Set aside"), _aside_columns(), rescue.asides_of(campaign.id, leaves))
    return _set_aside(campaign, leaves)


def _aside_columns() -> list[Column]:
    reasons = _reasons()
    return [
        Column(_("Received"), lambda one: one.received_at),
        Column(_("Deputy"), lambda one: one.deputy),
        Column(_("The phone"), lambda one: one.device),
        Column(_("Why"), lambda one: reasons[one.reason]),
    ]


def _reasons() -> dict[str, str]:
    """Why bytes are no version, in words."""
    return {
        "unreadable": _("Cannot be read as a visit"),
        "mismatch": _("Written for another visit"),
        "unknown_visit": _("No such visit here"),
        "not_yours": _("The visit was never this deputy's"),
        "start_kind": _("Started by itself; this kind is not started by deputies"),
        "start_unit": _("Started by itself; for another unit"),
        "start_window": _("Started by itself; outside the days for it"),
        "start_subject": _("Started by itself; its subject is not on the list, or no title"),
        "start_cap": _("Started by itself; more than a day allows"),
    }


def _of_leaves(campaign: Campaign, leaves: list[str]) -> Callable[[Visit], bool]:
    return lambda visit: visit.campaign_id == campaign.id and visit.unit_code in leaves


def _set_aside(
    campaign: Campaign,
    leaves: list[str],
    taken: list[rescue.ItemOutcome] | None = None,
    *,
    codes: str = "",
    gathered: list[qr_frames.FrameSet] | None = None,
) -> str:
    asides = rescue.asides_of(campaign.id, leaves)
    page = page_of(request.args).of(len(asides))
    return render_template(
        "unit_desk/set_aside.html",
        campaign=campaign,
        asides=asides[page.offset : page.offset + page.size],
        page=page,
        reasons=_reasons(),
        taken=taken,
        codes=codes,
        gathered=gathered or [],
        may_decide=any(g.staff.has(access.DESK_ROLES, code) for code in leaves),
    )


@bp.post("/campaigns/<int:number>/set-aside")
def take_file(number: int) -> ResponseReturnValue:
    """A rescue file that a phone saved, brought to the desk. What is held already changes nothing."""
    campaign, leaves = _campaign_and_leaves(number)
    mine = [code for code in leaves if g.staff.has(access.DESK_ROLES, code)]
    if not mine:
        raise Forbidden
    file = request.files.get("file")
    try:
        items = confined(read_rescue, file.read() if file else b"")
    except NoRescueFile:
        flash(_("This is not a file saved by a phone of this system. Nothing was changed."), "err")
        return _set_aside(campaign, leaves), 422
    imported_items = rescue.take_in(g.staff.account, items, _of_leaves(campaign, mine))
    return _set_aside(campaign, leaves, imported_items)


@bp.post("/campaigns/<int:number>/set-aside/codes")
def take_codes(number: int) -> ResponseReturnValue:
    """Versions brought as QR codes: scanned or pasted text, photos of the codes. What is missing is named, what is there is kept."""
    campaign, leaves = _campaign_and_leaves(number)
    mine = [code for code in leaves if g.staff.has(access.DESK_ROLES, code)]
    if not mine:
        raise Forbidden
    frames = [text for photo in request.files.getlist("photos") for text in qr_frames.frames_in_picture(photo.read())]
    text = "\n".join(filter(None, [request.form.get("codes", "").strip(), *frames]))
    contents = qr_frames.gather(text)
    whole = [one for one in contents if not one.missing]
    if whole and len(whole) == len(contents):
        imported_items = rescue.take_in(
            g.staff.account, [qr_frames.item_of(one) for one in whole], _of_leaves(campaign, mine)
        )
        return _set_aside(campaign, leaves, imported_items)
    if contents:
        flash(_("Some codes are still missing; those below are kept. Add the others."), "err")
    else:
        flash(_("No code of this system was found in it. Nothing was changed."), "err")
    return _set_aside(campaign, leaves, codes=text, gathered=contents), 422


@bp.get("/campaigns/<int:number>/set-aside/<uuid:aside_id>")
def content(number: int, aside_id: Any) -> ResponseReturnValue:
    """The bytes as they came, as a download."""
    aside = _aside_campaign_leaves(number, str(aside_id))[0]
    response = Response(aside.body, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{aside.content[:16]}.bin"'
    return response


@bp.post("/campaigns/<int:number>/set-aside/<uuid:aside_id>")
def settle(number: int, aside_id: Any) -> ResponseReturnValue:
    """Make it a version of a visit, under the desk's name; or say why it is of no use."""
    aside, campaign, leaves = _aside_campaign_leaves(number, str(aside_id))
    mine = [code for code in leaves if g.staff.has(access.DESK_ROLES, code)]
    if not mine:
        raise Forbidden
    if request.form.get("decision") == "reject":
        if reason := request.form.get("reason", "").strip():
            receiving.reject_aside(aside.id, reason[:200], g.staff.account)
            flash(_("Kept and marked as of no use."), "ok")
        else:
            flash(_("Say why it is of no use."), "err")
    elif visit := _named_visit(campaign, mine, request.form.get("visit", "")):
        outcome = receiving.attach_aside(aside.id, visit.id, g.staff.account)
        if outcome.facts:
            flash(_("It is now a version of this visit."), "ok")
        else:
            flash(
                _("It cannot become a version of this visit: it was written for another one, or it cannot be read."),
                "err",
            )
    else:
        flash(_("There is no visit of yours with this number."), "err")
    return redirect(url_for(".set_aside", number=number), code=303)


def _aside_campaign_leaves(number: int, aside_id: str) -> tuple[SetAside, Campaign, list[str]]:
    campaign, leaves = _campaign_and_leaves(number)
    aside = rescue.aside_of(aside_id, campaign.id, leaves)
    return (aside, campaign, leaves) if aside else abort(404)


def _named_visit(campaign: Campaign, leaves: list[str], text: str) -> Visit | None:
    """The visit with the number that was typed: 440106-0006, or 6 where there is one leaf."""
    unit, _dash, number = text.strip().rpartition("-")
    code = unit or (leaves[0] if len(leaves) == 1 else "")
    if code not in leaves or not number.isascii():
        return None
    if number.isdigit() and len(number) < 8:
        condition = Assignment.number == int(number)
    elif len(number) == 8 and number.isalnum():
        condition = Visit.assignment_id.is_(None) & Visit.id.startswith(number)
    else:
        return None
    return db.session.scalar(
        select(Visit)
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.campaign_id == campaign.id, Visit.unit_code == code, condition)
        .order_by(Visit.id)
        .limit(1)
    )
