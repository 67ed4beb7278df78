"""Whether this instance is backed up: what the doctor says of it. Touches the traces of backups."""

from collections.abc import Iterator

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from reports.running.backups import keeping, plan, runs
from reports.running.checks import NOTHING, Check
from surveys.database import db, utc_now
from surveys.files import Bucket
from surveys.questionnaire.sheets.faults import Text
from surveys.unfit_database import UnfitDatabase

REMEDY = Text(
    "请在“备份”页设好文件夹、时间和口令文件或公钥；也可以运行 .venv/bin/flask backup save 文件。",
    "Set folder, hour and a passphrase file or key on the page “Backups”; or run “.venv/bin/flask backup save FILE”.",
)


def examine() -> Iterator[Check]:
    """None at all, an old one, and a failure after the last good one are each told; nothing where there is no database."""
    try:
        good, failed, row = runs.newest(runs.MADE), runs.newest(runs.FAILED), plan.plan()
    except (SQLAlchemyError, UnfitDatabase):
        db.session.rollback()
        return
    if good is None:
        words = Text("还没有做过备份", "No backup was ever made")
        yield Check("backup", False, words, REMEDY, required=False)
    elif utc_now() - good.taken_at > runs.TOO_OLD:
        when = runs.local(good.taken_at)
        words = Text(f"最近一次备份已过时：{when}", f"The last backup is old: {when}")
        yield Check("backup", False, words, REMEDY, required=False)
    else:
        when = runs.local(good.taken_at)
        yield Check(
            "backup", True, Text(f"最近一次备份 {when}，在 {good.place}", f"Last backup {when}, in {good.place}")
        )
    if failed is not None and (good is None or failed.at > good.at):
        yield Check(
            "backup_failed",
            False,
            Text(f"{runs.local(failed.at)} 的备份没有做成", f"The backup of {runs.local(failed.at)} failed"),
            Text(failed.why("zh"), failed.why("en")),
            required=False,
        )
    elif row is None:
        words = Text("没有设定定时备份", "No timed backup is set")
        yield Check("backup_plan", False, words, REMEDY, required=False)
    else:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        words = _whereto(row.hour, row.folder, keeping.shared_store(app))
        yield Check("backup_plan", True, words, NOTHING)


def _whereto(hour: int, folder: str, store: Bucket | None) -> Text:
    """Where the timed one goes: the store that all hosts share, or a folder of the host whose worker makes it."""
    if store is not None:
        place = f"s3://{store.name}"
        return Text(f"每天 {hour}:00 备份到各台共用的存储 {place}", f"Backed up daily at {hour}:00 into the shared store {place}")  # fmt: skip
    return Text(
        f"每天 {hour}:00 备份到做备份的那台机器的 {folder}",
        f"Backed up daily at {hour}:00 into {folder} of the host that makes it",
    )
