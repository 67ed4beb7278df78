"""How one kind of place holds something of a person or firm: shown, copied out, erased. Touches the tables it is given alone.

A place is entered once, in `places.HERE` or, of later rooms, by a function in `app.extensions["personal_data"]`. Its `ends` says what becomes of it:
`goes`; `count` (the row stays and names nobody); `words` (the names are taken out of what stays); what is not erased says why on the
page: `sealed`, `trail`, `office`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    delete,
    false,
    func,
    inspect,
    or_,
    select,
    true,
    type_coerce,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from surveys.audit import Actor, record
from surveys.database import CHINA, Base, db
from surveys.personal_data.redaction import GONE, without_in

CORRECTED = "erasure.corrected"  # the entry of a text in which somebody was put right
ACT = "erasure.done"


@dataclass(frozen=True, slots=True)
class About:
    """Of whom: `kind` is subject, contact (the people of a firm alone), deputy or term (visits alone).

    In their own `visits` each of their `terms` counts; in what else their `units` hold, and in later rooms, those that stand for
    nothing else (`sure`).
    """

    kind: str
    id: str
    visits: tuple[str, ...]
    units: frozenset[str] = frozenset()
    terms: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()


class Place(NamedTuple):
    """What one kind of place holds: how many things, a few of them by name, what becomes of them."""

    kind: str
    number: int
    names: tuple[str, ...] = ()
    ends: str = "goes"


class DataSource(Protocol):
    """What every source does. `copies` gives what these units hold as plain rows by kind; `erase` runs inside `writing()`."""

    def copies(self, about: About, units: Collection[str]) -> dict[str, list[dict[str, Any]]]: ...

    def erase(self, about: About, actor: Actor) -> Mapping[str, int]: ...


@runtime_checkable
class NamingSource(DataSource, Protocol):
    """A source that says itself what it holds, some of it by name."""

    def places(self, about: About) -> list[Place]: ...


class Counted(DataSource, Protocol):
    """A source of which a number is enough: all of them are counted with one statement. None: it holds nothing of this kind of one."""

    @property
    def kind(self) -> str: ...

    @property
    def ends(self) -> str: ...

    def counting(self, about: About) -> Select[int] | None: ...


Source = NamingSource | Counted


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that belong to one by an id. What `goes` is deleted here; the register, versions and files are erased in `erasing`."""

    kind: str
    model: Any
    which: Callable[[About], ColumnElement[bool] | None]
    ends: str = "goes"
    unit: Any = None  # the unit that holds a row; none: whoever may open the page
    shown: Callable[[Any, About], dict[str, Any]] = lambda row, _: plain_row(row)

    def counting(self, about: About) -> Select[int] | None:
        which = self.which(about)
        return None if which is None else select(func.count()).select_from(self.model).where(which)

    def copies(self, about: About, units: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        which = self.which(about)
        if which is None:
            return {}
        query = select(self.model).where(which, held_by(self.unit, units))
        return {self.kind: [self.shown(row, about) for row in db.session.scalars(query)]}

    def erase(self, about: About, actor: Actor) -> Mapping[str, int]:
        which = self.which(about)
        if self.ends != "goes" or which is None:
            return {}
        return {self.kind: changed(delete(self.model).where(which))}


@dataclass(frozen=True, slots=True)
class Words:
    """Texts that somebody wrote and in which one may be named: `columns` of a table, texts or plain data."""

    kind: str
    model: Any
    columns: tuple[InstrumentedAttribute[Any], ...]
    visit: Any = None  # the visit a row is about
    unit: Any = None  # the unit that holds it
    everywhere: bool = False  # looked for in every unit: a report above names whom the ones below named
    desk: bool = False  # the desk's words on a firm's visit: they go as a whole with the firm
    target: str = ""  # a thing of the trail: each one that is changed has its entry

    @property
    def ends(self) -> str:
        return "words"

    def counting(self, about: About) -> Select[int] | None:
        return select(func.count()).select_from(self.model).where(self._which(about))

    def copies(self, about: About, units: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        query = select(self.model).where(self._which(about), held_by(self.unit, units))
        return {self.kind: [self._shown(row, about) for row in db.session.scalars(query)]}

    def erase(self, about: About, actor: Actor) -> Mapping[str, int]:
        def rest(value: Any, names: Collection[str], whole: bool = False) -> Any:
            return GONE if whole and value else without_in(value, names)

        return self.rewrite(about, actor, rest, act=ACT)

    def rewrite(
        self, about: About, actor: Actor, change: Callable[..., Any], act: str = CORRECTED
    ) -> Mapping[str, int]:
        """Each text as `change(text, names)` gives it; `whole=True` besides where an erased firm's row goes as a whole."""
        keys = inspect(self.model).primary_key
        done = 0
        for row in db.session.execute(select(*keys, *self.columns).where(self._which(about))).all():
            key, texts = row[: len(keys)], row[len(keys) :]
            is_own = self._is_own(key, about)
            whole = {"whole": True} if act == ACT and self.desk and about.kind == "subject" and is_own else {}
            rest = [change(one, about.terms if is_own else about.sure, **whole) for one in texts]
            if rest == list(texts):
                continue
            its_own = and_(*(column == value for column, value in zip(keys, key, strict=True)))
            values = {column.key: value for column, value in zip(self.columns, rest, strict=True)}
            changed(update(self.model).where(its_own).values(values))
            done += 1
            if self.target:
                record(actor, act, target=(self.target, key[0]))
        db.session.expire_all()
        return {self.kind: done}

    def _is_own(self, key: Any, about: About) -> bool:
        if self.visit is None:
            return False
        return db.session.scalar(select(self.visit).where(inspect(self.model).primary_key[0] == key[0])) in about.visits

    def _which(self, about: About) -> ColumnElement[bool]:
        elsewhere = named(self.columns, about.sure)
        if self.unit is not None and not self.everywhere:
            elsewhere = and_(elsewhere, or_(self.unit.is_(None), self.unit.in_(about.units)))
        if self.visit is None:
            return elsewhere
        own = self.visit.in_(about.visits)
        written = or_(*(column.is_not(None) for column in self.columns))
        return or_(and_(own, written if about.kind == "subject" else named(self.columns, about.terms)), elsewhere)

    def _shown(self, row: Any, about: About) -> dict[str, Any]:
        if all(isinstance(getattr(row, column.key), str | None) for column in self.columns):
            return plain_row(row)
        parts = [one for column in self.columns for one in passages(getattr(row, column.key), about.terms)]
        return {"id": str(inspect(row).identity[0]), "passages": parts}


def held_by(unit: Any, units: Collection[str]) -> ColumnElement[bool]:
    """Rows that these units hold; what belongs to no unit lies with the office above all of them."""
    return true() if unit is None else unit.in_(units)


def named(columns: Collection[Any], names: Collection[str]) -> ColumnElement[bool]:
    """Where one of these names stands in one of the columns."""
    conditions = [type_coerce(column, Text).contains(name, autoescape=True) for column in columns for name in names]
    return or_(*conditions) if conditions else false()


def passages(value: Any, names: Collection[str]) -> Iterator[str]:
    """The texts within plain data in which one of these names stands."""
    if isinstance(value, str):
        if any(name in value for name in names):
            yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from passages(one, names)


def plain_row(row: Base, *without: str) -> dict[str, Any]:
    """A row as plain values; bytes, hashes of tokens and keys are told elsewhere or not at all."""
    left_out = {
        "body",
        "judged",
        "token",
        "token_hash",
        "code_hash",
        "password",
        "fs_uniquifier",
        "secret",
        "public_key",
        *without,
    }
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in left_out}
    return {key: _plain(value) for key, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(CHINA).isoformat(timespec="seconds")
    return value if isinstance(value, str | int | float | bool | list | dict) else str(value)


def changed(statement: Any) -> int:
    """How many rows a statement changed."""
    return db.session.execute(statement, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined]
