"""1,000 visits of 200 phones with three parts each, while three requests in ten fail and the server is killed twenty times.

A request fails before it is sent, in the middle of its body, or after the server has answered (the answer is lost). Phones do
what receiving.md says: the same bytes until there is a valid receipt, parts from where HEAD says. At the end every receipt is
asked for again with a fresh nonce, every byte is read back, and rows are counted: what is lost, doubled or untrue is the figure.
"""

import contextlib
import http.client
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from surveys.questionnaire.package.content import canonical, digest
from tests.bench.row import Row
from tests.surveys.fieldwork.phones import Answer, Phone, Server, phones_of, put_headers, running

PHONES, VISITS, PARTS, KILLS = 200, 5, 3, 20
FAILING = 0.3
AT_ONCE = 24
CHUNK = 64 * 1024
LONGEST = 1500  # seconds; a run that is stuck ends and counts what is missing


class Failed(OSError):
    """The request did not come through, or nobody heard the answer."""


@dataclass
class Line:
    """The network between the phones and the server."""

    server: Server
    chance: random.Random
    failed: int = 0
    made: int = 0

    def ask(self, phone: Phone, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        self.made += 1
        if self.chance.random() >= FAILING:
            return self._through(phone, method, path, body, headers)
        self.failed += 1
        way = self.chance.choice(["before", "torn", "lost"])
        if way == "torn" and body:
            self._torn(phone, method, path, body, headers)
        elif way == "lost":
            self._through(phone, method, path, body, headers)
        raise Failed(way)

    def _through(self, phone: Phone, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        answer = phone.ask(method, path, body, headers)
        if answer.status == 401:
            phone.sign_in()
            answer = phone.ask(method, path, body, headers)
        return answer

    def _torn(self, phone: Phone, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.putrequest(method, f"/sync{path}")
            for name, value in (headers | {"Cookie": phone.cookie or "", "Content-Length": str(len(body))}).items():
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(body[: self.chance.randrange(len(body))])
        connection.close()


@dataclass
class Held:
    """What a phone believes about one visit."""

    phone: Phone
    visit: str
    body: bytes
    parts: list[bytes]
    facts: dict[str, object] | None = None
    sent: set[str] = field(default_factory=set)


def measure() -> Iterator[Row]:
    from app import create_app
    from reports.demonstration.phones import rehearsal_form
    from reports.demonstration.rehearsals import rehearsal
    from surveys.database import db
    from surveys.fieldwork.visits.submissions import Submission

    with tempfile.TemporaryDirectory(prefix="diaoyan-bench-") as folder:
        place, url = Path(folder) / "instance", f"sqlite:///{Path(folder) / 'bench.db'}"
        app = create_app({"INSTANCE": str(place), "SQLALCHEMY_DATABASE_URI": url})
        with app.app_context():
            db.create_all()
            form = rehearsal_form()
            with running(place, url, fresh=True) as server:
                described = rehearsal(PHONES, form=form, base=server.base, plain=VISITS)
                before = db.session.scalar(select(func.count()).select_from(Submission))
                db.session.remove()
                begun = time.monotonic()
                line = Line(server, random.Random(20230728))
                work = [one for phone in phones_of(server, described) for one in _visits(described, phone)]
                _hand_in(server, line, work)
                wrong = _wrong(work)
                rows = (db.session.scalar(select(func.count()).select_from(Submission)) or 0) - (before or 0)
                db.session.remove()
            db.engine.dispose()
        taken = time.monotonic() - begun
    against = f"{len(work)} visits, {line.made} requests, {line.failed} failed, {KILLS} kills, {taken:.0f} s"
    yield Row("receiving", "visits lost or untrue after failures and kills", len(wrong), "", 0, against)
    yield Row("receiving", "versions kept twice", rows - len(work), "", 0, f"{rows} rows")


def _visits(described: dict, phone: Phone) -> Iterator[Held]:
    for entry in [one for one in phone.entry["visits"] if one["kind"] == "plain"][:VISITS]:
        sample = described["sample"][entry["questionnaire"]]
        parts = [os.urandom(random.randrange(90_000, 180_000)) for _ in range(PARTS)]
        manifest = [
            {
                "name": f"p{n}.jpg",
                "path": sample["photo"],
                "sha256": digest(part),
                "size": len(part),
                "type": "image/jpeg",
            }
            for n, part in enumerate(parts)
        ]
        content = {
            "answers": sample["answers"],
            "base": None,
            "clock": time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 7 * 3600)),
            "format": "diaoyan-visit/1",
            "outcome": "visited",
            "parts": manifest,
            "questionnaire": entry["questionnaire"],
            "repeats": sample.get("repeats", {}),
            "visit": entry["visit"],
        }
        yield Held(phone, entry["visit"], canonical(content), parts)


def _hand_in(server: Server, line: Line, work: list[Held]) -> None:
    end = time.monotonic() + LONGEST
    done = threading.Event()

    def kill() -> None:
        for number in range(KILLS):
            while not done.is_set() and sum(one.facts is not None for one in work) < (number + 1) * len(work) // (
                KILLS + 2
            ):
                time.sleep(0.05)
            if done.is_set():
                return
            server.kill()
            server.start()

    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        killing = pool.submit(kill)
        try:
            list(pool.map(lambda held: _one(line, held, end), work))
        finally:
            done.set()
        killing.result()  # a server that did not come back is no loss of the receiver's: the run ends with what it said


