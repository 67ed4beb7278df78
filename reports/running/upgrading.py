"""`flask upgrade`: a backup first, then the steps that bring the database to this program. Touches backups and migrations.

Exit status: 0 the database fits the program, 1 the backup or a step failed (nothing was upgraded), 2 no passphrase and no key for
the backup, 3 the database is newer than the program or cannot hold an instance.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask, current_app
from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine

from surveys.command_group import end_for
from surveys.database import CHINA, db, utc_now
from surveys.unfit_database import UnfitDatabase, check_connection

if TYPE_CHECKING:
    from reports.running.backups.saving import Saved


def register(app: Flask) -> None:
    app.cli.add_command(upgrade_command)


@click.command("upgrade")
@click.option("--without-backup", is_flag=True, help="Upgrade without a backup; there is no way back then.")
def upgrade_command(without_backup: bool) -> None:
    """Bring the database to this version of the program; one with an office's data in it is backed up first."""
    from flask_migrate import upgrade

    from reports.running import migrations
    from reports.running.backups import runs
    from reports.running.backups.commands import faults_said

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        check_connection(db.engine)
        with db.engine.connect() as connection:
            migrations.refuse_newer(connection)
            present = migrations.present_heads(connection)
    except UnfitDatabase as unfit:
        end_for(unfit)
    newest = migrations.newest_head()
    if present == {newest}:
        _say(f"数据库结构已是最新（{newest}）。", f"The database has the newest structure ({newest}).")
        return
    saved = None
    if present and not without_backup and holds_an_office(db.engine):
        with faults_said():
            saved = save_before(app, "-".join(sorted(present)))
        _say(f"升级前的备份：{saved.file}", f"Backed up before the upgrade: {saved.file}")
    db.session.remove()
    upgrade(directory=str(migrations.FOLDER))
    if saved is not None:
        runs.put_on_record(saved)  # now that the trail has the columns of this program
    _say(f"数据库结构已升级到 {newest}。", f"The database was upgraded to {newest}.")


def _say(zh: str, en: str) -> None:
    click.echo(f"{zh}\n{en}", err=True)


def holds_an_office(engine: Engine) -> bool:
    """Whether there is a campaign that is no demonstration, or people without one: what nobody could make anew by a command."""
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        if not {"campaigns", "accounts"} <= tables:
            return False
        campaigns = connection.scalar(text("SELECT count(*) FROM campaigns"))
        if not campaigns:
            return bool(connection.scalar(text("SELECT count(*) FROM accounts")))
        return bool(connection.scalar(text("SELECT count(*) FROM campaigns WHERE NOT demonstration")))


def save_before(app: Flask, head: str) -> "Saved":
    """Into the folder of the plan, else into `backups` of the instance folder. Raises BackupFault."""
    from reports.running.backups import locks, plan, saving

    row = plan.plan() if inspect(db.engine).has_table("backup_plans") else None
    lock = locks.lock_of(row.recipient, row.passphrase_file) if row else locks.lock_of()
    folder = Path(row.folder) if row else Path(app.instance_path) / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"before-upgrade-from-{head}-{utc_now().astimezone(CHINA):%Y%m%d-%H%M%S}.age"
    return saving.save(app, file, lock)
