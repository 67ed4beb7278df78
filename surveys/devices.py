"""Signs devices in: a device signs a challenge, gets a cookie for it, and can be revoked. Touches accounts and keys.

The challenge is `random.time.MAC`: good for two minutes of the server's clock, nothing of it is stored. The cookie is nothing by
itself: each request looks the device's row up, so that revoking acts at once (receiving.md 1.2).
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from surveys.accounts import Device
from surveys.audit import SYSTEM, Actor, record
from surveys.database import utc_now, writing
from surveys.keys import from_base64url, instance_keys, to_base64url, verify

COOKIE = "diaoyan_field"
COOKIE_LIFE = timedelta(hours=12)
CHALLENGE_LIFE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Session:
    """What a field cookie says: a device, and when it signed in."""

    device_id: str
    issued_at: datetime

    def is_fresh(self) -> bool:
        return datetime.now(UTC) - self.issued_at <= COOKIE_LIFE


def field_cookie(device_id: str) -> str:
    """The value of the cookie `diaoyan_field` for a device that proved itself just now."""
    body = f"{device_id}.{int(datetime.now(UTC).timestamp())}"
    return f"{body}.{_seal('session', body)}"


def read_cookie(text: str | None) -> Session | None:
    """The session a cookie carries; None for a forged or broken one. Its age is the caller's to judge."""
    body, _, seal = (text or "").rpartition(".")
    device_id, _, issued = body.rpartition(".")
    if not device_id or not hmac.compare_digest(seal.encode(), _seal("session", body).encode()):
        return None
    return Session(device_id, datetime.fromtimestamp(int(issued), UTC))


def new_challenge() -> str:
    body = f"{secrets.token_urlsafe(16)}.{int(datetime.now(UTC).timestamp())}"
    return f"{body}.{_seal('challenge', body)}"


def challenge_holds(challenge: str) -> bool:
    """Whether a challenge was made here within the last two minutes."""
    body, _, seal = challenge.rpartition(".")
    if not body or not hmac.compare_digest(seal.encode(), _seal("challenge", body).encode()):
        return False
    moment = datetime.fromtimestamp(int(body.rpartition(".")[2]), UTC)
    return datetime.now(UTC) - moment <= CHALLENGE_LIFE


def proof_holds(device: Device, challenge: str, proof: str) -> bool:
    """Whether `proof` over the challenge was made with the device's key or secret."""
    message = f"diaoyan-session/1\n{device.id}\n{challenge}".encode()
    try:
        data = from_base64url(proof)
    except ValueError:
        return False
    if device.kind == "key" and device.public_key:
        return verify(device.public_key, data, message)
    if device.kind == "secret" and device.secret:
        return hmac.compare_digest(data, mac_with(device.secret, message))
    return False


def mac_with(encrypted_secret: str, data: bytes) -> bytes:
    """HMAC-SHA-256 with a device's secret, which is kept encrypted."""
    return hmac.digest(from_base64url(instance_keys().decrypt(encrypted_secret)), data, "sha256")


def revoke(device_id: str, reason: str | None = None, *, actor: Actor = SYSTEM) -> bool:
    """Revoke a device: when this returns, it holds. False when there is no such device; revoking twice changes nothing."""
    with writing() as session:
        device = session.get(Device, device_id)
        if device is None:
            return False
        if device.revoked_at is None:
            device.revoked_at, device.revoked_reason = utc_now(), reason
            record(actor, "device.revoked", target=("device", device_id), reason=reason)
    return True


def _seal(purpose: str, body: str) -> str:
    return to_base64url(instance_keys().mac(purpose, body.encode()))
