"""名单: compares an imported list with the register and the other lists, and writes its good rows.

Touches subject_imports, subjects, campaigns.

`check_subjects` adds the faults only the register shows; `commit_subjects` writes the good rows: new subjects enter the
register, known ones (same credit code, or same name and district where there is none) are completed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from surveys.audit import SYSTEM, Actor, record
from surveys.database import db, utc_now, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.participation import open_leaf
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.campaigns.units import UnitTree, registers_in_turn, unit_tree
from surveys.planning.forms.form_checks import form_in_force, refused_values
from surveys.planning.imports.import_faults import ImportFaultKind
from surveys.planning.imports.imports import SKIP, Preview, Row
from surveys.planning.words.planning_faults import Refusal, RefusalKind
from surveys.questionnaire.sheets.faults import Text

Kind = ImportFaultKind


@dataclass
class ImportedSubjects:
    """What a commit wrote."""

    entries: list[ListEntry] = field(default_factory=list)
    added: int = 0  # new in the register
    known: int = 0  # already in the register, completed


# --- against the register ------------------------------------------------------------------------------------------


def check_subjects(preview: Preview, campaign: Campaign, unit_code: str) -> Preview:
    """Add what only the register and the campaign's lists show. Sets `row.values["known"]`: the subject's id or None."""
    if preview.broken:
        return preview
    tree = unit_tree()
    subject_by_identity = _known_subjects(preview)
    entries_by_subject = _listed(campaign, [subject.id for subject in subject_by_identity.values()])
    for row in preview.rows:
        subject = subject_by_identity.get(_identity(row))
        row.values["known"] = subject.id if subject else None
        if row.values["area_code"] not in (None, unit_code) and tree[unit_code].tier == "district":
            areas = Text(tree[row.values["area_code"]].name, tree[row.values["area_code"]].label("en"))
            preview.add(
                Kind.OTHER_DISTRICT,
                row,
                "district",
                area=areas,
                unit=Text(tree[unit_code].name, tree[unit_code].label("en")),
            )
        if subject is None:
            continue
        if subject.name != row.values["name"]:
            preview.add(Kind.NAME_DIFFERS, row, "name", known=subject.name)
        _list_faults(preview, row, entries_by_subject.get(subject.id, []), unit_code, tree)
    form = form_in_force(campaign)
    faulty = preview.faulty
    good = [row for row in preview.rows if row.number not in faulty and row.values.get("form") != form]
    for row, refusals in zip(good, refused_values(campaign, (row.values for row in good)), strict=True):
        row.values["form"] = form  # which was asked: the same is not asked again
        for key, words in refusals.items():
            field_key = "district" if key == "area_code" else key
            preview.add(Kind.FORM_REFUSES, row, field_key, value=row.texts.get(field_key, ""), words=words)
    return preview


def _identity(row: Row) -> tuple[str, ...]:
    """What makes a row the same subject as one of the register: the code, else name and district."""
    values = row.values
    return (values["uscc"],) if values["uscc"] else (values["name"], values["area_code"] or "")


def _known_subjects(preview: Preview) -> dict[tuple[str, ...], Subject]:
    codes = [row.values["uscc"] for row in preview.rows if row.values["uscc"]]
    names = [row.values["name"] for row in preview.rows if not row.values["uscc"]]
    subject_by_identity: dict[tuple[str, ...], Subject] = {}
    for part in _parts(codes):
        for subject in db.session.scalars(select(Subject).where(Subject.uscc.in_(part))):
            subject_by_identity[(subject.uscc or "",)] = subject
    for part in _parts(names):
        query = select(Subject).where(Subject.name.in_(part), Subject.uscc.is_(None))
        for subject in db.session.scalars(query):
            subject_by_identity[(subject.name, subject.area_code or "")] = subject
    return {identity: _standing(subject) for identity, subject in subject_by_identity.items()}


def _standing(subject: Subject) -> Subject:
    """The subject that one stands for: what was merged into another is that one."""
    for _step in range(10):
        if subject.merged_into is None:
            break
        subject = db.session.get_one(Subject, subject.merged_into)
    return subject


def _parts(values: list[str], size: int = 500) -> Iterable[list[str]]:
    """Portions small enough for every engine's limit of parameters."""
    return (values[start : start + size] for start in range(0, len(values), size))


