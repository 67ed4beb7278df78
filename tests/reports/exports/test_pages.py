"""The page 数据导出: who exports what, personal answers with a reason alone, files with their hash, the trail of it, and their end."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from reports.exports.records import DataExport, store
from surveys import jobs
from surveys.audit import AuditEntry
from surveys.database import clock_at, db, utc_now
from surveys.fieldwork.visits.states import newest_decision, newest_decision_on, state_column
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.campaigns import Campaign

Enter = Callable[..., FlaskClient]
PAGE = "/campaigns/1/export"
INTERNAL = {"set": "visits", "format": "csv", "edition": "internal", "act": "export"}


def _work(app: Flask) -> None:
    with app.app_context():
        jobs.work_off()


def _link(client: FlaskClient) -> str:
    return re.findall(r'href="(/exports/[0-9a-f-]+)"', client.get(PAGE).text)[0]


def _file(client: FlaskClient, address: str) -> tuple[bytes, dict[str, str]]:
    """What is downloaded, and the headers it comes with."""
    response = client.get(address)
    assert response.status_code == 200
    with response:
        return response.data, dict(response.headers)


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def _acts(app: Flask) -> list[tuple[str, str, dict[str, Any]]]:
    with app.app_context():
        query = select(AuditEntry).where(AuditEntry.act.like("data.%")).order_by(AuditEntry.id)
        return [(entry.act, entry.actor_name or "", entry.detail or {}) for entry in db.session.scalars(query)]


def test_a_unit_desk_exports_its_own_unit(demonstration: Flask, enter: Enter) -> None:
    desk = enter("unit_desk.440106")
    assert desk.post(PAGE, data=INTERNAL).status_code == 303
    waiting = desk.get(PAGE)
    assert "正在导出" in waiting.text
    assert waiting.headers["Refresh"].startswith("2; url=")
    _work(demonstration)
    done = desk.get(PAGE)
    assert "Refresh" not in done.headers
    data, headers = _file(desk, _link(desk))
    assert headers["Cache-Control"] == "no-store"
    rows = _rows(data)
    assert {row["unit"] for row in rows} == {"440106"}
    assert "contact_name" not in rows[0]
    assert sha256(data).hexdigest() in done.text
    assert [act for act, _name, _detail in _acts(demonstration)] == [
        "data.export_asked",
        "data.exported",
        "data.downloaded",
    ]
    assert len({name for _act, name, _detail in _acts(demonstration)}) == 1
    with demonstration.app_context():
        newest = newest_decision()
        accepted = select(Visit.id).outerjoin(newest, newest_decision_on(newest)).join(Campaign)
        here = (Campaign.number == 1, Visit.unit_code == "440106", state_column(newest) == "accepted")
        assert {row["visit"] for row in rows} == set(db.session.scalars(accepted.where(*here)))


def test_personal_answers_need_a_reason_and_go_to_the_own_desk_alone(demonstration: Flask, enter: Enter) -> None:
    desk, city = enter("unit_desk.440106"), enter("organizer.440100")
    refused = desk.post(PAGE, data={**INTERNAL, "personal": "on"})
    assert refused.status_code == 400
    assert "理由" in refused.text
    assert desk.post(PAGE, data={**INTERNAL, "edition": "outgoing", "personal": "on", "reason": "x"}).status_code == 400
    assert city.post(PAGE, data={**INTERNAL, "personal": "on", "reason": "回访"}).status_code == 400
    assert city.post(PAGE, data={**INTERNAL, "unit": "440106", "personal": "on", "reason": "回访"}).status_code == 400
    assert desk.post(PAGE, data={**INTERNAL, "personal": "on", "reason": "回访拖欠账款企业"}).status_code == 303
    _work(demonstration)
    address = _link(desk)
    assert any(row["contact_phone"] for row in _rows(_file(desk, address)[0]))
    assert _acts(demonstration)[0][2]["reason"] == "回访拖欠账款企业"
    for other in ("organizer.440100", "committee.440100", "unit_desk.440118", "liaison1.440106", "reader.440100"):
        assert enter(other).get(address).status_code == 404
        listing = enter(other).get(PAGE)
        assert address not in listing.text
    assert _file(enter("unit_approver.440106"), address)[0]


def test_looking_first_shows_nothing_personal_without_a_reason_and_is_on_record(
    demonstration: Flask, enter: Enter
) -> None:
    desk, city = enter("unit_desk.440106"), enter("organizer.440100")
    look = {**INTERNAL, "act": "look", "columns_of": "visits"}
    personal = {**look, "column": ["contact_phone"], "personal": "on"}
    refused = desk.post(PAGE, data=personal)
    assert refused.status_code == 400
    assert "理由" in refused.text
    assert re.findall(r"\b1[3-9][0-9]{9}\b", refused.text) == []
    assert city.post(PAGE, data={**personal, "reason": "回访"}).status_code == 400
    assert _readings(demonstration) == []
    desk.post(PAGE, data={**look, "column": ["visit_date"]})
    desk.post(PAGE, data={**look, "edition": "outgoing", "column": ["visit_date"]})
    assert _readings(demonstration) == []
    desk.post(PAGE, data={**look, "column": ["subject_name"]})
    for reason in ("回访", "核对电话"):
        assert "contact_phone" in desk.post(PAGE, data={**personal, "reason": reason}).text
    assert [(act, detail["level"], detail.get("reason")) for act, detail in _readings(demonstration)] == [
        ("read.data", "L2", None),
        ("read.personal", "L3", "回访"),
        ("read.personal", "L3", "核对电话"),
    ]


def test_a_file_of_nothing_is_refused_before_it_is_asked_for(demonstration: Flask, enter: Enter) -> None:
    city = enter("organizer.440100")
    for kind, said in (("media", "没有您可以导出的照片、录音和文件"), ("geojson", "没有您可以导出的位置")):
        refused = city.post(PAGE, data={**INTERNAL, "format": kind})
        assert refused.status_code == 400
        assert said in refused.text
    assert _acts(demonstration) == []


def _readings(app: Flask) -> list[tuple[str, dict[str, Any]]]:
    with app.app_context():
        query = select(AuditEntry).where(AuditEntry.act.like("read.%")).order_by(AuditEntry.id)
        return [(entry.act, entry.detail or {}) for entry in db.session.scalars(query)]


@pytest.mark.parametrize(
    ("person", "status"), [("liaison1.440106", 403), ("reader.440100", 403), ("auditor.440100", 403)]
)
def test_who_reads_nothing_exports_nothing(enter: Enter, person: str, status: int) -> None:
    client = enter(person)
    assert client.get(PAGE).status_code == status
    assert client.post(PAGE, data=INTERNAL).status_code == status
    assert "数据导出" not in client.get("/campaigns").text


def test_a_desk_exports_no_other_unit(enter: Enter) -> None:
    desk = enter("unit_desk.440106")
    assert desk.post(PAGE, data={**INTERNAL, "unit": "440118"}).status_code == 400
    assert desk.post(PAGE, data={**INTERNAL, "set": "unknown"}).status_code == 404
    assert desk.post(PAGE, data={**INTERNAL, "format": "exe"}).status_code == 400


def test_the_city_reads_accepted_versions_a_desk_every_one(demonstration: Flask, enter: Enter) -> None:
    page = "/campaigns/2/export"  # still in the field
    every = {**INTERNAL, "every": "on"}
    states = {}
    for person in ("committee.440100", "unit_desk.440106"):
        client = enter(person)
        client.post(page, data=every)
        _work(demonstration)
        address = re.findall(r'href="(/exports/[0-9a-f-]+)"', client.get(page).text)[0]
        rows = _rows(_file(client, address)[0])
        states[person] = {row["state"] for row in rows}
        assert all(row["version"].isdigit() for row in rows)
    assert states["committee.440100"] == {"accepted"}
    assert states["unit_desk.440106"] > {"accepted"}


def test_chosen_columns_alone_and_what_was_looked_at(demonstration: Flask, enter: Enter) -> None:
    desk = enter("unit_desk.440106")
    chosen = {**INTERNAL, "columns_of": "visits", "column": ["visit_date", "diff_types"]}
    looked = desk.post(PAGE, data={**chosen, "act": "look"})
    assert looked.status_code == 200
    assert "staff_now" not in re.findall(r"<thead>.*?</thead>", looked.text, re.S)[0]
    desk.post(PAGE, data=chosen)
    _work(demonstration)
    heads = list(_rows(_file(desk, _link(desk))[0])[0])
    assert heads[:4] == ["visit", "subject", "visit_date", "diff_types"]
    assert all(head.startswith("diff_types/") for head in heads[4:])
    assert desk.post(PAGE, data={**chosen, "column": []}).status_code == 400


def test_files_go_after_their_days_and_the_rows_stay(demonstration: Flask, enter: Enter) -> None:
    desk = enter("unit_desk.440106")
    desk.post(PAGE, data=INTERNAL)
    _work(demonstration)
    address = _link(desk)
    with demonstration.app_context():
        export = db.session.scalars(select(DataExport)).one()
        assert export.file is not None
        assert store().holds(export.file)
        for days, there in ((29, True), (31, False)):
            with clock_at(utc_now() + timedelta(days=days)):
                jobs.look_after()
                jobs.work_off()
            assert store().holds(export.file) is there
    assert desk.get(address).status_code == 404
    assert "已于" in desk.get(PAGE).text
    assert _acts(demonstration)[-1][0] == "data.removed"


def test_a_file_that_did_not_come_back_with_a_backup_is_said(demonstration: Flask, enter: Enter) -> None:
    desk = enter("unit_desk.440106")
    desk.post(PAGE, data=INTERNAL)
    _work(demonstration)
    address = _link(desk)
    with demonstration.app_context():
        store().remove(db.session.scalars(select(DataExport.file)).one() or "")
    page = desk.get(PAGE).text
    assert address not in page
    assert "文件不在本系统里：系统恢复到了它导出之前，请重新导出" in page
    assert desk.get(address).status_code == 404


def test_what_a_reader_lost_they_download_no_more(demonstration: Flask, enter: Enter) -> None:
    from surveys.accounts import Account
    from surveys.planning.campaigns.staff import grants_of, revoke

    desk = enter("unit_desk.440106")
    desk.post(PAGE, data=INTERNAL)
    _work(demonstration)
    address = _link(desk)
    with demonstration.app_context():
        account = db.session.scalars(select(Account).where(Account.username == "unit_desk.440106")).one()
        for grant in grants_of(account.id):
            revoke(grant)
    assert desk.get(address).status_code == 404
