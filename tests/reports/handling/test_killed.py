"""A process that is killed in the middle of the letters leaves none of them; taken up again, the work makes all."""

import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from reports.handling.records import Item, Letter, LetterItem, Step
from surveys import jobs
from surveys.database import clock_at, db, utc_now
from tests.reports.handling.world import number, office

ROOT = Path(__file__).parents[3]
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.demonstration import open_instance
from reports.handling import letters
from surveys import jobs

place = sys.argv[2]
count = 0

def dying(function):
    def call(*given, **more):
        global count
        count += 1
        if count == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **more)
    return call

if place == "between the PDFs":
    letters.said_day = dying(letters.said_day)
else:
    letters.add_step = dying(letters.add_step)
app = open_instance(Path(sys.argv[1]))
with app.app_context():
    jobs.work_off()
"""


@pytest.mark.parametrize("place", ["between the PDFs", "between the rows"])
def test_kill_9_leaves_none_or_all(demonstration: Flask, place: str) -> None:
    page = f"/campaigns/{number(demonstration)}/hand-over?why=coded"
    browser = office(demonstration)
    refs = re.findall(r'name="matter" value="([^"]+)"', browser.get(page).text)[:40]
    browser.post(page, data={"act": "ticked", "matter": refs})
    died = subprocess.run([sys.executable, "-c", KILLED, demonstration.instance_path, place], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    with demonstration.app_context():
        assert [db.session.query(table).count() for table in (Letter, Item, LetterItem, Step)] == [0, 0, 0, 0]
        with clock_at(utc_now() + timedelta(minutes=5)):  # its heart has stopped by then
            assert jobs.work_off() >= 1
        made = [letter.number for letter in db.session.query(Letter).order_by(Letter.number)]
        assert made == list(range(1, len(made) + 1))
        assert len(made) > 3
        assert db.session.query(Item).count() == len(refs)
