"""Receiving on a production server: beside a bare Flask insert on the same PostgreSQL, how even it is on SQLite, its memory.

Each client keeps one connection and hands in first versions of the model form, one after the other, each a visit of its own.
The insert beside it is served the same way, takes the same bodies and keeps them in one table of the same database.
"""

import http.client
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from sqlalchemy import select

from tests import postgres
from tests.bench.bare_insert import create_table
from tests.bench.row import Row
from tests.bench.run import FLASK, demonstration
from tests.surveys.fieldwork.phones import Phone, Server, phones_of, put_headers, running

EACH = 8  # visits a device
FEW, MANY = 8, 64  # clients
TURNS = 15
DEVICES = 2 * TURNS * MANY + FEW
EVENLY = 256  # devices: of 2,048 requests one moment in which the disk is busy does not decide the hundredth


@dataclass(frozen=True)
class Sent:
    """One request as a client makes it."""

    path: str
    body: bytes
    headers: dict[str, str]


def measure() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="diaoyan-bench-") as folder, postgres.server(durable=True) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench")
        yield from _beside_an_insert(Path(folder), url.replace("/postgres", "/bench"))
    with tempfile.TemporaryDirectory(prefix="diaoyan-bench-") as folder:
        yield from _evenness(Path(folder))


def _beside_an_insert(folder: Path, url: str) -> Iterator[Row]:
    bare_url = url.replace("postgresql://", "postgresql+psycopg://")
    create_table(bare_url)
    with (
        _rehearsed(folder, url, DEVICES) as (server, work),
        running(folder / "instance", bare_url, application="tests.bench.bare_insert:create_app()", fresh=True) as bare,
    ):
        devices = iter(work)
        _rate(server, _queues([next(devices) for _ in range(FEW)], FEW))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ANALYZE")  # versions and statistics, as a server that has run for a day has them
        for clients in (FEW, MANY):
            own, plain = [], []
            for _ in range(TURNS):  # in turns, each compared by itself: both meet the same machine
                share = [next(devices) for _ in range(MANY)]
                queues = _queues(share, clients)
                own.append(_rate(server, queues))
                plain.append(_rate(bare, queues))
            ratio = statistics.median(mine[0] / bares[0] for mine, bares in zip(own, plain, strict=True))
            rate, spent = (statistics.median(figures) for figures in zip(*own, strict=True))
            bare_rate, bare_spent = (statistics.median(figures) for figures in zip(*plain, strict=True))
            against = f"{rate:.0f} a second against {bare_rate:.0f}; web processes {spent:.1f} ms of CPU a request against {bare_spent:.1f}"
            name = f"receiving of a bare insert, {clients} clients, PostgreSQL"
            yield Row("receiving", name, ratio, "×", 0.35, against, at_least=True)


def _evenness(folder: Path) -> Iterator[Row]:
    """Eight clients beside the loaded demonstration; then an export of its visits, and what the server's processes hold."""
    place, _taken = demonstration()
    shutil.copytree(place, folder / "instance")
    with _rehearsed(folder, f"sqlite:///{folder / 'instance/diaoyan.db'}", EVENLY) as (server, work):
        queues = _queues(work, FEW)
        taken = sorted(_send_all(server, queues))
        p50, p99 = statistics.median(taken), taken[int(len(taken) * 0.99)]
        against = f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, {FEW} clients"
        yield Row("receiving", "p99 of p50 on SQLite", p99 / p50, "×", 3, against)
        _export(server)
        yield Row("receiving", "web processes together, after load and export", _memory(server), "MiB", 250, "aim 200")


