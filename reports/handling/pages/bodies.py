"""承办单位 and 办理时限: the list of bodies and the terms of a campaign, each edited here and put back. Touches bodies, deadlines and rights."""

from typing import Any

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from reports.handling import rights
from reports.handling.bodies import FIELDS, TIERS, Body, add_body, bodies, by_code, change_body, find, set_active
from reports.handling.course import rule
from reports.handling.deadlines import BOUNDS, RULES
from reports.handling.faults import TERM_WORDS, TIER_WORDS, HandlingFault, HandlingFaultKind
from reports.handling.reading import body_counts
from reports.handling.records import Route
from reports.pages.frame import actor, blueprint
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign, edit_campaign

bp = blueprint("bodies", __name__)
bp.register_error_handler(HandlingFault, lambda fault: current_app.extensions["say_fault"](fault, 409))


@bp.app_template_filter("body_tier")
def tier(name: str) -> str:
    """The kind of a body in the language of the page."""
    words = TIER_WORDS.get(name)
    return "" if words is None else words.en if g.get("language") == "en" else words.zh


@bp.app_template_filter("term_name")
def term(name: str) -> str:
    """A term of handling in the language of the page."""
    return TERM_WORDS[name].en if g.get("language") == "en" else TERM_WORDS[name].zh


@bp.get("/campaigns/<int:number>/bodies")
def show(number: int) -> ResponseReturnValue:
    """The list in its order, with what each has in this campaign."""
    campaign = rights.routed_campaign(g.staff, number)
    return _page(campaign)


def _page(campaign: Campaign, fault: HandlingFault | None = None) -> ResponseReturnValue:
    every = bodies(also_former=True)
    routes = select(Route.lead_code, func.count()).where(Route.campaign_id == campaign.id, Route.ended_at.is_(None))
    page = render_template(
        "handling/bodies.html",
        campaign=campaign,
        bodies=every,
        known={body.code: body for body in every},
        items={row.body.code: row.items for row in body_counts(campaign)},
        routes=dict(db.session.execute(routes.group_by(Route.lead_code)).all()),
        tiers=TIERS,
        units=list(g.staff.tree.units.values()),
        keeps=rights.keeps_bodies(g.staff),
        fault=fault,
        typed=request.form,
    )
    return page, 409 if fault else 200


@bp.post("/campaigns/<int:number>/bodies")
def add(number: int) -> ResponseReturnValue:
    """A new body at the end of the list."""
    campaign = _kept_campaign(number)
    try:
        body = add_body(request.form.get("code", ""), actor(), campaign.id, **_fields())
    except HandlingFault as fault:
        return _page(campaign, fault)
    flash(_("%(body)s is on the list. It can be retired again.", body=body.short_name), "ok")
    return redirect(url_for(".show", number=number), code=303)


def _kept_campaign(number: int) -> Campaign:
    campaign = rights.routed_campaign(g.staff, number)
    if not rights.keeps_bodies(g.staff):
        abort(403)
    return campaign


def _fields() -> dict[str, Any]:
    """The form's fields; a body above is read as it was typed. Raises HandlingFault."""
    fields: dict[str, Any] = {name: request.form.get(name, "")[:120] for name in FIELDS}
    if fields["unit_code"] and fields["unit_code"] not in g.staff.tree.units:
        abort(400)
    if typed := fields["parent_code"].strip():
        above = find(typed, bodies(also_former=True))
        if above is None:
            raise HandlingFault(HandlingFaultKind.PARENT_WRONG, typed, typed=typed)
        fields["parent_code"] = above.code
    return fields


@bp.get("/campaigns/<int:number>/bodies/<code>")
def one(number: int, code: str) -> ResponseReturnValue:
    """One body, to be changed, retired or brought back."""
    return _one_page(_kept_campaign(number), _body(code))


def _body(code: str) -> Body:
    return db.session.get(Body, code) or abort(404)


def _one_page(campaign: Campaign, body: Body, fault: HandlingFault | None = None) -> ResponseReturnValue:
    names = dict.fromkeys(FIELDS, "") | {name: getattr(body, name) or "" for name in FIELDS}
    known = by_code()
    names["parent_code"] = known[body.parent_code].short_name if body.parent_code in known else ""
    page = render_template(
        "handling/body.html",
        campaign=campaign,
        body=body,
        values=request.form if fault else names,
        bodies=[one for one in known.values() if one.code != body.code],
        tiers=TIERS,
        units=list(g.staff.tree.units.values()),
        fault=fault,
    )
    return page, 409 if fault else 200


@bp.post("/campaigns/<int:number>/bodies/<code>")
def change(number: int, code: str) -> ResponseReturnValue:
    """Keep what was changed, retire it or bring it back."""
    campaign, body = _kept_campaign(number), _body(code)
    act = request.form.get("act", "save")
    if act in ("retire", "back"):
        set_active(body, act == "back", actor(), campaign.id)
        flash(
            _("Brought back.") if act == "back" else _("Retired: it is chosen no more; what it has stays with it."),
            "ok",
        )
    else:
        try:
            changed = change_body(body, actor(), campaign.id, **_fields())
        except HandlingFault as fault:
            return _one_page(campaign, body, fault)
        flash(_("Kept.") if changed else _("Nothing was changed."), "ok")
    return redirect(url_for(".one", number=number, code=code), code=303)


@bp.route("/campaigns/<int:number>/handling/terms", methods=["GET", "POST"])
def terms(number: int) -> ResponseReturnValue:
    """办理时限: the terms by which due days are reckoned from now on; days that stand are not moved."""
    campaign = rights.routed_campaign(g.staff, number)
    decides, fault = rights.decides(g.staff, campaign), None
    if request.method == "POST":
        if not decides:
            abort(403)
        try:
            settings = dict(RULES) if request.form.get("act") == "defaults" else _terms()
            changed = edit_campaign(campaign, settings=settings, actor=actor())
            flash(_("Kept; days that stand already are not moved.") if changed else _("Nothing was changed."), "ok")
            return redirect(url_for(".terms", number=number), code=303)
        except HandlingFault as refused:
            fault = refused
    page = render_template(
        "handling/terms.html",
        campaign=campaign,
        values=request.form if fault else {name: rule(campaign, name) for name in RULES},
        defaults=RULES,
        bounds=BOUNDS,
        decides=decides,
        fault=fault,
    )
    return page, 409 if fault else 200


def _terms() -> dict[str, int]:
    """The terms as they were typed. Raises HandlingFault for the first that is out of its bounds."""
    settings = {}
    for name, (least, most) in BOUNDS.items():
        typed = request.form.get(name, "").strip()
        lowest = max(least, settings.get("remind_first_days", 0) + 1) if name == "remind_second_days" else least
        number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else -1
        if not lowest <= number <= most:
            raise HandlingFault(
                HandlingFaultKind.TERM_WRONG, name, name=TERM_WORDS[name], least=lowest, most=most, typed=typed
            )
        settings[name] = number
    return settings
