"""Stores findings (问题、建议) in someone's words, with source and category, and the headlines above them.

Touches submissions and events. A finding of a visit belongs to one content; only those of accepted contents count.
Coding (category, department, level) may be corrected by a desk: the correction is a row of its own, the words stay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from surveys.audit import Actor, record
from surveys.database import Id, Line, LongText, db, one_of, utc_now, writing
from surveys.fieldwork.visits.visits import Decision, Visit, visit_name
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.campaigns.units import Unit

FINDING_KINDS = ("problem", "suggestion")
SOURCES = ("visit", "event", "letter")
_OF_AN_EVENT = text("event_id IS NOT NULL")


class Finding(db.Model):
    """One finding. `publication`: open, anonymous, closed."""

    __tablename__ = "findings"
    __table_args__ = (
        one_of("kind", FINDING_KINDS),
        one_of("source", SOURCES),
        one_of("publication", ("open", "anonymous", "closed")),
        UniqueConstraint("visit_id", "content", "path"),
        Index(None, "campaign_id", "category", "unit_code"),
        Index(None, "event_id", postgresql_where=_OF_AN_EVENT, sqlite_where=_OF_AN_EVENT),
        CheckConstraint("(source = 'visit') = (visit_id IS NOT NULL)", name="visit"),
        CheckConstraint("(source = 'event') = (event_id IS NOT NULL)", name="event"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    source: Mapped[str] = mapped_column(String(8))
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id"))
    content: Mapped[str | None] = mapped_column(String(64))
    path: Mapped[str | None] = mapped_column(Line(300))
    event_id: Mapped[str | None] = mapped_column(ForeignKey("events.id"))
    speaker_role: Mapped[str | None] = mapped_column(Line(20))
    speaker_level: Mapped[str | None] = mapped_column(Line(12))
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(LongText)
    category: Mapped[str | None] = mapped_column(String(8))
    category2: Mapped[str | None] = mapped_column(String(8))
    department: Mapped[str | None] = mapped_column(String(8))
    tier: Mapped[str | None] = mapped_column(String(12))  # 事权层级
    wants_reply: Mapped[bool] = mapped_column(default=False)
    purpose: Mapped[str | None] = mapped_column(String(20))  # what a suggestion is meant for: regulation, policy, …
    urgency: Mapped[str | None] = mapped_column(String(10))
    publication: Mapped[str] = mapped_column(String(10), default="closed")
    from_paper: Mapped[bool] = mapped_column(default=False)
    entered_at: Mapped[datetime]
    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit] = relationship()


class FindingCoding(db.Model):
    """A desk's coding of a finding; the newest not undone one is in force over what the form said."""

    __tablename__ = "finding_codings"

    id: Mapped[Id]
    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id"), index=True)
    category: Mapped[str | None] = mapped_column(String(8))
    category2: Mapped[str | None] = mapped_column(String(8))
    department: Mapped[str | None] = mapped_column(String(8))
    tier: Mapped[str | None] = mapped_column(String(12))
    coded_at: Mapped[datetime]
    coded_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    act_id: Mapped[str | None] = mapped_column(ForeignKey("finding_acts.id"), index=True)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


class Headline(db.Model):
    """A wording under which findings are put together, in one unit's view of one campaign."""

    __tablename__ = "headlines"

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    category: Mapped[str | None] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(LongText)
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


