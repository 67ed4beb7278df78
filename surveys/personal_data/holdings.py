"""What is held of a firm or a deputy, place by place (持有清单): the list of all sources, and who is looked for. Reads; changes nothing.

Later rooms name their own places without being imported here: `app.extensions["personal_data"]` holds functions that give their sources.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import or_, select, union
from sqlalchemy.orm import undefer

from surveys.database import db
from surveys.fieldwork.visits.attendance import Attendance, visits_of_groups
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.personal_data.places import HERE
from surveys.personal_data.redaction import SHORTEST_TERM
from surveys.personal_data.sources import About, NamingSource, Place, Source
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import GroupMember

MOST_FOUND = 50
# What stands for nothing else: a person's whole name, a firm's name or number; a shorter one is an everyday word elsewhere.
SHORTEST_SURE, SHORTEST_SURE_NAME = 4, 3


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything that is held of one: who, and the places that hold something."""

    about: About
    places: tuple[Place, ...]

    @property
    def units(self) -> frozenset[str]:
        """The units whose desks it concerns."""
        return self.about.units

    @property
    def terms(self) -> tuple[str, ...]:
        return self.about.terms


def sources() -> Iterator[Source]:
    """Every kind of place where something of a person or firm may be held."""
    yield from HERE
    for load in current_app.extensions.get("personal_data", []):
        yield from load()


def of(about: About) -> Holdings:
    """What is held of one, each kind of place once."""
    places: dict[tuple[str, str], Place] = {}
    for place in _places(about):
        before = places.get((place.kind, place.ends))
        places[place.kind, place.ends] = (
            place._replace(number=place.number + before.number, names=before.names + place.names) if before else place
        )
    return Holdings(about, tuple(one for one in places.values() if one.number))


def _places(about: About) -> Iterator[Place]:
    """In the order of the list; those of which a number is enough are counted with one statement."""
    every = list(sources())
    asked = {number: one.counting(about) for number, one in enumerate(every) if not isinstance(one, NamingSource)}
    counting = {number: query for number, query in asked.items() if query is not None}
    row = db.session.execute(select(*(query.scalar_subquery() for query in counting.values()))).one()
    counts = dict(zip(counting, row, strict=True))
    for number, source in enumerate(every):
        if isinstance(source, NamingSource):
            yield from source.places(about)
        elif number in counts:
            yield Place(source.kind, counts[number], ends=source.ends)


def of_subject(subject: Subject) -> Holdings:
    """What is held of a firm."""
    return of(about_subject(subject))


def of_deputy(deputy: Deputy) -> Holdings:
    """What is held of a deputy; the visits stay theirs as counts."""
    return of(about_deputy(deputy))


def about_subject(subject: Subject, *, contact: bool = False) -> About:
    """A firm, or the people of a firm alone."""
    visits = list(db.session.scalars(select(Visit.id).where(Visit.subject_id == subject.id).order_by(Visit.id)))
    units = set(db.session.scalars(select(Visit.unit_code).where(Visit.subject_id == subject.id)))
    units |= set(db.session.scalars(select(ListEntry.unit_code).where(ListEntry.subject_id == subject.id)))
    people = terms_of(subject.contact, subject.contact_phone)
    terms = people if contact else terms_of(subject.name, subject.short_name, subject.uscc, *people)
    kind = "contact" if contact else "subject"
    return About(kind, subject.id, tuple(visits), frozenset(units), terms, sure_of(terms, subject.contact))


def about_deputy(deputy: Deputy) -> About:
    terms = terms_of(deputy.name, deputy.phone)
    visits = tuple(visits_of_deputy(deputy))
    return About("deputy", deputy.id, visits, frozenset({deputy.unit_code}), terms, sure_of(terms, deputy.name))


def sure_of(terms: Iterable[str], person: str | None) -> tuple[str, ...]:
    """The names that are looked for outside of one's own visits; where another one stands is left to a person who looks."""
    return tuple(one for one in terms if len(one) >= (SHORTEST_SURE_NAME if one == person else SHORTEST_SURE))


def visits_of_deputy(deputy: Deputy) -> list[str]:
    """The visits that are a deputy's: where they went, which they handed in, and those of their groups."""
    groups = select(GroupMember.group_id).where(GroupMember.deputy_id == deputy.id)
    handed_in = select(Submission.visit_id).where(Submission.deputy_id == deputy.id)
    went = select(Attendance.visit_id).where(Attendance.deputy_id == deputy.id)
    ids = union(went, handed_in, *visits_of_groups(groups).selects).subquery()
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


def terms_of(*names: str | None) -> tuple[str, ...]:
    """The names by which one is looked for; one character alone would be found everywhere."""
    return tuple(dict.fromkeys(name for name in names if name and len(name) >= SHORTEST_TERM))
