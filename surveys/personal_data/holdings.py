"""What is held of a firm or a deputy, place by place (持有清单). Reads; changes nothing.

Later rooms name their own places without being imported here: `app.extensions["personal_data"]` holds objects with `places(terms)`
and `erase(terms)`; `erase` runs inside `writing()` and gives how many things it cleared, by kind.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from flask import current_app
from sqlalchemy import Text, func, or_, select, type_coerce, union
from sqlalchemy.orm import undefer

from surveys.database import db
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.attendance import Attendance, visits_of_groups
from surveys.fieldwork.visits.submissions import ContentPart, HeldPart, SetAside, Submission
from surveys.fieldwork.visits.visits import Decision, Draft, Remark, Visit
from surveys.personal_data.redaction import SHORTEST_TERM
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.imports.list_uploads import ListReading, ListRow, ListUpload
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import GroupMember
from surveys.planning.people.slips import DeviceHolder

MOST_FOUND = 50


class Place(NamedTuple):
    """One kind of place: how many things there, a few of them by name, and whether it is sealed (counts and hashes stay there)."""

    kind: str
    number: int
    names: tuple[str, ...] = ()
    sealed: bool = False


class Source(Protocol):
    """What a later room keeps."""

    def places(self, terms: Collection[str]) -> list[Place]: ...

    def erase(self, terms: Collection[str]) -> dict[str, int]: ...


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything that is held of one: units whose desks it concerns, its visits, the places, the names by which it is looked for."""

    units: frozenset[str]
    visits: tuple[str, ...]
    places: tuple[Place, ...]
    terms: tuple[str, ...]


def later_sources() -> list[Source]:
    return current_app.extensions.get("personal_data", [])


def of_subject(subject: Subject) -> Holdings:
    """What is held of a firm."""
    visits = list(db.session.scalars(select(Visit.id).where(Visit.subject_id == subject.id).order_by(Visit.id)))
    units = set(db.session.scalars(select(Visit.unit_code).where(Visit.subject_id == subject.id)))
    units |= set(db.session.scalars(select(ListEntry.unit_code).where(ListEntry.subject_id == subject.id)))
    terms = terms_of(subject.name, subject.short_name, subject.uscc, subject.contact, subject.contact_phone)
    places = [
        Place("register", 1),
        Place("lists", _count(ListEntry, ListEntry.subject_id == subject.id)),
        *_of_visits(visits),
        Place("uploads", len(uploads_with(terms))),
        *(place for source in later_sources() for place in source.places(terms)),
    ]
    return Holdings(frozenset(units), tuple(visits), tuple(one for one in places if one.number), terms)


def of_deputy(deputy: Deputy) -> Holdings:
    """What is held of a deputy; the visits stay theirs as counts."""
    terms = terms_of(deputy.name, deputy.phone)
    places = [
        Place("register", 1),
        Place("groups", _count(GroupMember, GroupMember.deputy_id == deputy.id)),
        Place("devices", _count(DeviceHolder, DeviceHolder.deputy_id == deputy.id)),
        Place("attendances", _count(Attendance, Attendance.deputy_id == deputy.id)),
        Place("versions", _count(Submission, Submission.deputy_id == deputy.id)),
        Place("uploads", len(uploads_with(terms))),
        *(place for source in later_sources() for place in source.places(terms)),
    ]
    return Holdings(frozenset({deputy.unit_code}), (), tuple(one for one in places if one.number), terms)


def visits_of_deputy(deputy: Deputy) -> list[str]:
    """The visits that are a deputy's: where they went, which they handed in, and those of their groups."""
    groups = select(GroupMember.group_id).where(GroupMember.deputy_id == deputy.id)
    handed_in = select(Submission.visit_id).where(Submission.deputy_id == deputy.id)
    went = select(Attendance.visit_id).where(Attendance.deputy_id == deputy.id)
    ids = union(went, handed_in, visits_of_groups(groups)).subquery()
    return sorted(one for one in db.session.scalars(select(ids.c.visit_id)) if one)


