"""Erasing on a person's or firm's request (按请求删除) and by term: rows, received bytes, files, uploads; counts and hashes stay.

Kept    the row of the register under its id, without what names it; versions with their hash, without what is personal; what was
        ticked and counted. A phone that asks for a visit of an erased firm is answered 410. Sealed reports stay as they were issued,
        and say when they are verified how many of their submissions were erased on request.
Record  an `Erasure` with counts, an entry of the audit trail for each thing, and the opening of the immutable rows.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.orm import undefer

from surveys import immutable_rows
from surveys.accounts import Device
from surveys.audit import Actor, record
from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.receiving.partials import partials_of
from surveys.fieldwork.visits.erased import ErasedContent, Erasure
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.submissions import ContentPart, SetAside, Submission
from surveys.fieldwork.visits.visits import Decision, Draft, Remark, Visit
from surveys.files import FileStore
from surveys.personal_data import holdings
from surveys.personal_data.redaction import GONE, names_taken_out, redacted, without
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.imports import list_uploads
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.slips import DeviceHolder, Slip

ACT = "erasure.done"
# What stands for nothing else: a person's whole name, a firm's name or number; a shorter one is an everyday word elsewhere.
SHORTEST_SURE, SHORTEST_SURE_NAME = 4, 3


def erase_subject(subject: Subject, reason: str, *, actor: Actor) -> Erasure:
    """Everything that names a firm or its people, everywhere."""
    held = holdings.of_subject(subject)
    people = (subject.contact,)
    reason = without(reason, held.terms)
    with writing(), immutable_rows.opened(_why(reason), actor=actor):
        erasure = _begin("subject", subject.id, None, reason, actor)
        done = _versions(list(held.visits), erasure, identity=True, terms=held.terms)
        done += _beside_versions(list(held.visits), held.terms, actor, identity=True)
        files = _files(list(held.visits), done)
        files += _uploads(held.terms, done)
        for name in ("short_name", "uscc", "address", "town", "contact", "contact_phone"):
            setattr(subject, name, None)
        subject.name = GONE
        db.session.execute(update(Visit).where(Visit.id.in_(held.visits)).values(erased_at=utc_now()))
        _elsewhere(_sure(held.terms, people), done)
        _end(erasure, done, ("subject", subject.id), actor)
        for visit in held.visits:
            record(actor, ACT, target=("visit", visit), erasure=erasure.id)
    _remove(files)
    return erasure


def erase_contact(subject: Subject, reason: str, *, actor: Actor) -> Erasure:
    """The people of a firm alone: contact, telephone, signatures, pictures, positions. What the firm said stays."""
    held = holdings.of_subject(subject)
    terms = holdings.terms_of(subject.contact, subject.contact_phone)
    people = (subject.contact,)
    reason = without(reason, terms)
    with writing(), immutable_rows.opened(_why(reason), actor=actor):
        erasure = _begin("contact", subject.id, None, reason, actor)
        done = _versions(list(held.visits), erasure, identity=False, terms=terms)
        done += _beside_versions(list(held.visits), terms, actor, identity=False)
        files = _files(list(held.visits), done)
        files += _uploads(terms, done)
        subject.contact = subject.contact_phone = None
        _elsewhere(_sure(terms, people), done)
        _end(erasure, done, ("subject", subject.id), actor)
    _remove(files)
    return erasure


def erase_deputy(deputy: Deputy, reason: str, *, actor: Actor) -> Erasure:
    """Name, telephone and employer of a deputy; who went stays as a count. Their phones are let in no longer.

    In the visits that are theirs each of their names is taken out of answers, findings and the desk's words; elsewhere in their unit
    and in later rooms those names that stand for nothing else.
    """
    held = holdings.of_deputy(deputy)
    sure = _sure(held.terms, people=(deputy.name,))
    visits = holdings.visits_of_deputy(deputy)
    of_unit = [
        one
        for one in db.session.scalars(select(Visit.id).where(Visit.unit_code == deputy.unit_code))
        if one not in visits
    ]
    reason = without(reason, held.terms)
    devices = select(DeviceHolder.device_id).where(DeviceHolder.deputy_id == deputy.id)
    with writing(), immutable_rows.opened(_why(reason), actor=actor):
        erasure = _begin("deputy", deputy.id, None, reason, actor)
        done = _names_in_versions(visits, erasure, held.terms)
        done += _words(visits, held.terms, actor)
        done += _words(of_unit, sure, actor)
        done += _words_of_events(deputy.unit_code, sure)
        db.session.execute(update(Submission).where(Submission.deputy_id == deputy.id).values(by_name=None))
        done["drafts"] += _rows(delete(Draft).where(Draft.holder.in_(devices)))
        done["devices"] += _rows(
            update(Device)
            .where(Device.id.in_(devices), Device.revoked_at.is_(None))
            .values(revoked_at=utc_now(), revoked_reason=ACT)
        )
        db.session.execute(
            update(Slip).where(Slip.deputy_id == deputy.id, Slip.withdrawn_at.is_(None)).values(withdrawn_at=utc_now())
        )
        files = _uploads(held.terms, done)
        deputy.name, deputy.phone, deputy.employer, deputy.number = GONE, None, None, None
        _elsewhere(sure, done)
        _end(erasure, done, ("deputy", deputy.id), actor)
    _remove(files)
    return erasure


def erase_by_term(
    campaign_id: str, visits: Sequence[str], subjects: Iterable[Subject], reason: str, *, actor: Actor
) -> Erasure:
    """Contacts and what else is L3 of a campaign whose term has ended; the firms' own words and figures stay."""
    with writing(), immutable_rows.opened(_why(reason), actor=actor):
        erasure = _begin("term", campaign_id, campaign_id, reason, actor)
        done = _versions(list(visits), erasure, identity=False, terms=())
        done += _drafts_and_asides(visits)
        files = _files(list(visits), done)
        for subject in subjects:
            done["register"] += int(bool(subject.contact or subject.contact_phone))
            subject.contact = subject.contact_phone = None
        _end(erasure, done, ("campaign", campaign_id), actor, act="retention.done")
    _remove(files)
    return erasure


