"""`flask backup save|verify|restore|key`. Touches the backups; JSON to standard output alone, all else to standard error.

Exit status: 0 good, 1 the backup or the data is at fault, 2 wrong call (no passphrase and no key).
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

from surveys.command_group import CommandGroup

backup_cli = CommandGroup("backup", help="Save the whole instance in one encrypted file, verify it, restore it.")
FILE = click.argument("file", type=click.Path(path_type=Path))
IDENTITY = click.option(
    "--identity", type=click.Path(path_type=Path), help="File with the secret key, for a backup made with --recipient."
)


def register(app: Flask) -> None:
    app.cli.add_command(backup_cli)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined]


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _say(zh: str, en: str) -> None:
    click.echo(f"{zh}\n{en}", err=True)


@contextmanager
def faults_said() -> Iterator[None]:
    """A fault ends the command with its place, cause and remedy in both languages."""
    from reports.running.backups.faults import BackupFault

    try:
        yield
    except BackupFault as fault:
        place = f"{fault.place}：" if fault.place else ""
        _say(
            f"{place}{fault.cause('zh')}{fault.remedy('zh')}",
            f"{place.replace('：', ': ')}{fault.cause('en')} {fault.remedy('en')}",
        )
        sys.exit(2 if fault.is_wrong_call else 1)


@backup_cli.command("save")
@FILE
@click.option("--recipient", help="Encrypt to this key (age1…) instead of $DIAOYAN_BACKUP_PASSPHRASE.")
def save_command(file: Path, recipient: str | None) -> None:
    """Write database, files, keys and settings into FILE; the server may run."""
    from reports.running.backups import runs
    from reports.running.backups.locks import lock_of

    with faults_said():
        saved = runs.save_and_record(_app(), file, lock_of(recipient))
    local = runs.local(saved.taken_at)
    _say(
        f"已备份到 {saved.file}：{saved.rows}行数据、{saved.files}个文件，{saved.size}字节；内容截至 {local}。",
        f"Saved {saved.file}: {saved.rows} rows and {saved.files} files, {saved.size} bytes; it reaches to {local}.",
    )
    _say_head(saved.audit_head and saved.audit_head.as_json())
    for name in saved.damaged:
        _say(
            f"{name}：磁盘上的内容与其校验值不符，已照原样备份。请查明原因。",
            f"{name}: on disk it is not what its name says; saved as it is. Find out why.",
        )
    _print_json(saved.as_json())


def _say_head(head: dict[str, Any] | None) -> None:
    if head is not None:
        _say(
            f"审计记录到第{head['position']}条，链尾 {head['hash']}。",
            f"The audit trail reaches to row {head['position']}, its head is {head['hash']}.",
        )


@backup_cli.command("verify")
@FILE
@IDENTITY
def verify_command(file: Path, identity: Path | None) -> None:
    """Decrypt FILE and check every hash and count; exit status 1 at any damage."""
    from reports.running.backups import reading, runs
    from reports.running.backups.locks import opener_of

    with faults_said():
        verified = reading.read(file, opener_of(identity))
    local = runs.local(verified.about.taken_at)
    _say(
        f"备份完好：{len(verified.tables)}个表、{sum(verified.tables.values())}行、{verified.files}个文件都与清单一致；内容截至 {local}。",
        f"The backup is whole: {len(verified.tables)} tables, {sum(verified.tables.values())} rows and {verified.files} files are as listed; it reaches to {local}.",
    )
    _say_head(verified.about.audit_head)
    _print_json(verified.as_json())


@backup_cli.command("restore")
@FILE
@IDENTITY
@click.option("--replace", is_flag=True, help="Also where there are data: they are moved aside and kept.")
def restore_command(file: Path, identity: Path | None, replace: bool) -> None:
    """Put the instance back from FILE: into an empty one, or with --replace."""
    from reports.running.backups import restoring, runs
    from reports.running.backups.locks import opener_of
    from reports.running.migrations import newest_head

    with faults_said():
        restored = restoring.restore(_app(), file, opener_of(identity), replace=replace)
    taken, now = runs.local(restored.verified.about.taken_at), runs.local(restored.restored_at)
    _say(
        f"已恢复：数据库、文件和密钥都回到 {taken}。\n"
        f"{taken} 至 {now} 之间收到的填报不在备份里：还在手机上的，手机下次联网时自动重新报送，草稿也会重新上传；"
        "已在手机上删除的（确认送达30天后，或审核通过、活动结束后）、不用脚本的页面上填写的、工作人员在网页上做的，这段时间内的都没有了。"
        "这段时间内登记的手机，请用原来的走访单和验证码再登记一次。",
        f"Restored: database, files and keys are as of {taken}.\n"
        f"What came in between {taken} and {now} was not in the backup. What is still on phones is handed in again by itself at their "
        "next contact, drafts too. Gone is what phones had deleted (30 days after it was confirmed, or once accepted or the campaign "
        "closed), what was filled in on pages without script, and what staff did at their desks in that time. Phones enrolled in that "
        "time enrol once more with the same slip and code.",
    )
    if restored.upgraded_from:
        _say(
            f"数据库结构已从 {restored.upgraded_from} 升级到 {newest_head()}。",
            f"The database was upgraded from {restored.upgraded_from} to {newest_head()}.",
        )
    for place in restored.aside:
        _say(
            f"原有数据保留在 {place}，确认无误后请删除。",
            f"What was there is kept in {place}; delete it once all is well.",
        )
    _print_json(restored.as_json())


@backup_cli.command("list")
def list_command() -> None:
    """The timed backups that are kept, newest first, and where: in the store that all hosts share, or in this host's folder."""
    from reports.running.backups import keeping, plan

    row = plan.plan()
    folder = row.folder if row else str(keeping.on_the_way(_app()))
    backups = keeping.place_of(_app(), folder).kept()
    where = "store" if keeping.shared_store(_app()) else keeping.this_host()
    _print_json([{"name": one.name, "bytes": one.size, "where": where} for one in backups])


@backup_cli.command("fetch")
@click.argument("name")
@FILE
def fetch_command(name: str, file: Path) -> None:
    """Copy the timed backup NAME out of the store that all hosts share into FILE, to verify or to restore it."""
    from reports.running.backups import keeping

    store = keeping.shared_store(_app())
    with faults_said():
        if store is None:
            raise click.UsageError("DIAOYAN_FILES names no store: the backups lie in the folder of the plan.")
        keeping.InStore(store, keeping.on_the_way(_app())).fetch(name, file)
    _say(f"已取到 {file}。", f"Fetched into {file}.")


@backup_cli.command("key")
@FILE
def key_command(file: Path) -> None:
    """Make a key: the secret half into FILE (keep it away from the server), the public half on standard output."""
    from reports.running.backups import age
    from reports.running.backups.faults import of_system

    identity = age.Identity.new()
    with faults_said():
        try:
            age.write_private(file, age.new_key_file(identity))
        except OSError as problem:
            raise of_system(problem, file) from problem
    _say(
        f"私钥在 {file}：请移到服务器以外妥善保存，丢失后备份打不开。公钥见下一行，用于 --recipient。",
        f"The secret key is in {file}: move it off this server and keep it safe; without it no backup opens. The public key for --recipient follows.",
    )
    click.echo(str(identity.recipient))
