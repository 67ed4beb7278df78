"""选题交办 and 交办函: matters with the bodies proposed, rules, all letters in one press, the letters that were made. Touches routing and letters."""

from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from reports.handling import rights
from reports.handling.bodies import Body, bodies, by_code
from reports.handling.faults import HandlingFault
from reports.handling.letter_jobs import KIND, ask_letters
from reports.handling.letters import letters_of, next_number, withdraw
from reports.handling.links import links_of, withdraw_link
from reports.handling.routing import (
    Facets,
    Matter,
    add_route,
    choose,
    end_route,
    matters,
    routes_of,
    take_back,
    typed_bodies,
)
from reports.issuing.archive import store
from reports.pages.frame import actor, attachment, blueprint
from surveys import jobs
from surveys.access import Staff
from surveys.auditing.readings import reads
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words.reference_lists import rows as reference

bp = blueprint("office", __name__)
bp.register_error_handler(HandlingFault, lambda fault: current_app.extensions["say_fault"](fault, 409))
REFRESH = 2  # seconds between two looks at letters that are being made


def entries() -> list[dict[str, Any]]:
    """The pages in the line of work."""
    return [
        {
            "stage": "handover",
            "label": _l("Hand over"),
            "endpoint": "office.show",
            "args": _routed,
            "also": ("office.rules", "bodies.show", "bodies.one", "bodies.terms"),
        },
        {"stage": "handover", "label": _l("Letters"), "endpoint": "office.letters", "args": _seen, "also": ()},
    ]


