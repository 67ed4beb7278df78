"""What this machine has and lacks: fonts, database, storage, jobs, clock, address, tools, each with how to get it.

Takes   the application, inside no request.
Gives   one `Check` a row, in the order in which they are mended; nothing here changes anything that lasts.
Ok      a row that is not ok and `required` keeps the program from its work; one that is not required costs a feature.
"""

import ctypes
import ctypes.util
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from reports.checking.report_evidence import font_folder
from reports.printing import fonts
from reports.printing.volume import PrintFault
from reports.running.backups import standing
from reports.running.checks import NOTHING, Check
from surveys import instance_marks
from surveys.database import assert_durable, count_of, db
from surveys.files import Bucket, Folder, StoreSilent
from surveys.jobs import STALE_AFTER, Job
from surveys.questionnaire.sheets.faults import Text
from surveys.unfit_database import UnfitDatabase, missing_database

WAITS_TOO_LONG = timedelta(minutes=5)
LEAST_FREE = 2 * 1024**3  # bytes: a campaign's photos and its prints
PROGRAM_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # no clock is right that says less
PRINT_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
}


def examine(app: Flask) -> list[Check]:
    """Run every check of this machine."""
    with app.app_context():
        return [
            *_print_libraries(),
            *_fonts(app),
            *_database(),
            *_storage(app),
            *_shared(app),
            *_jobs(),
            *standing.examine(),
            *_clock(),
            *_address(app),
            *_trusted_hosts(app),
            *_scripts(app),
            *_tools(),
        ]


def _print_libraries() -> Iterator[Check]:
    missing_packages = [package for library, package in PRINT_LIBRARIES.items() if not _loads(library)]
    names = "、".join(missing_packages)
    yield Check(
        "print_libraries",
        not missing_packages,
        Text(
            f"排版所需的系统库不全：{names}",
            f"System libraries for typesetting are missing: {', '.join(missing_packages)}",
        )
        if missing_packages
        else Text("排版所需的系统库齐全", "All system libraries for typesetting are there"),
        Text(f"请运行 make setup，或安装 {names}。", f"Run “make setup”, or install {' '.join(missing_packages)}.")
        if missing_packages
        else NOTHING,
    )


def _loads(library: str) -> bool:
    plain = library.removeprefix("lib").split(".so")[0]
    for name in (library, ctypes.util.find_library(plain)):
        try:
            if name:
                ctypes.CDLL(name)
                return True
        except OSError:
            continue
    return False


def _fonts(app: Flask) -> Iterator[Check]:
    try:
        with app.app_context():
            font_set = fonts.find_fonts(font_folder())
    except PrintFault as fault:
        for print_fault in fault.faults:
            yield Check(
                "fonts",
                False,
                Text(f"缺少字体 {print_fault.place}", f"The font {print_fault.place} is missing"),
                Text(print_fault.zh, print_fault.en),
            )
        return
    names = ", ".join(sorted(font_set.names))
    yield Check("fonts", True, Text(f"印刷字体齐全：{names}", f"All fonts for print are there: {names}"))


def _database() -> Iterator[Check]:
    where = db.engine.url.render_as_string(hide_password=True)
    try:
        with db.engine.connect() as connection:
            yield Check("database", True, Text(f"数据库可用：{where}", f"The database answers: {where}"))
            yield _durability(connection)
            yield _migrations(connection)
    except UnfitDatabase as unfit:
        yield _unfit("database", unfit)
    except SQLAlchemyError as problem:
        if unfit := missing_database(db.engine.url):
            yield _unfit("database", unfit)
            return
        cause = str(getattr(problem, "orig", None) or problem).strip().splitlines()[0]
        yield Check(
            "database",
            False,
            Text(f"数据库无法访问：{where}（{cause}）", f"The database does not answer: {where} ({cause})"),
            Text(
                "请检查 DATABASE_URL、数据库服务是否已启动、账号与权限。",
                "Look at DATABASE_URL, whether the database server runs, and the account and its rights.",
            ),
        )


def _durability(connection: Connection) -> Check:
    try:
        assert_durable(connection)
    except RuntimeError as problem:
        return Check(
            "durability",
            False,
            Text(f"数据库可能丢失已确认的填报：{problem}", f"The database may lose acknowledged visits: {problem}"),
            Text("请恢复该设置的默认值。", "Put that setting back to its default."),
        )
    return Check("durability", True, Text("提交即落盘", "A commit is on disk when it returns"))