def _listed(campaign: Campaign, subject_ids: list[str]) -> dict[str, list[ListEntry]]:
    entries_by_subject: dict[str, list[ListEntry]] = {}
    for part in _parts(subject_ids):
        query = select(ListEntry).where(ListEntry.campaign_id == campaign.id, ListEntry.subject_id.in_(part))
        for entry in db.session.scalars(query):
            entries_by_subject.setdefault(entry.subject_id, []).append(entry)
    return entries_by_subject


def _list_faults(preview: Preview, row: Row, entries: list[ListEntry], unit_code: str, tree: UnitTree) -> None:
    own = next((entry for entry in entries if entry.unit_code == unit_code), None)
    if own:
        preview.add(Kind.ALREADY_ON_LIST, row, "name", repair=SKIP, number=f"{own.number:04d}")
    elif entries and not row.values["overlap_reason"]:
        other = tree[entries[0].unit_code]
        preview.add(
            Kind.ON_ANOTHER_LIST,
            row,
            "overlap_reason" if any(use.key == "overlap_reason" for use in preview.columns) else "uscc",
            unit=Text(other.name, other.label("en")),
            number=f"{entries[0].number:04d}",
        )


# --- writing -------------------------------------------------------------------------------------------------------


def commit_subjects(
    preview: Preview, campaign: Campaign, unit_code: str, *, actor: Actor = SYSTEM, kind: str = "enterprise"
) -> ImportedSubjects:
    """Write the good rows to the register and the leaf's list, main places before reserves. Raises Refusal."""
    with writing() as session:
        registers_in_turn()
        open_leaf(campaign, unit_code)
        preview = check_subjects(_without_faults_of_before(preview, campaign), campaign, unit_code)
        if not preview.good:
            raise Refusal(RefusalKind.NOTHING_TO_IMPORT)
        result, subject_by_identity = ImportedSubjects(), _known_subjects(preview)
        last = session.scalar(
            select(func.max(ListEntry.number)).where(
                ListEntry.campaign_id == campaign.id, ListEntry.unit_code == unit_code
            )
        )
        rows = sorted(preview.good, key=lambda row: row.values["reserve"])
        for number, row in enumerate(rows, (last or 0) + 1):
            subject = subject_by_identity.get(_identity(row))
            if subject is None:
                subject = Subject(kind=kind, created_at=utc_now(), flags=[])
                session.add(subject)
                result.added += 1
            else:
                result.known += 1
            _fill(subject, row.values)
            if subject.id is not None and session.is_modified(subject):
                record(actor, "subject.changed", target=("subject", subject.id), unit_code=unit_code, file=preview.file)
            entry = ListEntry(
                campaign=campaign,
                unit_code=unit_code,
                subject=subject,
                number=number,
                reserve=row.values["reserve"],
                overlap_reason=row.values["overlap_reason"],
                added_at=utc_now(),
            )
            session.add(entry)
            result.entries.append(entry)
        session.flush()
        record(
            actor,
            "list.imported",
            target=("campaign", campaign.id),
            campaign_id=campaign.id,
            unit_code=unit_code,
            file=preview.file,
            rows=len(rows),
            faulty=len(preview.faulty),
        )
        return result


def _without_faults_of_before(preview: Preview, campaign: Campaign) -> Preview:
    """The preview without what is asked again in the transaction: the register, and the form where there is another by now."""
    form = form_in_force(campaign)
    row_numbers = {row.number for row in preview.rows if form and row.values.get("form") == form}
    rechecked_kinds = {
        Kind.ALREADY_ON_LIST,
        Kind.ON_ANOTHER_LIST,
        Kind.OTHER_DISTRICT,
        Kind.NAME_DIFFERS,
    }
    preview.faults = [
        fault
        for fault in preview.faults
        if fault.kind not in rechecked_kinds and (fault.kind is not Kind.FORM_REFUSES or fault.row in row_numbers)
    ]
    preview.warnings = [fault for fault in preview.warnings if fault.kind not in rechecked_kinds]
    return preview


def _fill(subject: Subject, values: dict[str, Any]) -> None:
    """A new subject takes everything; a known one is completed and keeps its name and code."""
    if subject.removed_at is not None:
        subject.removed_at = None
    if not subject.name:
        subject.name, subject.uscc = values["name"], values["uscc"]
    for key in (
        "short_name",
        "area_code",
        "town",
        "address",
        "section",
        "division",
        "size_class",
        "control",
        "staff",
        "revenue",
        "founded",
        "contact",
        "contact_phone",
    ):
        if values[key] is not None:
            setattr(subject, key, values[key])
    if values["flags"]:
        subject.flags = sorted({*(subject.flags or []), *values["flags"]})
