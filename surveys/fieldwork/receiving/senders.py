"""Says who hands in, a deputy with a device or staff for a deputy, and which visits are theirs. Touches planning.

A `Sender` is plain values, read with one SELECT, and stays good across transactions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import CompoundSelect, String, bindparam, select, union_all, update
from sqlalchemy.orm import aliased

from surveys.accounts import Account, Device
from surveys.audit import Actor
from surveys.database import CHINA, db, new_id, utc_now
from surveys.fieldwork.receiving.versions import Target
from surveys.fieldwork.visits.attendance import took_part, visits_of, visits_of_groups
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import AssignmentMove
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import GroupMember
from surveys.planning.people.slips import DeviceHolder
from surveys.prepared_statements import Statement

Ownership = Literal["own", "former", "none"]
CONTACT_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who hands in. `id` is the device's or the account's; `groups` are the deputy's now; `secret` is encrypted."""

    id: str
    name: str | None
    device_id: str | None = None
    device_kind: str | None = None
    secret: str | None = None
    kept: bool = False
    revoked: bool = False
    deputy_id: str | None = None
    account_id: str | None = None
    groups: frozenset[str] = frozenset()
    visits: frozenset[str] = frozenset()  # of those that nobody assigned, what staff may write
    campaign_id: str | None = None
    campaign_open: bool = False
    rehearsal: bool = False
    demonstration: bool = False
    last_contact_at: datetime | None = None

    def is_to_be_noted(self, now: datetime) -> bool:
        """Whether the device's last contact is to be written: at most once a minute."""
        return self.device_id is not None and (
            self.last_contact_at is None or now - self.last_contact_at > CONTACT_EVERY
        )

    def actor(self) -> Actor:
        return Actor("deputy" if self.device_id else "staff", self.id, self.name)


_OWN = aliased(Campaign)  # the campaign of the device's slip; the visit it writes to may be of another
# Run by every request of a phone: one row a group of the deputy.
_OF_DEVICE = Statement(
    select(
        Device.id,
        Device.kind,
        Device.secret,
        Device.kept,
        Device.revoked_at,
        Device.last_contact_at,
        DeviceHolder.deputy_id,
        DeviceHolder.campaign_id,
        Deputy.name,
        _OWN.ends_on,
        _OWN.as_of,
        _OWN.settings,
        _OWN.demonstration,
        GroupMember.group_id,
    )
    .join(DeviceHolder, DeviceHolder.device_id == Device.id)
    .join(Deputy, Deputy.id == DeviceHolder.deputy_id)
    .outerjoin(_OWN, _OWN.id == DeviceHolder.campaign_id)
    .outerjoin(GroupMember, GroupMember.deputy_id == DeviceHolder.deputy_id)
    .where(Device.id == bindparam("device", type_=String))
)


def of_device(device_id: str) -> Sender | None:
    """The sender of a device, revoked or not; None for a device that does not exist or belongs to nobody."""
    rows = _OF_DEVICE.rows({"device": device_id})
    return _sender(rows) if rows else None


def _sender(rows: Sequence[Any]) -> Sender:
    row = rows[0]
    today = (row.as_of or utc_now()).astimezone(CHINA).date()
    return Sender(
        id=row.id,
        name=row.name,
        device_id=row.id,
        device_kind=row.kind,
        secret=row.secret,
        kept=row.kept,
        revoked=row.revoked_at is not None,
        deputy_id=row.deputy_id,
        groups=frozenset(each.group_id for each in rows if each.group_id is not None),
        campaign_id=row.campaign_id,
        campaign_open=row.ends_on is not None and today <= row.ends_on,
        rehearsal=bool((row.settings or {}).get("rehearsal")),
        demonstration=bool(row.demonstration),
        last_contact_at=row.last_contact_at,
    )


def note_contact(sender: Sender) -> None:
    """Write when the device was last heard of, where that is to be written. Inside `writing()`."""
    now = utc_now()
    if sender.is_to_be_noted(now):
        db.session.execute(update(Device).where(Device.id == sender.device_id).values(last_contact_at=now))


def of_account(account: Account, *, deputy_id: str | None = None) -> Sender:
    """Staff who hands in for a deputy, from paper or at the desk. The caller has checked that they may write the visit."""
    return Sender(id=account.id, name=account.name, account_id=account.id, deputy_id=deputy_id)


def for_visit(account: Account, visit: Visit) -> Sender:
    """Staff with one visit in hand, as its group would have it. The caller has checked that they may write it."""
    group = frozenset({visit.assignment.group_id} if visit.assignment else {visit.group_id} - {None})
    return replace(of_account(account), groups=group, visits=frozenset({visit.id}))


def ownership(sender: Sender, target: Target) -> Ownership:
    """Whether a visit is the sender's now, was once (it must still be able to confirm and send what it holds), or never.

    A visit that nobody assigned is its group's, and theirs who took part in it.
    """
    if sender.account_id or (target.group_id is not None and target.group_id in sender.groups):
        return "own"
    if target.assignment_id is None:
        return "own" if sender.deputy_id and took_part(target.visit_id, sender.deputy_id) else "none"
    return "former" if former_group(sender, target.assignment_id) else "none"


def own_visits(sender: Sender) -> CompoundSelect[str]:
    """The ids of the visits that are the sender's now, to stand in a query: found by its groups, and by who took part."""
    if sender.account_id is None:
        return visits_of(sender.groups, sender.deputy_id)
    unassigned = select(Visit.id).where(Visit.id.in_(sender.visits), Visit.assignment_id.is_(None))
    return union_all(*visits_of_groups(sender.groups).selects, unassigned)


def former_group(sender: Sender, assignment_id: str | None) -> str | None:
    """The sender's group from which the assignment was taken."""
    if assignment_id is None or not sender.groups:
        return None
    return db.session.scalar(
        select(AssignmentMove.from_group_id)
        .where(AssignmentMove.assignment_id == assignment_id, AssignmentMove.from_group_id.in_(sender.groups))
        .order_by(AssignmentMove.moved_at.desc())
        .limit(1)
    )


def add_browser(
    deputy_id: str,
    *,
    campaign_id: str | None = None,
    name: str | None = None,
    at: datetime | None = None,
    kept: bool = True,
) -> Sender:
    """A browser device of a deputy, made without slip and code. Inside `writing()`."""
    device = Device(
        id=new_id(), kind="browser", name=name, kept=kept, enrolled_at=at or utc_now(), last_contact_at=at or utc_now()
    )
    db.session.add(device)
    db.session.flush()
    db.session.add(DeviceHolder(device_id=device.id, deputy_id=deputy_id, campaign_id=campaign_id))
    db.session.flush()
    sender = of_device(device.id)
    assert sender is not None
    return sender
