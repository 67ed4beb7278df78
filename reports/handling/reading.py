"""Items as pages show them: a table by state, body, time and round, its counts and rates, and the course of one item. Touches the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, select

from reports.handling.bodies import Body, bodies, by_code
from reports.handling.course import reckoned_of, rule
from reports.handling.deadlines import from_json, in_words
from reports.handling.rates import Counts
from reports.handling.records import Item, ItemFinding, Letter, LetterItem, Rating, Reply, Step
from reports.handling.states import (
    MOVES,
    STATES,
    NewestStep,
    newest_move,
    newest_move_on,
    state_column,
    state_of,
    time_column,
    time_of,
)
from surveys.database import db
from surveys.fieldwork.findings.findings import Finding, FindingRow, counted_findings, finding_rows
from surveys.fieldwork.visits.attendance import Attendance
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import unit_tree

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page of items asks for; an empty word stands for all."""

    state: str = ""
    body: str = ""
    time: str = ""
    round: str = ""
    supervised: bool = False
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An item in a table."""

    item: Item
    state: str
    time: str
    due_on: date | None
    body: Body
    round_number: int
    extended: bool
    supervised: bool
    proposed: bool  # for closing

    def days(self, today: date) -> int:
        return abs((self.due_on - today).days) if self.due_on else 0


def lines(campaign: Campaign, asked: Asked) -> Select[*tuple[Any, ...]]:
    """The items asked for as rows of `Line`: those that are late first, then by body in the order of the list."""
    today, move = campaign.today(), newest_move()
    state, time = state_column(move, today), time_column(move, today, rule(campaign, "soon_days"))
    query = (
        select(
            Item,
            state,
            time,
            move.due_on,
            Body,
            move.round_number,
            _has("extended", move),
            _has("supervised"),
            _proposed(move),
        )
        .select_from(Item)
        .join(move, newest_move_on(move))
        .join(Body, Body.code == move.body_code)
        .where(Item.campaign_id == campaign.id)
        .order_by(time != "late", Body.sort, Body.code, Item.kind, Item.number)
    )
    if asked.state:
        query = query.where(state == asked.state)
    if asked.body:
        query = query.where(move.body_code == asked.body)
    if asked.time:
        query = query.where(time == asked.time)
    if asked.round.isdigit():
        query = query.where(move.round_number == int(asked.round))
    if asked.supervised:
        query = query.where(_has("supervised"))
    if asked.proposed:
        query = query.where(_proposed(move))
    return query


def _proposed(move: type[Step]) -> Any:
    """Whether a proposal for closing stands: the newest of proposals and refusals after what moved the item last."""
    kinds = ("proposed_closed", "kept_open")
    last = select(func.max(Step.number)).where(Step.item_id == Item.id, Step.kind.in_(kinds)).correlate(Item)
    newest = exists().where(Step.item_id == Item.id, Step.kind == kinds[0], Step.number == last.scalar_subquery())
    return newest.where(Step.number > move.number)


def _has(kind: str, move: type[Step] | None = None) -> Any:
    condition = exists().where(Step.item_id == Item.id, Step.kind == kind)
    return condition.where(Step.round_number == move.round_number) if move is not None else condition


def state_counts(campaign: Campaign) -> dict[str, int]:
    """State → how many items."""
    move = newest_move()
    state = state_column(move, campaign.today())
    query = select(state, func.count()).select_from(Item).join(move, newest_move_on(move))
    counts = dict(db.session.execute(query.where(Item.campaign_id == campaign.id).group_by(state)).all())
    return {one: counts.get(one, 0) for one in STATES}


class BodyCounts(NamedTuple):
    """How many items are with a body now, were answered once, are closed, are late."""

    body: Body
    items: int
    answered: int
    closed: int
    late: int


def body_counts(campaign: Campaign) -> list[BodyCounts]:
    """The bodies that have items, in the order of the list, never ranked."""
    today, move = campaign.today(), newest_move()
    answered = exists().where(Reply.item_id == Item.id, Reply.kind == "final")
    query = (
        select(move.body_code, answered, move.kind == "closed", time_column(move, today) == "late", func.count())
        .select_from(Item)
        .join(move, newest_move_on(move))
        .where(Item.campaign_id == campaign.id, move.kind != "withdrawn")
        .group_by(move.body_code, answered, move.kind == "closed", time_column(move, today) == "late")
    )
    by_body: dict[str, list[int]] = {}
    for code, is_answered, is_closed, is_late, number in db.session.execute(query):
        row = by_body.setdefault(code, [0, 0, 0, 0])
        for place, counts in enumerate((True, is_answered, is_closed, is_late)):
            row[place] += number if counts else 0
    return [BodyCounts(body, *by_body[body.code]) for body in bodies(also_former=True) if body.code in by_body]


def counts(campaign: Campaign) -> Counts:
    """The counts that rates are made of, as of the campaign's day."""
    move = newest_move()
    alive = (
        select(Item.id)
        .join(move, newest_move_on(move))
        .where(Item.campaign_id == campaign.id, move.kind != "withdrawn")
    )
    ids = alive.subquery()
    handed = db.session.scalar(select(func.count()).select_from(ids)) or 0
    closed = db.session.scalar(select(func.count()).select_from(alive.where(move.kind == "closed").subquery())) or 0
    final = select(Reply.item_id).join(ids, ids.c.id == Reply.item_id).where(Reply.kind == "final").distinct()
    answered = db.session.scalar(select(func.count()).select_from(final.subquery())) or 0
    by_item: dict[str, dict[int, list[str]]] = {}
    ratings = select(Rating.item_id, Rating.round_number, Rating.result).join(ids, ids.c.id == Rating.item_id)
    for item, round_number, result in db.session.execute(ratings):
        by_item.setdefault(item, {}).setdefault(round_number, []).append(result)
    newest = [rounds[max(rounds)] for rounds in by_item.values()]
    satisfied = sum("dissatisfied" not in results for results in newest)
    return Counts(handed, answered, closed, len(newest), satisfied)


