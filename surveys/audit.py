"""Who did what, append-only. Touches the database; every other room may write here, none may change what is written.

Each entry is sealed as it is written: with a key of the instance that no database holds, over every column. What is put in or changed
in the database alone has no such seal. It also names the newest link of the chain that the writing process knew (`head_before`), so
that a chain which was made anew no longer fits the entries after it.
"""

import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import current_app, has_request_context, request
from sqlalchemy import Index, String, column, event, insert, select, table
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Line, db, is_writing, utc_now
from surveys.keys import InstanceKeys, instance_keys

HEAD_LIFE = 1.0  # seconds that a known head is used before it is read again
# The chain is a later room's; its head alone is read here.
_LINKS = table("audit_links", column("position"), column("hash"))


class AuditEntry(db.Model):
    """One act: who (`actor_kind` staff, deputy, system), what, on which thing, when.

    `happened_at` is the clock of the campaign's world (a rehearsal has its own), `recorded_at` that of the machine. `address`: where
    the request came from, shortened; none where no request did it. `outcome`: empty where the act was done, else why not.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "target_kind", "target_id"),
        Index(None, "campaign_id", "happened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    happened_at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[str | None] = mapped_column(String(36))
    actor_name: Mapped[str | None] = mapped_column(Line(100))
    act: Mapped[str] = mapped_column(String(40))
    target_kind: Mapped[str | None] = mapped_column(String(30))
    target_id: Mapped[str | None] = mapped_column(String(64))
    campaign_id: Mapped[str | None] = mapped_column(String(36))
    unit_code: Mapped[str | None] = mapped_column(String(20))
    detail: Mapped[dict[str, Any] | None]
    recorded_at: Mapped[datetime | None]
    address: Mapped[str | None] = mapped_column(String(45))
    outcome: Mapped[str | None] = mapped_column(String(20))
    head_before: Mapped[str | None] = mapped_column(String(80))  # position:hash; none where nothing was linked yet
    seal: Mapped[str | None] = mapped_column(String(90))  # none of what was written before entries were sealed


class Actor:
    """Who acts: an account, a device of a deputy, or the program itself."""

    __slots__ = ("id", "kind", "name")

    def __init__(self, kind: str, id: str | None = None, name: str | None = None) -> None:
        self.kind, self.id, self.name = kind, id, name


SYSTEM = Actor("system", None, None)


def entry(actor: Actor, act: str, **facts: Any) -> dict[str, Any]:
    """One entry as a row, sealed, for this instance; what may be said of it is what `unsealed` takes."""
    return sealed(unsealed(actor, act, **facts) | {"head_before": known_head().text}, instance_keys())


def unsealed(
    actor: Actor,
    act: str,
    *,
    target: tuple[str, str] | None = None,
    campaign_id: str | None = None,
    unit_code: str | None = None,
    outcome: str | None = None,
    address: str | None = None,
    **detail: Any,
) -> dict[str, Any]:
    """One entry as a row. `address`: as it is kept, where it is known better than by the request. `detail` holds no answers, contacts or secrets; `before` and `after` in it name what a field was and is."""
    return {
        "happened_at": utc_now(),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "act": act,
        "target_kind": target[0] if target else None,
        "target_id": target[1] if target else None,
        "campaign_id": campaign_id,
        "unit_code": unit_code,
        "detail": detail or None,
        "recorded_at": datetime.now(UTC),
        "address": address or (shortened(request.remote_addr) if has_request_context() else None),
        "outcome": outcome,
    }


def sealed(row: Mapping[str, Any], keys: InstanceKeys) -> dict[str, Any]:
    """A row with the seal of these keys; the same entry written twice has two seals."""
    plain = {key: value for key, value in row.items() if key != "seal"}
    nonce = secrets.token_hex(8)
    return plain | {"seal": f"{nonce}.{_mac(plain, nonce, keys)}"}


def is_sealed(row: Mapping[str, Any], keys: InstanceKeys) -> bool:
    """Whether the seal of a row as it is stored was made by these keys over what it says now."""
    nonce, _, mac = (row["seal"] or "").partition(".")
    return hmac.compare_digest(mac, _mac(row, nonce, keys))


def _mac(row: Mapping[str, Any], nonce: str, keys: InstanceKeys) -> str:
    columns = {name: _as_stored(value) for name, value in row.items() if name not in ("id", "seal")}
    filled = {name: value for name, value in columns.items() if value not in (None, "")}
    return keys.mac("audit-entry", json.dumps([nonce, filled], ensure_ascii=False, sort_keys=True).encode()).hex()


def _as_stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value


@dataclass(slots=True)
class KnownHead:
    """The newest link this process has read; it may be a little old."""

    text: str | None = None
    until: float = 0.0  # on the monotonic clock


def known_head() -> KnownHead:
    return current_app.extensions.setdefault("audit_head", KnownHead())


def _read_head() -> None:
    known = known_head()
    if time.monotonic() < known.until:
        return
    with db.session.no_autoflush:
        newest = db.session.execute(
            select(_LINKS.c.position, _LINKS.c.hash).order_by(_LINKS.c.position.desc()).limit(1)
        ).first()
    known.text = f"{newest.position}:{newest.hash}" if newest else None
    known.until = time.monotonic() + HEAD_LIFE


def shortened(address: str | None) -> str | None:
    """An address that tells a network and a place in it, not a household: 10.0.*.21; of IPv6 the first three groups."""
    if not address:
        return None
    if address.count(".") == 3 and ":" not in address:
        first, second, _, last = address.split(".")
        return f"{first}.{second}.*.{last}"
    return ":".join(address.split("%")[0].split(":")[:3]) + ":*"


def record(actor: Actor, act: str, **facts: Any) -> None:
    """Add one entry, made as `entry` makes it, to the current transaction. Inside `writing()`."""
    if not is_writing():
        raise RuntimeError("an audit entry outside writing(): put it inside `with writing():`")
    _read_head()
    db.session.execute(insert(AuditEntry), [entry(actor, act, **facts)])


def set_once(row: Any, column: str, actor: Actor, act: str, **entry: Any) -> bool:
    """Give a date that is given once the present moment, with its entry; False where it stood already. Inside `writing()`."""
    if getattr(row, column) is not None:
        return False
    setattr(row, column, utc_now())
    db.session.flush()
    record(actor, act, **entry)
    return True


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _append_only(*_: Any) -> None:
    raise RuntimeError("the audit trail is append-only")