def _unfit(what: str, unfit: UnfitDatabase) -> Check:
    """Its sentence ends with what to do."""
    (zh, zh_do), (en, en_do) = unfit.zh.split("。", 1), unfit.en.split(". ", 1)
    return Check(what, False, Text(f"{zh}。", f"{en}."), Text(zh_do, en_do))


def _migrations(connection: Connection) -> Check:
    from reports.running import migrations

    try:
        migrations.refuse_newer(connection)
    except UnfitDatabase as unfit:
        return _unfit("migrations", unfit)
    newest, present = {migrations.newest_head()}, migrations.present_heads(connection)
    if newest == present:
        return Check("migrations", True, Text("数据库结构为最新", "The database has the newest structure"))
    return Check(
        "migrations",
        False,
        Text(
            f"数据库结构不是最新（现为 {_revision_list(present)}，应为 {_revision_list(newest)}）",
            f"The database does not have the newest structure (it has {_revision_list(present)}, "
            f"newest is {_revision_list(newest)})",
        ),
        Text(
            "请运行 .venv/bin/flask upgrade（先备份，后升级）；新实例运行 .venv/bin/flask db upgrade 也可。",
            "Run “.venv/bin/flask upgrade”, which backs up first (a new instance: “.venv/bin/flask db upgrade” does as well).",
        ),
    )


def _revision_list(revisions: set[str]) -> str:
    return ", ".join(sorted(revisions)) or "—"


def _storage(app: Flask) -> Iterator[Check]:
    store = app.extensions["files"]
    if isinstance(store, Bucket):
        yield _bucket(store)
    folders = [("storage", store.root)] if isinstance(store, Folder) else []
    for what, folder in (*folders, ("instance", Path(app.instance_path))):
        place = folder if folder.exists() else folder.parent
        try:
            with tempfile.TemporaryFile(dir=place) as probe:
                probe.write(b"probe")
                probe.flush()
                os.fsync(probe.fileno())
        except OSError as problem:
            yield Check(
                what,
                False,
                Text(f"文件夹不可写：{folder}（{problem.strerror}）", f"Cannot write to {folder} ({problem.strerror})"),
                Text(
                    "请检查磁盘空间，以及运行程序的账号对该文件夹的写权限。",
                    "Look at the free space, and at the right of the program's account to write there.",
                ),
            )
        else:
            yield Check(what, True, Text(f"文件夹可写：{folder}", f"{folder} can be written to"))
    yield _free_space(Path(app.instance_path))
    yield _privacy(Path(app.instance_path))


def _bucket(store: Bucket) -> Check:
    """Whether an object can be put, read and taken away."""
    probe = f"probe/{secrets.token_hex(8)}"
    try:
        store.write(probe, b"probe")
        read_back = store.read_object(probe)
        store.remove_object(probe)
        if read_back != b"probe":
            raise StoreSilent("other bytes came back than were put")
    except OSError as problem:
        return Check(
            "storage",
            False,
            Text(
                f"文件存储不可用：{store.endpoint} 的 {store.name}（{problem}）",
                f"The store of files is of no use: {store.name} at {store.endpoint} ({problem})",
            ),
            Text(
                "请检查 DIAOYAN_FILES 的地址、存储桶是否已建，以及环境变量 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY。",
                "Look at the address in DIAOYAN_FILES, whether the bucket exists, and at AWS_ACCESS_KEY_ID and"
                " AWS_SECRET_ACCESS_KEY.",
            ),
        )
    return Check(
        "storage",
        True,
        Text(f"文件存储可读写：{store.endpoint} 的 {store.name}", f"{store.name} at {store.endpoint} reads and writes"),
    )


def of_another_instance(app: Flask) -> Check | None:
    """What keeps this machine from serving this database; marks the instance lacks are written on the way."""
    rows = [row for row in _shared(app) if not row.ok]
    if rows:
        return rows[0]
    with suppress(SQLAlchemyError, OSError):
        instance_marks.write_missing(app)
    return None


