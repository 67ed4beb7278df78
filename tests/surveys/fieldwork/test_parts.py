"""Parts after a kill, twice at once, over the limits; what the cases over the address do not reach."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from surveys.database import db
from surveys.fieldwork.receiving import parts
from surveys.fieldwork.receiving.parts import Chunk, ChunkOutcome
from surveys.fieldwork.receiving.receipts import held_version
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.receiving.versions import read_target
from surveys.fieldwork.visits.submissions import HeldPart
from surveys.questionnaire.package.content import canonical, digest
from tests.surveys.fieldwork.test_receiving_properties import Field, ground

__all__ = ["ground"]

DATA = bytes(range(256)) * 1000
HASH = digest(DATA)


def piece(first: int, last: int, *, data: bytes = DATA, total: int = len(DATA)) -> Chunk:
    body = data[first : last + 1]
    return Chunk(first, last, total, body, digest(body))


@pytest.fixture
def named(ground: Field) -> tuple[Field, str, str]:
    """A version that names the part: its visit and content."""
    visit = ground.visit()
    manifest = {"name": "p.jpg", "path": "/photo", "sha256": HASH, "size": len(DATA), "type": "image/jpeg"}
    body = canonical(json.loads(ground.body(visit, "有照片", None)) | {"parts": [manifest]})
    assert receive(ground.phones[0], visit, body, via="phone").status == 202
    return ground, visit, digest(body)


def missing(visit: str, content: str) -> tuple[str, ...]:
    target = read_target(visit)
    held = held_version(target, content) if target else None
    assert held is not None
    return held.missing


def partial(sender: Sender) -> "os.PathLike[str]":
    return current_app.extensions["files"].root / "incoming" / sender.id / HASH


def test_killed_after_the_last_byte(named: tuple[Field, str, str]) -> None:
    ground, visit, content = named
    phone = ground.phones[0]
    parts.take_chunk(phone, HASH, piece(0, 9))
    with open(partial(phone), "r+b") as file:
        file.write(DATA)  # written whole, and killed before it was moved and noted
    found = parts.look(phone, HASH)
    assert found is not None
    assert (found.is_held, found.offset) == (True, len(DATA))
    assert missing(visit, content) == ()


def test_killed_between_the_store_and_the_row(named: tuple[Field, str, str]) -> None:
    ground, visit, content = named
    current_app.extensions["files"].put(DATA)
    assert missing(visit, content) == (HASH,)
    assert parts.take_chunk(ground.phones[0], HASH, piece(0, 9)).status == 201
    assert missing(visit, content) == ()


def test_torn_by_a_power_cut(named: tuple[Field, str, str]) -> None:
    phone = named[0].phones[0]
    half = len(DATA) // 2
    parts.take_chunk(phone, HASH, piece(0, half - 1))
    with open(partial(phone), "r+b") as file:
        file.write(b"\0" * 100)
    taken = parts.take_chunk(phone, HASH, piece(half, len(DATA) - 1))
    assert (taken.status, taken.code, taken.offset) == (422, "part_hash", 0)
    assert parts.take_chunk(phone, HASH, piece(0, len(DATA) - 1)).status == 201


@pytest.mark.both_databases
def test_two_phones_bring_the_same_part(app: Flask, named: tuple[Field, str, str]) -> None:
    ground, visit, content = named

    def bring(phone: Sender) -> list[ChunkOutcome]:
        with app.app_context():
            steps = range(0, len(DATA), 65536)
            return [parts.take_chunk(phone, HASH, piece(at, min(at + 65536, len(DATA)) - 1)) for at in steps]

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(bring, ground.phones))
    assert all(one.code is None for steps in taken for one in steps)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(HeldPart)) == 1
    assert missing(visit, content) == ()


def test_a_stranger_gets_and_gives_nothing(named: tuple[Field, str, str]) -> None:
    phone = named[0].phones[0]
    stranger = replace(phone, id="stranger", groups=frozenset({"none"}))
    assert parts.look(stranger, HASH) is None
    assert parts.take_chunk(stranger, HASH, piece(0, 9)).code == "unknown_part"
    parts.take_chunk(phone, HASH, piece(0, len(DATA) - 1))
    assert parts.read_part(stranger, HASH) is None
    assert parts.read_part(phone, HASH) == (DATA, "image/jpeg")


def test_a_day_has_its_limit(named: tuple[Field, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    phone = named[0].phones[0]
    monkeypatch.setattr(parts, "BYTES_A_DAY", 100_000)
    assert parts.take_chunk(phone, HASH, piece(0, 65535)).code is None
    assert parts.take_chunk(phone, HASH, piece(65536, 131071)).code == "too_much_today"
    assert parts.take_chunk(replace(phone, rehearsal=True), HASH, piece(65536, 131071)).code is None


def test_partials_without_progress_go(named: tuple[Field, str, str]) -> None:
    ground, phone = named[0], named[0].phones[0]
    parts.take_chunk(phone, HASH, piece(0, 9))
    assert parts.drop_stale() == 0
    os.utime(partial(phone), (1, 1))
    os.utime(current_app.extensions["files"].root / "incoming" / "swept", (1, 1))
    parts.take_chunk(ground.phones[1], HASH, piece(0, 9))  # somebody begins a part: the day's sweep
    assert not os.path.exists(partial(phone))
    parts.take_chunk(phone, HASH, piece(0, 9))
    assert parts.drop_stale(now=time.time() + 31 * 86400) > 0
    found = parts.look(phone, HASH)
    assert found is not None
    assert found.offset == 0
