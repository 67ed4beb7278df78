"""When a backup is made by itself: where to, at which hour, how many stay, what it is locked to. Touches one table and the audit trail."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Mapped, mapped_column

from reports.running.backups import locks
from reports.running.backups.faults import BackupFault, BackupFaultKind, of_system
from reports.running.backups.rebuilding import ROOT
from surveys.audit import Actor, record
from surveys.database import CHINA, Line, db, utc_now, writing

THE_PLAN = 1
TARGET = ("backup", "plan")


class BackupPlan(db.Model):
    """The one plan of this instance. No secret stands in it: a public key, or the name of a file with a passphrase."""

    __tablename__ = "backup_plans"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    folder: Mapped[str] = mapped_column(Line(300))
    hour: Mapped[int]  # in Asia/Shanghai
    keep: Mapped[int]
    recipient: Mapped[str | None] = mapped_column(Line(100))
    passphrase_file: Mapped[str | None] = mapped_column(Line(300))
    changed_at: Mapped[datetime]


def plan() -> BackupPlan | None:
    return db.session.get(BackupPlan, THE_PLAN)


def change_plan(
    *, folder: str, hour: int, keep: int, recipient: str | None, passphrase_file: str | None, actor: Actor
) -> None:
    """Keep a plan that can work now. Raises BackupFault: a folder that cannot be written to, no key, a passphrase that is not there."""
    check_folder(Path(folder))
    locks.lock_of(recipient, passphrase_file)
    with writing() as session:
        row = session.get(BackupPlan, THE_PLAN) or BackupPlan(id=THE_PLAN)
        row.folder, row.hour, row.keep = folder, hour, keep
        row.recipient, row.passphrase_file = recipient, passphrase_file
        row.changed_at = utc_now()
        session.add(row)
        record(actor, "backup.plan", target=TARGET, folder=folder, hour=hour, keep=keep)


def check_folder(folder: Path) -> None:
    """Raises BackupFault unless files can be written there and it is no folder of the program, which pages are served from."""
    if not folder.is_absolute() or folder.resolve().is_relative_to(ROOT / "static"):
        raise BackupFault(BackupFaultKind.BAD_FOLDER, str(folder))
    probe = folder / ".diaoyan-probe"
    try:
        probe.write_bytes(b"probe")
        probe.unlink()
    except OSError as problem:
        raise of_system(problem, folder) from problem


def due_at(row: BackupPlan, now: datetime) -> datetime | None:
    """The last moment at which a backup was to be made; None before the first one after the plan was changed."""
    local = now.astimezone(CHINA)
    moment = local.replace(hour=row.hour, minute=0, second=0, microsecond=0)
    if moment > local:
        moment -= timedelta(days=1)
    return moment if moment >= row.changed_at else None
