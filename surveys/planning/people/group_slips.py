"""Makes the slip of a group or of one deputy when it is first needed, and codes. Touches slips, groups, campaigns.

A code belongs to one slip: a deputy with a slip of their own has a code of its own for it.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, or_, select

from surveys.audit import SYSTEM, Actor, record, set_once
from surveys.database import CHINA, db, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import Group, GroupMember
from surveys.planning.people.slips import WRONG_IN_ALL, Slip, make_code, make_slip

AFTER_THE_END = timedelta(days=31)  # a slip still opens so long after the last day of visits


def slips_of(campaign: Campaign, groups: Iterable[Group]) -> dict[str, Slip]:
    """Group → its newest slip that still opens."""
    return {slip.group_id or "": slip for slip in _that_open(campaign, Slip.group_id.in_([one.id for one in groups]))}


def _that_open(campaign: Campaign, whose: ColumnElement[bool]) -> list[Slip]:
    query = (
        select(Slip).where(Slip.campaign_id == campaign.id, whose, Slip.withdrawn_at.is_(None)).order_by(Slip.made_at)
    )
    return [slip for slip in db.session.scalars(query) if slip.opens(campaign.now())]


def ensure_slips(campaign: Campaign, groups: Iterable[Group], *, actor: Actor = SYSTEM) -> dict[str, Slip]:
    """The same, with a new slip for each group that has none."""
    with writing():
        groups = list(groups)
        slip_by_group = slips_of(campaign, groups)
        for group in groups:
            if group.id not in slip_by_group:
                slip_by_group[group.id] = make_slip(campaign.id, group_id=group.id, expires_at=_end(campaign))[0]
                _record(actor, "slip.made", group)
        return slip_by_group


def ensure_slip_of_deputy(campaign: Campaign, deputy: Deputy, group: Group, *, actor: Actor = SYSTEM) -> Slip:
    """The newest slip for this member of the group alone that still opens, or a new one."""
    with writing():
        slips = _that_open(campaign, Slip.deputy_id == deputy.id)
        if slips:
            return slips[-1]
        _record(actor, "slip.made", group, deputy=deputy.name)
        return make_slip(campaign.id, deputy_id=deputy.id, expires_at=_end(campaign))[0]


def code_of_deputy(campaign: Campaign, deputy: Deputy, group: Group, *, actor: Actor = SYSTEM) -> str:
    """A new code for the deputy's own slip, valid until used; an earlier one not used yet ends."""
    with writing():
        slip = ensure_slip_of_deputy(campaign, deputy, group, actor=actor)
        _record(actor, "codes.printed", group, number=1, deputy=deputy.name)
        return make_code(slip.id, deputy.id, made_by=_account(actor), printed=True)


def _end(campaign: Campaign) -> datetime:
    return datetime.combine(campaign.ends_on, time(23, 59), CHINA) + AFTER_THE_END


def _account(actor: Actor) -> str | None:
    return actor.id if actor.kind == "staff" else None


def voided_slips(campaign: Campaign, unit_codes: Iterable[str]) -> list[Slip]:
    """Of the groups of these units and of their members, the newest slips where wrong codes have voided them: the desk is told
    (receiving.md 1.1)."""
    groups = select(Group.id).where(Group.campaign_id == campaign.id, Group.unit_code.in_(list(unit_codes)))
    members = select(GroupMember.deputy_id).where(GroupMember.group_id.in_(groups))
    query = (
        select(Slip)
        .where(Slip.campaign_id == campaign.id, or_(Slip.group_id.in_(groups), Slip.deputy_id.in_(members)))
        .order_by(Slip.made_at, Slip.id)
    )
    newest = {slip.group_id or slip.deputy_id: slip for slip in db.session.scalars(query)}
    return [slip for slip in newest.values() if slip.withdrawn_at is not None and slip.wrong >= WRONG_IN_ALL]


def live_slips_for(campaign: Campaign, deputy: Deputy, groups: Iterable[Group]) -> list[Slip]:
    """The slips by which a deputy still gets in: the own ones and those of the groups, oldest first."""
    group_ids = [group.id for group in groups]
    return _that_open(campaign, or_(Slip.deputy_id == deputy.id, Slip.group_id.in_(group_ids)))


def withdraw_slip(slip: Slip, unit_code: str, *, actor: Actor = SYSTEM) -> bool:
    """The slip opens nothing any more, its codes neither; phones that came of it stay. False where it was withdrawn already."""
    facts = {"target": ("slip", slip.id), "campaign_id": slip.campaign_id, "unit_code": unit_code}
    with writing():
        return set_once(slip, "withdrawn_at", actor, "slip.withdrawn", **facts)


def codes_for(
    campaign: Campaign, group: Group, deputy_ids: Iterable[str], *, printed: bool, actor: Actor = SYSTEM
) -> list[str]:
    """A new code for each of these members, in order; their earlier codes not used yet end.

    `printed`: valid until used; else for ten minutes. Raises ValueError for a deputy who is not in the group.
    """
    with writing():
        slip = ensure_slips(campaign, [group], actor=actor)[group.id]
        codes = [make_code(slip.id, deputy_id, made_by=_account(actor), printed=printed) for deputy_id in deputy_ids]
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
