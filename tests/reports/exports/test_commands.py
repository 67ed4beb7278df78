"""`flask data export`: the file is its owner's alone and never there without its entry in the trail."""

import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.audit import AuditEntry
from surveys.database import db
from tests.factories.reports import city


@pytest.fixture
def surveyed(app: Flask) -> Flask:
    with app.app_context():
        city(2)
    return app


def _export(app: Flask, out: Path, *words: str) -> Any:
    with app.app_context():
        return app.test_cli_runner().invoke(args=["data", "export", "1", "--out", str(out), *words])


@pytest.mark.parametrize("kind", ["csv", "xlsx", "sav", "codebook", "all"])
def test_whoever_exports_may_read_the_file_alone(surveyed: Flask, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    before = os.umask(0o022)
    try:
        done = _export(surveyed, out, "--format", kind)
    finally:
        os.umask(before)
    assert done.exit_code == 0, done.stderr
    assert out.stat().st_mode & 0o777 == 0o600


def test_no_file_is_there_without_its_entry(surveyed: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any, **_facts: Any) -> None:
        raise RuntimeError("the trail cannot be written")

    with monkeypatch.context() as patched:
        patched.setattr("surveys.audit.record", full)
        assert _export(surveyed, tmp_path / "taken" / "out", "--format", "csv").exit_code == 1
    assert list((tmp_path / "taken").iterdir()) == []
    assert _export(surveyed, tmp_path / "taken" / "out", "--format", "csv").exit_code == 0
    with surveyed.app_context():
        acts = list(db.session.scalars(select(AuditEntry.act).where(AuditEntry.act == "data.exported")))
    assert acts == ["data.exported"]
