"""我提的: what a deputy brought home, where each matter stands, its answer, and the rating with two taps. Touches the course and rights."""

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
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from reports.handling import course, rights
from reports.handling.course import By
from reports.handling.faults import HandlingFault
from reports.handling.pages.answers import reply_file
from reports.handling.reading import Course, courses
from reports.handling.records import Item, ItemFinding, Reply
from surveys.database import db
from surveys.fieldwork.findings.findings import Finding

bp = Blueprint("asked", __name__)


def _frame() -> Any:
    return current_app.extensions["field_frame"]


bp.before_request(lambda: _frame().admit())
bp.after_request(lambda response: _frame().renewed(response))
bp.context_processor(lambda: _frame().context())


@bp.errorhandler(HandlingFault)
def _fault(fault: HandlingFault) -> ResponseReturnValue:
    return make_response(_page(fault), 409)


def _deputy() -> str:
    """The deputy whose phone calls; staff has no page here."""
    return g.sender.deputy_id or abort(404)


@bp.get("/visits/asked")
def show() -> ResponseReturnValue:
    """Each finding of one's own visits: what waits for a rating first."""
    return make_response(_page())


def _page(fault: HandlingFault | None = None) -> str:
    mine = rights.deputy_findings(_deputy())
    findings = db.session.scalars(
        select(Finding).where(Finding.id.in_(mine)).order_by(Finding.entered_at.desc(), Finding.id)
    )
    pairs = db.session.execute(select(ItemFinding.finding_id, Item).join(Item).where(ItemFinding.finding_id.in_(mine)))
    item_by_finding: dict[str, Item] = {finding: item for finding, item in pairs}  # noqa: C416 - rows, not pairs
    items = list({item.id: item for item in item_by_finding.values()}.values())
    shown = {one.item.id: one for one in courses(items)}
    asked, waiting, rest = _deputy(), list[tuple[Course, list[Finding]]](), list[tuple[Course, list[Finding]]]()
    by_item: dict[str, list[Finding]] = {}
    alone = []
    for finding in findings:
        if finding.id in item_by_finding:
            by_item.setdefault(item_by_finding[finding.id].id, []).append(finding)
        else:
            alone.append(finding)
    for item_id, said in by_item.items():
        (waiting if _may_rate(shown[item_id], asked) else rest).append((shown[item_id], said))
    return render_template("asked/asked.html", waiting=waiting, rest=rest, alone=alone, fault=fault, typed=request.form)


def _may_rate(shown: Course, deputy_id: str) -> bool:
    reply = shown.newest_reply
    if reply is None or shown.state not in ("answered", "following", "again"):
        return False
    return all((r.round_number, r.deputy_id) != (reply.round_number, deputy_id) for r in shown.ratings)


@bp.post("/visits/asked/<uuid:item_id>")
def rate(item_id: UUID) -> ResponseReturnValue:
    """评价: process and result apart, and a sentence if one likes."""
    item, form = rights.deputy_item(_deputy(), item_id), request.form
    by = By("deputy", g.sender.id, g.sender.name)
    course.rate(item, _deputy(), by, form.get("process", ""), form.get("result", ""), form.get("words", ""))
    say = _frame().context()["_"]
    flash(say("Your rating has arrived."), "ok")
    return redirect(url_for(".show"), code=303)


@bp.get("/visits/asked/<uuid:item_id>/replies/<uuid:reply_id>/<int:place>")
def file(item_id: UUID, reply_id: UUID, place: int) -> Response:
    """One file of a final answer to one's own matter."""
    item = rights.deputy_item(_deputy(), item_id)
    reply = db.session.get(Reply, str(reply_id))
    if reply is None or reply.item_id != item.id or reply.kind != "final":
        abort(404)
    return reply_file(reply, place)
