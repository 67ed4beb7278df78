"""Lighthouse's scores of the field pages as a phone gets them: the slip, my visits, the form. Medians of three rounds."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.phone import begin, install, served
from tests.bench.row import Row
from tests.browser import ARGUMENTS

HERE = Path(__file__).parent / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices")
ROUNDS = 3
GOAL = 95


def measure() -> Iterator[Row]:
    place = Path(os.environ.get("DIAOYAN_LIGHTHOUSE", Path(tempfile.gettempdir()) / "diaoyan-bench-lighthouse"))
    if not install(HERE, place):
        return
    with served() as (base, visit, way):
        begin(base, visit, way)
        pages = {"slip": f"{base}/s/unknown", "my visits": f"{base}/visits", "form": f"{base}/visits/{visit}/form"}
        found = _scored(place, way, pages)
    for name, rounds in found.items():
        for category in CATEGORIES:
            score = statistics.median(one["scores"][category] or 0 for one in rounds)
            against = "; ".join(rounds[-1]["faults"]) if score < GOAL else ""
            row = f"Lighthouse, {name}: {category}"
            yield Row("lighthouse", row, score, "", GOAL, against or rounds[-1]["error"], at_least=True)


def _scored(place: Path, way: str, pages: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    chrome = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    asked = {"chrome": chrome, "args": ARGUMENTS, "way": way, "rounds": ROUNDS, "pages": pages}
    done = subprocess.run(["node", "run.mjs", json.dumps(asked)], cwd=place, capture_output=True, text=True)
    if done.returncode:
        print(f"not scored: {done.stderr[-800:]}", file=sys.stderr)
        return {}
    return json.loads(done.stdout)
