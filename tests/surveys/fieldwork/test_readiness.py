"""A process of the web server is ready for the first version before it answers, and starts also where it cannot be."""

import logging
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from surveys.database import db, utc_now, writing
from surveys.fieldwork.receiving import packages
from surveys.fieldwork.receiving.readiness import make_ready
from surveys.pages.shell.application import Application
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion
from tests.surveys.fieldwork.test_receiving_properties import Field, ground

assert ground


@pytest.mark.both_databases
def test_what_phones_fill_in_now_is_there_before_the_first_asks(
    app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_read", {})
    make_ready()
    assert packages._read == {}, "nothing is published yet"
    with writing():
        db.session.add(_published(ground))
    make_ready()
    assert list(packages._read) == [ground.questionnaire]


def _published(ground: Field) -> QuestionnaireVersion:
    both = {"package_hash": ground.questionnaire, "media_hash": ground.questionnaire}
    moments = {"uploaded_at": utc_now(), "published_at": utc_now()}
    more = {"number": 1, "file_name": "form.xlsx", "workbook": "0" * 64}
    return QuestionnaireVersion(campaign_id=ground.campaign_id, **both, **moments, **more)


def test_a_process_starts_also_while_the_database_is_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    away = f"sqlite:///{tmp_path / 'nowhere' / 'diaoyan.db'}"
    app = create_app({"INSTANCE": str(tmp_path / "instance"), "SQLALCHEMY_DATABASE_URI": away})
    assert isinstance(app, Application)
    with caplog.at_level(logging.WARNING):
        app.make_ready()
    assert "not made ready" in caplog.text
    assert app.test_client().get("/sync/keys").status_code == 200
