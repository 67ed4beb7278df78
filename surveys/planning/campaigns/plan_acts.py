"""做过的事: each act that writes a plan, row by row, so that it can be looked at and undone as one. Touches the database, units, campaigns.

Kept    for a row that was made: what it held; for one that was deleted: what it held; for one that was changed: both sides of what
        changed. An undo is an act itself, so that it can be undone as well.
Undone  is what still stands as the act left it and what nothing else hangs on by now; the rest stays, and the preview names it
        before, the answer counts it after.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, String, Table, event, func, insert, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from surveys.accounts import Account
from surveys.audit import Actor, record
from surveys.database import Base, Id, Line, UtcDateTime, db, in_turn, utc_now, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit

PORTION = 500
UNDO = "undo"
# What a phone or a reader notes by itself does not hold an undo up.
NOTED_BY_ITSELF = {"visits": frozenset({"delivered_at", "opened_at", "notice_shown_at", "notice_version"})}
# A number that was given to another row meanwhile: the row comes back with the next one of its unit.
NUMBERED = {"list_entries": ("campaign_id", "unit_code"), "assignments": ("campaign_id", "unit_code")}
UNTRACKED = frozenset({"plan_acts", "plan_act_rows", "audit_entries", "jobs", "list_uploads", "list_readings"})


class PlanAct(db.Model):
    """One act. `number`: how many things it was about, as a person counts them; `detail`: names for its line."""

    __tablename__ = "plan_acts"

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(30))
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    number: Mapped[int]
    detail: Mapped[dict[str, Any] | None]
    done_at: Mapped[datetime] = mapped_column(index=True)
    done_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    by_name: Mapped[str | None] = mapped_column(Line(100))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    undoes_id: Mapped[str | None] = mapped_column(ForeignKey("plan_acts.id"))
    campaign: Mapped[Campaign | None] = relationship()
    unit: Mapped[Unit] = relationship()
    undone_person: Mapped[Account | None] = relationship(foreign_keys=[undone_by])


class PlanActRow(db.Model):
    """One row that an act made, changed or deleted. `subject_id`: the subject it tells of, where it tells of one."""

    __tablename__ = "plan_act_rows"

    act_id: Mapped[str] = mapped_column(ForeignKey("plan_acts.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    table_name: Mapped[str] = mapped_column(String(40))
    row_key: Mapped[str] = mapped_column(String(120))
    subject_id: Mapped[str | None] = mapped_column(String(36), index=True)
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    act: Mapped[PlanAct] = relationship()


# --- noting an act -------------------------------------------------------------------------------------------------


@dataclass
class _Change:
    table: str
    key: str
    subject: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass
class Acting:
    """An act while it is done: `number` may be set before it ends; `act` is there afterwards, None where nothing changed."""

    number: int | None = None
    act: PlanAct | None = None
    changes: dict[tuple[str, str], _Change] = field(default_factory=dict)


@contextmanager
def acting(
    kind: str,
    unit_code: str,
    *,
    actor: Actor,
    campaign: Campaign | None = None,
    number: int | None = None,
    undoes: PlanAct | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Iterator[Acting]:
    """Note what is flushed inside as one act. Inside `writing()`; statements that go past the session are not seen."""
    session = db.session()
    acting_now = Acting(number)

    def note(flushed: Session, _: Any) -> None:
        for row in (*flushed.new, *flushed.dirty, *flushed.deleted):
            _note(acting_now.changes, row, flushed)

    session.flush()
    event.listen(session, "after_flush", note)
    try:
        yield acting_now
        session.flush()
    finally:
        event.remove(session, "after_flush", note)
    changes = [change for change in acting_now.changes.values() if change.before != change.after]
    if not changes:
        return
    order = {table.name: place for place, table in enumerate(db.metadata.sorted_tables)}
    changes.sort(key=lambda change: order[change.table])
    acting_now.act = act = PlanAct(
        kind=kind,
        campaign_id=campaign.id if campaign else None,
        unit_code=unit_code,
        number=len(changes) if acting_now.number is None else acting_now.number,
        detail=dict(detail) if detail else None,
        done_at=utc_now(),
        done_by=actor.id if actor.kind == "staff" else None,
        by_name=actor.name,
        undoes_id=undoes.id if undoes else None,
    )
    session.add(act)
    session.flush()
    rows = [
        {
            "act_id": act.id,
            "place": place,
            "table_name": change.table,
            "row_key": change.key,
            "subject_id": change.subject,
            "before": change.before,
            "after": change.after,
        }
        for place, change in enumerate(changes)
    ]
    for start in range(0, len(rows), PORTION):
        session.execute(insert(PlanActRow), rows[start : start + PORTION])


def _table_of(mapper: Any) -> Table:
    return mapper.local_table


def _note(changes: dict[tuple[str, str], _Change], row: Base, session: Session) -> None:
    state = inspect(row)
    table = _table_of(state.mapper).name
    if table in UNTRACKED:
        return
    now = {column.key: _plain(getattr(row, column.key)) for column in state.mapper.column_attrs}
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = now
    if row in session.deleted:
        before, after = now | _earlier(state), None
    elif row not in session.new:
        before = _earlier(state)
        after = {name: now[name] for name in before}
        if not before:
            return
    key = json.dumps([now[column.key] for column in _key_columns(state.mapper)])
    subject = now["id"] if table == "subjects" else now.get("subject_id")
    earlier = changes.get((table, key))
    if earlier is None:
        changes[table, key] = _Change(table, key, subject, before, after)
    elif earlier.before is None:  # made within this act
        earlier.after = None if after is None else (earlier.after or {}) | after
    else:
        earlier.before = (before or {}) | earlier.before
        earlier.after = None if after is None else (earlier.after or {}) | after


def _earlier(state: Any) -> dict[str, Any]:
    """What the changed columns of a row held before this flush."""
    before = {}
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        if history.has_changes() and history.deleted:
            before[column.key] = _plain(history.deleted[0])
        elif history.has_changes() and history.added:
            before[column.key] = None
    return before


def _key_columns(mapper: Any) -> list[Any]:
    return [mapper.get_property_by_column(column) for column in mapper.primary_key]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def _typed(mapper: Any, name: str, value: Any) -> Any:
    kind = mapper.attrs[name].columns[0].type
    if value is None or not isinstance(value, str):
        return value
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


# --- looking at an undo --------------------------------------------------------------------------------------------


@dataclass
class Step:
    """What an undo does with one row: `verdict` is back, changed (since), used (by something later) or gone."""

    row: PlanActRow
    current: Any = None
    verdict: str = "back"

    @property
    def way(self) -> str:
        """Whether the row comes back, goes, or gets its former values."""
        return "delete" if self.row.before is None else "insert" if self.row.after is None else "restore"


@dataclass
class Undoing:
    """An undo before it is done: every row with its verdict."""

    act: PlanAct
    steps: list[Step]

    def count(self, verdict: str) -> int:
        return sum(step.verdict == verdict for step in self.steps)

    @property
    def able(self) -> bool:
        return self.act.undone_at is None and any(step.verdict == "back" for step in self.steps)


def rows_of(act_id: str) -> list[PlanActRow]:
    return list(db.session.scalars(select(PlanActRow).where(PlanActRow.act_id == act_id).order_by(PlanActRow.place)))


def look_at_undo(act: PlanAct) -> Undoing:
    """What undoing the act would do now, row by row. Nothing is written."""
    mappers = {_table_of(mapper).name: mapper for mapper in db.Model.registry.mappers}
    steps = [Step(row) for row in rows_of(act.id)]
    by_table: dict[str, list[Step]] = {}
    for step in steps:
        by_table.setdefault(step.row.table_name, []).append(step)
    for table, of_table in by_table.items():
        mapper = mappers[table]
        current_rows = _current(mapper, [json.loads(step.row.row_key) for step in of_table])
        for step in of_table:
            step.current = current_rows.get(step.row.row_key)
            step.verdict = _verdict(step, mapper)
    _find_used(by_table, mappers)
    return Undoing(act, steps)


def _current(mapper: Any, keys: list[list[Any]]) -> dict[str, Any]:
    rows = {}
    if len(mapper.primary_key) == 1:
        for start in range(0, len(keys), PORTION):
            some = [key[0] for key in keys[start : start + PORTION]]
            for row in db.session.scalars(select(mapper.class_).where(mapper.primary_key[0].in_(some))):
                rows[json.dumps([inspect(row).identity[0]])] = row
        return rows
    for key in keys:
        row = db.session.get(mapper.class_, tuple(key))
        if row is not None:
            rows[json.dumps(key)] = row
    return rows


def _verdict(step: Step, mapper: Any) -> str:
    if step.row.after is None:
        return "changed" if step.current is not None else "back"
    if step.current is None:
        return "gone"
    by_itself = NOTED_BY_ITSELF.get(step.row.table_name, frozenset())
    same = all(
        _plain(getattr(step.current, name)) == value
        for name, value in step.row.after.items()
        if name not in by_itself and name in mapper.attrs
    )
    return "back" if same else "changed"


def _find_used(by_table: dict[str, list[Step]], mappers: dict[str, Any]) -> None:
    """Rows that would go and that something else, which stays, hangs on."""
    going = {
        (table, json.loads(step.row.row_key)[0]): step
        for table, steps in by_table.items()
        for step in steps
        if step.way == "delete" and step.verdict == "back"
    }
    uses: list[tuple[Step, tuple[str, Any]]] = []
    for table in {name for name, _ in going}:
        ids = [key for name, key in going if name == table]
        for other, column in _references(mappers[table].local_table):
            for start in range(0, len(ids), PORTION):
                some = ids[start : start + PORTION]
                query = select(column, other.primary_key.columns[0]).where(column.in_(some))
                uses += [(going[table, target], (other.name, key)) for target, key in db.session.execute(query)]
    more = True
    while more:
        more = False
        for step, user in uses:
            stays = user not in going or going[user].verdict != "back"
            if step.verdict == "back" and stays and not _given_up(by_table, user):
                step.verdict, more = "used", True


def _given_up(by_table: dict[str, list[Step]], user: tuple[str, Any]) -> bool:
    """A row that the same undo brings back to what it was, which was without the reference."""
    return any(
        step.way == "restore" and step.verdict == "back" and json.loads(step.row.row_key)[0] == user[1]
        for step in by_table.get(user[0], ())
    )


def used_ids(model: Any, ids: Iterable[str], *, but: Iterable[str] = ()) -> set[str]:
    """Those of these rows that a row of another table names; tables `but` are not asked."""
    ids, used = list(ids), set()
    for other, column in _references(model.__table__):
        if other.name not in but:
            for start in range(0, len(ids), PORTION):
                used |= set(db.session.scalars(select(column).where(column.in_(ids[start : start + PORTION]))))
    return used


def _references(table: Table) -> Iterable[tuple[Table, Any]]:
    for other in db.metadata.tables.values():
        if other.name in ("plan_acts", "plan_act_rows"):
            continue
        for constraint in other.foreign_key_constraints:
            for element in constraint.elements:
                if element.column is table.primary_key.columns[0]:
                    yield other, element.parent


# --- undoing -------------------------------------------------------------------------------------------------------


def undo(act: PlanAct, *, actor: Actor) -> Undoing:
    """Undo what can be undone of an act, as an act of its own; the steps say what became of each row."""
    with writing() as session:
        if act.campaign is not None:
            act.campaign.keep_open()
        in_turn(act)
        session.refresh(act)
        undoing = look_at_undo(act)
        if not undoing.able:
            return undoing
        with acting(
            UNDO,
            act.unit_code,
            actor=actor,
            campaign=act.campaign,
            undoes=act,
            detail={**(act.detail or {}), "of": act.kind},
        ) as now:
            _carry_out(undoing)
            now.number = act.number
        act.undone_at = utc_now()
        act.undone_by = actor.id if actor.kind == "staff" else None
        if act.undoes_id is not None:  # what was undone stands again, and can be undone again
            undone = session.get_one(PlanAct, act.undoes_id)
            undone.undone_at = undone.undone_by = None
        session.flush()
        _record(undoing, actor)
    return undoing


def _carry_out(undoing: Undoing) -> None:
    session = db.session()
    mappers = {_table_of(mapper).name: mapper for mapper in db.Model.registry.mappers}
    steps = [step for step in undoing.steps if step.verdict == "back"]
    for step in steps:
        if step.way == "insert":
            _bring_back(step, mappers[step.row.table_name])
    for step in steps:
        if step.way == "restore":
            for name, value in (step.row.before or {}).items():
                setattr(step.current, name, _typed(mappers[step.row.table_name], name, value))
    session.flush()
    going = [step for step in reversed(steps) if step.way == "delete"]
    for step in going:
        for name in _own_references(mappers[step.row.table_name]):
            setattr(step.current, name, None)
    session.flush()
    for table in dict.fromkeys(step.row.table_name for step in going):
        for step in going:
            if step.row.table_name == table:
                session.delete(step.current)
        session.flush()


def _own_references(mapper: Any) -> list[str]:
    table = mapper.local_table
    return [
        mapper.get_property_by_column(key.parent).key
        for key in table.foreign_keys
        if key.column.table is table and key.parent.nullable and not key.parent.primary_key
    ]


def _bring_back(step: Step, mapper: Any) -> None:
    values = {
        name: _typed(mapper, name, value) for name, value in (step.row.before or {}).items() if name in mapper.attrs
    }
    session = db.session()
    if within := NUMBERED.get(step.row.table_name):
        model = mapper.class_
        here = [getattr(model, name) == values[name] for name in within]
        if session.scalar(select(func.count()).select_from(model).where(*here, model.number == values["number"])):
            values["number"] = (session.scalar(select(func.max(model.number)).where(*here)) or 0) + 1
    try:
        with session.begin_nested():
            session.add(mapper.class_(**values))
    except IntegrityError:
        step.verdict = "changed"


def _record(undoing: Undoing, actor: Actor) -> None:
    act = undoing.act
    for subject in {
        step.row.subject_id
        for step in undoing.steps
        if step.verdict == "back" and step.row.table_name == "subjects" and step.way == "restore"
    }:
        record(actor, "subject.changed", target=("subject", subject or ""), unit_code=act.unit_code)
    record(
        actor,
        "plan.undone",
        target=("plan_act", act.id),
        campaign_id=act.campaign_id,
        unit_code=act.unit_code,
        kind=act.kind,
        rows=undoing.count("back"),
        left=len(undoing.steps) - undoing.count("back"),
    )
