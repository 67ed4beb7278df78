"""What `keeping` writes, as the one statement PostgreSQL takes for all of it: one round trip for all versions that wait together.

Only versions that extend their trunk, from devices that are live, and that change nothing of who went, are written by it; of any
other it writes nothing, and says so by leaving the visit out. Rows travel as JSON, so that the text is the same for any number of them; the bytes of all bodies beside it, as one.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import accumulate
from typing import Any

from sqlalchemy import BindParameter, Boolean, Connection, LargeBinary, String, Text, bindparam, text
from sqlalchemy.dialects import postgresql

from surveys.audit import AuditEntry
from surveys.database import Base, UtcDateTime
from surveys.fieldwork.findings import Finding
from surveys.fieldwork.submissions import ContentPart, Submission
from surveys.statements import Statement

ROWS = {"versions": Submission, "parts": ContentPart, "findings": Finding, "entries": AuditEntry}
_KEEP = """
WITH live AS (
    SELECT id FROM devices WHERE id = ANY(string_to_array(:devices, ' ')) AND revoked_at IS NULL
    ORDER BY id FOR NO KEY UPDATE
), present AS (
    SELECT told.visit_id, array_agg(told.deputy_id ORDER BY told.deputy_id) AS deputies
    FROM json_to_recordset(CAST(:present AS json)) AS told (visit_id text, group_id text, deputy_id text)
    WHERE (SELECT deputy_id FROM group_members WHERE group_id = told.group_id AND deputy_id = told.deputy_id) IS NOT NULL
    GROUP BY told.visit_id
), moved AS (
    UPDATE visits SET head = arrived.content
    FROM json_populate_recordset(NULL::submissions, CAST(:versions AS json)) WITH ORDINALITY AS arrived
      LEFT JOIN present ON present.visit_id = arrived.visit_id,
      CAST(string_to_array(:ends, ' ') AS integer[]) AS ends, assignments
    WHERE visits.id = arrived.visit_id AND visits.head IS NOT DISTINCT FROM arrived.base
      AND assignments.id = visits.assignment_id AND arrived.device_id IN (SELECT id FROM live)
      AND arrived.version = 1 + COALESCE((SELECT MAX(version) FROM submissions WHERE visit_id = visits.id), 0)
      AND (present.deputies IS NULL OR present.deputies = COALESCE((
        SELECT array_agg(CAST(deputy_id AS text) ORDER BY deputy_id) FROM attendances WHERE visit_id = visits.id
      ), present.deputies))
    RETURNING assignments.campaign_id, {arrived}
), kept AS (
    INSERT INTO submissions ({versions}) SELECT {versions} FROM moved
), named AS (
    INSERT INTO content_parts ({parts})
    SELECT {parts} FROM json_populate_recordset(NULL::content_parts, CAST(:parts AS json))
    WHERE visit_id IN (SELECT visit_id FROM moved)
), found AS (
    INSERT INTO findings ({findings})
    SELECT {findings} FROM json_populate_recordset(NULL::findings, CAST(:findings AS json))
    WHERE visit_id IN (SELECT visit_id FROM moved)
), audited AS (
    INSERT INTO audit_entries ({entries})
    SELECT {entries} FROM json_populate_recordset(NULL::audit_entries, CAST(:entries AS json))
    WHERE target_id IN (SELECT visit_id FROM moved)
), attended AS (
    INSERT INTO attendances (visit_id, deputy_id, noted_at)
    SELECT moved.visit_id, unnest(present.deputies), moved.received_at FROM moved JOIN present USING (visit_id)
    ON CONFLICT DO NOTHING
), ended AS (
    DELETE FROM drafts USING moved WHERE drafts.visit_id = moved.visit_id AND drafts.holder = moved.device_id
      AND drafts.base IS NOT DISTINCT FROM moved.base
), noted AS (
    UPDATE devices SET last_contact_at = CAST(:heard_at AS timestamp)
    WHERE id = ANY(string_to_array(:heard, ' ')) AND id IN (SELECT device_id FROM moved)
), settled AS (
    UPDATE set_aside SET settled_at = moved.received_at, settlement = 'version' FROM moved
    WHERE set_aside.device_id = moved.device_id AND set_aside.address = moved.visit_id
      AND set_aside.content = moved.content AND set_aside.settled_at IS NULL
)
SELECT moved.visit_id AS visit, COUNT(issued.id) > 0 AND COUNT(issued.id) = COUNT(issued.withdrawn_at) AS withdrawn
FROM moved LEFT JOIN questionnaire_versions AS issued
  ON issued.campaign_id = moved.campaign_id AND moved.package_hash IN (issued.package_hash, issued.media_hash)
