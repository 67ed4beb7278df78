"""问题/建议: one in someone's words, with source and category; and the headlines they are put together under.

Touches submissions and events. A finding of a visit belongs to one content; only those of accepted contents count.
Coding (category, department, level) may be corrected by a desk: the correction is a row of its own, the words stay.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, LongText, db, one_of
from surveys.planning.campaigns import Campaign
from surveys.planning.units import Unit

FINDING_KINDS = ("problem", "suggestion")
SOURCES = ("visit", "event", "letter")


class Finding(db.Model):
    """One finding. `publication`: open, anonymous, closed."""

    __tablename__ = "findings"
    __table_args__ = (
        one_of("kind", FINDING_KINDS),
        one_of("source", SOURCES),
        one_of("publication", ("open", "anonymous", "closed")),
        UniqueConstraint("visit_id", "content", "path"),
        Index(None, "campaign_id", "category", "unit_code"),
        CheckConstraint("(source = 'visit') = (visit_id IS NOT NULL)", name="visit"),
        CheckConstraint("(source = 'event') = (event_id IS NOT NULL)", name="event"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    source: Mapped[str] = mapped_column(String(8))
    visit_id: Mapped[str | None] = mapped_column(ForeignKey("visits.id"), index=True)
    content: Mapped[str | None] = mapped_column(String(64))
    path: Mapped[str | None] = mapped_column(Line(300))
    event_id: Mapped[str | None] = mapped_column(ForeignKey("events.id"), index=True)
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
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
