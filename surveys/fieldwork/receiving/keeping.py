"""The one transaction in which a version is written: head, version, parts, findings, audit (receiving.md 7.1, step 7).

What is written was worked out before. Versions of several visits that wait at the same time share one transaction
(gathering.py): the statements are the same, for more rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, bindparam, select, update
from sqlalchemy.orm.util import identity_key

from surveys.accounts import Device
from surveys.audit import entry
from surveys.database import db, new_id, utc_now, writing_once
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.receiving import holders
from surveys.fieldwork.receiving.contents import Content
from surveys.fieldwork.receiving.extracts import Extract
from surveys.fieldwork.receiving.holders import Holder
from surveys.fieldwork.receiving.keeping_at_once import ROWS, keep_at_once, keep_statements
from surveys.fieldwork.receiving.keeping_statements import look_again, move_heads
from surveys.fieldwork.receiving.versions import Target
from surveys.fieldwork.visits.attendance import set_attendance
from surveys.fieldwork.visits.submissions import SetAside
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.planning.people.groups import GroupMember
from surveys.statements import Running, Statement, insert_rows, together

MOST_VERSIONS = 200
FEW = 4  # versions that share a transaction, usually


@dataclass(frozen=True, slots=True)
class Arrival:
    """One content on its way in: everything a row needs, worked out before the transaction."""

    holder: Holder
    target: Target
    body: bytes
    digest: str
    content: Content
    extract: Extract
    via: str
    at: datetime
    arrived: frozenset[str]


class Kept(NamedTuple):
    """What a version became: its number, its group, whether it is the head now, whether its questionnaire is withdrawn."""

    version: int
    group_id: str | None
    on_trunk: bool
    withdrawn: bool


class Revoked(Exception):
    """The device was revoked while its bytes were being judged."""


class Full(Exception):
    """The visit has all the versions it may have."""


class Apart(Exception):
    """Among versions that were to be stored together is a fork: each is stored alone."""


_SAME_HEAD = Statement(update(Visit).where(Visit.id == bindparam("visit", type_=String)).values(head=Visit.head))
_HELD = Statement(
    select(Device.id).where(Device.id == bindparam("device", type_=String)).with_for_update(key_share=True)
)
_LIVE = select(Device.revoked_at).where(Device.id == bindparam("device")).with_for_update(read=True)


def store(arrivals: Sequence[Arrival]) -> list[Kept]:
    """Write head, version, parts, findings and audit of one version, or of versions of several visits by devices.

    Inside `writing()`, which Revoked, Full, Apart and a copy's IntegrityError end.
    """
    connection = db.session.connection()
    on_trunk, found = _move_heads(connection, arrivals)
    all_kept = []
    for arrival in arrivals:
        seen = found[arrival.target.visit_id]
        all_kept.append(Kept((seen.newest or 0) + 1, _group(arrival), on_trunk, bool(seen.withdrawn)))
    with together(connection):
        for name, rows in _rows(arrivals, all_kept).items():
            insert_rows(connection, ROWS[name], rows)
        now = utc_now()
        for device in _to_be_noted(arrivals, now):
            holders.NOTE_CONTACT.start(connection, {"device": device, "now": now})
    for arrival in arrivals:
        _note_who_went(arrival)
        seen = found[arrival.target.visit_id]
        if seen.draft:
            _end_of_draft(arrival)
        if seen.aside:
            _end_of_aside(arrival)
    return all_kept


def store_at_once(arrivals: Sequence[Arrival]) -> list[Kept | None]:
    """The same on PostgreSQL for what is usual, in one statement that commits by itself; None for each that it did not write."""
    usual = [arrival for arrival in arrivals if _is_usual(arrival)]
    expected = [Kept(arrival.target.versions + 1, arrival.target.group_id, True, False) for arrival in usual]
    found: dict[str, bool] = {}
    if usual:
        devices = sorted({arrival.holder.id for arrival in usual})
        now = utc_now()
        with writing_once() as connection:
            noted, present = _to_be_noted(usual, now), [row for arrival in usual for row in _present(arrival)]
            found = keep_at_once(connection, devices, noted, now, present, **_rows(usual, expected))
    kept = {one.target.visit_id: as_kept for one, as_kept in zip(usual, expected, strict=True)}
    visits = [arrival.target.visit_id for arrival in arrivals]
    return [kept[visit]._replace(withdrawn=found[visit]) if visit in found else None for visit in visits]


def _to_be_noted(arrivals: Sequence[Arrival], now: datetime) -> list[str]:
    """The devices that are heard of again after a while."""
    return sorted({one.holder.id for one in arrivals if one.holder.is_to_be_noted(now)})


def usual_statements() -> list[Statement]:
    """What `store` or `store_at_once` runs for one version, and for a few of them."""
    if stores_at_once():
        return keep_statements()
    few = range(1, FEW + 1)
    return [make(number) for number in few for make in (move_heads, partial(look_again, devices=True))]


def stores_at_once() -> bool:
    return db.engine.dialect.name == "postgresql"


def _is_usual(arrival: Arrival) -> bool:
    holder, target = arrival.holder, arrival.target
    return holder.device_id is not None and target.group_id in holder.groups and target.versions < MOST_VERSIONS


def _rows(arrivals: Sequence[Arrival], all_kept: Sequence[Kept]) -> dict[str, list[dict[str, Any]]]:
    """What is inserted, by the names of `ROWS`."""
    pairs = list(zip(arrivals, all_kept, strict=True))
    return {
        "versions": [_version(arrival, kept) for arrival, kept in pairs],
        "parts": [row for arrival in arrivals for row in _parts(arrival)],
        "findings": [row for arrival in arrivals for row in _findings(arrival)],
        "entries": [_entry(arrival, kept) for arrival, kept in pairs],
    }


def _entry(arrival: Arrival, kept: Kept) -> dict[str, Any]:
    return entry(
        arrival.holder.actor(),
        "submission.received",
        target=("visit", arrival.target.visit_id),
        campaign_id=arrival.target.campaign_id,
        unit_code=arrival.target.unit_code,
        content=arrival.digest,
        version=kept.version,
        via=arrival.via,
    )


def still_live(holder: Holder) -> None:
    """Revoking holds from the moment it returns: looked at once more, under the same lock as what is written."""
    if holder.device_id is not None and db.session.scalar(_LIVE, {"device": holder.device_id}) is not None:
        raise Revoked


def insert_findings(target: Target, content: str, extracted: Extract, via: str, at: datetime) -> None:
    """The findings of a version as rows. Inside `writing()`."""
    insert_rows(db.session.connection(), Finding, _new_findings(target, content, extracted, via, at))


def _new_findings(target: Target, content: str, extracted: Extract, via: str, at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(),
            "campaign_id": target.campaign_id,
            "unit_code": target.unit_code,
            "source": "visit",
            "visit_id": target.visit_id,
            "content": content,
            "from_paper": via == "paper",
            "entered_at": at,
            **finding,
        }
        for finding in extracted.findings
    ]


def _move_heads(connection: Connection, arrivals: Sequence[Arrival]) -> tuple[bool, dict[str, Any]]:
    """Compare and set: a version extends the trunk exactly when its base is the head. A fork touches the row too, so that
    two versions of one visit are numbered one after the other. Gives whether all extend it, and what stands there now."""
    values = {}
    for place, arrival in enumerate(arrivals):
        values[f"visit_{place}"] = arrival.target.visit_id
        values[f"base_{place}"] = arrival.content.base
        values[f"content_{place}"] = arrival.digest
    with together(connection):
        if stores_at_once() and (device := arrivals[0].holder.device_id) is not None:
            _HELD.start(connection, {"device": device})  # as `store_at_once` does: device first, then visit
        moved = move_heads(len(arrivals)).start(connection, values)
        looked = _look_again(connection, arrivals)
        rows = looked.rows()
    if moved.count == len(arrivals):
        for arrival in arrivals:
            seen = db.session.identity_map.get(identity_key(Visit, arrival.target.visit_id))
            if seen is not None:
                db.session.expire(seen, ["head"])
        return True, _found(rows)
    if len(arrivals) > 1:
        raise Apart
    _SAME_HEAD.start(connection, {"visit": arrivals[0].target.visit_id})
    return False, _found(_look_again(connection, arrivals).rows())


def _look_again(connection: Connection, arrivals: Sequence[Arrival]) -> Running:
    """What may have changed since the visits were read, now that their rows are held: revoking, the newest number, what ends
    with it. Numbers have no gaps, so the newest says how many there are."""
    devices = arrivals[0].holder.device_id is not None
    values = {}
    for place, arrival in enumerate(arrivals):
        values[f"visit_{place}"] = arrival.target.visit_id
        values[f"holder_{place}"] = arrival.holder.id
        values[f"device_{place}"] = arrival.holder.device_id
        values[f"content_{place}"] = arrival.digest
        values[f"campaign_{place}"] = arrival.target.campaign_id
        values[f"package_{place}"] = arrival.content.package_hash
    return look_again(len(arrivals), devices=devices).start(connection, values)


def _found(rows: Sequence[Any]) -> dict[str, Any]:
    if any(row.revoked_at is not None for row in rows):
        raise Revoked
    if any((row.newest or 0) >= MOST_VERSIONS for row in rows):
        raise Full
    return {row.visit: row for row in rows}


def _version(arrival: Arrival, kept: Kept) -> dict[str, Any]:
    holder, content = arrival.holder, arrival.content
    return {
        "id": new_id(),
        "visit_id": arrival.target.visit_id,
        "content": arrival.digest,
        "version": kept.version,
        "body": arrival.body,
        "base": content.base,
        "merges": list(content.merges) or None,
        "fork": not kept.on_trunk,
        "package_hash": content.package_hash,
        "outcome": content.outcome,
        "clock": content.clock,
        "received_at": arrival.at,
        "via": arrival.via,
        "device_id": holder.device_id,
        "deputy_id": holder.deputy_id,
        "group_id": kept.group_id,
        "entered_by": holder.account_id,
        "by_name": holder.name,
        "marks": sorted(arrival.arrived),
        "judged": arrival.extract.judged,
    }


def _group(arrival: Arrival) -> str | None:
    """The group under which it was handed in: the visit's own, or the one it was taken from."""
    own = arrival.target.group_id
    if arrival.holder.account_id or own in arrival.holder.groups:
        return own
    return holders.former_group(arrival.holder, arrival.target.assignment_id)


