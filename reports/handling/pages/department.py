"""The department's door: link and code of its letter, no account; its own items of one campaign alone. Touches the course and links.

Who is in stands in the session: the link, looked up at each request, so that its end acts at once. Asker's names are on no page here.
"""

import time
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from reports.handling import course, rights
from reports.handling.bodies import Body, bodies, find
from reports.handling.course import of_body
from reports.handling.faults import HandlingFault, HandlingFaultKind
from reports.handling.links import WrongCode, enter, opens
from reports.handling.pages.answers import reply_file, sent_answer, typed_day
from reports.handling.reading import Course, courses
from reports.handling.reading import course as course_of
from reports.handling.records import BodyLink, Item, Reply
from reports.handling.spreadsheet import LARGEST, Taken, sheet_of, take_sheet
from reports.issuing.archive import store
from reports.pages.frame import attachment
from surveys.database import db, utc_now
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.imports.tables import XLSX
from surveys.planning.words.visit_words import speak_of

bp = Blueprint("department", __name__)
KEY = "department"
LIFE = 12 * 3600  # seconds since the code was typed
SAME_TIME = 0.3  # seconds a wrong code takes, whatever is wrong


@bp.before_request
def _admit() -> ResponseReturnValue | None:
    """The body whose link is open in this browser; without one the page that says how to come in."""
    if request.endpoint in ("department.door", "department.unlock"):
        return None
    entered = session.get(KEY)
    link = (
        db.session.get(BodyLink, entered["link"]) if entered and utc_now().timestamp() - entered["at"] < LIFE else None
    )
    campaign = db.session.get(Campaign, link.campaign_id) if link else None
    if link is None or campaign is None or not opens(link, campaign):
        session.pop(KEY, None)
        return make_response(_page("department/outside.html"), 401)
    g.body_link, g.campaign, g.body = link, campaign, db.session.get_one(Body, link.body_code)
    speak_of(campaign.settings)
    return None


@bp.context_processor
def _context() -> dict[str, Any]:
    frame = current_app.extensions["field_frame"]
    return frame.context() | {"phone": None, "demonstration": "campaign" in g and g.campaign.demonstration}


@bp.after_request
def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.errorhandler(HandlingFault)
def _fault(fault: HandlingFault) -> ResponseReturnValue:
    """What was typed stays: the same page again, with what is wrong on top."""
    item_id = (request.view_args or {}).get("item_id")
    if item_id is None:
        return make_response(_items_page(fault=fault), 409)
    row, part = rights.body_item(g.body_link, item_id)
    return make_response(_item_page(row, part, fault), 409)


def _page(name: str, **values: Any) -> str:
    return render_template(name, **values)


@bp.get("/d/<token>")
def door(token: str) -> ResponseReturnValue:
    """The code is asked for; the page is the same for every link, also for one that is none."""
    return make_response(_page("department/door.html", token=token, problem="", wait=0))


