"""The numbers in the list of campaigns: units, quota, visits received, stage. Touches planning, visits and access."""

from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import case, func, select

from surveys import access
from surveys.access import Staff
from surveys.database import db
from surveys.fieldwork.visits.states import newest_decision, newest_decision_on
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.quotas import Quota

PHASES = ("prepare", "visits", "reports", "final", "closed")


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One row. `assigned` is every visit handed out, as in progress; `accepted` is part of `received`."""

    campaign: Campaign
    phase: str
    leaves: int
    quota: int
    assigned: int
    received: int
    accepted: int


def phase_of(campaign: Campaign, *, concluded: bool) -> str:
    """Closed, or its report final, where that has happened; else preparing, visiting or reporting, by the campaign's own clock."""
    if campaign.closed_at is not None:
        return "closed"
    if concluded:
        return "final"
    today = campaign.today()
    return "prepare" if today < campaign.starts_on else "visits" if today <= campaign.ends_on else "reports"


def campaign_lines(staff: Staff) -> list[CampaignLine]:
    """Every campaign this person may see, newest first; counts over the leaves they may watch. Five statements in all."""
    campaigns = list(db.session.scalars(access.campaigns(staff)))
    leaves = staff.watched_units
    ids = [campaign.id for campaign in campaigns]
    units = _by_campaign(
        select(CampaignUnit.campaign_id, func.count())
        .where(CampaignUnit.campaign_id.in_(ids), CampaignUnit.unit_code.in_(leaves))
        .group_by(CampaignUnit.campaign_id)
    )
    quotas = _by_campaign(
        select(Quota.campaign_id, func.sum(Quota.least))
        .where(Quota.campaign_id.in_(ids), Quota.unit_code.in_(leaves), Quota.kind == "exact_per_unit")
        .group_by(Quota.campaign_id)
    )
    newest = newest_decision()
    stands = Visit.voided_at.is_(None)
    handed_in = func.sum(case((stands & Visit.head.is_not(None), 1), else_=0))
    accepted_heads = func.sum(
        case((stands & (newest.verdict == "accept") & (newest.content == Visit.head), 1), else_=0)
    )
    visits: dict[str, Any] = {
        row[0]: row
        for row in db.session.execute(
            select(Visit.campaign_id, func.count(), handed_in, accepted_heads)
            .select_from(Visit)
            .outerjoin(newest, newest_decision_on(newest))
            .where(Visit.campaign_id.in_(ids), Visit.unit_code.in_(leaves))
            .group_by(Visit.campaign_id)
        )
    }
    concluded = current_app.extensions["concluded"](ids)
    lines = []
    for campaign in campaigns:
        _id, number_assigned, number_received, number_accepted = visits.get(campaign.id, ("", 0, 0, 0))
        lines.append(
            CampaignLine(
                campaign,
                phase_of(campaign, concluded=campaign.id in concluded),
                units.get(campaign.id, 0),
                quotas.get(campaign.id, 0) or 0,
                number_assigned,
                number_received,
                number_accepted or 0,
            )
        )
    return lines


def _by_campaign(query: Any) -> dict[str, int]:
    rows: list[Any] = list(db.session.execute(query))
    return {campaign: number for campaign, number in rows}  # noqa: C416 - rows, not pairs
