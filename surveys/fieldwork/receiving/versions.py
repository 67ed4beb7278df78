"""Reads the versions of a visit as a tree, with the marks each has now (receiving.md 4.2, 4.3). Touches planning.

A visit that is handed in to is read as a `Target`: plain values, so that everything that follows from it is a pure function.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from surveys.database import CHINA, db
from surveys.fieldwork.receiving.packages import is_withdrawn
from surveys.fieldwork.visits.locks import UnitLock
from surveys.fieldwork.visits.submissions import ContentPart, HeldPart, Submission
from surveys.fieldwork.visits.visits import Visit, visit_group, visit_reference
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.prepared_statements import Statement

MARKS = (
    "fork",
    "unknown_base",
    "late",
    "locked",
    "extra",
    "reassigned",
    "replaced",
    "void",
    "withdrawn",
    "clock",
    "differs",
    "unjudged",
    "bad_part",
    "spelling",
)


@dataclass(frozen=True, slots=True)
class Target:
    """The visit something is handed in to, with what its marks follow from. `versions`: how many it had then."""

    visit_id: str
    assignment_id: str | None
    group_id: str | None
    campaign_id: str
    unit_code: str
    reference: str
    head: str | None
    versions: int
    deadline: date
    starts_on: date
    as_of: datetime | None
    locked: bool
    extra: bool
    replaced: bool
    void: bool
    erased: bool

    def is_late(self, at: datetime) -> bool:
        return at.astimezone(CHINA).date() > self.deadline

    def clock_is_off(self, clock: str | None, at: datetime, sent_at: datetime | None, real_now: datetime) -> bool:
        """The phone's time is more than 10 minutes off, or `clock` lies after receipt or a day before the campaign."""
        if sent_at is not None and abs(sent_at - real_now) > timedelta(minutes=10):
            return True
        moment = read_moment(clock)
        earliest = datetime.combine(self.starts_on, time(), CHINA) - timedelta(days=1)
        return moment is None or moment > at or moment < earliest


@dataclass(frozen=True, slots=True)
class Version:
    """One version as it was received; `arrival_marks` are those that were facts of its arrival."""

    version: int
    content: str
    base: str | None
    merges: tuple[str, ...]
    package_hash: str
    outcome: str
    at: datetime
    by: str | None
    via: str
    group_id: str | None
    arrival_marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version with its marks and missing parts as of now."""

    version: int
    content: str
    base: str | None
    marks: list[str]
    missing: list[str]
    at: datetime
    by: str | None
    via: str
    outcome: str
    on_trunk: bool
    merged: bool


_LOCK = exists().where(
    UnitLock.campaign_id == Visit.campaign_id,
    UnitLock.unit_code == Visit.unit_code,
    UnitLock.unlocked_at.is_(None),
)
_NEWEST = select(func.max(Submission.version)).where(Submission.visit_id == Visit.id).scalar_subquery()
_TARGET_COLUMNS = (
    Visit.id.label("visit_id"),
    Visit.campaign_id.label("visit_campaign_id"),
    Visit.unit_code.label("visit_unit_code"),
    Visit.head.label("visit_head"),
    Visit.voided_at.label("visit_voided_at"),
    Visit.erased_at.label("visit_erased_at"),
    Assignment.id.label("assignment_id"),
    visit_group().label("visit_group_id"),
    Assignment.number.label("assignment_number"),
    Assignment.due_on.label("assignment_due_on"),
    Assignment.extra.label("assignment_extra"),
    Assignment.replaced_at.label("assignment_replaced_at"),
    Campaign.starts_on.label("campaign_starts_on"),
    Campaign.ends_on.label("campaign_ends_on"),
    Campaign.as_of.label("campaign_as_of"),
    CampaignUnit.deadline_on.label("unit_deadline_on"),
    _LOCK.label("unit_locked"),
    _NEWEST.label("newest"),
)


_UNIT = (CampaignUnit.campaign_id == Visit.campaign_id) & (CampaignUnit.unit_code == Visit.unit_code)
_TARGET = Statement(
    select(*_TARGET_COLUMNS)
    .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
    .join(Campaign, Campaign.id == Visit.campaign_id)
    .outerjoin(CampaignUnit, _UNIT)
    .where(Visit.id == bindparam("visit", type_=String))
)


def read_target(visit_id: str) -> Target | None:
    """The visit of this id with its campaign and, where it has one, its assignment; None when there is none here."""
    rows = _TARGET.rows({"visit": visit_id})
    return _target(rows[0]) if rows else None


def _target(row: Any) -> Target:
    return Target(
        visit_id=row.visit_id,
        assignment_id=row.assignment_id,
        group_id=row.visit_group_id,
        campaign_id=row.visit_campaign_id,
        unit_code=row.visit_unit_code,
        reference=visit_reference(row.visit_unit_code, row.assignment_number, row.visit_id),
        head=row.visit_head,
        versions=row.newest or 0,
        deadline=row.assignment_due_on or row.unit_deadline_on or row.campaign_ends_on,
        starts_on=row.campaign_starts_on,
        as_of=row.campaign_as_of,
        locked=bool(row.unit_locked),
        extra=bool(row.assignment_extra),
        replaced=row.assignment_replaced_at is not None,
        void=row.visit_voided_at is not None,
        erased=row.visit_erased_at is not None,
    )


def read_versions(visit_id: str) -> list[Version]:
    """Every version of a visit, in the order they came; their bytes are not read."""
    rows = db.session.execute(
        select(
            Submission.version,
            Submission.content,
            Submission.base,
            Submission.merges,
            Submission.package_hash,
            Submission.outcome,
            Submission.received_at,
            Submission.by_name,
            Submission.via,
            Submission.group_id,
            Submission.marks,
        )
        .where(Submission.visit_id == visit_id)
        .order_by(Submission.version)
    )
    return [
        Version(
            version=row.version,
            content=row.content,
            base=row.base,
            merges=tuple(row.merges or ()),
            package_hash=row.package_hash,
            outcome=row.outcome,
            at=row.received_at,
            by=row.by_name,
            via=row.via,
            group_id=row.group_id,
            arrival_marks=frozenset(row.marks or ()),
        )
        for row in rows
    ]


def trunk(versions: Iterable[Version], head: str | None) -> set[str]:
    """The contents from the first version to the head."""
    return _line(versions, [head] if head else [])


def merged(versions: Iterable[Version], head: str | None) -> set[str]:
    """The contents a desk has merged into the trunk: the forks named there, and what these were built on."""
    all_versions = list(versions)
    on_trunk = trunk(all_versions, head)
    return _line(all_versions, [fork for one in all_versions if one.content in on_trunk for fork in one.merges])


def _line(versions: Iterable[Version], ends: list[str]) -> set[str]:
    bases = {one.content: one.base for one in versions}
    contents: set[str] = set()
    for end in ends:
        step: str | None = end
        while step is not None and step in bases and step not in contents:
            contents.add(step)
            step = bases[step]
    return contents


def has_conflict(versions: Iterable[Version], head: str | None) -> bool:
    """Whether a fork waits for the desk."""
    all_versions = list(versions)
    settled_contents = trunk(all_versions, head) | merged(all_versions, head)
    return any(one.content not in settled_contents for one in all_versions)


def marks_of(version: Version, versions: list[Version], target: Target, *, withdrawn: bool) -> list[str]:
    """The marks of a version as of now, in the protocol's order."""
    contents = {one.content for one in versions}
    marks = set(version.arrival_marks) - {"fork", "unknown_base", "late", "locked"}
    facts = {
        "fork": version.content not in trunk(versions, target.head),
        "unknown_base": version.base is not None and version.base not in contents,
        "late": target.is_late(version.at),
        "locked": target.locked and "locked" in version.arrival_marks,
        "extra": target.extra,
        "reassigned": version.group_id is not None and version.group_id != target.group_id,
        "replaced": target.replaced,
        "void": target.void,
        "withdrawn": withdrawn,
    }
    marks |= {mark for mark, holds in facts.items() if holds}
    return [mark for mark in MARKS if mark in marks]


