"""投诉与意见: the box that is open to everybody, the answer by receipt code, and the office's page. Touches complaints; access says who answers."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from surveys import access
from surveys.auditing.readings import reads
from surveys.database import db
from surveys.pages.shell.desk_frame import remembered_campaign
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import read_page
from surveys.planning.campaigns.campaigns import Campaign, campaign_units
from surveys.planning.campaigns.complaints import (
    LONGEST,
    Complaint,
    answer_complaint,
    complaint_by,
    receive_complaint,
)
from surveys.planning.campaigns.units import unit_tree
from surveys.planning.people.deputies import Deputy
from surveys.rates import Rate

bp = Blueprint("complaints", __name__)
# By the address a request comes from. A district may share one: the bound of a day is the one that holds.
_writes, _looks = Rate("complaints", 1 / 30, 20), Rate("complaint_answers", 1 / 10, 20)


@bp.route("/complaints", methods=["GET", "POST"])
def write() -> ResponseReturnValue:
    """Write a complaint or an opinion; no account, no name, text alone."""
    campaign = _campaign()
    units = _units(campaign)
    text = request.form.get("text", "")
    if request.method == "GET":
        return _box(campaign, units)
    if wait := _writes.wait(request.remote_addr or ""):
        return _refused(campaign, units, text, _("Too many at once. Please try again in some minutes."), 429, wait)
    if not text.strip() or len(text) > LONGEST:
        return _refused(campaign, units, text, _("Please write between 1 and %(n)s characters.", n=LONGEST), 422)
    unit = request.form.get("unit", "")
    code = receive_complaint(text, campaign=campaign, unit_code=unit if unit in {one.code for one in units} else None)
    if code is None:
        return _refused(
            campaign, units, text, _("The box is full for today. Please come again tomorrow, or call the office."), 429
        )
    return render_template("complaints/received.html", code=code), 201


@bp.route("/complaints/answer", methods=["GET", "POST"])
def answer() -> ResponseReturnValue:
    """The answer, by the receipt code; a code is never part of an address."""
    complaint, problem, status = None, "", 200
    if request.method == "POST":
        if _looks.wait(request.remote_addr or ""):
            problem, status = _("Too many at once. Please try again in some minutes."), 429
        elif (complaint := complaint_by(request.form.get("code", ""))) is None:
            problem, status = _("No complaint has this receipt code. Check the twelve letters and digits."), 422
    return render_template("complaints/answer.html", complaint=complaint, problem=problem), status


@bp.get("/complaints/received")
def received() -> ResponseReturnValue:
    """What came in for the units of this person, unanswered ones first."""
    if (response := signed_in()) is not None:
        return response
    rows, page = read_page(access.complaints(g.staff), request.args)
    written = [row[0] for row in rows]
    return render_template(
        "complaints/list.html", campaign=remembered_campaign(), rows=written, deputies=_deputies(written), page=page
    )


@bp.route("/complaints/received/<uuid:complaint_id>", methods=["GET", "POST"])
def read(complaint_id: UUID) -> ResponseReturnValue:
    """One complaint, and its answer."""
    if (response := signed_in()) is not None:
        return response
    complaint = db.session.scalar(access.complaints(g.staff).where(Complaint.id == str(complaint_id))) or abort(404)
    if request.method == "POST":
        if not request.form.get("answer", "").strip():
            flash(_("Write the answer first."), "error")
        else:
            answer_complaint(complaint, request.form["answer"], actor=actor())
            flash(
                _("Answered. The deputy reads it on the help page.")
                if complaint.deputy_id
                else _("Answered. Who wrote it reads it with the receipt code."),
                "ok",
            )
        return redirect(url_for(".read", complaint_id=complaint_id), code=303)
    reads(
        "complaint", ("complaint", complaint.id), "L2", campaign_id=complaint.campaign_id, unit_code=complaint.unit_code
    )
    return render_template(
        "complaints/one.html",
        campaign=remembered_campaign(),
        complaint=complaint,
        deputy=_deputies([complaint]).get(complaint.deputy_id or "", ""),
        longest=LONGEST,
    )


def _deputies(complaints: list[Complaint]) -> dict[str, str]:
    """The names of the deputies who wrote, by id."""
    ids = {one.deputy_id for one in complaints if one.deputy_id}
    rows = db.session.execute(select(Deputy.id, Deputy.name).where(Deputy.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}


def _box(campaign: Campaign | None, units: list, text: str = "", problem: str = "") -> str:
    return render_template(
        "complaints/write.html", campaign=campaign, units=units, text=text, problem=problem, longest=LONGEST, chosen=request.values.get("unit", "")
    )  # fmt: skip


def _refused(campaign: Campaign | None, units: list, text: str, problem: str, status: int, wait: float = 0) -> Response:
    response = Response(_box(campaign, units, text, problem), status)
    if wait:
        response.headers["Retry-After"] = str(int(wait) + 1)
    return response


def _campaign() -> Campaign | None:
    """The campaign that the notice belongs to; what is shown of it, its title and units, any stranger may know."""
    number = request.args.get("campaign", "")
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        return None
    return db.session.scalar(select(Campaign).where(Campaign.number == int(number)))


def _units(campaign: Campaign | None) -> list:
    tree = unit_tree()
    if campaign is None:
        return []
    return [row.unit for row in campaign_units(campaign.id) if tree.is_leaf(row.unit_code)]
