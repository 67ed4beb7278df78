"""Reads one version of a visit for a person, in the form's words and with flags. Touches submissions and findings.

Answers are read with the package they were filled with, whatever version is in force now.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from surveys.database import db
from surveys.fieldwork.filling.drafts import StaffEntry
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.receiving.versions import versions_of
from surveys.fieldwork.reviewing.personal_numbers import holds_number
from surveys.fieldwork.reviewing.review import Flag, flags
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.questionnaire.shapes.content_shape import VisitContent


@dataclass(frozen=True, slots=True)
class Reading:
    """A version as the desk reads it: `pages` as questionnaire.summary makes them, without answers above `levels`."""

    submission: Submission
    pages: list[Any]
    flags: list[Flag]
    entered: StaffEntry | None = None  # where staff entered it for the deputies


def read_submission(
    visit: Visit, content: str, *, language: str = "zh", levels: Iterable[str] = ("L0", "L1", "L2", "L3")
) -> Reading | None:
    """The version `content` of the visit; None when the visit has no such version."""
    from surveys.questionnaire.views.summary import summarise

    submission = db.session.scalar(
        select(Submission)
        .where(Submission.visit_id == visit.id, Submission.content == content)
        .options(undefer(Submission.body), undefer(Submission.judged))
    )
    if submission is None:
        return None
    body = json.loads(submission.body)
    package = package_of(submission.package_hash)
    visible_levels = set(levels)
    pages = []
    if package is not None:
        for page in summarise(
            package, body["answers"], body.get("repeats", {}), now=body.get("clock") or "", language=language
        ):
            lines = [line for line in page.lines if line.privacy in visible_levels]
            if lines:
                pages.append(type(page)(page.title, lines))
    today = visit.campaign.today().isoformat()
    numbers = [
        Flag("personal_number", line.path)
        for page in pages
        for line in page.lines
        if line.type == "text" and holds_number(line.text, line.label, today)
    ]
    view = next((version for version in versions_of(visit.id) if version.content == content), None)
    marks = view.marks if view else submission.marks
    return Reading(submission, pages, [*flags(submission, marks), *numbers], entered_as(body))


def entered_as(content: VisitContent | None) -> StaffEntry | None:
    """How staff entered this content (entered_by_staff.py); None where a deputy handed it in, or there is none."""
    if content is None:
        return None
    way, reason = content.get("entered"), content.get("reason")
    return StaffEntry(way, str(reason or "")) if isinstance(way, str) and way else None
