"""我的走访: the list; one visit as it stands; the start, where the notice is read aloud and who went is chosen; the receipt."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, current_app, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from surveys import devices
from surveys.database import db
from surveys.fieldwork.filling import uploads
from surveys.fieldwork.filling.draft_migration import go_over, successor
from surveys.fieldwork.filling.fillings import Filling, begin, open_filling
from surveys.fieldwork.filling.tasks import Task, tasks_of
from surveys.fieldwork.findings.answer_codes import answer_code, wishes_answer
from surveys.fieldwork.receiving import parts, receipts
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.receiving.versions import read_target
from surveys.fieldwork.reviewing.differences import version_read
from surveys.fieldwork.reviewing.submission_view import entered_as
from surveys.fieldwork.visits.starts import openings_of
from surveys.forms.field_forms import AttendanceForm
from surveys.pages.field import texts
from surveys.pages.field.card import card_of
from surveys.pages.field.frame import buttons, field, filling_of, office_of, page_address, refusal, sender, to_page
from surveys.pages.field.offline.form import NOWHERE
from surveys.pages.field.offline.form_data import embedded
from surveys.pages.field.questions import media_texts
from surveys.pages.field.questions.page_numbers import step
from surveys.pages.field.visits.checking import PageCount, check_form
from surveys.pages.field.visits.page_addresses import VisitWalk
from surveys.pages.shell import sessions
from surveys.pages.shell.tables import download
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words.visit_words import speak_of
from surveys.questionnaire.shapes.content_shape import VisitContent
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import page_keys, page_of, page_view
from surveys.questionnaire.views.summary import summarise

TO_DO = ("returned", "draft", "open")
DONE_STATES = ("submitted", "accepted")


@dataclass(frozen=True, slots=True)
class Resume:
    """The visit to go on with: one next thing before anything is listed. Of a draft: the page, its number and what is left."""

    task: Task
    address: str
    page: str = ""
    number: int = 0
    left: int = 0


@field.get("/visits")
def visits() -> Any:
    tasks = tasks_of(sender())
    if len(campaigns := {task.campaign_id for task in tasks}) == 1:
        speak_of(db.session.get_one(Campaign, campaigns.pop()).settings)
    current = [task for task in tasks if not task.replaced and task.state != "void"]
    order = {state: place for place, state in enumerate(TO_DO)}
    to_do = sorted((task for task in current if task.state in order), key=lambda task: order[task.state])
    return render_template(
        "field/visits.html",
        to_do=to_do,
        done=[task for task in current if task.state in DONE_STATES],
        over=[task for task in tasks if task not in current],
        campaigns=_campaigns(tasks),
        resume=_resume(to_do),
        borrowed=sender().device_kind == "browser" and not sender().kept,
        form=buttons(),
        starts_own=bool(openings_of(sender().deputy_id, sender().groups)),
        nowhere=NOWHERE,
        words=embedded(texts.list_texts()),
        media_words=_media_words(to_do),
        answered=_answered(),
    )


def _answered() -> int:
    """How many of this deputy's matters a body has answered that wait for a rating: `app.extensions["answered_to"]`."""
    count = current_app.extensions.get("answered_to")
    return count(sender().deputy_id) if count and sender().deputy_id else 0


def _media_words(tasks: list[Task]) -> Markup | None:
    """The words of the script for photos and the like, where a visit to be made may ask for some."""
    campaigns = {task.campaign_id for task in tasks}
    is_on = media_texts.taken_anywhere(db.session.get_one(Campaign, number) for number in campaigns)
    return embedded(media_texts.media_texts()) if is_on else None


def _campaigns(tasks: list[Task]) -> list[tuple[str, date]]:
    """The campaigns of the list, each with its latest deadline."""
    latest: dict[str, date] = {}
    for task in tasks:
        name = task.campaign if texts.is_chinese() else task.campaign_en
        latest[name] = max(task.due, latest.get(name, task.due))
    return sorted(latest.items())


def _resume(to_do: list[Task]) -> Resume | None:
    """The draft that was worked on last, else what is to be done first, of a campaign that is still in the field."""
    in_field = [task for task in to_do if task.in_field]
    drafts = [task for task in in_field if task.draft_at is not None and task.state == "draft"]
    if drafts and (resume := _resume_draft(max(drafts, key=lambda one: (one.draft_at, one.visit_id)))):
        return resume
    first = next((task for task in in_field if task.state != "draft"), None)
    return Resume(first, url_for("field.visit", visit_id=first.visit_id)) if first else None