MARKS = {
    "keys": Text("实例密钥（instance/keys）", "the instance's keys (instance/keys)"),
    "secret": Text("会话密钥（instance/secret_key）", "the secret of sessions (instance/secret_key)"),
    "files": Text("文件存储（DIAOYAN_FILES）", "the store of files (DIAOYAN_FILES)"),
}


def _shared(app: Flask) -> Iterator[Check]:
    """Whether this machine has the same keys and store as the others that serve this database."""
    try:
        names = instance_marks.differing(app)
    except (SQLAlchemyError, UnfitDatabase, OSError):
        return  # said by the rows above
    zh, en = "、".join(MARKS[name].zh for name in names), ", ".join(MARKS[name].en for name in names)
    yield Check(
        "shared",
        not names,
        Text(
            f"本机与这个数据库不是同一个实例：{zh}不一样",
            f"This machine is not of the instance of this database: other {en}",
        )
        if names
        else Text("密钥和文件存储与这个数据库一致", "Keys and store of files belong to this database"),
        Text(
            "请从先前提供服务的那台机器（或备份）复制 instance/keys 和 instance/secret_key，并使用同一个 DIAOYAN_FILES。",
            "Copy instance/keys and instance/secret_key from the machine that served before (or from the backup), and use the same"
            " DIAOYAN_FILES.",
        )
        if names
        else NOTHING,
    )


