"""The only way in for what a deputy filled in: bytes are judged, committed, and only then signed for (receiving.md 7.1).

Whoever calls — a phone, a page without script, a file at the desk, paper — gets an `Outcome`: what is held, and what to do next.
The same bytes again give the same receipt and no new row; other bytes make a new version, or a fork beside it. The head is moved
by compare-and-set, numbers are given inside the transaction, so that two processes at once neither lose nor double anything.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Text, func, insert, select, type_coerce, update
from sqlalchemy.exc import IntegrityError

from surveys import event_log
from surveys.accounts import Account
from surveys.audit import Actor, record
from surveys.database import db, is_writing, new_id, utc_now, writing
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.contents import MOST_BYTES, Content, TooLarge, Unreadable, read_content
from surveys.fieldwork.receiving.receipts import Outcome, ReceiptFacts, facts_of, held_aside, held_version
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.receiving.storing import (
    Arrival,
    DeviceRevoked,
    Placement,
    VisitFull,
    insert_findings,
    keep,
    still_live,
)
from surveys.fieldwork.receiving.verdicts import extract
from surveys.fieldwork.receiving.versions import Target, Version, read_target
from surveys.fieldwork.visits import starts
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.questionnaire.package.content import digest

MOST_ASIDE = 50


def receive(
    sender: Sender, address: str, body: bytes, *, via: str, at: datetime | None = None, sent_at: datetime | None = None
) -> Outcome:
    """Take in one version of the visit `address`; durable when this returns, or with the `writing()` it stands in.

    `at` is the moment of receipt where it is simulated; `sent_at` the phone's time at sending, for the mark `clock` alone.
    """
    arrival = _arrival_of(sender, address, body, via=via, at=at, sent_at=sent_at)
    outcome = _keep(arrival) if isinstance(arrival, Arrival) else arrival
    taken_in = outcome.fresh or outcome.status < 400
    facts = {"visit": address, "status": outcome.status, "reason": outcome.code, "via": via}
    event_log.note("visit.received" if taken_in else "visit.refused", **facts, device=sender.device_id)
    return outcome


def _arrival_of(
    sender: Sender, address: str, body: bytes, *, via: str, at: datetime | None, sent_at: datetime | None
) -> Arrival | Outcome:
    """The version that is to be stored, judged; or the answer, where there is none to store."""
    if sender.revoked:
        return Outcome(403, "revoked")
    if len(body) > MOST_BYTES:
        return Outcome(413, "too_large")
    content_hash = digest(body)
    target = read_target(address)
    moment = at or (target.as_of if target and target.as_of else utc_now())
    if target is None:
        if refused := _start(sender, address, body):
            return _set_aside(sender, address, body, content_hash, refused, moment)
        target = read_target(address)
        assert target is not None
        moment = at or target.as_of or utc_now()
    if senders.ownership(sender, target) == "none":
        return _set_aside(sender, address, body, content_hash, "not_yours", moment)
    if target.erased:
        return Outcome(410, "erased")
    if facts := held_version(target, content_hash):
        return Outcome(200, None, facts, sender=sender)
    try:
        content = read_content(body)
    except Unreadable:
        return _set_aside(sender, address, body, content_hash, "unreadable", moment)
    except TooLarge:
        return Outcome(413, "too_large")
    if content.visit != address:
        return _set_aside(sender, address, body, content_hash, "mismatch", moment)
    return _judge(sender, target, body, content_hash, content, via=via, at=moment, sent_at=sent_at)


def _start(sender: Sender, address: str, body: bytes) -> str:
    """Begin the visit that a phone started under an id of its own, where its first contact says so; else why there is none."""
    if sender.deputy_id is None or not starts.is_new_id(address):
        return "unknown_visit"
    try:
        content = read_content(body)
    except (Unreadable, TooLarge):
        return "unknown_visit"
    start = starts.read_start(content.plain.get("start"))
    if start is None or content.visit != address:
        return "unknown_visit"
    try:
        starts.start_visit(address, start, deputy_id=sender.deputy_id, actor=sender.actor())
    except starts.StartRefused as refused:
        return refused.reason
    except IntegrityError:  # the same request, or another phone, was quicker: it is judged by what is there now
        if is_writing():
            raise
        db.session.rollback()
    return ""


def judge_again(limit: int = 1000) -> int:
    """Judge the versions that could not be judged when they came (mark `unjudged`). Gives how many are judged now."""
    query = (
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
    rows = list(db.session.execute(query))
    number = 0
    for row in rows:
        content_extract = extract(read_content(row.body))
        if "unjudged" in content_extract.marks:
            continue
        with writing() as session:
            target = read_target(row.visit_id)
            submission = session.get_one(Submission, row.id)
            assert target is not None
            submission.marks = sorted((set(row.marks) - {"unjudged"}) | content_extract.marks)
            submission.judged = content_extract.verdict
            insert_findings(target, submission.content, content_extract, row.via, row.received_at)
        number += 1
    return number


def set_head(visit_id: str, content: str, *, actor: Actor) -> bool:
    """Make a fork the head of a visit that has none: the desk's choice. Inside `writing()`; False when there is a head."""
    result = db.session.execute(
        update(Visit)
        .where(
            Visit.id == visit_id,
            Visit.head.is_(None),
            select(Submission.id).where(Submission.visit_id == visit_id, Submission.content == content).exists(),
        )
        .values(head=content)
    )
    if cast("CursorResult[Any]", result).rowcount != 1:
        return False
    record(actor, "submission.made_head", target=("visit", visit_id), content=content)
    return True


