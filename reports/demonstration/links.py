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
from surveys import accounts
from surveys.accounts import Device
from surveys.database import db, writing
from surveys.fieldwork import holders
from surveys.fieldwork.review import state
from surveys.fieldwork.visits import Visit
from surveys.keys import instance_keys, to_base64url
from surveys.planning.assignments import Assignment
from surveys.planning.campaigns import Campaign
from surveys.planning.slips import DeviceHolder

UNIT = "440106"  # the unit desk and the deputy of the ready links
DEVICE_NAME = "演示链接"
STAFF = (("organizer", ROOT, "/"), ("unit_desk", UNIT, "/campaigns/{number}/visits"), ("committee", ROOT, "/"))


def ready_links(base: str) -> dict[str, str]:
    """The address for each kind of person. Raises DemonstrationFault where the demonstration is not loaded."""
    campaign = campaign_of(second.CAMPAIGN)
    if campaign is None:
        raise DemonstrationFault("no demonstration is loaded here; run: flask demo guangzhou")
    found = {
        role: f"{base}/sign-in/link/{_staff_token(role, unit, to.format(number=campaign.number))}"
        for role, unit, to in STAFF
    }
    deputy_id, visit_id = _open_visit(campaign)
    device = _device(campaign, deputy_id)
    found["deputy"] = base + entrance(device, "/visits")
    found["visit"] = base + entrance(device, f"/visits/{visit_id}")
    return found


def entrance(device_id: str, to: str) -> str:
    """The path that signs a device of the demonstration in and goes on to `to`."""
    return f"/demonstration/enter/{device_id}/{_seal(device_id, to)}{to}"


def opens(device_id: str, seal: str, to: str) -> bool:
    """Whether an entrance was made here, and its device is live in a campaign that is a demonstration."""
    if not hmac.compare_digest(seal.encode(), _seal(device_id, to).encode()):
        return False
    found = db.session.scalar(
        select(Campaign.demonstration)
        .join(DeviceHolder, DeviceHolder.campaign_id == Campaign.id)
        .join(Device, Device.id == DeviceHolder.device_id)
        .where(Device.id == device_id, Device.revoked_at.is_(None))
    )
    return bool(found)


def _seal(device_id: str, to: str) -> str:
    return to_base64url(instance_keys().mac("demonstration", f"{device_id}\n{to}".encode()))


def _staff_token(role: str, unit: str, to: str) -> str:
    """A token that is still good, or a new one."""
    place = Path(current_app.instance_path) / "demonstration-links.json"
    kept = json.loads(place.read_text()) if place.exists() else {}
    name = people.username(role, unit)
    link = accounts.open_link(kept[name]) if name in kept else None
    if link is None or link.account.username != name or link.next_address != to:
        kept[name] = accounts.make_link(people.account(role, unit), next_address=to, uses=None, life=None)
        place.touch(mode=0o600)
        place.write_text(json.dumps(kept, indent=1))
    return kept[name]


def _open_visit(campaign: Campaign) -> tuple[str, str]:
    """A visit nobody has begun, and the leader of the group it is given to."""
    query = (
        select(Visit)
        .join(Assignment, Assignment.id == Visit.assignment_id)
        .where(Assignment.campaign_id == campaign.id)
        .order_by(Assignment.unit_code != UNIT, Assignment.unit_code, Assignment.number)
    )
    for visit in db.session.scalars(query):
        group = visit.assignment.group
        if visit.head is None and state(visit) == "open" and group.leader_id:
            return group.leader_id, visit.id
    raise DemonstrationFault("every visit of the second campaign has been begun; load the demonstration anew")


def _device(campaign: Campaign, deputy_id: str) -> str:
    """The browser of the ready link: the one made before, or a new one."""
    known = db.session.scalar(
        select(Device.id)
        .join(DeviceHolder, DeviceHolder.device_id == Device.id)
        .where(
            DeviceHolder.deputy_id == deputy_id,
            DeviceHolder.campaign_id == campaign.id,
            Device.name == DEVICE_NAME,
            Device.revoked_at.is_(None),
        )
    )
    if known is not None:
        return known
    with writing():
        return holders.add_browser(deputy_id, campaign_id=campaign.id, name=DEVICE_NAME).id
