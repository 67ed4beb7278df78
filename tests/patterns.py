"""What takes long to make and is the same for every test: `pattern(name, make)` makes it once for all test processes and later runs.

A pattern is a folder under `.pytest_cache/patterns`, named by a hash of whatever it is made of: the program with its data and
templates, this suite's makers, the pinned libraries, and the day. Whoever comes first makes it while the others wait. It is
never written to afterwards; tests copy it. The newest few are kept.
"""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".pytest_cache" / "patterns"
MADE_OF = (
    "app.py",
    "surveys",
    "reports",
    "templates",
    "deploy/requirements-dev.txt",
    "tests/conftest.py",
    "tests/demonstration.py",
    "tests/house/access_world.py",
    "tests/patterns.py",
    "tests/postgres.py",
)
KEPT = 3  # of a name


def _files() -> Iterator[Path]:
    for name in MADE_OF:
        place = ROOT / name
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (one for one in found if one.is_file() and one.suffix != ".pyc")


def stamp() -> str:
    """The same as long as a pattern made now would be the same."""
    found = hashlib.sha256(f"{sys.version}\n{date.today()}\n".encode())  # noqa: DTZ011 - whose day it is is no matter
    for file in _files():
        content = file.read_bytes()
        found.update(f"{file.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return found.hexdigest()[:16]


STAMP = stamp()  # of the program as this process reads it


def pattern(name: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` fills; it is made now if nobody did before."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    place = FOLDER / f"{name}-{STAMP}"
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            _forget(name)
            place = _made(place, make)
        place.touch()
    return place


def _made(place: Path, make: Callable[[Path], None]) -> Path:
    partial = FOLDER / f"partial-{place.name}"
    shutil.rmtree(partial, ignore_errors=True)  # somebody was ended while making it
    partial.mkdir()
    make(partial)
    if stamp() != STAMP:  # the program was changed meanwhile: nobody else takes this for a pattern
        place = place.with_name(f"{place.name}-{os.getpid()}")
    return partial.rename(place)


def _forget(name: str) -> None:
    """Leave the newest few of this name, this one to come among them."""
    older = sorted(FOLDER.glob(f"{name}-*"), key=lambda place: place.stat().st_mtime, reverse=True)
    for place in older[KEPT - 1 :]:
        shutil.rmtree(place)
