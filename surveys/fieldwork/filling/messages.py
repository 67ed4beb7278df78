"""反馈: what a deputy writes to the office from the help page or, later, by the phone itself. Touches groups and complaints.

A phone gives each message an id of its own, so that what was sent twice on a bad network is one message.
"""

from dataclasses import dataclass

from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.receiving.senders import Sender
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.complaints import receive_complaint
from surveys.planning.people.groups import Group


@dataclass(frozen=True, slots=True)
class Office:
    """Whom a deputy writes to about one group's visits, and who is called there."""

    group: Group
    campaign: Campaign
    unit: CampaignUnit | None


def offices_of(sender: Sender) -> list[Office]:
    """The offices of the sender's groups in campaigns that are open, the newest first."""
    rows = db.session.execute(
        select(Group, Campaign, CampaignUnit)
        .join(Campaign, Campaign.id == Group.campaign_id)
        .outerjoin(
            CampaignUnit, (CampaignUnit.campaign_id == Group.campaign_id) & (CampaignUnit.unit_code == Group.unit_code)
        )
        .where(Group.id.in_(sender.groups), Campaign.closed_at.is_(None))
        .order_by(Campaign.number.desc(), Group.unit_code, Group.number)
    )
    return [Office(group, campaign, unit) for group, campaign, unit in rows]


def send_message(sender: Sender, text: str, group_id: str | None, *, message_id: str | None = None) -> bool:
    """Keep it for the desk of that group's unit; False where the day's bound is reached. Raises ValueError for no text."""
    offices = offices_of(sender)
    office = next((one for one in offices if one.group.id == group_id), offices[0] if offices else None)
    code = receive_complaint(
        text,
        campaign=office.campaign if office else _newest_campaign(sender),
        unit_code=office.group.unit_code if office else None,
        deputy_id=sender.deputy_id,
        actor=sender.actor(),
        message_id=message_id,
    )
    return code is not None


def _newest_campaign(sender: Sender) -> Campaign | None:
    """The last campaign a deputy was in, though it is closed: with it goes what they wrote."""
    query = select(Campaign).join(Group, Group.campaign_id == Campaign.id).where(Group.id.in_(sender.groups))
    return db.session.scalars(query.order_by(Campaign.number.desc()).limit(1)).first()
