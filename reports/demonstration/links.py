"""Ready links: one for each kind of person, to sign in to the demonstration without a password.

They work in this instance alone, and only while the campaign they belong to is a demonstration: staff by a sign-in link
that may be used again and again, deputies by an address sealed with the instance's key. Tokens lie in the instance folder
(mode 600), so that the same links come back.
"""

import hmac
import json
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from reports.demonstration import people, second
from reports.demonstration.preparation import ROOT, DemonstrationFault, campaign_of
from reports.handling.records import BodyLink
from surveys import accounts
from surveys.accounts import Device
from surveys.audit import SYSTEM, record
from surveys.database import db, writing
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.reviewing.review import state
from surveys.fieldwork.visits.visits import Visit
from surveys.keys import instance_keys, to_base64url
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.groups import Group, GroupMember
from surveys.planning.people.slips import DeviceHolder

UNIT = "440106"  # the unit desk and the deputy of the ready links
DEVICE_NAME = "演示链接"
STAFF = (
    ("organizer", ROOT, "/"),
    ("unit_desk", UNIT, "/campaigns/{number}/visits"),
    ("committee", ROOT, "/"),
    ("office", ROOT, "/campaigns/{number}/hand-over"),
    ("every_desk", ROOT, "/campaigns/{number}/visits"),
)
ROLE_OF = {"every_desk": "unit_desk"}  # of the links that are called otherwise


def ready_links(base: str) -> dict[str, str]:
    """The address for each kind of person. Raises DemonstrationFault where the demonstration is not loaded."""
    campaign = campaign_of(second.CAMPAIGN)
    if campaign is None:
        raise DemonstrationFault("no demonstration is loaded here; run: flask demo guangzhou")
    addresses = {
        name: f"{base}/sign-in/link/{_staff_token(ROLE_OF.get(name, name), unit, to.format(number=campaign.number))}"
        for name, unit, to in STAFF
        if people.is_there(ROLE_OF.get(name, name), unit)
    }
    deputy_id = _deputy(campaign)
    device = _device(campaign, deputy_id)
    addresses["deputy"] = base + entrance(device, "/visits")
    addresses["visit"] = base + entrance(device, f"/visits/{_next_visit(campaign, deputy_id)}")
    return addresses | _department(base)


def _department(base: str) -> dict[str, str]:
    """The link and the code of a department that has letters in the campaign that is over; none where no letter was printed."""
    first = db.session.scalar(select(BodyLink).where(BodyLink.withdrawn_at.is_(None)).order_by(BodyLink.body_code))
    if first is None:
        return {}
    token, code = instance_keys().decrypt(first.token), instance_keys().decrypt(first.code)
    return {"department": f"{base}/d/{token}　{code}"}


def entrance(device_id: str, to: str) -> str:
    """The path that signs a device of the demonstration in and goes on to `to`."""
    return f"/demonstration/enter/{device_id}/{_seal(device_id, to)}{to}"


def opens(device_id: str, seal: str, to: str) -> bool:
    """Whether an entrance was made here, and its device is live in a campaign that is a demonstration."""
    if not hmac.compare_digest(seal.encode(), _seal(device_id, to).encode()):
        return False
    is_demonstration = db.session.scalar(
        select(Campaign.demonstration)
        .join(DeviceHolder, DeviceHolder.campaign_id == Campaign.id)
        .join(Device, Device.id == DeviceHolder.device_id)
        .where(Device.id == device_id, Device.revoked_at.is_(None))
    )
    return bool(is_demonstration)


def _seal(device_id: str, to: str) -> str:
    return to_base64url(instance_keys().mac("demonstration", f"{device_id}\n{to}".encode()))


def _staff_token(role: str, unit: str, to: str) -> str:
    """A token that is still good, or a new one."""
    place = Path(current_app.instance_path) / "demonstration-links.json"
    tokens = json.loads(place.read_text()) if place.exists() else {}
    name = people.username(role, unit)
    link = accounts.open_link(tokens[name]) if name in tokens else None
    if link is None or link.account.username != name or link.next_address != to:
        account = people.account(role, unit)
        tokens[name] = accounts.make_link(account, next_address=to, uses=None, life=None)
        with writing():
            record(SYSTEM, "link.made", target=("account", account.id), unit_code=unit)
        place.touch(mode=0o600)
        place.write_text(json.dumps(tokens, indent=1))
    return tokens[name]


def _deputy(campaign: Campaign) -> str:
    """The deputy the links belong to: always the one of the first time, so that the unit's desk sees what is handed in."""
    deputy_id = db.session.scalar(
        select(DeviceHolder.deputy_id)
        .join(Device, Device.id == DeviceHolder.device_id)
        .join(GroupMember, GroupMember.deputy_id == DeviceHolder.deputy_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(
            DeviceHolder.campaign_id == campaign.id,
            Group.campaign_id == campaign.id,
            Group.unit_code == UNIT,
            Device.name == DEVICE_NAME,
        )
        .order_by(DeviceHolder.deputy_id)
    )
    if deputy_id is not None:
        return deputy_id
    led_visits = [visit for visit in _visits(campaign) if _leader(visit)]
    if not led_visits:
        raise DemonstrationFault("no group of the second campaign has a leader; load the demonstration anew")
    return str(_leader(min(led_visits, key=_turn)))


def _leader(visit: Visit) -> str | None:
    """The deputy who leads the group that goes."""
    return visit.assignment.group.leader_id if visit.assignment else None


def _next_visit(campaign: Campaign, deputy_id: str) -> str:
    """What the deputy would do next: a visit nobody has begun, one begun, one returned; else one that was handed in."""
    groups = set(db.session.scalars(select(GroupMember.group_id).where(GroupMember.deputy_id == deputy_id)))
    own = [visit for visit in _visits(campaign) if visit.assignment and visit.assignment.group_id in groups]
    return min(own, key=_turn).id


TURNS = ("open", "draft", "returned", "submitted", "accepted")


def _turn(visit: Visit) -> int:
    state_name = state(visit)
    return TURNS.index(state_name) if state_name in TURNS else len(TURNS)


def _visits(campaign: Campaign) -> list[Visit]:
    """The visits of the unit of the links, in order."""
    query = (
        select(Visit)
        .join(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.campaign_id == campaign.id, Visit.unit_code == UNIT)
        .order_by(Assignment.number)
    )
    return list(db.session.scalars(query))


def _device(campaign: Campaign, deputy_id: str) -> str:
    """The browser of the ready link: the one made before, or a new one."""
    device_id = db.session.scalar(
        select(Device.id)
        .join(DeviceHolder, DeviceHolder.device_id == Device.id)
        .where(
            DeviceHolder.deputy_id == deputy_id,
            DeviceHolder.campaign_id == campaign.id,
            Device.name == DEVICE_NAME,
            Device.revoked_at.is_(None),
        )
    )
    if device_id is not None:
        return device_id
    with writing():
        return senders.add_browser(deputy_id, campaign_id=campaign.id, name=DEVICE_NAME).id
