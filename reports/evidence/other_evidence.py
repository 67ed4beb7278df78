"""What the figures and annexes rest on besides the submissions (其他依据): hashed when a version is frozen, hashed again by verify.

Kinds   attendances, deputies (with their levels), assignments, events, findings, codings, headlines, subjects.
Gives   `groundwork(manifest, …)`: kind → the hash of each row of that moment, and how far the audit trail had come;
        `changes`: which rows are no longer what they were, told apart: `later` were changed through the program since (the
        audit trail names them), `wrong` were not; `counts_now`: the counts worked out anew from those rows.
Later   what is added afterwards (a visit, a coding, an event), and a task replaced or made void afterwards, is no difference.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from reports.text.report_shape import Groundwork, Manifest
from surveys.audit import AuditEntry
from surveys.database import db
from surveys.fieldwork.findings.findings import Finding, FindingCoding, Headline, HeadlineFinding
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.people.deputies import Deputy, DeputyLevel
from surveys.planning.words.visit_words import fill

NAMES = {
    "attendances": ("参加{visiting}的代表", "who took part in the visits"),
    "deputies": ("代表的单位和层级", "units and levels of deputies"),
    "assignments": ("走访任务", "assignments"),
    "events": ("座谈会等活动", "events"),
    "findings": ("问题和建议", "findings"),
    "codings": ("问题和建议的归类", "codings of findings"),
    "headlines": ("归并的问题", "findings put together"),
    "subjects": ("{visited}名录", "the register of {visiteds}"),
}
# By which acts a row of a kind is changed through the program: what of it the trail names, and how.
ACTS = {
    "attendances": ("visit", ("attendance.changed",)),
    "deputies": ("deputy", ("deputy.changed", "erasure.done")),
    "findings": ("finding", ("erasure.done",)),
    "headlines": ("headline", ("headline.joined", "headline.left")),
    "subjects": ("subject", ("subject.changed", "erasure.done")),
}
COUNTED_FROM = {"assigned": "assignments", "deputies": "attendances", "persontimes": "attendances", "events": "events"}
Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of one kind that are not what they were when the version was frozen."""

    kind: str
    later: frozenset[str]
    wrong: frozenset[str]


def kind_names(kind: str) -> tuple[str, str]:
    """What the rows of a kind are called in Chinese and in English, in the words of the campaign that is spoken of."""
    zh, en = NAMES[kind]
    return fill(zh, "zh"), fill(en, "en")


def groundwork(campaign_id: str, manifest: Manifest) -> Groundwork:
    """The rows a version of this moment rests on, by kind."""
    ids = _ids(campaign_id, manifest)
    seal = db.session.scalar(select(func.max(AuditEntry.id))) or 0
    return {"seal": seal, "rows": {kind: _hashes(kind, ids[kind]) for kind in NAMES}}


def has_groundwork(manifest: Manifest) -> bool:
    """Whether a version keeps the rows it rests on; those of the first days do not."""
    return "rows" in (manifest.get("groundwork") or {})


def groundwork_of(manifest: Manifest) -> Groundwork:
    """The rows that a version keeps; it must have them (`has_groundwork`)."""
    assert "groundwork" in manifest
    return manifest["groundwork"]


def changes(manifest: Manifest) -> list[Change]:
    """The kinds of rows that changed since the version was frozen, with those rows."""
    ground = groundwork_of(manifest)
    differences = []
    for kind, rows in ground["rows"].items():
        now = _hashes(kind, list(rows))
        changed_ids = {one for one, hash_ in rows.items() if now[one] != hash_}
        if changed_ids:
            later = _audited(kind, changed_ids, ground["seal"])
            if kind == "assignments":
                later = _ended_since(changed_ids, rows) & _ended_by(changed_ids, ground["seal"])
            differences.append(Change(kind, frozenset(later), frozenset(changed_ids - later)))
    return differences


