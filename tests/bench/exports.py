"""Answers as CSV: 10,000 visits of 60 answers beside a bare dump of the same rows, and the memory of 100,000
in every format and edition.

Bare        the stored bodies read as tuples, decoded, and written by csv.writer in one go: no rights, no versions, no guard.
"""

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from flask import Flask

from tests.bench.row import Row

VISITS, MANY = 10_000, 100_000
QUESTIONS = 60
AT_ONCE = 5_000
# MiB. What is withheld outside follows from all rows: of each its numbers, its firm and what it says of consent are kept.
MOST_GROWTH = {"internal": 60, "outgoing": 120}
KINDS = (
    ("csv", "internal"),
    ("xlsx", "internal"),
    ("sav", "internal"),
    ("csv", "outgoing"),
    ("all", "internal"),
    ("all", "outgoing"),
)


def measure() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="diaoyan-exports-") as folder:
        place = Path(folder)
        app = world(place / "instance", VISITS)
        with app.app_context():
            ours, bare = _timed(place)
        against = f"bare dump {VISITS / bare:,.0f} rows/s"
        name = f"CSV of {VISITS:,} × {QUESTIONS}, of a bare dump's rate"
        yield Row("exports", name, bare / ours, "×", 0.7, against, at_least=True)
        yield Row("exports", "the same, rows a second", VISITS / ours, "/s", 1_000, against, at_least=True)
        world(place / "many", MANY)
        for kind, edition in KINDS:
            small, _seconds_of_few = _peak(place / "instance", place, kind, edition)
            large, seconds = _peak(place / "many", place, kind, edition)
            against = f"{small:.0f} MiB at {VISITS:,}, {large:.0f} at {MANY:,} in {seconds:.0f} s"
            name = f"{kind}, {edition}: peak memory at {MANY:,} beside {VISITS:,}"
            yield Row("exports", name, large - small, "MiB", MOST_GROWTH[edition], against)


def _timed(folder: Path) -> tuple[float, float]:
    """Seconds of an export and of a bare dump, medians of turns side by side."""
    from reports.exports.dataset import Asked, Dataset
    from reports.exports.files import write_file
    from reports.exports.rights import rights_of_command
    from surveys.database import db

    campaign = only_campaign()
    columns = {"visits": [f"q{number}" for number in range(QUESTIONS)]}
    ours: list[float] = []
    bare: list[float] = []
    for _turn in range(5):
        ours.append(
            _seconds(
                lambda: write_file(
                    Dataset(campaign, rights_of_command(campaign), Asked("internal", columns=columns)),
                    "csv",
                    "visits",
                    folder / "ours.csv",
                )
            )
        )
        bare.append(_seconds(lambda: bare_dump(folder / "bare.csv")))
        db.session.rollback()
    rows = [
        list(csv.reader((folder / name).open(encoding="utf-8-sig", newline=""))) for name in ("ours.csv", "bare.csv")
    ]
    assert sorted(row[2:] for row in rows[0][1:]) == sorted(row[2:] for row in rows[1]), "not the same rows"
    return statistics.median(ours), statistics.median(bare)


def _seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def bare_dump(out: Path) -> None:
    """The accepted answers of every visit as a script would write them that knows nothing else."""
    from sqlalchemy import text

    from surveys.database import db

    paths = [f"/q{number}" for number in range(QUESTIONS)]
    query = text(
        "SELECT visits.id, visits.subject_id, submissions.body FROM visits"
        " JOIN decisions ON decisions.visit_id = visits.id AND decisions.verdict = 'accept'"
        " JOIN submissions ON submissions.visit_id = visits.id AND submissions.content = decisions.content"
        " ORDER BY visits.unit_code, visits.id"
    )
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file).writerow
        for visit, subject, body in db.session.execute(query):
            answers = json.loads(body)["answers"]
            write((visit, subject, *[answers.get(path, "") for path in paths]))


