"""Exports as they are asked for, made by the worker, kept for a while and removed. Touches the audit trail, jobs, and a folder of its own.

A row says what was asked for and what it covers: leaf → levels. Whoever may read all of that may download the file, nobody else.
Files lie in `exports` below the store of files by their hash, apart from what must never be lost, and go after `EXPORT_DAYS`; the
row stays.
"""

import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from flask import current_app
from sqlalchemy import BigInteger, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys import jobs
from surveys.accounts import Account
from surveys.audit import SYSTEM, Actor, record
from surveys.database import CHINA, Id, Line, db, one_of, utc_now, writing
from surveys.files import FileStore
from surveys.jobs import Job, Progress
from surveys.planning.campaigns.campaigns import Campaign

if TYPE_CHECKING:
    from reports.exports.dataset import Asked
    from reports.exports.rights import Rights

KIND = "data.export"
REMOVE = "data.remove"
FORMATS = ("csv", "xlsx", "sav", "geojson", "codebook", "media", "all")


class DataExport(db.Model):
    """One export. `table`: empty for visits or for all; `columns`: names by table, none for all; `rows`: by table once it is made."""

    __tablename__ = "data_exports"
    __table_args__ = (
        one_of("format", FORMATS),
        one_of("edition", ("outgoing", "internal")),
        Index(None, "campaign_id", "asked_at"),
        Index(None, "made_at"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    format: Mapped[str] = mapped_column(String(10))
    table: Mapped[str | None] = mapped_column("table_key", Line(100))
    edition: Mapped[str] = mapped_column(String(8))
    every_version: Mapped[bool] = mapped_column(default=False)
    personal: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(Line(200))
    columns: Mapped[dict[str, Any] | None]
    covers: Mapped[dict[str, Any]]  # leaf → levels
    drafts_of: Mapped[list[Any]]  # leaves of which versions before acceptance are in it
    language: Mapped[str] = mapped_column(String(2))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime | None]
    file: Mapped[str | None] = mapped_column(String(64))  # SHA-256
    size: Mapped[int | None] = mapped_column(BigInteger)
    rows: Mapped[dict[str, Any] | None] = mapped_column("row_counts")
    removed_at: Mapped[datetime | None]

    def row_count(self) -> int:
        return sum((self.rows or {}).values())

    def ending(self) -> str:
        return {"codebook": "xlsx", "media": "zip", "all": "zip"}.get(self.format, self.format)


def store() -> FileStore:
    """The store of exports."""
    files: FileStore = current_app.extensions["files"]
    return files.below("exports")


def days_kept() -> int:
    return int(current_app.config["EXPORT_DAYS"])


# --- asking --------------------------------------------------------------------------------------------------------


def ask_export(
    campaign: Campaign,
    rights: "Rights",
    asked: "Asked",
    *,
    unit_code: str,
    kind: str,
    table: str,
    reason: str,
    language: str,
    by: Actor,
) -> DataExport:
    """Have an export made by the worker; that it was asked for, and why, is in the audit trail before it begins."""
    with writing() as session:
        export = DataExport(
            campaign_id=campaign.id,
            unit_code=unit_code or None,
            format=kind,
            table=table or None,
            edition=asked.edition,
            every_version=asked.every,
            personal=asked.personal,
            reason=reason or None,
            columns={key: list(names) for key, names in asked.columns.items()} if asked.columns else None,
            covers={leaf: sorted(levels & asked.levels) for leaf, levels in rights.levels.items()},
            drafts_of=sorted(set(rights.levels) & rights.drafts_of) if asked.every else [],
            language=language,
            asked_at=utc_now(),
            asked_by=by.id,
        )
        session.add(export)
        session.flush()
        facts = {"format": kind, "set": table, "edition": asked.edition, "every_version": asked.every}
        facts |= {"personal": asked.personal, "reason": reason} if asked.personal else {}
        _note(by, "data.export_asked", export, **facts)
        jobs.ask(KIND, {"export": export.id}, about=campaign.id, asked_by=by.id)
    return export


def _note(by: Actor, act: str, export: DataExport, **facts: Any) -> None:
    record(by, act, target=("export", export.id), campaign_id=export.campaign_id, unit_code=export.unit_code, **facts)


# --- reading -------------------------------------------------------------------------------------------------------


def exports_of(campaign: Campaign, rights: "Rights") -> list[DataExport]:
    """The exports this reader may download, newest first."""
    query = select(DataExport).where(DataExport.campaign_id == campaign.id).order_by(DataExport.asked_at.desc())
    return [export for export in db.session.scalars(query) if may_read(export, rights)]


def may_read(export: DataExport, rights: "Rights") -> bool:
    """Whether everything the export covers may be read by this reader now."""
    covered = all(set(levels) <= rights.levels.get(leaf, frozenset()) for leaf, levels in export.covers.items())
    return covered and set(export.drafts_of) <= rights.drafts_of


def waiting(campaign: Campaign) -> dict[str, Job]:
    """Export → its job, of those that are not made."""
    return {job.arguments["export"]: job for job in jobs.jobs_about(KIND, campaign.id) if job.state != "done"}


def downloaded(export: DataExport, by: Actor) -> BinaryIO:
    """The file, open; that it was fetched is kept. Raises FileNotFoundError for one that is not made yet or was removed."""
    if export.file is None or export.removed_at is not None or not store().holds(export.file):
        raise FileNotFoundError(export.id)
    with writing():
        _note(by, "data.downloaded", export, sha256=export.file)
    return store().open(export.file)


# --- the worker ----------------------------------------------------------------------------------------------------


@jobs.handler(KIND)
def _make(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the file by the rights that the asking person has now; a file that was made already is left."""
    from reports.exports.dataset import Asked, Dataset
    from reports.exports.files import hash_of, write_file
    from reports.exports.rights import rights_of, within
    from surveys.access import staff_of

    export = db.session.get_one(DataExport, job.arguments["export"])
    if export.file is not None:
        return {"export": export.id}
    campaign = db.session.get_one(Campaign, export.campaign_id)
    account = db.session.get_one(Account, export.asked_by)
    rights = within(rights_of(staff_of(account), campaign), export.unit_code or "").at_most(
        export.covers, export.drafts_of
    )
    asked = Asked(export.edition, export.every_version, export.personal, export.columns)
    kind, table, language = export.format, export.table or "", export.language
    making = (
        Path(current_app.instance_path) / "exports"
    )  # on the disk of the store where that is a folder of the instance
    making.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=making, prefix=".making-") as folder:
        file = Path(folder) / f"export.{export.ending()}"
        rows = write_file(Dataset(campaign, rights, asked), kind, table, file, language=language, progress=progress)
        size, sha256 = file.stat().st_size, hash_of(file)
        store().adopt(file, sha256)
    with writing() as session:
        export = session.get_one(DataExport, job.arguments["export"])
        export.file, export.size, export.rows, export.made_at = sha256, size, rows, utc_now()
        _note(Actor("staff", account.id, account.name), "data.exported", export, rows=rows, sha256=sha256)
    return {"export": export.id}


@jobs.every_minute
def ask_for_removal() -> None:
    """Old files go once a day; the day turns at midnight in China."""
    jobs.ask(REMOVE, {"day": utc_now().astimezone(CHINA).date().isoformat()}, again=False)


@jobs.handler(REMOVE)
def _remove(job: Job, progress: Progress) -> dict[str, Any]:
    """Remove the files that were kept long enough."""
    limit = utc_now() - timedelta(days=days_kept())
    old = select(DataExport).where(DataExport.made_at < limit, DataExport.removed_at.is_(None))
    with writing() as session:
        exports = list(session.scalars(old))
        remove_files(exports)
    return {"removed": len(exports)}


def remove_files(exports: Iterable[DataExport]) -> None:
    """The files of these exports go, where no other row keeps them; the rows stay. Inside `writing()`."""
    files = set[str]()
    for export in exports:
        export.removed_at = utc_now()
        _note(SYSTEM, "data.removed", export, sha256=export.file)
        files |= {export.file} if export.file else set()
    db.session.flush()
    for file in files:
        still = select(DataExport.id).where(DataExport.file == file, DataExport.removed_at.is_(None)).limit(1)
        if db.session.scalar(still) is None:
            store().remove(file)
