"""The production server: one parent process that starts the web server and the worker, restarts either, ends both.

The parent opens the socket and the web server inherits it, so that a web server which died is replaced without the port
being lost: those who ask meanwhile wait in the queue. Each child leads a session of its own, so Ctrl-C reaches the parent
alone; a child is told by Linux when the parent is killed, and ends.
"""

import contextlib
import ctypes
import errno
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from reports.running.presence import present

ROOT = Path(__file__).resolve().parents[2]
LOOK_EVERY = 0.2  # seconds
PORT_TRIES = 5  # a second apart
SETTLING_SECONDS = 5.0  # seconds a child has to live to count as started
MOST_FALSE_STARTS = 5
LONGEST_PAUSE = 30.0  # seconds between two tries
GRACE = 30.0  # seconds to finish what was begun


@dataclass
class Child:
    """One process that is kept running."""

    name: str
    command: list[str]
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    false_starts: int = 0
    ever_settled: bool = False
    due: float = field(default=0.0)  # when it may be started again

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            pass_fds=self.descriptors,
            start_new_session=True,
            preexec_fn=_end_with(os.getpid()),
        )

    def look(self) -> None:
        """Start it when it is not running and its pause is over."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            if now - self.started > SETTLING_SECONDS:
                self.ever_settled, self.false_starts = True, 0
            return
        _end_group(self.process.pid)
        self.process = None
        self.false_starts = 0 if now - self.started > SETTLING_SECONDS else self.false_starts + 1
        # One that was killed comes back at once; one that keeps dying is given time.
        pause = min(LONGEST_PAUSE, 0.5 * 2**self.false_starts) if self.false_starts > 1 else 0.0
        self.due = now + pause
        _say(
            f"{self.name} 进程已结束（状态 {status}），{pause:g} 秒后重新启动。",
            f"The {self.name} process ended (status {status}); starting it again in {pause:g} s.",
        )

    @property
    def hopeless(self) -> bool:
        """It has never come up and there is no reason to think that it will."""
        return not self.ever_settled and self.false_starts >= MOST_FALSE_STARTS


def serve(port: int, host: str = "127.0.0.1", *, instance: Path, database: Path | None = None) -> int:
    """Serve until SIGTERM, SIGINT or SIGHUP; then a database that is a file is whole in that one file.

    Gives the exit status: 0 ended when told to, 3 something is missing here.
    """
    with present(instance):
        status = _serve(port, host)
    if database is not None:
        _put_into_one_file(database)
    return status


def _put_into_one_file(database: Path) -> None:
    """What was committed may lie in the write-ahead log beside it still, since children that are killed do not move it over."""
    if not database.is_file():
        return
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(database, timeout=5)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _serve(port: int, host: str) -> int:
    try:
        listener = _listen(host, port)
    except OSError as problem:
        _say(
            f"端口 {port} 不能使用（{problem.strerror}）。请换一个：make run PORT=8080",
            f"Port {port} cannot be used ({problem.strerror}). Choose another: make run PORT=8080",
        )
        return 3
    with listener:
        descriptor = listener.fileno()
        children = [
            Child("web", [sys.executable, "-m", "gunicorn", *_gunicorn(descriptor)], descriptors=(descriptor,)),
            Child("worker", [sys.executable, "-m", "flask", "worker"]),
        ]
        stop = threading.Event()
        earlier_handlers = {number: signal.signal(number, lambda *_: stop.set()) for number in _ENDING}
        try:
            address = f"http://{_host_text(host)}:{listener.getsockname()[1]}"
            _note(address)
            _say(f"系统运行在 {address}（按 Ctrl-C 结束）", f"Running at {address} (Ctrl-C ends it)")
            while not stop.is_set():
                for child in children:
                    child.look()
                if any(child.hopeless for child in children):
                    _say("启动失败，原因见上。", "It does not start; the reason stands above.")
                    return 3
                stop.wait(LOOK_EVERY)
            return 0
        finally:
            listener.close()  # the next server may have the port while this one finishes what it began
            _end(children)
            for number, handler in earlier_handlers.items():
                signal.signal(number, handler)


_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def _note(address: str) -> None:
    """Keep where the server listens beside the data, so that links printed later lead there."""
    instance = Path(os.environ.get("DIAOYAN_INSTANCE") or ROOT / "instance")
    if instance.is_dir():
        (instance / "address").write_text(address)


def _listen(host: str, port: int) -> socket.socket:
    """The socket of the server; one that just ended may hold the port for some seconds."""
    for attempt in range(PORT_TRIES):
        try:
            return _bind(host, port)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise
            if attempt == 0:
                _say(
                    f"端口 {port} 正被占用，最多等 {PORT_TRIES} 秒……",
                    f"Port {port} is in use; waiting {PORT_TRIES} s at most …",
                )
            time.sleep(1)
    return _bind(host, port)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


def _gunicorn(descriptor: int) -> list[str]:
    return ["--config", str(ROOT / "deploy" / "gunicorn.conf.py"), "--bind", f"fd://{descriptor}", "app:create_app()"]


def _host_text(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 (shown, not bound)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _end_with(parent: int) -> Callable[[], None]:
    """What a child does before anything else: ask Linux to end it when the parent is gone, however it went."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # not on macOS: there a killed parent leaves its children

    def ask() -> None:
        if prctl is not None:
            prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _end(children: list[Child]) -> None:
    """Ask all to end, give them time to finish what they began, then end what is left of their groups."""
    processes = [child.process for child in children if child.process is not None]
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        _end_group(process.pid)
        process.wait()


def _end_group(leader: int) -> None:
    """What a child started must not outlive it: half a print job beside its second try helps nobody."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _say(zh: str, en: str) -> None:
    print(f"{zh}\n{en}", file=sys.stderr, flush=True)  # noqa: T201 (the parent has no logger and no page)
