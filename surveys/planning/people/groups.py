"""代表小组: deputies of mixed levels with a leader and a liaison. Touches deputies, campaigns, accounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.accounts import Account
from surveys.audit import SYSTEM, Actor, record
from surveys.database import Id, Line, db, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.participation import open_leaf
from surveys.planning.campaigns.units import Unit
from surveys.planning.people.deputies import Deputy
from surveys.planning.words.planning_faults import Refusal, RefusalKind


class Group(db.Model):
    """A group of one campaign and one leaf; `number` counts within the unit (第3小组)."""

    __tablename__ = "deputy_groups"
    __table_args__ = (UniqueConstraint("campaign_id", "unit_code", "number"),)

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(Line(60))
    leader_id: Mapped[str | None] = mapped_column(ForeignKey("deputies.id"))
    liaison_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    liaison_name: Mapped[str | None] = mapped_column(Line(60))
    liaison_phone: Mapped[str | None] = mapped_column(Line(40))
    unit: Mapped[Unit] = relationship()
    leader: Mapped[Deputy | None] = relationship()
    liaison: Mapped[Account | None] = relationship()


class GroupMember(db.Model):
    """A deputy in a group."""

    __tablename__ = "group_members"

    group_id: Mapped[str] = mapped_column(ForeignKey("deputy_groups.id"), primary_key=True)
    deputy_id: Mapped[str] = mapped_column(ForeignKey("deputies.id"), primary_key=True, index=True)
    group: Mapped[Group] = relationship()
    deputy: Mapped[Deputy] = relationship()


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """One group to be made. `members` are deputies' ids; the leader is one of them. Without a name: 第3小组."""

    members: Sequence[str]
    name: str = ""
    leader_id: str | None = None
    liaison_id: str | None = None
    liaison_name: str | None = None
    liaison_phone: str | None = None


def make_groups(
    campaign: Campaign, unit_code: str, plans: Iterable[GroupPlan], *, actor: Actor = SYSTEM
) -> list[Group]:
    """Make groups of a leaf, numbered on from the last. Raises Refusal: no members, a deputy who is not in the roster."""
    with writing() as session:
        open_leaf(campaign, unit_code)
        last = session.scalar(
            select(func.max(Group.number)).where(Group.campaign_id == campaign.id, Group.unit_code == unit_code)
        )
        groups, plans = [], list(plans)
        _known_deputies({member for plan in plans for member in (*plan.members, *filter(None, (plan.leader_id,)))})
        for number, plan in enumerate(plans, (last or 0) + 1):
            name = plan.name or f"第{number}小组"
            if not plan.members:
                raise Refusal(RefusalKind.GROUP_EMPTY, group=name)
            group = Group(
                campaign_id=campaign.id,
                unit_code=unit_code,
                number=number,
                name=name,
                leader_id=plan.leader_id,
                liaison_id=plan.liaison_id,
                liaison_name=plan.liaison_name,
                liaison_phone=plan.liaison_phone,
            )
            session.add(group)
            session.flush()
            session.add_all(GroupMember(group_id=group.id, deputy_id=member) for member in dict.fromkeys(plan.members))
            groups.append(group)
        session.flush()
        record(
            actor,
            "groups.made",
            target=("campaign", campaign.id),
            campaign_id=campaign.id,
            unit_code=unit_code,
            groups=len(groups),
        )
        return groups


def set_members(group: Group, members: Sequence[str], leader_id: str | None = None, *, actor: Actor = SYSTEM) -> None:
    """Let a group consist of exactly these deputies. Raises Refusal as `make_groups`."""
    with writing() as session:
        session.get_one(Campaign, group.campaign_id).keep_open()
        if not members:
            raise Refusal(RefusalKind.GROUP_EMPTY, group=group.name)
        _known_deputies({*members, *filter(None, (leader_id,))})
        row_by_deputy = {
            row.deputy_id: row for row in session.scalars(select(GroupMember).where(GroupMember.group_id == group.id))
        }
        for deputy_id, row in row_by_deputy.items():
            if deputy_id not in members:
                session.delete(row)
        session.add_all(
            GroupMember(group_id=group.id, deputy_id=member)
            for member in dict.fromkeys(members)
            if member not in row_by_deputy
        )
        group.leader_id = leader_id
        session.flush()
        record(
            actor,
            "group.members",
            target=("group", group.id),
            campaign_id=group.campaign_id,
            unit_code=group.unit_code,
            members=len(members),
        )


def _known_deputies(deputy_ids: set[str]) -> None:
    ids, known_ids = sorted(deputy_ids), set()
    for start in range(0, len(ids), 500):
        known_ids |= set(db.session.scalars(select(Deputy.id).where(Deputy.id.in_(ids[start : start + 500]))))
    if unknown_ids := set(ids) - known_ids:
        raise Refusal(RefusalKind.DEPUTY_UNKNOWN, deputy=min(unknown_ids))


def groups_of(campaign_id: str, unit_code: str) -> list[Group]:
    """The groups of a leaf by number."""
    return list(
        db.session.scalars(
            select(Group).where(Group.campaign_id == campaign_id, Group.unit_code == unit_code).order_by(Group.number)
        )
    )


def members_of(group_ids: Iterable[str]) -> dict[str, list[Deputy]]:
    """Group id → its deputies by name, leader first is the caller's matter."""
    ids, by_group = list(group_ids), {}
    for start in range(0, len(ids), 500):
        rows = db.session.execute(
            select(GroupMember.group_id, Deputy)
            .join(Deputy, Deputy.id == GroupMember.deputy_id)
            .where(GroupMember.group_id.in_(ids[start : start + 500]))
            .order_by(Deputy.name)
        )
        for group_id, deputy in rows:
            by_group.setdefault(group_id, []).append(deputy)
    return by_group