def _resume_draft(task: Task) -> Resume | None:
    filling = open_filling(sender(), task.visit_id, texts.language())
    if filling is None or filling.form is None or filling.draft is None:
        return None
    keys = page_keys(filling.form)
    key = filling.draft.page if filling.draft.page in keys else keys[0]
    view = page_view(filling.form, key)
    number = step(filling.form, key).number
    address = url_for("field.visit", visit_id=task.visit_id) if successor(filling) else page_address(task.visit_id, key)
    return Resume(task, address, view.title, number, len(filling.form.problems()))


@field.get("/visits/<visit_id>")
def visit(visit_id: str) -> Any:
    """Where this visit goes on: the start, the first page, what was returned, or reading alone."""
    filling = filling_of(visit_id) or abort(404)
    if filling.package is None:
        return refusal("no_questionnaire", 404)
    if filling.state in TO_DO and "original" not in request.args and (answer := _on_another_form(filling)):
        return answer
    if filling.state in ("open", "draft") and filling.is_open_for_answers:
        if filling.form is None or filling.draft is None:
            return redirect(url_for("field.start", visit_id=visit_id), 303)
        keys = page_keys(filling.form)
        return to_page(visit_id, filling.draft.page if filling.draft.page in keys else keys[0])
    if filling.state == "returned":
        return _returned(filling)
    return _reading(filling)


def _on_another_form(filling: Filling) -> Any:
    """What there is to say where the questionnaire was taken back since, or changed under this draft; None where there is nothing."""
    newer = successor(filling)
    if newer is not None and newer.untouched and filling.visit.head is None:
        return redirect(url_for("field.start", visit_id=filling.visit_id), 303)
    lost_answers = newer.migration.left if newer else filling.stored_draft.left if filling.stored_draft else ()
    if newer is None and not lost_answers:
        return None
    return render_template("field/newer_form.html", visit=filling, newer=newer, left=lost_answers, form=buttons())


@field.post("/visits/<visit_id>/newer-form")
def take_newer_form(visit_id: str) -> Any:
    """按新问卷填写: the draft goes over, with what it can take along. Pressed twice, the second time changes nothing."""
    filling = filling_of(visit_id) or abort(404)
    if not buttons().validate_on_submit():
        return refusal("stale", 400)
    if newer := successor(filling):
        go_over(newer)
    return redirect(url_for("field.visit", visit_id=visit_id), 303)


def _returned(filling: Filling) -> Any:
    assert filling.form is not None
    return render_template(
        "field/returned.html",
        visit=filling,
        office=office_of(filling.unit, filling.campaign.office),
        places=remark_places(filling),
        first=page_keys(filling.form)[0],
    )


def remark_places(filling: Filling) -> list[dict[str, Any]]:
    """The desk's remarks with the page and the question each is about; what is said of the whole comes last."""
    form, places = filling.form, []
    for number, remark in enumerate(sorted(filling.remarks(), key=lambda one: one.path is None), 1):
        key = page_of(form, remark.path) if form and remark.path else None
        label = form.label(remark.path) if form and remark.path and key else ""
        places.append(
            {
                "number": number,
                "text": remark.text,
                "path": remark.path,
                "key": key,
                "label": label,
                "page": step(form, key).number if form and key else 0,
            }
        )
    return places


def _reading(filling: Filling) -> Any:
    """Read alone: what stands at the server, page by page."""
    head = filling.head
    pages = (
        summarise(
            filling.package,
            head["answers"],
            head.get("repeats", {}),
            now=head.get("clock") or filling.clock(),
            language=texts.language(),
        )
        if head and filling.package
        else []
    )
    target = read_target(filling.visit_id)
    version = receipts.held_version(target, filling.visit.head) if target and filling.visit.head else None
    return render_template(
        "field/reading.html",
        visit=filling,
        pages=pages,
        pictures=_pictures(filling),
        held=version,
        entered=entered_as(head),
        office=office_of(filling.unit, filling.campaign.office),
        form=buttons(),
        changed=filling.stored_draft is not None,
    )


