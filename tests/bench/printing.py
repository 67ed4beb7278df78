"""The consolidated report as a bound volume: seconds, and the largest process."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.row import Row
from tests.bench.run import demonstration


def measure() -> Iterator[Row]:
    place, _taken = demonstration()
    environment = os.environ | {"DIAOYAN_INSTANCE": str(place), "DATABASE_URL": ""}
    with tempfile.TemporaryDirectory() as folder:
        for name, goal in (("consolidated PDF, nothing set before", 60.0), ("the same again, parts kept", 60.0)):
            if name.startswith("cons"):
                _forget_parts(place)
            begun = time.perf_counter()
            out = Path(folder) / "report.pdf"
            command = [sys.executable, "-m", "flask", "reports", "build", "1", "--out", str(out)]
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
            yield Row("print", name, time.perf_counter() - begun, "s", goal)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    yield Row("print", "largest process", memory, "MiB", 700)


def _forget_parts(place: Path) -> None:
    shutil.rmtree(place / "cache", ignore_errors=True)
