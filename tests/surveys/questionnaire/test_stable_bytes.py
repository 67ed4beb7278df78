"""A workbook is the same package byte for byte in every process: nothing hangs on the order in which Python walks a set."""

import hashlib
import os
import subprocess
import sys

from tests.surveys.questionnaire.model_form import ROOT, SAMPLES, WORKBOOK

READ = """
import hashlib, json, sys
from pathlib import Path
from surveys.questionnaire.package.package import package_bytes
from surveys.questionnaire.package.list_files import part_files
from surveys.questionnaire.package.reader import read_workbook
for path in map(Path, sys.argv[1:]):
    reading = read_workbook(path.read_bytes(), name=path.name, media=True)
    told = json.dumps([fault.as_json() for fault in (*reading.faults, *reading.warnings)], ensure_ascii=False)
    body = package_bytes(reading.package) + repr(sorted(part_files(reading.package).items())).encode() if reading.package else b""
    print(path.name, hashlib.sha256(body).hexdigest(), hashlib.sha256(told.encode()).hexdigest())
"""


def test_two_processes_with_other_hash_seeds_read_the_same() -> None:
    files = [WORKBOOK, *sorted(SAMPLES.glob("*.xlsx"))]
    printed = set()
    for seed in ("1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", READ, *map(str, files)]
        run = subprocess.run(command, capture_output=True, check=False, env=environment, cwd=ROOT)
        assert run.returncode == 0, run.stderr.decode()
        assert run.stdout.count(b"\n") == len(files)
        printed.add(hashlib.sha256(run.stdout).hexdigest())
    assert len(printed) == 1
