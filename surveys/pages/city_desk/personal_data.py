"""个人和企业数据: a firm or a deputy looked for, all that is held shown, corrected, copied out, erased; and what goes by term. Rules: personal_data."""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from surveys import access
from surveys.access import DESK_ROLES
from surveys.audit import record
from surveys.auditing.readings import reads
from surveys.database import db, writing
from surveys.fieldwork.visits.erased import Erasure
from surveys.jobs import jobs_about
from surveys.pages.shell.desk_frame import remembered_campaign
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import download
from surveys.personal_data import copying, correcting, erasing, holdings, retention
from surveys.personal_data.holdings import Holdings
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.people.deputies import Deputy

bp = Blueprint("personal_data", __name__)
bp.before_request(signed_in)

CORRECTABLE = {
    "subjects": {"name": 120, "short_name": 60, "address": 200, "town": 40, "contact": 60, "contact_phone": 40},
    "deputies": {"name": 60, "phone": 40, "employer": 120},
}


def ends_words() -> dict[str, str]:
    """What becomes of a place when one is erased; of what stays, why."""
    return {
        "goes": _("goes"),
        "count": _("stays as a count, without what names it"),
        "words": _("stays without the name"),
        "sealed": _("sealed: stays as it was issued"),
        "trail": _(
            "stays: the trail proves who did what, each entry is linked to the one before by its hash, and the law asks that it is kept"
        ),
        "office": _("stays: an office's own entry, which its administrator or organizer changes where it is kept"),
    }


REFRESH = 3  # seconds
Thing = Subject | Deputy


def place_words() -> dict[str, str]:
    """The kinds of places in words."""
    return {
        "register": _("Register"), "lists": _("On lists"), "visits": _("Visits"), "versions": _("Versions handed in"),
        "aside": _("What was set aside"), "drafts": _("Drafts"), "findings": _("Findings"), "remarks": _("Words of the desk"),
        "files": _("Photos, recordings, files"), "uploads": _("Uploaded lists"), "groups": _("Groups"), "devices": _("Phones"),
        "attendances": _("Visits taken part in"), "events": _("Events"), "report_drafts": _("Reports being written"), "report_versions": _("Kept versions and prints"),
        "exports": _("Files of exports (all go, whatever is in them)"), "headlines": _("Headlines of findings"),
        "complaints": _("Complaints and opinions"), "reasons": _("Reasons that were given"), "slips": _("Slips"),
        "phone_reports": _("What phones report of themselves"), "accounts": _("Staff accounts"), "offices": _("Contacts of offices"),
        "plan_acts": _("What was done to plans"),
        "audit": _("Audit trail"), "report_words": _("Remarks and steps of reports"), "handovers": _("Hand-overs and replies"),
    }  # fmt: skip


def _desk_units() -> list[str]:
    """The leaves whose firms and deputies this person may see in full. Raises 403 where there is none."""
    units = [code for code in g.staff.desk_units if g.staff.has(DESK_ROLES, code)]
    return units or abort(403)


@bp.get("/personal-data")
def search() -> ResponseReturnValue:
    """Firms and deputies by name, code, contact or telephone, also where it stands in answers alone."""
    units = _desk_units()
    words = request.args.get("q", "").strip()[:100]
    subjects, deputies = holdings.find(words, units) if words else ([], [])
    return render_template(
        "city_desk/personal_data.html",
        campaign=remembered_campaign(),
        words=words,
        subjects=subjects,
        deputies=deputies,
    )


@bp.get("/personal-data/<any(subjects, deputies):kind>/<uuid:thing_id>")
def show(kind: str, thing_id: UUID) -> ResponseReturnValue:
    """Everything that is held of one, place by place, with what may be done."""
    thing, held, own = _found(kind, thing_id)
    unit = next(iter(sorted(held.units & set(own))), None)
    reads("person", (_target(thing), thing.id), "L3" if unit else "L0", campaign_id=None, unit_code=unit)
    return render_template(
        "city_desk/personal_data_of.html",
        campaign=remembered_campaign(),
        kind=kind,
        thing=thing,
        held=held,
        words=place_words(),
        ends=ends_words(),
        fields=CORRECTABLE[kind] if held.units & set(own) else {},
        labels=_labels(),
        others=[g.staff.tree[code].label(g.language) for code in sorted(held.units - set(own)) if code in g.staff.tree],
        gone=list(
            db.session.scalars(select(Erasure).where(Erasure.target_id == thing.id).order_by(Erasure.done_at.desc()))
        ),
    )


@bp.post("/personal-data/<any(subjects, deputies):kind>/<uuid:thing_id>/copy")
def copy(kind: str, thing_id: UUID) -> ResponseReturnValue:
    """All of it as one file, for who asks for it."""
    thing, held, own = _found(kind, thing_id)
    if not held.units & set(own):
        abort(403)
    data = copying.copy_of(held.about, own)
    with writing():
        record(actor(), "erasure.copied", target=(_target(thing), thing.id))
    return download(data, "application/zip", f"{_('Personal data')}.zip")


