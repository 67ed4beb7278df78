"""The questionnaire page by page: shown, saved at each step, checked, handed in. Complete without script.

Every post saves first and asks questions later: what was typed is kept, also when it is wrong or when the page closes itself.
A wrong answer holds the page up once, a missing one never: the check before handing in lists what is missing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, jsonify, make_response, redirect, render_template, request, url_for

from surveys.database import CHINA
from surveys.fieldwork.contents import content_from_state
from surveys.fieldwork.fillings import Filling, give_up, save
from surveys.fieldwork.receiving import receive
from surveys.forms.answer_fields import ASKED, field_id, read_answers
from surveys.pages.field.frame import buttons, field, filling, holder, office_of, refusal, to_page
from surveys.pages.field.order import list_of, step, walked
from surveys.pages.field.questions import Shown, faults, shown_page
from surveys.pages.field.texts import clock, script_texts
from surveys.pages.field.visits import remark_places
from surveys.questionnaire.definition import PageView, page_keys, page_view
from surveys.questionnaire.evaluation import FormState

OWN_NUMBER = re.compile(r"[一二三四五六七八九十]{1,3}(之[一二三四五六七八九十])?、|\d+(\.\d+)*[.、 ]")


@field.route("/visits/<visit_id>/pages/<path:key>", methods=["GET", "POST"])
def page(visit_id: str, key: str) -> Any:
    opened = filling(visit_id) or abort(404)
    if not opened.is_open_for_answers:
        return redirect(url_for("field.visit", visit_id=visit_id), 303)
    form = opened.form
    if form is None:
        return redirect(url_for("field.start", visit_id=visit_id), 303)
    try:
        view = page_view(form, key)
    except KeyError:  # an answer elsewhere closed this page
        return redirect(url_for("field.check", visit_id=visit_id), 303)
    if request.method == "GET":
        return _render(opened, form, view, strict="fix" in request.args)
    if not buttons().validate_on_submit():
        return refusal("stale", 400)
    return _save(opened, form, view)


def _render(opened: Filling, form: FormState, view: PageView, *, strict: bool = False, status: int = 200) -> Any:
    listed = shown_page(opened, form, view, strict=strict)
    shown = render_template(
        "field/list.html" if view.kind == "list" else "field/page.html",
        visit=opened,
        view=view,
        step=step(form, view.key),
        listed=listed,
        faults=faults(listed),
        form=buttons(),
        new_questions=request.args.get("new", type=int),
        removed=opened.draft.removed if opened.draft else None,
        places=remark_places(opened) if opened.state == "returned" else [],
        package_hash=opened.package_hash,
        draft={
            "answers": form.raw(),
            "repeats": form.repeats,
            "now": form.now,
            "language": form.language,
            "texts": script_texts(),
        },
    )
    return make_response(shown, status)


def _save(opened: Filling, form: FormState, view: PageView) -> Any:
    """Take the answers in, keep them, then see where to go."""
    form.at(opened.clock())
    for path, text in read_answers(view.questions, request.form, zone=opened.clock()[-6:]).items():
        form.set(path, text)
    restored = request.form.get("restore", "")
    if restored and opened.head and restored in opened.head["answers"]:
        form.set(restored, opened.head["answers"][restored])
    go = request.form.get("go", "restore" if restored else "next")
    if view.kind == "list":
        return _save_list(opened, form, view, go)
    if go == "remove" and (listed := step(form, view.key).list_key):
        return _remove(opened, form, view.path, listed)
    save(opened, form, page=view.key)
    if request.headers.get("Diaoyan-Save"):
        return jsonify(saved=clock(opened.campaign.now().astimezone(CHINA)))
    try:
        after = page_view(form, view.key)
    except KeyError:
        return redirect(url_for("field.check", visit_id=opened.visit_id), 303)
    if go == "restore":
        return to_page(opened.visit_id, view.key, field_id(restored))
    return _onward(opened, form, after, go)


def _onward(opened: Filling, form: FormState, view: PageView, go: str) -> Any:
    """What is wrong here is said here; what has opened on this page is asked before the next one."""
    visit_id, at = opened.visit_id, step(form, view.key)
    if go == "previous":
        return to_page(visit_id, at.previous) if at.previous else _to_visits()
    if _is_wrong(view) and go in ("next", "list"):
        return _render(opened, form, view, status=422)
    if new := _opened_now(view):
        return to_page(visit_id, view.key, field_id(new[0]), new=len(new))
    if go == "list" and at.list_key:
        return to_page(visit_id, at.list_key)
    if go == "check" or at.next is None:
        return redirect(url_for("field.check", visit_id=visit_id), 303)
    return to_page(visit_id, at.next)


def _is_wrong(view: PageView) -> bool:
    return any(question.relevant and question.problem not in (None, "required") for question in view.questions)


def _opened_now(view: PageView) -> list[str]:
    """Questions that the person has not seen yet, because an answer on this page opened them."""
    seen = set(request.form.getlist(ASKED))
    return [question.path for question in view.questions if question.asked and question.path not in seen]


def _to_visits() -> Any:
    return redirect(url_for("field.visits"), 303)


# --- entries of an open repeat ---------------------------------------------------------------------------------------


def _save_list(opened: Filling, form: FormState, view: PageView, go: str) -> Any:
    visit_id = opened.visit_id
    if go == "add":
        added = form.add(view.path)
        save(opened, form, page=added[1:])
        return to_page(visit_id, added[1:])
    if go.startswith("remove:"):
        entry = next((one for one in view.entries if one.path == go.removeprefix("remove:")), None)
        return _remove(opened, form, entry.path, view.key) if entry else to_page(visit_id, view.key)
    if go == "undo" and opened.draft and opened.draft.removed:
        _put_back(form, opened.draft.removed)
        save(opened, form, page=view.key)
        return to_page(visit_id, view.key)
    save(opened, form, page=view.key)
    return _onward(opened, form, view, go)


def _remove(opened: Filling, form: FormState, path: str, listed: str) -> Any:
    """Delete an entry; what stood in it is kept until the next change, for 撤销删除."""
    answers = {at.removeprefix(path): text for at, text in form.raw().items() if at.startswith(f"{path}/")}
    number = path.rpartition("[")[2].rstrip("]")
    form.remove(path)
    save(opened, form, page=listed, removed={"repeat": f"/{listed}", "number": number, "answers": answers})
    return to_page(opened.visit_id, listed)


def _put_back(form: FormState, removed: Mapping[str, Any]) -> None:
    path = form.add(removed["repeat"])
    for below, text in removed["answers"].items():
        try:
            form.set(f"{path}{below}", text)
        except KeyError:
            continue  # an inner entry that is not there yet: its repeat grows with its count


# --- checking and handing in -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing to do before handing in: where, and what."""

    key: str
    page: int
    id: str
    label: str
    error: str


