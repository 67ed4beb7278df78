"""名册的修改: a subject added, changed, taken out, put together with its double; each as one act that can be undone. Touches plan acts, subjects.

Two rows that are one subject become one: the one kept takes over what it lacks, its people, what hangs under it, and its places on
lists that have no assignment yet. What was assigned or visited under the other keeps its name: facts stay where they were made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from surveys.audit import Actor, record
from surveys.database import db, utc_now, writing
from surveys.planning.campaigns.plan_acts import PlanAct, acting, used_ids
from surveys.planning.campaigns.subjects import ListEntry, Subject, SubjectPerson
from surveys.planning.words.planning_faults import Refusal, RefusalKind

FIELDS = (
    "name",
    "short_name",
    "uscc",
    "unit_code",
    "area_code",
    "town",
    "address",
    "section",
    "division",
    "size_class",
    "control",
    "staff",
    "revenue",
    "founded",
    "contact",
    "contact_phone",
    "parent_id",
    "type_code",
    "flags",
    "attributes",
    "days",
)
MOST_ABOVE = 10  # of a subject: 家 › 站 › 点 and some more


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a part at a subject."""

    role: str
    name: str
    phone: str | None = None


def people_of(subject_ids: Iterable[str]) -> dict[str, list[SubjectPerson]]:
    """Subject → its people in order."""
    people: dict[str, list[SubjectPerson]] = {}
    query = select(SubjectPerson).where(SubjectPerson.subject_id.in_(list(subject_ids)))
    for person in db.session.scalars(query.order_by(SubjectPerson.subject_id, SubjectPerson.sort)):
        people.setdefault(person.subject_id, []).append(person)
    return people


def above(subject: Subject) -> list[Subject]:
    """What a subject hangs on, nearest first."""
    line: list[Subject] = []
    while subject.parent_id and len(line) < MOST_ABOVE:
        parent = db.session.get(Subject, subject.parent_id)
        if parent is None or parent in line:
            break
        line.append(parent)
        subject = parent
    return line


def facts_of(subject: Subject) -> dict[str, Any]:
    """What may be changed of a subject."""
    return {name: getattr(subject, name) for name in FIELDS}


def save_subject(
    subject: Subject | None,
    kind: str,
    values: Mapping[str, Any],
    people: Iterable[Person] | None,
    *,
    unit_code: str,
    actor: Actor,
) -> tuple[Subject, PlanAct | None]:
    """Add a subject, or change one; the act is None where nothing differs. `people` None: they stay. Raises Refusal."""
    with writing() as session:
        is_new = subject is None
        row = Subject(kind=kind, created_at=utc_now(), flags=[]) if subject is None else subject
        _check(row, values)
        act_kind = "subject.added" if is_new else "subject.changed"
        with acting(
            act_kind, unit_code, actor=actor, number=1, detail={"name": values["name"], "register": kind}
        ) as now:
            for name, value in values.items():
                if name in FIELDS and getattr(row, name) != value:
                    setattr(row, name, value)
            if is_new:
                session.add(row)
            session.flush()
            if people is not None:
                _set_people(row, list(people))
        if now.act is not None:
            record(actor, act_kind, target=("subject", row.id), unit_code=unit_code)
        return row, now.act


def _check(subject: Subject, values: Mapping[str, Any]) -> None:
    if not values.get("name"):
        raise Refusal(RefusalKind.NAME_MISSING)
    if uscc := values.get("uscc"):
        other = db.session.scalar(select(Subject).where(Subject.uscc == uscc))
        if other is not None and other is not subject:
            raise Refusal(RefusalKind.CODE_TAKEN, code=uscc, subject=other.name)
    parent = values.get("parent_id")
    if parent and subject.id and hangs_in_a_ring(subject.id, parent):
        raise Refusal(RefusalKind.PARENT_RING, subject=values["name"])


def hangs_in_a_ring(subject_id: str, parent_id: str | None) -> bool:
    """Whether a subject would hang on itself with this parent."""
    seen = {subject_id}
    while parent_id:
        if parent_id in seen:
            return True
        seen.add(parent_id)
        parent_id = db.session.scalar(select(Subject.parent_id).where(Subject.id == parent_id))
    return False


