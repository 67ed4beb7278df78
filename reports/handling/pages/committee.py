"""办理情况: every item with state, body, due day and round, the rates, and one item with its course and what may be done. Touches the course."""

from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from reports.handling import course, rights
from reports.handling.bodies import bodies, by_code, find
from reports.handling.course import staff
from reports.handling.faults import (
    GRADE_WORDS,
    LETTER_WORDS,
    RATING_WORDS,
    STATE_WORDS,
    STEP_WORDS,
    HandlingFault,
    HandlingFaultKind,
)
from reports.handling.letters import reroute
from reports.handling.notices import remind, supervise
from reports.handling.pages.answers import reply_file, sent_answer, typed_day
from reports.handling.reading import (
    Asked,
    Line,
    body_counts,
    counts,
    courses,
    late_this_week,
    lines,
    originals,
    state_counts,
)
from reports.handling.reading import course as course_of
from reports.handling.records import Reply
from reports.handling.states import STATES
from reports.pages.frame import actor, blueprint
from surveys.access import Staff
from surveys.auditing.readings import reads
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign

bp = blueprint("handling", __name__)
bp.register_error_handler(HandlingFault, lambda fault: current_app.extensions["say_fault"](fault, 409))


def entries() -> list[dict[str, Any]]:
    """The page in the line of work."""
    also = ("handling.item",)
    return [{"stage": "handover", "label": _l("Handling"), "endpoint": "handling.show", "args": _seen, "also": also}]


