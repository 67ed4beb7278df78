"""No room left: pages and phones are told so with 507, nothing is written by half, and the same is taken once there is room."""

import json
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app import create_app
from surveys.database import db
from surveys.devices import COOKIE, field_cookie
from surveys.disk_full import is_disk_full
from surveys.fieldwork.visits.visits import Draft
from surveys.pages.shell.problems import PROBLEMS
from tests.surveys.fieldwork.phones import put_headers
from tests.surveys.pages.field_world import World, make_world


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@contextmanager
def full(app: Flask) -> Iterator[None]:
    """A database that may not grow by a page: SQLite itself says that it is full."""
    with app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        engine.dispose()

    def limit(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()


@contextmanager
def small_disk(folder: Path, like: Path) -> Iterator[Path]:
    """A disk of its own that belongs to whoever `like` belongs to; a test that may not mount one is left out."""
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("nobody but root mounts a disk")
    owner = like.stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _fill(folder: Path) -> Path:
    """A file that takes all room there is."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


def test_a_phone_is_told_by_a_postgresql_whose_disk_is_full(postgresql_pattern: str, tmp_path: Path) -> None:
    """A database on a disk that is full, not one that says so."""
    with psycopg.connect(postgresql_pattern, autocommit=True) as server:
        place = server.execute("SHOW data_directory").fetchone()
        assert place is not None
        with small_disk(Path(tempfile.gettempdir()) / f"diaoyan-full-{os.getpid()}", Path(place[0])) as disk:
            server.execute(f"CREATE TABLESPACE small LOCATION '{disk}'".encode())
            server.execute("CREATE DATABASE full_disk TEMPLATE pattern TABLESPACE small")
            url = postgresql_pattern.replace("/postgres", "/full_disk")
            settings = {"TESTING": True, "INSTANCE": str(tmp_path / "instance"), "WTF_CSRF_ENABLED": False}
            app = create_app(settings | {"SQLALCHEMY_DATABASE_URI": url})
            try:
                _told_and_taken_later(app, make_world(app), disk)
            finally:
                with app.app_context():
                    db.session.remove()
                    db.engine.dispose()
                server.execute("DROP DATABASE full_disk WITH (FORCE)")
                server.execute("DROP TABLESPACE small")


def _told_and_taken_later(app: Flask, world: World, disk: Path) -> None:
    with app.app_context():
        cookie = f"{COOKIE}={field_cookie(world.devices[0])}"
    words = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(60_000))
    draft = {"questionnaire": world.package_hash, "answers": {"/words": words}}
    body = json.dumps(draft, ensure_ascii=False).encode()
    headers = {"Cookie": cookie, "Origin": "http://localhost"} | put_headers(body)
    client, address = app.test_client(use_cookies=False), f"/sync/visits/{world.visit_id}/draft"
    filler = _fill(disk)
    told = client.put(address, data=body, headers=headers)
    assert told.status_code == 507, told.text
    assert told.json["code"] == "full"
    assert "磁盘" in told.json["zh"]["title"] + told.json["zh"]["remedy"]
    assert _drafts(app) == 0
    filler.unlink()
    assert client.put(address, data=body, headers=headers).status_code == 204
    assert _drafts(app) == 1


def _drafts(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Draft)) or 0


def test_a_phone_is_told_and_tries_later(app: Flask, world: World, caplog: pytest.LogCaptureFixture) -> None:
    with app.app_context():
        cookie = f"{COOKIE}={field_cookie(world.devices[0])}"
    draft = {"questionnaire": world.package_hash, "answers": {"/words": "一" * 60_000}}
    body = json.dumps(draft, ensure_ascii=False).encode()
    address = f"/sync/visits/{world.visit_id}/draft"
    headers = {"Cookie": cookie, "Origin": "http://localhost"} | put_headers(body)
    client = app.test_client(use_cookies=False)
    with full(app):
        answer = client.put(address, data=body, headers=headers)
        assert answer.status_code == 507
        assert answer.json["code"] == "full"
        assert answer.json["retry"] == PROBLEMS["full"].retry == "later"
        assert _drafts(app) == 0
        assert client.get("/sync/keys").status_code == 200
    assert "Traceback" not in caplog.text
    assert client.put(address, data=body, headers=headers).status_code == 204
    assert _drafts(app) == 1


def test_a_file_that_has_no_room() -> None:
    with pytest.raises(OSError) as raised, open("/dev/full", "wb", buffering=0) as file:
        file.write(b"x")
    assert is_disk_full(raised.value)
    wrapped = RuntimeError("saving")
    wrapped.__cause__ = raised.value
    assert is_disk_full(wrapped)
    assert not is_disk_full(FileNotFoundError(2, "no such file"))


def test_a_page_says_so(app: Flask, world: World) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.get("/writes-to-a-full-disk")
    def writes() -> str:
        with open("/dev/full", "wb", buffering=0) as file:
            file.write(b"x")
        return ""

    answer = app.test_client().get("/writes-to-a-full-disk")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 507
    assert "磁盘已满" in page
    assert "管理员" in page


def test_a_request_under_another_name_is_refused(app: Flask, world: World) -> None:
    app.config["TRUSTED_HOSTS"] = ["diaoyan.example", "localhost"]
    client = app.test_client()
    assert client.get("/sign-in", headers={"Host": "diaoyan.example"}).status_code == 200
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/sync/keys", headers={"Host": "evil.example"}).status_code == 400
