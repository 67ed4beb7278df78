"""代填 and 代为更正: staff of a unit's desk fill in or correct a visit on the deputies' own pages. No rule of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from surveys import access
from surveys.auditing.readings import reads
from surveys.fieldwork.filling import entered_by_staff
from surveys.fieldwork.receiving import parts
from surveys.fieldwork.visits.visits import Visit
from surveys.forms.field_forms import AttendanceForm
from surveys.pages.field import frame
from surveys.pages.field.filling.page_flow import one_page
from surveys.pages.field.filling.questionnaire import send_attached, send_file_of
from surveys.pages.field.questions import media
from surveys.pages.field.texts import language, say
from surveys.pages.field.visits.checking import check_form, show_check
from surveys.pages.field.visits.page_addresses import FillingWalk, with_anchor
from surveys.pages.shell.sign_in import signed_in
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import page_keys

bp = Blueprint("behalf", __name__)
bp.before_request(signed_in)
bp.context_processor(frame.context)
BASE = "/visits/<uuid:visit_id>/behalf"


@dataclass(frozen=True)
class BehalfWalk(FillingWalk):
    """A visit with the addresses that staff fill it in at."""

    @property
    def desk(self) -> Mapping[str, Any]:
        corrects = self.filling.visit.head is not None
        return {
            "home": self.home(),
            "start": self._at("start"),
            "hand_in": self._at("hand_in"),
            "name": self.filling.sender.name,
            "title": say("Correcting for the deputies") if corrects else say("Filling in for the deputies"),
        }

    def _at(self, endpoint: str, **more: Any) -> str:
        return url_for(f"behalf.{endpoint}", visit_id=self.filling.visit_id, **more)

    def page(self, key: str, anchor: str = "", **more: Any) -> str:
        return with_anchor(self._at("page", key=key, **more), anchor)

    def check(self) -> str:
        return self._at("check")

    def home(self) -> str:
        return url_for("unit_desk.read", visit_id=self.filling.visit_id)

    def again(self) -> "BehalfWalk":
        """The same visit as it stands after a change."""
        return _walk(UUID(self.filling.visit_id))


def _visit(visit_id: UUID) -> Visit:
    """A visit of the own desk. A liaison fills in what nobody has handed in yet, and corrects nothing."""
    visit = access.desk_visit(g.staff, visit_id)
    if visit.head is not None and not g.staff.has(access.DESK_ROLES, visit.unit_code):
        raise Forbidden
    reads("visit", ("visit", visit.id), "L3", campaign_id=visit.campaign_id, unit_code=visit.unit_code)
    return visit


def _walk(visit_id: UUID) -> BehalfWalk:
    filling = entered_by_staff.open_for(g.staff.account, _visit(visit_id), language())
    if filling is None or filling.package is None or not filling.is_open_for_answers:
        abort(404)
    return BehalfWalk(filling)


def _begun(visit_id: UUID) -> tuple[BehalfWalk, FormState] | None:
    """The walk and its form; None while nobody has said who went and how it came."""
    walk = _walk(visit_id)
    draft, form = walk.filling.stored_draft, walk.filling.form
    return (walk, form) if form is not None and draft is not None and draft.entering is not None else None


@bp.route(BASE, methods=["GET", "POST"])
def start(visit_id: UUID) -> ResponseReturnValue:
    """Who went, how it came, and for a correction why."""
    walk = _walk(visit_id)
    filling = walk.filling
    form, members = AttendanceForm(), filling.members
    form.present.choices = [(deputy.id, deputy.name) for deputy in members]
    problem = ""
    if request.method == "POST":
        if form.validate_on_submit():
            way, reason = request.form.get("way", ""), request.form.get("reason", "")
            try:
                entered_by_staff.begin_for(filling, list(form.present.data or ()), way, reason)
            except ValueError:
                problem = say("Please tick who went and how it came; a correction needs its reason.")
            else:
                again = _walk(visit_id)
                assert again.filling.form is not None
                return redirect(again.page(page_keys(again.filling.form)[0]), 303)
    else:
        form.present.data = [deputy.id for deputy in filling.present]
    entering = filling.stored_draft.entering if filling.stored_draft else None
    page = render_template(
        "field/behalf.html",
        visit=filling,
        form=form,
        problem=problem,
        desk=walk.desk,
        known=entering,
        asked=request.form,
    )
    return make_response(page, 422 if problem else 200)


@bp.route(f"{BASE}/pages/<path:key>", methods=["GET", "POST"])
def page(visit_id: UUID, key: str) -> ResponseReturnValue:
    walk_and_form = _begun(visit_id)
    if walk_and_form is None:
        return redirect(url_for(".start", visit_id=visit_id), 303)
    walk, form = walk_and_form
    return one_page(walk, form, key)


@bp.get(f"{BASE}/check")
def check(visit_id: UUID) -> ResponseReturnValue:
    walk_and_form = _begun(visit_id)
    if walk_and_form is None:
        return redirect(url_for(".start", visit_id=visit_id), 303)
    walk, form = walk_and_form
    return show_check(walk, form, office=frame.office_of(walk.filling.unit, walk.filling.campaign.office))


@bp.post(f"{BASE}/hand-in")
def hand_in(visit_id: UUID) -> ResponseReturnValue:
    """The version, under the own name. Pressed twice: the same bytes, the same version."""
    walk_and_form = _begun(visit_id)
    if walk_and_form is None:
        return redirect(url_for("unit_desk.read", visit_id=visit_id), 303)
    walk, form = walk_and_form
    assert walk.filling.stored_draft is not None
    form.at(walk.filling.stored_draft.clock or walk.filling.clock())
    form.finish()
    if check_form(walk, form).gaps or form.problems():
        return redirect(walk.check(), 303)
    outcome = entered_by_staff.hand_in_for(walk.filling, media.manifest(form, walk.filling.stored_draft.parts))
    if outcome.facts is None:
        flash(say("It was not taken in; the draft is kept. Please try again."), "error")
        return redirect(walk.check(), 303)
    flash(say("Handed in for the deputies, and marked as such."), "ok")
    return redirect(walk.home(), 303)


@bp.get(f"{BASE}/parts/<sha256>")
def part(visit_id: UUID, sha256: str) -> ResponseReturnValue:
    """A picture, sound or file that the draft names."""
    filling = _walk(visit_id).filling
    part = next((one for one in (filling.draft.parts if filling.draft else ()) if one["sha256"] == sha256), None)
    return send_file_of(part, parts.read_whole(sha256, part["size"])) if part else abort(404)


@bp.get(f"{BASE}/files/<name>")
def attached(visit_id: UUID, name: str) -> ResponseReturnValue:
    """A picture or sound that goes with a label of the questionnaire."""
    return send_attached(_walk(visit_id).filling.package or abort(404), name)
