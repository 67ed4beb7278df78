"""The only way in for what a deputy filled in: bytes are judged, committed, and only then signed for (receiving.md 7.1).

Whoever calls — a phone, a page without script, a file at the desk, paper — gets an `Outcome`: what is held, and what to do next.
The same bytes again give the same receipt and no new row; other bytes make a new version, or a fork beside it. The head is moved
by compare-and-set, numbers are given inside the transaction, so that two processes at once neither lose nor double anything.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Text, Update, func, insert, select, type_coerce, update
from sqlalchemy.exc import IntegrityError

from surveys.accounts import Account, Device
from surveys.audit import Actor, record
from surveys.database import db, is_writing, new_id, utc_now, writing
from surveys.fieldwork import holders
from surveys.fieldwork.attendance import set_attendance
from surveys.fieldwork.contents import MOST_BYTES, Content, TooLarge, Unreadable, read_content
from surveys.fieldwork.extracts import Extract, extract
from surveys.fieldwork.findings import Finding
from surveys.fieldwork.holders import Holder
from surveys.fieldwork.receipts import Outcome, held_aside, held_version
from surveys.fieldwork.submissions import ContentPart, SetAside, Submission
from surveys.fieldwork.versions import Target, read_target
from surveys.fieldwork.visits import Draft, Visit
from surveys.planning.groups import GroupMember
from surveys.questionnaire.content import digest

MOST_VERSIONS = 200
MOST_ASIDE = 50


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


class Revoked(Exception):
    """The device was revoked while its bytes were being judged."""


def receive(
    holder: Holder, address: str, body: bytes, *, via: str, at: datetime | None = None, sent_at: datetime | None = None
) -> Outcome:
    """Take in one version of the visit `address`; durable when this returns, or with the `writing()` it stands in.

    `at` is the moment of receipt where it is simulated; `sent_at` the phone's time at sending, for the mark `clock` alone.
    """
    if holder.revoked:
        return Outcome(403, "revoked")
    if len(body) > MOST_BYTES:
        return Outcome(413, "too_large")
    content_hash = digest(body)
    target = read_target(address)
    moment = at or (target.as_of if target and target.as_of else utc_now())
    if target is None:
        return _set_aside(holder, address, body, content_hash, "unknown_visit", moment)
    if holders.standing(holder, target.assignment_id, target.group_id) == "none":
        return _set_aside(holder, address, body, content_hash, "not_yours", moment)
    if target.erased:
        return Outcome(410, "erased")
    if held := held_version(target, content_hash):
        return Outcome(200, None, held, holder=holder)
    try:
        content = read_content(body)
    except Unreadable:
        return _set_aside(holder, address, body, content_hash, "unreadable", moment)
    except TooLarge:
        return Outcome(413, "too_large")
    if content.visit != address:
        return _set_aside(holder, address, body, content_hash, "mismatch", moment)
    return _keep(_arrival(holder, target, body, content_hash, content, via=via, at=moment, sent_at=sent_at))


def judge_again(limit: int = 1000) -> int:
    """Judge the versions that could not be judged when they came (mark `unjudged`). Gives how many are judged now."""
    waiting = (
        select(
            Submission.id,
            Submission.visit_id,
            Submission.body,
            Submission.via,
            Submission.received_at,
            Submission.marks,
        )
        .where(type_coerce(Submission.marks, Text).contains("unjudged"))
        .order_by(Submission.received_at, Submission.id)
        .limit(limit)
    )
    found = list(db.session.execute(waiting))
    done = 0
    for row in found:
        judged = extract(read_content(row.body))
        if "unjudged" in judged.marks:
            continue
        with writing() as session:
            target = read_target(row.visit_id)
            submission = session.get_one(Submission, row.id)
            assert target is not None
            submission.marks = sorted((set(row.marks) - {"unjudged"}) | judged.marks)
            submission.judged = judged.judged
            _insert_findings(target, submission.content, judged, row.via, row.received_at)
        done += 1
    return done


def set_head(visit_id: str, content: str, *, actor: Actor) -> bool:
    """Make a fork the head of a visit that has none: the desk's choice. Inside `writing()`; False when there is a head."""
    moved = _one_row(
        update(Visit)
        .where(
            Visit.id == visit_id,
            Visit.head.is_(None),
            select(Submission.id).where(Submission.visit_id == visit_id, Submission.content == content).exists(),
        )
        .values(head=content)
    )
    if moved:
        record(actor, "submission.made_head", target=("visit", visit_id), content=content)
    return moved


