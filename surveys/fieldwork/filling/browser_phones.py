"""Enrols a signed-in browser as a phone by the key or secret it brings, to sign in again and to check receipts.

A browser that came in by the plain form of a slip keeps its device. The browser of a ready link of the demonstration is shared by
whoever opens that link: each of them gets a device of their own, the longest unused one giving way to the twentieth.
"""

from surveys import devices
from surveys.accounts import Device
from surveys.audit import record
from surveys.database import db, new_id, utc_now, writing
from surveys.fieldwork.receiving.senders import Sender
from surveys.keys import instance_keys
from surveys.planning.people.enrolments import Enrolment, NotEnrolled, Proof, live_devices_of
from surveys.planning.people.slips import READY_LINK, DeviceHolder

MOST_SHOWN = 20


def enrol_signed_in(sender: Sender, proof: Proof, *, name: str | None = None) -> Enrolment:
    """Give the sender's browser the key or secret it brings. Raises ValueError for a broken one.

    Raises NotEnrolled for a borrowed browser, and for a device that has another key already. The same key again is the same device.
    """
    proof.check()
    if sender.device_id is None or sender.deputy_id is None:
        raise NotEnrolled("code")
    with writing() as session:
        live_devices = live_devices_of(sender.deputy_id)
        same_device = next((device for device in live_devices if _has(device, proof)), None)
        if same_device is not None:
            return _enrolment(sender, same_device.id, repeated=True)
        if sender.device_kind != "browser" or not (sender.kept or sender.demonstration):
            raise NotEnrolled("code")
        device = (
            _new_device(sender, live_devices) if sender.demonstration else session.get_one(Device, sender.device_id)
        )
        device.kind, device.kept, device.name = proof.kind, True, (name or "")[:100] or device.name
        device.public_key = proof.key and {part: proof.key[part] for part in ("crv", "kty", "x", "y")}
        device.secret = instance_keys().encrypt(proof.secret) if proof.secret else None
        device.last_contact_at = utc_now()
        session.flush()
        record(
            sender.actor(),
            "device.enrolled",
            target=("device", device.id),
            campaign_id=sender.campaign_id,
            kind=proof.kind,
        )
        return _enrolment(sender, device.id)


def _has(device: Device, proof: Proof) -> bool:
    if proof.key and device.public_key:
        return all(device.public_key.get(part) == proof.key[part] for part in ("x", "y"))
    return bool(proof.secret and device.secret) and instance_keys().decrypt(device.secret or "") == proof.secret


def _new_device(sender: Sender, live_devices: list[Device]) -> Device:
    key_devices = [device for device in live_devices if device.kind != "browser"]
    for old_device in key_devices[MOST_SHOWN - 1 :]:
        devices.revoke(old_device.id, "a newer browser of the ready link")
    device = Device(id=new_id(), kind="browser", kept=True, enrolled_at=utc_now())
    db.session.add(device)
    db.session.flush()
    assert sender.deputy_id
    db.session.add(
        DeviceHolder(device_id=device.id, deputy_id=sender.deputy_id, campaign_id=sender.campaign_id, note=READY_LINK)
    )
    return device


def _enrolment(sender: Sender, device_id: str, *, repeated: bool = False) -> Enrolment:
    assert sender.deputy_id
    return Enrolment(device_id, sender.deputy_id, sender.campaign_id or "", repeated=repeated)
