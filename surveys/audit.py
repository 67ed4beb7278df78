"""Who did what, append-only. Touches the database; every other room may write here, none may change what is written."""

from datetime import UTC, datetime
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Index, String, event, insert
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Line, db, is_writing, utc_now


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


class Actor:
    """Who acts: an account, a device of a deputy, or the program itself."""

    __slots__ = ("id", "kind", "name")

    def __init__(self, kind: str, id: str | None = None, name: str | None = None) -> None:
        self.kind, self.id, self.name = kind, id, name


SYSTEM = Actor("system", None, None)


def entry(
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
