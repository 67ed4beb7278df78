"""A real S3-compatible store for the tests: Debian's OpenStack Swift with its s3api, on free ports, gone with the test."""

import contextlib
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.ports import free_port

SERVERS = ("account", "container", "object")
PROGRAMS = [*(f"swift-{kind}-server" for kind in (*SERVERS, "proxy")), "swift-ring-builder", "memcached"]
KEY, SECRET = "test:tester", "testing"
STORAGE = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = root
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
workers = 0
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
PROXY = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
user = root
swift_dir = {folder}
workers = 0
[pipeline:main]
pipeline = catch_errors cache listing_formats s3api tempauth bulk slo proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{cache}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


@dataclass(frozen=True)
class Swift:
    """A running store."""

    endpoint: str
    processes: list[subprocess.Popen[bytes]]

    def bucket(self, name: str) -> str:
        """Make a bucket; gives its address as the setting has it."""
        import obstore
        from obstore.store import S3Store

        store = S3Store(
            name,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id=KEY,
            secret_access_key=SECRET,
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )
        address = obstore.sign(store, "PUT", "", timedelta(minutes=5))
        with urllib.request.urlopen(urllib.request.Request(address, method="PUT", data=b""), timeout=60):
            return f"s3://{name}/diaoyan?endpoint={self.endpoint}&region=us-east-1"

    def stop(self) -> None:
        """End every process of it."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(60)


@contextlib.contextmanager
def server(folder: Path) -> Iterator[Swift]:
    """Run a store with its files below `folder`. Raises RuntimeError where Swift is not installed or does not come up."""
    missing = [program for program in PROGRAMS if not _is_there(program)]
    if missing:
        raise RuntimeError(f"not installed: {', '.join(missing)}; run `make setup-dev`")
    (folder / "devices/d1").mkdir(parents=True)
    ports = {kind: free_port() for kind in (*SERVERS, "proxy", "cache")}
    for kind in SERVERS:
        _make_ring(folder / f"{kind}.builder", ports[kind])
        (folder / f"{kind}.conf").write_text(STORAGE.format(kind=kind, port=ports[kind], folder=folder))
    (folder / "proxy.conf").write_text(PROXY.format(port=ports["proxy"], cache=ports["cache"], folder=folder))
    memory = ["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", str(ports["cache"]), "-U", "0", "-m", "16"]
    commands = [memory, *([f"swift-{kind}-server", str(folder / f"{kind}.conf")] for kind in (*SERVERS, "proxy"))]
    with (folder / "log").open("wb") as log:
        swift = Swift(
            f"http://127.0.0.1:{ports['proxy']}",
            [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) for command in commands],
        )
    try:
        _wait_until_it_answers(swift, folder / "log")
        yield swift
    finally:
        swift.stop()


def _is_there(program: str) -> bool:
    return any((Path(folder) / program).exists() for folder in ("/usr/bin", "/usr/local/bin", "/usr/sbin"))


def _make_ring(builder: Path, port: int) -> None:
    for step in (["create", "1", "1", "1"], ["add", f"r1z1-127.0.0.1:{port}/d1", "1"], ["rebalance"]):
        subprocess.run(["swift-ring-builder", str(builder), *step], check=True, stdout=subprocess.DEVNULL)


def _wait_until_it_answers(swift: Swift, log: Path, most: float = 120) -> None:
    until = time.monotonic() + most
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(swift.endpoint, timeout=30).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"Swift does not come up:\n{log.read_text(errors='replace')[-4000:]}")