def counts_now(manifest: Manifest, later: Iterable[str] = ()) -> dict[str, dict[str, int]]:
    """Visits due, deputies, attendances and events of each unit, from the rows as they stand now.

    `later`: visits whose assignments were replaced or made void since; they were due when the version was frozen.
    """
    rows, ended_visits = groundwork_of(manifest)["rows"], set(later)
    unit_of = {one["visit"]: one["unit"] for one in manifest["submissions"]}
    attendances = [(unit_of[visit], deputy) for visit, deputy in _attendances(list(rows["attendances"]))]
    due = [
        unit
        for visit, unit, _number, _subject, replaced, void in _assignments(list(rows["assignments"]))
        if visit in ended_visits or (not void and (not replaced or visit in unit_of))
    ]
    event_units = [row[1] for row in _events(list(rows["events"]))]
    leaves = manifest["leaves"]
    units = {leaf: (leaf,) for leaf in leaves} | dict(manifest["tree"])
    units |= {"": tuple(leaves)} if "" in manifest["counts"] and not manifest["scope"] else {}
    nodes = {leaf: {leaf} for leaf in leaves} | {node: set(below) for node, below in manifest["tree"].items()}
    return {
        unit: {
            "assigned": sum(one in below for one in due),
            "deputies": len({deputy for one, deputy in attendances if one in below}),
            "persontimes": sum(one in below for one, _ in attendances),
            "events": sum(nodes.get(one, {one}) <= set(below) for one in event_units),
        }
        for unit, below in units.items()
    }


def _audited(kind: str, changed_ids: set[str], seal: int) -> set[str]:
    """Those of the changed rows that the audit trail names since the version was frozen."""
    if kind not in ACTS:
        return set()
    what, acts = ACTS[kind]
    since = select(AuditEntry.target_id).where(
        AuditEntry.id > seal, AuditEntry.target_kind == what, AuditEntry.act.in_(acts)
    )
    return {row[0] for row in _some(sorted(changed_ids), lambda some: since.where(AuditEntry.target_id.in_(some)))}


def _ended_by(changed_ids: set[str], seal: int) -> set[str]:
    """Visits that the audit trail says were made void, or whose assignment was replaced, since then."""
    since = select(AuditEntry.target_id).where(AuditEntry.id > seal)
    void = since.where(AuditEntry.act == "visit.void", AuditEntry.target_kind == "visit")
    replaced = (
        select(Assignment.visit_id)
        .join(AuditEntry, (AuditEntry.target_id == Assignment.id) & (AuditEntry.target_kind == "assignment"))
        .where(AuditEntry.id > seal, AuditEntry.act == "assignment.replaced")
    )
    some = sorted(changed_ids)
    ids = {row[0] for row in _some(some, lambda part: void.where(AuditEntry.target_id.in_(part)))}
    return ids | {row[0] for row in _some(some, lambda part: replaced.where(Assignment.visit_id.in_(part)))}


def _ended_since(changed_ids: set[str], hashes: Mapping[str, str]) -> set[str]:
    """Assignments that are what they were but for being replaced or void by now."""
    since = set()
    for *facts, replaced, void in _assignments(sorted(changed_ids)):
        before = [("", ""), *([("1", "")] if replaced else []), *([("", "1")] if void else [])]
        if (replaced or void) and any(_hash([(*facts, *ends)]) == hashes[facts[0]] for ends in before):
            since.add(facts[0])
    return since


def _hashes(kind: str, ids: Sequence[str]) -> dict[str, str]:
    """Id → the hash of its rows; of none at all where they are gone."""
    rows: dict[str, Rows] = {one: [] for one in ids}
    for row in _READ[kind](ids):
        rows[row[0]].append(row)
    return {one: _hash(lines) for one, lines in rows.items()}


def _ids(campaign_id: str, manifest: Manifest) -> dict[str, list[str]]:
    visits = sorted({one["visit"] for one in manifest["submissions"]})
    units = {*manifest["leaves"], *manifest["tree"], manifest["unit"]}
    findings = sorted(manifest["findings"])
    coding_ids = {row[0] for row in _codings_of(findings)}
    heads = select(Headline.id).where(Headline.campaign_id == campaign_id, Headline.unit_code == manifest["unit"])
    work = select(Visit.id).where(Visit.campaign_id == campaign_id, Visit.unit_code.in_(units))
    return {
        "attendances": visits,
        "deputies": sorted({deputy for _, deputy in _attendances(visits)}),
        "assignments": sorted(db.session.scalars(work)),
        "events": sorted(
            db.session.scalars(select(Event.id).where(Event.campaign_id == campaign_id, Event.unit_code.in_(units)))
        ),
        "findings": findings,
        "codings": sorted(coding_ids),
        "headlines": sorted(db.session.scalars(heads)),
        "subjects": sorted({one["subject"] for one in manifest["submissions"] if one["subject"]}),
    }


