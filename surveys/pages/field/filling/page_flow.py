"""One questionnaire page without script: shown, saved at each step, and where to go from there. The same for visits and rehearsals.

Every post saves first and asks questions later: what was typed is kept, also when it is wrong or when the page closes itself.
A wrong answer holds the page up once, a missing one never: the check before handing in lists what is missing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import make_response, redirect, render_template, request

from surveys.fieldwork.filling.drafts import RemovedEntry
from surveys.fieldwork.filling.replies import read_replies
from surveys.forms.answer_fields import ASKED_FIELD, fault_of, field_id, read_answers
from surveys.pages.field.frame import buttons
from surveys.pages.field.questions.long_lists import search_in
from surveys.pages.field.questions.media import take_files
from surveys.pages.field.questions.page_numbers import first_page_of, page_of_group, step
from surveys.pages.field.questions.questions import faults, has_number, shown_page
from surveys.pages.field.visits.page_addresses import Walk
from surveys.pages.field.visits.visits import remark_places
from surveys.questionnaire.sheets.columns import MOST_INSTANCES
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import PageView, page_view

REPLY = "reply:"


def one_page(walk: Walk, form: FormState, key: str) -> Any:
    """What is asked at the address of a page: it is shown, or what was posted is saved."""
    try:
        view = page_view(form, key)
    except KeyError:  # an answer elsewhere closed this page, or its questions stand on another one now
        at = page_of_group(form, key)
        return redirect(walk.page(at) if at else walk.check(), 303)
    if request.method == "GET":
        return show_page(walk, form, view, strict="fix" in request.args)
    return save_page(walk, form, view)


def show_page(
    walk: Walk,
    form: FormState,
    view: PageView,
    *,
    strict: bool = False,
    status: int = 200,
    file_faults: Mapping[str, str] | None = None,
) -> Any:
    """The page. `file_faults`: path → what was wrong with a file that was brought just now."""
    filling = walk.filling
    looked_for = {request.args.get("find", ""): request.args.get("q", "")}
    questions = shown_page(filling, form, view, strict=strict, file_faults=file_faults, looked_for=looked_for)
    html = render_template(
        "field/list.html" if view.kind == "list" else "field/page.html",
        visit=filling,
        view=view,
        step=step(form, view.key),
        listed=questions,
        faults=faults(questions),
        form=buttons(),
        new_questions=request.args.get("new", type=int),
        removed=filling.draft.removed if filling.draft else None,
        most=MOST_INSTANCES,
        places=remark_places(filling) if filling.state == "returned" else [],
        trial=walk.trial,
        desk=walk.desk,
        page_address=lambda _visit, key, anchor="", **more: walk.page(key, anchor, **more),
        begins={entry.path: first_page_of(form, entry.key) for entry in view.entries},
    )
    return make_response(html, status)


def save_page(walk: Walk, form: FormState, view: PageView) -> Any:
    """Take the answers in, keep them, then see where to go."""
    filling = walk.filling
    form.at(filling.clock())
    answers = read_answers(view.questions, request.form, zone=filling.clock()[-6:])
    text_by_path = {question.path: question.raw for question in view.questions}
    changed_paths = [path for path, text in answers.items() if text != text_by_path[path]]
    for path in changed_paths:  # what stood there may be changed by a trigger meanwhile
        form.set(path, answers[path])
    if {one.type for one in view.questions if one.path in changed_paths} == {
        "select_one"
    }:  # a list still being ticked is left alone
        _take_only_choices(form, view)
    path_to_restore = request.form.get("restore", "")
    if path_to_restore and filling.head and path_to_restore in filling.head["answers"]:
        form.set(path_to_restore, filling.head["answers"][path_to_restore])
    path_to_drop = request.form.get("drop", "")
    go = request.form.get("go", "stay" if path_to_restore or path_to_drop else "next")
    if view.kind == "list":
        return _save_list(walk, form, view, go)
    at = step(form, view.key)
    if go == "remove" and at.list_key and at.entry == view.key:
        return _remove(walk, form, view.path, at.list_key)
    parts, file_faults = take_files(filling, form, view.questions)
    walk.keep(form, page=view.key, parts=parts, replies=_replies(walk))
    try:
        after = page_view(form, view.key)
    except KeyError:
        return redirect(walk.check(), 303)
    if file_faults:
        return show_page(walk.again(), form, after, status=422, file_faults=file_faults)
    if path_to_restore or path_to_drop:
        return redirect(walk.page(view.key, field_id(path_to_restore or path_to_drop)), 303)
    if search := search_in(after.questions, request.form):
        return redirect(walk.page(view.key, field_id(search[0]), find=search[0], q=search[1]), 303)
    numbers = [one.path for one in after.questions if one.path in changed_paths and has_number(one, filling.clock())]
    return _onward(walk, form, after, go, numbers)


def _take_only_choices(form: FormState, view: PageView) -> None:
    """Where other answers leave one choice, it is taken. The phone's twin: questions.mjs."""
    for question in view.questions:
        if question.type != "select_one" or not question.filtered:
            continue
        node = form.node(question.path)
        if node.relevant and node.required and not node.readonly and not node.raw and len(node.choices or ()) == 1:
            form.set(question.path, (node.choices or ("",))[0])


