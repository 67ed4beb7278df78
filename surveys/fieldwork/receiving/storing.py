"""Writes a version in one transaction: head, version, parts, findings, audit (receiving.md 7.1, step 7).

What is written was worked out before. `store` is the rule, for every engine; on PostgreSQL a usual version is written by one statement
(storing_postgresql.py) that does the same, and tests hold the two together.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, String, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from surveys.accounts import Device
from surveys.audit import entry
from surveys.database import db, is_writing, new_id, utc_now, writing
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.contents import Content
from surveys.fieldwork.receiving.packages import is_withdrawn
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.receiving.storing_postgresql import ROWS, keep_at_once
from surveys.fieldwork.receiving.verdicts import Extract
from surveys.fieldwork.receiving.versions import Target
from surveys.fieldwork.visits.attendance import set_attendance
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.planning.people.groups import GroupMember

MOST_VERSIONS = 200

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One content on its way in: everything a row needs, worked out before the transaction."""

    sender: Sender
    target: Target
    body: bytes
    digest: str
    content: Content
    extract: Extract
    via: str
    at: datetime
    marks: frozenset[str]


class Placement(NamedTuple):
    """Where a version was stored: its number, its group, whether it is the head, whether its form is withdrawn."""

    version: int
    group_id: str | None
    on_trunk: bool
    withdrawn: bool


class DeviceRevoked(Exception):
    """The device was revoked while its bytes were being judged."""


class VisitFull(Exception):
    """The visit has all the versions it may have."""


_VISIT, _BASE, _CONTENT = (bindparam(name, type_=String) for name in ("visit", "base", "content"))
_MOVE_HEAD = update(Visit).where(Visit.id == _VISIT, Visit.head.is_not_distinct_from(_BASE)).values(head=_CONTENT)
_SAME_HEAD = update(Visit).where(Visit.id == _VISIT).values(head=Visit.head)
_NEWEST = select(func.max(Submission.version)).where(Submission.visit_id == _VISIT)
_REVOKED_AT = select(Device.revoked_at).where(Device.id == bindparam("device")).with_for_update(key_share=True)


def keep(arrival: Arrival) -> Placement:
    """Store a version, durably when this returns or with the `writing()` it stands in. Raises what `store` raises."""
    if not is_writing() and (placement := _try_at_once(arrival)) is not None:
        return placement
    with writing():
        return store(arrival)


def _try_at_once(arrival: Arrival) -> Placement | None:
    """None where `store` is to keep it: what the one statement cannot do must not cost anybody a version."""
    if not stores_at_once():
        return None
    try:
        return store_at_once(arrival)
    except IntegrityError:  # a fork or a copy of it was quicker
        return None
    except Exception as fault:  # what it says may quote an answer: its kind is enough
        _logger.warning("a version that one statement could not keep is stored step by step: %s", type(fault).__name__)
        return None


def store(arrival: Arrival) -> Placement:
    """Write head, version, parts, findings and audit of one version, and what ends with it.

    Inside `writing()`, which DeviceRevoked, VisitFull and a copy's IntegrityError end.
    """
    still_live(arrival.sender)  # the device first, then the visit, as `store_at_once` does
    on_trunk = _move_head(arrival)
    newest = db.session.scalar(_NEWEST, {"visit": arrival.target.visit_id}) or 0
    if newest >= MOST_VERSIONS:
        raise VisitFull
    withdrawn = is_withdrawn(arrival.target.campaign_id, arrival.content.package_hash)
    placement = Placement(newest + 1, _group(arrival), on_trunk, withdrawn)
    for name, rows in _rows(arrival, placement).items():
        if rows:
            db.session.connection().execute(insert(ROWS[name]), rows)
    senders.note_contact(arrival.sender)
    _note_who_went(arrival)
    _end_of_draft(arrival)
    _end_of_aside(arrival)
    return placement


def store_at_once(arrival: Arrival) -> Placement | None:
    """The same on PostgreSQL for what is usual, in one statement that commits by itself; None where it wrote nothing."""
    sender, target = arrival.sender, arrival.target
    if sender.device_id is None or target.group_id not in sender.groups or target.versions >= MOST_VERSIONS:
        return None
    placement = Placement(target.versions + 1, target.group_id, True, False)
    withdrawn = keep_at_once(
        target.campaign_id,
        target.group_id,
        _present(arrival),
        utc_now() if sender.is_to_be_noted(utc_now()) else None,
        **_rows(arrival, placement),
    )
    return None if withdrawn is None else placement._replace(withdrawn=withdrawn)


def stores_at_once() -> bool:
    return db.engine.dialect.name == "postgresql"


