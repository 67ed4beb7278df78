"""Files in an S3-compatible store: a real one, shared by two machines over one PostgreSQL with the same result as one."""

import json
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app
from reports.running import doctor
from reports.running.backups import keeping, plan, reading, restoring, runs, saving, standing
from reports.running.migrations import newest_head
from surveys import instance_marks, jobs
from surveys.audit import SYSTEM
from surveys.database import clock_at, db
from surveys.fieldwork.receiving import parts
from surveys.fieldwork.receiving.receiving import receive
from surveys.files import Bucket, FileStore, Folder, StoreSilent, open_store
from surveys.keys import instance_keys
from surveys.questionnaire.package.content import canonical, digest
from tests import swift
from tests.surveys.fieldwork.test_parts import DATA, HASH, missing, piece
from tests.surveys.fieldwork.test_receiving_properties import Field, ground

__all__ = ["ground"]


@pytest.fixture(scope="module")
def store_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[swift.Swift]:
    with swift.server(tmp_path_factory.mktemp("swift") / "store") as server:
        yield server


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", swift.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", swift.SECRET)


@pytest.fixture
def address(store_server: swift.Swift, request: pytest.FixtureRequest) -> str:
    return store_server.bucket(f"b{digest(request.node.nodeid.encode())[:20]}")


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    return open_store(str(tmp_path / "files") if request.param == "folder" else request.getfixturevalue("address"))


def test_a_folder_and_a_bucket_keep_the_same_promises(store: FileStore, tmp_path: Path) -> None:
    data = "天河区㛃𬭎".encode() * 9
    assert not store.holds(digest(data))
    assert [store.put(data), store.put(data)] == [digest(data)] * 2
    partial = tmp_path / "partial"
    partial.write_bytes(b"whole")
    store.adopt(partial, digest(b"whole"))
    assert not partial.exists()
    assert store.read(digest(data)) == data
    assert sorted(store.digests()) == sorted([digest(data), digest(b"whole")])
    store.remove(digest(data))
    store.remove(digest(data))
    assert list(store.digests()) == [digest(b"whole")]
    with pytest.raises(FileNotFoundError):
        store.read(digest(data))


def test_a_file_of_another_disk_is_taken_over(store: FileStore) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:  # a disk of its own, from which nothing can be renamed
        partial = Path(memory) / "partial"
        partial.write_bytes(b"from another disk")
        store.adopt(partial, digest(b"from another disk"))
        assert not partial.exists()
    assert store.read(digest(b"from another disk")) == b"from another disk"
    assert list(store.digests()) == [digest(b"from another disk")]


@pytest.mark.parametrize("setting", ["s3://files", "s3:///prefix?endpoint=http://127.0.0.1:9"])
def test_an_address_that_lacks_something_is_refused_with_what_to_write(setting: str) -> None:
    with pytest.raises(ValueError, match="s3://BUCKET/PREFIX"):
        open_store(setting)


def test_bytes_that_changed_in_the_store_are_not_handed_out(address: str) -> None:
    store = Bucket(address)
    store.put(b"as it was")
    store.write(f"{digest(b'as it was')[:2]}/{digest(b'as it was')[2:]}", b"as it is now")
    with pytest.raises(StoreSilent):
        store.read(digest(b"as it was"))


def other_machine(app: Flask, tmp_path: Path, *, keys: bool = True) -> Flask:
    """A second machine over the same database and store; with the instance's keys unless said."""
    instance = tmp_path / f"other-{keys}"
    instance.mkdir()
    if keys:
        with app.app_context():
            instance_keys()  # made at the first call
        copytree(Path(app.instance_path) / "keys", instance / "keys")
    settings = {
        name: app.config[name] for name in ("TESTING", "SQLALCHEMY_DATABASE_URI", "WTF_CSRF_ENABLED", "SECRET_KEY")
    }
    other = create_app({**settings, "INSTANCE": str(instance)})
    other.extensions["files"] = open_store(app.extensions["files"].address)
    return other


@pytest.fixture
def shared(database_url: str, ground: Field, address: str) -> Field:
    current_app.extensions["files"] = open_store(address)
    return ground


@pytest.mark.both_databases
def test_a_photo_begun_on_one_machine_ends_on_another(app: Flask, shared: Field, tmp_path: Path) -> None:
    visit, phone = shared.visit(), shared.phones[0]
    manifest = {"name": "p.jpg", "path": "/photo", "sha256": HASH, "size": len(DATA), "type": "image/jpeg"}
    body = canonical(json.loads(shared.body(visit, "有照片", None)) | {"parts": [manifest]})
    assert receive(phone, visit, body, via="phone").status == 202
    machines = [app, other_machine(app, tmp_path)]
    try:
        for number, first in enumerate(range(0, len(DATA), 50_000)):
            with machines[number % 2].app_context():
                outcome = parts.take_chunk(phone, HASH, piece(first, min(first + 50_000, len(DATA)) - 1))
                assert outcome.code is None
                again = parts.take_chunk(phone, HASH, piece(first, min(first + 50_000, len(DATA)) - 1))
                assert again.status in (200, 201)  # sent twice: an answer was lost
        db.session.rollback()
        assert missing(visit, digest(body)) == ()
        for machine in machines:
            with machine.app_context():
                assert parts.read_part(phone, HASH) == (DATA, "image/jpeg")
        assert app.extensions["files"].objects("incoming") == []
    finally:
        with machines[1].app_context():
            db.engine.dispose()