def _begin(scope: str, target_id: str, campaign_id: str | None, reason: str, actor: Actor) -> Erasure:
    account = actor.id if actor.kind == "staff" else None
    erasure = Erasure(
        scope=scope, target_id=target_id, campaign_id=campaign_id, reason=reason[:200], done_at=utc_now(), done_by=account, counts={}
    )  # fmt: skip
    db.session.add(erasure)
    db.session.flush()
    return erasure


def _end(erasure: Erasure, done: Counter[str], target: tuple[str, str], actor: Actor, act: str = ACT) -> None:
    counts = {kind: number for kind, number in sorted(done.items()) if number}
    erasure.counts = counts
    db.session.flush()
    record(
        actor,
        act,
        target=target,
        campaign_id=erasure.campaign_id,
        erasure=erasure.id,
        reason=erasure.reason,
        counts=counts,
    )


def _versions(visits: list[str], erasure: Erasure, *, identity: bool, terms: Sequence[str]) -> Counter[str]:
    """Every received content without what is personal, and the hash of what stays."""

    def rest(one: Submission) -> bytes:
        return redacted(one.body, package_of(one.package_hash), identity=identity, terms=terms)

    return _each_version(visits, erasure, rest)


def _each_version(visits: list[str], erasure: Erasure, rest_of: Callable[[Submission], bytes]) -> Counter[str]:
    done: Counter[str] = Counter()
    for start in range(0, len(visits), 200):
        some = visits[start : start + 200]
        query = select(Submission).where(Submission.visit_id.in_(some)).options(undefer(Submission.body))
        for one in list(db.session.scalars(query)):
            rest = rest_of(one)
            if rest == one.body:
                continue
            values: dict[str, Any] = {"body": rest, "judged": None}
            db.session.execute(update(Submission).where(Submission.id == one.id).values(**values))
            kept = hashlib.sha256(rest).hexdigest()
            db.session.add(
                ErasedContent(
                    erasure_id=erasure.id,
                    visit_id=one.visit_id,
                    content=one.content,
                    rest=kept,
                    erased_at=erasure.done_at,
                )
            )
            done["versions"] += 1
        db.session.flush()
        db.session.expire_all()
    return done


def _names_in_versions(visits: list[str], erasure: Erasure, terms: Sequence[str]) -> Counter[str]:
    """Received contents without these names; whatever else they say stays."""
    return _each_version(visits, erasure, lambda one: names_taken_out(one.body, terms))


def _beside_versions(visits: list[str], terms: Sequence[str], actor: Actor, *, identity: bool) -> Counter[str]:
    """What stands beside the versions of a firm's visits: drafts, bytes set aside, findings, the desk's words."""
    return _drafts_and_asides(visits) + _words(visits, terms, actor, whole=identity)