def _rows(arrival: Arrival, placement: Placement) -> dict[str, list[dict[str, Any]]]:
    """What is inserted, by the names of `ROWS`."""
    return {
        "versions": [_version(arrival, placement)],
        "parts": _parts(arrival),
        "findings": _new_findings(arrival.target, arrival.digest, arrival.extract, arrival.via, arrival.at),
        "entries": [_entry(arrival, placement)],
    }


def _entry(arrival: Arrival, placement: Placement) -> dict[str, Any]:
    return entry(
        arrival.sender.actor(),
        "submission.received",
        target=("visit", arrival.target.visit_id),
        campaign_id=arrival.target.campaign_id,
        unit_code=arrival.target.unit_code,
        content=arrival.digest,
        version=placement.version,
        via=arrival.via,
    )


def still_live(sender: Sender) -> None:
    """Revoking holds from the moment it returns: the device is looked at once more, and its row is held until the commit."""
    if sender.device_id is not None and db.session.scalar(_REVOKED_AT, {"device": sender.device_id}) is not None:
        raise DeviceRevoked


def insert_findings(target: Target, content: str, extract: Extract, via: str, at: datetime) -> None:
    """The findings of a version as rows. Inside `writing()`."""
    if rows := _new_findings(target, content, extract, via, at):
        db.session.execute(insert(Finding), rows)


def _new_findings(target: Target, content: str, extract: Extract, via: str, at: datetime) -> list[dict[str, Any]]:
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
        for finding in extract.findings
    ]


def _move_head(arrival: Arrival) -> bool:
    """Compare and set: a version extends the trunk exactly when its base is the head. A fork touches the row too, so that
    two versions of one visit are numbered one after the other. Gives whether it extends the trunk."""
    values = {"visit": arrival.target.visit_id, "base": arrival.content.base, "content": arrival.digest}
    result = db.session.execute(_MOVE_HEAD, values)
    if cast("CursorResult[Any]", result).rowcount == 1:
        return True
    db.session.execute(_SAME_HEAD, {"visit": arrival.target.visit_id})
    return False


def _version(arrival: Arrival, placement: Placement) -> dict[str, Any]:
    sender, content = arrival.sender, arrival.content
    return {
        "id": new_id(),
        "visit_id": arrival.target.visit_id,
        "content": arrival.digest,
        "version": placement.version,
        "body": arrival.body,
        "base": content.base,
        "merges": list(content.merges) or None,
        "fork": not placement.on_trunk,
        "package_hash": content.package_hash,
        "outcome": content.outcome,
        "clock": content.clock,
        "received_at": arrival.at,
        "via": arrival.via,
        "device_id": sender.device_id,
        "deputy_id": sender.deputy_id,
        "group_id": placement.group_id,
        "entered_by": sender.account_id,
        "by_name": sender.name,
        "marks": sorted(arrival.marks),
        "judged": arrival.extract.verdict,
    }


def _group(arrival: Arrival) -> str | None:
    """The group under which it was handed in: the visit's own, or the one it was taken from."""
    own = arrival.target.group_id
    if arrival.sender.account_id or own in arrival.sender.groups:
        return own
    return senders.former_group(arrival.sender, arrival.target.assignment_id)


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


def _present(arrival: Arrival) -> list[str]:
    """Who went, where the version says so (`present`: ids of the group's deputies): chosen on a phone without a signal."""
    ids = arrival.content.plain.get("present")
    if not isinstance(ids, list) or arrival.target.group_id not in arrival.sender.groups:
        return []
    deputy_ids = dict.fromkeys(one for one in ids if isinstance(one, str) and one.isascii() and one.isprintable())
    return list(deputy_ids)


def _note_who_went(arrival: Arrival) -> None:
    deputy_ids = _present(arrival)
    if not deputy_ids:
        return
    in_group = GroupMember.group_id == arrival.target.group_id
    members = set(db.session.scalars(select(GroupMember.deputy_id).where(in_group))) & set(deputy_ids)
    if members:
        set_attendance(arrival.target.visit_id, members, at=arrival.at, actor=arrival.sender.actor())


def _end_of_draft(arrival: Arrival) -> None:
    """The draft this version was made of is done with; one begun on another version is not."""
    db.session.execute(
        delete(Draft).where(
            Draft.visit_id == arrival.target.visit_id,
            Draft.holder == arrival.sender.id,
            Draft.base.is_not_distinct_from(arrival.content.base),
        )
    )


def _end_of_aside(arrival: Arrival) -> None:
    """Bytes that once were set aside and can be a version now are settled by that."""
    db.session.execute(
        update(SetAside)
        .where(
            SetAside.device_id == arrival.sender.device_id,
            SetAside.address == arrival.target.visit_id,
            SetAside.content == arrival.digest,
            SetAside.settled_at.is_(None),
        )
        .values(settled_at=arrival.at, settlement="version")
    )
