"""kill -9 of the whole server while phones hand in, and two processes at once: nothing acknowledged is lost or doubled."""

import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from http.client import HTTPException
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from reports.demonstration.rehearsals import rehearsal
from surveys.database import db
from surveys.fieldwork.visits.submissions import Submission
from surveys.questionnaire.package.content import canonical, digest
from tests.surveys.fieldwork.phones import Phone, Server, phones_of, put_headers, running
from tests.surveys.fieldwork.rehearsal_form import rehearsal_form

PHONES = 8
VERSIONS = 12
KILLS = 5
PART = bytes(range(256)) * 700  # 179,200 bytes: three chunks
CHUNK = 65536


def content(phone: Phone, visit: str, text: str, base: str | None, part: bool = False) -> bytes:
    """One version as a phone writes it."""
    clock = (datetime.now(timezone(timedelta(hours=8))) - timedelta(hours=1)).isoformat(timespec="seconds")
    manifest = {"name": "p.jpg", "path": "/photo", "sha256": digest(PART), "size": len(PART), "type": "image/jpeg"}
    return canonical(
        {
            "answers": {"/g_one/staff": "3", "/g_two/words": text},
            "base": base,
            "clock": clock,
            "format": "diaoyan-visit/1",
            "outcome": "visited",
            "parts": [manifest] if part else [],
            "questionnaire": phone.entry["visits"][0]["questionnaire"],
            "visit": visit,
        }
    )


def until_held(phone: Phone, visit: str, body: bytes, end: float) -> dict[str, object]:
    """Send the same bytes until there is a valid receipt, as receiving.md says a phone does."""
    while time.monotonic() < end:
        try:
            answer = phone.hand_in(visit, body)
            if answer.status == 401:
                phone.sign_in()
                continue
            facts = phone.receipt(answer, visit, digest(body))
            if facts is not None:
                return facts
        except (OSError, HTTPException):
            pass  # the server is down: nothing is known, so the bytes stay
        time.sleep(random.uniform(0.01, 0.1))
    raise AssertionError("never held")


def send_part(phone: Phone, data: bytes, end: float) -> None:
    address = f"/parts/{digest(data)}"
    while time.monotonic() < end:
        try:
            head = phone.ask("HEAD", address)
            if head.status != 200:
                time.sleep(0.05)
                continue
            offset = int(head.headers["Diaoyan-Offset"])
            if offset == len(data):
                return
            chunk = data[offset : offset + CHUNK]
            span = {"Content-Range": f"bytes {offset}-{offset + len(chunk) - 1}/{len(data)}"}
            phone.ask("PUT", address, chunk, put_headers(chunk, "application/octet-stream") | span)
        except (OSError, HTTPException):
            time.sleep(0.05)
    raise AssertionError("the part never arrived")


def hand_in_many(phone: Phone, visit: str, end: float, held: list[tuple[str, bytes, dict[str, object]]]) -> None:
    base = None
    for number in range(VERSIONS):
        body = content(phone, visit, f"第{number}版", base, part=number == VERSIONS - 1)
        held.append((visit, body, until_held(phone, visit, body, end)))
        base = digest(body)
    send_part(phone, PART, end)


@pytest.mark.both_databases
def test_killed_at_random(app: Flask, database_url: str, tmp_path: Path) -> None:
    with running(tmp_path / "instance", database_url) as server:
        with app.app_context():
            described = rehearsal(PHONES, form=rehearsal_form(), base=server.base)
        phones = phones_of(server, described)
        held: list[tuple[str, bytes, dict[str, object]]] = []
        end = time.monotonic() + 400
        with ThreadPoolExecutor(PHONES) as pool:
            jobs = [pool.submit(hand_in_many, phone, phone.visits("plain")[0], end, held) for phone in phones]
            for _ in range(KILLS):
                time.sleep(random.uniform(0.3, 1.0))
                server.kill()
                server.start()
            for job in jobs:
                job.result()
        assert len(held) == PHONES * VERSIONS
        for phone in phones:
            check_all(phone, [entry for entry in held if entry[0] == phone.visits("plain")[0]])
    with app.app_context():
        assert (
            db.session.scalar(select(func.count()).select_from(Submission)) == PHONES * VERSIONS + 1
        )  # the returned one


def check_all(phone: Phone, held: list[tuple[str, bytes, dict[str, object]]]) -> None:
    """Every receipt still holds under a fresh nonce, the bytes come back, the versions are one line."""
    for visit, body, facts in held:
        address = f"/visits/{visit}/receipts/{digest(body)}"
        fresh = phone.receipt(phone.ask("GET", address, headers={"Diaoyan-Nonce": "n"}), visit, digest(body), "n")
        assert fresh is not None
        assert {key: fresh[key] for key in ("at", "number", "version")} == {
            key: facts[key] for key in ("at", "number", "version")
        }
        assert fresh["marks"] == []
        assert fresh["missing"] == []
        assert phone.ask("GET", f"/visits/{visit}/versions/{digest(body)}").body == body
    visit = held[0][0]
    state = phone.ask("GET", f"/visits/{visit}").json
    assert [one["version"] for one in state["versions"]] == list(range(1, VERSIONS + 1))
    assert not state["conflict"]


@pytest.mark.both_databases
def test_the_same_bytes_and_other_bytes_at_once(app: Flask, database_url: str, tmp_path: Path) -> None:
    with running(tmp_path / "instance", database_url) as server:
        with app.app_context():
            described = rehearsal(2, form=rehearsal_form(), base=server.base, plain=3)
        one, two = phones_of(server, described)
        one.sign_in()
        two.sign_in()
        same = content(one, one.visits("plain")[0], "同一份", None)
        facts = at_once(server, [one, two] * 8, [same] * 16, one.visits("plain")[0])
        assert len({(fact["number"], fact["at"], fact["version"]) for fact in facts}) == 1
        shared = one.visits("shared")[0]
        others = [content(one, shared, f"第{number}份", None) for number in range(16)]
        facts = at_once(server, [one, two] * 8, others, shared)
        assert sorted(fact["version"] for fact in facts) == list(range(1, 17))
        state = one.ask("GET", f"/visits/{shared}").json
        assert sum("fork" not in version["marks"] for version in state["versions"]) == 1
        assert state["conflict"]


def at_once(server: Server, phones: list[Phone], bodies: list[bytes], visit: str) -> list[dict[str, object]]:
    """Send all bodies at the same moment; gives the facts of the receipts."""
    gate = threading.Barrier(len(bodies))

    def send(phone: Phone, body: bytes) -> dict[str, object]:
        gate.wait()
        answer = phone.hand_in(visit, body)
        facts = phone.receipt(answer, visit, digest(body))
        assert facts is not None, (answer.status, json.loads(answer.body))
        return facts

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, phones, bodies))
