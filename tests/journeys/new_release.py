"""The same server under another release's name: a proxy that writes a new name wherever the server says its own."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

NAMED = re.compile(rb'data-release="([0-9a-f]{12})"|self\.RELEASE=\'([0-9a-f]{12})\'')


class ReleaseProxy(ThreadingHTTPServer):
    """Passes everything on; `suffix` stands at the end of the release's name in all that is answered."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = port
        self.name = ""
        self.suffix = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def renamed(self, data: bytes) -> bytes:
        found = NAMED.search(data)
        if found:
            self.name = next(group for group in found.groups() if group).decode()
        if not self.suffix or not self.name:
            return data
        return data.replace(self.name.encode(), (self.name[: -len(self.suffix)] + self.suffix).encode())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ReleaseProxy  # pyright: ignore[reportIncompatibleVariableOverride]

    def _pass(self) -> None:
        with suppress(OSError):  # a page that was left does not wait for its answers
            self._ask()

    def _ask(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=60)) as connection:
            self._answer(connection, body)

    def _answer(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        headers = {key: value for key, value in self.headers.items() if key.lower() != "accept-encoding"}
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        data = answer.read()
        if answer.getheader("Content-Type", "").startswith(("text/", "application/javascript")):
            data = self.server.renamed(data)
        self.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(key, self.server.renamed(value.encode()).decode())
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_HEAD = _pass

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def renamed_releases(port: int) -> Iterator[ReleaseProxy]:
    """A proxy before the server at `port`."""
    proxy = ReleaseProxy(port)
    Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