def _peak(instance: Path, folder: Path, kind: str, edition: str) -> tuple[float, float]:
    """MiB that a process of its own takes at most for the export, and its seconds."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.exports", str(instance), str(folder / "peak"), kind, edition],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"DATABASE_URL": ""},
    )
    return int(done.stdout) / 1024, time.perf_counter() - begun


def only_campaign() -> Any:
    from sqlalchemy import select

    from surveys.database import db
    from surveys.planning.campaigns.campaigns import Campaign

    return db.session.scalars(select(Campaign)).one()


def opened(instance: Path) -> Flask:
    from app import create_app

    return create_app({"INSTANCE": str(instance), "SQLALCHEMY_DATABASE_URI": f"sqlite:///{instance}/diaoyan.db"})


def world(instance: Path, visits: int) -> Flask:
    """An instance with so many accepted visits of one unit, each with an answer to every question."""
    from sqlalchemy import insert

    from surveys.database import db, utc_now, writing
    from surveys.fieldwork.visits.submissions import Submission
    from surveys.fieldwork.visits.visits import Decision, Visit
    from surveys.planning.campaigns.subjects import Subject
    from surveys.planning.forms.questionnaire_versions import Package, QuestionnaireVersion
    from surveys.questionnaire.package.package import package_bytes, package_hash
    from surveys.questionnaire.package.reader import read_workbook
    from tests.factories import planning

    app = opened(instance)
    package = read_workbook(form(), name="sixty.xlsx").package
    assert package is not None
    questionnaire, now = package_hash(package), utc_now()
    with app.app_context():
        db.create_all()
        with writing() as session:
            campaign = planning.guangzhou()
            session.add(Package(hash=questionnaire, body=package_bytes(package), made_at=now))
            session.flush()
            version = {"package_hash": questionnaire, "media_hash": questionnaire}
            dates = {"uploaded_at": now, "published_at": now}
            session.add(
                QuestionnaireVersion(
                    campaign_id=campaign.id, number=1, file_name="sixty.xlsx", workbook="0" * 64, **version, **dates
                )
            )
            campaign_id = campaign.id
        for start in range(0, visits, AT_ONCE):
            with writing() as session:
                rows = [
                    _rows(number, campaign_id, questionnaire, now)
                    for number in range(start, min(start + AT_ONCE, visits))
                ]
                for place, table in enumerate((Subject, Visit, Submission, Decision)):
                    session.execute(insert(table), [row[place] for row in rows])
        db.session.remove()
    return app


def _rows(number: int, campaign: str, questionnaire: str, now: Any) -> tuple[dict[str, Any], ...]:
    """The subject, visit, submission and decision of one visit."""
    from hashlib import sha256

    from surveys.database import new_id

    visit, subject = new_id(), new_id()
    body = json.dumps(
        {"answers": answers(number), "outcome": "visited", "repeats": {}, "visit": visit},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    content = sha256(body).hexdigest()
    return (
        {"id": subject, "kind": "enterprise", "name": f"示例{number}号有限公司", "flags": [], "created_at": now},
        {"id": visit, "campaign_id": campaign, "unit_code": "440118", "subject_id": subject, "head": content},
        {
            "id": new_id(),
            "visit_id": visit,
            "content": content,
            "version": 1,
            "body": body,
            "fork": False,
            "package_hash": questionnaire,
            "outcome": "visited",
            "received_at": now,
            "via": "phone",
            "marks": [],
        },
        {"id": new_id(), "visit_id": visit, "number": 1, "content": content, "verdict": "accept", "decided_at": now},
    )


def answers(number: int) -> dict[str, str]:
    """An answer to each question: a third numbers, a third choices, a third words."""
    made = {}
    for question in range(QUESTIONS):
        kind = question % 3
        words = f"第{number}户反映：订单比上年减少，货款拖了{question}个月"
        made[f"/q{question}"] = (
            str(number * question % 9973) if kind == 0 else f"c{(number + question) % 5}" if kind == 1 else words
        )
    return made


def form() -> bytes:
    """A workbook of sixty questions."""
    book = openpyxl.Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    survey.append(["type", "name", "label"])
    for question in range(QUESTIONS):
        survey.append([("integer", "select_one five", "text")[question % 3], f"q{question}", f"第{question}题"])
    choices = book.create_sheet("choices")
    choices.append(["list_name", "name", "label"])
    for choice in range(5):
        choices.append(["five", f"c{choice}", f"选项{choice}"])
    settings = book.create_sheet("settings")
    settings.append(["form_title", "form_id"])
    settings.append(["六十题", "sixty"])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def main(instance: str, out: str, kind: str, edition: str) -> None:
    """Export everything of an instance and print the most memory that was taken, in KiB."""
    from reports.exports.dataset import Asked, Dataset
    from reports.exports.files import write_file
    from reports.exports.rights import rights_of_command

    with opened(Path(instance)).app_context():
        campaign = only_campaign()
        key = "" if kind == "all" else "visits"
        write_file(Dataset(campaign, rights_of_command(campaign), Asked(edition)), kind, key, Path(out))
    # Of this program alone: what getrusage tells begins with the memory of whoever started it.
    print(
        next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