def _some(ids: Sequence[str], query: Callable[[Sequence[str]], Any]) -> Iterable[Any]:
    for start in range(0, len(ids), 400):
        yield from db.session.execute(query(ids[start : start + 400]))


def _hash(rows: Iterable[tuple[str, ...]]) -> str:
    return hashlib.sha256(json.dumps(sorted(rows), ensure_ascii=False).encode()).hexdigest()[:16]


def _texts(rows: Iterable[Any]) -> Rows:
    return [tuple("" if value is None else str(value) for value in row) for row in rows]


def _attendances(ids: Sequence[str]) -> Rows:
    rows = _some(
        ids, lambda some: select(Attendance.visit_id, Attendance.deputy_id).where(Attendance.visit_id.in_(some))
    )
    return _texts(rows)


def _deputies(ids: Sequence[str]) -> Rows:
    query = select(Deputy.id, Deputy.unit_code, DeputyLevel.level_code).outerjoin(
        DeputyLevel, DeputyLevel.deputy_id == Deputy.id
    )
    return _texts(_some(ids, lambda some: query.where(Deputy.id.in_(some))))


def _assignments(ids: Sequence[str]) -> Rows:
    """Visits with the number of their assignment, where they have one, and whether each is replaced or void."""
    query = select(
        Visit.id,
        Visit.unit_code,
        Assignment.number,
        Visit.subject_id,
        Assignment.replaced_at,
        Visit.voided_at,
    ).outerjoin(Assignment, Assignment.id == Visit.assignment_id)
    rows = _some(ids, lambda some: query.where(Visit.id.in_(some)))
    return _texts((*row[:4], *("1" if when else "" for when in row[4:])) for row in rows)


def _events(ids: Sequence[str]) -> Rows:
    query = select(Event.id, Event.unit_code, Event.kind, Event.title, Event.held_on)
    return _texts(_some(ids, lambda some: query.where(Event.id.in_(some))))


def _findings(ids: Sequence[str]) -> Rows:
    columns = ("id", "unit_code", "source", "visit_id", "kind", "text", "category", "category2", "department", "tier")
    query = select(*(getattr(Finding, name) for name in (*columns, "publication")))
    return _texts(_some(ids, lambda some: query.where(Finding.id.in_(some))))


def _codings(ids: Sequence[str]) -> Rows:
    """What each coding said; that one is undone later changes nothing of what was issued."""
    names = ("id", "finding_id", "category", "category2", "department", "tier")
    query = select(*(getattr(FindingCoding, name) for name in names))
    return _texts(_some(ids, lambda some: query.where(FindingCoding.id.in_(some))))


def _codings_of(findings: Sequence[str]) -> Rows:
    query = select(FindingCoding.id).where(FindingCoding.undone_at.is_(None))
    return _texts(_some(findings, lambda some: query.where(FindingCoding.finding_id.in_(some))))


def _headlines(ids: Sequence[str]) -> Rows:
    """The words of each, with what stands under it."""
    link = (HeadlineFinding.headline_id == Headline.id) & HeadlineFinding.undone_at.is_(None)
    query = select(Headline.id, Headline.text, HeadlineFinding.finding_id).outerjoin(HeadlineFinding, link)
    return _texts(_some(ids, lambda some: query.where(Headline.id.in_(some))))


def _subjects(ids: Sequence[str]) -> Rows:
    names = ("id", "name", "short_name", "uscc", "area_code", "section", "size_class")
    query = select(*(getattr(Subject, name) for name in names))
    return _texts(_some(ids, lambda some: query.where(Subject.id.in_(some))))


_READ: dict[str, Callable[[Sequence[str]], Rows]] = {
    "attendances": _attendances,
    "deputies": _deputies,
    "assignments": _assignments,
    "events": _events,
    "findings": _findings,
    "codings": _codings,
    "headlines": _headlines,
    "subjects": _subjects,
}
