"""Stores what a desk does with findings, act by act (刚才做的), and what it notes of them. Touches the database alone.

An act belongs to one unit's view of a campaign. Codings, places under headlines and marks name the act that made or ended
them: undoing an act undoes these rows and gives back those it ended. Nothing is deleted.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Id, db, one_of

ACTS = ("code", "join", "bulk", "aside", "refuse", "typical", "plain", "split", "apart")
MARKS = ("aside", "typical", "refused")


class FindingAct(db.Model):
    """One act. `detail`: the words it is told with (headline, category, least); `findings`: how many it touched."""

    __tablename__ = "finding_acts"
    __table_args__ = (one_of("kind", ACTS), Index(None, "campaign_id", "unit_code", "done_at"))

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    kind: Mapped[str] = mapped_column(String(8))
    findings: Mapped[int]
    detail: Mapped[dict[str, Any] | None]
    done_at: Mapped[datetime]
    done_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


class FindingMark(db.Model):
    """What was noted of a finding in a unit's view: put aside, typical, or never to be proposed with another or under a headline."""

    __tablename__ = "finding_marks"
    __table_args__ = (
        one_of("kind", MARKS),
        CheckConstraint("kind = 'refused' OR (other_id IS NULL AND headline_id IS NULL)", name="refused"),
        Index(None, "campaign_id", "unit_code", "kind"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    other_id: Mapped[str | None] = mapped_column(ForeignKey("findings.id"))
    headline_id: Mapped[str | None] = mapped_column(ForeignKey("headlines.id"))
    act_id: Mapped[str] = mapped_column(ForeignKey("finding_acts.id"), index=True)
    undone_at: Mapped[datetime | None]
    undone_act_id: Mapped[str | None] = mapped_column(ForeignKey("finding_acts.id"), index=True)