def _free_space(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    amount = f"{free / 1024**3:.1f} GB"
    if free >= LEAST_FREE:
        return Check("free_space", True, Text(f"剩余空间 {amount}", f"{amount} free"))
    return Check(
        "free_space",
        False,
        Text(f"剩余空间只有 {amount}", f"Only {amount} free"),
        Text(
            "请清理磁盘，或把 DIAOYAN_INSTANCE 移到更大的磁盘。",
            "Free some space, or move DIAOYAN_INSTANCE to a larger disk.",
        ),
        required=False,
    )


def _privacy(folder: Path) -> Check:
    if folder.stat().st_mode & 0o077 == 0:
        return Check(
            "instance_privacy", True, Text("实例文件夹只有本账号可读", "Only this account can read the instance folder")
        )
    return Check(
        "instance_privacy",
        False,
        Text(f"其他账号可以读取实例文件夹 {folder}", f"Other accounts can read the instance folder {folder}"),
        Text(f"请运行 chmod 700 {folder}", f"Run “chmod 700 {folder}”"),
        required=False,
    )


def _jobs() -> Iterator[Check]:
    now = datetime.now(UTC)
    try:
        waiting_count = _count(Job.state == "queued", Job.created_at < now - WAITS_TOO_LONG)
        stopped_count = _count(Job.state == "running", Job.beat_at < now - STALE_AFTER)
        failed_count = _count(Job.state == "failed")
    except (SQLAlchemyError, UnfitDatabase):
        db.session.rollback()
        return  # no database or no table: the rows on these say so
    halted_count = waiting_count + stopped_count
    yield Check(
        "jobs",
        not halted_count,
        Text(
            f"后台任务没有进展：{waiting_count} 项等待超过 5 分钟，{stopped_count} 项中断未恢复",
            f"Jobs do not move: {waiting_count} waiting for more than 5 minutes, "
            f"{stopped_count} interrupted and not taken up again",
        )
        if halted_count
        else Text("没有积压的后台任务", "No job is held up"),
        Text("请确认 .venv/bin/flask serve 正在运行。", "See that “.venv/bin/flask serve” is running.")
        if halted_count
        else NOTHING,
    )
    yield Check(
        "failed_jobs",
        not failed_count,
        Text(f"失败的后台任务：{failed_count} 项", f"Failed jobs: {failed_count}"),
        Text("请在页面上查看原因后重新发起。", "See the reason on the page that asked for them, and ask again.")
        if failed_count
        else NOTHING,
        required=False,
    )


def _count(*conditions: Any) -> int:
    return count_of(select(Job.id).where(*conditions))


def _clock() -> Iterator[Check]:
    now = datetime.now(UTC)
    try:
        newest = db.session.scalar(select(func.max(Job.created_at)))
    except (SQLAlchemyError, UnfitDatabase):
        db.session.rollback()
        newest = None
    earliest = max(PROGRAM_DATE, newest or PROGRAM_DATE)
    time_text = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now >= earliest - timedelta(minutes=1):
        yield Check("clock", True, Text(f"时钟正常：{time_text}", f"The clock is plausible: {time_text}"))
    else:
        yield Check(
            "clock",
            False,
            Text(
                f"时钟慢了：现在显示 {time_text}，但已有 {earliest:%Y-%m-%d %H:%M} 的记录",
                f"The clock is behind: it says {time_text}, yet there are records of {earliest:%Y-%m-%d %H:%M}",
            ),
            Text(
                "请开启网络校时（timedatectl set-ntp true）。",
                "Switch time synchronisation on (timedatectl set-ntp true).",
            ),
        )


def _address(app: Flask) -> Iterator[Check]:
    address = app.config.get("PUBLIC_ADDRESS") or os.environ.get("PUBLIC_ADDRESS") or ""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        yield Check(
            "secure_address", True, Text(f"填报地址已加密：{address}", f"Phones reach a secure address: {address}")
        )
        return
    status = (
        Text(f"填报地址不是 https：{address}", f"The address for phones is not https: {address}")
        if address
        else Text("没有设置手机填报用的 https 地址", "No https address for phones has been set")
    )
    yield Check(
        "secure_address",
        False,
        status,
        Text(
            "手机需要 https 才能可靠地离线保存。请按 deploy/nginx.conf 设置反向代理，并把 PUBLIC_ADDRESS 设为 https:// 开头的地址。"
            "仅在本机试用时可以不设。",
            "Phones keep visits safely offline only over https. Set up the reverse proxy of deploy/nginx.conf and give "
            "PUBLIC_ADDRESS the https:// address. Not needed for a trial on this computer.",
        ),
        required=False,
    )


def _trusted_hosts(app: Flask) -> Iterator[Check]:
    """Links and redirects bear the name that a request gave: behind a public address only its own names are taken."""
    host = urlsplit(app.config.get("PUBLIC_ADDRESS") or os.environ.get("PUBLIC_ADDRESS") or "").hostname
    if not host:
        return
    names = app.config.get("TRUSTED_HOSTS") or []
    good = any(host == name or (name.startswith(".") and f".{host}".endswith(name)) for name in names)
    state = (
        Text(
            f"只接受这些主机名的请求：{'、'.join(names)}",
            f"Requests are taken under these names only: {', '.join(names)}",
        )
        if good
        else Text(f"没有限定主机名，或不含 {host}", f"The names of this server are not set, or without {host}")
    )
    remedy = Text(
        f"请设置 TRUSTED_HOSTS={host},127.0.0.1,localhost（deploy/settings.env 里有这一行）后重新启动。",
        f"Set TRUSTED_HOSTS={host},127.0.0.1,localhost (deploy/settings.env has the line) and start it again.",
    )
    yield Check("trusted_hosts", good, state, *(() if good else (remedy,)), required=False)


def _scripts(app: Flask) -> Iterator[Check]:
    if any(Path(app.root_path, "static", "dist").glob("*.js")):
        yield Check("scripts", True, Text("页面脚本已打包", "The scripts of the pages are bundled"))
    else:
        yield Check(
            "scripts",
            False,
            Text(
                "页面脚本尚未打包（没有脚本也能填报，但不能离线）",
                "The scripts of the pages are not bundled (forms work without, but not offline)",
            ),
            Text("请运行 make setup。", "Run “make setup”."),
            required=False,
        )


def _tools() -> Iterator[Check]:
    """What only set-up and tests need."""
    node = _version(["node", "--version"]) or _version([str(Path(__file__).parents[2] / ".node/bin/node"), "--version"])
    yield Check(
        "node",
        bool(node),
        Text(f"Node.js：{node or '无'}", f"Node.js: {node or 'none'}"),
        NOTHING
        if node
        else Text("请运行 make setup（只用于打包脚本）。", "Run “make setup” (needed only to bundle scripts)."),
        required=False,
    )
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    yield Check(
        "chromium",
        bool(browser),
        Text(f"Chromium：{browser or '无'}", f"Chromium: {browser or 'none'}"),
        NOTHING if browser else Text("请运行 make test（只用于测试）。", "Run “make test” (needed only by the tests)."),
        required=False,
    )


def _version(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