@bp.post("/d/<token>")
def unlock(token: str) -> ResponseReturnValue:
    """The right code opens the items; anything else says the same."""
    start = time.monotonic()
    try:
        link = enter(token[:200], request.form.get("code", "").replace(" ", "")[:20])
    except WrongCode as wrong:
        time.sleep(max(0.0, SAME_TIME - (time.monotonic() - start)))
        minutes = -(-wrong.wait // 60)
        response = make_response(
            _page("department/door.html", token=token, problem="wrong", wait=minutes), 429 if wrong.wait else 422
        )
        if wrong.wait:
            response.headers["Retry-After"] = str(wrong.wait)
        return response
    session[KEY] = {"link": link.id, "at": utc_now().timestamp()}
    return redirect(url_for(".items"), code=303)


@bp.post("/department/leave")
def leave() -> ResponseReturnValue:
    """退出."""
    session.pop(KEY, None)
    return make_response(_page("department/outside.html"))


@bp.get("/department")
def items() -> ResponseReturnValue:
    """Its own items, those to be done first in front."""
    return make_response(_items_page())


def _own_items() -> list[tuple[Course, str]]:
    order = ["late", "soon", "fine", "none"]
    items = db.session.execute(rights.body_items(g.body_link)).all()
    rows = list(zip(courses([row.Item for row in items]), (row.part for row in items), strict=True))
    return sorted(rows, key=lambda one: (order.index(one[0].time), one[0].item.reference))


def _items_page(fault: HandlingFault | None = None, taken: list[Taken] | None = None) -> str:
    facts = {"letters": rights.body_letters(g.body_link), "today": g.campaign.today()}
    return _page("department/items.html", rows=_own_items(), fault=fault, taken=taken, **facts)


@bp.get("/department/items.xlsx")
def sheet() -> ResponseReturnValue:
    """Its items as a spreadsheet to be filled in."""
    return attachment(sheet_of(_own_items()), XLSX, f"{g.body.short_name}交办事项.xlsx")


@bp.post("/department/items.xlsx")
def sheet_back() -> ResponseReturnValue:
    """The spreadsheet filled in: each row taken, or named with what is wrong."""
    upload = request.files.get("file")
    data, name = (upload.stream.read(LARGEST + 1), upload.filename or "") if upload else (b"", "")
    own = {row.reference: (row, part) for row, part in db.session.execute(rights.body_items(g.body_link))}
    taken = take_sheet(data, name[-120:], own, g.body)
    return make_response(_items_page(taken=taken), 422 if any(one.fault for one in taken) else 200)


@bp.get("/department/items/<uuid:item_id>")
def item(item_id: UUID) -> ResponseReturnValue:
    """One item with its due day, how it was reckoned, its course, and what may be done."""
    row, part = rights.body_item(g.body_link, item_id)
    return make_response(_item_page(row, part, None))


def _item_page(row: Item, part: str, fault: HandlingFault | None) -> str:
    shown = course_of(row)
    shows_opinions = part == "lead"  # an assisting body reads its own opinion alone
    replies = [
        reply for reply in shown.replies if reply.kind != "opinion" or shows_opinions or reply.body_code == g.body.code
    ]
    can_give_back = part == "lead" and shown.state in ("handed", "signed")
    until = course.give_back_until(row, shown.steps).day if can_give_back else None
    return _page(
        "department/item.html",
        item=row,
        part=part,
        course=shown,
        replies=replies,
        fault=fault,
        typed=request.form if fault else {},
        open_to_body=shown.state in course.OPEN_TO_BODY,
        give_back_until=until if until and until >= row.campaign.today() else None,
        months=course.rule(row.campaign, "extension_months"),
        bodies=[one for one in bodies() if one.code != g.body.code],
    )


@bp.post("/department/items/<uuid:item_id>")
def act(item_id: UUID) -> ResponseReturnValue:
    """Sign for, give back, ask for time, answer, give an opinion."""
    row, part = rights.body_item(g.body_link, item_id)
    pressed, words = request.form.get("act", ""), request.form.get("words", "")[:2000]
    if pressed == "sign":
        course.sign_for(row, g.body)
    elif pressed == "give_back":
        typed = request.form.get("whose", "").strip()
        whose = find(typed, bodies()) if typed else None
        if typed and whose is None:
            raise HandlingFault(HandlingFaultKind.BODY_UNKNOWN, typed, typed=typed)
        course.give_back(row, g.body, words, whose)
    elif pressed == "more_time":
        course.ask_extension(row, g.body, words, typed_day("until"))
    elif pressed == "answer":
        course.answer(row, g.body, sent_answer(), of_body(g.body))
    else:
        abort(400)
    say = current_app.extensions["field_frame"].context()["_"]
    flash(say("It has arrived."), "ok")
    still = part == "assist" or pressed != "give_back"
    return redirect(url_for(".item", item_id=row.id) if still else url_for(".items"), code=303)


@bp.get("/department/letters/<uuid:letter_id>.pdf")
def letter(letter_id: UUID) -> ResponseReturnValue:
    """A letter of this body."""
    row = next((one for one in rights.body_letters(g.body_link) if one.id == str(letter_id)), None) or abort(404)
    return attachment(store().read(row.file), "application/pdf", f"{row.reference}.pdf", shown=True)


@bp.get("/department/letters/<uuid:letter_id>/report.pdf")
def report(letter_id: UUID) -> ResponseReturnValue:
    """The report that went along with a letter, by its hash."""
    row = next((one for one in rights.body_letters(g.body_link) if one.id == str(letter_id)), None) or abort(404)
    if row.report_file is None:
        abort(404)
    return attachment(store().read(row.report_file), "application/pdf", "report.pdf", shown=True)


@bp.get("/department/items/<uuid:item_id>/replies/<uuid:reply_id>/<int:place>")
def file(item_id: UUID, reply_id: UUID, place: int) -> ResponseReturnValue:
    """One file of this body's own answer, or, for the lead, of an opinion given to it."""
    row, part = rights.body_item(g.body_link, item_id)
    reply = db.session.scalar(select(Reply).where(Reply.id == str(reply_id), Reply.item_id == row.id))
    if reply is None or (part != "lead" and reply.body_code != g.body.code):
        abort(404)
    return reply_file(reply, place)
