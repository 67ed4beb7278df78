"""The doctor sees what is wrong, says how to mend it in both languages, and finds nothing where nothing is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from app import create_app
from reports.running import doctor
from surveys.database import db, writing
from surveys.files import Folder
from surveys.jobs import Job


def rows(app: Flask) -> dict[str, doctor.Check]:
    return {check.what: check for check in doctor.examine(app)}


def test_a_sound_instance_lacks_nothing_that_is_required(tmp_path: Path) -> None:
    app = create_app({"INSTANCE": str(tmp_path / "instance"), "PUBLIC_ADDRESS": "https://diaoyan.example"})
    with app.app_context():
        upgrade(directory=str(Path(__file__).parents[2] / "migrations"))
    found = rows(app)
    assert [check.status.en for check in found.values() if check.required and not check.ok] == []
    assert found["secure_address"].ok
    assert not found["database"].remedy.zh
    with app.app_context():
        db.engine.dispose()


def test_a_database_without_its_tables_is_told_how_to_get_them(database_url: str, app: Flask) -> None:
    migrations = rows(app)["migrations"]  # tests make their tables without Alembic
    assert not migrations.ok
    assert "flask db upgrade" in migrations.remedy.zh
    assert "flask db upgrade" in migrations.remedy.en


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    app = create_app(
        {
            "INSTANCE": str(tmp_path),
            "SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://desk:secret@127.0.0.1:9/campaign",
        }
    )
    found = rows(app)
    assert not found["database"].ok
    assert "127.0.0.1:9" in found["database"].status.en
    assert "secret" not in found["database"].status.en
    assert "jobs" not in found


def test_a_store_that_cannot_be_written(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "not-a-folder").write_text("")
    app.extensions["files"] = Folder(tmp_path / "not-a-folder" / "files")
    assert not rows(app)["storage"].ok


def test_jobs_that_nobody_works_on(app: Flask) -> None:
    now = datetime.now(UTC)
    old = now - timedelta(hours=1)
    with app.app_context(), writing() as session:
        session.add(Job(kind="print", key="1", arguments={}, state="queued", created_at=old))
        session.add(Job(kind="print", key="2", arguments={}, state="running", created_at=old, beat_at=old))
        session.add(Job(kind="print", key="3", arguments={}, state="running", created_at=old, beat_at=now))
        session.add(Job(kind="print", key="4", arguments={}, state="failed", created_at=old))
    found = rows(app)
    assert not found["jobs"].ok
    assert found["jobs"].status.en == (
        "Jobs do not move: 1 waiting for more than 5 minutes, 1 interrupted and not taken up again"
    )
    assert not found["failed_jobs"].required


def test_a_clock_behind_its_own_records(app: Flask) -> None:
    ahead = datetime.now(UTC) + timedelta(days=2)
    with app.app_context(), writing() as session:
        session.add(Job(kind="print", key="1", arguments={}, state="done", created_at=ahead))
    assert not rows(app)["clock"].ok


def test_phones_without_tls(app: Flask) -> None:
    app.config["PUBLIC_ADDRESS"] = "http://10.0.0.8:8000"
    address = rows(app)["secure_address"]
    assert (address.ok, address.required) == (False, False)


def test_a_row_as_json_has_both_languages(app: Flask) -> None:
    row = rows(app)["migrations"].as_json()
    assert set(row) == {"what", "ok", "required", "found", "remedy"}
    assert all(row[key][language] for key in ("found", "remedy") for language in ("zh", "en"))


def test_the_names_of_the_server(app: Flask) -> None:
    app.config["PUBLIC_ADDRESS"] = "https://diaoyan.example"
    assert (rows(app)["trusted_hosts"].ok, rows(app)["trusted_hosts"].required) == (False, False)
    assert "diaoyan.example" in rows(app)["trusted_hosts"].remedy.zh
    app.config["TRUSTED_HOSTS"] = ["diaoyan.example", "127.0.0.1"]
    assert rows(app)["trusted_hosts"].ok
    app.config["PUBLIC_ADDRESS"] = None
    assert "trusted_hosts" not in rows(app)
