"""期限: contacts and what else is L3 of a campaign go when its term has ended. Touches erasing, jobs and campaigns.

Term    `contact_months` of the campaign (12), counted from the last hand-over; where nothing was handed over, from its closing, else
        from its last day. Later rooms tell the last hand-over: `app.extensions["last_handover"]`, a function from a campaign's id.
Again   a job a campaign and day: what is gone already is not erased again; where anything came in since (a version, something set
        aside, a draft, a message, a contact in the register) the campaign is due once more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import undefer

from surveys import jobs
from surveys.audit import SYSTEM, Actor
from surveys.database import CHINA, db
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.visits.erased import Erasure
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.jobs import Job
from surveys.personal_data.erasing import erase_by_term
from surveys.personal_data.places import held_parts_of
from surveys.personal_data.redaction import redacted
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.complaints import Complaint, messages_about
from surveys.planning.campaigns.subjects import ListEntry, Subject

KIND = "retention"
# A version that bears a time before an erasure may have been written after it: it is judged between its arrival and its row.
LONGEST_ARRIVAL = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Term:
    """When the contacts of a campaign go, counted from where, and what will go."""

    begins_on: date
    ends_on: date
    counted_from: str  # handover, closed, last_day
    versions: int
    aside: int
    drafts: int
    files: int
    contacts: int
    messages: int

    def is_over(self, today: date) -> bool:
        return today >= self.ends_on

    @property
    def is_empty(self) -> bool:
        return not (self.aside or self.drafts or self.files or self.contacts or self.messages)


def term_of(campaign: Campaign) -> Term:
    """The term of a campaign and what will go with it."""
    begins_on, counted_from = _beginning(campaign)
    visits = _visits(campaign.id)
    return Term(
        begins_on,
        _months_after(begins_on, int(campaign.setting("contact_months"))),
        counted_from,
        db.session.scalar(select(func.count()).select_from(Submission).where(Submission.visit_id.in_(visits))) or 0,
        db.session.scalar(select(func.count()).select_from(SetAside).where(SetAside.address.in_(visits))) or 0,
        db.session.scalar(select(func.count()).select_from(Draft).where(Draft.visit_id.in_(visits))) or 0,
        len(held_parts_of(visits, alone=True)),
        len(_subjects(campaign)),
        db.session.scalar(select(func.count()).select_from(Complaint).where(messages_about(campaign.id))) or 0,
    )


def erasures_of(campaign_id: str) -> list[Erasure]:
    """What went by term, newest first."""
    query = select(Erasure).where(Erasure.campaign_id == campaign_id, Erasure.scope == "term")
    return list(db.session.scalars(query.order_by(Erasure.done_at.desc())))


def due_campaigns() -> list[Campaign]:
    """The campaigns whose term has ended, by their own clock, and of which something is left to go by term; no demonstration."""
    campaigns = db.session.scalars(select(Campaign).where(Campaign.demonstration.is_(False))).all()
    over = [
        one for one in campaigns if _months_after(_beginning(one)[0], int(one.setting("contact_months"))) <= one.today()
    ]
    return [one for one in over if _is_left(one)]


def _is_left(campaign: Campaign) -> bool:
    """Nothing of it went by term yet, or something came in since: what stands beside versions all went, so what is there is new."""
    gone = next(iter(erasures_of(campaign.id)), None)
    if gone is None:
        return True
    visits = select(Visit.id).where(Visit.campaign_id == campaign.id)
    came_in: tuple[ColumnElement[bool], ...] = (
        exists().where(SetAside.address.in_(visits)),
        exists().where(Draft.visit_id.in_(visits)),
        exists().where(messages_about(campaign.id)),
    )
    since = gone.done_at - LONGEST_ARRIVAL
    return (
        any(db.session.scalar(select(one)) for one in came_in)
        or bool(_subjects(campaign))
        or _has_personal_versions(campaign.id, since)
    )


def _has_personal_versions(campaign_id: str, since: datetime) -> bool:
    """A version that arrived since then holds something that goes by term."""
    query = select(Submission).join(Visit, Visit.id == Submission.visit_id)
    query = query.where(Visit.campaign_id == campaign_id, Submission.received_at > since)
    return any(
        redacted(one.body, package_of(one.package_hash), identity=False) != one.body
        for one in db.session.scalars(query.options(undefer(Submission.body)))
    )


@jobs.every_minute
def ask_when_due() -> None:
    """What is due is asked for; what failed is tried again the next day."""
    for campaign in due_campaigns():
        ask_for(campaign, SYSTEM, again=False)


def ask_for(campaign: Campaign, actor: Actor, *, again: bool = True) -> Job:
    """The job that removes the contacts of a campaign, one a day."""
    asked = {"campaign": campaign.id, "day": campaign.today().isoformat(), "by": [actor.kind, actor.id, actor.name]}
    return jobs.ask(KIND, asked, about=campaign.id, asked_by=actor.id, again=again)


@jobs.handler(KIND)
def _remove(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    campaign = db.session.get_one(Campaign, job.arguments["campaign"])
    term = term_of(campaign)
    if not term.is_over(campaign.today()):
        return {"refused": term.ends_on.isoformat()}
    progress("retention", 0, term.versions)
    reason = f"{term.ends_on.isoformat()} 到期"
    erasure = erase_by_term(
        campaign.id, _visits(campaign.id), _subjects(campaign), reason, actor=Actor(*job.arguments["by"])
    )
    return {"erasure": erasure.id, **erasure.counts}


def _beginning(campaign: Campaign) -> tuple[date, str]:
    last: Callable[[str], date | None] = current_app.extensions.get("last_handover", lambda _: None)
    if handed := last(campaign.id):
        return handed, "handover"
    if campaign.closed_at is not None:
        return campaign.closed_at.astimezone(CHINA).date(), "closed"
    return campaign.ends_on, "last_day"


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def _visits(campaign_id: str) -> list[str]:
    return list(db.session.scalars(select(Visit.id).where(Visit.campaign_id == campaign_id).order_by(Visit.id)))


def _subjects(campaign: Campaign) -> list[Subject]:
    """The firms with a contact that stand on lists of this campaign and of no other that still needs it."""
    listed = select(ListEntry.subject_id).where(ListEntry.campaign_id == campaign.id)
    gone = select(Erasure.campaign_id).where(Erasure.scope == "term", Erasure.campaign_id.is_not(None))
    needed = select(ListEntry.subject_id).where(
        ListEntry.campaign_id != campaign.id, ListEntry.campaign_id.not_in(gone)
    )
    has_contact = or_(Subject.contact.is_not(None), Subject.contact_phone.is_not(None))
    return list(
        db.session.scalars(select(Subject).where(Subject.id.in_(listed), Subject.id.not_in(needed), has_contact))
    )
