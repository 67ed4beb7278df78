"""投诉与意见: written without an account, answered by the own desk, read with the receipt code; bounded, and text alone."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.audit import AuditEntry
from surveys.database import db, writing
from surveys.pages import complaints as page
from surveys.planning.campaigns import complaints
from surveys.planning.campaigns.complaints import Complaint
from surveys.rates import Rate
from tests.factories.planning import guangzhou
from tests.house.client import check_page
from tests.surveys.pages.test_city_desk import browser


@pytest.fixture
def stranger(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setattr(page, "_writes", Rate("complaints", 1 / 30, 20))
    monkeypatch.setattr(page, "_looks", Rate("complaint_answers", 1 / 10, 20))
    with app.app_context(), writing():
        guangzhou().number = 1
    return app.test_client()


def _write(stranger: FlaskClient, text: str, unit: str = "440105") -> str:
    answer = check_page(stranger.post("/complaints?campaign=1", data={"text": text, "unit": unit}), 201)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", answer)
    assert code is not None
    return code[0]


def test_what_is_written_without_an_account_is_answered_and_read_with_the_code(
    stranger: FlaskClient, app: Flask
) -> None:
    assert "海珠区" in check_page(stranger.get("/complaints?campaign=1"))
    code = _write(stranger, "走访时要求拍照，我不同意。<script>")
    assert "还没有答复" in check_page(stranger.post("/complaints/answer", data={"code": code.lower()}))
    desk = browser(app, "he", "unit_desk", "440105")
    listed = check_page(desk.get("/complaints/received"))
    address = re.search(r"/complaints/received/[0-9a-f-]{36}", listed)
    assert address is not None
    assert "&lt;script&gt;" in check_page(desk.get(address[0]))
    assert desk.post(address[0], data={"answer": "照片不是必须的，已提醒。"}).status_code == 303
    answered = check_page(stranger.post("/complaints/answer", data={"code": code.replace("-", " ")}))
    assert "照片不是必须的" in answered
    with app.app_context():
        acts = [entry.act for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
        assert {"complaint.received", "read.complaint", "complaint.answered"} <= set(acts)
        assert code not in str([row.code_hash for row in db.session.scalars(select(Complaint))])


def test_another_desk_sees_nothing_of_it_and_the_office_above_sees_what_is_of_no_unit(
    stranger: FlaskClient, app: Flask
) -> None:
    _write(stranger, "海珠的事")
    _write(stranger, "整个活动的事", unit="")
    _write(stranger, "别处没有的单位", unit="999999")
    other = check_page(browser(app, "lin", "unit_desk", "440118").get("/complaints/received"))
    assert "海珠的事" not in other
    assert "整个活动的事" not in other
    above = check_page(browser(app, "root", "administrator", "440100").get("/complaints/received"))
    assert all(text in above for text in ("海珠的事", "整个活动的事", "别处没有的单位"))
    assert browser(app, "shen", "reader", "440100").get("/complaints/received").status_code == 403


def test_nothing_and_too_much_is_refused_and_what_was_written_stays(stranger: FlaskClient) -> None:
    check_page(stranger.post("/complaints", data={"text": "  "}), 422)
    page_text = check_page(stranger.post("/complaints", data={"text": "长" * 2001}), 422)
    assert "长长长" in page_text


def test_too_many_at_once_and_too_many_in_a_day_are_refused(
    stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complaints, "MOST_A_DAY", 2)
    for _ in range(2):
        _write(stranger, "一")
    assert "已满" in check_page(stranger.post("/complaints", data={"text": "三"}), 429)
    monkeypatch.setattr(page, "_writes", Rate("complaints", 1 / 30, 1))
    stranger.post("/complaints", data={"text": "三"})
    answer = stranger.post("/complaints", data={"text": "四"})
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
    monkeypatch.setattr(page, "_looks", Rate("complaint_answers", 1 / 10, 1))
    assert stranger.post("/complaints/answer", data={"code": "AAAA-BBBB-CCCC"}).status_code == 422
    assert stranger.post("/complaints/answer", data={"code": "AAAA-BBBB-CCCC"}).status_code == 429


def test_behind_the_proxy_each_address_is_counted_by_itself(
    stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "_writes", Rate("complaints", 1 / 30, 1))

    def status(forwarded: str) -> int:
        return stranger.post("/complaints", data={"text": "一"}, headers={"X-Forwarded-For": forwarded}).status_code

    assert [status("198.51.100.9"), status("198.51.100.9"), status("203.0.113.7")] == [201, 429, 201]
    assert status("203.0.113.8, 198.51.100.9") == 429, "what the caller wrote himself does not help"