def _replies(walk: Walk) -> dict[str, str] | None:
    """What is answered to the office, with what this page says of it; None where the page asks for no such thing."""
    replies = {name.removeprefix(REPLY): text for name, text in request.form.items() if name.startswith(REPLY)}
    return read_replies({**walk.filling.draft.replies, **replies}) if replies and walk.filling.draft else None


def _onward(walk: Walk, form: FormState, view: PageView, go: str, numbers: Sequence[str] = ()) -> Any:
    """What is wrong here is said here; what has opened on this page is asked before the next one. `numbers`: where an ID or bank
    card number was typed just now, which is said once at its question."""
    at = step(form, view.key)
    if go == "previous":
        before = at.previous or at.list_key
        return redirect(walk.page(before) if before else walk.home(), 303)
    if _is_wrong(view) and go in ("next", "list"):
        return show_page(walk.again(), form, view, status=422)
    new = _opened_now(view)
    if numbers and go in ("next", "list"):
        return redirect(walk.page(view.key, field_id(numbers[0]), **({"new": len(new)} if new else {})), 303)
    if new:
        return redirect(walk.page(view.key, field_id(new[0]), new=len(new)), 303)
    if at.list_key and (go == "list" or at.next is None) and go != "check":
        return redirect(walk.page(at.list_key), 303)
    if go == "check" or at.next is None:
        return redirect(walk.check(), 303)
    return redirect(walk.page(at.next), 303)


def _is_wrong(view: PageView) -> bool:
    return any(
        question.relevant and (question.problem not in (None, "required") or fault_of(question))
        for question in view.questions
    )


def _opened_now(view: PageView) -> list[str]:
    """Questions that the person has not seen yet, because an answer on this page opened them."""
    paths = set(request.form.getlist(ASKED_FIELD))
    return [question.path for question in view.questions if question.asked and question.path not in paths]


# --- entries of an open repeat ---------------------------------------------------------------------------------------


def _save_list(walk: Walk, form: FormState, view: PageView, go: str) -> Any:
    draft = walk.filling.draft
    if go == "add" and len(view.entries) < MOST_INSTANCES:
        entry_path = form.add(view.path)[1:]
        key = first_page_of(form, entry_path) or view.key
        walk.keep(form, page=key)
        return redirect(walk.page(key), 303)
    if go.startswith("remove:"):
        entry = next((one for one in view.entries if one.path == go.removeprefix("remove:")), None)
        return _remove(walk, form, entry.path, view.key) if entry else redirect(walk.page(view.key), 303)
    if go == "undo" and draft and draft.removed:
        walk.keep(_put_back(form, draft.removed), page=view.key)
        return redirect(walk.page(view.key, "entries"), 303)
    walk.keep(form, page=view.key)
    return _onward(walk, form, view, go)


def _remove(walk: Walk, form: FormState, path: str, list_key: str) -> Any:
    """Delete an entry; what stood in it is kept until the next change, for 撤销删除."""
    answers = {at.removeprefix(path): text for at, text in form.raw().items() if at.startswith(f"{path}/")}
    inside = {at.removeprefix(path): number for at, number in form.repeats.items() if at.startswith(f"{path}/")}
    number = path.rpartition("[")[2].rstrip("]")
    form.remove(path)
    entry: RemovedEntry = {"repeat": f"/{list_key}", "number": number, "answers": answers, "repeats": inside}
    walk.keep(form, page=list_key, removed=entry)
    return redirect(walk.page(list_key, "removed"), 303)


def _put_back(form: FormState, entry: RemovedEntry) -> FormState:
    """The entry stands at the end again, read back as it was kept: entries inside it too, also where a count had let them grow."""
    repeat = entry["repeat"]
    number = form.repeats[repeat] + 1
    path = f"{repeat}[{number}]"
    inside = {f"{path}{below}": number for below, number in entry.get("repeats", {}).items()}
    return FormState(
        form.package,
        form.raw() | {f"{path}{below}": text for below, text in entry["answers"].items()},
        form.repeats | inside | {repeat: number},
        now=form.now,
        language=form.language,
        new=False,
    )
