"""The slip of a group, made when it is first wanted, and codes for its deputies. Touches slips, groups and campaigns."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from sqlalchemy import select

from surveys.audit import SYSTEM, Actor, record
from surveys.database import CHINA, db, writing
from surveys.planning.campaigns import Campaign
from surveys.planning.groups import Group
from surveys.planning.slips import WRONG_IN_ALL, Slip, make_code, make_slip

AFTER_THE_END = timedelta(days=31)  # a slip still opens so long after the last day of visits


def slips_of(campaign: Campaign, groups: Iterable[Group]) -> dict[str, Slip]:
    """Group → its newest slip that still opens."""
    query = (
        select(Slip)
        .where(Slip.campaign_id == campaign.id, Slip.group_id.in_([group.id for group in groups]))
        .where(Slip.withdrawn_at.is_(None))
        .order_by(Slip.made_at)
    )
    return {
        slip.group_id or "": slip
        for slip in db.session.scalars(query)
        if slip.expires_at is None or slip.expires_at > campaign.now()
    }


def ensure_slips(campaign: Campaign, groups: Iterable[Group], *, actor: Actor = SYSTEM) -> dict[str, Slip]:
    """The same, with a new slip for each group that has none."""
    with writing():
        groups = list(groups)
        found = slips_of(campaign, groups)
        ends = datetime.combine(campaign.ends_on, time(23, 59), CHINA) + AFTER_THE_END
        for group in groups:
            if group.id not in found:
                found[group.id] = make_slip(campaign.id, group_id=group.id, expires_at=ends)[0]
                _record(actor, "slip.made", group)
        return found


def voided_slips(campaign: Campaign, unit_codes: Iterable[str]) -> list[Slip]:
    """Of the groups of these units, the newest slips where wrong codes have voided them: the desk is told (receiving.md 1.1)."""
    query = (
        select(Slip)
        .join(Group, Group.id == Slip.group_id)
        .where(Slip.campaign_id == campaign.id, Group.unit_code.in_(list(unit_codes)))
        .order_by(Slip.made_at, Slip.id)
    )
    newest = {slip.group_id: slip for slip in db.session.scalars(query)}
    return [slip for slip in newest.values() if slip.withdrawn_at is not None and slip.wrong >= WRONG_IN_ALL]


def codes_for(
    campaign: Campaign, group: Group, deputy_ids: Iterable[str], *, printed: bool, actor: Actor = SYSTEM
) -> list[str]:
    """A new code for each of these members, in order; their earlier codes not used yet end.

    `printed`: valid until used; else for ten minutes. Raises ValueError for a deputy who is not in the group.
    """
    with writing():
        slip = ensure_slips(campaign, [group], actor=actor)[group.id]
        made_by = actor.id if actor.kind == "staff" else None
        codes = [make_code(slip.id, deputy_id, made_by=made_by, printed=printed) for deputy_id in deputy_ids]
        _record(actor, "codes.printed" if printed else "code.shown", group, number=len(codes))
        return codes


def _record(actor: Actor, act: str, group: Group, **detail: object) -> None:
    record(
        actor,
        act,
        target=("group", group.id),
        campaign_id=group.campaign_id,
        unit_code=group.unit_code,
        **detail,
    )
