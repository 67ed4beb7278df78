"""Erasing on a person's or firm's request (按请求删除) and by term: rows, received bytes, files, uploads; counts and hashes stay.

Kept    the row of the register under its id, without what names it; versions with their hash, without what is personal; what was
        ticked and counted. A phone that asks for a visit of an erased firm is answered 410. Sealed reports stay as they were issued,
        and say when they are verified how many of their submissions were erased on request.
Record  an `Erasure` with counts, an entry of the audit trail for each thing, and the opening of the immutable rows.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.orm import undefer

from surveys import immutable_rows
from surveys.accounts import Device
from surveys.audit import Actor, record
from surveys.database import db, utc_now, writing
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.receiving.partials import partials_of
from surveys.fieldwork.visits.erased import ErasedContent, Erasure
from surveys.fieldwork.visits.submissions import ContentPart, Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.files import FileStore
from surveys.personal_data import holdings
from surveys.personal_data.places import ASIDE, DRAFTS, devices_of, held_parts_of, uploads_with
from surveys.personal_data.redaction import GONE, names_taken_out, redacted, without
from surveys.personal_data.sources import ACT, About, changed
from surveys.planning.campaigns.complaints import Complaint, messages_about
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.imports import list_uploads
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.slips import Slip


def erase_subject(subject: Subject, reason: str, *, actor: Actor) -> Erasure:
    """Everything that names a firm or its people, everywhere."""
    about = holdings.about_subject(subject)
    with _erasing(about, reason, actor) as (erasure, done, files):
        done += _versions(list(about.visits), erasure, identity=True, terms=about.terms)
        files += _files(list(about.visits), done)
        for name in ("short_name", "uscc", "address", "town", "contact", "contact_phone"):
            setattr(subject, name, None)
        subject.name = GONE
        db.session.execute(update(Visit).where(Visit.id.in_(about.visits)).values(erased_at=utc_now()))
        for visit in about.visits:
            record(actor, ACT, target=("visit", visit), erasure=erasure.id)
    return erasure


def erase_contact(subject: Subject, reason: str, *, actor: Actor) -> Erasure:
    """The people of a firm alone: contact, telephone, signatures, pictures, positions. What the firm said stays."""
    about = holdings.about_subject(subject, contact=True)
    with _erasing(about, reason, actor) as (erasure, done, files):
        done += _versions(list(about.visits), erasure, identity=False, terms=about.terms)
        files += _files(list(about.visits), done)
        subject.contact = subject.contact_phone = None
    return erasure


def erase_deputy(deputy: Deputy, reason: str, *, actor: Actor) -> Erasure:
    """Name, telephone and employer of a deputy; who went stays as a count. Their phones are let in no longer."""
    about = holdings.about_deputy(deputy)
    devices = devices_of(deputy.id)
    with _erasing(about, reason, actor) as (erasure, done, _):
        done += _names_in_versions(list(about.visits), erasure, about.terms)
        db.session.execute(update(Submission).where(Submission.deputy_id == deputy.id).values(by_name=None))
        ended = {"revoked_at": utc_now(), "revoked_reason": ACT}
        done["devices"] += changed(
            update(Device).where(Device.id.in_(devices), Device.revoked_at.is_(None)).values(ended)
        )
        db.session.execute(update(Device).where(Device.id.in_(devices)).values(name=None))
        db.session.execute(
            update(Slip).where(Slip.deputy_id == deputy.id, Slip.withdrawn_at.is_(None)).values(withdrawn_at=utc_now())
        )
        deputy.name, deputy.phone, deputy.employer, deputy.number = GONE, None, None, None
    return erasure


@contextmanager
def _erasing(about: About, reason: str, actor: Actor) -> Iterator[tuple[Erasure, Counter[str], list[str]]]:
    """One erasure: its row, every source, what the caller clears besides, its entry; files go when all of it is done."""
    reason = without(reason, about.terms)
    files: list[str] = []
    with writing(), immutable_rows.opened(_why(reason), actor=actor):
        erasure = _begin(about.kind, about.id, None, reason, actor)
        done: Counter[str] = Counter()
        for source in holdings.sources():
            done.update(source.erase(about, actor))
        files += _uploads(about.terms, done)
        yield erasure, done, files
        _end(erasure, done, ("deputy" if about.kind == "deputy" else "subject", about.id), actor)
    _remove(files)


def erase_by_term(
    campaign_id: str, visits: Sequence[str], subjects: Iterable[Subject], reason: str, *, actor: Actor
) -> Erasure:
    """Contacts and what else is L3 of a campaign whose term has ended; the firms' own words and figures stay."""
    with writing(), immutable_rows.opened(_why(reason), actor=actor):
        erasure = _begin("term", campaign_id, campaign_id, reason, actor)
        done = _versions(list(visits), erasure, identity=False, terms=())
        done += _drafts_and_asides(visits, actor)
        files = _files(list(visits), done)
        for subject in subjects:
            done["register"] += int(bool(subject.contact or subject.contact_phone))
            subject.contact = subject.contact_phone = None
        for message in db.session.scalars(select(Complaint).where(messages_about(campaign_id))):
            done["complaints"] += 1
            db.session.delete(message)
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
            digest = hashlib.sha256(rest).hexdigest()
            db.session.add(
                ErasedContent(
                    erasure_id=erasure.id,
                    visit_id=one.visit_id,
                    content=one.content,
                    rest=digest,
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


def _drafts_and_asides(visits: Sequence[str], actor: Actor) -> Counter[str]:
    """Answers that are no version: drafts, and bytes set aside that were sent to these visits. They go whole."""
    done: Counter[str] = Counter()
    for start in range(0, len(visits), 200):
        some = About("term", "", tuple(visits[start : start + 200]))
        for source in (DRAFTS, ASIDE):
            done.update(source.erase(some, actor))
    return done


def _files(visits: list[str], done: Counter[str]) -> list[str]:
    """The received pictures and recordings of these visits that no other visit names; gives their hashes in the store."""
    digests: list[str] = []
    for part in held_parts_of(visits, alone=True):
        digests += [digest for digest in (part.sha256, part.shown) if digest]
        db.session.delete(part)
        done["files"] += 1
    # What is named and not here is asked of the phone: the bytes that stay name it, and nobody asks.
    db.session.execute(delete(ContentPart).where(ContentPart.visit_id.in_(visits)))
    db.session.flush()
    return digests


def _uploads(terms: Sequence[str], done: Counter[str]) -> list[str]:
    """Uploaded lists that name it, with what was read of them; gives the hashes of their files."""
    uploads = uploads_with(terms)
    digests = [upload.file for upload in uploads]
    done["uploads"] += len(uploads)
    list_uploads.forget([upload.id for upload in uploads])
    return digests


def _remove(digests: Iterable[str]) -> None:
    """After the commit: a file whose row is gone is nobody's, and what phones sent of it so far neither."""
    partials = partials_of(_store())
    for digest in digests:
        _store().remove(digest)
        for device in partials.devices_with(digest):
            partials.drop(device, digest)


def _why(reason: str) -> str:
    return f"erasure: {reason}"[:200]


def _store() -> FileStore:
    return current_app.extensions["files"]
