"""The one transaction in which a version is written: head, version, parts, findings, audit (receiving.md 7.1, step 7).

What is written was worked out before. The statements are made once: SQLAlchemy keeps what it compiled of them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update
from sqlalchemy.orm.util import identity_key

from surveys.accounts import Device
from surveys.audit import record
from surveys.database import db, new_id
from surveys.fieldwork import holders
from surveys.fieldwork.attendance import set_attendance
from surveys.fieldwork.contents import Content
from surveys.fieldwork.extracts import Extract
from surveys.fieldwork.findings import Finding
from surveys.fieldwork.holders import Holder
from surveys.fieldwork.packages import WITHDRAWN
from surveys.fieldwork.submissions import ContentPart, SetAside, Submission
from surveys.fieldwork.versions import Target
from surveys.fieldwork.visits import Draft, Visit
from surveys.planning.groups import GroupMember

MOST_VERSIONS = 200


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


_OF_VISIT = Visit.id == bindparam("visit")
_FIRST_HEAD = update(Visit).where(_OF_VISIT, Visit.head.is_(None)).values(head=bindparam("content"))
_NEXT_HEAD = update(Visit).where(_OF_VISIT, Visit.head == bindparam("base")).values(head=bindparam("content"))
_SAME_HEAD = update(Visit).where(_OF_VISIT).values(head=Visit.head)

_FOUND = (
    select(func.max(Submission.version))
    .where(Submission.visit_id == bindparam("visit"))
    .scalar_subquery()
    .label("newest"),
    exists().where(Draft.visit_id == bindparam("visit"), Draft.holder == bindparam("holder")).label("draft"),
    exists()
    .where(
        SetAside.device_id == bindparam("device"),
        SetAside.address == bindparam("visit"),
        SetAside.content == bindparam("content"),
        SetAside.settled_at.is_(None),
    )
    .label("aside"),
    WITHDRAWN,
)
_FOUND_BY_STAFF = select(*_FOUND)
_FOUND_BY_DEVICE = (
    select(Device.revoked_at, *_FOUND).where(Device.id == bindparam("device")).with_for_update(read=True, of=Device)
)
_LIVE = select(Device.revoked_at).where(Device.id == bindparam("device")).with_for_update(read=True)
_VERSION, _PART, _FINDING = insert(Submission), insert(ContentPart), insert(Finding)


def store(arrival: Arrival) -> Kept:
    """Write head, version, parts, findings and audit. Inside `writing()`, which Revoked, Full and a copy's IntegrityError end."""
    target, content = arrival.target, arrival.content
    connection = db.session.connection()
    on_trunk = _move_head(connection, target.visit_id, content.base, arrival.digest)
    found = _look_again(connection, arrival)
    kept = Kept((found.newest or 0) + 1, _group(arrival), on_trunk, bool(found.withdrawn))
    connection.execute(_VERSION, _version(arrival, kept))
    if parts := _parts(arrival):
        connection.execute(_PART, parts)
    insert_findings(target, arrival.digest, arrival.extract, arrival.via, arrival.at)
    _note_who_went(arrival)
    if found.draft:
        _end_of_draft(arrival)
    if found.aside:
        _end_of_aside(arrival)
    record(
        arrival.holder.actor(),
        "submission.received",
        target=("visit", target.visit_id),
        campaign_id=target.campaign_id,
        unit_code=target.unit_code,
        content=arrival.digest,
        version=kept.version,
        via=arrival.via,
    )
    return kept


def still_live(holder: Holder) -> None:
    """Revoking holds from the moment it returns: looked at once more, under the same lock as what is written."""
    if holder.device_id is not None and db.session.scalar(_LIVE, {"device": holder.device_id}) is not None:
        raise Revoked


def insert_findings(target: Target, content: str, extracted: Extract, via: str, at: datetime) -> None:
    """The findings of a version as rows. Inside `writing()`."""
    rows: list[dict[str, Any]] = [
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
    if rows:
        db.session.connection().execute(_FINDING, rows)


def _move_head(connection: Connection, visit_id: str, base: str | None, content: str) -> bool:
    """Compare and set: the version extends the trunk exactly when its base is the head. A fork touches the row too, so that
    two versions of one visit are numbered one after the other."""
    values = {"visit": visit_id, "content": content}
    moved = (
        connection.execute(_NEXT_HEAD, {**values, "base": base}) if base else connection.execute(_FIRST_HEAD, values)
    )
    if moved.rowcount == 1:
        seen = db.session.identity_map.get(identity_key(Visit, visit_id))
        if seen is not None:
            db.session.expire(seen, ["head"])
        return True
    connection.execute(_SAME_HEAD, {"visit": visit_id})
    return False


def _look_again(connection: Connection, arrival: Arrival) -> Any:
    """What may have changed since the visit was read, now that its row is held: revoking, the newest number, what ends with it.

    Numbers have no gaps, so the newest says how many there are.
    """
    holder = arrival.holder
    values = {
        "visit": arrival.target.visit_id,
        "holder": holder.id,
        "device": holder.device_id,
        "content": arrival.digest,
        "campaign": arrival.target.campaign_id,
        "package": arrival.content.package_hash,
    }
    if holder.device_id is None:
        found = connection.execute(_FOUND_BY_STAFF, values).one()
    else:
        found = connection.execute(_FOUND_BY_DEVICE, values).one()
        if found.revoked_at is not None:
            raise Revoked
    if (found.newest or 0) >= MOST_VERSIONS:
        raise Full
    return found


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


def _note_who_went(arrival: Arrival) -> None:
    """Who went, where the version says so (`present`: ids of the group's deputies): chosen on a phone without a signal."""
    named = arrival.content.plain.get("present")
    group_id = arrival.target.group_id
    if not isinstance(named, list) or group_id not in arrival.holder.groups:
        return
    members = set(db.session.scalars(select(GroupMember.deputy_id).where(GroupMember.group_id == group_id)))
    chosen = [one for one in named if isinstance(one, str) and one in members]
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
