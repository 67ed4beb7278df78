"""Keeps what each phone last reported: its release, storage, what waits on it, visits it holds ready, client errors.

One row a device, the last one: `body` is the text as it came, cut to what is known and bounded. No answer and no name is in it.
Touches devices and groups. It is for the desk alone, which sees by it what may be stuck on a phone, and for the liaison.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys.accounts import Device
from surveys.database import db, utc_now, writing
from surveys.planning.people.slips import DeviceHolder

MOST_BYTES = 128 * 1024
MOST_ERRORS = 200
MOST_VISITS = 500
LONGEST = 240
ERROR_KEYS = ("at", "kind", "what", "where", "page", "release")
STATES = ("queued", "sending", "stored", "aside", "confirmed", "purged", "quarantined")


class PhoneReport(db.Model):
    """The last report of one device."""

    __tablename__ = "phone_reports"

    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    reported_at: Mapped[datetime]
    body: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class PhoneStatus:
    """What one phone reported of itself last."""

    device_id: str
    device_name: str | None
    deputy_id: str
    reported_at: datetime
    contact_at: datetime | None = None
    release: str = ""
    persisted: bool | None = None
    free: int | None = None
    worker: bool = False
    outbox: dict[str, int] = field(default_factory=dict)
    drafts: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    errors: tuple[dict[str, str], ...] = ()


def keep_report(device_id: str, value: Any) -> None:
    """Keep what a phone reports of itself in place of its report before. Unknown or oversized things are left out."""
    body = json.dumps(_cut(value if isinstance(value, dict) else {}), ensure_ascii=False, sort_keys=True)
    with writing() as session:
        row = session.get(PhoneReport, device_id) or PhoneReport(device_id=device_id)
        row.reported_at, row.body = utc_now(), body
        session.add(row)


def _cut(value: dict[str, Any]) -> dict[str, Any]:
    outbox, persisted, free = value.get("outbox"), value.get("persisted"), value.get("free")
    log = value.get("log")
    return {
        "release": _word(value.get("release"), 20),
        "persisted": persisted if isinstance(persisted, bool) else None,
        "free": int(free) if isinstance(free, int | float) and 0 <= free < 2**53 else None,
        "worker": value.get("worker") is True,
        "outbox": {
            state: outbox[state]
            for state in STATES
            if isinstance(outbox, dict) and type(outbox.get(state)) is int and 0 <= outbox[state] < 100_000
        },
        "drafts": _ids(value.get("drafts")),
        "ready": _ids(value.get("ready")),
        "opened": _ids(value.get("opened")),
        "log": [
            {key: _word(entry.get(key), LONGEST) for key in ERROR_KEYS}
            for entry in (log if isinstance(log, list) else [])[-MOST_ERRORS:]
            if isinstance(entry, dict)
        ],
    }


def _word(value: Any, longest: int) -> str:
    return "".join(c for c in value if c >= " ")[:longest] if isinstance(value, str) else ""


def _ids(value: Any) -> list[str]:
    if not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, str) and 0 < len(one) <= 40 and one.isascii()][:MOST_VISITS]


def phone_statuses(deputy_ids: Iterable[str]) -> list[PhoneStatus]:
    """What the live phones of these deputies reported, the one in contact last first."""
    rows = db.session.execute(
        select(PhoneReport, Device.name, Device.last_contact_at, DeviceHolder.deputy_id)
        .join(Device, Device.id == PhoneReport.device_id)
        .join(DeviceHolder, DeviceHolder.device_id == Device.id)
        .where(DeviceHolder.deputy_id.in_(list(deputy_ids)), Device.revoked_at.is_(None))
        .order_by(Device.last_contact_at.desc(), PhoneReport.device_id)
    )
    return [_status(row.PhoneReport, row) for row in rows]


def _status(report: PhoneReport, row: Any) -> PhoneStatus:
    body = json.loads(report.body)
    return PhoneStatus(
        device_id=report.device_id,
        device_name=row.name,
        deputy_id=row.deputy_id,
        reported_at=report.reported_at,
        contact_at=row.last_contact_at,
        release=body["release"],
        persisted=body["persisted"],
        free=body["free"],
        worker=body["worker"],
        outbox=body["outbox"],
        drafts=tuple(body["drafts"]),
        ready=tuple(body["ready"]),
        opened=tuple(body.get("opened", ())),
        errors=tuple(body["log"]),
    )


def reported_errors(phones: Iterable[PhoneStatus]) -> list[tuple[PhoneStatus, dict[str, str]]]:
    """Every error that these phones reported, the newest first."""
    errors = [(phone, error) for phone in phones for error in phone.errors]
    return sorted(errors, key=lambda one: one[1]["at"], reverse=True)
