"""Web server and worker live and die with their parent, and come back when only they died."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
FLASK = Path(sys.executable).with_name("flask")


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/static/nothing", timeout=30).close()
    except urllib.error.HTTPError as answer:
        answer.close()
        return answer.code == 404
    except OSError:
        return False
    return True


def children(parent: int) -> dict[str, int]:
    """The processes a parent started, by what they are."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                    words = (folder / "cmdline").read_text().split("\0")
                    found["web" if "gunicorn" in words else "worker" if "worker" in words else words[0]] = int(
                        folder.name
                    )
    return found


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(what: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


class Server:
    def __init__(self, port: int, instance: Path, database_url: str) -> None:
        self.port = port
        self.environment = {
            **os.environ,
            "DIAOYAN_INSTANCE": str(instance),
            "DATABASE_URL": database_url,
            "PORT": str(port),
            "WEB_CONCURRENCY": "1",
        }
        self.process = subprocess.Popen(
            [str(FLASK), "serve"], cwd=ROOT, env=self.environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )

    def child(self, name: str) -> int:
        wait_for(lambda: name in children(self.process.pid))
        return children(self.process.pid)[name]


@pytest.fixture
def server(tmp_path: Path, sqlite_pattern: Path) -> Iterator[Server]:
    database = tmp_path / "diaoyan.db"
    database.write_bytes(sqlite_pattern.read_bytes())
    running = Server(free_port(), tmp_path / "instance", f"sqlite:///{database}")
    try:
        wait_for(lambda: answers(running.port))
        yield running
    finally:
        running.process.terminate()
        running.process.communicate(timeout=120)


def test_a_killed_web_server_and_a_killed_worker_come_back(server: Server) -> None:
    for name in ("web", "worker"):
        before = server.child(name)
        os.kill(before, signal.SIGKILL)
        wait_for(lambda name=name, before=before: children(server.process.pid).get(name, before) != before)
    wait_for(lambda: answers(server.port))


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_the_parent_ends_both_and_leaves_in_peace(server: Server, ending: signal.Signals) -> None:
    both = [server.child("web"), server.child("worker")]
    server.process.send_signal(ending)
    assert server.process.wait(120) == 0
    assert not any(map(alive, both))
    assert not answers(server.port)


def test_the_port_is_free_while_the_last_request_is_finished(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as slow:
        slow.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345")  # the rest is on its way
        wait_for(lambda: answers(server.port))
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: _can_be_bound(server.port), 15)
        assert server.process.poll() is None
        slow.sendall(b"67890")
        assert slow.recv(1000).startswith(b"HTTP/1.1 ")
    assert server.process.wait(120) == 0


def _can_be_bound(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
    return True


@pytest.mark.parametrize(("language", "remedy"), [("zh-CN", "请改用小一些的文件"), ("en", "Send a smaller file")])
def test_what_is_too_large_is_taken_to_its_end_and_answered_in_words(
    server: Server, language: str, remedy: str
) -> None:
    """A browser shows no answer that comes while it is still sending: everything is sent first here, then read."""
    size = 60_000_000
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as connection:
        connection.sendall(
            f"POST /sign-in HTTP/1.1\r\nHost: x\r\nAccept-Language: {language}\r\nConnection: close\r\n"
            f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        for _ in range(size // 1_000_000):
            connection.sendall(bytes(1_000_000))
        with connection.makefile("rb") as answer:
            said = answer.read().decode()
    assert said.startswith("HTTP/1.1 413 ")
    assert remedy in said


def test_a_killed_parent_leaves_no_child_behind(server: Server) -> None:
    both = [server.child("web"), server.child("worker")]
    server.process.kill()
    wait_for(lambda: not any(map(alive, both)))
    wait_for(lambda: not answers(server.port))


def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        second = subprocess.run(
            [str(FLASK), "serve"],
            cwd=ROOT,
            env={**os.environ, "DIAOYAN_INSTANCE": str(tmp_path), "DATABASE_URL": "", "PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert second.returncode == 3
    assert f"Port {port} cannot be used" in second.stderr
    assert "PORT=" in second.stderr