def _routed(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {"number": campaign.number} if campaign is not None and rights.routes(staff, campaign) else None


def _seen(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {"number": campaign.number} if campaign is not None and rights.sees(staff, campaign) else None


def _facets() -> Facets:
    asked = request.args
    names = ("what", "category", "tier", "unit", "kind", "why")
    return Facets(
        **{name: asked.get(name, "")[:40] for name in names}, typical="typical" in asked, words=asked.get("q", "")[:100]
    )


@bp.get("/campaigns/<int:number>/hand-over")
def show(number: int) -> ResponseReturnValue:
    """The matters that fit, those a person must decide first, and the letters that one press would make."""
    campaign = rights.routed_campaign(g.staff, number)
    facets, every = _facets(), matters(campaign)
    fitting = [matter for matter in every if facets.fit(matter)]
    if kind := request.args.get("export"):
        return _plan_file(kind, fitting)
    near = [matter for matter in every if facets.fit(matter, of_any_route=True)]
    page = current_app.extensions["page_of"](request.args, 50).of(len(fitting))
    shown = fitting[page.offset : page.offset + page.size]
    asked = jobs.jobs_about(KIND, campaign.id)
    making = [job for job in asked if job.state in ("queued", "running")]
    if shown:
        reads("finding", ("campaign", campaign.id), "L2", campaign_id=campaign.id, unit_code=campaign.unit_code)
    text = render_template(
        "handling/hand_over.html",
        campaign=campaign,
        matters=shown,
        page=page,
        by=request.args,
        counts={why: sum(one.why == why for one in near) for why in ("none", "rule", "coded", "person")},
        near=len(near),
        ready=[one for one in fitting if one.lead is not None],
        planned=_planned([one for one in fitting if one.lead is not None]),
        first=next_number(campaign, campaign.today().year),
        bodies=bodies(),
        units=list(g.staff.tree.leaves(campaign.unit_code)),
        categories=[row for row in reference("suggestion_categories") if not row["parent_code"]],
        tiers=[row for row in reference("deputy_levels") if row["code"] != "township"],
        making=making,
        last=next(iter(asked), None),
        routes=len(routes_of(campaign)),
        why=why_words(),
    )
    return text, 200, {"Refresh": str(REFRESH)} if making else {}


def _plan_file(kind: str, fitting: list[Matter]) -> ResponseReturnValue:
    """分办表: who is to lead and assist in what, before any letter."""
    name_of = current_app.jinja_env.filters["name_of"]
    columns = [
        (_("Kind"), lambda one: _("Problem") if one.kind == "problem" else _("Suggestion")),
        (_("Words of the item"), lambda one: one.text),
        (_("Category"), lambda one: name_of(one.category2 or one.category, "suggestion_categories")),
        (_("Asked by"), lambda one: one.subjects),
        (_("Leads"), lambda one: one.lead.label(g.language) if one.lead else ""),
        (_("Assist"), lambda one: "、".join(body.label(g.language) for body in one.assisting)),
        (_("Why"), lambda one: why_words()[one.why]),
    ]
    return current_app.extensions["table_file"](kind, _("Plan of handing over"), columns, fitting)


def why_words() -> dict[str, str]:
    """How the body of a matter was proposed."""
    return {"none": _("To be decided"), "rule": _("By rule"), "coded": _("By its coding"), "person": _("By a person")}


def _planned(ready: list[Matter]) -> list[tuple[Any, int, int]]:
    """Body, how many it leads, how many it assists, in the order of the list: the letters of one press."""
    by_body: dict[Body, list[int]] = {}
    for matter in ready:
        assert matter.lead is not None
        by_body.setdefault(matter.lead, [0, 0])[0] += 1
        for body in matter.assisting:
            by_body.setdefault(body, [0, 0])[1] += 1
    rows = [(body, leads, assists) for body, (leads, assists) in by_body.items()]
    return sorted(rows, key=lambda row: (row[0].sort, row[0].code))


@bp.post("/campaigns/<int:number>/hand-over")
def act(number: int) -> ResponseReturnValue:
    """Keep the bodies that were typed; then, where that was pressed, have the letters made of what is ticked, or of all that fit."""
    campaign = rights.routed_campaign(g.staff, number)
    pressed, every = request.form.get("act", "save"), matters(campaign)
    by_ref = {matter.ref: matter for matter in every}
    saved = _save_bodies(campaign, by_ref)
    if pressed == "save":
        flash(_("%(n)s routes are kept.", n=saved), "ok")
        return redirect(_back(), code=303)
    if pressed not in ("ticked", "all"):
        abort(400)
    every, facets = matters(campaign), _facets()
    ticked = set(request.form.getlist("matter"))
    chosen = [one for one in every if (one.ref in ticked if pressed == "ticked" else facets.fit(one))]
    ask_letters(campaign, [one.ref for one in chosen if one.lead is not None], request.url_root, actor())
    flash(_("The letters are being made: all of them or none."), "ok")
    return redirect(_back(), code=303)


def _back() -> str:
    return current_app.jinja_env.globals["address_here"]("office.show")  # type: ignore[operator]


def _save_bodies(campaign: Campaign, by_ref: dict[str, Matter]) -> int:
    """Keep what differs from what is proposed; gives how many. Raises HandlingFault for a body not on the list."""
    known, changes = bodies(), []
    for ref in request.form.getlist("shown"):
        matter = by_ref.get(ref)
        if matter is None:
            continue
        lead, assisting = request.form.get(f"lead-{ref}", "").strip(), request.form.get(f"assist-{ref}", "").strip()
        before = matter.lead.short_name if matter.lead else ""
        if (lead, assisting) == (before, "、".join(body.short_name for body in matter.assisting)):
            continue
        changes.append((matter, typed_bodies(lead, assisting, known) if lead else None))
    for matter, chosen in changes:
        if chosen is None:
            take_back(campaign, matter.ref)
        else:
            choose(campaign, matter, chosen[0], chosen[1], actor())
            if f"rule-{matter.ref}" in request.form:
                where = {"category": matter.category2 or matter.category, "tier": matter.tier, "unit_code": None}
                add_route(campaign, chosen[0], chosen[1], actor(), **where)
    return len(changes)


@bp.route("/campaigns/<int:number>/hand-over/rules", methods=["GET", "POST"])
def rules(number: int) -> ResponseReturnValue:
    """分办规则: those in force, a new one, the end of one."""
    campaign = rights.routed_campaign(g.staff, number)
    if request.method == "POST":
        if "end" in request.form:
            end_route(campaign, request.form["end"], actor())
            flash(_("The rule proposes no more."), "ok")
        else:
            lead, assisting = typed_bodies(request.form.get("lead", ""), request.form.get("assisting", ""), bodies())
            where = {name: _known(name) for name in ("category", "tier", "unit_code")}
            add_route(campaign, lead, assisting, actor(), **where)
            flash(_("The rule proposes from now on."), "ok")
        return redirect(url_for(".rules", number=number), code=303)
    return render_template(
        "handling/rules.html",
        campaign=campaign,
        routes=routes_of(campaign),
        known=by_code(),
        bodies=bodies(),
        units=list(g.staff.tree.leaves(campaign.unit_code)),
        categories=[row for row in reference("suggestion_categories") if row["active"] == "1"],
        tiers=[row for row in reference("deputy_levels") if row["code"] != "township"],
    )


def _known(name: str) -> str | None:
    """A field of a rule as it was chosen; a word that none of its choices has is refused."""
    value = request.form.get(name, "")
    lists = {"category": "suggestion_categories", "tier": "deputy_levels"}
    codes = set(g.staff.tree.units) if name == "unit_code" else {row["code"] for row in reference(lists[name])}
    if value and value not in codes:
        abort(400)
    return value or None


@bp.get("/campaigns/<int:number>/letters")
def letters(number: int) -> ResponseReturnValue:
    """交办函: every letter by its number, withdrawn ones too."""
    campaign = rights.seen_campaign(g.staff, number)
    return render_template(
        "handling/letters.html",
        campaign=campaign,
        letters=letters_of(campaign),
        links=links_of(campaign),
        may_withdraw=rights.routes(g.staff, campaign),
    )


@bp.get("/letters/<uuid:letter_id>.pdf")
def letter(letter_id: UUID) -> ResponseReturnValue:
    """The PDF of a letter; the office and the committee alone, since link and code stand in it."""
    row = rights.seen_letter(g.staff, letter_id)
    if not rights.routes(g.staff, db.session.get_one(Campaign, row.campaign_id)):
        abort(403)
    reads("letter", ("letter", row.id), "L1", campaign_id=row.campaign_id, unit_code=None)
    return attachment(
        store().read(row.file), "application/pdf", f"{row.reference}{row.body.short_name}.pdf", shown=True
    )


@bp.post("/letters/<uuid:letter_id>")
def change(letter_id: UUID) -> ResponseReturnValue:
    """Withdraw a letter, or the link of its body."""
    row = rights.seen_letter(g.staff, letter_id)
    campaign = db.session.get_one(Campaign, row.campaign_id)
    if not rights.routes(g.staff, campaign):
        abort(403)
    if request.form.get("act") == "link":
        link = links_of(campaign).get(row.body_code)
        if link is not None:
            withdraw_link(link, actor())
        flash(_("The link opens nothing any more; the next letter to this body has a new one."), "ok")
    else:
        withdraw(row, request.form.get("reason", ""), actor())
        flash(_("Withdrawn. The number stays with this letter; its matters can be handed over again."), "ok")
    return redirect(url_for(".letters", number=campaign.number), code=303)
