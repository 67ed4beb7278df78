"""Lists a desk's visits as rows (走访任务表), filtered, sorted and paged; three statements whatever their number.

Takes   a `Filter` (what stands in the address of the page) and the leaves the person works for.
Gives   `Row`s in the order asked for; counts per state tab that do not change with the tab chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from surveys.database import count_of, db
from surveys.fieldwork.visits.states import STATES, newest_decision, newest_decision_on, state_column
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Draft, Visit, in_order, visit_group, visit_name, visit_reference
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.people.groups import Group

MARK_TABS = ("refused", "replaced", "extra")  # beside the states: facts of the outcome and of the assignment
TABS = ("all", *STATES, *MARK_TABS)
SORTS = ("state", "number", "name", "day", "group")
ORDER = ("submitted", "returned", "draft", "open", "accepted", "void")  # what a desk has to do with comes first


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address says. Empty strings mean no restriction; `unit` one of the person's leaves or empty for all."""

    tab: str = "all"
    text: str = ""
    unit: str = ""
    group: str = ""
    town: str = ""
    size: str = ""
    sort: str = "state"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One visit on the list. `day` is the day of the visit as the form's clock has it; `appointed` the day agreed on."""

    visit_id: str
    unit: str
    number: int | None  # its assignment's
    name: str
    town: str | None
    size: str | None
    group: str | None
    liaison: str | None
    state: str
    outcome: str | None
    day: date | None
    appointed: date | None
    due: date | None
    received: datetime | None
    draft_saved: datetime | None
    replaced_reason: str | None
    extra: bool
    versions: int
    forked: bool
    via: str | None

    @property
    def reference(self) -> str:
        return visit_reference(self.unit, self.number, self.visit_id)


def _rows(campaign_id: str, leaves: Sequence[str], by: Filter) -> tuple[Select[*tuple[Any, ...]], ColumnElement[str]]:
    newest, head = newest_decision(), aliased(Submission)
    state = state_column(newest)
    versions = select(func.count()).where(Submission.visit_id == Visit.id).correlate(Visit).scalar_subquery()
    draft_saved_at = (
        select(func.max(Draft.saved_at)).where(Draft.visit_id == Visit.id).correlate(Visit).scalar_subquery()
    )
    is_forked = exists().where(Submission.visit_id == Visit.id, Submission.fork.is_(True)).correlate(Visit)
    query = (
        select(
            Visit.id,
            Visit.unit_code,
            Assignment.number,
            visit_name(),
            Subject.town,
            Subject.size_class,
            Group.name,
            Group.liaison_name,
            state.label("state"),
            head.outcome,
            head.clock,
            Assignment.appointed_on,
            Assignment.due_on,
            head.received_at,
            draft_saved_at,
            Assignment.replaced_reason,
            Assignment.extra,
            versions,
            is_forked,
            head.via,
        )
        .select_from(Visit)
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .outerjoin(Subject, Subject.id == Visit.subject_id)
        .outerjoin(Group, Group.id == visit_group())
        .outerjoin(newest, newest_decision_on(newest))
        .outerjoin(head, and_(head.visit_id == Visit.id, head.content == Visit.head))
        .where(Visit.campaign_id == campaign_id, Visit.unit_code.in_(leaves), *_restrictions(by))
    )
    tab = _tab(by.tab, state, head)
    return (query if tab is None else query.where(tab)), state


def _tab(tab: str, state: ColumnElement[str], head: type[Submission]) -> ColumnElement[bool] | None:
    if tab in STATES:
        # Nobody goes to a subject that was replaced: it waits for no visit.
        return (state == tab) & Assignment.replaced_at.is_(None) if tab == "open" else state == tab
    return {
        "refused": (state == "accepted") & (head.outcome == "refused"),
        "replaced": Assignment.replaced_at.is_not(None),
        "extra": Assignment.extra.is_(True),
    }.get(tab)


def _restrictions(by: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (Visit.unit_code, by.unit),
            (Group.id, by.group),
            (Subject.town, by.town),
            (Subject.size_class, by.size),
        )
        if value
    ]
    for word in by.text.split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        matches: list[ColumnElement[bool]] = [
            visit_name().ilike(pattern, escape="\\"),
            Subject.uscc.ilike(pattern, escape="\\"),
        ]
        if word.isdecimal() and len(word) < 9:
            matches.append(Assignment.number == int(word))
        conditions.append(or_(*matches))
    return conditions


def _order(by: Filter, state: ColumnElement[str]) -> list[Any]:
    keys: dict[str, list[Any]] = {
        "state": [case({word: place for place, word in enumerate(ORDER)}, value=state)],
        "number": [],
        "name": [visit_name()],
        "day": [Assignment.appointed_on],
        "group": [Group.number],
    }
    first = keys.get(by.sort, [])
    tail = [*in_order()]
    return [column.desc() for column in first + tail] if by.descending else first + tail


