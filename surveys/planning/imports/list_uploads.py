"""An uploaded list, read once and kept as rows: the pages about it and the import use these rows.

An upload names campaign, leaf, kind and file, one for a register the register and the unit whose rows it may hold; a reading is that file under what a person said of it (columns, mended cells, rows
left out), each once. A large file is read, and its rows are written, by the worker. Touches jobs, the file store, the imports.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys import event_log, jobs
from surveys.audit import Actor
from surveys.database import Id, Line, add_once, db, in_turn, utc_now, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.plan_acts import acting
from surveys.planning.campaigns.registers import Register, register_of
from surveys.planning.campaigns.units import registers_in_turn
from surveys.planning.imports import deputy_imports, group_imports, register_imports, subject_imports, subject_lists
from surveys.planning.imports.import_faults import ImportFault, ImportFaultKind
from surveys.planning.imports.imports import SKIP, ColumnUse, Field, Preview, Row
from surveys.planning.imports.tables import Cell
from surveys.planning.words.planning_faults import Refusal
from surveys.questionnaire.sheets.faults import Text

READ_LIST, WRITE_LIST = "read-list", "write-list"
LARGE_FILE = 40_000  # bytes: some 500 rows; what is smaller is read while the page waits
LARGE_LIST = 500  # rows
KEEPING_TIME = timedelta(days=7)  # names and telephones of a list that was looked at
PORTION = 500  # rows in one statement
PLACES = 20  # rows and values that a fault of many rows names

FIELDS: dict[str, tuple[Field, ...]] = {
    "subjects": subject_imports.FIELDS,
    "deputies": deputy_imports.FIELDS,
    "groups": group_imports.FIELDS,
}
READERS: dict[str, Callable[..., Preview]] = {
    "subjects": subject_imports.read_subjects,
    "deputies": deputy_imports.read_deputies,
    "groups": group_imports.read_groups,
}


class ListUpload(db.Model):
    """A file that somebody wants to import. `outcome`: what the import wrote, once it is `imported_at`."""

    __tablename__ = "list_uploads"

    id: Mapped[Id]
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id"), index=True)  # none: for a register
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    kind: Mapped[str] = mapped_column(
        String(20)
    )  # subjects, deputies, groups; without a campaign the key of a register
    file_name: Mapped[str] = mapped_column(Line(100))
    file: Mapped[str] = mapped_column(String(64))  # its SHA-256 in the store
    size: Mapped[int]
    uploaded_at: Mapped[datetime] = mapped_column(index=True)
    uploaded_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    imported_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None]
    campaign: Mapped[Campaign | None] = relationship()

    @property
    def register(self) -> Register | None:
        """The register it is for, where it belongs to no campaign."""
        return register_of(self.kind) if self.campaign_id is None else None

    def fields(self) -> tuple[Field, ...]:
        register = self.register
        return register_imports.fields_of(register) if register is not None else FIELDS[self.kind]


class ListReading(db.Model):
    """What was read of an upload under what was said of it. `head`: the sheet, its columns, faults of the whole, counts."""

    __tablename__ = "list_readings"
    __table_args__ = (UniqueConstraint("upload_id", "said_hash"),)

    id: Mapped[Id]
    upload_id: Mapped[str] = mapped_column(ForeignKey("list_uploads.id"))
    said_hash: Mapped[str] = mapped_column(String(64))
    said: Mapped[dict[str, Any]]
    read_at: Mapped[datetime | None]
    head: Mapped[dict[str, Any] | None]
    upload: Mapped[ListUpload] = relationship()


class ListRow(db.Model):
    """One row of a reading: as read, as understood, with its faults."""

    __tablename__ = "list_rows"

    reading_id: Mapped[str] = mapped_column(ForeignKey("list_readings.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    faulty: Mapped[bool]
    warned: Mapped[bool]
    converted: Mapped[bool]
    body: Mapped[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Remarks:
    """What a person says of a file while they look at it. `words`: how a word of a column is read wherever it stands; `mend`: the
    faults (kind and field) that are all repaired as each proposes."""

    columns: Mapping[int, str]
    repairs: Mapping[tuple[int, str], str]
    skip: frozenset[int]
    words: Mapping[tuple[str, str], str] = field(default_factory=dict)
    mend: frozenset[tuple[str, str]] = frozenset()

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": sorted(self.columns.items()),
            "repairs": sorted((row, key, value) for (row, key), value in self.repairs.items()),
            "skip": sorted(self.skip),
            **(
                {"words": sorted((key, word, value) for (key, word), value in self.words.items())} if self.words else {}
            ),
            **({"mend": sorted(self.mend)} if self.mend else {}),
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Remarks":
        repairs = {(row, key): value for row, key, value in plain["repairs"]}
        words = {(key, word): value for key, word, value in plain.get("words", ())}
        mend = frozenset((kind, key) for kind, key in plain.get("mend", ()))
        columns = {index: key for index, key in plain["columns"]}  # noqa: C416
        return cls(columns, repairs, frozenset(plain["skip"]), words, mend)


NO_REMARKS = Remarks({}, {}, frozenset())

# Uploads and readings -------------------------------------------------------------------------------------------------


def keep_upload(
    campaign: Campaign | None, unit_code: str, kind: str, data: bytes, name: str, *, by: Actor
) -> ListUpload:
    """Keep a file to look at it. Uploads of more than a week ago go with what was read of them."""
    digest = current_app.extensions["files"].put(data)
    with writing() as session:
        forget(session.scalars(select(ListUpload.id).where(ListUpload.uploaded_at < utc_now() - KEEPING_TIME)).all())
        upload = ListUpload(
            campaign_id=campaign.id if campaign is not None else None,
            unit_code=unit_code,
            kind=kind,
            file_name=name[-100:],
            file=digest,
            size=len(data),
            uploaded_at=utc_now(),
            uploaded_by=by.id if by.kind == "staff" else None,
        )
        session.add(upload)
        session.flush()
    return upload


def forget(uploads: Iterable[str]) -> None:
    """Delete uploads with all that was read of them. Inside `writing()`; the files are the caller's."""
    for upload in uploads:
        readings = select(ListReading.id).where(ListReading.upload_id == upload)
        for statement in (
            delete(ListRow).where(ListRow.reading_id.in_(readings)),
            delete(ListReading).where(ListReading.upload_id == upload),
            delete(ListUpload).where(ListUpload.id == upload),
        ):
            db.session.execute(statement, execution_options={"synchronize_session": False})


