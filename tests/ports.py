"""Ports for the servers that tests start: never one that another test, another test process or a connection may take meanwhile."""

import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import IO

# Below the ports that systems give to outgoing connections (Linux from 32768, macOS from 49152).
FIRST, LAST = 20_000, 32_000
_kept: list[IO[bytes]] = []


def free_port() -> int:
    """A port nobody listens on, kept for this process until it ends: the lock on its file says so to the others."""
    folder = Path(tempfile.gettempdir()) / f"diaoyan-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    start = FIRST + os.getpid() * 97 % (LAST - FIRST)
    for port in [*range(start, LAST), *range(FIRST, start)]:
        lock = (folder / str(port)).open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        if _can_be_bound(port):
            _kept.append(lock)
            return port
        lock.close()
    raise RuntimeError(f"no port is free between {FIRST} and {LAST}")


def _can_be_bound(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