class HeadlineFinding(db.Model):
    """A finding put under a headline by a person; undone, not deleted."""

    __tablename__ = "headline_findings"

    id: Mapped[Id]
    headline_id: Mapped[str] = mapped_column(ForeignKey("headlines.id"), index=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id"), index=True)
    joined_at: Mapped[datetime]
    joined_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    act_id: Mapped[str | None] = mapped_column(ForeignKey("finding_acts.id"), index=True)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    undone_act_id: Mapped[str | None] = mapped_column(ForeignKey("finding_acts.id"), index=True)


# --- entering and coding -------------------------------------------------------------------------------------------


def add_speech(
    campaign_id: str,
    unit_code: str,
    event_id: str,
    *,
    kind: str,
    text: str,
    speaker_role: str | None = None,
    speaker_level: str | None = None,
    publication: str = "anonymous",
    **coding: str | None,
) -> Finding:
    """What somebody said at an event, as a finding. `coding`: category, category2, department, tier, urgency, purpose."""
    with writing() as session:
        finding = Finding(
            campaign_id=campaign_id,
            unit_code=unit_code,
            source="event",
            event_id=event_id,
            kind=kind,
            text=text,
            speaker_role=speaker_role,
            speaker_level=speaker_level,
            publication=publication,
            entered_at=utc_now(),
            **coding,
        )
        session.add(finding)
        session.flush()
        return finding


def add_letter(campaign_id: str, unit_code: str, *, kind: str, text: str, **facts: Any) -> Finding:
    """A finding that came by letter; the facts are the columns of `Finding`."""
    with writing() as session:
        finding = Finding(
            campaign_id=campaign_id,
            unit_code=unit_code,
            source="letter",
            kind=kind,
            text=text,
            entered_at=utc_now(),
            **facts,
        )
        session.add(finding)
        session.flush()
        return finding


def code(finding: Finding, by: Actor, act_id: str | None = None, **coding: str | None) -> FindingCoding:
    """Correct a finding's category, category2, department or tier, as part of an act; what the form said stays readable."""
    with writing() as session:
        before = coding_in_force(finding.id)
        values = {key: getattr(before or finding, key) for key in ("category", "category2", "department", "tier")}
        row = FindingCoding(
            finding_id=finding.id,
            coded_at=utc_now(),
            coded_by=by.id if by.kind == "staff" else None,
            act_id=act_id,
            **(values | coding),
        )
        session.add(row)
        record(by, "finding.code", target=("finding", finding.id), campaign_id=finding.campaign_id, **coding)
        session.flush()
        return row


def coding_in_force(finding_id: str) -> FindingCoding | None:
    """The newest coding that was not undone."""
    return db.session.scalar(
        select(FindingCoding)
        .where(FindingCoding.finding_id == finding_id, FindingCoding.undone_at.is_(None))
        .order_by(FindingCoding.coded_at.desc(), FindingCoding.id.desc())
        .limit(1)
    )


# --- reading -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding that counts, with the coding in force and where it comes from."""

    id: str
    unit: str
    source: str
    kind: str
    text: str
    category: str | None
    category2: str | None
    department: str | None
    tier: str | None
    wants_reply: bool
    urgency: str | None
    publication: str
    visit_id: str | None
    number: int | None
    subject_id: str | None
    subject: str | None
    from_paper: bool


def counted_findings(campaign_id: str, unit_codes: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Findings that count: of events and letters, and of each visit's accepted content. Columns are FindingRow's."""
    coding, later = aliased(FindingCoding), aliased(FindingCoding)
    decision, newer, return_decision = aliased(Decision), aliased(Decision), aliased(Decision)
    newest_coding = (
        select(later.id)
        .where(later.finding_id == Finding.id, later.undone_at.is_(None))
        .order_by(later.coded_at.desc(), later.id.desc())
        .limit(1)
        .correlate(Finding)
        .scalar_subquery()
    )
    last_word = (
        select(newer.visit_id, func.max(newer.number).label("number"))
        .where(newer.verdict.in_(("accept", "reopen")))
        .group_by(newer.visit_id)
        .subquery()
    )
    is_taken_back = exists().where(
        return_decision.visit_id == decision.visit_id,
        return_decision.content == decision.content,
        return_decision.number > decision.number,
        return_decision.verdict == "return",
    )
    accepted_contents = (
        select(decision.visit_id, decision.content)
        .join(last_word, (last_word.c.visit_id == decision.visit_id) & (last_word.c.number == decision.number))
        .where(decision.verdict == "accept", ~is_taken_back)
        .subquery()
    )

    def in_force(name: str) -> ColumnElement[Any]:
        return func.coalesce(getattr(coding, name), getattr(Finding, name))

    return (
        select(
            Finding.id,
            Finding.unit_code.label("unit"),
            Finding.source,
            Finding.kind,
            Finding.text,
            in_force("category").label("category"),
            in_force("category2").label("category2"),
            in_force("department").label("department"),
            in_force("tier").label("tier"),
            Finding.wants_reply,
            Finding.urgency,
            Finding.publication,
            Finding.visit_id,
            Assignment.number,
            Visit.subject_id,
            visit_name().label("subject"),
            Finding.from_paper,
        )
        .select_from(Finding)
        .outerjoin(coding, coding.id == newest_coding)
        .outerjoin(
            accepted_contents,
            (accepted_contents.c.visit_id == Finding.visit_id) & (accepted_contents.c.content == Finding.content),
        )
        .outerjoin(Visit, Visit.id == Finding.visit_id)
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .outerjoin(Subject, Subject.id == Visit.subject_id)
        .where(
            Finding.campaign_id == campaign_id,
            Finding.unit_code.in_(unit_codes),
            or_(Finding.source != "visit", accepted_contents.c.content.is_not(None) & Visit.voided_at.is_(None)),
        )
    )


def finding_rows(rows: Iterable[Iterable[Any]]) -> list[FindingRow]:
    """The rows of a query of `counted_findings`, or of a page of it."""
    return [FindingRow(*row) for row in rows]