def _one(line: Line, held: Held, end: float) -> None:
    while held.facts is None and time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            answer = line.ask(held.phone, "PUT", f"/visits/{held.visit}", held.body, put_headers(held.body))
            held.facts = held.phone.receipt(answer, held.visit, digest(held.body))
        if held.facts is None:
            time.sleep(random.uniform(0.01, 0.15))
    for part in held.parts:
        while digest(part) not in held.sent and time.monotonic() < end:
            with contextlib.suppress(OSError, http.client.HTTPException):
                _chunk(line, held, part)
                continue
            time.sleep(random.uniform(0.01, 0.15))


def _chunk(line: Line, held: Held, part: bytes) -> None:
    address = f"/parts/{digest(part)}"
    head = line.ask(held.phone, "HEAD", address, None, {})
    offset = int(head.headers["Diaoyan-Offset"])
    if head.status == 200 and offset == len(part):
        held.sent.add(digest(part))
        return
    while offset < len(part):
        chunk = part[offset : offset + CHUNK]
        span = {"Content-Range": f"bytes {offset}-{offset + len(chunk) - 1}/{len(part)}"}
        answer = line.ask(held.phone, "PUT", address, chunk, put_headers(chunk, "application/octet-stream") | span)
        if answer.status not in (200, 201):
            return
        offset = answer.json["offset"]


def _wrong(work: list[Held]) -> list[str]:
    """Visits whose receipt does not hold now, whose bytes or parts are not there, or that have more than one version."""
    return [one.visit for one in work if not _holds(one)]


def _holds(held: Held) -> bool:
    phone, name = held.phone, digest(held.body)
    if held.facts is None:
        return False
    nonce = {"Diaoyan-Nonce": name[:22]}
    fresh = phone.receipt(
        phone.ask("GET", f"/visits/{held.visit}/receipts/{name}", headers=nonce), held.visit, name, name[:22]
    )
    if fresh is None:
        return False
    return (
        all(fresh[key] == held.facts[key] for key in ("at", "number", "version"))
        and fresh["missing"] == []
        and phone.ask("GET", f"/visits/{held.visit}/versions/{name}").body == held.body
        and [one["content"] for one in phone.ask("GET", f"/visits/{held.visit}").json["versions"]] == [name]
        and all(phone.ask("GET", f"/parts/{digest(part)}").body == part for part in held.parts)
    )
