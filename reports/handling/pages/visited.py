"""办理结果查询: what became of what a firm or guest said, by the code on the receipt. Touches the course and answer codes.

No account and no cookie beyond the form's token. Shown are their own words, the state, and the newest final answer; no file of a body,
no name of a deputy, nothing that was not wished to be answered. Tries are slowed by address, and by what the code is about.
"""

import time
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from reports.handling.reading import Course, courses
from reports.handling.records import Item, ItemFinding
from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.answer_codes import plain_code, visit_by
from surveys.fieldwork.findings.findings import Finding, FindingRow, counted_findings, finding_rows
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.people.code_tries import held_up, note_wrong, one_after_the_other
from surveys.planning.people.slips import token_hash
from surveys.planning.words.visit_words import speak_of
from surveys.rates import Rate

bp = Blueprint("visited", __name__)
_looks = Rate("visited_answers", 1 / 10, 20)
SAME_TIME = 0.3  # seconds a wrong code takes, whatever is wrong


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said. `course`: None while it is not handed over."""

    finding: FindingRow
    course: Course | None


@bp.route("/answers", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Ask for the code; then what became of each matter. A code is never part of an address."""
    if request.method == "GET":
        return render_template("visited/answers.html", visit=None, said=[], problem="", typed="")
    typed = request.form.get("code", "")[:60]
    if _looks.wait(request.remote_addr or ""):
        return _refused(typed, _("Too many at once. Please try again in some minutes."), 429)
    start = time.monotonic()
    visit, wait = _visit_of(plain_code(typed))
    if wait:
        return _refused(typed, _("Too many wrong codes. Please try again in %(n)s minutes.", n=-(-wait // 60)), 429)
    if visit is None:
        time.sleep(max(0.0, SAME_TIME - (time.monotonic() - start)))
        return _refused(typed, _("No receipt has this code. It stands on the receipt, with its hyphens."), 422)
    speak_of(visit.campaign.settings)
    return render_template("visited/answers.html", visit=visit, said=_said(visit), problem="", typed="")


def _refused(typed: str, problem: str, status: int) -> ResponseReturnValue:
    return render_template("visited/answers.html", visit=None, said=[], problem=problem, typed=typed), status


def _visit_of(code: str) -> tuple[Visit | None, int]:
    """The visit, or how many seconds the code is held up: five wrong ones in 15 minutes for one visit's reference."""
    key, now = token_hash(f"answers {code.replace('-', '')[:-8]}"), utc_now()
    with writing():
        one_after_the_other(key)
        if wait := held_up(key, now):
            return None, wait
        visit = visit_by(code)
        if visit is None:
            note_wrong(key, now)
    return visit, 0


def _said(visit: Visit) -> list[Said]:
    """What counts of what was said and wished to be answered, with its item where there is one."""
    query = counted_findings(visit.campaign_id, [visit.unit_code])
    rows = finding_rows(
        db.session.execute(query.where(Finding.visit_id == visit.id, Finding.wants_reply).order_by(Finding.id))
    )
    pairs = select(ItemFinding.finding_id, Item).join(Item, Item.id == ItemFinding.item_id)
    item_pairs = db.session.execute(pairs.where(ItemFinding.finding_id.in_([row.id for row in rows])))
    items: dict[str, Item] = {finding: item for finding, item in item_pairs}  # noqa: C416 - rows, not pairs
    by_item = {one.item.id: one for one in courses(list({item.id: item for item in items.values()}.values()))}
    return [Said(row, by_item[items[row.id].id] if row.id in items else None) for row in rows]
