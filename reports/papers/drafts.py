"""The working draft (草稿) of a report: its sections are rows, saved one by one, and guarded against two writers.

Raises ReportFault where the report is not with its writers, a section was saved meanwhile, or braces hold no figure.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from reports.faults import FaultKind, ReportFault, TokenFault
from reports.papers.records import STATE_NAMES, WRITABLE, Report, ReportSection, state
from reports.text import content as contents
from reports.text.report_shape import Block, ReportContent, Section
from surveys import audit
from surveys.accounts import Account
from surveys.audit import Actor
from surveys.database import CHINA, db, new_id, writing
from surveys.questionnaire.sheets.bilingual import Text


def fill_report(report: Report, content: ReportContent, *, by: Actor, at: datetime | None = None) -> None:
    """Put a whole report in place of the draft (a manuscript). Raises ReportFault when it may not be written."""
    for section in content["sections"]:
        _check_tokens(section["title"], section)
    with writing():
        _only_writable(report)
        _set_head(report, content["title"], content["byline"], content["date"])
        replace_sections(report, content, by, at or report.campaign.now())
        _audit(report, by, "report.filled")


def _set_head(report: Report, title: str, byline: str, date: str) -> None:
    report.title = title or report.title
    report.byline = byline or report.byline
    report.dated = date or report.dated


def save_head(report: Report, *, title: str, byline: str, date: str, by: Actor) -> None:
    """Title, 署名 and date of the draft."""
    with writing():
        _only_writable(report)
        _set_head(report, title.strip(), byline.strip(), date.strip())
        _audit(report, by, "report.head_saved")


def replace_sections(report: Report, content: ReportContent, by: Actor, moment: datetime) -> None:
    """Put these sections in place of those that stand, inside `writing()`."""
    session = db.session()
    for section in sections(report):
        session.delete(section)
    session.flush()
    for sort, section in enumerate(content["sections"]):
        session.add(_new_section(report, section, sort, by, moment))
    session.flush()


def put_sections(report: Report, content: ReportContent, *, by: Actor, moment: datetime) -> None:
    """The draft says this from now on, inside `writing()`; rows of sections that say the same stay as they are.

    Raises ReportFault where the report may not be written, or braces hold no figure.
    """
    for section in content["sections"]:
        _check_tokens(section["title"], section)
    _only_writable(report)
    _set_head(report, content["title"], content["byline"], content["date"])
    session = db.session()
    rows = {row.key: row for row in sections(report)}
    for sort, section in enumerate(content["sections"]):
        row = rows.pop(section["key"], None)
        if row is None:
            session.add(_new_section(report, section, sort, by, moment))
            continue
        row.sort = sort
        if (row.title or "", row.blocks) != (section["title"], section["blocks"]):
            row.title, row.blocks = section["title"], section["blocks"]
            row.saved_at, row.saved_by = moment, _account(by)
    for row in rows.values():
        session.delete(row)
    session.flush()


def _new_section(report: Report, section: Section, sort: int, by: Actor, moment: datetime) -> ReportSection:
    return ReportSection(
        report_id=report.id,
        key=section["key"],
        sort=sort,
        depth=section["level"],
        title=section["title"],
        numbering=section.get("numbering"),
        blocks=section["blocks"],
        saved_at=moment,
        saved_by=_account(by),
    )


def sections(report: Report) -> list[ReportSection]:
    """The sections of the draft, in order."""
    query = select(ReportSection).where(ReportSection.report_id == report.id).order_by(ReportSection.sort)
    return list(db.session.scalars(query))


def draft(report: Report) -> ReportContent:
    """The working draft as plain data."""
    return {
        "format": contents.FORMAT,
        "title": report.title,
        "byline": report.byline or "",
        "date": report.dated or "",
        "sections": [
            {
                "key": section.key,
                "title": section.title or "",
                "numbering": section.numbering or "",
                "level": section.depth,
                "blocks": section.blocks,
            }
            for section in sections(report)
        ],
    }


def save_section(
    report: Report, key: str, blocks: Sequence[Block], *, row_version: int | None, by: Actor, at: datetime | None = None
) -> ReportSection:
    """Keep one section's blocks. `row_version` is that of the section as the writer saw it (None: whatever it is).

    Raises ReportFault: section_changed when somebody saved it meanwhile, token_wrong for braces that are no figure.
    """
    _check_tokens(key, {"key": key, "title": key, "numbering": "", "level": 1, "blocks": list(blocks)})
    with writing() as session:
        _only_writable(report)
        section = session.scalar(
            select(ReportSection).where(ReportSection.report_id == report.id, ReportSection.key == key)
        )
        if section is None:
            raise ReportFault(FaultKind.NO_SECTION, key, key=key)
        session.refresh(section)
        if row_version is not None and section.row_version != row_version:
            raise _changed(section, session.get(Account, section.saved_by) if section.saved_by else None)
        section.blocks = with_ids(blocks)
        section.saved_at, section.saved_by = at or report.campaign.now(), _account(by)
        session.flush()
    return section


def _changed(section: ReportSection, who: Account | None) -> ReportFault:
    """Somebody else saved it meanwhile: who and when."""
    at = f"{section.saved_at.astimezone(CHINA):%H:%M}"
    by = Text(f"已由{who.name}于{at}", f"{who.name} at {at}") if who else Text(f"在{at}别处", f"another page at {at}")
    return ReportFault(FaultKind.SECTION_CHANGED, section.title or section.key, by=by)


def with_ids(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, each with an id of its own."""
    identities: set[str] = set()
    rows = []
    for block in blocks:
        identity = block.get("id")
        if not identity or identity in identities:
            identity = new_id()[:13]
        identities.add(identity)
        rows.append({**block, "id": identity})
    return rows


def _check_tokens(place: str, section: Section) -> None:
    """Raises ReportFault at the first figure of the section that cannot be read."""
    try:
        contents.check_tokens({"format": contents.FORMAT, "title": "", "byline": "", "date": "", "sections": [section]})
    except TokenFault as fault:
        raise ReportFault(fault.kind, place, **fault.values) from fault


def _only_writable(report: Report) -> None:
    state_name = state(report)
    if state_name not in WRITABLE:
        raise ReportFault(FaultKind.NOT_WRITABLE, report.title, state=STATE_NAMES[state_name])


def _audit(report: Report, by: Actor, act: str) -> None:
    audit.record(by, act, target=("report", report.id), campaign_id=report.campaign_id, unit_code=report.unit_code)


def _account(by: Actor) -> str | None:
    return by.id if by.kind == "staff" else None