def reading_of(upload: ListUpload, remarks: Remarks = NO_REMARKS) -> ListReading:
    """The reading of an upload under what is said of it; a file that is not large is read when this returns."""
    plain = remarks.as_json()
    said_hash = hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()
    query = select(ListReading).where(ListReading.upload_id == upload.id, ListReading.said_hash == said_hash)
    reading = db.session.scalar(query)
    if reading is None:
        with writing():
            add_once(ListReading(upload_id=upload.id, said_hash=said_hash, said=plain))
        reading = db.session.scalars(query).one()
    if reading.read_at is None:
        if upload.size <= LARGE_FILE:
            _read(reading)
        elif not jobs.jobs_about(READ_LIST, reading.id):
            jobs.ask(READ_LIST, {"reading": reading.id}, about=reading.id)
    return reading


def _read(reading: ListReading, progress: jobs.Progress | None = None) -> None:
    upload, remarks = reading.upload, Remarks.of(reading.said)
    preview = _previewed(upload, remarks, progress)
    if remarks.mend and (mended := _mended(preview, remarks)) != remarks:
        preview = _previewed(upload, mended, progress)
    _keep(reading, preview)


def _mended(preview: Preview, remarks: Remarks) -> Remarks:
    """The remarks with the repair of each fault that is to be repaired throughout."""
    faults = [fault for fault in preview.faults if (fault.kind.name, fault.key or "") in remarks.mend]
    skipped = {fault.row for fault in faults if fault.repair == SKIP and fault.row is not None}
    repairs = {
        (fault.row, fault.key): fault.repair
        for fault in faults
        if fault.repair not in (None, SKIP) and fault.row is not None and fault.key is not None
    }
    return replace(remarks, repairs={**repairs, **remarks.repairs}, skip=remarks.skip | skipped)


