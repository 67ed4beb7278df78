"""The audit trail as a chain: each link carries the hash of the one before. Touches the audit trail; writes links alone.

Writers of entries do not wait for the chain: whoever links (the worker every second, a verification, a report that prints the head)
takes the entries that have no link yet, in the order of their numbers, and puts links after the last one. Two who link at once want
the same position, and the database lets one of them have it. A link hashes its position, the hash before, the moment of linking and
every column of its entry that has a value. That an entry was written by the program is said by its seal (`surveys.audit`).
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import String, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from surveys.audit import HEAD_LIFE, AuditEntry, known_head
from surveys.database import db, is_writing, writing
from surveys.jobs import repeated

LINK_EVERY = 1.0  # seconds
MOST_AT_ONCE = 1000
# Entries that were numbered before the newest link and committed after it are looked for as far back as this.
LATE_ENTRIES = 5000
LONGEST_OPEN = 3600.0  # seconds that a transaction may stay open
START = "0" * 64


class AuditLink(db.Model):
    """The place of one entry in the chain; positions count from 1 without a gap."""

    __tablename__ = "audit_links"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(unique=True)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    linked_at: Mapped[datetime]


class Head(NamedTuple):
    """The newest link: whoever has written it down can prove later that nothing before it was changed."""

    position: int
    hash: str
    linked_at: datetime

    def as_json(self) -> dict[str, Any]:
        return {"position": self.position, "hash": self.hash, "at": self.linked_at.isoformat(timespec="seconds")}


def head(*, linked_up: bool = False) -> Head | None:
    """The newest link, `linked_up`: after linking what waits (it writes then); None where nothing was ever linked."""
    if linked_up:
        link_new()
    row = db.session.execute(
        select(AuditLink.position, AuditLink.hash, AuditLink.linked_at).order_by(AuditLink.position.desc()).limit(1)
    ).first()
    return Head(*row) if row else None


def hash_of(position: int, previous: str, linked_at: datetime, entry: Mapping[str, Any]) -> str:
    """The hash of a link: SHA-256 over position, hash before, moment of linking, and the columns of the entry with a value."""
    columns = {name: _plain(value) for name, value in entry.items() if value is not None}
    link = [position, previous, _plain(linked_at), columns]
    return hashlib.sha256(json.dumps(link, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def link_new(*, everywhere: bool = False) -> int:
    """Link every entry that has no link yet; gives how many. `everywhere`: also those whose number lies far behind the newest link.

    Gives up where another links at the same moment: it links the same entries.
    """
    linked = 0
    while some := _link_some(everywhere):
        linked += some
    return linked


def _link_some(everywhere: bool) -> int:
    newest = head()
    rows = _unlinked(everywhere)
    if not rows:
        return 0
    inside = is_writing()
    links = list(_links_after(newest, rows, datetime.now(UTC)))
    with writing() as session:
        if head() != newest:
            return 0
        try:
            with session.begin_nested():
                session.execute(insert(AuditLink), links)
        except IntegrityError:
            return 0
    _remember(links[-1], inside=inside)
    return len(links)


def _remember(link: Mapping[str, Any], *, inside: bool) -> None:
    """What entries name from now on. Links of a transaction that is open may yet be taken back: the head before them is named on."""
    known = known_head()
    if inside:
        known.until = time.monotonic() + LONGEST_OPEN
    else:
        known.text, known.until = f"{link['position']}:{link['hash']}", time.monotonic() + HEAD_LIFE


def _unlinked(everywhere: bool) -> list[dict[str, Any]]:
    entries = AuditEntry.__table__
    query = select(entries).outerjoin(AuditLink, AuditLink.entry_id == AuditEntry.id)
    query = query.where(AuditLink.position.is_(None)).order_by(AuditEntry.id).limit(MOST_AT_ONCE)
    if not everywhere:
        newest = db.session.scalar(select(func.max(AuditLink.entry_id))) or 0
        query = query.where(AuditEntry.id > newest - LATE_ENTRIES)
    return [dict(row._mapping) for row in db.session.execute(query)]


def _links_after(newest: Head | None, rows: list[dict[str, Any]], now: datetime) -> Iterator[dict[str, Any]]:
    position, previous = (newest.position, newest.hash) if newest else (0, START)
    for row in rows:
        position += 1
        own = hash_of(position, previous, now, row)
        yield {"position": position, "entry_id": row["id"], "previous": previous, "hash": own, "linked_at": now}
        previous = own


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


@contextmanager
def kept_linked(app: Flask) -> Iterator[None]:
    """While it is open, new entries are linked within seconds, also while the worker is busy with a long job."""

    def link() -> bool:
        link_new()
        return True

    with repeated(app, LINK_EVERY, link, "the audit trail could not be linked; it is tried again"):
        yield