def late_this_week(campaign: Campaign) -> list[Line]:
    """What became late in the last seven days."""
    today = campaign.today()
    query = lines(campaign, Asked(time="late"))
    rows = [Line(*row) for row in db.session.execute(query)]
    return [row for row in rows if row.due_on and today - WEEK <= row.due_on < today]


@dataclass(frozen=True, slots=True)
class Course:
    """One item with all that happened to it."""

    item: Item
    steps: list[Step]
    replies: list[Reply]
    ratings: list[Rating]
    state: str
    time: str
    move: Step
    askers: int
    bodies: dict[str, Body]
    assisting: list[Body]
    subjects: int

    def how(self, language: str) -> str:
        """How the day in force was reckoned, in words."""
        reckoned = reckoned_of(self.steps)
        text = in_words(from_json(reckoned), language) if reckoned else ""
        interim = [
            reply for reply in self.replies if reply.kind == "interim" and reply.round_number == self.move.round_number
        ]
        if interim and self.state == "working":
            text += " An interim answer does not stop the clock." if language.startswith("en") else "中期答复不停计时。"
        return text

    @property
    def newest_reply(self) -> Reply | None:
        finals = [reply for reply in self.replies if reply.kind == "final"]
        return finals[-1] if finals else None


def course(item: Item) -> Course:
    """An item with its steps, replies and ratings, the oldest first."""
    return courses([item])[0]


def courses(items: Sequence[Item]) -> list[Course]:
    """The same for many, in so many statements however many there are."""
    ids = [item.id for item in items]
    steps = _by_item(select(Step.item_id, Step).where(Step.item_id.in_(ids)).order_by(Step.number))
    replies = _by_item(
        select(Reply.item_id, Reply)
        .join(Step, Step.reply_id == Reply.id)
        .where(Reply.item_id.in_(ids))
        .order_by(Step.number)
    )
    ratings = _by_item(select(Rating.item_id, Rating).where(Rating.item_id.in_(ids)).order_by(Rating.rated_at))
    assist = _by_item(
        select(LetterItem.item_id, Letter.body_code)
        .join(Letter, Letter.id == LetterItem.letter_id)
        .where(LetterItem.item_id.in_(ids), LetterItem.part == "assist", Letter.withdrawn_at.is_(None))
    )
    source = func.coalesce(Finding.visit_id, Finding.event_id, Finding.id)
    subjects = _counted(source, select(ItemFinding.item_id).join(Finding, Finding.id == ItemFinding.finding_id), ids)
    deputies = select(ItemFinding.item_id).join(Finding, Finding.id == ItemFinding.finding_id)
    askers = _counted(Attendance.deputy_id, deputies.join(Attendance, Attendance.visit_id == Finding.visit_id), ids)
    known, bodies = by_code(), []
    for item in items:
        own = steps[item.id]
        move = next(step for step in reversed(own) if step.kind in MOVES)
        standing, today = NewestStep(move.kind, move.due_on), item.campaign.today()
        assisting = sorted({known[code] for code in assist.get(item.id, [])}, key=lambda body: body.sort)
        times = state_of(standing, today), time_of(standing, today, rule(item.campaign, "soon_days"))
        rows = own, replies.get(item.id, []), ratings.get(item.id, [])
        bodies.append(
            Course(item, *rows, *times, move, askers.get(item.id, 0), known, assisting, subjects.get(item.id, 0))
        )
    return bodies


def _by_item(query: Select[str, Any]) -> dict[str, list[Any]]:
    by_item: dict[str, list[Any]] = {}
    for item, row in db.session.execute(query):
        by_item.setdefault(item, []).append(row)
    return by_item


def _counted(what: Any, query: Select[Any], ids: Sequence[str]) -> dict[str, int]:
    """Item → how many different ones there are of `what`."""
    counted_query = query.add_columns(func.count(what.distinct())).where(ItemFinding.item_id.in_(ids))
    return dict(db.session.execute(counted_query.group_by(ItemFinding.item_id)).all())  # type: ignore[arg-type]


def originals(item: Item) -> list[FindingRow]:
    """The findings an item carries, as they count now; each leads back to its visit, event or letter."""
    carried = select(ItemFinding.finding_id).where(ItemFinding.item_id == item.id)
    leaves: Sequence[str] = [unit.code for unit in unit_tree().leaves(item.campaign.unit_code)]
    query = (
        counted_findings(item.campaign_id, leaves)
        .where(Finding.id.in_(carried))
        .order_by(Finding.unit_code, Finding.id)
    )
    return finding_rows(db.session.execute(query))
