"""Reads what a deputy answers to the desk's comment at a question (给单位的答复). Touches submissions.

It travels in the version itself, as `"replies": {path: text}`, so that it is signed for like every answer; a version may carry
replies alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.receiving.contents import storable
from surveys.fieldwork.visits.submissions import Submission

LONGEST = 100  # characters, as the page counts them
MOST = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to the office, with the version that brought it."""

    path: str
    text: str
    version: int
    by: str | None
    made_at: datetime


def read_replies(value: Any) -> dict[str, str]:
    """Path → text, of what came in a draft or a version; whatever is no such thing is left out."""
    if not isinstance(value, Mapping):
        return {}
    texts = {
        storable(path)[:300]: storable(text).strip()[:LONGEST]
        for path, text in list(value.items())[:MOST]
        if isinstance(path, str) and isinstance(text, str)
    }
    return {path: text for path, text in texts.items() if text}


def replies_of(visit_id: str) -> list[Reply]:
    """Every reply in the order it came; one that a later version only repeats is listed once."""
    rows = db.session.execute(
        select(Submission.version, Submission.by_name, Submission.received_at, Submission.body)
        .where(Submission.visit_id == visit_id, Submission.base.is_not(None))
        .order_by(Submission.version)
    )
    last: dict[str, str] = {}
    replies = []
    for row in rows:
        if b'"replies"' not in row.body:
            continue
        for path, text in read_replies(json.loads(row.body).get("replies")).items():
            if last.get(path) != text:
                replies.append(Reply(path, text, row.version, row.by_name, row.received_at))
            last[path] = text
    return replies
