"""核对记录: the audit trail held against its chain, from the first link to the last. Reads; links what waits first.

Gives   a `Verification`: how much was checked, the newest link, and the first row that does not follow, if there is one.
Anchors heads that were written down elsewhere (report manifests, backups): position and hash. Without one the end of the chain could
        be cut off, or all of it made anew, and nothing would tell.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from surveys.audit import AuditEntry, is_sealed
from surveys.auditing import chain
from surveys.auditing.chain import START, AuditLink, Head
from surveys.database import count_of, db
from surveys.keys import instance_keys
from surveys.questionnaire.sheets.bilingual import Kind, Text, Wording

CHUNK = 1000
# How long a transaction that writes an entry may stay open: an older entry that had no link when others were linked was put in later.
LONGEST_TRANSACTION = timedelta(hours=1)
_RESTORE = Text(
    "请保留现场，用最近一次备份对照这一条，并报告分管领导。",
    "Leave everything as it is, hold this row against the latest backup, and report it.",
)
Progress = Callable[[int, int], None]  # rows checked, all


class BreakKind(Kind):
    """What does not follow."""

    CHANGED = Wording(
        Text(
            "第{position}条（编号{entry}）被改过：内容和登记时的摘要不符。",
            "Row {position} (entry {entry}) was changed: it is not what was hashed.",
        ),
        _RESTORE,
    )
    REMOVED = Wording(
        Text("第{position}条（编号{entry}）不见了。", "Row {position} (entry {entry}) is gone."), _RESTORE
    )
    LINK_REMOVED = Wording(Text("第{position}条的链接不见了。", "The link of row {position} is gone."), _RESTORE)
    LINK_CHANGED = Wording(
        Text(
            "第{position}条（编号{entry}）接不上前一条：链接被改过。",
            "Row {position} (entry {entry}) does not follow the one before: its link was changed.",
        ),
        _RESTORE,
    )
    PUT_IN = Wording(
        Text(
            "第{position}条（编号{entry}）是后来插进去的：它写着{at}，当时并没有这一条。",
            "Row {position} (entry {entry}) was put in later: it is dated {at}, when there was no such row.",
        ),
        _RESTORE,
    )
    NOT_SEALED = Wording(
        Text(
            "第{position}条（编号{entry}）不是程序写下的：封印不对，是在数据库里添进去或改过的。",
            "Row {position} (entry {entry}) was not written by the program: its seal does not fit, it was put in or changed in the database.",
        ),
        _RESTORE,
    )
    REPLACED = Wording(
        Text(
            "第{position}条（编号{entry}）记着它之前的第{before}条，现在的第{before}条是另一条：之前的记录被删改后重新连过。",
            "Row {position} (entry {entry}) remembers row {before} before it, which is another one now: the trail before it was cut or changed and linked anew.",
        ),
        _RESTORE,
    )
    HEAD_DIFFERS = Wording(
        Text(
            "第{position}条和{where}上印的链尾不符：这一条或它之前的记录被整段换过。",
            "Row {position} is not the head written down in {where}: it, or the trail before it, was replaced.",
        ),
        _RESTORE,
    )
    HEAD_MISSING = Wording(Text("{where}上印着第{position}条，现在没有这一条：后面的记录被截掉了。", "{where} names row {position}, which is not there: the end of the trail was cut off."), _RESTORE)  # fmt: skip


class Break(NamedTuple):
    """The first row that does not follow."""

    kind: BreakKind
    position: int
    entry: int | None
    facts: Mapping[str, Any]

    def words(self, part: str, language: str) -> str:
        """Its `cause` or `remedy` in a language."""
        text: Text = getattr(self.kind.value, part)
        facts = {"position": self.position, "entry": self.entry, **self.facts}
        return (text.zh if language.startswith("zh") else text.en).format(**facts)


class Anchor(NamedTuple):
    """A head that was written down elsewhere, and where."""

    position: int
    hash: str
    where: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the whole trail gave."""

    checked: int
    head: Head | None
    anchors: int
    broken: Break | None
    at: datetime

    @property
    def is_sound(self) -> bool:
        return self.broken is None

    def as_json(self) -> dict[str, Any]:
        broken = self.broken and {
            "kind": self.broken.kind.code,
            "position": self.broken.position,
            "entry": self.broken.entry,
            "cause": self.broken.words("cause", "en"),
        }
        return {
            "sound": self.is_sound,
            "checked": self.checked,
            "head": self.head and self.head.as_json(),
            "anchors": self.anchors,
            "first_break": broken,
            "at": self.at.isoformat(timespec="seconds"),
        }


class _Row(NamedTuple):
    """A link with its entry, None where that is gone; the position that the entry remembers, and the head that stands there now."""

    link: Any
    entry: dict[str, Any] | None
    remembered: int | None = None
    head_there: str | None = None


