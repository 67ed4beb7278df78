"""The table of trials (试填), so that every web process of every host goes on with the same one. Touches accounts and questionnaire versions.

A trial that nobody went on with for 30 days goes by itself, as the files brought to it do.
"""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys import jobs
from surveys.database import Id, LongText, db, utc_now, writing

LIFE = timedelta(days=30)


class TrialRecord(db.Model):
    """What one account filled in to try one version (with media or without), the last state alone."""

    __tablename__ = "trials"
    __table_args__ = (UniqueConstraint("account_id", "version_id", "package_hash"),)

    id: Mapped[Id]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    version_id: Mapped[str] = mapped_column(ForeignKey("questionnaire_versions.id"), index=True)
    package_hash: Mapped[str] = mapped_column(ForeignKey("packages.hash"))
    body: Mapped[str] = mapped_column(LongText)  # canonical JSON of a `TrialText`
    saved_at: Mapped[datetime] = mapped_column(index=True)


@jobs.every_minute
def drop_old() -> None:
    """Trials that nobody went on with."""
    old = TrialRecord.saved_at < utc_now() - LIFE
    if db.session.scalar(select(TrialRecord.id).where(old).limit(1)) is None:
        return
    with writing() as session:
        session.execute(delete(TrialRecord).where(old))