def _previewed(upload: ListUpload, remarks: Remarks, progress: jobs.Progress | None) -> Preview:
    data = current_app.extensions["files"].read(upload.file)
    options: dict[str, Any] = {
        "columns": remarks.columns,
        "repairs": remarks.repairs,
        "words": remarks.words,
        "skip": remarks.skip,
        "listener": (lambda number, whole: progress("rows", number, whole)) if progress else None,
    }
    if (register := upload.register) is not None:
        preview = register_imports.read_register(data, upload.file_name, register, upload.unit_code, **options)
        return register_imports.check_register(preview, register)
    preview = READERS[upload.kind](data, upload.file_name, **options)
    if upload.campaign is not None and upload.kind == "subjects":
        subject_lists.check_subjects(preview, upload.campaign, upload.unit_code)
    elif upload.campaign is not None and upload.kind == "groups":
        group_imports.check_groups(preview, upload.campaign, upload.unit_code)
    return preview


@jobs.handler(READ_LIST)
def _read_list(job: jobs.Job, progress: jobs.Progress) -> dict[str, Any]:
    reading = db.session.get(ListReading, job.arguments["reading"])
    if reading is not None and reading.read_at is None:  # None: nobody came back for a week
        _read(reading, progress)
    return {}


# What is kept of a reading --------------------------------------------------------------------------------------------


def _keep(reading: ListReading, preview: Preview) -> None:
    faults: dict[int | None, list[ImportFault]] = {}
    for fault in (*preview.faults, *preview.warnings):
        faults.setdefault(fault.row, []).append(fault)
    all_rows = sorted((*preview.rows, *preview.totals), key=lambda row: row.number)
    rows = [_as_kept(row, faults.get(row.number, [])) for row in all_rows]
    good = preview.good
    head = {
        "sheet": preview.sheet,
        "head_row": preview.head_row,
        "columns": [[use.index, use.head, use.key] for use in preview.columns],
        "faults": [_plain_fault(fault) for fault in faults.get(None, [])],
        "alike": _alike(preview),
        "skipped": len(preview.skipped),
        "counts": {
            "all": len(rows),
            "good": len(good),
            **{each: sum(row[each] for row in rows) for each in ("faulty", "warned", "converted")},
            "known": sum(1 for row in good if row.values.get("known")),
            "reserves": sum(1 for row in good if row.values.get("reserve")),
        },
    }
    with writing() as session:
        in_turn(reading)
        session.refresh(reading)
        if reading.read_at is not None:
            return
        for start in range(0, len(rows), PORTION):
            portion = [{"reading_id": reading.id, **row} for row in rows[start : start + PORTION]]
            session.execute(insert(ListRow), portion)
        reading.head, reading.read_at = head, utc_now()
        session.flush()


def _alike(preview: Preview) -> list[dict[str, Any]]:
    """The faults and warnings by kind and column: how many rows have each, some of them, and how many can be repaired at once."""
    kinds: dict[tuple[str, str], list[ImportFault]] = {}
    for fault in (*preview.faults, *preview.warnings):
        if fault.row is not None:
            kinds.setdefault((fault.kind.name, fault.key or ""), []).append(fault)
    groups = []
    for (kind, key), faults in kinds.items():
        values = Counter(str(fault.values.get("value", "")) for fault in faults if fault.values.get("value"))
        groups.append(
            {
                "kind": kind,
                "key": key,
                "first": _plain_fault(faults[0]),
                "number": len(faults),
                "rows": [fault.row for fault in faults[:PLACES]],
                "repairable": sum(fault.repair is not None for fault in faults),
                "skips": all(fault.repair == SKIP for fault in faults if fault.repair is not None),
                "values": values.most_common(PLACES),
            }
        )
    return sorted(groups, key=lambda group: -group["number"])