def missing_parts(visit_id: str) -> dict[str, list[str]]:
    """Content → hashes of the parts it names that are not held, by name."""
    return _missing(ContentPart.content, ContentPart.visit_id == visit_id)


def awaited_parts(visit_ids: list[str]) -> dict[str, list[str]]:
    """Visit → hashes of the parts that any of its versions names and that are not held."""
    return _missing(ContentPart.visit_id, ContentPart.visit_id.in_(visit_ids))


def _missing(by: InstrumentedAttribute[str], which: ColumnElement[bool]) -> dict[str, list[str]]:
    rows = db.session.execute(
        select(by, ContentPart.sha256)
        .outerjoin(HeldPart, HeldPart.sha256 == ContentPart.sha256)
        .where(which, HeldPart.sha256.is_(None))
        .order_by(by, ContentPart.name)
    )
    hashes_by_key: dict[str, list[str]] = {}
    for key, sha256 in rows:
        if sha256 not in hashes_by_key.setdefault(key, []):
            hashes_by_key[key].append(sha256)
    return hashes_by_key


def views_of(target: Target, versions: list[Version]) -> list[VersionView]:
    """The versions with their marks and missing parts as of now."""
    missing = missing_parts(target.visit_id)
    on_trunk, settled_contents = trunk(versions, target.head), merged(versions, target.head)
    withdrawn = {one: is_withdrawn(target.campaign_id, one) for one in {v.package_hash for v in versions}}
    return [
        VersionView(
            version=one.version,
            content=one.content,
            base=one.base,
            marks=marks_of(one, versions, target, withdrawn=withdrawn[one.package_hash]),
            missing=missing.get(one.content, []),
            at=one.at,
            by=one.by,
            via=one.via,
            outcome=one.outcome,
            on_trunk=one.content in on_trunk,
            merged=one.content in settled_contents,
        )
        for one in versions
    ]


def versions_of(visit_id: str) -> list[VersionView]:
    """The versions of a visit as of now; empty for one without, or that does not exist."""
    target = read_target(visit_id)
    return views_of(target, read_versions(visit_id)) if target else []


def read_moment(text: Any) -> datetime | None:
    """An ISO moment with its offset; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (TypeError, ValueError, OverflowError):
        return None
