"""A real PostgreSQL for the tests: started on a free port as an unprivileged user, gone with the process that asked for it."""

import contextlib
import ctypes
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.ports import free_port

ROLE = "diaoyan"


def find_binaries() -> Path | None:
    """The folder with the newest `initdb`: Debian keeps it off the PATH, one folder a version."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))],
    )
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextlib.contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Run a server; gives the URL of its maintenance database. Not durable unless asked: speed is what a test wants.

    Raises RuntimeError when PostgreSQL is not installed or does not come up (with its log).
    """
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError(
            "PostgreSQL is not installed: run `make setup-dev`, or install your system's postgresql server"
        )
    folder = Path(tempfile.mkdtemp(prefix="diaoyan-postgresql-"))
    user = _unprivileged_user()
    if user:
        shutil.chown(folder, user["user"], user["group"])
    process = None
    try:
        _initialise(binaries, folder, user)
        port = free_port()
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                _command(binaries, folder, port, durable=durable),
                stdout=output,
                stderr=output,
                preexec_fn=_end_with(os.getpid()),
                **user,
            )
        url = f"postgresql://{ROLE}@127.0.0.1:{port}/postgres"
        _wait_until_it_answers(url, process, log)
        yield url
    finally:
        if process is not None:
            process.send_signal(signal.SIGQUIT)  # nothing in it is worth an orderly end
            process.wait(120)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> dict[str, Any]:
    """Whom to be: PostgreSQL refuses to run as root. Arguments for subprocess, empty when we are somebody already."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("running as root, and there is neither a user postgres nor a user nobody to run PostgreSQL as")


def _initialise(binaries: Path, folder: Path, user: dict[str, Any]) -> None:
    done = subprocess.run(
        [
            binaries / "initdb",
            f"--pgdata={folder / 'data'}",
            f"--username={ROLE}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        **user,
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


def _command(binaries: Path, folder: Path, port: int, *, durable: bool) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "fsync": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "shared_buffers": "64MB",
        "max_connections": "60",
        "autovacuum": "off",
    }
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    return command


def _end_with(parent: int) -> Callable[[], None]:
    """What the child does first: ask Linux to end it when the test process is killed."""

    def ask() -> None:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            break
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not come up:\n{log.read_text(errors='replace')}")