def find(words: str, units: Iterable[str]) -> tuple[list[Subject], list[Deputy]]:
    """Firms and deputies of these units by name, code, contact or telephone, also where a contact stands in answers alone."""
    codes = list(units)
    if len(words) < SHORTEST_TERM:
        return [], []
    mine = or_(
        Subject.id.in_(select(ListEntry.subject_id).where(ListEntry.unit_code.in_(codes))),
        Subject.id.in_(select(Visit.subject_id).where(Visit.unit_code.in_(codes))),
    )
    columns = (Subject.name, Subject.short_name, Subject.uscc, Subject.contact, Subject.contact_phone)
    named = or_(*(column.contains(words, autoescape=True) for column in columns))
    query = select(Subject).where(mine, or_(named, Subject.id.in_(_in_answers(words, codes))))
    people = or_(*(one.contains(words, autoescape=True) for one in (Deputy.name, Deputy.phone, Deputy.number)))
    deputies = select(Deputy).where(Deputy.unit_code.in_(codes), people).order_by(Deputy.name).limit(MOST_FOUND)
    return list(db.session.scalars(query.order_by(Subject.name).limit(MOST_FOUND))), list(db.session.scalars(deputies))


def _in_answers(words: str, units: list[str]) -> list[str]:
    """The firms whose received answers hold these words. Bytes are looked through here: no engine looks into them alike."""
    wanted, subjects = words.encode(), set()
    query = select(Visit.subject_id, Submission).join(Visit, Visit.id == Submission.visit_id)
    query = query.where(Visit.unit_code.in_(units)).options(undefer(Submission.body)).execution_options(yield_per=200)
    for subject, submission in db.session.execute(query):
        if wanted in submission.body:
            subjects.add(subject)
        db.session.expunge(submission)
    return sorted(subjects)[:MOST_FOUND]


def uploads_with(terms: Collection[str]) -> list[ListUpload]:
    """Uploaded lists in whose rows one of these names stands."""
    if not terms:
        return []
    body = type_coerce(ListRow.body, Text)
    named = or_(*(body.contains(term, autoescape=True) for term in terms))
    readings = select(ListReading.upload_id).join(ListRow, ListRow.reading_id == ListReading.id).where(named)
    return list(db.session.scalars(select(ListUpload).where(ListUpload.id.in_(readings))))


def _of_visits(visits: list[str]) -> list[Place]:
    if not visits:
        return []
    return [
        Place("visits", len(visits)),
        Place("versions", _count(Submission, Submission.visit_id.in_(visits))),
        Place("aside", _count(SetAside, SetAside.address.in_(visits))),
        Place("drafts", _count(Draft, Draft.visit_id.in_(visits))),
        Place("findings", _count(Finding, Finding.visit_id.in_(visits))),
        Place("remarks", _count(Remark, Remark.visit_id.in_(visits)) + _count(Decision, Decision.visit_id.in_(visits), Decision.note.is_not(None))),
        Place("files", len(held_parts_of(visits))),
    ]  # fmt: skip


def held_parts_of(visits: list[str], *, alone: bool = False) -> list[HeldPart]:
    """The pictures, recordings and files in the store that these visits name; `alone`: that no other visit names."""
    named = select(ContentPart.sha256).where(ContentPart.visit_id.in_(visits))
    query = select(HeldPart).where(HeldPart.sha256.in_(named))
    if alone:
        query = query.where(
            HeldPart.sha256.not_in(select(ContentPart.sha256).where(ContentPart.visit_id.not_in(visits)))
        )
    return list(db.session.scalars(query))


def terms_of(*names: str | None) -> tuple[str, ...]:
    """The names by which one is looked for; one character alone would be found everywhere."""
    return tuple(dict.fromkeys(name for name in names if name and len(name) >= SHORTEST_TERM))


def _count(model: type, *conditions: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0  # type: ignore[arg-type]