def _parts(arrival: Arrival) -> list[dict[str, Any]]:
    return [
        {
            "visit_id": arrival.target.visit_id,
            "content": arrival.digest,
            "sha256": part.sha256,
            "name": part.name,
            "path": part.path,
            "size": part.size,
            "kind": part.kind,
        }
        for part in arrival.content.parts
    ]


def _findings(arrival: Arrival) -> list[dict[str, Any]]:
    return _new_findings(arrival.target, arrival.digest, arrival.extract, arrival.via, arrival.at)


def _present(arrival: Arrival) -> list[dict[str, str]]:
    """Who went, where the version says so (`present`: ids of the group's deputies): chosen on a phone without a signal."""
    named = arrival.content.plain.get("present")
    group_id = arrival.target.group_id
    if not isinstance(named, list) or group_id is None or group_id not in arrival.holder.groups:
        return []
    known = dict.fromkeys(one for one in named if isinstance(one, str) and one.isascii() and one.isprintable())
    return [{"visit_id": arrival.target.visit_id, "group_id": group_id, "deputy_id": deputy_id} for deputy_id in known]


def _note_who_went(arrival: Arrival) -> None:
    named = {row["deputy_id"] for row in _present(arrival)}
    if not named:
        return
    in_group = GroupMember.group_id == arrival.target.group_id
    chosen = named & set(db.session.scalars(select(GroupMember.deputy_id).where(in_group)))
    if chosen:
        set_attendance(arrival.target.visit_id, chosen, at=arrival.at, actor=arrival.holder.actor())


def _end_of_draft(arrival: Arrival) -> None:
    """The draft this version was made of is done with; one begun on another version is not."""
    draft = db.session.scalar(
        select(Draft).where(Draft.visit_id == arrival.target.visit_id, Draft.holder == arrival.holder.id)
    )
    if draft is not None and draft.base == arrival.content.base:
        db.session.delete(draft)


def _end_of_aside(arrival: Arrival) -> None:
    """Bytes that once were set aside and can be a version now are settled by that."""
    db.session.execute(
        update(SetAside)
        .where(
            SetAside.device_id == arrival.holder.device_id,
            SetAside.address == arrival.target.visit_id,
            SetAside.content == arrival.digest,
            SetAside.settled_at.is_(None),
        )
        .values(settled_at=arrival.at, settlement="version")
    )
