"""What the figures and annexes rest on besides the submissions (其他依据): hashed when a version is frozen, hashed again by verify.

Kinds   attendances, deputies (with their levels), assignments, events, findings, codings, headlines, subjects.
Gives   `laid(manifest, …)`: kind → {"ids", "hash"}, the rows of that moment; `changed`: the kinds whose rows are no longer
        what they were; `counted`: the counts worked out anew from those rows.
Later   what is added afterwards (a visit, a coding, an event) is not among the ids, so it is no difference.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.attendance import Attendance
from surveys.fieldwork.events import Event
from surveys.fieldwork.findings import Finding, FindingCoding, Headline, HeadlineFinding
from surveys.fieldwork.visits import Visit
from surveys.planning.assignments import Assignment
from surveys.planning.deputies import Deputy, DeputyLevel
from surveys.planning.subjects import Subject

KEY = "groundwork"
NAMES = {
    "attendances": ("参加走访的代表", "who took part in the visits"),
    "deputies": ("代表的单位和层级", "units and levels of deputies"),
    "assignments": ("走访任务", "assignments"),
    "events": ("座谈会等活动", "events"),
    "findings": ("问题和建议", "findings"),
    "codings": ("问题和建议的归类", "codings of findings"),
    "headlines": ("归并的问题", "findings put together"),
    "subjects": ("企业名录", "the register of firms"),
}
Rows = list[tuple[str, ...]]


def laid(campaign_id: str, manifest: Mapping[str, Any], at: datetime) -> dict[str, dict[str, Any]]:
    """The rows a version of this moment rests on, by kind."""
    ids = _ids(campaign_id, manifest)
    return {kind: {"ids": ids[kind], "hash": _hash(_READ[kind](ids[kind], at))} for kind in NAMES}


def changed(manifest: Mapping[str, Any]) -> list[str]:
    """The kinds whose rows are not what they were when the version was frozen."""
    at = datetime.fromisoformat(manifest["frozen_at"])
    return [kind for kind, kept in manifest[KEY].items() if _hash(_READ[kind](kept["ids"], at)) != kept["hash"]]


def counted(manifest: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Visits due, deputies, attendances and events of each unit, from the rows as they stand now."""
    at, kept = datetime.fromisoformat(manifest["frozen_at"]), manifest[KEY]
    unit_of = {one["visit"]: one["unit"] for one in manifest["submissions"]}
    went = [(unit_of[visit], deputy) for visit, deputy in _attendances(kept["attendances"]["ids"], at)]
    due = [
        unit
        for visit, unit, _number, _subject, replaced, void in _assignments(kept["assignments"]["ids"], at)
        if not void and (not replaced or visit in unit_of)
    ]
    held = [row[1] for row in _events(kept["events"]["ids"], at)]
    leaves = manifest["leaves"]
    wanted = {leaf: (leaf,) for leaf in leaves} | dict(manifest["tree"])
    wanted |= {"": tuple(leaves)} if "" in manifest["counts"] and not manifest["scope"] else {}
    nodes = {leaf: {leaf} for leaf in leaves} | {node: set(below) for node, below in manifest["tree"].items()}
    return {
        unit: {
            "assigned": sum(one in below for one in due),
            "deputies": len({deputy for one, deputy in went if one in below}),
            "persontimes": sum(one in below for one, _ in went),
            "events": sum(nodes.get(one, {one}) <= set(below) for one in held),
        }
        for unit, below in wanted.items()
    }


