"""A backup is made while others write, is whole or says where it is not, and comes back on either database as it was."""

import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, inspect, select, text

from app import create_app
from reports.running import presence
from reports.running.backups import age, contents, reading, restoring, saving, tables
from reports.running.backups.faults import BackupFault, BackupFaultKind
from reports.running.migrations import newest_head
from surveys import instance_marks
from surveys.accounts import Account
from surveys.audit import SYSTEM, AuditEntry, record
from surveys.auditing import chain
from surveys.database import db, utc_now, writing
from surveys.keys import instance_keys
from surveys.planning.campaigns.units import Unit

ROOT = Path(__file__).parents[2]
FLASK = Path(sys.executable).with_name("flask")
WORDS = "four plain words here"
# Written by rage: what others lock, this program opens.
OF_RAGE = (
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBXdkpxSXBDSXRTQTNVUzVJbytlVVIyT3ZzM1RkaTFSc0xmaGVpbU9BUDB3CnFUNFVXQ2luSUVi"
    "M0xmYTZ0OGtjdlZHS216L0pOTGlFQWV5ZjJ5UEdsQnMKLT4gcF1LTi1xLWdyZWFzZSA1XzthVyBNaEJSYy9ZIHsKZzdXVnIzSDlKWHNaQzJzWG1PUUNG"
    "emNTU3NTR0tPaUNteGRvTXlPRAotLS0gYVNtYmcvUG43cDFOQitvTzZnbUprQXB4UExXRFJPNU1qMWNiS0tPQ1UvVQp2HVV+RcaPCOr0DLQWhHt70EjT"
    "MJgbWaxDaPM4ILP9m/j6Scfyio2NkqDpGavQtQ=="
)
KEY_OF_RAGE = "AGE-SECRET-KEY-13Q2TY4VA024R9JGSN23Z7UMQQZY4APTN4DMA3FU40PG9VWGY739SEPJVP3"


