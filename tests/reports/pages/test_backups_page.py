"""An administrator sets up backups, has one made, sees that it was made or why not, and takes note of a restoration."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from reports.running.backups import keeping, plan, reading, runs, standing
from surveys import jobs, restorations
from surveys.audit import SYSTEM, record
from surveys.database import CHINA, clock_at, db, writing

PASSPHRASE = "four plain words here"
Enter = Callable[..., FlaskClient]


@pytest.fixture
def office(demonstration: Flask) -> Flask:
    """The demonstration, stamped as its migrations would have."""
    with demonstration.app_context():
        from reports.running.migrations import newest_head

        with db.engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": newest_head()})
    return demonstration


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "backups"
    place.mkdir()
    (place / "words").write_text(PASSPHRASE + "\n")
    return place


def _settings(folder: Path) -> dict[str, object]:
    return {
        "folder": str(folder),
        "hour": 7,
        "keep": 2,
        "recipient": "",
        "passphrase_file": str(folder / "words"),
    }


def test_settings_a_press_and_the_file_is_there(office: Flask, enter: Enter, folder: Path) -> None:
    browser = enter("administrator.440100")
    assert "尚无备份" in browser.get("/backups").text
    assert browser.post("/backups", data=_settings(folder)).status_code == 303
    assert browser.post("/backups/now").status_code == 303
    page = browser.get("/backups")
    assert "正在备份" in page.text
    assert page.headers["Refresh"] == "2"
    with office.app_context():
        assert jobs.work_off() == 1
    page = browser.get("/backups").text
    assert "正在备份" not in page
    (file,) = folder.glob("diaoyan-*.age")
    assert file.name in page
    assert f"{keeping.this_host()}:{file}" in page, "on which host it lies"
    assert f"{keeping.this_host()} 的文件夹里保留的" in page
    with office.app_context():
        said = {row.what: row.status.zh for row in standing.examine()}
        assert f"{keeping.this_host()}:{file}" in said["backup"]
    assert reading.read(file, PASSPHRASE).tables["visits"] == 132
    moment = datetime.now(CHINA)
    assert f"最近一次备份 {moment:%H}:" in browser.get("/campaigns").text
    assert "最近一次备份" not in enter("unit_desk.440106").get("/campaigns").text


def test_settings_that_cannot_work_are_told_at_their_field(enter: Enter, folder: Path, tmp_path: Path) -> None:
    browser = enter("administrator.440100")
    for wrong, words in (
        ({"folder": str(tmp_path / "nowhere")}, "写不进去"),
        ({"folder": "relative"}, "请写完整路径"),
        ({"recipient": "age1wrong"}, "公钥写得不对"),
        ({"passphrase_file": str(tmp_path / "none")}, "口令文件读不到"),
        ({"keep": 0}, "请填1到400"),
    ):
        page = browser.post("/backups", data=_settings(folder) | wrong)
        assert (page.status_code, words in page.text) == (422, True), wrong


def test_a_backup_that_failed_stands_on_the_page_until_one_is_made(office: Flask, enter: Enter, folder: Path) -> None:
    browser = enter("administrator.440100")
    browser.post("/backups", data=_settings(folder))
    (folder / "words").unlink()
    browser.post("/backups/now")
    with office.app_context():
        jobs.work_off()
    assert "的备份没有做成" in (page := browser.get("/backups").text)
    assert "口令文件读不到" in page
    (folder / "words").write_text(PASSPHRASE)
    browser.post("/backups/now")
    with office.app_context():
        jobs.work_off()
    assert "没有做成" not in browser.get("/backups").text


@pytest.fixture
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker looks after backups alone, so that what it does can be counted."""
    monkeypatch.setattr(jobs, "_minutely", [runs.ask_when_due])


@pytest.mark.usefixtures("nothing_else")
def test_the_worker_makes_one_at_its_hour_and_lets_old_ones_go(office: Flask, folder: Path) -> None:
    start = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)  # 10:00 in Guangzhou
    with office.app_context():
        with clock_at(start):
            plan.change_plan(
                folder=str(folder), hour=7, keep=2, recipient=None, passphrase_file=str(folder / "words"), actor=SYSTEM
            )
            jobs.look_after()
            assert jobs.work_off() == 0  # seven o'clock was before the plan
        for day in (1, 2, 3):
            with clock_at(start + timedelta(days=day)):
                for _look in range(3):
                    jobs.look_after()
                assert jobs.work_off() == 1
        row = plan.plan()
        assert row is not None
        names = [one.name for one in keeping.place_of(office, row.folder).kept()]
        assert names == ["diaoyan-20261205-100000.age", "diaoyan-20261204-100000.age"]


@pytest.mark.usefixtures("nothing_else")
def test_one_that_failed_is_tried_again_after_an_hour(office: Flask, folder: Path) -> None:
    start = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
    with office.app_context():
        with clock_at(start):
            plan.change_plan(
                folder=str(folder), hour=11, keep=2, recipient=None, passphrase_file=str(folder / "words"), actor=SYSTEM
            )
        (folder / "words").unlink()
        tries = []
        for minutes in (65, 70, 100, 130):
            with clock_at(start + timedelta(minutes=minutes)):
                jobs.look_after()
                tries.append(jobs.work_off())
        assert tries == [1, 0, 0, 1]
        assert db.session.scalars(select(jobs.Job.state).where(jobs.Job.kind == runs.KIND)).all() == ["failed"]


def test_a_restoration_is_told_until_an_administrator_takes_note(office: Flask, enter: Enter) -> None:
    with office.app_context(), writing():
        record(SYSTEM, restorations.RESTORED, target=restorations.TARGET, taken_at="2026-12-02T01:00:00+00:00")
    desk, administrator = enter("unit_desk.440106"), enter("administrator.440100")
    page = desk.get("/campaigns").text
    assert "内容截至 2026-12-02 09:00" in page
    assert "知道了" not in page
    assert desk.post("/backups/restored").status_code == 403
    assert "知道了" in administrator.get("/campaigns").text
    administrator.post("/backups/restored")
    assert "内容截至" not in desk.get("/campaigns").text
