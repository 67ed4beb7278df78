"""Turns a slip and its code into a device of a deputy (receiving.md 1.1). Touches slips, devices and the audit trail.

Wrong codes: 5 in 15 minutes hold the token up; 20 in all void its slip. Whatever is wrong with a slip, or with a token that is
none, the words are the same and come after as many tries.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import false, func, or_, select, true

from surveys import event_log
from surveys.accounts import Device
from surveys.audit import Actor, record
from surveys.database import db, new_id, utc_now, writing
from surveys.keys import from_base64url, instance_keys, public_key
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.code_tries import held_up, note_wrong, one_after_the_other
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.slips import (
    READY_LINK,
    WRONG_IN_ALL,
    DeviceHolder,
    Slip,
    SlipCode,
    code_hash,
    token_hash,
)
from surveys.questionnaire.package.content import canonical, digest

SAME_ANSWER = timedelta(minutes=10)  # a lost answer does not cost a new code
MOST_DEVICES = 5
BROWSER_LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a device brings: a public key, a secret, or (a browser without script) a random word of its form."""

    key: dict[str, str] | None = None
    secret: str | None = None
    once: str | None = None

    @property
    def kind(self) -> str:
        return "key" if self.key else "secret" if self.secret else "browser"

    def check(self) -> None:
        """Raises ValueError for a key that is no point on P-256, or a secret that is not 32 bytes."""
        if self.key:
            public_key(self.key)
        elif self.secret and len(from_base64url(self.secret)) != 32:
            raise ValueError("a secret is 32 bytes")

    def mark(self) -> str | None:
        """By what the same device is known again."""
        if self.key:
            return digest(canonical({name: self.key[name] for name in ("crv", "kty", "x", "y")}))
        if self.secret:
            return digest(f"secret\n{self.secret}".encode())
        return digest(f"browser\n{self.once}".encode()) if self.once else None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A device that is enrolled; `repeated` = the answer was given before."""

    device_id: str
    deputy_id: str
    campaign_id: str
    repeated: bool = False


class NotEnrolled(Exception):
    """Why there is no device. `code`: "code" (slip or code wrong, used, expired), "wrong_codes" (too many lately),
    "devices" (five are live)."""

    def __init__(
        self, code: str, *, retry_after: int | None = None, devices: list[dict[str, Any]] | None = None
    ) -> None:
        super().__init__(code)
        self.code, self.retry_after, self.devices = code, retry_after, devices or []


def enrol(
    token: str, code: str, proof: Proof, *, name: str | None = None, notice: str | None = None, kept: bool = False
) -> Enrolment:
    """Make the device. Raises NotEnrolled; ValueError for a broken key."""
    proof.check()
    with writing():
        result = _enrol(token, code.strip(), proof, name=name, notice=notice, kept=kept)
    if isinstance(result, NotEnrolled):
        event_log.note("phone.refused", reason=result.code)
        raise result
    event_log.note("phone.enrolled", device=result.device_id, campaign=result.campaign_id)
    return result


def _enrol(
    token: str, code: str, proof: Proof, *, name: str | None, notice: str | None, kept: bool
) -> Enrolment | NotEnrolled:
    now, token = utc_now(), token_hash(token)
    one_after_the_other(token)
    slip = db.session.scalar(select(Slip).where(Slip.token_hash == token).with_for_update())
    if wait := held_up(token, now):
        return NotEnrolled("wrong_codes", retry_after=wait)
    if slip is None:
        code_hash("no slip", code)  # as much work as for a slip that exists
        return _wrong(token, now)
    entry = db.session.scalar(
        select(SlipCode).where(SlipCode.slip_id == slip.id, SlipCode.code_hash == code_hash(slip.id, code))
    )
    if entry is not None and (again := _again(entry, proof, slip, now)):
        return again
    if entry is None or not _is_good(slip, entry, now):
        _count_wrong(slip, now)
        return _wrong(token, now)
    devices = live_devices_of(entry.deputy_id, shown=False)
    if len(devices) >= MOST_DEVICES:
        return NotEnrolled("devices", devices=[_described(device) for device in devices])
    return _add(slip, entry, proof, name=name, notice=notice, kept=kept, now=now)


def _again(entry: SlipCode, proof: Proof, slip: Slip, now: datetime) -> Enrolment | None:
    if entry.device_id is None or entry.used_at is None or now - entry.used_at > SAME_ANSWER:
        return None
    if entry.used_key is None or entry.used_key != proof.mark():
        return None
    return Enrolment(entry.device_id, entry.deputy_id, slip.campaign_id, repeated=True)


def _is_good(slip: Slip, entry: SlipCode, now: datetime) -> bool:
    campaign = db.session.get_one(Campaign, slip.campaign_id)
    return slip.opens(campaign.now()) and entry.used_at is None and (entry.expires_at is None or entry.expires_at > now)


def _wrong(token: str, now: datetime) -> NotEnrolled:
    note_wrong(token, now)
    return NotEnrolled("code")


def _count_wrong(slip: Slip, now: datetime) -> None:
    slip.wrong += 1
    if slip.wrong >= WRONG_IN_ALL and slip.withdrawn_at is None:
        slip.withdrawn_at = now
        record(Actor("system"), "slip.voided", target=("slip", slip.id), campaign_id=slip.campaign_id, wrong=slip.wrong)


def _add(
    slip: Slip, entry: SlipCode, proof: Proof, *, name: str | None, notice: str | None, kept: bool, now: datetime
) -> Enrolment:
    device = Device(
        id=new_id(),
        kind=proof.kind,
        public_key=proof.key and {part: proof.key[part] for part in ("crv", "kty", "x", "y")},
        secret=instance_keys().encrypt(proof.secret) if proof.kind == "secret" and proof.secret else None,
        name=(name or "")[:100] or None,
        notice=(notice or "")[:40] or None,
        kept=kept,
        enrolled_at=now,
        last_contact_at=now,
    )
    db.session.add(device)
    db.session.flush()
    db.session.add(DeviceHolder(device_id=device.id, deputy_id=entry.deputy_id, campaign_id=slip.campaign_id))
    entry.used_at, entry.used_key, entry.device_id = now, proof.mark(), device.id
    deputy = db.session.get_one(Deputy, entry.deputy_id)
    record(
        Actor("deputy", device.id, deputy.name),
        "device.enrolled",
        target=("device", device.id),
        campaign_id=slip.campaign_id,
        kind=proof.kind,
    )
    return Enrolment(device.id, entry.deputy_id, slip.campaign_id)


def live_devices_of(deputy_id: str, *, shown: bool = True) -> list[Device]:
    """A deputy's devices that are not revoked, the one in use last first; a borrowed browser's session ends by itself.

    Without `shown` those that came in by a ready link of the demonstration are left out.
    """
    devices = db.session.scalars(
        select(Device)
        .join(DeviceHolder, DeviceHolder.device_id == Device.id)
        .where(DeviceHolder.deputy_id == deputy_id, Device.revoked_at.is_(None))
        .where(or_(true() if shown else false(), DeviceHolder.note.is_(None), DeviceHolder.note != READY_LINK))
        .order_by(func.coalesce(Device.last_contact_at, Device.enrolled_at).desc())
    )
    limit = utc_now() - BROWSER_LIFE
    return [
        device
        for device in devices
        if device.kind != "browser" or device.kept or (device.last_contact_at or device.enrolled_at) > limit
    ]


def revoked_devices_of(deputy_id: str) -> list[Device]:
    """A deputy's devices that were revoked, the newest first."""
    query = select(Device).join(DeviceHolder, DeviceHolder.device_id == Device.id)
    query = query.where(DeviceHolder.deputy_id == deputy_id, Device.revoked_at.is_not(None))
    return list(db.session.scalars(query.order_by(Device.revoked_at.desc())))


def _described(device: Device) -> dict[str, Any]:
    contact = device.last_contact_at or device.enrolled_at
    return {"name": device.name, "last_contact": contact.strftime("%Y-%m-%dT%H:%M:%SZ")}
