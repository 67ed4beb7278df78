"""Copying out all that is held of a firm or a deputy (查阅、复制): one zip with the data as JSON and the received files. Reads alone."""

import io
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import undefer

from surveys.database import CHINA, Base, db
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Draft, Remark, Visit
from surveys.personal_data import holdings
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import GroupMember


def copy_of_subject(subject: Subject, units: Iterable[str]) -> bytes:
    """What these units hold of a firm, as a zip: data.json, and the pictures and recordings by their hash."""
    codes = list(units)
    visits = list(db.session.scalars(select(Visit).where(Visit.subject_id == subject.id, Visit.unit_code.in_(codes))))
    ids = [visit.id for visit in visits]
    versions = db.session.scalars(
        select(Submission)
        .where(Submission.visit_id.in_(ids))
        .options(undefer(Submission.body))
        .order_by(Submission.received_at)
    )
    entries = select(ListEntry).where(ListEntry.subject_id == subject.id, ListEntry.unit_code.in_(codes))
    data = {
        "register": _row(subject),
        "lists": [_row(one) for one in db.session.scalars(entries)],
        "visits": [_row(visit) for visit in visits],
        "versions": [_row(one) | {"body": json.loads(one.body)} for one in versions],
        "drafts": [_row(one) for one in db.session.scalars(select(Draft).where(Draft.visit_id.in_(ids)))],
        "findings": [_row(one) for one in db.session.scalars(select(Finding).where(Finding.visit_id.in_(ids)))],
        "remarks": [_row(one) for one in db.session.scalars(select(Remark).where(Remark.visit_id.in_(ids)))],
    }
    store = current_app.extensions["files"]
    files = {part.sha256: store.read(part.sha256) for part in holdings.held_parts_of(ids) if store.holds(part.sha256)}
    return _zip(data, files)


def copy_of_deputy(deputy: Deputy) -> bytes:
    """What is held of a deputy, as a zip with data.json."""
    data = {
        "register": _row(deputy) | {"levels": deputy.level_codes()},
        "groups": [
            _row(one) for one in db.session.scalars(select(GroupMember).where(GroupMember.deputy_id == deputy.id))
        ],
        "attendances": [
            _row(one) for one in db.session.scalars(select(Attendance).where(Attendance.deputy_id == deputy.id))
        ],
        "versions": [
            {"visit": visit, "version": version, "received_at": at.astimezone(CHINA).isoformat()}
            for visit, version, at in db.session.execute(
                select(Submission.visit_id, Submission.version, Submission.received_at).where(
                    Submission.deputy_id == deputy.id
                )
            )
        ],
    }
    return _zip(data, {})


def _row(row: Base) -> dict[str, Any]:
    """A row as plain values; bytes are told elsewhere."""
    values = {
        column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in ("body", "judged")
    }
    return {key: _plain(value) for key, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(CHINA).isoformat(timespec="seconds")
    return value if isinstance(value, str | int | float | bool | list | dict) else str(value)


def _zip(data: dict[str, Any], files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        for sha256, content in files.items():
            archive.writestr(f"files/{sha256}", content)
    return out.getvalue()