def _set_people(subject: Subject, people: list[Person]) -> None:
    session = db.session()
    rows = people_of([subject.id]).get(subject.id, [])
    for place, person in enumerate(people):
        row = rows.pop(0) if rows else SubjectPerson(subject_id=subject.id)
        row.role, row.name, row.phone, row.sort = person.role, person.name, person.phone, place
        session.add(row)
    for row in rows:
        session.delete(row)
    session.flush()


def remove_subject(subject: Subject, *, unit_code: str, actor: Actor) -> PlanAct | None:
    """Take a subject out of its register; lists and visits that name it keep it. Raises Refusal where others hang on it."""
    with writing() as session:
        below = session.scalar(
            select(Subject).where(Subject.parent_id == subject.id, Subject.removed_at.is_(None)).limit(1)
        )
        if below is not None:
            raise Refusal(RefusalKind.SUBJECT_HAS_OTHERS, subject=subject.name, below=below.name)
        with acting(
            "subject.removed", unit_code, actor=actor, number=1, detail={"name": subject.name, "register": subject.kind}
        ) as now:
            subject.removed_at = utc_now()
        record(actor, "subject.removed", target=("subject", subject.id), unit_code=unit_code)
        return now.act


def merge_subjects(kept: Subject, other: Subject, *, unit_code: str, actor: Actor) -> PlanAct | None:
    """Let two rows of the register that are one subject be one. Raises Refusal."""
    if kept.id == other.id or kept.kind != other.kind or kept.removed_at or other.removed_at:
        raise Refusal(RefusalKind.NOT_TO_BE_MERGED, subject=kept.name, other=other.name)
    with writing() as session:
        facts = {"name": kept.name, "other": other.name, "register": kept.kind}
        with acting("subject.merged", unit_code, actor=actor, number=1, detail=facts) as now:
            uscc = other.uscc if kept.uscc is None else None
            if uscc:
                other.uscc = None
                session.flush()
            _complete(kept, other, uscc)
            for child in session.scalars(select(Subject).where(Subject.parent_id == other.id)):
                child.parent_id = None if child.id == kept.id else kept.id
            _take_people(kept, other)
            _take_entries(kept, other)
            other.merged_into, other.removed_at = kept.id, utc_now()
        record(actor, "subject.merged", target=("subject", kept.id), unit_code=unit_code, other=other.id)
        return now.act


def _complete(kept: Subject, other: Subject, uscc: str | None) -> None:
    kept.uscc = kept.uscc or uscc
    for name in FIELDS:
        if name in ("flags", "attributes", "uscc"):
            continue
        if getattr(kept, name) in (None, [], {}) and getattr(other, name) not in (None, [], {}):
            setattr(kept, name, getattr(other, name))
    if kept.parent_id in (kept.id, other.id):
        kept.parent_id = other.parent_id if other.parent_id != kept.id else None
    kept.flags = sorted({*(kept.flags or []), *(other.flags or [])})
    kept.attributes = {**(other.attributes or {}), **(kept.attributes or {})} or None


def _take_people(kept: Subject, other: Subject) -> None:
    people = people_of([kept.id, other.id])
    known = {(person.role, person.name) for person in people.get(kept.id, [])}
    for person in people.get(other.id, []):
        if (person.role, person.name) not in known:
            person.subject_id, person.sort = kept.id, person.sort + 100


def _take_entries(kept: Subject, other: Subject) -> None:
    """The other's places on lists without an assignment: they are the kept one's, or go where it stands there already."""
    session = db.session()
    entries = list(session.scalars(select(ListEntry).where(ListEntry.subject_id == other.id)))
    used = used_ids(ListEntry, [entry.id for entry in entries])
    places = set(
        session.execute(select(ListEntry.campaign_id, ListEntry.unit_code).where(ListEntry.subject_id == kept.id))
    )
    for entry in entries:
        if entry.id in used:
            continue
        if (entry.campaign_id, entry.unit_code) in places:
            session.delete(entry)
        else:
            entry.subject_id = kept.id
    session.flush()


def alike(subject: Subject, within: Any) -> list[Subject]:
    """Others of the register `within` (a query of subjects) that may be the same: the same name, its beginning or its address."""
    name = subject.name
    middle = name[2:-2] if len(name) > 8 else name
    query = within.where(Subject.id != subject.id, Subject.kind == subject.kind)
    query = query.where(
        Subject.name.contains(middle, autoescape=True) | (Subject.short_name == (subject.short_name or name))
    )
    return list(db.session.scalars(query.order_by(Subject.name).limit(20)))
