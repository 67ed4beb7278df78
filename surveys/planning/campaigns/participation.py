"""Which leaf of a campaign may be planned for: one rule for lists, groups and assignments. Touches campaigns and units."""

from sqlalchemy import exists, select

from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.units import Unit
from surveys.planning.words.planning_faults import RefusalKind, Refused


def open_leaf(campaign: Campaign, unit_code: str) -> Unit:
    """The leaf, taking part in an open campaign. Raises Refused with the reason otherwise."""
    unit = db.session.get(Unit, unit_code)
    if unit is None:
        raise Refused(RefusalKind.UNIT_UNKNOWN, unit=unit_code)
    if db.session.scalar(select(exists().where(Unit.parent_code == unit_code))):
        raise Refused(RefusalKind.UNIT_NOT_A_LEAF, unit=unit.name)
    if db.session.get(CampaignUnit, (campaign.id, unit_code)) is None:
        raise Refused(RefusalKind.UNIT_NOT_TAKING_PART, unit=unit.name)
    if campaign.closed_at is not None:
        raise Refused(RefusalKind.CAMPAIGN_CLOSED, campaign=campaign.title)
    return unit