def open_app(url: str, instance: Path) -> Flask:
    return create_app(
        {"TESTING": True, "INSTANCE": str(instance), "SQLALCHEMY_DATABASE_URI": url, "WTF_CSRF_ENABLED": False}
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An instance made by migrations, with a unit, a person, a key and a file in it."""
    instance = tmp_path / "instance"
    url = f"sqlite:///{instance / 'diaoyan.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("empty_postgresql")
    app = open_app(url, instance)
    with app.app_context():
        upgrade()
        with writing() as session:
            session.add(Unit(code="440100", name="广州市", short_name="广州", tier="municipal", sort=0))
            session.add(
                Unit(code="440118", name="增城区", short_name="增城", tier="district", parent_code="440100", sort=1)
            )
            session.add(Account(username="zhang", name="张三", created_at=utc_now()))
        app.extensions["files"].put(b"a photo")
        assert instance_keys()
        yield app
        db.session.remove()
        db.engine.dispose()


def _counts() -> dict[str, int]:
    with contents.snapshot(db.engine) as connection:
        return tables.count_rows(connection, tables.tables_of(connection))


# --- the encryption ----------------------------------------------------------------------------------------------------


def _locked(data: bytes, lock: age.Lock) -> bytes:
    target = io.BytesIO()
    encrypting = age.Encrypting(target, lock)
    for start in range(0, len(data), 1000):
        encrypting.write(data[start : start + 1000])
    encrypting.close()
    return target.getvalue()


def _opened(data: bytes, opener: age.Opener) -> bytes:
    decrypting = age.Decrypting(io.BytesIO(data), opener)
    parts = []
    while part := decrypting.read(1001):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 200_000])
def test_what_is_locked_opens_with_its_key_and_nothing_else(size: int) -> None:
    data, identity = os.urandom(size), age.Identity.new()
    locked = _locked(data, identity.recipient)
    assert _opened(locked, age.Identity.of(age.new_key_file(identity))) == data
    with pytest.raises(age.WrongKey):
        _opened(locked, age.Identity.new())
    with pytest.raises(age.WrongKey):
        _opened(locked, WORDS)


def test_a_passphrase_locks_and_opens() -> None:
    assert _opened(_locked(b"data", "口令 with words"), "口令 with words") == b"data"
    with pytest.raises(age.WrongKey):
        _opened(_locked(b"data", "one"), "two")


def test_what_rage_locked_opens_here() -> None:
    assert _opened(base64.b64decode(OF_RAGE), age.Identity.of(KEY_OF_RAGE)).decode() == "由 rage 写成"


@pytest.mark.parametrize("place", [30, 120, 250, 70_000, 130_000])
def test_a_changed_byte_is_noticed(place: int) -> None:
    locked = bytearray(_locked(bytes(130_000), WORDS))
    locked[place] ^= 1
    with pytest.raises((age.Damaged, age.WrongKey)):
        _opened(bytes(locked), WORDS)


@pytest.mark.parametrize("left", [100, 200, 65_000, 65_536 + 200, 130_000])
def test_a_file_that_was_cut_off_is_noticed(left: int) -> None:
    with pytest.raises(age.Damaged) as problem:
        _opened(_locked(bytes(130_000), WORDS)[:left], WORDS)
    assert problem.value.cut


# --- there and back ----------------------------------------------------------------------------------------------------


def test_a_backup_comes_back_as_it_was_on_both_databases(office: Flask, tmp_path: Path) -> None:
    file = tmp_path / "office.age"
    with writing():
        record(SYSTEM, "tried")
    head = chain.head(linked_up=True)
    before, keys = _counts(), instance_keys()
    saved = saving.save(office, file, WORDS)
    assert (saved.rows, saved.damaged) == (sum(before.values()), ())
    with writing() as session:  # what came after the backup
        session.add(Account(username="li", name="李四", created_at=utc_now()))
    verified = reading.read(file, WORDS)
    assert verified.tables == before
    assert head is not None
    assert verified.about.audit_head == head.as_json()
    for name in ("secret", "server.pem"):
        (Path(office.instance_path) / "keys" / name).write_bytes(b"lost")
    restored = restoring.restore(office, file, WORDS, replace=True)
    db.session.remove()
    after = _counts()
    assert after == before | {"audit_entries": before["audit_entries"] + 1}  # that it was put back
    assert db.session.scalars(select(Account.username)).all() == ["zhang"]
    assert office.extensions["files"].holds(office.extensions["files"].put(b"a photo"))
    again = open_app(office.config["SQLALCHEMY_DATABASE_URI"], Path(office.instance_path))
    with again.app_context():
        assert instance_keys().secret == keys.secret
        assert instance_keys().kid == keys.kid
        with writing() as session:  # references, numbers and guards are as in any other database
            session.add(Account(username="wang", name="王五", created_at=utc_now()))
            entry = AuditEntry(happened_at=utc_now(), actor_kind="system", act="tried")
            session.add(entry)
        with pytest.raises(Exception, match="never changes"), db.engine.begin() as connection:
            connection.execute(text("DELETE FROM audit_entries"))
        db.session.remove()
        db.engine.dispose()
    assert len(restored.aside) == 1 + (db.engine.dialect.name == "postgresql")
    assert not list(tmp_path.glob(".*"))


def test_the_settings_come_back_as_a_file_for_the_service(
    office: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = "s3://files?endpoint=https://store.example&name=o'neill"
    monkeypatch.setenv("PUBLIC_ADDRESS", "https://county.example.cn")
    monkeypatch.setenv("DIAOYAN_FILES", store)
    monkeypatch.setenv("DIAOYAN_BACKUP_PASSPHRASE", "nobody may read this")
    saving.save(office, tmp_path / "office.age", WORDS)
    restoring.restore(office, tmp_path / "office.age", WORDS, replace=True)
    db.session.remove()
    settings = Path(office.instance_path, "settings.env")
    assert "PUBLIC_ADDRESS='https://county.example.cn'\n" in settings.read_text()
    assert "nobody may read this" not in settings.read_text()
    script = f'. {settings}; printf %s "$DIAOYAN_FILES"'
    assert subprocess.run(["sh", "-c", script], capture_output=True, check=True, text=True).stdout == store
    saving.save(office, tmp_path / "again.age", WORDS)  # the file that came back is not in the way


def test_a_backup_of_one_kind_of_database_comes_back_on_the_other(
    office: Flask, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file, instance = tmp_path / "office.age", tmp_path / "other"
    identity = age.Identity.new()
    before = _counts()
    saving.save(office, file, identity.recipient)
    url = f"sqlite:///{tmp_path / 'other.db'}"
    if db.engine.dialect.name == "sqlite":
        url = request.getfixturevalue("empty_postgresql")
    other = open_app(url, instance)
    with other.app_context():
        restored = restoring.restore(other, file, identity)
        assert restored.aside == ()
        assert _counts() == before | {"audit_entries": before["audit_entries"] + 1}
        assert db.session.scalars(select(Unit.name).order_by(Unit.code)).all() == ["广州市", "增城区"]
        db.session.remove()
        db.engine.dispose()


def test_an_instance_that_has_served_serves_again_where_it_was_restored(office: Flask, tmp_path: Path) -> None:
    instance_marks.write_missing(office)
    assert len(instance_marks.own_marks(office)) >= 2
    saving.save(office, tmp_path / "office.age", WORDS)
    other = open_app(f"sqlite:///{tmp_path / 'other' / 'diaoyan.db'}", tmp_path / "other")
    with other.app_context():
        restoring.restore(other, tmp_path / "office.age", WORDS)
        assert instance_marks.differing(other) == []
        db.session.remove()
        db.engine.dispose()


def test_rows_written_while_a_backup_is_made_are_in_it_together_or_not_at_all(office: Flask, tmp_path: Path) -> None:
    """Between two tables another connection writes into both: the backup is of the moment in which it began to read."""
    seen: list[int] = []

    def meanwhile(step: str, done: int, whole: int) -> None:
        if step == "tables" and done == 3:
            with writing() as session:
                session.add(Account(username="late", name="迟到", created_at=utc_now()))
                session.add(AuditEntry(happened_at=utc_now(), actor_kind="system", act="tried"))
            seen.append(done)

    before = _counts()
    saving.save(office, tmp_path / "office.age", WORDS, meanwhile)
    assert seen
    assert reading.read(tmp_path / "office.age", WORDS).tables == before
    assert _counts()["accounts"] == before["accounts"] + 1


def test_a_backup_of_an_older_version_is_brought_up_and_one_of_a_newer_is_refused(
    office: Flask, tmp_path: Path
) -> None:
    from flask_migrate import downgrade

    downgrade(revision="0011")
    saving.save(office, tmp_path / "older.age", WORDS)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    saving.save(office, tmp_path / "newer.age", WORDS)
    with pytest.raises(BackupFault) as fault:
        restoring.restore(office, tmp_path / "newer.age", WORDS, replace=True)
    assert fault.value.kind is BackupFaultKind.NEWER
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"  # nothing was touched
    restored = restoring.restore(office, tmp_path / "older.age", WORDS, replace=True)
    assert restored.upgraded_from == "0011"
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == newest_head()
        assert inspect(connection).has_table("backup_plans")


def test_a_damaged_backup_changes_nothing(office: Flask, tmp_path: Path) -> None:
    file = tmp_path / "office.age"
    app_files = Path(office.config["FILES"])
    for number in range(20):
        office.extensions["files"].put(os.urandom(20_000 + number))
    saving.save(office, file, WORDS)
    whole = file.read_bytes()
    file.write_bytes(whole[:-70_000])
    before, stored = _counts(), sorted(app_files.rglob("*"))
    with pytest.raises(BackupFault) as fault:
        restoring.restore(office, file, WORDS, replace=True)
    assert fault.value.kind is BackupFaultKind.CUT_OFF
    assert (_counts(), sorted(app_files.rglob("*"))) == (before, stored)
    assert [place.name for place in tmp_path.iterdir() if "before" in place.name or "restoring" in place.name] == []


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)  # which alone takes a text longer than its column
def test_a_row_that_does_not_fit_is_named_and_nothing_is_written(
    office: Flask, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE units SET code = :code WHERE code = '440118'"), {"code": "4" * 40})
    saving.save(office, tmp_path / "office.age", WORDS)
    other = open_app(request.getfixturevalue("empty_postgresql"), tmp_path / "other")
    with other.app_context():
        with pytest.raises(BackupFault) as fault:
            restoring.restore(other, tmp_path / "office.age", WORDS)
        assert fault.value.kind is BackupFaultKind.DOES_NOT_FIT
        assert fault.value.place == "units"
        assert inspect(db.engine).get_table_names() == []
        assert not any((tmp_path / "other").iterdir())
        db.engine.dispose()


def test_a_file_of_the_store_that_is_not_what_its_name_says_is_told(office: Flask, tmp_path: Path) -> None:
    store = office.extensions["files"]
    digest = store.put(b"as it was")
    store.path(digest).write_bytes(b"as it is")
    saved = saving.save(office, tmp_path / "office.age", WORDS)
    assert saved.damaged == (f"files/{digest[:2]}/{digest[2:]}",)
    assert reading.read(tmp_path / "office.age", WORDS).damaged == list(saved.damaged)


def test_nothing_is_restored_under_a_server_that_runs(office: Flask, tmp_path: Path) -> None:
    saving.save(office, tmp_path / "office.age", WORDS)
    with presence.present(Path(office.instance_path)), pytest.raises(BackupFault) as fault:
        restoring.restore(office, tmp_path / "office.age", WORDS, replace=True)
    assert fault.value.kind is BackupFaultKind.SERVING
    restoring.restore(office, tmp_path / "office.age", WORDS, replace=True)


# --- the commands ------------------------------------------------------------------------------------------------------


def _run(instance: Path, *words: str, passphrase: str = WORDS) -> "subprocess.CompletedProcess[str]":
    environment = {
        **os.environ,
        "DIAOYAN_INSTANCE": str(instance),
        "DATABASE_URL": "",
        "DIAOYAN_BACKUP_PASSPHRASE": passphrase,
    }
    return subprocess.run([FLASK, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def test_the_commands_end_as_scripts_were_promised(tmp_path: Path) -> None:
    instance, file, key = tmp_path / "instance", tmp_path / "b.age", tmp_path / "key"
    app = open_app(f"sqlite:///{instance / 'diaoyan.db'}", instance)
    with app.app_context():
        upgrade()
        db.engine.dispose()
    none = _run(instance, "backup", "save", str(file), passphrase="")
    assert none.returncode == 2
    assert "DIAOYAN_BACKUP_PASSPHRASE" in none.stderr
    assert none.stdout == ""
    assert not file.exists()
    assert _run(instance, "backup", "save", str(file), passphrase="short").returncode == 2
    made = json.loads(_run(instance, "backup", "save", str(file)).stdout)
    assert made["file"] == str(file)
    again = _run(instance, "backup", "save", str(file))
    assert (again.returncode, "已经存在" in again.stderr) == (1, True)
    assert json.loads(_run(instance, "backup", "verify", str(file)).stdout)["rows"] == made["rows"]
    wrong = _run(instance, "backup", "verify", str(file), passphrase="another passphrase")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert str(file) in wrong.stderr
    refused = _run(instance, "backup", "restore", str(file))
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    public = _run(instance, "backup", "key", str(key)).stdout.strip()
    assert key.stat().st_mode & 0o077 == 0
    assert (
        _run(instance, "backup", "save", str(tmp_path / "k.age"), "--recipient", public, passphrase="").returncode == 0
    )
    fresh = tmp_path / "fresh"
    done = _run(fresh, "backup", "restore", str(tmp_path / "k.age"), "--identity", str(key), passphrase="")
    assert done.returncode == 0, done.stderr
    assert "自动重新报送" in done.stderr
    assert json.loads(done.stdout)["aside"] == []
    with open_app(f"sqlite:///{fresh / 'diaoyan.db'}", fresh).app_context():
        acts = db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
        assert acts[-1] == "backup.restored"
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == len(acts)
        db.session.remove()
        db.engine.dispose()


def test_a_full_disk_is_said_and_leaves_no_half(office: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(saving.os, "fsync", full)
    with pytest.raises(BackupFault) as fault:
        saving.save(office, tmp_path / "office.age", WORDS)
    assert fault.value.kind is BackupFaultKind.DISK_FULL
    assert [place.name for place in tmp_path.iterdir() if place.name.endswith((".age", ".partial"))] == []