def _ids(campaign_id: str, manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    visits = sorted({one["visit"] for one in manifest["submissions"]})
    units = {*manifest["leaves"], *manifest["tree"], manifest["unit"]}
    findings = sorted(manifest["findings"])
    coded = {row[0] for row in _codings_of(findings)}
    heads = select(Headline.id).where(Headline.campaign_id == campaign_id, Headline.unit_code == manifest["unit"])
    mine = Assignment.campaign_id == campaign_id
    return {
        "attendances": visits,
        "deputies": sorted({deputy for _, deputy in _attendances(visits, None)}),
        "assignments": sorted(
            db.session.scalars(select(Assignment.visit_id).where(mine, Assignment.unit_code.in_(units)))
        ),
        "events": sorted(
            db.session.scalars(select(Event.id).where(Event.campaign_id == campaign_id, Event.unit_code.in_(units)))
        ),
        "findings": findings,
        "codings": sorted(coded),
        "headlines": sorted(db.session.scalars(heads)),
        "subjects": sorted({one["subject"] for one in manifest["submissions"] if one["subject"]}),
    }


def _some(ids: Sequence[str], query: Callable[[Sequence[str]], Any]) -> Iterable[Any]:
    for start in range(0, len(ids), 400):
        yield from db.session.execute(query(ids[start : start + 400]))


def _hash(rows: Rows) -> str:
    return hashlib.sha256(json.dumps(sorted(rows), ensure_ascii=False).encode()).hexdigest()


def _texts(rows: Iterable[Any]) -> Rows:
    return [tuple("" if value is None else str(value) for value in row) for row in rows]


def _attendances(ids: Sequence[str], _at: datetime | None) -> Rows:
    rows = _some(
        ids, lambda some: select(Attendance.visit_id, Attendance.deputy_id).where(Attendance.visit_id.in_(some))
    )
    return _texts(rows)


def _deputies(ids: Sequence[str], _at: datetime) -> Rows:
    query = select(Deputy.id, Deputy.unit_code, DeputyLevel.level_code).outerjoin(
        DeputyLevel, DeputyLevel.deputy_id == Deputy.id
    )
    return _texts(_some(ids, lambda some: query.where(Deputy.id.in_(some))))


def _assignments(ids: Sequence[str], at: datetime) -> Rows:
    """With whether each was replaced or void at that moment: what is replaced later changes nothing."""
    query = select(
        Visit.id,
        Assignment.unit_code,
        Assignment.number,
        Assignment.subject_id,
        Assignment.replaced_at,
        Visit.voided_at,
    ).join(Visit, Visit.assignment_id == Assignment.id)
    found = _some(ids, lambda some: query.where(Visit.id.in_(some)))
    return _texts((*row[:4], *("1" if when and when <= at else "" for when in row[4:])) for row in found)


def _events(ids: Sequence[str], _at: datetime) -> Rows:
    query = select(Event.id, Event.unit_code, Event.kind, Event.title, Event.held_on)
    return _texts(_some(ids, lambda some: query.where(Event.id.in_(some))))


def _findings(ids: Sequence[str], _at: datetime) -> Rows:
    columns = ("id", "unit_code", "source", "visit_id", "kind", "text", "category", "category2", "department", "tier")
    query = select(*(getattr(Finding, name) for name in (*columns, "publication")))
    return _texts(_some(ids, lambda some: query.where(Finding.id.in_(some))))


def _codings(ids: Sequence[str], _at: datetime) -> Rows:
    """What each coding said; that one is undone later changes nothing of what was issued."""
    names = ("id", "finding_id", "category", "category2", "department", "tier")
    query = select(*(getattr(FindingCoding, name) for name in names))
    return _texts(_some(ids, lambda some: query.where(FindingCoding.id.in_(some))))


def _codings_of(findings: Sequence[str]) -> Rows:
    query = select(FindingCoding.id).where(FindingCoding.undone_at.is_(None))
    return _texts(_some(findings, lambda some: query.where(FindingCoding.finding_id.in_(some))))


def _headlines(ids: Sequence[str], at: datetime) -> Rows:
    query = select(
        Headline.id, Headline.text, HeadlineFinding.finding_id, HeadlineFinding.joined_at, HeadlineFinding.undone_at
    )
    query = query.outerjoin(HeadlineFinding, HeadlineFinding.headline_id == Headline.id)
    found = _some(ids, lambda some: query.where(Headline.id.in_(some)))
    return _texts(row[:3] for row in found if (row[3] is None or row[3] <= at) and (row[4] is None or row[4] > at))


def _subjects(ids: Sequence[str], _at: datetime) -> Rows:
    names = ("id", "name", "short_name", "uscc", "area_code", "section", "size_class")
    query = select(*(getattr(Subject, name) for name in names))
    return _texts(_some(ids, lambda some: query.where(Subject.id.in_(some))))


_READ: dict[str, Callable[[Sequence[str], datetime], Rows]] = {
    "attendances": _attendances,
    "deputies": _deputies,
    "assignments": _assignments,
    "events": _events,
    "findings": _findings,
    "codings": _codings,
    "headlines": _headlines,
    "subjects": _subjects,
}