@dataclass(frozen=True, slots=True)
class Alike:
    """Like faults as one: its first fault, how many rows have it, some of them, what may be done to all at once."""

    fault: ImportFault
    number: int
    rows: list[int]
    repairable: int
    skips: bool
    values: list[tuple[str, int]]


def alike(reading: ListReading) -> list[Alike]:
    """The faults of a reading by kind and column, the most frequent first."""
    return [
        Alike(
            _fault_of(group["first"]),
            group["number"],
            group["rows"],
            group["repairable"],
            group["skips"],
            [(value, number) for value, number in group["values"]],
        )
        for group in (reading.head or {}).get("alike", ())
    ]


def imported_before(upload: ListUpload) -> ListUpload | None:
    """The same file, imported before for the same list."""
    query = select(ListUpload).where(
        ListUpload.file == upload.file,
        ListUpload.kind == upload.kind,
        ListUpload.unit_code == upload.unit_code,
        ListUpload.campaign_id == upload.campaign_id if upload.campaign_id else ListUpload.campaign_id.is_(None),
        ListUpload.imported_at.is_not(None),
        ListUpload.id != upload.id,
    )
    return db.session.scalar(query.order_by(ListUpload.imported_at.desc()).limit(1))


def _as_kept(row: Row, faults: list[ImportFault]) -> dict[str, Any]:
    return {
        "number": row.number,
        "faulty": any(not fault.soft for fault in faults),
        "warned": any(fault.soft for fault in faults),
        "converted": any(row.originals.values()),
        "body": {
            "texts": row.texts,
            "cells": {key: [cell.text, cell.kind] for key, cell in row.cells.items()},
            "values": row.values,
            "changed": row.originals,
            "faults": [_plain_fault(fault) for fault in faults],
        },
    }


def _plain_fault(fault: ImportFault) -> list[Any]:
    values = {key: [value.zh, value.en] if isinstance(value, Text) else value for key, value in fault.values.items()}
    return [fault.kind.name, fault.row, fault.key, fault.column, values, fault.repair]


def _fault_of(plain: list[Any]) -> ImportFault:
    kind, row, key, column, values, repair = plain
    values = {name: Text(*value) if isinstance(value, list) else value for name, value in values.items()}
    return ImportFault(ImportFaultKind[kind], row, key, column, values, repair)


def counts(reading: ListReading) -> dict[str, int]:
    """How many rows there are: all, good, faulty, warned, converted; of the good, known to the register and reserves."""
    return (reading.head or {})["counts"]


def preview_of(reading: ListReading, which: str = "all", *, offset: int = 0, limit: int | None = None) -> Preview:
    """What was read, with all its rows or a part: good, faulty, warned, converted. Nothing of the file is read again."""
    upload, head = reading.upload, reading.head or {}
    preview = Preview(
        upload.fields(),
        upload.file_name,
        sheet=head["sheet"],
        head_row=head["head_row"],
        columns=[ColumnUse(*use) for use in head["columns"]],
        skipped=set(Remarks.of(reading.said).skip),
    )
    plain = list(head["faults"])
    conditions = {
        "good": ~ListRow.faulty,
        "faulty": ListRow.faulty,
        "warned": ListRow.warned,
        "converted": ListRow.converted,
    }
    query = select(ListRow.number, ListRow.body).where(ListRow.reading_id == reading.id).order_by(ListRow.number)
    if which in conditions:
        query = query.where(conditions[which])
    for number, body in db.session.execute(query.offset(offset).limit(limit)):
        cells = {key: Cell(*cell) for key, cell in body["cells"].items()}
        preview.rows.append(Row(number, body["texts"], cells, body["values"], body["changed"]))
        plain += body["faults"]
    for fault in map(_fault_of, plain):
        (preview.warnings if fault.soft else preview.faults).append(fault)
    return preview


