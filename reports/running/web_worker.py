"""gunicorn's threaded worker with one thing changed: a thread gets a request when all of it is here. Touches connections only.

The threaded worker reads head and body in a thread, so that as many slow connections as there are threads stop it. Here the loop that
waits for all connections reads; who is slow, or says nothing, costs an open file. A head has HEAD_SECONDS, a body BODY_SECONDS and
more by its size, whatever the address asked for. When room runs out, the address with most unfinished requests loses its oldest.
This is the one place that rests on how gunicorn's worker is made; `check_config` refuses to start on one made otherwise.
"""

import contextlib
import errno
import os
import resource
import selectors
import socket
import struct
import time
from collections import Counter
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn import http
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn, ThreadWorker

from reports.running.request_intake import BODY_SECONDS, CONTINUE, RequestIntake

PIECE = 1 << 18  # bytes read at once
MOST_OF_ONE_ADDRESS = 100  # unfinished requests; a firm or a mobile network has one address for many people
SPARE_FILES = 300  # open files left for databases, threads, photos
MOST_STORED_TOGETHER = 1 << 30  # bytes of unfinished requests in a process
STALLED = 30  # seconds without room for another byte of an answer
ANSWER_ROOM = 400_000  # bytes of an answer that the kernel takes at once: any page without an account
LINGER = 2.0  # seconds for a client to read the answer to a request that was not read to its end
NEAR = frozenset({"127.0.0.1", "::1", ""})  # the proxy: it counts the addresses behind it


class StoredUnreader(Unreader):
    """What gunicorn's parser reads from: the bytes of the request that is here, and not one more."""

    stored: Any = None

    def chunk(self, size_hint: int | None = None) -> bytes:
        return self.stored.read(max(size_hint or 0, 65536))


