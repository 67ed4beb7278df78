"""Finding entries of the audit trail: by time, person, kind of act, thing, unit and words. Touches the trail; who may see what is said by access.

Kinds gather acts as an office speaks of them; an act belongs to the kind whose word it is or begins with (`visit` of `visit.accept`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, func, or_, select, type_coerce

from surveys.audit import AuditEntry
from surveys.auditing.chain import AuditLink
from surveys.database import CHINA, db

KINDS: dict[str, tuple[str, ...]] = {
    "sign_in": ("signed_in", "signed_out", "sign_in", "password_set", "password", "factor", "session", "recovery_codes"),
    "read": ("read",),
    "export": ("export", "print", "data"),
    "review": ("visit", "submission", "aside", "attendance"),
    "coding": ("finding", "headline"),
    "writing": ("report", "merge", "number"),
    "handling": ("item",),
    "lists": ("list", "assignment", "assignments", "group", "groups", "deputy", "deputies", "subject", "slip", "codes", "code", "device", "units"),
    "rights": ("role", "account", "campaign", "kind", "questionnaire", "link"),
    "system": ("audit", "backup", "guard", "erasure", "retention", "complaint", "job"),
}  # fmt: skip
NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; days are days in China, both included. `targets`: ids of things that the words for a thing stand for."""

    first: date | None = None
    last: date | None = None
    person: str = ""
    kind: str = ""
    unit: str = ""
    words: str = ""
    thing: str = ""
    targets: frozenset[str] = field(default_factory=frozenset)


class Proof(NamedTuple):
    """The place of an entry in the chain."""

    position: int
    previous: str
    hash: str


def matching(query: Select[Any], asked: Asked, *, every_kind: bool = False) -> Select[Any]:
    """The entries of `query` that are looked for."""
    conditions = [*_in_time(asked), *_by_words(asked)]
    if asked.unit:
        conditions.append(AuditEntry.unit_code == asked.unit)
    if asked.kind in KINDS and not every_kind:
        conditions.append(of_kind(asked.kind))
    return query.where(*conditions)


def of_kind(kind: str) -> ColumnElement[bool]:
    return or_(*(or_(AuditEntry.act == word, AuditEntry.act.like(f"{word}.%")) for word in KINDS[kind]))


def kind_of(act: str) -> str:
    """The kind an act belongs to; `system` where no kind names it."""
    first = act.partition(".")[0]
    return next((kind for kind, words in KINDS.items() if first in words or act in words), "system")


def counts_by_kind(query: Select[Any]) -> dict[str, int]:
    """How many of these entries there are of each kind."""
    rows = query.order_by(None).with_only_columns(AuditEntry.act, func.count()).group_by(AuditEntry.act)
    counts = dict.fromkeys(KINDS, 0)
    for act, number in db.session.execute(rows):
        counts[kind_of(act)] += number
    return counts


def proof_of(entry_id: int) -> Proof | None:
    """Where the entry stands in the chain; None while it waits for its link."""
    query = select(AuditLink.position, AuditLink.previous, AuditLink.hash).where(AuditLink.entry_id == entry_id)
    row = db.session.execute(query).first()
    return Proof(*row) if row else None


def around(visible: Select[AuditEntry], entry: AuditEntry) -> list[AuditEntry]:
    """What the same person did before and after, newest first; nothing for the program itself."""
    if entry.actor_id is None:
        return []
    same = visible.order_by(None).where(AuditEntry.actor_id == entry.actor_id)
    after = same.where(AuditEntry.id > entry.id).order_by(AuditEntry.id).limit(NEIGHBOURS)
    before = same.where(AuditEntry.id < entry.id).order_by(AuditEntry.id.desc()).limit(NEIGHBOURS)
    return [*reversed(db.session.scalars(after).all()), *db.session.scalars(before)]


def _in_time(asked: Asked) -> Iterable[ColumnElement[bool]]:
    if asked.first:
        yield AuditEntry.happened_at >= _midnight(asked.first)
    if asked.last:
        yield AuditEntry.happened_at < _midnight(asked.last + timedelta(days=1))


def _by_words(asked: Asked) -> Iterable[ColumnElement[bool]]:
    if asked.person:
        yield or_(AuditEntry.actor_name.contains(asked.person, autoescape=True), AuditEntry.actor_id == asked.person)
    if asked.thing:
        yield or_(AuditEntry.target_id == asked.thing, AuditEntry.target_id.in_(sorted(asked.targets)))
    if asked.words:
        detail = type_coerce(AuditEntry.detail, Text)
        yield or_(detail.contains(asked.words, autoescape=True), AuditEntry.act.contains(asked.words, autoescape=True))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA).astimezone(UTC)
