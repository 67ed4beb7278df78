"""Derives the one state of an item from its steps. Touches the records.

    waiting    待交办         its letter was withdrawn
    handed     已交办         handed over, rerouted or escalated, nobody signed
    signed     已签收         signed for
    back       退回待改派     given back, no other body yet
    working    办理中         an interim answer, more time asked for or given, or reopened
    answered   已答复待评价   a final answer, not rated by all who asked
    again      不满意再办     sent again for another round
    following  跟踪中         rated, or promised; an answer whose planned day is past comes back here
    closed     已销号         closed with evidence

The newest step that moves an item decides (`MOVES`); `state_of` is that rule on plain facts, `state_column` the same in SQL, and a
test holds them together. Beside the state stands the time: none, fine, soon (so many days as the campaign says), late.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased

from reports.handling.records import Item, Step

STATES = ("waiting", "handed", "signed", "back", "working", "answered", "again", "following", "closed")
MOVES = {
    "withdrawn": "waiting",
    "handed": "handed",
    "rerouted": "handed",
    "escalated": "handed",
    "signed_for": "signed",
    "given_back": "back",
    "extension_asked": "working",
    "extended": "working",
    "interim": "working",
    "reopened": "working",
    "answered": "answered",
    "sent_again": "again",
    "rated": "following",
    "promised": "following",
    "closed": "closed",
}
RUNNING = ("handed", "signed", "working", "again", "following")  # in which a due day counts
SOON = 15  # days, where a campaign says nothing else


@dataclass(frozen=True, slots=True)
class NewestStep:
    """The facts a state follows from: the newest step that moved the item, and the day it is due by it."""

    kind: str
    due_on: date | None = None


def state_of(newest: NewestStep, today: date) -> str:
    """The one state of an item."""
    if newest.kind == "answered" and newest.due_on is not None and newest.due_on < today:
        return "following"
    return MOVES[newest.kind]


def time_of(newest: NewestStep, today: date, soon_days: int = SOON) -> str:
    """none, fine, soon or late."""
    if newest.due_on is None or state_of(newest, today) not in RUNNING:
        return "none"
    if newest.due_on < today:
        return "late"
    return "soon" if newest.due_on <= today + timedelta(days=soon_days) else "fine"


def newest_move() -> type[Step]:
    """An alias of the newest step that moved each item; join with `newest_move_on`."""
    return aliased(Step)


def newest_move_on(newest: type[Step]) -> ColumnElement[bool]:
    other = aliased(Step)
    last = (
        select(func.max(other.number))
        .where(other.item_id == Item.id, other.kind.in_(MOVES))
        .correlate(Item)
        .scalar_subquery()
    )
    return (newest.item_id == Item.id) & (newest.number == last)


def state_column(newest: type[Step], today: date) -> ColumnElement[str]:
    """The state in SQL, for a SELECT that joins `newest` to Item."""
    is_past = and_(newest.kind == "answered", newest.due_on < today)
    return case((is_past, "following"), *((newest.kind == kind, state) for kind, state in MOVES.items()))


def time_column(newest: type[Step], today: date, soon_days: int = SOON) -> ColumnElement[str]:
    """The time in SQL."""
    runs = state_column(newest, today).in_(RUNNING)
    return case(
        (newest.due_on.is_(None), "none"),
        (~runs, "none"),
        (newest.due_on < today, "late"),
        (newest.due_on <= today + timedelta(days=soon_days), "soon"),
        else_="fine",
    )
