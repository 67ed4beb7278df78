"""Whether a server runs over an instance folder: it holds a lock there as long as it lives. Touches one file."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NAME = "serving.lock"


@contextmanager
def present(instance: Path) -> Iterator[None]:
    """While this is open, `is_serving` says so; the lock goes with the process, however it ends."""
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(instance / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with suppress(OSError):  # a folder without locks, on some network drives
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def is_serving(instance: Path) -> bool:
    """Whether a server of this instance runs on this machine."""
    try:
        handle = os.open(instance / NAME, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)