def attach_aside(aside_id: str, visit_id: str, account: Account, *, deputy_id: str | None = None) -> Outcome:
    """Make what was set aside a version of a visit, under the desk's name. What is no content cannot become one."""
    aside = db.session.get_one(SetAside, aside_id)
    outcome = receive(holders.of_account(account, deputy_id=deputy_id), visit_id, aside.body, via="file")
    if outcome.held:
        with writing():
            _settle(aside_id, account, f"attached to {visit_id}")
    return outcome


def reject_aside(aside_id: str, reason: str, account: Account) -> None:
    """Say why bytes that were set aside are of no use. They stay."""
    with writing():
        _settle(aside_id, account, reason)


def _settle(aside_id: str, account: Account, settlement: str) -> None:
    aside = db.session.get_one(SetAside, aside_id)
    aside.settled_at, aside.settled_by, aside.settlement = utc_now(), account.id, settlement[:200]
    record(Actor("staff", account.id, account.name), "aside.settled", target=("aside", aside_id), settlement=settlement)


# --- outside the transaction -----------------------------------------------------------------------------------------


def _arrival(
    holder: Holder,
    target: Target,
    body: bytes,
    content_hash: str,
    content: Content,
    *,
    via: str,
    at: datetime,
    sent_at: datetime | None,
) -> Arrival:
    extracted = extract(content)
    facts = {
        "late": target.is_late(at),
        "locked": target.locked,
        "clock": target.clock_is_off(content.clock, at, sent_at, datetime.now(UTC)),
        "bad_part": content.bad_part,
        "spelling": content.spelling,
    }
    arrived = extracted.marks | {mark for mark, holds in facts.items() if holds}
    return Arrival(holder, target, body, content_hash, content, extracted, via, at, frozenset(arrived))


def _keep(arrival: Arrival) -> Outcome:
    """Store the version. A copy of the same request that was quicker, or a number that was taken, is met by looking again."""
    for last in (False, True):
        try:
            with writing():
                full = _store(arrival)
        except Revoked:
            return Outcome(403, "revoked")
        except IntegrityError:
            if is_writing() or last:
                raise
            held = held_version(arrival.target, arrival.digest)
            if held:
                return Outcome(200, None, held, holder=arrival.holder)
        else:
            return Outcome(429, "too_many_versions") if full else _outcome(arrival)
    raise AssertionError("unreachable")


def _outcome(arrival: Arrival) -> Outcome:
    target = read_target(arrival.target.visit_id)
    held = held_version(target, arrival.digest) if target else None
    assert held is not None
    if "locked" in held.marks:
        status, code = 423, "locked"
    elif "fork" in held.marks:
        status, code = 409, "fork"
    else:
        status, code = (202 if held.missing else 201), None
    return Outcome(status, code, held, fresh=True, holder=arrival.holder)


# --- inside the transaction ------------------------------------------------------------------------------------------


def _store(arrival: Arrival) -> bool:
    """Write head, version, parts, findings and audit. True when the visit has all the versions it may have."""
    _still_live(arrival.holder)
    of_this_visit = Submission.visit_id == arrival.target.visit_id
    if db.session.scalars(select(func.count()).where(of_this_visit)).one() >= MOST_VERSIONS:
        return True
    on_trunk = _move_head(arrival)
    version = (db.session.scalar(select(func.max(Submission.version)).where(of_this_visit)) or 0) + 1
    _insert_version(arrival, version, fork=not on_trunk)
    _insert_parts(arrival)
    _insert_findings(arrival.target, arrival.digest, arrival.extract, arrival.via, arrival.at)
    _note_who_went(arrival)
    _end_of_draft(arrival)
    _end_of_aside(arrival)
    record(
        arrival.holder.actor(),
        "submission.received",
        target=("visit", arrival.target.visit_id),
        campaign_id=arrival.target.campaign_id,
        unit_code=arrival.target.unit_code,
        content=arrival.digest,
        version=version,
        via=arrival.via,
    )
    return False


