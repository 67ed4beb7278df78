"""记一场: a deputy starts a visit that nobody assigned, and takes one back while nothing of it is handed in. Rules: starts of fieldwork."""

from typing import Any
from uuid import uuid4

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from surveys.database import db
from surveys.fieldwork.visits import starts
from surveys.fieldwork.visits.starts import LONGEST_TITLE, Opening, Start, StartRefused
from surveys.fieldwork.visits.visits import Visit
from surveys.pages.field import texts
from surveys.pages.field.frame import buttons, field, refusal, sender
from surveys.pages.shell.problems import PROBLEMS


@field.get("/visits/new")
def new_visit() -> Any:
    return _page()


@field.post("/visits/new")
def start_new_visit() -> Any:
    """Begin it under the id that the page was made with: pressed twice, it is one visit."""
    if not buttons().validate_on_submit():
        return refusal("stale", 400)
    place = request.form.get("opening", "")
    opening = next((one for number, one in enumerate(_openings()) if f"{one.kind.key}-{number}" == place), None)
    visit_id = request.form.get("visit", "")
    if opening is None or not starts.is_new_id(visit_id):
        return _page(problem=PROBLEMS["start_kind"].words(texts.language(), None)["title"], status=422)
    visit = db.session.get(Visit, visit_id)
    if visit is None:
        start = Start(
            opening.campaign.id,
            opening.kind.key,
            opening.unit_code,
            subject_id=request.form.get("subject") or None,
            title=request.form.get("title", "").strip()[:LONGEST_TITLE],
        )
        try:
            starts.start_visit(visit_id, start, deputy_id=sender().deputy_id or "", actor=sender().actor())
        except StartRefused as refused:
            return _page(place=place, problem=_why(refused.reason, opening), status=422)
        except IntegrityError:  # the same press, once more: the first one began it
            db.session.rollback()
    elif visit.started_by != sender().deputy_id:
        abort(404)
    return redirect(url_for("field.visit", visit_id=visit_id), 303)


@field.post("/visits/<visit_id>/withdraw")
def withdraw_visit(visit_id: str) -> Any:
    """撤回: what was started by mistake, while nothing of it is handed in."""
    if not buttons().validate_on_submit():
        return refusal("stale", 400)
    visit = db.session.get(Visit, visit_id) or abort(404)
    deputy_id = sender().deputy_id
    if deputy_id is None or visit.started_by != deputy_id:
        abort(404)
    if starts.withdraw(visit, deputy_id=deputy_id, actor=sender().actor()):
        flash(texts.say("Taken back. What was filled in of it is not handed in."), "ok")
    else:
        flash(texts.say("It is handed in already; please ask the liaison to void it."), "error")
    return redirect(url_for("field.new_visit"), 303)


def _openings() -> list[Opening]:
    return starts.openings_of(sender().deputy_id, sender().groups)


def _why(reason: str, opening: Opening) -> str:
    if reason == "start_subject":
        chosen = opening.kind.hangs_on
        return (
            texts.say("Please choose from the list.")
            if chosen
            else texts.say("Please write where, or what it is about.")
        )
    return PROBLEMS[reason].words(texts.language(), None)["title"]


def _page(place: str = "", problem: str = "", status: int = 200) -> Any:
    openings = _openings()
    subjects = {
        (one.kind.key, one.unit_code): starts.subjects_for(one.kind, one.unit_code)
        for one in openings
        if one.kind.hangs_on
    }
    page = render_template(
        "field/new_visit.html",
        openings=openings,
        subjects=subjects,
        started=starts.withdrawable(sender().deputy_id or ""),
        visit_id=request.form.get("visit") or str(uuid4()),
        place=place,
        problem=problem,
        typed=request.form.get("title", ""),
        chosen=request.form.get("subject", ""),
        longest=LONGEST_TITLE,
        form=buttons(),
    )
    return page, status
