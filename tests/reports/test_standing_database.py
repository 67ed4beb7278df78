"""A database that cannot be used is said in one sentence with the line to type; an upgrade backs up first; a stop leaves one file."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app import create_app
from reports.running import doctor
from reports.running.backups import reading
from reports.running.serving import Child
from surveys.accounts import Account
from surveys.database import db, utc_now, writing
from tests.ports import free_port
from tests.reports.test_serving import Server, answers, wait_for

ROOT = Path(__file__).parents[2]
FLASK = Path(sys.executable).with_name("flask")
PASSPHRASE = "four plain words here"


def _run(instance: Path, url: str, *words: str, passphrase: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {
        **os.environ,
        "DIAOYAN_INSTANCE": str(instance),
        "DATABASE_URL": url,
        "DIAOYAN_BACKUP_PASSPHRASE": passphrase,
        "PORT": str(free_port()),
    }
    return subprocess.run([FLASK, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture
def latin(postgresql_pattern: str) -> Iterator[str]:
    name = f"latin_{uuid4().hex[:8]}"
    with psycopg.connect(postgresql_pattern, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    yield postgresql_pattern.replace("/postgres", f"/{name}")
    with psycopg.connect(postgresql_pattern, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("command", [("serve",), ("campaigns", "list"), ("upgrade",)])
def test_no_database_of_the_name_and_another_encoding(
    command: tuple[str, ...], postgresql_pattern: str, latin: str, tmp_path: Path
) -> None:
    for url, cause in (
        (postgresql_pattern.replace("/postgres", "/not_there"), "没有名为 not_there 的数据库"),
        (latin, "编码是 LATIN1"),
    ):
        done = _run(tmp_path, url, *command)
        assert done.returncode == 3, done.stderr
        assert cause in done.stderr
        assert "createdb --encoding=UTF8 --template=template0" in done.stderr
        assert "Traceback" not in done.stderr


def test_the_doctor_says_the_same(postgresql_pattern: str, latin: str, tmp_path: Path) -> None:
    for url in (postgresql_pattern.replace("/postgres", "/not_there"), latin):
        app = create_app({"INSTANCE": str(tmp_path), "SQLALCHEMY_DATABASE_URI": url.replace("://", "+psycopg://")})
        check = next(one for one in doctor.examine(app) if one.what == "database")
        assert not check.ok
        assert "createdb --encoding=UTF8" in check.remedy.zh
        assert "createdb --encoding=UTF8" in check.remedy.en


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An office's instance as the version before left it."""
    instance = tmp_path / "instance"
    url = f"sqlite:///{instance / 'diaoyan.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("empty_postgresql")
    app = create_app({"TESTING": True, "INSTANCE": str(instance), "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        upgrade()
        with writing() as session:
            session.add(Account(username="zhang", name="张三", created_at=utc_now()))
        db.session.remove()
        downgrade(revision="0011")
        yield app
        db.session.remove()
        db.engine.dispose()


def test_an_upgrade_backs_up_first_or_does_nothing(older: Flask) -> None:
    url, instance = older.config["SQLALCHEMY_DATABASE_URI"], Path(older.instance_path)
    without = _run(instance, url, "upgrade")
    assert without.returncode == 2
    assert "DIAOYAN_BACKUP_PASSPHRASE" in without.stderr
    assert _head() == "0011"
    done = _run(instance, url, "upgrade", passphrase=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    (file,) = (instance / "backups").glob("before-upgrade-from-0011-*.age")
    assert reading.read(file, PASSPHRASE).about.head == "0011"
    assert _head() != "0011"
    assert _run(instance, url, "upgrade").returncode == 0  # nothing to do, and no passphrase asked for


def test_a_database_of_a_newer_version_is_refused_by_all(older: Flask) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    url, instance = older.config["SQLALCHEMY_DATABASE_URI"], Path(older.instance_path)
    for command in (("serve",), ("upgrade",), ("db", "upgrade")):
        done = _run(instance, url, *command)
        assert done.returncode == 3, done.stderr
        assert "已由更新的版本升级" in done.stderr
        assert "flask backup restore" in done.stderr
        assert "Traceback" not in done.stderr
    db.engine.dispose()
    check = next(one for one in doctor.examine(older) if one.what == "migrations")
    assert (check.ok, "请装回新版本" in check.remedy.zh) == (False, True)
    assert _head() == "9999"


def _head() -> str:
    with db.engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def test_after_a_stop_one_file_holds_the_whole_database(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    url = f"sqlite:///{instance / 'diaoyan.db'}"
    app = create_app({"TESTING": True, "INSTANCE": str(instance), "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        upgrade()
        running = Server(free_port(), instance, url)
        wait_for(lambda: answers(running.port))
        with writing() as session:
            session.add(Account(username="zhang", name="张三", created_at=utc_now()))
        db.session.remove()
        os.kill(running.child("web"), signal.SIGKILL)  # it closes nothing
        running.process.send_signal(signal.SIGTERM)
        running.process.communicate(timeout=120)
        log = Path(f"{instance / 'diaoyan.db'}-wal")
        assert not log.exists() or log.stat().st_size == 0
        copy = tmp_path / "copy.db"
        copy.write_bytes((instance / "diaoyan.db").read_bytes())
        with sqlite3.connect(copy) as connection:
            assert connection.execute("SELECT username FROM accounts").fetchall() == [("zhang",)]
        connection.close()
        db.engine.dispose()


def test_a_child_that_was_killed_comes_back_at_once_and_one_that_keeps_dying_is_given_time() -> None:
    child, starts, begun = Child("web", [sys.executable, "-c", "raise SystemExit(7)"]), [], time.monotonic()
    while len(starts) < 3 and time.monotonic() < begun + 60:
        before = child.process
        child.look()
        if child.process is not None and child.process is not before:
            starts.append(child.started)
        if before is not None and child.process is None:
            assert child.due - time.monotonic() < (0.01 if child.false_starts == 1 else 2.01)
            assert child.false_starts == 1 or child.due - time.monotonic() > 1
        time.sleep(0.01)
    assert len(starts) == 3
    assert child.process is not None
    child.process.wait(60)
