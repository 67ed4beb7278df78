"""Writes what `storing.store` writes as one statement that PostgreSQL commits by itself: one round trip instead of ten.

`store` is the truth: what it writes is what is meant, and tests keep the same versions both ways and compare every row. Here only a
version is written that extends its trunk, from a device that is live, and that changes nothing of who went; of any other nothing
is, and the answer says so. Rows travel as JSON, so that the text is the same for any number of findings and parts.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Boolean, LargeBinary, String, Text, TextualSelect, bindparam, text
from sqlalchemy.dialects import postgresql

from surveys.audit import AuditEntry
from surveys.database import Base, UtcDateTime, writing_once
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.submissions import ContentPart, Submission
from surveys.prepared_statements import Statement

ROWS = {"versions": Submission, "parts": ContentPart, "findings": Finding, "entries": AuditEntry}
_KEEP = """
WITH live AS (
    SELECT id FROM devices WHERE id = :device AND revoked_at IS NULL FOR NO KEY UPDATE
), present AS (
    SELECT array_agg(CAST(deputy_id AS text) ORDER BY deputy_id) AS deputies FROM group_members
    WHERE group_id = :group AND deputy_id = ANY(:present)
), moved AS (
    UPDATE visits SET head = :content FROM present
    WHERE visits.id = :visit AND visits.head IS NOT DISTINCT FROM :base AND EXISTS (SELECT FROM live)
      AND (present.deputies IS NULL OR present.deputies = COALESCE((
        SELECT array_agg(CAST(deputy_id AS text) ORDER BY deputy_id) FROM attendances WHERE visit_id = visits.id
      ), present.deputies))
    RETURNING visits.id, present.deputies
), kept AS (
    INSERT INTO submissions ({version_columns}) SELECT {version_values}
    FROM moved, json_populate_record(NULL::submissions, CAST(:versions AS json) -> 0) AS arrived
), named AS (
    INSERT INTO content_parts SELECT named.*
    FROM moved, json_populate_recordset(NULL::content_parts, CAST(:parts AS json)) AS named
), found AS (
    INSERT INTO findings SELECT found.*
    FROM moved, json_populate_recordset(NULL::findings, CAST(:findings AS json)) AS found
), audited AS (
    INSERT INTO audit_entries ({entry_columns}) SELECT {entry_columns}
    FROM moved, json_populate_record(NULL::audit_entries, CAST(:entries AS json) -> 0) AS entry
), attended AS (
    INSERT INTO attendances (visit_id, deputy_id, noted_at) SELECT moved.id, unnest(moved.deputies), :at FROM moved
    ON CONFLICT DO NOTHING
), ended AS (
    DELETE FROM drafts USING moved
    WHERE visit_id = moved.id AND holder = :device AND base IS NOT DISTINCT FROM :base
), settled AS (
    UPDATE set_aside SET settled_at = :at, settlement = 'version' FROM moved
    WHERE device_id = :device AND address = moved.id AND content = :content AND settled_at IS NULL
), noted AS (
    UPDATE devices SET last_contact_at = :heard_at FROM moved WHERE devices.id = :device AND :heard_at IS NOT NULL
)
SELECT COALESCE((
  SELECT bool_and(withdrawn_at IS NOT NULL) FROM questionnaire_versions
  WHERE campaign_id = :campaign AND :package IN (package_hash, media_hash)
), false) AS withdrawn FROM moved
"""
_TYPES = {
    "body": LargeBinary,
    "at": UtcDateTime,
    "heard_at": UtcDateTime,
    "present": postgresql.ARRAY(String),
} | dict.fromkeys(("device", "group", "content", "visit", "base", "campaign", "package"), String)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def keep_at_once(
    campaign_id: str,
    group_id: str,
    present: Sequence[str],
    heard_at: datetime | None,
    **rows: Sequence[Mapping[str, Any]],
) -> bool | None:
    """Write a version with its parts, findings and audit entry, who went (`present`: who is not of the group is passed over), and
    when its device was heard of. Durable when this returns.

    Gives whether its package is withdrawn; None where nothing was written. Raises IntegrityError where its number is taken.
    """
    [version] = rows["versions"]
    values: dict[str, Any] = {
        name: _encode([_as_json(model, row) for row in rows[name]]) for name, model in ROWS.items()
    }
    values |= {"visit": version["visit_id"], "device": version["device_id"], "package": version["package_hash"]}
    values |= {name: version[name] for name in ("content", "base", "body")}
    values |= {"at": version["received_at"], "heard_at": heard_at}
    values |= {"campaign": campaign_id, "group": group_id, "present": list(present)}
    with writing_once():
        answer = _prepared().rows(values)
    return answer[0].withdrawn if answer else None


def keep_statement() -> TextualSelect:
    """The one statement, for any version."""
    versions, entries = (_columns(model) for model in (Submission, AuditEntry))
    values = [":body" if name == "body" else f"arrived.{name}" for name in versions]
    columns = {"version_columns": versions, "version_values": values, "entry_columns": entries}
    statement = " ".join(
        _KEEP.format(**{name: ", ".join(column_names) for name, column_names in columns.items()}).split()
    )
    types = dict.fromkeys(ROWS, Text) | _TYPES
    parameters = [bindparam(name, type_=type_) for name, type_ in types.items()]
    return text(statement).bindparams(*parameters).columns(withdrawn=Boolean)


@cache
def _prepared() -> Statement:
    return Statement(keep_statement(), writes=True)


def _columns(model: type[Base]) -> list[str]:
    """The columns that are written; a number that the database counts up is left out."""
    return [column.name for column in model.__table__.c if column.autoincrement is not True]


def _as_json(model: type[Base], row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as PostgreSQL reads it from JSON; what is not named is NULL, bytes are left out."""
    turns = _turns(model)
    return {
        name: turns[name](value) if name in turns else value
        for name, value in row.items()
        if value is not None and type(value) is not bytes
    }


@cache
def _turns(model: type[Base]) -> dict[str, Callable[[Any], Any]]:
    """The columns whose values stand otherwise in JSON."""
    dialect = postgresql.dialect()
    turns: dict[str, Callable[[Any], Any]] = {}
    for column in model.__table__.c:
        bind = column.type.dialect_impl(dialect).bind_processor(dialect)
        if isinstance(column.type, UtcDateTime):
            turns[column.name] = lambda value: value.astimezone(UTC).replace(tzinfo=None).isoformat()
        elif bind is not None:
            turns[column.name] = bind
    return turns
