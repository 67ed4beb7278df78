"""The demonstration from an empty database to served, and how a command starts. Memory is the largest process of each."""

import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.bench.row import Row

FLASK = [sys.executable, "-m", "flask"]
_kept: list[tempfile.TemporaryDirectory[str]] = []


@cache
def demonstration() -> tuple[Path, dict[str, float]]:
    """An instance with the demonstration in it, made anew for this run, and the seconds its parts took."""
    if ready := os.environ.get("DIAOYAN_BENCH_INSTANCE"):  # measure pages on an instance that is loaded already
        return Path(ready), {"schema": 0.0, "load": 0.0, "memory": 0.0}
    folder = tempfile.TemporaryDirectory(prefix="diaoyan-bench-")
    _kept.append(folder)
    place = Path(folder.name) / "instance"
    environment = os.environ | {"DIAOYAN_INSTANCE": str(place), "DATABASE_URL": ""}
    taken = {}
    for name, command in (("schema", ["db", "upgrade"]), ("load", ["demo", "guangzhou"])):
        begun = time.perf_counter()
        subprocess.run([*FLASK, *command], check=True, env=environment, stdout=subprocess.DEVNULL)
        taken[name] = time.perf_counter() - begun
    taken["memory"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return place, taken


def _until_served(place: Path) -> float:
    """Seconds from starting the server until it answers."""
    port = 18000 + os.getpid() % 1000
    environment = os.environ | {"DIAOYAN_INSTANCE": str(place), "DATABASE_URL": "", "PORT": str(port)}
    begun = time.perf_counter()
    server = subprocess.Popen([*FLASK, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - begun < 60:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=2) as answer:
                    if answer.status == 200:
                        return time.perf_counter() - begun
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("the server did not answer within 60 s")
    finally:
        server.terminate()
        server.wait(20)


def measure() -> Iterator[Row]:
    place, taken = demonstration()
    served = _until_served(place)
    yield Row("run", "demonstration, empty database to served", taken["schema"] + taken["load"] + served, "s", 240)
    yield Row("run", "second start until it answers", served, "s", 10)
    yield Row("run", "largest process of the load", taken["memory"], "MiB", 700)
    starts = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([*FLASK, "campaigns", "list"], check=True, stdout=subprocess.DEVNULL, env=os.environ | {
            "DIAOYAN_INSTANCE": str(place), "DATABASE_URL": ""})  # fmt: skip
        starts.append(time.perf_counter() - begun)
    yield Row("run", "a flask command starts", sorted(starts)[2], "s", 1.0, "median of 5")