def _seen(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {"number": campaign.number} if campaign is not None and rights.sees(staff, campaign) else None


@bp.app_template_filter("handling_word")
def word(text: Any) -> str:
    """A state, grade or rating in the language of the page."""
    known = STATE_WORDS | GRADE_WORDS | RATING_WORDS
    if text not in known:
        return ""
    return known[text].en if g.get("language") == "en" else known[text].zh


@bp.app_template_filter("step_word")
def step_word(kind: str) -> str:
    return STEP_WORDS[kind].en if g.get("language") == "en" else STEP_WORDS[kind].zh


@bp.app_template_filter("letter_word")
def letter_word(kind: str) -> str:
    return LETTER_WORDS[kind].en if g.get("language") == "en" else LETTER_WORDS[kind].zh


@bp.get("/campaigns/<int:number>/handling")
def show(number: int) -> ResponseReturnValue:
    """Every item: those that are late first, then by body in the order of the list."""
    campaign, arguments = rights.seen_campaign(g.staff, number), request.args
    words = {name: arguments.get(name, "")[:12] for name in ("state", "body", "time", "round")}
    asked = Asked(**words, supervised="supervised" in arguments, proposed="proposed" in arguments)
    query = lines(campaign, asked)
    if kind := arguments.get("export"):
        found = [Line(*row) for row in db.session.execute(query)]
        return _answers(kind, found) if "answers" in arguments else _ledger(kind, found)
    rows, page = current_app.extensions["read_page"](query, arguments)
    by_body = body_counts(campaign)
    return render_template(
        "handling/items.html",
        campaign=campaign,
        rows=[Line(*row) for row in rows],
        page=page,
        by=arguments,
        states=state_counts(campaign),
        state_names=STATES,
        counts=counts(campaign),
        by_body=by_body,
        late=sum(row.late for row in by_body),
        this_week=late_this_week(campaign),
        today=campaign.today(),
        soon_days=course.rule(campaign, "soon_days"),
        reminds=rights.routes(g.staff, campaign),
    )


def _ledger(kind: str, rows: list[Line]) -> ResponseReturnValue:
    columns = [
        (_("Number"), lambda row: row.item.reference),
        (_("Words of the item"), lambda row: row.item.text),
        (_("Leads"), lambda row: row.body.label(g.language)),
        (_("State"), lambda row: word(row.state)),
        (_("Round"), lambda row: row.round_number),
        (_("Due"), lambda row: row.due_on),
        (_("Extended"), lambda row: _("yes") if row.extended else ""),
        (_("Supervised"), lambda row: _("yes") if row.supervised else ""),
    ]
    return current_app.extensions["table_file"](kind, _("Handling"), columns, rows)


def _answers(kind: str, rows: list[Line]) -> ResponseReturnValue:
    """答复汇总: every answer to these items, in the order of the list of bodies."""
    shown = {one.item.id: one for one in courses([row.item for row in rows])}
    answers = [(row, shown[row.item.id], reply) for row in rows for reply in shown[row.item.id].replies]
    columns = [
        (_("Number"), lambda one: one[0].item.reference),
        (_("Words of the item"), lambda one: one[0].item.text),
        (_("Body"), lambda one: one[1].bodies[one[2].body_code].label(g.language)),
        (_("Round"), lambda one: one[2].round_number),
        (
            _("Kind"),
            lambda one: {"final": _("Final answer"), "interim": _("interim answer")}.get(one[2].kind, _("opinion")),
        ),
        (_("Grade"), lambda one: one[2].grade),
        (_("Planned for (grade B)"), lambda one: one[2].planned_on),
        (_("Its words"), lambda one: one[2].text),
        (_("When"), lambda one: one[2].answered_at),
        (_("State"), lambda one: word(one[0].state)),
    ]
    return current_app.extensions["table_file"](kind, _("Summary of answers"), columns, answers)


@bp.get("/items/<uuid:item_id>")
def item(item_id: UUID) -> ResponseReturnValue:
    """One item: its words and where they come from, its course, answers and ratings, and what this person may do."""
    row = rights.seen_item(g.staff, item_id)
    reads("item", ("item", row.id), "L2", campaign_id=row.campaign_id, unit_code=row.campaign.unit_code)
    may_read_originals = g.staff.has(rights.COMMITTEE, row.campaign.unit_code)
    return render_template(
        "handling/item.html",
        campaign=row.campaign,
        item=row,
        course=course_of(row),
        proposed=course.is_proposed(course.steps_of(row.id)),
        originals=originals(row) if may_read_originals else [],
        bodies=bodies(),
        decides=rights.decides(g.staff, row.campaign),
        enters=rights.routes(g.staff, row.campaign),
        today=row.campaign.today(),
    )


@bp.post("/items/<uuid:item_id>")
def decide(item_id: UUID) -> ResponseReturnValue:
    """Reroute, escalate, extend, supervise, note a promise, close, refuse a proposal to close, or reopen."""
    row = rights.decided_item(g.staff, item_id)
    act, words, by = request.form.get("act", ""), request.form.get("words", "")[:2000], staff(actor())
    if act == "reroute":
        typed = request.form.get("body", "")
        body = find(typed, bodies())
        if body is None:
            raise HandlingFault(HandlingFaultKind.BODY_UNKNOWN, typed, typed=typed)
        letter = reroute(row, body, actor(), words, request.url_root)
        flash(_("Rerouted by letter %(number)s.", number=letter.reference), "ok")
    elif act == "extend":
        course.extend(row, by, typed_day("until"), words)
        flash(_("Extended."), "ok")
    elif act == "promise":
        course.promise(row, by, typed_day("until"), words)
        flash(_("Noted; it comes back when the day is past."), "ok")
    elif act == "escalate":
        body = find(request.form.get("body", ""), bodies())
        if body is None:
            raise HandlingFault(HandlingFaultKind.BODY_UNKNOWN, "", typed=request.form.get("body", ""))
        letter = reroute(row, body, actor(), words, request.url_root, "escalated")
        flash(_("Escalated by letter %(number)s; what was done before stays on record.", number=letter.reference), "ok")
    elif act == "supervise":
        letter = supervise(row, actor(), words)
        flash(_("Supervised by letter %(number)s.", number=letter.reference), "ok")
    elif act in ("close", "reopen", "keep_open"):
        {"close": course.close, "reopen": course.reopen, "keep_open": course.keep_open}[act](row, by, words)
        flash(_("Recorded."), "ok")
    else:
        abort(400)
    return redirect(url_for(".item", item_id=row.id), code=303)


@bp.post("/items/<uuid:item_id>/proposal")
def propose(item_id: UUID) -> ResponseReturnValue:
    """提请销号, or its taking back, by the office."""
    row = rights.entered_item(g.staff, item_id)
    words, by = request.form.get("words", "")[:2000], staff(actor())
    if request.form.get("act") == "take_back":
        course.keep_open(row, by, words or STEP_WORDS["kept_open"].zh)
        flash(_("Taken back."), "ok")
    else:
        course.propose_close(row, by, words)
        flash(_("Proposed; the committee closes it, or says why not."), "ok")
    return redirect(url_for(".item", item_id=row.id), code=303)


@bp.post("/campaigns/<int:number>/handling/remind")
def send_reminder(number: int) -> ResponseReturnValue:
    """催办 now: one letter to a body with all its items that have no answer."""
    campaign = rights.routed_campaign(g.staff, number)
    body = by_code().get(request.form.get("body", "")) or abort(404)
    remind(campaign, actor(), body.code)
    flash(
        _("A reminder to %(body)s is made; it is on its page and among the letters.", body=body.label(g.language)), "ok"
    )
    return redirect(url_for(".show", number=number), code=303)


@bp.post("/items/<uuid:item_id>/paper")
def paper(item_id: UUID) -> ResponseReturnValue:
    """来文: an answer that came on paper, entered for its body, the scan attached."""
    row = rights.entered_item(g.staff, item_id)
    body = by_code()[course.newest(row.id).body_code]
    course.answer(row, body, sent_answer(on_paper=True), staff(actor()))
    flash(_("Entered."), "ok")
    return redirect(url_for(".item", item_id=row.id), code=303)


@bp.get("/items/<uuid:item_id>/replies/<uuid:reply_id>/<int:place>")
def file(item_id: UUID, reply_id: UUID, place: int) -> ResponseReturnValue:
    """One file of an answer."""
    row = rights.seen_item(g.staff, item_id)
    reply = db.session.get(Reply, str(reply_id))
    if reply is None or reply.item_id != row.id:
        abort(404)
    return reply_file(reply, place)