def verify(anchors: Iterable[Anchor] = (), progress: Progress = lambda done, whole: None) -> Verification:
    """Check every link and entry. Never raises for what is wrong with the trail: it says so."""
    chain.link_new(everywhere=True)
    known = sorted(anchors)
    whole, checked, place = count_of(select(AuditLink.position)), 0, _Place()
    for row in _rows():
        broken = place.break_at(row) or _against(known, row)
        if broken:
            return Verification(checked, chain.head(), len(known), broken, datetime.now(UTC))
        checked += 1
        if checked % CHUNK == 0:
            progress(checked, whole)
    progress(checked, whole)
    cut = next((one for one in known if one.position > checked), None)
    broken = Break(BreakKind.HEAD_MISSING, cut.position, None, {"where": cut.where}) if cut else None
    return Verification(checked, chain.head(), len(known), broken, datetime.now(UTC))


class _Place:
    """How far the check has come: position and hash of the row before, and when the links before it were made."""

    def __init__(self) -> None:
        self.position, self.hash = 0, START
        self.linked_at: datetime | None = None  # of the newest link
        self.earlier: datetime | None = None  # of the newest link that was made in a turn before that one
        self.keys = instance_keys()
        self.sealed = False  # an entry with a seal has come: from here on each has one
        self.seals: set[Any] = set()
        self.twice = set(db.session.scalars(select(AuditEntry.seal).group_by(AuditEntry.seal).having(func.count() > 1)))

    def break_at(self, row: _Row) -> Break | None:
        """What is wrong with the next row; where nothing is, the check has come to it."""
        link, entry = row.link, row.entry
        position = self.position + 1
        if link.position != position:
            return Break(BreakKind.LINK_REMOVED, position, None, {})
        if entry is None:
            return Break(BreakKind.REMOVED, position, link.entry_id, {})
        if link.linked_at != self.linked_at:
            self.earlier, self.linked_at = self.linked_at, link.linked_at
        if link.previous != self.hash:
            return Break(BreakKind.LINK_CHANGED, position, link.entry_id, {})
        if link.hash != chain.hash_of(position, self.hash, link.linked_at, entry):
            return Break(BreakKind.CHANGED, position, link.entry_id, {})
        if self._is_put_in(entry["recorded_at"]):
            at = (entry["recorded_at"] or entry["happened_at"]).isoformat(timespec="seconds")
            return Break(BreakKind.PUT_IN, position, link.entry_id, {"at": at})
        if not self._is_ours(entry):
            return Break(BreakKind.NOT_SEALED, position, link.entry_id, {})
        if row.remembered is not None and (row.remembered >= position or entry["head_before"] != row.head_there):
            return Break(BreakKind.REPLACED, position, link.entry_id, {"before": row.remembered})
        self.position, self.hash = position, link.hash
        return None

    def _is_ours(self, entry: Mapping[str, Any]) -> bool:
        """Sealed by this instance, once; what was written before there were seals has none and stands before all that has one."""
        seal = entry["seal"]
        if seal is None and not self.sealed:
            return True
        self.sealed = True
        if seal is not None and seal in self.twice:
            if seal in self.seals:
                return False
            self.seals.add(seal)
        return is_sealed(entry, self.keys)

    def _is_put_in(self, recorded_at: datetime | None) -> bool:
        """What the first turn linked may be from before there was a chain; afterwards an entry is linked soon after it is written."""
        return self.earlier is not None and (recorded_at is None or recorded_at < self.earlier - LONGEST_TRANSACTION)


def _against(anchors: list[Anchor], row: _Row) -> Break | None:
    for anchor in anchors:
        if anchor.position == row.link.position and anchor.hash != row.link.hash:
            return Break(BreakKind.HEAD_DIFFERS, anchor.position, row.link.entry_id, {"where": anchor.where})
    return None


def _rows() -> Iterator[_Row]:
    """Every link in order, with its entry."""
    after, entries = 0, AuditEntry.__table__
    while True:
        query = select(AuditLink.__table__).where(AuditLink.position > after).order_by(AuditLink.position).limit(CHUNK)
        links = db.session.execute(query).all()
        if not links:
            return
        ids = [link.entry_id for link in links]
        rows = db.session.execute(select(entries).where(entries.c.id.in_(ids)))
        by_id = {row.id: dict(row._mapping) for row in rows}
        yield from _with_heads([(link, by_id.get(link.entry_id)) for link in links])
        after = links[-1].position


def _with_heads(rows: list[tuple[Any, dict[str, Any] | None]]) -> Iterator[_Row]:
    """Rows with the head that each remembers, and what stands at that position now."""
    remembered = [
        int(entry["head_before"].partition(":")[0]) if entry and entry["head_before"] else None for _, entry in rows
    ]
    places = sorted({one for one in remembered if one is not None})
    query = select(AuditLink.position, AuditLink.hash).where(AuditLink.position.in_(places))
    there = {position: f"{position}:{own}" for position, own in db.session.execute(query)} if places else {}
    for (link, entry), before in zip(rows, remembered, strict=True):
        yield _Row(link, entry, before, there.get(before) if before is not None else None)
