"""What `keeping` writes, as the one statement PostgreSQL takes for all of it: one round trip for all versions that wait together.

Only versions that extend their trunk, from devices that are live, and that change nothing of who went, are written by it; of any
other it writes nothing, and says so by leaving the visit out. Rows travel as JSON, so that the text is the same for any number of them; the bytes of all bodies beside it, as one.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import accumulate
from typing import Any

from sqlalchemy import Boolean, Connection, LargeBinary, String, Text, bindparam, text
from sqlalchemy.dialects import postgresql

from surveys.audit import AuditEntry
from surveys.database import Base, UtcDateTime
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.submissions import ContentPart, Submission
from surveys.statements import Statement

ROWS = {"versions": Submission, "parts": ContentPart, "findings": Finding, "entries": AuditEntry}
_KEEP = """
WITH live AS (
    SELECT id FROM devices WHERE id = ANY(string_to_array(:devices, ' ')) AND revoked_at IS NULL
    ORDER BY id FOR NO KEY UPDATE
), present AS (
    SELECT told.visit_id, array_agg(told.deputy_id ORDER BY told.deputy_id) AS deputies
    FROM json_to_recordset(CAST(:present AS json)) AS told (visit_id text, group_id text, deputy_id text)
      JOIN group_members USING (group_id, deputy_id)
    GROUP BY told.visit_id
), moved AS (
    UPDATE visits SET head = arrived.content
    FROM ROWS FROM (
      unnest(string_to_array(:campaigns, ' ')),
      unnest(CAST(string_to_array(:starts, ' ') AS integer[])),
      unnest(CAST(string_to_array(:lengths, ' ') AS integer[])),
      json_populate_recordset(NULL::submissions, CAST(:versions AS json))
    ) AS arrived (campaign, start, length) LEFT JOIN present ON present.visit_id = arrived.visit_id
    WHERE visits.id = arrived.visit_id AND visits.head IS NOT DISTINCT FROM arrived.base
      AND arrived.device_id = ANY(ARRAY(SELECT id FROM live))
      AND arrived.version = 1 + COALESCE((SELECT MAX(version) FROM submissions WHERE visit_id = visits.id), 0)
      AND (present.deputies IS NULL OR present.deputies = COALESCE((
        SELECT array_agg(CAST(deputy_id AS text) ORDER BY deputy_id) FROM attendances WHERE visit_id = visits.id
      ), present.deputies))
    RETURNING arrived.campaign, {arrived}
), kept AS (
    INSERT INTO submissions ({versions}) SELECT {versions} FROM moved
), found AS (
    INSERT INTO findings SELECT * FROM json_populate_recordset(NULL::findings, CAST(:findings AS json))
    WHERE visit_id = ANY(ARRAY(SELECT visit_id FROM moved))
), audited AS (
    INSERT INTO audit_entries ({entries})
    SELECT {entries} FROM json_populate_recordset(NULL::audit_entries, CAST(:entries AS json))
    WHERE target_id = ANY(ARRAY(SELECT visit_id FROM moved))
), attended AS (
    INSERT INTO attendances (visit_id, deputy_id, noted_at)
    SELECT moved.visit_id, unnest(present.deputies), moved.received_at FROM moved JOIN present USING (visit_id)
    ON CONFLICT DO NOTHING
), ended AS (
    DELETE FROM drafts USING moved WHERE drafts.visit_id = moved.visit_id AND drafts.holder = moved.device_id
      AND drafts.base IS NOT DISTINCT FROM moved.base
), settled AS (
    UPDATE set_aside SET settled_at = moved.received_at, settlement = 'version' FROM moved
    WHERE set_aside.device_id = moved.device_id AND set_aside.address = moved.visit_id
      AND set_aside.content = moved.content AND set_aside.settled_at IS NULL
){more}
SELECT visit_id AS visit, COALESCE((
  SELECT bool_and(withdrawn_at IS NOT NULL) FROM questionnaire_versions AS issued
  WHERE campaign_id = moved.campaign AND moved.package_hash IN (issued.package_hash, issued.media_hash)
), false) AS withdrawn
FROM moved
"""
_PARTS = """, named AS (
    INSERT INTO content_parts SELECT * FROM json_populate_recordset(NULL::content_parts, CAST(:parts AS json))
    WHERE visit_id = ANY(ARRAY(SELECT visit_id FROM moved))
)"""
_HEARD = """, noted AS (
    UPDATE devices SET last_contact_at = CAST(:heard_at AS timestamp)
    WHERE id = ANY(ARRAY(SELECT device_id FROM moved WHERE device_id = ANY(string_to_array(:heard, ' '))))
)"""

_BODY = "substring(CAST(:bodies AS bytea) FROM start + 1 FOR length)"
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
    asked: dict[str, Any] = {name: _as_json(ROWS[name], found) for name, found in rows.items()}
    asked |= {"devices": " ".join(devices), "heard": " ".join(heard), "heard_at": heard_at, "present": _encode(present)}
    bodies = [version["body"] for version in rows["versions"]]
    lengths = [len(body) for body in bodies]
    asked |= {
        "bodies": b"".join(bodies),
        "lengths": _spaced(lengths),
        "starts": _spaced(accumulate(lengths[:-1], initial=0)),
    }
    asked["campaigns"] = " ".join([entry["campaign_id"] for entry in rows["entries"]])
    found = keep_statement(parts=bool(rows["parts"]), heard=bool(heard)).rows(connection, asked)
    return {row.visit: row.withdrawn for row in found}


def _spaced(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))


@cache
def keep_statement(*, parts: bool, heard: bool) -> Statement:
    """The one statement, for any number of rows: of versions with parts or without, with devices to be noted or without."""
    more = (_PARTS if parts else "") + (_HEARD if heard else "")
    versions, entries = (_columns(model) for model in (Submission, AuditEntry))
    arrived = ", ".join(_ARRIVED.get(name, f"arrived.{name}") for name in versions)
    named = {"arrived": arrived, "versions": ", ".join(versions), "entries": ", ".join(entries)}
    written = " ".join(_KEEP.format(more=more, **named).split())  # the driver knows a short one again
    types = dict.fromkeys(
        ("devices", "campaigns", "starts", "lengths", "present", "versions", "findings", "entries"), Text
    )
    types |= {"bodies": LargeBinary} | ({"parts": Text} if parts else {})
    types |= {"heard": Text, "heard_at": UtcDateTime} if heard else {}
    asked = [bindparam(name, type_=type_) for name, type_ in types.items()]
    return Statement(text(written).bindparams(*asked).columns(visit=String, withdrawn=Boolean), writes=True)


def _columns(model: type[Base]) -> list[str]:
    """Those that are told; a number is given."""
    return [column.name for column in model.__table__.c if column.autoincrement is not True]


def keep_statements() -> list[Statement]:
    """All that there are of it."""
    return [keep_statement(parts=parts, heard=heard) for parts in (False, True) for heard in (False, True)]


def _as_json(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as JSON that PostgreSQL makes rows of; what is not named is NULL, bytes are left out."""
    turns = _turns(model)
    found = []
    for row in rows:
        own = {}
        for name, value in row.items():
            if value is not None and type(value) is not bytes:
                own[name] = turns[name](value) if name in turns else value
        found.append(own)
    return _encode(found)


@cache
def _turns(model: type[Base]) -> dict[str, Callable[[Any], Any]]:
    """The columns whose values stand otherwise in JSON."""
    dialect = postgresql.dialect()
    found: dict[str, Callable[[Any], Any]] = {}
    for column in model.__table__.c:
        bound = column.type.dialect_impl(dialect).bind_processor(dialect)
        if isinstance(column.type, UtcDateTime):
            found[column.name] = lambda value: value.astimezone(UTC).replace(tzinfo=None).isoformat()
        elif bound is not None:
            found[column.name] = bound
    return found
