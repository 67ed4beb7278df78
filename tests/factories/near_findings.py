"""Letters of 天河区 in the demonstration that ask for the same thing, so that something near is there to be settled."""

from sqlalchemy import select

from surveys.database import db, writing
from surveys.fieldwork.findings.findings import add_letter
from surveys.planning.campaigns.campaigns import Campaign

TEXTS = (
    "夜班没人愿意上，希望延长公交末班车时间，方便工人上下班。",
    "夜班没有人愿意上，希望公交末班车时间延长，方便工人上下班。",
    "夜班没有人上，希望公交末班车时间延长，以方便工人上下班。",
)


def add_near_letters() -> list[str]:
    """Three that are the same request; gives their ids."""
    with writing():
        campaign = db.session.scalars(select(Campaign).where(Campaign.number == 1)).one()
        return [add_letter(campaign.id, "440106", kind="problem", text=text).id for text in TEXTS]