@bp.post("/personal-data/<any(subjects, deputies):kind>/<uuid:thing_id>/correct")
def correct(kind: str, thing_id: UUID) -> ResponseReturnValue:
    """Put the register and open texts right; which fields changed is on record, what stood in them is not."""
    thing, held, own = _found(kind, thing_id)
    if not held.units & set(own):
        abort(403)
    values = {name: request.form.get(name, "").strip()[:longest] or None for name, longest in CORRECTABLE[kind].items()}
    if not values["name"]:
        flash(_("A name is needed. To take the name away, erase."), "error")
        return redirect(url_for(".show", kind=kind, thing_id=thing_id), code=303)
    unit = next(iter(sorted(held.units & set(own))), None)
    done = correcting.correct(thing, values, _reason() or None, unit=unit, actor=actor())
    words = place_words()
    if done.places:
        where = "；".join(f"{words.get(kind_of, kind_of)} {number}" for kind_of, number in done.places.items())
        flash(_("Saved. It was put right in texts too: %(where)s.", where=where), "ok")
    else:
        flash(_("Saved."), "ok")
    if done.left:
        where = "；".join(
            f"{words.get(one.kind, one.kind)} {'、'.join(one.names) if one.names else one.number}" for one in done.left
        )
        flash(_("The old words still stand where nothing is changed afterwards: %(where)s.", where=where), "error")
    return redirect(url_for(".show", kind=kind, thing_id=thing_id), code=303)


@bp.post("/personal-data/<any(subjects, deputies):kind>/<uuid:thing_id>/erase")
def erase(kind: str, thing_id: UUID) -> ResponseReturnValue:
    """Erase on request: all that names it, or the people of a firm alone. Never without a reason and the tick."""
    thing, held, own = _found(kind, thing_id)
    reason = _reason()
    if not reason or not request.form.get("sure"):
        flash(_("Say who asked for it and when, and tick that it cannot be undone. Nothing was erased."), "error")
        return redirect(url_for(".show", kind=kind, thing_id=thing_id), code=303)
    if held.units - set(own) and not _is_over_all():
        flash(
            _(
                "Other units have visits of it as well: send this page's address to the organizing office, which may erase it."
            ),
            "error",
        )
        return redirect(url_for(".show", kind=kind, thing_id=thing_id), code=303)
    alone = isinstance(thing, Subject) and request.form.get("what") == "contact"
    about = holdings.about_subject(thing, contact=True) if alone else held.about
    if isinstance(thing, Deputy):
        done = erasing.erase_deputy(thing, reason, actor=actor())
    elif alone:
        done = erasing.erase_contact(thing, reason, actor=actor())
    else:
        done = erasing.erase_subject(thing, reason, actor=actor())
    flash(_("Erased; %(n)s things were cleared. What stays is below.", n=sum(done.counts.values())), "ok")
    # A name of two characters is an everyday word elsewhere: it was not taken out there, and a person looks.
    if left := [name for place in holdings.of(about).places if place.ends == "words" for name in place.names]:
        flash(
            _(
                "A short name may still stand in: %(places)s. Please look there and take it out.",
                places="、".join(left),
            ),
            "error",
        )
    return redirect(url_for(".show", kind=kind, thing_id=thing_id), code=303)


@bp.route("/campaigns/<int:number>/retention", methods=["GET", "POST"])
def term(number: int) -> ResponseReturnValue:
    """What goes when the campaign's term has ended, when that is, and what went; asked for here once it is over."""
    campaign = access.planned_campaign(g.staff, number)
    what = retention.term_of(campaign)
    over = what.is_over(campaign.today())
    if request.method == "POST":
        if not over:
            abort(409)
        retention.ask_for(campaign, actor())
        return redirect(url_for(".term", number=number), code=303)
    job = next(iter(jobs_about(retention.KIND, campaign.id)), None)
    busy = job is not None and job.state in ("queued", "running")
    page = render_template(
        "city_desk/retention.html", campaign=campaign, term=what, over=over, busy=busy, job=job, refresh=REFRESH,
        gone=retention.erasures_of(campaign.id), words=place_words(),
    )  # fmt: skip
    return page, 200, {"Refresh": str(REFRESH)} if busy else {}


def _found(kind: str, thing_id: UUID) -> tuple[Any, Holdings, list[str]]:
    """The firm or deputy, what is held of it, and the own units; 404 for one that is of no own unit.

    The organizing office above all units sees counts alone, and may erase what several units hold.
    """
    own = [] if _is_over_all() and not g.staff.desk_units else _desk_units()
    thing: Thing | None = db.session.get(Subject if kind == "subjects" else Deputy, str(thing_id))
    if thing is None:
        abort(404)
    about = holdings.of_subject(thing) if isinstance(thing, Subject) else holdings.of_deputy(thing)
    if not about.units & set(own) and not _is_over_all():
        abort(404)
    return thing, about, own


def _target(thing: Thing) -> str:
    return "subject" if isinstance(thing, Subject) else "deputy"


def _reason() -> str:
    return request.form.get("reason", "").strip()[:150]


def _is_over_all() -> bool:
    top = next(code for code, unit in g.staff.tree.units.items() if unit.parent_code is None)
    return g.staff.has("organizer", top)


def _labels() -> dict[str, str]:
    return {
        "name": _("Name"), "short_name": _("Short name"), "address": _("Address"), "town": _("Town"), "contact": _("Contact"),
        "contact_phone": _("Contact phone"), "phone": _("Phone"), "employer": _("Employer"),
    }  # fmt: skip