def _still_live(holder: Holder) -> None:
    """Revoking holds from the moment it returns: looked at once more, under the same lock as the version."""
    if holder.device_id is None:
        return
    revoked = select(Device.revoked_at).where(Device.id == holder.device_id).with_for_update(read=True)
    if db.session.scalar(revoked) is not None:
        raise Revoked


def _move_head(arrival: Arrival) -> bool:
    """Compare and set: the version extends the trunk exactly when its base is the head. A fork touches the row too, so that
    two versions of one visit are numbered one after the other."""
    visit = update(Visit).where(Visit.id == arrival.target.visit_id)
    base = arrival.content.base
    if _one_row(visit.where(Visit.head == base if base else Visit.head.is_(None)).values(head=arrival.digest)):
        return True
    db.session.execute(visit.values(head=Visit.head))
    return False


def _one_row(change: Update) -> bool:
    return cast("CursorResult[Any]", db.session.execute(change)).rowcount == 1


def _insert_version(arrival: Arrival, version: int, *, fork: bool) -> None:
    holder, content = arrival.holder, arrival.content
    db.session.execute(
        insert(Submission),
        [
            {
                "id": new_id(),
                "visit_id": arrival.target.visit_id,
                "content": arrival.digest,
                "version": version,
                "body": arrival.body,
                "base": content.base,
                "merges": list(content.merges) or None,
                "fork": fork,
                "package_hash": content.package_hash,
                "outcome": content.outcome,
                "clock": content.clock,
                "received_at": arrival.at,
                "via": arrival.via,
                "device_id": holder.device_id,
                "deputy_id": holder.deputy_id,
                "group_id": _group(arrival),
                "entered_by": holder.account_id,
                "by_name": holder.name,
                "marks": sorted(arrival.arrived),
                "judged": arrival.extract.judged,
            }
        ],
    )


def _group(arrival: Arrival) -> str | None:
    """The group under which it was handed in: the visit's own, or the one it was taken from."""
    own = arrival.target.group_id
    if arrival.holder.account_id or own in arrival.holder.groups:
        return own
    return holders.former_group(arrival.holder, arrival.target.assignment_id)


def _insert_parts(arrival: Arrival) -> None:
    rows = [
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
    if rows:
        db.session.execute(insert(ContentPart), rows)


def _insert_findings(target: Target, content: str, extracted: Extract, via: str, at: datetime) -> None:
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
        db.session.execute(insert(Finding), rows)


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


# --- set aside -------------------------------------------------------------------------------------------------------

STATUS_OF = {"unreadable": 422, "mismatch": 422, "unknown_visit": 404, "not_yours": 403}


def _set_aside(holder: Holder, address: str, body: bytes, content_hash: str, reason: str, at: datetime) -> Outcome:
    """Keep bytes that are no version, for the desk; the first time counts. Staff see the fault at once: nothing is kept."""
    status = STATUS_OF[reason]
    address = address[:64]
    if holder.device_id is None:
        return Outcome(status, reason)
    held = held_aside(holder, address, content_hash)
    if held is None:
        try:
            if not _insert_aside(holder, address, body, content_hash, reason, at):
                return Outcome(429, "too_many_aside")
        except Revoked:
            return Outcome(403, "revoked")
        except IntegrityError:
            if is_writing():
                raise
        held = held_aside(holder, address, content_hash)
        assert held is not None
    return Outcome(status, reason, held, holder=holder)


def _insert_aside(holder: Holder, address: str, body: bytes, content_hash: str, reason: str, at: datetime) -> bool:
    with writing() as session:
        _still_live(holder)
        waiting = select(func.count()).where(SetAside.device_id == holder.device_id, SetAside.settled_at.is_(None))
        if session.scalars(waiting).one() >= MOST_ASIDE:
            return False
        row = {"id": new_id(), "device_id": holder.device_id, "address": address, "content": content_hash}
        session.execute(insert(SetAside), [{**row, "body": body, "reason": reason, "received_at": at}])
        record(holder.actor(), "submission.set_aside", target=("visit", address), reason=reason, content=content_hash)
    return True
