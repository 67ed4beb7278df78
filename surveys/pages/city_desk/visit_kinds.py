"""记录类型: the kinds of records of a campaign: added, changed, put in order, taken out and brought back. Rules: visit_kinds of planning."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys import access
from surveys.forms.visit_kind import (
    VisitKindForm,
    data_of,
    starter_names,
    subject_names,
)
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.planning.campaigns import visit_kinds
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.visit_kinds import FIRST, VisitKind, kinds_of, rows_of_kind
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.planning.words.planning_faults import Refusal

bp = Blueprint("visit_kinds", __name__)
bp.before_request(signed_in)


@bp.get("/campaigns/<int:number>/setup/kinds")
def show(number: int) -> ResponseReturnValue:
    """The kinds in their order, each with its form and rules; those that were taken out stand below."""
    campaign = access.planned_campaign(g.staff, number)
    kinds = kinds_of(campaign.id)
    return render_template(
        "city_desk/visit_kinds.html",
        campaign=campaign,
        kinds=kinds,
        removed=kinds_of(campaign.id, removed=True),
        names={kind.key: kind.name(g.language) for kind in kinds},
        forms={kind.key: version_in_force(campaign.id, kind.key) for kind in kinds},
        held={kind.key: rows_of_kind(kind) for kind in kinds},
        first=FIRST,
        starters=starter_names(),
        subjects=subject_names(g.language),
    )


@bp.route("/campaigns/<int:number>/setup/kinds/new", methods=["GET", "POST"])
def add(number: int) -> ResponseReturnValue:
    """A new kind; a form that is refused keeps what was typed."""
    campaign = access.planned_campaign(g.staff, number)
    form = VisitKindForm(data={"starts": "deputy"})
    form.offer(kinds_of(campaign.id), None, g.language)
    fault = None
    if form.validate_on_submit():
        try:
            kind = visit_kinds.add_kind(campaign, form.values(), actor=actor())
        except Refusal as refusal:
            fault = refusal
        else:
            flash(_("“%(name)s” is added.", name=kind.name(g.language)) + " " + _next_step(kind), "ok")
            return redirect(url_for(".show", number=number), code=303)
    return _form_page(campaign, form, None, fault)


def _next_step(kind: VisitKind) -> str:
    if kind.form_of:
        return _("It is filled in with the form it shares.")
    return _("Next, upload its form: without one nobody can fill it in.")


@bp.route("/campaigns/<int:number>/setup/kinds/<key>", methods=["GET", "POST"])
def edit(number: int, key: str) -> ResponseReturnValue:
    """The words and rules of a kind."""
    campaign = access.planned_campaign(g.staff, number)
    kind = _kind(campaign, key)
    form = VisitKindForm(data=data_of(kind))
    form.offer(kinds_of(campaign.id), kind, g.language)
    fault = None
    if form.validate_on_submit():
        try:
            changed = visit_kinds.edit_kind(kind, form.values(), actor=actor())
        except Refusal as refusal:
            fault = refusal
        else:
            flash(_("Saved.") if changed else _("Nothing differs."), "ok")
            return redirect(url_for(".show", number=number), code=303)
    return _form_page(campaign, form, kind, fault)


def _form_page(
    campaign: Campaign, form: VisitKindForm, kind: VisitKind | None, fault: Refusal | None
) -> ResponseReturnValue:
    page = render_template("city_desk/visit_kind.html", campaign=campaign, form=form, kind=kind, fault=fault)
    return page, 422 if form.errors or fault else 200


@bp.post("/campaigns/<int:number>/setup/kinds/<key>/<any(up, down, remove, restore):act>")
def change(number: int, key: str, act: str) -> ResponseReturnValue:
    """One place up or down; out, while nothing is of it; back again."""
    campaign = access.planned_campaign(g.staff, number)
    kind = _kind(campaign, key, removed=act == "restore")
    name: Any = kind.name(g.language)
    try:
        if act == "remove":
            visit_kinds.remove_kind(kind, actor=actor())
            flash(_("“%(name)s” is removed. It stands below and can be brought back.", name=name), "ok")
        elif act == "restore":
            visit_kinds.restore_kind(kind, actor=actor())
            flash(_("“%(name)s” is back.", name=name), "ok")
        else:
            visit_kinds.move_kind(kind, act == "up", actor=actor())
    except Refusal as refusal:
        flash(f"{refusal.cause(g.language)} {refusal.remedy(g.language)}", "err")
    return redirect(url_for(".show", number=number), code=303)


def _kind(campaign: Campaign, key: str, *, removed: bool = False) -> VisitKind:
    kind = visit_kinds.kind_of(campaign.id, key) or abort(404)
    if not removed and kind.removed_at is not None:
        abort(404)
    return kind