@contextmanager
def _rehearsed(folder: Path, url: str, devices: int) -> Iterator[tuple[Server, list[list[Sent]]]]:
    """A server with a rehearsal on it; per device what it is to send."""
    from app import create_app
    from reports.demonstration.phones import rehearsal_form
    from reports.demonstration.rehearsals import rehearsal
    from surveys.database import db

    app = create_app({"INSTANCE": str(folder / "instance"), "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        db.create_all()  # what a loaded instance has already is left alone
        form = rehearsal_form()
        with running(folder / "instance", url, fresh=True) as server:
            described = rehearsal(devices, form=form, base=server.base, plain=EACH)
            yield server, [_work(described, phone) for phone in phones_of(server, described)]
        db.session.remove()
        db.engine.dispose()


def _work(described: dict[str, Any], phone: Phone) -> list[Sent]:
    from surveys.database import db
    from surveys.planning.people.slips import DeviceHolder
    from surveys.questionnaire.package.content import canonical

    phone.sign_in()
    holders = select(DeviceHolder.deputy_id).where(DeviceHolder.device_id == phone.entry["device"])
    present = list(db.session.scalars(holders))  # who went: a phone says so with each version
    found = []
    for entry in [one for one in phone.entry["visits"] if one["kind"] == "plain"]:
        sample = described["sample"][entry["questionnaire"]]
        content = {
            "answers": sample["answers"],
            "base": None,
            "clock": time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 7 * 3600)),
            "format": "diaoyan-visit/1",
            "outcome": "visited",
            "parts": [],
            "present": present,
            "questionnaire": entry["questionnaire"],
            "repeats": sample.get("repeats", {}),
            "visit": entry["visit"],
        }
        body = canonical(content)
        headers = put_headers(body) | {"Cookie": phone.cookie or ""}
        found.append(Sent(f"/sync/visits/{entry['visit']}", body, headers))
    return found


def _send(server: Server, queue: list[Sent]) -> list[float]:
    """Milliseconds of each request of one client; anything but 201 ends the measurement."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    taken = []
    for sent in queue:
        begun = time.perf_counter()
        connection.request("PUT", sent.path, sent.body, sent.headers)
        answer = connection.getresponse()
        body = answer.read()
        taken.append((time.perf_counter() - begun) * 1000)
        if answer.status != 201:
            raise RuntimeError(f"{sent.path}: {answer.status} {body[:200]!r}")
    connection.close()
    return taken


def _queues(work: list[list[Sent]], clients: int) -> list[list[Sent]]:
    return [[sent for device in work[place::clients] for sent in device] for place in range(clients)]


def _send_all(server: Server, queues: list[list[Sent]]) -> list[float]:
    with ThreadPoolExecutor(len(queues)) as pool:
        return [one for taken in pool.map(lambda queue: _send(server, queue), queues) for one in taken]


def _rate(server: Server, queues: list[list[Sent]]) -> tuple[float, float]:
    """Versions a second over all clients, and milliseconds of CPU in the web processes for each."""
    begun, spent = time.perf_counter(), _cpu(server)
    sent = _send_all(server, queues)
    return len(sent) / (time.perf_counter() - begun), (_cpu(server) - spent) / len(sent) * 1000


def _export(server: Server) -> None:
    """The organizer's list of all visits as a spreadsheet, asked for with the ready link's account."""
    environment = os.environ | {"DIAOYAN_INSTANCE": str(server.instance), "DATABASE_URL": ""}
    told = subprocess.run(
        [*FLASK, "demo", "links", "--json"], env=environment, check=True, capture_output=True, text=True
    )
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    base = f"http://127.0.0.1:{server.port}"
    opener.open(base + urlsplit(json.loads(told.stdout)["organizer"]).path).read()
    answer = opener.open(f"{base}/campaigns/1/assignments/all?export=xlsx")
    if answer.status != 200 or not answer.read().startswith(b"PK"):
        raise RuntimeError("the export is no spreadsheet")


def _memory(server: Server) -> float:
    """MiB that the processes of the server hold together, pages they share counted once (PSS)."""
    total = 0
    for folder in _processes(server):
        rolled = (folder / "smaps_rollup").read_text()
        total += next(int(line.split()[1]) for line in rolled.splitlines() if line.startswith("Pss:"))
    return total / 1024


def _cpu(server: Server) -> float:
    """Seconds of CPU that the processes of the server have taken."""
    ticks = 0
    for folder in _processes(server):
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # in the program, in the kernel for it
    return ticks / os.sysconf("SC_CLK_TCK")


def _processes(server: Server) -> list[Path]:
    assert server.process is not None
    group = os.getpgid(server.process.pid)
    return [folder for folder in Path("/proc").iterdir() if folder.name.isdigit() and _group_of(folder) == group]


def _group_of(folder: Path) -> int | None:
    try:
        return os.getpgid(int(folder.name))
    except ProcessLookupError:
        return None