def test_a_day_has_its_limit_on_whichever_machine(app: Flask, shared: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "BYTES_A_DAY", len(DATA))
    phone = shared.phones[0]
    assert parts.keep_whole(phone, DATA) == HASH
    assert parts.keep_whole(phone, DATA) == HASH
    assert parts.read_whole(HASH, len(DATA)) == DATA
    assert parts.keep_whole(phone, b"more") is None
    assert parts.drop_stale(now=4e9) > 0
    assert parts.read_whole(HASH, len(DATA)) is None


def test_what_lies_below_a_store_is_no_part_of_it(store: FileStore) -> None:
    below = store.below("exports")
    held = below.put(b"an export")
    assert (store.holds(held), list(store.digests())) == (False, [])
    with below.open(held) as file:
        assert file.read(5) == b"an ex"
        assert file.seek(0, os.SEEK_END) == 9
    with pytest.raises(FileNotFoundError):
        store.open(held)


def test_a_backup_takes_a_bucket_along_and_fills_an_empty_one(
    app: Flask, shared: Field, store_server: swift.Swift, tmp_path: Path
) -> None:
    with db.engine.begin() as connection:  # made by create_all: the step it stands at is written beside
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": newest_head()})
    app.open_pages()
    instance_marks.write_missing(app)
    digests = [current_app.extensions["files"].put(data) for data in (b"a photo", b"another" * 100_000)]
    saved = saving.save(app, tmp_path / "all.age", "four plain words here")
    assert saved.damaged == ()
    empty = open_store(store_server.bucket("restored"))
    app.extensions["files"] = empty
    db.session.remove()
    restoring.restore(app, saved.file, "four plain words here", replace=True)
    assert sorted(empty.digests()) == sorted(digests)
    assert empty.read(digests[1]) == b"another" * 100_000
    assert not (Path(app.instance_path) / restoring.INCOMING).exists()
    assert instance_marks.differing(app) == []  # it may be served from here


def test_a_timed_backup_is_made_once_and_lies_where_every_machine_sees_it(
    app: Flask, shared: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": newest_head()})
    app.open_pages()
    monkeypatch.setattr(jobs, "_minutely", [runs.ask_when_due])
    words = tmp_path / "words"
    words.write_text("four plain words here")
    other = other_machine(app, tmp_path)
    start = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)  # 10:00 in Guangzhou
    with clock_at(start):
        plan.change_plan(folder=str(keeping.on_the_way(app)), hour=7, keep=2, recipient=None, passphrase_file=str(words), actor=SYSTEM)  # fmt: skip
    made = []
    for day, (first, second) in enumerate([(app, other), (other, app), (app, other)], 1):
        with clock_at(start + timedelta(days=day)):
            for machine in (first, second):
                with machine.app_context():
                    jobs.look_after()
            for machine in (first, second):
                with machine.app_context():
                    made.append(jobs.work_off())
                    db.session.remove()
    assert made == [1, 0] * 3, "each by one machine alone"
    names = ["diaoyan-20261205-100000.age", "diaoyan-20261204-100000.age"]
    for machine in (app, other):
        with machine.app_context():
            assert [one.name for one in keeping.place_of(machine, "/nowhere").kept()] == names
            assert list(keeping.on_the_way(machine).glob("*.age")) == [], "no copy stays on the machine"
            trace = runs.newest(runs.MADE)
            assert trace is not None
            assert trace.place.startswith("s3://")
            assert trace.place.endswith(f"/backups/{names[0]}")
            with clock_at(start + timedelta(days=3)):
                said = {row.what: row.status.zh for row in standing.examine()}
            assert trace.place in said["backup"]
            assert "共用的存储" in said["backup_plan"]
            db.session.remove()
    listed = other.test_cli_runner().invoke(args=["backup", "list"])
    assert [one["name"] for one in json.loads(listed.stdout)] == names
    fetched = tmp_path / "fetched.age"
    assert other.test_cli_runner().invoke(args=["backup", "fetch", names[0], str(fetched)]).exit_code == 0
    assert "audit_entries" in reading.read(fetched, "four plain words here").tables
    missing_one = other.test_cli_runner().invoke(args=["backup", "fetch", "none.age", str(tmp_path / "x.age")])
    assert missing_one.exit_code == 1
    assert "读不到" in missing_one.stderr


def test_a_machine_with_other_keys_is_found_out(app: Flask, shared: Field, tmp_path: Path) -> None:
    app.open_pages()
    assert doctor.of_another_instance(app) is None  # the first one to serve writes the marks
    same, strange = other_machine(app, tmp_path), other_machine(app, tmp_path, keys=False)
    with same.app_context():
        assert instance_marks.differing(same) == []
    with strange.app_context():
        assert instance_marks.differing(strange) == ["keys"]
        row = doctor.of_another_instance(strange)
    assert row is not None
    assert "instance/keys" in row.remedy.zh
    with same.app_context():
        same.extensions["files"] = Folder(tmp_path / "a-folder-of-its-own")
        assert instance_marks.differing(same) == ["files"]


def test_a_store_that_does_not_answer_is_said_and_nothing_is_lost(
    app: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("surveys.files.PATIENCE", timedelta(seconds=1))
    silent = Bucket("s3://files?endpoint=http://127.0.0.1:9")
    app.extensions["files"] = silent
    with pytest.raises(StoreSilent, match=r"127\.0\.0\.1:9"):
        silent.put(b"photo")
    with app.app_context():
        row = next(row for row in doctor.examine(app) if row.what == "storage")
    assert not row.ok
    assert "DIAOYAN_FILES" in row.remedy.zh