def _pictures(filling: Filling) -> dict[str, str]:
    """Name of a picture in the answers → where it is to be seen, of those whose bytes are here."""
    return {
        part["name"]: url_for("field.part", visit_id=filling.visit_id, sha256=part["sha256"])
        for part in (filling.head or {}).get("parts") or ()
        if part["type"] in uploads.SHOWN and parts.is_whole(part["sha256"], part["size"])
    }


@field.route("/visits/<visit_id>/start", methods=["GET", "POST"])
def start(visit_id: str) -> Any:
    """The notice to read aloud, and who went."""
    filling = filling_of(visit_id) or abort(404)
    if not filling.is_open_for_answers:
        return redirect(url_for("field.visit", visit_id=visit_id), 303)
    if filling.package is None:
        return refusal("no_questionnaire", 404)
    form, members = AttendanceForm(), filling.members
    form.present.choices = [(deputy.id, deputy.name) for deputy in members]
    problem = ""
    if request.method == "POST":
        if form.validate_on_submit() and form.present.data:
            if (newer := successor(filling)) and newer.untouched:
                go_over(newer)
                filling = filling_of(visit_id) or abort(404)
            begin(filling, list(form.present.data))
            again = filling_of(visit_id) or abort(404)
            assert again.form is not None
            return to_page(visit_id, page_keys(again.form)[0])
        problem = texts.say("Please tick who went.")
    else:
        present_ids = [deputy.id for deputy in filling.present]
        form.present.data = present_ids or [sender().deputy_id]
    page = render_template(
        "field/start.html",
        visit=filling,
        form=form,
        problem=problem,
        card=card_of(filling),
        office=office_of(filling.unit, filling.campaign.office),
        first=filling.draft is None,
    )
    return make_response(page, 422 if problem else 200)


@field.get("/visits/<visit_id>/notice")
def notice(visit_id: str) -> Any:
    """The notice in full, to be shown to the firm."""
    filling = filling_of(visit_id) or abort(404)
    return render_template("field/notice.html", visit=filling, campaign=filling.campaign)


@field.get("/visits/<visit_id>/receipts/<content>")
def receipt(visit_id: str, content: str) -> Any:
    """What the server holds of a version that was handed in here, as of now."""
    filling = filling_of(visit_id) or abort(404)
    target = read_target(visit_id)
    held_version = receipts.held_version(target, content) if target else None
    if held_version is None or target is None:
        abort(404)
    version = version_read(filling.visit, content)
    body: VisitContent | None = json.loads(version.body) if version else None
    pages, words = _page_counts(filling, body) if body else [], texts.mark_words()
    facts = {
        "visit": filling,
        "held": held_version,
        "marks": [words[mark] for mark in held_version.marks if mark in words],
        "signed": receipts.sign(held_version, sender()),
        "answered": sum(one.answered for one in pages if not one.is_list),
        "entries": sum(one.answered for one in pages if one.is_list),
        "parts": len(body.get("parts", ())) if body else 0,
        "entered": entered_as(body),
        "by": version.by_name if version else None,
        "office": office_of(filling.unit, filling.campaign.office),
        "answer_code": answer_code(visit_id) if wishes_answer(visit_id) else "",
    }
    if "save" in request.args:
        return download(render_template("field/receipt.txt", **facts).encode(), "text/plain", _file_name(held_version))
    return render_template("field/receipt.html", form=buttons(), **facts)


def _file_name(version: receipts.ReceiptFacts) -> str:
    return f"{texts.say('Receipt')} {version.number}.txt"


def _page_counts(filling: Filling, body: VisitContent) -> list[PageCount]:
    """What the check lists of a version, page by page."""
    package = package_of(body["questionnaire"])
    if package is None:
        return []
    now = body.get("clock") or filling.clock()
    form = FormState(package, body["answers"], body.get("repeats", {}), now=now, language=texts.language(), new=False)
    return check_form(VisitWalk(filling), form).pages


@field.post("/visits/leave")
def leave() -> Any:
    """Clear a borrowed phone: its session ends and its cookie goes."""
    if not buttons().validate_on_submit():
        return refusal("stale", 400)
    if sender().device_kind == "browser" and not sender().kept:
        devices.revoke(sender().id, "borrowed phone cleared", actor=sender().actor())
    response = make_response(render_template("field/left.html"))
    sessions.take_field_cookie(response)
    return response
