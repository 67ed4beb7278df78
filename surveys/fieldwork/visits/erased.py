"""What was erased of what was received: which content, how much of it, on which request. Touches visits.

The bytes that stay are hashed here (`rest`), so that a report that rests on them can still be checked.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Id, Line, db, one_of

SCOPES = ("subject", "deputy", "contact", "term")


class Erasure(db.Model):
    """One erasure: of a firm, a deputy, a contact, or by term of a campaign. It names nobody: `target_id` is the id of the row that stays."""

    __tablename__ = "erasures"
    __table_args__ = (one_of("scope", SCOPES),)

    id: Mapped[Id]
    scope: Mapped[str] = mapped_column(String(10))
    target_id: Mapped[str] = mapped_column(String(36), index=True)
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    reason: Mapped[str] = mapped_column(Line(200))
    done_at: Mapped[datetime]
    done_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    counts: Mapped[dict[str, Any]]  # kind of thing → how many were erased or cleared


class ErasedContent(db.Model):
    """A content of which something was erased; `rest`: the SHA-256 of the bytes that stay. A later erasure has a row of its own."""

    __tablename__ = "erased_contents"
    __table_args__ = (UniqueConstraint("visit_id", "content", "rest"),)

    id: Mapped[Id]
    erasure_id: Mapped[str] = mapped_column(ForeignKey("erasures.id"), index=True)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), index=True)
    content: Mapped[str] = mapped_column(String(64))
    rest: Mapped[str] = mapped_column(String(64))
    erased_at: Mapped[datetime]


def rests_of(visit_ids: list[str]) -> set[tuple[str, str, str]]:
    """(visit, content, hash of the bytes that stay) of what was erased in these visits."""
    erased: set[tuple[str, str, str]] = set()
    columns = (ErasedContent.visit_id, ErasedContent.content, ErasedContent.rest)
    for start in range(0, len(visit_ids), 400):
        query = select(*columns).where(ErasedContent.visit_id.in_(visit_ids[start : start + 400]))
        erased.update((visit, content, rest) for visit, content, rest in db.session.execute(query))
    return erased