class Connection(TConn):
    """A connection and the request that is coming in on it."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.address = client[0] if isinstance(client, tuple) else ""
        self.unreader = StoredUnreader()
        self.parser: Any = http.get_parser(cfg, sock, client)
        self.parser.unreader = self.unreader
        self.initialized = True
        self.intake: RequestIntake | None = None
        self.until = 0.0
        self.size = 0
        self.polled = False


class WebWorker(ThreadWorker):
    """The worker that deploy/gunicorn.conf.py names."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.receiving: dict[Connection, None] = {}  # oldest first; also who is given time to read a last answer
        self.of_address: Counter[str] = Counter()
        self.looked = 0.0
        self.stored_together = 0
        self.body_seconds = float(os.environ.get("WEB_BODY_SECONDS", BODY_SECONDS))

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        super().check_config(cfg, log)
        names = ("accept", "finish_request", "on_client_socket_readable", "murder_pending", "set_accept_enabled")
        if cfg.is_ssl or not all(callable(getattr(ThreadWorker, name, None)) for name in names):
            raise RuntimeError(
                "reports/running/web_worker.py does not fit this gunicorn; pin the version it was written for"
            )

    def init_process(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = self.worker_connections + SPARE_FILES
        if soft != resource.RLIM_INFINITY and soft < wanted:
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            self.worker_connections = min(self.worker_connections, soft - SPARE_FILES)
        super().init_process()

    # --- a connection comes, says something, is whole ---------------------------------------------------------------

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except OSError as problem:
            if problem.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK, errno.EMFILE):
                raise
            return
        self.nr_conns += 1
        if client.family != socket.AF_UNIX:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STALLED, 0))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ANSWER_ROOM)
        conn = Connection(self.cfg, client, address, listener.getsockname())
        self._make_room(conn.address)
        self._begin(conn, b"")

    def on_client_socket_readable(self, conn: Connection, client: socket.socket) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._begin(conn, b"")

    def _begin(self, conn: Connection, first: bytes) -> None:
        now = time.monotonic()
        conn.intake = RequestIntake(now, self.body_seconds)
        conn.until = conn.intake.until
        self.receiving[conn] = None
        self.of_address[conn.address] += 1
        if first:
            self._feed(conn, first)
        else:
            self._read(conn, conn.sock)

    def _read(self, conn: Connection, client: socket.socket) -> None:
        try:
            piece = client.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            self._poll(conn, self._read)
            return
        except OSError:
            piece = b""
        if piece:
            self._feed(conn, piece)
        else:
            self._drop(conn)

    def _feed(self, conn: Connection, piece: bytes) -> None:
        intake = conn.intake
        assert intake is not None
        conn.size += len(piece)
        self.stored_together += len(piece)
        try:
            if self.stored_together > MOST_STORED_TOGETHER:
                raise OSError(errno.ENOSPC, "too many unfinished requests")
            intake.feed(piece, time.monotonic())
        except OSError:
            with contextlib.suppress(OSError):
                conn.sock.send(b"HTTP/1.1 507 Insufficient Storage\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            self._drop(conn)
            return
        conn.until = intake.until
        if intake.whole:
            self._leave(conn)
            conn.unreader.stored = intake.stored
            self.enqueue_req(conn)
            return
        if intake.awaits_continue:
            intake.awaits_continue = False
            with contextlib.suppress(OSError):
                conn.sock.send(CONTINUE)
        self._poll(conn, self._read)

    # --- a request is answered --------------------------------------------------------------------------------------

    def handle_request(self, req: Any, conn: Connection) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        try:
            return super().handle_request(req, conn)
        except (BlockingIOError, TimeoutError):
            return False  # who asked does not read the answer

    def finish_request(self, conn: Connection, fs: "Future[Any]") -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        intake = conn.intake
        assert intake is not None
        goes_on = not fs.cancelled() and fs.exception() is None and bool(fs.result()) and not intake.ends
        self._end_intake(conn)
        if not goes_on or conn.unreader.buf.getvalue():
            self._take_leave(conn, waits=intake.ends)
        elif intake.rest and self.alive:
            conn.sock.setblocking(False)
            self._begin(conn, intake.rest)
        else:
            super().finish_request(conn, fs)

    def _take_leave(self, conn: Connection, *, waits: bool) -> None:
        """Close; where more may be coming, once the client has closed or after LINGER, since the kernel would cut the answer off."""
        conn.sock.setblocking(False)
        if not waits:
            self.nr_conns -= 1
            conn.close()
            return
        self.receiving[conn] = None
        self.of_address[conn.address] += 1
        conn.until = time.monotonic() + LINGER
        with contextlib.suppress(OSError):
            conn.sock.shutdown(socket.SHUT_WR)
        self._poll(conn, self._forget)

    def _forget(self, conn: Connection, client: socket.socket) -> None:
        try:
            if client.recv(PIECE):
                return
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            pass
        self._drop(conn)

    # --- room and time ----------------------------------------------------------------------------------------------

    def murder_pending(self) -> None:
        """Who is over their time."""
        now = time.monotonic()
        if now - self.looked < 0.5:
            return
        self.looked = now
        for conn in [conn for conn in self.receiving if conn.until <= now]:
            self._drop(conn)

    def set_accept_enabled(self, enabled: bool | None) -> None:
        super().set_accept_enabled(bool(enabled or (self.alive and self.receiving)))
        if not self.alive:
            for listener in self.sockets:
                listener.close()  # the next server may have the port while this one finishes what it began
            for conn in [conn for conn in self.receiving if conn.intake is None or conn.intake.empty]:
                self._drop(conn)

    def _make_room(self, address: str) -> None:
        if address not in NEAR and self.of_address[address] >= MOST_OF_ONE_ADDRESS:
            self._drop_oldest_of(address)
        elif self.nr_conns >= self.worker_connections and self.of_address:
            self._drop_oldest_of(self.of_address.most_common(1)[0][0])

    def _drop_oldest_of(self, address: str) -> None:
        oldest = next((conn for conn in self.receiving if conn.address == address), None)
        if oldest is not None:
            self._drop(oldest)

    def _poll(self, conn: Connection, read: Any) -> None:
        if not conn.polled:
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(read, conn))
            conn.polled = True

    def _leave(self, conn: Connection) -> None:
        self.receiving.pop(conn, None)
        self.of_address[conn.address] -= 1
        if self.of_address[conn.address] <= 0:
            del self.of_address[conn.address]
        if conn.polled:
            conn.polled = False
            with contextlib.suppress(OSError, KeyError, ValueError):
                self.poller.unregister(conn.sock)

    def _drop(self, conn: Connection) -> None:
        self._leave(conn)
        self._end_intake(conn)
        self.nr_conns -= 1
        conn.close()

    def _end_intake(self, conn: Connection) -> None:
        self.stored_together -= conn.size
        conn.size = 0
        if conn.intake is not None:
            conn.intake.close()
