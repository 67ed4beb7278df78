"""Receiving on a production server (two processes, SQLite): how long a receipt takes, alone and at once; what a phone loads first."""

import gzip
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.row import Row

ROOT = Path(__file__).parents[2]
AT_ONCE = 16
EACH = 12


def measure() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="diaoyan-bench-") as folder:
        yield from _receipts(Path(folder))
    yield _first_page()


def _receipts(folder: Path) -> Iterator[Row]:
    """Phones of a rehearsal with the model form send one version after the other; each receipt is verified."""
    from app import create_app
    from reports.demonstration.phones import rehearsal_form
    from surveys.database import db
    from surveys.fieldwork.rehearsals import rehearsal
    from tests.surveys.fieldwork.phones import Phone, phones_of, running

    instance, url = folder / "instance", f"sqlite:///{folder / 'bench.db'}"
    app = create_app({"INSTANCE": str(instance), "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        db.create_all()
        form = rehearsal_form()
        with running(instance, url, workers=2) as server:
            described = rehearsal(AT_ONCE, form=form, base=server.base, plain=EACH)
            phones = phones_of(server, described)
            sizes = _bodies(described, phones)

            def send(phone: Phone) -> list[float]:
                taken = []
                for visit, body in sizes[phone.id]:
                    begun = time.perf_counter()
                    answer = phone.hand_in(visit, body)
                    taken.append((time.perf_counter() - begun) * 1000)
                    assert answer.status in (201, 423), answer.body[:200]
                return taken

            for phone in phones:
                phone.sign_in()
            alone = send(phones[0])[2:]
            begun = time.perf_counter()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                together = [one for taken in pool.map(send, phones[1:]) for one in taken]
            rate = len(together) / (time.perf_counter() - begun)
        db.engine.dispose()
    plain = _plain_commit(folder, next(iter(sizes.values()))[0][1])
    median, p99 = statistics.median(alone), sorted(together)[int(len(together) * 0.99)]
    beside = f"{median:.0f} ms against {plain:.1f} ms"
    yield Row("receiving", "a signed receipt ÷ a bare durable commit", median / plain, "×", 25, beside)
    beside = f"p99 {p99:.0f} ms, {rate:.0f} versions a second"
    yield Row("receiving", f"the same, {AT_ONCE - 1} phones at once (p99)", p99 / plain, "×", 500, beside)


def _bodies(described: dict, phones: list) -> dict[str, list[tuple[str, bytes]]]:
    from surveys.questionnaire.content import canonical

    found = {}
    for phone in phones:
        found[phone.id] = []
        for entry in [one for one in phone.entry["visits"] if one["kind"] == "plain"]:
            sample = described["sample"][entry["questionnaire"]]
            content = {
                "answers": sample["answers"],
                "base": None,
                "clock": "2023-07-12T10:20:00.000+08:00",
                "format": "diaoyan-visit/1",
                "outcome": "visited",
                "parts": [],
                "questionnaire": entry["questionnaire"],
                "repeats": sample.get("repeats", {}),
                "visit": entry["visit"],
            }
            found[phone.id].append((entry["visit"], canonical(content)))
    return found


def _plain_commit(folder: Path, body: bytes) -> float:
    """The same bytes in one durable transaction of a bare table: what no receiver can be faster than."""
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE kept (body BLOB)")
    taken = []
    for _ in range(30):
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO kept VALUES (?)", (body,))
        connection.execute("COMMIT")
        taken.append((time.perf_counter() - begun) * 1000)
    connection.close()
    return statistics.median(taken)


def _first_page() -> Row:
    """A question page with style, script and questionnaire, compressed."""
    os.environ.setdefault("DIAOYAN_INSTANCE", tempfile.mkdtemp(prefix="diaoyan-bench-"))
    from surveys.questionnaire.package import package_bytes
    from tests.surveys.pages.field_world import model_package

    files = [ROOT / "static/css/tokens.css", ROOT / "static/css/field.css", ROOT / "static/dist/field.js"]
    parts = [file.read_bytes() for file in files] + [package_bytes(model_package()), _a_page()]
    return Row(
        "phone",
        "first page with all it needs, compressed",
        sum(len(gzip.compress(part, 9)) for part in parts) / 1024,
        "KB",
        60,
    )


def _a_page() -> bytes:
    from app import create_app
    from surveys.database import db
    from tests.surveys.pages.field_world import make_world, signed_in_client
    from tests.surveys.pages.test_field_journey import begin

    with tempfile.TemporaryDirectory(prefix="diaoyan-bench-") as folder:
        app = create_app(
            {"INSTANCE": folder, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/page.db", "WTF_CSRF_ENABLED": False}
        )
        with app.app_context():
            db.create_all()
        world = make_world(app)
        client = signed_in_client(app, world.devices[0])
        page = client.get(begin(client, world)).data
        with app.app_context():
            db.engine.dispose()
        return page