def attach_aside(aside_id: str, visit_id: str, account: Account, *, deputy_id: str | None = None) -> Outcome:
    """Make what was set aside a version of a visit, under the desk's name. What is no content cannot become one."""
    aside = db.session.get_one(SetAside, aside_id)
    outcome = receive(senders.of_account(account, deputy_id=deputy_id), visit_id, aside.body, via="file")
    if outcome.facts:
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


def _judge(
    sender: Sender,
    target: Target,
    body: bytes,
    content_hash: str,
    content: Content,
    *,
    via: str,
    at: datetime,
    sent_at: datetime | None,
) -> Arrival:
    content_extract = extract(content)
    facts = {
        "late": target.is_late(at),
        "locked": target.locked,
        "clock": target.clock_is_off(content.clock, at, sent_at, datetime.now(UTC)),
        "bad_part": content.bad_part,
        "spelling": content.spelling,
    }
    marks = content_extract.marks | {mark for mark, holds in facts.items() if holds}
    return Arrival(sender, target, body, content_hash, content, content_extract, via, at, frozenset(marks))


def _keep(arrival: Arrival) -> Outcome:
    """Store the version. A copy of the same request that was quicker, or a number that was taken, is met by looking again."""
    for last in (False, True):
        try:
            placement = keep(arrival)
        except (DeviceRevoked, VisitFull, IntegrityError) as error:
            if is_writing() or (last and isinstance(error, IntegrityError)):
                raise
            if isinstance(error, DeviceRevoked):
                return Outcome(403, "revoked")
            if isinstance(error, VisitFull):
                return Outcome(429, "too_many_versions")
            if facts := _facts_now(arrival):
                return Outcome(200, None, facts, sender=arrival.sender)
        else:
            return _outcome(arrival, placement)
    raise AssertionError("unreachable")


def _outcome(arrival: Arrival, placement: Placement) -> Outcome:
    facts = _facts_of_first(arrival, placement) if _is_plain_first(arrival, placement) else _facts_now(arrival)
    assert facts is not None
    if "locked" in facts.marks:
        status, code = 423, "locked"
    elif "fork" in facts.marks:
        status, code = 409, "fork"
    else:
        status, code = (202 if facts.missing else 201), None
    return Outcome(status, code, facts, fresh=True, sender=arrival.sender)


def _facts_now(arrival: Arrival) -> ReceiptFacts | None:
    """What a receipt says of it, as the rows are now."""
    target = read_target(arrival.target.visit_id)
    return held_version(target, arrival.digest) if target else None


def _is_plain_first(arrival: Arrival, placement: Placement) -> bool:
    """Whether what was just committed is all there is to know: the first version of a visit, without parts."""
    return placement.version == 1 and placement.on_trunk and not arrival.content.parts


def _facts_of_first(arrival: Arrival, placement: Placement) -> ReceiptFacts:
    content = arrival.content
    first = Version(
        version=placement.version,
        content=arrival.digest,
        base=content.base,
        merges=content.merges,
        package_hash=content.package_hash,
        outcome=content.outcome,
        at=arrival.at,
        by=arrival.sender.name,
        via=arrival.via,
        group_id=placement.group_id,
        arrival_marks=arrival.marks,
    )
    return facts_of(first, [first], replace(arrival.target, head=arrival.digest), withdrawn=placement.withdrawn)


# --- set aside -------------------------------------------------------------------------------------------------------

STATUS_OF = {"unreadable": 422, "mismatch": 422, "unknown_visit": 404, "not_yours": 403} | dict.fromkeys(
    starts.REASONS, 403
)


def _set_aside(sender: Sender, address: str, body: bytes, content_hash: str, reason: str, at: datetime) -> Outcome:
    """Keep bytes that are no version, for the desk; the first time counts. Staff see the fault at once: nothing is kept."""
    status = STATUS_OF[reason]
    address = address[:64]
    if sender.device_id is None:
        return Outcome(status, reason)
    facts = held_aside(sender, address, content_hash)
    if facts is None:
        try:
            if not _insert_aside(sender, address, body, content_hash, reason, at):
                return Outcome(429, "too_many_aside")
        except DeviceRevoked:
            return Outcome(403, "revoked")
        except IntegrityError:
            if is_writing():
                raise
        facts = held_aside(sender, address, content_hash)
        assert facts is not None
    return Outcome(status, reason, facts, sender=sender)


def _insert_aside(sender: Sender, address: str, body: bytes, content_hash: str, reason: str, at: datetime) -> bool:
    with writing() as session:
        still_live(sender)
        query = select(func.count()).where(SetAside.device_id == sender.device_id, SetAside.settled_at.is_(None))
        if session.scalars(query).one() >= MOST_ASIDE:
            return False
        row = {"id": new_id(), "device_id": sender.device_id, "address": address, "content": content_hash}
        session.execute(insert(SetAside), [{**row, "body": body, "reason": reason, "received_at": at}])
        record(sender.actor(), "submission.set_aside", target=("visit", address), reason=reason, content=content_hash)
    return True
