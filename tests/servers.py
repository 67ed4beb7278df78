"""Web servers and workers of the tests: real processes, forked from one that has read the program already.

Reading it takes two seconds of a processor for every process, and a journey needs three. `flask serve` itself, with its
parent that keeps both running, is tried in tests/reports/test_serving.py; what is measured starts afresh.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

ROOT = Path(__file__).parents[1]
GRACE = 120.0  # seconds


@dataclass(frozen=True)
class Started:
    """A process that leads a group of its own."""

    pid: int
    is_alive: Callable[[], bool]
    wait: Callable[[float], object]

    def end(self, number: int = signal.SIGKILL) -> None:
        """Send it the signal, wait, then end whatever it leaves behind."""
        if number != signal.SIGKILL:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
            self.wait(GRACE)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait(GRACE)


def web(settings: list[str], environment: Mapping[str, str], log: Path, *, fresh: bool = False) -> Started:
    """gunicorn with these settings. What it says goes to the end of `log`."""
    return (_afresh if fresh else _forked)(["gunicorn", *settings], environment, log)


def worker(environment: Mapping[str, str], log: Path) -> Started:
    """`flask worker`."""
    return _forked(["flask", "worker"], environment, log)


def _afresh(command: list[str], environment: Mapping[str, str], log: Path) -> Started:
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=os.environ | environment,
            start_new_session=True,
            stdout=file,
            stderr=file,
        )
    return Started(process.pid, lambda: process.poll() is None, process.wait)


def _forked(command: list[str], environment: Mapping[str, str], log: Path) -> Started:
    process = _context().Process(target=_become, args=(command, dict(environment), str(log)))
    process.start()
    assert process.pid is not None
    return Started(process.pid, process.is_alive, process.join)


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.servers_preload"])
    return context


def _become(command: list[str], environment: dict[str, str], log: str) -> None:
    """In the new process: run the command as if it had been typed."""
    os.setsid()
    with open(log, "ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(ROOT)
    os.environ.update(environment)
    sys.argv = command
    if command[0] == "gunicorn":
        from gunicorn.app.wsgiapp import run

        run()
    else:
        from flask.cli import main

        main()
