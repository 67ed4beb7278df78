"""The drill: phones hand in while a backup is made, everything is destroyed and restored, and every phone goes on with its key.

Nothing that was acknowledged is lost as long as the backup or a phone holds it; what only phones hold comes in again by itself.
"""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from app import create_app
from reports.demonstration.rehearsals import rehearsal
from reports.running.backups import contents, reading, restoring, saving, tables
from surveys.database import db
from surveys.fieldwork.receiving import parts, senders
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.visits.submissions import Submission
from surveys.questionnaire.package.content import canonical, digest
from tests.surveys.fieldwork.phones import Phone, phones_of, put_headers, running
from tests.surveys.fieldwork.rehearsal_form import rehearsal_form

PHONES, VISITS = 24, 42  # 1,008 visits, each with a photo
BEFORE = 30  # of each phone's: in before the backup begins, through the same functions without the way over the network
AT_LEAST = 1_000
WORDS = "four plain words here"


@dataclass
class Version:
    """What a phone keeps of one visit until it has asked again."""

    phone: Phone
    visit: str
    body: bytes
    part: bytes
    receipt: dict[str, object] | None = field(default=None)

    @property
    def content(self) -> str:
        return digest(self.body)

    def hand_in(self) -> None:
        self.receipt = self.phone.receipt(self.phone.hand_in(self.visit, self.body), self.visit, self.content)
        assert self.receipt is not None
        if self.receipt["missing"]:
            span = {"Content-Range": f"bytes 0-{len(self.part) - 1}/{len(self.part)}"}
            headers = put_headers(self.part, "application/octet-stream") | span
            assert self.phone.ask("PUT", f"/parts/{digest(self.part)}", self.part, headers).status == 201

    def load(self) -> None:
        """The same without the way over the network."""
        sender = senders.of_device(self.phone.id)
        assert sender is not None
        outcome = receive(sender, self.visit, self.body, via="phone")
        assert outcome.facts is not None
        chunk = parts.Chunk(0, len(self.part) - 1, len(self.part), self.part, digest(self.part))
        assert parts.take_chunk(sender, digest(self.part), chunk).status == 201

    def is_held(self) -> bool:
        """As a phone asks before it deletes: a fresh receipt that lacks no part."""
        nonce = self.content[:22]
        answer = self.phone.ask(
            "GET", f"/visits/{self.visit}/receipts/{self.content}", headers={"Diaoyan-Nonce": nonce}
        )
        if answer.status == 404:
            return False
        facts = self.phone.receipt(answer, self.visit, self.content, nonce)
        return facts is not None and facts["missing"] == []


def _versions(phone: Phone, number: int) -> Iterator[Version]:
    for place, entry in enumerate([one for one in phone.entry["visits"] if one["kind"] == "plain"][:VISITS]):
        part = f"photo {number} {place} ".encode() * 300
        manifest = [{"name": "p.jpg", "path": "/photo", "sha256": digest(part), "size": len(part), "type": "image/jpeg"}]  # fmt: skip
        content = {
            "answers": {"/g_one/staff": str(place + 1), "/g_two/words": f"没有 {number}-{place}"},
            "base": None,
            "clock": "2026-12-01T10:00:00+08:00",
            "format": "diaoyan-visit/1",
            "outcome": "visited",
            "parts": manifest,
            "questionnaire": entry["questionnaire"],
            "visit": entry["visit"],
        }
        yield Version(phone, entry["visit"], canonical(content), part)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    instance = tmp_path / "instance"
    url = f"sqlite:///{instance / 'diaoyan.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("empty_postgresql")
    app = create_app({"TESTING": True, "INSTANCE": str(instance), "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def _destroy(app: Flask) -> None:
    db.session.remove()
    db.engine.dispose()
    shutil.rmtree(app.instance_path)
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    if url.startswith("postgresql"):
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def test_the_drill(office: Flask, tmp_path: Path) -> None:
    instance, url, file = Path(office.instance_path), office.config["SQLALCHEMY_DATABASE_URI"], tmp_path / "drill.age"
    with running(instance, url) as server, ThreadPoolExecutor(8) as pool:
        described = rehearsal(PHONES, form=rehearsal_form(), base=server.base, plain=VISITS)
        db.session.remove()
        phones = phones_of(server, described)
        of_phones = [list(_versions(phone, number)) for number, phone in enumerate(phones)]
        assert sum(map(len, of_phones)) == PHONES * VISITS
        for versions in of_phones:
            for one in versions[:BEFORE]:
                one.load()
        db.session.remove()
        handing_in = [pool.submit(_hand_in_all, versions[BEFORE:]) for versions in of_phones]
        while sum(one.receipt is not None for versions in of_phones for one in versions) < PHONES * 2:
            assert not any(one.done() and one.exception() for one in handing_in)
        saved = saving.save(office, file, WORDS)
        for one in handing_in:
            one.result()
        draft = json.dumps({"answers": {"/g_two/words": "还没写完"}, "questionnaire": described["devices"][0]["visits"][0]["questionnaire"]})  # fmt: skip
        server.kill()
        with contents.snapshot(db.engine) as connection:
            whole = tables.count_rows(connection, tables.tables_of(connection))
        _destroy(office)

        restored = restoring.restore(office, file, WORDS)
        with contents.snapshot(db.engine) as connection:
            counts = tables.count_rows(connection, tables.tables_of(connection))
        expected = reading.read(file, WORDS).tables
        assert counts == expected | {"audit_entries": expected["audit_entries"] + 1}
        loaded = PHONES * BEFORE
        assert loaded < counts["submissions"] < whole["submissions"], "the backup was made in the middle"
        assert whole["submissions"] >= AT_LEAST
        for row in db.session.execute(select(Submission.body, Submission.content)):
            assert digest(row.body) == row.content
        assert saved.rows == sum(expected.values())
        db.session.remove()

        server.start()
        again = [one for versions in pool.map(_go_on, of_phones) for one in versions]
        assert len(again) >= whole["submissions"] - counts["submissions"]
        assert all(one.is_held() for versions in of_phones for one in versions)
        for versions in of_phones:
            for one in versions:
                assert one.phone.ask("GET", f"/parts/{digest(one.part)}").body == one.part
        mirrored = phones[0].ask("PUT", f"/visits/{of_phones[0][0].visit}/draft", draft.encode(), put_headers(draft.encode()))  # fmt: skip
        assert mirrored.status == 204
        assert db.session.scalar(select(func.count()).select_from(Submission)) == whole["submissions"]
        assert restored.verified.about.taken_at == saved.taken_at.replace(microsecond=0)


def _hand_in_all(versions: list[Version]) -> None:
    for one in versions:
        one.hand_in()


def _go_on(versions: list[Version]) -> list[Version]:
    """A phone at its next contact: signs in with the key it has, learns of the restoration, hands in what is not held. Gives that."""
    phone = versions[0].phone
    phone.cookie = None
    assert phone.sign_in().status == 204
    assert "restored" in phone.ask("GET", "/assignments").json
    lacking = [one for one in versions if not one.is_held()]
    for one in lacking:
        one.hand_in()
    return lacking