# The import -----------------------------------------------------------------------------------------------------------


def import_list(reading: ListReading, *, by: Actor) -> jobs.Job | None:
    """Write the good rows of a reading, once for its upload; a long list is written by the job given back. Raises Refusal."""
    if counts(reading)["good"] > LARGE_LIST:
        who = {"id": by.id, "name": by.name}
        return jobs.ask(WRITE_LIST, {"reading": reading.id, "by": who}, about=reading.upload_id, asked_by=by.id)
    _write(reading, by)
    return None


def _write(reading: ListReading, by: Actor) -> None:
    preview = preview_of(reading)
    faulty_rows = len(preview.faulty)
    preview.rows = [row for row in preview.rows if row.values]  # a row of totals was never read as one of the list
    with writing() as session:
        registers_in_turn()
        upload = reading.upload
        in_turn(upload)
        session.refresh(upload)
        if upload.imported_at is not None:
            return
        numbers = _commit(preview, upload, by)
        upload.outcome = outcome = {**numbers, "left": faulty_rows}
        upload.imported_at = utc_now()
        session.flush()
    facts = {"campaign": upload.campaign_id, "unit": upload.unit_code, "kind": upload.kind, "by": by.id}
    counts = {name: number for name, number in sorted(outcome.items()) if name != "act"}
    event_log.note("list.imported", **facts, **counts)


def _commit(preview: Preview, upload: ListUpload, by: Actor) -> dict[str, Any]:
    if (register := upload.register) is not None:
        written = register_imports.commit_register(preview, register, upload.unit_code, actor=by)
        numbers = {"rows": written.rows, "added": written.added, "known": written.changed, "same": written.same}
        return {**numbers, "act": written.act_id}
    campaign = upload.campaign
    if campaign is None:
        raise ValueError(f"an upload of a register that is not there: {upload.kind}")
    act_kind = "list.imported" if upload.kind == "subjects" else f"{upload.kind}.imported"
    with acting(act_kind, upload.unit_code, actor=by, campaign=campaign, detail={"file": upload.file_name}) as now:
        numbers = _commit_list(preview, upload, campaign, by)
        now.number = numbers["rows"]
    return {**numbers, "act": now.act.id if now.act else None}


def _commit_list(preview: Preview, upload: ListUpload, campaign: Campaign, by: Actor) -> dict[str, int]:
    if upload.kind == "subjects":
        subjects = subject_lists.commit_subjects(preview, campaign, upload.unit_code, actor=by)
        return {"rows": len(subjects.entries), "added": subjects.added, "known": subjects.known}
    if upload.kind == "deputies":
        people = deputy_imports.commit_deputies(preview, upload.unit_code, actor=by)
        return {"rows": len(people.deputies), "added": people.added, "known": people.known}
    return {"rows": len(group_imports.commit_groups(preview, campaign, upload.unit_code, actor=by))}


@jobs.handler(WRITE_LIST)
def _write_list(job: jobs.Job, progress: jobs.Progress) -> dict[str, Any]:
    reading = db.session.get(ListReading, job.arguments["reading"])
    if reading is None:
        return {}
    who = job.arguments["by"]
    try:
        _write(reading, Actor("staff", who["id"], who["name"]))
    except Refusal as refusal:
        return {"refused": {each: f"{refusal.cause(each)}{refusal.remedy(each)}" for each in ("zh", "en")}}
    return {}


def job_of(reading: ListReading) -> jobs.Job | None:
    """The work that the page of a reading waits for, or that ended without what was asked for."""
    if reading.read_at is None:
        return next(iter(jobs.jobs_about(READ_LIST, reading.id)), None)
    if reading.upload.imported_at is None:
        return next(iter(jobs.jobs_about(WRITE_LIST, reading.upload_id)), None)
    return None
