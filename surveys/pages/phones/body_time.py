"""How long a phone may take over its body (receiving.md 8: within 60 s, else the connection is closed). Touches the connection only.

A socket's own timeout begins anew with every byte, so that a phone which trickles would hold a thread for ever. One thread of the
process looks every second at what is late, and shuts it: whoever waits for the next byte goes on as if the phone had gone.
"""

import socket
import threading
import time
from contextlib import suppress

STEP = 1.0  # seconds


class BodyTime:
    """Which connections are to have sent their body by when (monotonic clock)."""

    def __init__(self) -> None:
        self._until: dict[int, tuple[float, socket.socket]] = {}
        self._lock = threading.Lock()
        self._watches = False

    def begin(self, connection: socket.socket, seconds: float) -> None:
        with self._lock:
            self._until[id(connection)] = time.monotonic() + seconds, connection
            if not self._watches:
                self._watches = True
                threading.Thread(target=self._watch, name="body time", daemon=True).start()

    def end(self, connection: socket.socket) -> None:
        """It has sent all, or nobody waits for it any more. Once this returns, nothing is done to it."""
        with self._lock:
            self._until.pop(id(connection), None)

    def _watch(self) -> None:
        while True:
            time.sleep(STEP)
            with self._lock:
                now = time.monotonic()
                for key, (until, connection) in list(self._until.items()):
                    if until <= now:
                        del self._until[key]
                        with suppress(OSError):  # the phone closed it first
                            connection.shutdown(socket.SHUT_RDWR)


body_time = BodyTime()