def rows(
    campaign_id: str, leaves: Sequence[str], by: Filter, *, limit: int | None = 50, offset: int = 0
) -> tuple[list[Row], int]:
    """One page of the list and how many rows there are in all."""
    query, state = _rows(campaign_id, leaves, by)
    whole = count_of(query)
    query = query.order_by(*_order(by, state)).offset(offset)
    return [_row(record) for record in db.session.execute(query.limit(limit) if limit else query)], whole


def _row(record: Any) -> Row:
    values = list(record)
    values[10] = date.fromisoformat(values[10][:10]) if values[10] else None
    values[16], values[18] = bool(values[16]), bool(values[18])
    return Row(*values)


def tab_counts(campaign_id: str, leaves: Sequence[str], by: Filter) -> dict[str, int]:
    """How many rows each tab holds under the other restrictions."""
    query, _ = _rows(
        campaign_id, leaves, Filter(text=by.text, unit=by.unit, group=by.group, town=by.town, size=by.size)
    )
    visits = query.subquery()
    replaced = case((visits.c.replaced_reason.is_not(None), 1), else_=0)
    counts_by_kind = select(visits.c.state, visits.c.outcome, visits.c.extra, replaced, func.count()).group_by(
        visits.c.state, visits.c.outcome, visits.c.extra, replaced
    )
    counts: dict[str, int] = dict.fromkeys(TABS, 0)
    for state, outcome, extra, was_replaced, n in db.session.execute(counts_by_kind):
        counts["all"] += n
        counts[state] += 0 if state == "open" and was_replaced else n
        counts["refused"] += n if state == "accepted" and outcome == "refused" else 0
        counts["replaced"] += n if was_replaced else 0
        counts["extra"] += n if extra else 0
    return counts


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a visit stands in the queue of those to be reviewed."""

    place: int
    whole: int
    before: str | None
    after: str | None


def queue_around(campaign_id: str, leaves: Sequence[str], visit_id: str) -> Neighbours:
    """The visit's place among the submitted ones of these leaves, in order of number."""
    query, _ = _rows(campaign_id, leaves, Filter(tab="submitted"))
    ids = [row[0] for row in db.session.execute(query.order_by(*in_order()))]
    place = ids.index(visit_id) if visit_id in ids else -1
    after = next((other for other in ids[place + 1 :] if other != visit_id), None)
    return Neighbours(place + 1, len(ids), ids[place - 1] if place > 0 else None, after)


@dataclass(frozen=True, slots=True)
class QuietGroup:
    """A group from which nothing came for a while; the likely reason is an appointment still to come."""

    name: str
    number: int
    liaison: str | None
    phone: str | None
    left: int
    last: datetime | None
    next_appointment: date | None


def quiet_groups(campaign_id: str, leaves: Sequence[str], since: datetime, today: date) -> list[QuietGroup]:
    """Groups with visits still to do that sent nothing since `since`, in order of number; their next appointment from today on."""
    last = func.max(Submission.received_at)
    waits = Visit.head.is_(None) & Visit.voided_at.is_(None)
    left = func.count(func.distinct(case((waits, Visit.id))))
    ahead = func.min(case((waits & (Assignment.appointed_on >= today), Assignment.appointed_on)))
    query = (
        select(
            Group.name,
            Group.number,
            Group.liaison_name,
            Group.liaison_phone,
            left,
            last,
            ahead,
        )
        .join(Assignment, Assignment.group_id == Group.id)
        .join(Visit, Visit.assignment_id == Assignment.id)
        .outerjoin(Submission, Submission.visit_id == Visit.id)
        .where(Visit.campaign_id == campaign_id, Visit.unit_code.in_(leaves), Assignment.replaced_at.is_(None))
        .group_by(Group.id, Group.name, Group.number, Group.liaison_name, Group.liaison_phone, Group.unit_code)
        .order_by(Group.unit_code, Group.number)
    )
    groups = [QuietGroup(*row) for row in db.session.execute(query)]
    return [group for group in groups if group.left and (group.last is None or group.last < since)]


def choices(campaign_id: str, leaves: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """What the filters offer: groups (id, name) and towns of these leaves."""
    groups = db.session.execute(
        select(Group.id, Group.name)
        .where(Group.campaign_id == campaign_id, Group.unit_code.in_(leaves))
        .order_by(Group.unit_code, Group.number)
    )
    towns = db.session.scalars(
        select(Subject.town)
        .join(Visit, Visit.subject_id == Subject.id)
        .where(Visit.campaign_id == campaign_id, Visit.unit_code.in_(leaves), Subject.town.is_not(None))
        .distinct()
    )
    return [(row[0], row[1]) for row in groups], sorted(town for town in towns if town)