@dataclass(frozen=True, slots=True)
class Counted:
    """One page of the whole, with how much of it is answered."""

    number: int
    key: str
    title: str
    answered: int
    missing: int
    is_list: bool = False


@field.get("/visits/<visit_id>/check")
def check(visit_id: str) -> Any:
    opened = filling(visit_id) or abort(404)
    if not opened.is_open_for_answers:
        return redirect(url_for("field.visit", visit_id=visit_id), 303)
    form = opened.form
    if form is None:
        return redirect(url_for("field.start", visit_id=visit_id), 303)
    gaps, warnings, counted = _checked(opened, form)
    return render_template(
        "field/check.html",
        visit=opened,
        gaps=gaps,
        warnings=warnings,
        counted=counted,
        numbered_by_itself=any(OWN_NUMBER.match(one.title) for one in counted),
        form=buttons(),
        office=office_of(opened.unit, opened.campaign.office),
    )


def _checked(opened: Filling, form: FormState) -> tuple[list[Gap], list[Gap], list[Counted]]:
    gaps: list[Gap] = []
    warnings: list[Gap] = []
    counted: list[Counted] = []
    keys, pages = page_keys(form), walked(form)
    for key in keys:
        view, listed = page_view(form, key), list_of(keys, key)
        number = pages.index(listed or key) + 1
        if view.kind == "list":
            missing = sum(entry.problems for entry in view.entries)
            counted.append(Counted(number, key, view.title, len(view.entries), missing, is_list=True))
            continue
        shown = shown_page(opened, form, view, strict=True)
        wrong = [one for one in shown if one.has_error]
        gaps += [_gap(view, number, one, one.error) for one in wrong]
        warnings += [
            _gap(view, number, one, one.label) for one in shown if one.kind == "warning" and one.question.relevant
        ]
        if listed is None:
            answered = sum(1 for one in shown if one.question.relevant and one.question.value and not one.has_error)
            counted.append(Counted(number, key, view.title, answered, len(wrong)))
    return gaps, warnings, counted


def _gap(view: PageView, number: int, one: Shown, words: str) -> Gap:
    return Gap(view.key, number, one.id, one.label, words)


@field.post("/visits/<visit_id>/hand-in")
def hand_in(visit_id: str) -> Any:
    """Build the content from the draft, and give it to the one way in. Pressed twice: the same bytes, the same receipt."""
    opened = filling(visit_id) or abort(404)
    if not buttons().validate_on_submit():
        return refusal("stale", 400)
    if opened.stored_draft is None:
        if opened.visit.head:
            return redirect(url_for("field.receipt", visit_id=visit_id, content=opened.visit.head), 303)
        return redirect(url_for("field.visit", visit_id=visit_id), 303)
    form, draft = opened.form, opened.stored_draft
    assert form is not None
    form.at(draft.clock or opened.clock())
    form.finish()
    if form.problems():
        return redirect(url_for("field.check", visit_id=visit_id), 303)
    body = content_from_state(
        form, visit_id=visit_id, base=draft.base, clock=form.now, questionnaire=opened.package_hash
    )
    outcome = receive(holder(), visit_id, body, via="page")
    if outcome.held is None or outcome.held.kept != "version":
        return refusal("not_taken", outcome.status)
    return redirect(url_for("field.receipt", visit_id=visit_id, content=outcome.held.content), 303)


@field.post("/visits/<visit_id>/give-up")
def give_up_draft(visit_id: str) -> Any:
    """Drop a draft that changes what was handed in: the version at the server stands."""
    opened = filling(visit_id) or abort(404)
    if not buttons().validate_on_submit():
        return refusal("stale", 400)
    if opened.visit.head is not None:
        give_up(opened)
    return redirect(url_for("field.visit", visit_id=visit_id), 303)


@field.post("/visits/<visit_id>/again")
def again(visit_id: str) -> Any:
    """Change what was handed in, as long as it is not accepted: a new version on top of it."""
    opened = filling(visit_id) or abort(404)
    if not opened.is_open_for_answers or opened.form is None or not buttons().validate_on_submit():
        return redirect(url_for("field.visit", visit_id=visit_id), 303)
    return to_page(visit_id, page_keys(opened.form)[0])