GROUP BY moved.visit_id
"""

_BODY = "substring(CAST(:bodies AS bytea) FROM ends[ordinality] + 1 FOR ends[ordinality + 1] - ends[ordinality])"
_ARRIVED = {"body": f"{_BODY} AS body"}  # what does not come with the JSON

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def keep_at_once(
    connection: Connection,
    devices: Sequence[str],
    heard: Sequence[str],
    heard_at: datetime,
    present: Sequence[Mapping[str, str]],
    **rows: Sequence[Mapping[str, Any]],
) -> dict[str, bool]:
    """Write versions, parts, findings and audit entries, who went (`present`: visit, group and deputy by id; who is not of the group is
    passed over), and when the devices `heard` were heard of.

    Gives the visits that were written to: whether their package is withdrawn.
    """
    asked: dict[str, Any] = {name: _as_json(model, rows[name]) for name, model in ROWS.items()}
    asked |= {"devices": " ".join(devices), "heard": " ".join(heard), "heard_at": heard_at, "present": _encode(present)}
    bodies = [version["body"] for version in rows["versions"]]
    asked |= {"bodies": b"".join(bodies), "ends": " ".join(map(str, accumulate(map(len, bodies), initial=0)))}
    found = keep_statement().rows(connection, asked)
    return {row.visit: row.withdrawn for row in found}


@cache
def keep_statement() -> Statement:
    """The one statement, for any number of rows."""
    columns = {
        name: ", ".join(column.name for column in model.__table__.c if column.autoincrement is not True)
        for name, model in ROWS.items()
    }
    asked: list[BindParameter[Any]] = [
        bindparam(name, type_=Text) for name in ("devices", "heard", "ends", "present", *ROWS)
    ]
    asked += [bindparam("heard_at", type_=UtcDateTime), bindparam("bodies", type_=LargeBinary)]
    arrived = ", ".join(_ARRIVED.get(name, f"arrived.{name}") for name in columns["versions"].split(", "))
    found = text(_KEEP.format(arrived=arrived, **columns)).bindparams(*asked).columns(visit=String, withdrawn=Boolean)
    return Statement(found, writes=True)


def _as_json(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as JSON that PostgreSQL makes rows of; what is not named is NULL, bytes are left out."""
    found = []
    turns = _turns(model)
    for row in rows:
        own = {name: value for name, value in row.items() if value is not None and type(value) is not bytes}
        for name, turn in turns:
            if name in own:
                own[name] = turn(own[name])
        found.append(own)
    return _encode(found)


@cache
def _turns(model: type[Base]) -> list[tuple[str, Callable[[Any], Any]]]:
    """The columns whose values stand otherwise in JSON."""
    dialect = postgresql.dialect()
    found: list[tuple[str, Callable[[Any], Any]]] = []
    for column in model.__table__.c:
        bound = column.type.dialect_impl(dialect).bind_processor(dialect)
        if isinstance(column.type, UtcDateTime):
            found.append((column.name, lambda value: value.astimezone(UTC).replace(tzinfo=None).isoformat()))
        elif bound is not None:
            found.append((column.name, bound))
    return found
