"""Letters and reminders are asked for here and made by a worker, which loads what makes them then. Touches jobs and the records."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import func, select

from reports.handling.faults import HandlingFault, HandlingFaultKind
from reports.handling.records import Item, Step
from reports.printing.volume import PrintFault
from surveys import jobs
from surveys.audit import Actor
from surveys.database import db
from surveys.jobs import Job
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words.visit_words import speak_of

KIND, REMINDERS = "letters", "reminders"
Progress = Callable[[str, int, int], None]


def ask_letters(campaign: Campaign, refs: Iterable[str], base: str, by: Actor) -> Job:
    """Have the letters made for these matters; `base`: the address of this site. Raises HandlingFault where there is none."""
    matters = sorted(refs)
    if not matters:
        raise HandlingFault(HandlingFaultKind.NOTHING_TO_HAND_OVER, campaign.title)
    after = db.session.scalar(select(func.count()).select_from(Step).join(Item).where(Item.campaign_id == campaign.id))
    arguments = {"campaign": campaign.id, "matters": matters, "base": base, "by": [by.kind, by.id, by.name]}
    job = jobs.ask(KIND, arguments | {"after": after}, about=campaign.id, asked_by=by.id)
    again = 0
    while job.state == "done" and "refused" in (job.result or {}):  # what stood in the way may be mended by now
        again += 1
        job = jobs.ask(KIND, arguments | {"after": after, "again": again}, about=campaign.id, asked_by=by.id)
    return job


@jobs.handler(KIND)
def _make(job: Job, progress: Progress) -> dict[str, Any]:
    from reports.handling.letters import make_letters

    campaign = db.session.get_one(Campaign, job.arguments["campaign"])
    speak_of(campaign.settings)
    try:
        return {"letters": make_letters(campaign, job, progress)}
    except HandlingFault as fault:
        return {"refused": [fault.as_json()]}
    except PrintFault as error:
        return {"refused": [fault._asdict() for fault in error.faults]}
    finally:
        speak_of(None)


# --- reminders -----------------------------------------------------------------------------------------------------


@jobs.every_minute
def ask_reminders() -> None:
    """Once a day for each campaign with items that is not closed; a campaign whose clock stands still is reminded by hand alone."""
    query = select(Campaign).where(Campaign.closed_at.is_(None), Campaign.as_of.is_(None))
    for campaign in db.session.scalars(query.where(Campaign.id.in_(select(Item.campaign_id)))):
        jobs.ask(REMINDERS, {"campaign": campaign.id, "day": campaign.today().isoformat()}, about=campaign.id)


@jobs.handler(REMINDERS)
def _remind(job: Job, _: Progress) -> dict[str, Any]:
    from reports.handling.notices import remind

    campaign = db.session.get_one(Campaign, job.arguments["campaign"])
    speak_of(campaign.settings)
    try:
        return {"letters": remind(campaign)}
    except PrintFault as error:
        return {"refused": [fault._asdict() for fault in error.faults]}
    finally:
        speak_of(None)
