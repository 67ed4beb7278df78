"""Why paragraphs are left out (不采用的理由): the list of a report, the last used first. Touches the records.

A report begins with the ready reasons; once its people change the list, theirs stand. What was typed freely joins it by its
use.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from reports.merging import acts
from reports.merging.records import LeaveReason, MergeDecision
from reports.papers.steps import Report
from surveys.audit import Actor
from surveys.database import db, in_turn, writing

MOST = 30
LONGEST = 200


def last_reason(report: Report) -> str:
    """The reason that was given last; "" before the first."""
    query = (
        select(MergeDecision.reason)
        .where(MergeDecision.report_id == report.id, MergeDecision.choice == "left")
        .order_by(MergeDecision.decided_at.desc(), MergeDecision.id)
    )
    return db.session.scalar(query.limit(1)) or ""


def reasons(report: Report, ready: Sequence[str]) -> list[str]:
    """The reasons to choose from: those used by the time they were used last, then the others of the list."""
    rows = list(
        db.session.scalars(select(LeaveReason).where(LeaveReason.report_id == report.id).order_by(LeaveReason.place))
    )
    listed = [row.words for row in rows] if rows else list(ready)
    since = max((row.listed_at for row in rows), default=None)
    last_used = func.max(MergeDecision.decided_at)
    used = select(MergeDecision.reason, last_used).where(
        MergeDecision.report_id == report.id, MergeDecision.choice == "left", MergeDecision.reason.is_not(None)
    )
    by_time = [
        (words, at)
        for words, at in db.session.execute(used.group_by(MergeDecision.reason).order_by(last_used.desc()))
        if words and len(words) <= LONGEST
    ]
    # what was used before the list was changed and is not in it any more was taken out of it
    first = [words for words, at in by_time if words in listed or since is None or at > since]
    return list(dict.fromkeys([*first, *listed]))[:MOST]


def set_reasons(report: Report, words: Sequence[str], *, by: Actor) -> None:
    """Put another list in place of the report's."""
    lines = list(dict.fromkeys(" ".join(line.split())[:LONGEST] for line in words if line.strip()))[:MOST]
    with writing() as session:
        in_turn(report)
        session.execute(delete(LeaveReason).where(LeaveReason.report_id == report.id))
        for place, line in enumerate(lines):
            session.add(LeaveReason(report_id=report.id, place=place, words=line, listed_at=report.campaign.now()))
        acts.record(report, by, "merge.reasons")
