"""The same server under another release's name: a proxy that writes a new name wherever the server says its own.

`build` makes scripts that are another release's indeed; the proxy serves them in the place of the server's own.
"""

import http.client
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

ROOT = Path(__file__).parents[2]
NAMED = re.compile(rb'data-release="([0-9a-f]{12})"|self\.RELEASE=\'([0-9a-f]{12})\'')


class ReleaseProxy(ThreadingHTTPServer):
    """Passes everything on; `suffix` stands at the end of the release's name in all that is answered."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = port
        self.name = ""
        self.suffix = ""
        self.scripts: Path | None = None  # another build's, in the place of the server's own

    def built(self, address: str, data: bytes) -> bytes:
        """What this release has at an address, where the server's own release has `data`."""
        name = address.partition("?")[0].rpartition("/")[2]
        if self.scripts is None or not name.endswith(".js"):
            return data
        own = (ROOT / "static/dist" / name).read_bytes()
        return data.replace(own, (self.scripts / name).read_bytes()) if own in data else data

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
            data = self.server.renamed(self.server.built(self.path, data))
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


def build(folder: Path, steps: int) -> Path:
    """The scripts of a later release, whose store is `steps` steps further; gives the folder they lie in."""
    shutil.copytree(ROOT / "static/js", folder / "static/js")
    shutil.copytree(ROOT / "static/css", folder / "static/css")
    (folder / "deploy").mkdir()
    for script in (ROOT / "deploy").glob("*.mjs"):
        shutil.copy(script, folder / "deploy")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    store = folder / "static/js/phone/store/store.mjs"
    later = "".join(f"(db) => db.createObjectStore('later{number}'),\n" for number in range(steps))
    text = store.read_text(encoding="utf-8")
    beginning, end = text.split("\n];\n", 1)
    store.write_text(f"{beginning}\n{later}];\n{end}", encoding="utf-8")
    subprocess.run(["node", "deploy/bundle.mjs"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "static/dist"


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
