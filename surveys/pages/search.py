"""One search over what this person may see: subjects on their lists, deputies of their rosters, findings. Touches access."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from surveys import access
from surveys.database import db
from surveys.pages.frame import own_leaves, remembered_campaign
from surveys.pages.sign_in import signed_in
from surveys.planning.assignments import Assignment
from surveys.planning.campaigns import Campaign
from surveys.planning.deputies import Deputy
from surveys.planning.subjects import ListEntry, Subject

bp = Blueprint("search", __name__)
bp.before_request(signed_in)

MOST = 50


@bp.get("/search")
def results() -> ResponseReturnValue:
    """Subjects by name or code, deputies by name or number; at most 50 of each, and said when there are more."""
    words = request.args.get("q", "").strip()[:100]
    campaign = remembered_campaign()
    subjects = _subjects(campaign, words) if words and campaign is not None else []
    deputies = _deputies(words) if words else []
    return render_template(
        "city_desk/search.html", campaign=campaign, words=words, subjects=subjects, deputies=deputies, most=MOST
    )


def _subjects(campaign: Campaign, words: str) -> list[tuple[ListEntry, Subject, Assignment | None]]:
    seen = access.participating_leaves(g.staff, campaign)
    query = (
        select(ListEntry, Subject, Assignment)
        .join(Subject, Subject.id == ListEntry.subject_id)
        .outerjoin(Assignment, (Assignment.entry_id == ListEntry.id) & Assignment.replaced_at.is_(None))
        .where(ListEntry.campaign_id == campaign.id, ListEntry.unit_code.in_(seen))
        .where(Subject.name.contains(words, autoescape=True) | (Subject.uscc == words.upper()))
        .order_by(ListEntry.unit_code, ListEntry.number)
        .limit(MOST + 1)
    )
    return [(entry, subject, assignment) for entry, subject, assignment in db.session.execute(query)]


def _deputies(words: str) -> list[Deputy]:
    campaign = remembered_campaign()
    units = set(g.staff.desk_units) | set(own_leaves(campaign, g.staff) if campaign else ())
    query = (
        select(Deputy)
        .where(Deputy.unit_code.in_(units))
        .where(Deputy.name.contains(words, autoescape=True) | (Deputy.number == words))
        .order_by(Deputy.unit_code, Deputy.name)
        .limit(MOST + 1)
    )
    return list(db.session.scalars(query))