def _words(visits: list[str], terms: Sequence[str], actor: Actor, *, whole: bool = False) -> Counter[str]:
    """Findings and the desk's words on these visits without these names; `whole`: the desk's words go as a whole."""
    done: Counter[str] = Counter()
    for start in range(0, len(visits), 200):
        some = visits[start : start + 200]
        for finding in db.session.scalars(select(Finding).where(Finding.visit_id.in_(some))):
            rest = without(finding.text, terms)
            if rest != finding.text:
                finding.text = rest
                done["findings"] += 1
                record(actor, ACT, target=("finding", finding.id))
        db.session.flush()
        for model, column in ((Remark, Remark.text), (Decision, Decision.note)):
            said = select(model.id, column).where(model.visit_id.in_(some), column.is_not(None))
            for row_id, words in db.session.execute(said).all():
                rest = GONE if whole else without(words or "", terms)
                if rest != words:
                    _rows(update(model).where(model.id == row_id).values({column: rest}))
                    done["remarks"] += 1
    db.session.expire_all()
    return done


def _words_of_events(unit_code: str, terms: Sequence[str]) -> Counter[str]:
    """What was said of a unit's events, and the findings noted there."""
    done: Counter[str] = Counter()
    for event in db.session.scalars(select(Event).where(Event.unit_code == unit_code)):
        rest = without(event.title, terms), without(event.summary, terms) if event.summary else event.summary
        if rest != (event.title, event.summary):
            event.title, event.summary = rest
            done["events"] += 1
    for finding in db.session.scalars(
        select(Finding).where(Finding.unit_code == unit_code, Finding.visit_id.is_(None))
    ):
        if (said := without(finding.text, terms)) != finding.text:
            finding.text = said
            done["findings"] += 1
    db.session.flush()
    return done


def _drafts_and_asides(visits: Sequence[str]) -> Counter[str]:
    """Answers that are no version: drafts, and bytes set aside that were sent to these visits. They go whole."""
    done: Counter[str] = Counter()
    for start in range(0, len(visits), 200):
        some = visits[start : start + 200]
        done["drafts"] += _rows(delete(Draft).where(Draft.visit_id.in_(some)))
        done["aside"] += _rows(delete(SetAside).where(SetAside.address.in_(some)))
    return done


def _files(visits: list[str], done: Counter[str]) -> list[str]:
    """The received pictures and recordings of these visits that no other visit names; gives their hashes in the store."""
    digests: list[str] = []
    for part in holdings.held_parts_of(visits, alone=True):
        digests += [digest for digest in (part.sha256, part.shown) if digest]
        db.session.delete(part)
        done["files"] += 1
    # What is named and not here is asked of the phone: the bytes that stay name it, and nobody asks.
    db.session.execute(delete(ContentPart).where(ContentPart.visit_id.in_(visits)))
    db.session.flush()
    return digests


def _uploads(terms: Sequence[str], done: Counter[str]) -> list[str]:
    """Uploaded lists that name it, with what was read of them; gives the hashes of their files."""
    uploads = holdings.uploads_with(terms)
    digests = [upload.file for upload in uploads]
    done["uploads"] += len(uploads)
    list_uploads.forget([upload.id for upload in uploads])
    return digests


def _sure(terms: Sequence[str], people: Collection[str | None]) -> list[str]:
    """The names that are looked for outside of one's own visits; where another one stands is shown as a place, and a person looks."""
    return [term for term in terms if len(term) >= (SHORTEST_SURE_NAME if term in people else SHORTEST_SURE)]


def _elsewhere(sure: Sequence[str], done: Counter[str]) -> None:
    """In what later rooms keep."""
    for source in holdings.later_sources():
        done.update(source.erase(sure))


def _remove(digests: Iterable[str]) -> None:
    """After the commit: a file whose row is gone is nobody's, and what phones sent of it so far neither."""
    partials = partials_of(_store())
    for digest in digests:
        _store().remove(digest)
        for device in partials.devices_with(digest):
            partials.drop(device, digest)


def _rows(statement: Any) -> int:
    return db.session.execute(statement, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined]


def _why(reason: str) -> str:
    return f"erasure: {reason}"[:200]


def _store() -> FileStore:
    return current_app.extensions["files"]
