"""A Word file becomes the draft (取回), and is taken back (撤销). Touches drafts and the record of what they said before.

Sections whose text is the same are not touched: whoever writes one goes on. Taking back leaves what was written on since.
"""

import json
from datetime import datetime

from sqlalchemy import select

from reports.papers.drafts import draft, put_sections
from reports.papers.records import Report
from reports.text.report_shape import ReportContent, Section
from reports.word.marks import check_of
from reports.word.records import WordTaking
from reports.word.returning import Returned
from surveys import audit
from surveys.audit import Actor
from surveys.database import db, in_turn, writing

HEAD = ""


def check_of_draft(content: ReportContent) -> str:
    """A check of a whole draft: whether it is still what somebody saw."""
    return check_of(json.dumps([_checks(content)], sort_keys=True))


def take(
    report: Report, made: Returned, file: str, *, seen: str, by: Actor, at: datetime | None = None
) -> WordTaking | None:
    """The file's text is the draft; nothing is done where the draft is no longer the one that was `seen` (`check_of_draft`).

    Raises ReportFault where the report may not be written.
    """
    moment = at or report.campaign.now()
    with writing() as session:
        in_turn(report)
        before = draft(report)
        if check_of_draft(before) != seen:
            return None
        put_sections(report, made.content, by=by, moment=moment)
        taking = WordTaking(
            report_id=report.id,
            file=file,
            before=before,
            after=_checks(draft(report)),
            taken_at=moment,
            taken_by=by.id if by.kind == "staff" else None,
            by_name=by.name,
        )
        session.add(taking)
        _audit(report, by, "report.word_taken")
        session.flush()
    return taking


def last_taking(report: Report) -> WordTaking | None:
    """The newest file taken in that was not taken back."""
    query = select(WordTaking).where(WordTaking.report_id == report.id, WordTaking.undone_at.is_(None))
    return db.session.scalar(query.order_by(WordTaking.taken_at.desc(), WordTaking.id.desc()).limit(1))


def undo(taking: WordTaking, *, by: Actor, at: datetime | None = None) -> list[str]:
    """The draft as it was before; gives the titles of sections that were written on since: those stay. Raises ReportFault."""
    report = taking.report
    moment = at or report.campaign.now()
    with writing() as session:
        in_turn(report)
        session.refresh(taking)
        if taking.undone_at is not None:
            return []
        now = draft(report)
        checks = _checks(now)
        changed = {key for key, check in checks.items() if taking.after.get(key) != check}
        stays = [section for section in now["sections"] if section["key"] in changed]
        rows = _merged(taking.before["sections"], stays)
        head = now if HEAD in changed else taking.before
        content: ReportContent = {**taking.before, "sections": rows}
        content["title"], content["byline"], content["date"] = head["title"], head["byline"], head["date"]
        put_sections(report, content, by=by, moment=moment)
        taking.undone_at, taking.undone_by = moment, by.id if by.kind == "staff" else None
        _audit(report, by, "report.word_undone")
        session.flush()
    return [section["title"] for section in stays]


def _merged(before: list[Section], stays: list[Section]) -> list[Section]:
    """The sections as they were, with those that stay in their place; a new one that stays comes last."""
    staying = {section["key"]: section for section in stays}
    rows = [staying.pop(section["key"], section) for section in before]
    return [*rows, *staying.values()]


def _checks(content: ReportContent) -> dict[str, str]:
    checks = {
        section["key"]: check_of(json.dumps([section["title"], section["blocks"]], ensure_ascii=False, sort_keys=True))
        for section in content["sections"]
    }
    return {**checks, HEAD: check_of("|".join((content["title"], content["byline"], content["date"])))}


def _audit(report: Report, by: Actor, act: str) -> None:
    audit.record(by, act, target=("report", report.id), campaign_id=report.campaign_id, unit_code=report.unit_code)
