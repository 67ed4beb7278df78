"""What was kept on one host alone: wrong codes are counted, and trials go on, whichever host is asked."""

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from surveys.database import clock_at, db, utc_now, writing
from surveys.fieldwork.filling import trial_records
from surveys.fieldwork.filling.trial_records import TrialRecord
from surveys.keys import instance_keys
from surveys.planning.forms.questionnaire_versions import issue_questionnaire
from tests.factories.planning import guangzhou
from tests.house.client import check_page
from tests.journeys.every_type import attached, every_type, picture
from tests.surveys.pages.paper import Paper
from tests.surveys.pages.test_city_desk import browser

pytestmark = pytest.mark.both_databases
ROOT = Path(__file__).parents[2]
TRIAL = "/campaigns/1/setup/questionnaire/1/try"


@pytest.fixture
def second(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The program on another host: a folder of its own with the same keys; the same database and store of files."""
    other = tmp_path / "other-host"
    other.mkdir()
    with app.app_context():
        instance_keys()
    shutil.copytree(Path(app.instance_path) / "keys", other / "keys")
    same = ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "FILES", "TESTING", "WTF_CSRF_ENABLED")
    made = create_app({name: app.config[name] for name in same} | {"INSTANCE": str(other)})
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def test_five_wrong_codes_hold_a_token_up_however_many_hosts_are_asked_at_once(app: Flask, second: Flask) -> None:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    command = [sys.executable, "-m", "tests.surveys.code_trier", url]
    processes = [
        subprocess.Popen(
            [*command, one.instance_path, "nobody-made-this-one", "5"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for one in (app, second)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [code for process in processes for code in json.loads(process.communicate(timeout=60)[0])]
    assert sorted(told) == ["code"] * 5 + ["wrong_codes"] * 5


@pytest.fixture
def trial(app: Flask) -> None:
    """A campaign that takes photos, with a questionnaire to try."""
    with app.app_context():
        with writing():
            campaign = guangzhou()
            campaign.number = 1
            campaign.settings = {**campaign.settings, "media": True, "media_kinds": ["photo"]}
        issue_questionnaire(campaign, every_type(), "t.xlsx", files=app.extensions["files"], attached=attached())


def _fill_in(client: FlaskClient) -> None:
    form = Paper(check_page(client.get(f"{TRIAL}/pages/g_media"))).forms[1]
    fields = {name: value for name, value in form.fields if name != "asked" and not name.startswith("/g_media")}
    photo = {"/g_media/photo": (io.BytesIO(picture()), "photo.jpg")}
    assert client.post(f"{TRIAL}/pages/g_media", data={**fields, "asked": form.values("asked"), **photo}).status_code == 303  # fmt: skip


def _photo(client: FlaskClient) -> str | None:
    shown = re.search(r'<img class="shown" src="([^"]+)"', check_page(client.get(f"{TRIAL}/pages/g_media")))
    return shown and shown[1]


def test_a_trial_that_was_begun_on_one_host_goes_on_at_another_with_its_photo(
    app: Flask, second: Flask, trial: None
) -> None:
    here = browser(app, "zhou", "organizer", "440100")
    there = second.test_client()
    there.set_cookie("session", here.get_cookie("session").value)  # type: ignore[union-attr]
    _fill_in(here)
    address = _photo(there)
    assert address
    assert there.get(address).data == here.get(address).data
    there.post(f"{TRIAL}/reset")
    assert _photo(here) is None
    assert here.get(address).status_code == 404


def test_a_trial_that_nobody_goes_on_with_goes_by_itself(app: Flask, trial: None) -> None:
    _fill_in(browser(app, "zhou", "organizer", "440100"))
    with app.app_context():
        for days, left in ((29, 1), (31, 0)):
            with clock_at(utc_now() + trial_records.LIFE * days / 30):
                trial_records.drop_old()
            assert db.session.query(TrialRecord).count() == left
