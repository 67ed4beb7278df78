"""Which leaf of a campaign may be planned for: one rule for lists, groups and assignments. Touches campaigns and units.

All three number what they make within the leaf; whoever has opened it is in turn until the commit.
"""

from sqlalchemy import exists, select

from surveys.database import db, in_turn
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.units import Unit
from surveys.planning.words.planning_faults import Refusal, RefusalKind


def open_leaf(campaign: Campaign, unit_code: str) -> Unit:
    """The leaf, taking part in an open campaign, in turn. Inside `writing()`. Raises Refusal with the reason otherwise."""
    unit = db.session.get(Unit, unit_code)
    if unit is None:
        raise Refusal(RefusalKind.UNIT_UNKNOWN, unit=unit_code)
    if db.session.scalar(select(exists().where(Unit.parent_code == unit_code))):
        raise Refusal(RefusalKind.UNIT_NOT_A_LEAF, unit=unit.name)
    plan = db.session.get(CampaignUnit, (campaign.id, unit_code))
    if plan is None:
        raise Refusal(RefusalKind.UNIT_NOT_TAKING_PART, unit=unit.name)
    campaign.keep_open()
    in_turn(plan)
    return unit
