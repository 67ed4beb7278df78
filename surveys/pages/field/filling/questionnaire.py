"""A visit's questionnaire page by page: filled in, checked, handed in. Complete without script; how a page works: page_flow.py."""

from typing import Any

from flask import abort, current_app, make_response, redirect, request, url_for

from surveys.fieldwork.filling import uploads
from surveys.fieldwork.filling.fillings import give_up
from surveys.fieldwork.receiving import parts
from surveys.fieldwork.receiving.contents import content_from_state
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.receiving.receiving import receive
from surveys.pages.field.filling.page_flow import one_page
from surveys.pages.field.frame import buttons, field, filling_of, office_of, refusal, sender, to_page
from surveys.pages.field.questions import media
from surveys.pages.field.visits.checking import check_form, show_check
from surveys.pages.field.visits.page_addresses import VisitWalk
from surveys.questionnaire.shapes.content_shape import PartEntry
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.views.definition import page_keys


@field.route("/visits/<visit_id>/pages/<path:key>", methods=["GET", "POST"])
def page(visit_id: str, key: str) -> Any:
    filling = filling_of(visit_id) or abort(404)
    if not filling.is_open_for_answers:
        return redirect(url_for("field.visit", visit_id=visit_id), 303)
    form = filling.form
    if form is None:
        return redirect(url_for("field.start", visit_id=visit_id), 303)
    if request.method == "POST" and not buttons().validate_on_submit():
        return refusal("stale", 400)
    return one_page(VisitWalk(filling), form, key)


@field.get("/visits/<visit_id>/parts/<sha256>")
def part(visit_id: str, sha256: str) -> Any:
    """A picture, sound or file that the draft or the newest version names."""
    filling = filling_of(visit_id) or abort(404)
    parts_named = [*(filling.draft.parts if filling.draft else ()), *((filling.head or {}).get("parts") or ())]
    part = next((one for one in parts_named if one["sha256"] == sha256), None) or abort(404)
    return send_file_of(part, parts.read_whole(sha256, part["size"]))


@field.get("/questionnaires/<package_hash>/files/<name>")
def attached(package_hash: str, name: str) -> Any:
    """A picture or sound that goes with a label of the questionnaire."""
    return send_attached(package_of(package_hash) or abort(404), name)


def send_attached(package: Package, name: str) -> Any:
    """An attached picture or sound, as it is kept by its hash."""
    entry = next((file for file in package.get("attachments", ()) if file["name"] == name), None)
    files = current_app.extensions["files"]
    if entry is None or not entry["type"].startswith(("image/", "audio/")) or not files.holds(entry["hash"]):
        abort(404)
    response = make_response(files.read(entry["hash"]))
    response.headers["Content-Type"] = entry["type"]
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def send_file_of(part: PartEntry, data: bytes | None) -> Any:
    """The bytes that an entry of a manifest names: a picture to look at, anything else to keep."""
    if data is None:
        abort(404)
    response = make_response(data)
    is_shown = part["type"] in uploads.SHOWN
    response.headers["Content-Type"] = part["type"] if is_shown else "application/octet-stream"
    if not is_shown:
        suffix = str(part["name"]).rpartition(".")[2]
        suffix = suffix if suffix.isalnum() and suffix.isascii() else "bin"
        response.headers["Content-Disposition"] = f'attachment; filename="{part["sha256"][:16]}.{suffix}"'
    return response


@field.get("/visits/<visit_id>/check")
def check(visit_id: str) -> Any:
    filling = filling_of(visit_id) or abort(404)
    if not filling.is_open_for_answers:
        return redirect(url_for("field.visit", visit_id=visit_id), 303)
    if filling.form is None:
        return redirect(url_for("field.start", visit_id=visit_id), 303)
    return show_check(VisitWalk(filling), filling.form, office=office_of(filling.unit, filling.campaign.office))


@field.post("/visits/<visit_id>/hand-in")
def hand_in(visit_id: str) -> Any:
    """Build the content from the draft, and give it to the one way in. Pressed twice: the same bytes, the same receipt."""
    filling = filling_of(visit_id) or abort(404)
    if not buttons().validate_on_submit():
        return refusal("stale", 400)
    if filling.stored_draft is None:
        if filling.visit.head:
            return redirect(url_for("field.receipt", visit_id=visit_id, content=filling.visit.head), 303)
        return redirect(url_for("field.visit", visit_id=visit_id), 303)
    form, draft = filling.form, filling.stored_draft
    assert form is not None
    form.at(draft.clock or filling.clock())
    form.finish()
    if check_form(VisitWalk(filling), form).gaps or form.problems():
        return redirect(url_for("field.check", visit_id=visit_id), 303)
    parts_named = media.manifest(form, draft.parts)
    body = content_from_state(
        form,
        visit_id=visit_id,
        base=draft.base,
        clock=form.now,
        parts=parts_named,
        questionnaire=filling.package_hash,
        beside={"replies": dict(draft.replies)},
    )
    outcome = receive(sender(), visit_id, body, via="page")
    if outcome.facts is None or outcome.facts.kind != "version":
        return refusal("not_taken", outcome.status)
    media.hold(filling, parts_named)
    return redirect(url_for("field.receipt", visit_id=visit_id, content=outcome.facts.content), 303)


@field.post("/visits/<visit_id>/give-up")
def give_up_draft(visit_id: str) -> Any:
    """Drop a draft that changes what was handed in: the version at the server stands."""
    filling = filling_of(visit_id) or abort(404)
    if not buttons().validate_on_submit():
        return refusal("stale", 400)
    if filling.visit.head is not None:
        give_up(filling)
    return redirect(url_for("field.visit", visit_id=visit_id), 303)


@field.post("/visits/<visit_id>/again")
def again(visit_id: str) -> Any:
    """Change what was handed in, as long as it is not accepted: a new version on top of it."""
    filling = filling_of(visit_id) or abort(404)
    if not filling.is_open_for_answers or filling.form is None or not buttons().validate_on_submit():
        return redirect(url_for("field.visit", visit_id=visit_id), 303)
    return to_page(visit_id, page_keys(filling.form)[0])
