"""The workbook a campaign issued, version by version. Touches the questionnaire, the files and campaigns.

A version keeps the workbook (by hash) and two packages, with and without the media questions; the campaign's switch says
which of them phones are given. A package is served as long as anyone may hold a draft of it, withdrawn or not.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, db
from surveys.planning.campaigns import Campaign


class Package(db.Model):
    """A compiled questionnaire by its hash; the bytes never change."""

    __tablename__ = "packages"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[bytes]
    made_at: Mapped[datetime]


class QuestionnaireVersion(db.Model):
    """One issued workbook. The newest published and not withdrawn one is in force."""

    __tablename__ = "questionnaire_versions"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    title: Mapped[str | None] = mapped_column(Line(200))
    file_name: Mapped[str] = mapped_column(Line(200))
    workbook: Mapped[str] = mapped_column(String(64))  # SHA-256 in the file store
    package_hash: Mapped[str] = mapped_column(ForeignKey("packages.hash"), index=True)
    media_hash: Mapped[str] = mapped_column(ForeignKey("packages.hash"))
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    notes: Mapped[list[Any] | None]  # warnings given at upload
    campaign: Mapped[Campaign] = relationship()

    def hash_for(self, media: bool) -> str:
        return self.media_hash if media else self.package_hash


def version_in_force(campaign_id: str) -> QuestionnaireVersion | None:
    """The version new visits are filled with, or None before the first is published."""
    return db.session.scalar(
        select(QuestionnaireVersion)
        .where(
            QuestionnaireVersion.campaign_id == campaign_id,
            QuestionnaireVersion.published_at.is_not(None),
            QuestionnaireVersion.withdrawn_at.is_(None),
        )
        .order_by(QuestionnaireVersion.number.desc())
        .limit(1)
    )
