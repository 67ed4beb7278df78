"""A body that does not come within its time: the connection is closed, and the thread serves somebody else."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from surveys.database import db
from surveys.devices import COOKIE, field_cookie
from surveys.fieldwork.visits.submissions import Submission
from surveys.pages.phones.body_time import BodyTime
from surveys.questionnaire.package.content import canonical
from tests.surveys.fieldwork.phones import Server, put_headers, running
from tests.surveys.pages.field_world import World, make_world

GRACE = 60.0  # seconds


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@contextlib.contextmanager
def begun(server: Server, address: str, body: bytes, headers: dict[str, str]) -> Iterator[socket.socket]:
    """A request whose head is sent, with one byte of its body."""
    lines = [f"{address} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    with socket.create_connection(("127.0.0.1", server.port), timeout=GRACE) as connection:
        connection.sendall(head.encode() + body[:1])
        yield connection


def goes_on_until_closed(connection: socket.socket, body: bytes) -> None:
    """One byte every twentieth of a second, as long as the server takes it."""
    end = time.monotonic() + GRACE
    connection.settimeout(0.05)
    with contextlib.suppress(ConnectionError):
        for byte in body[1:]:
            assert time.monotonic() < end, "the server never closed it"
            with contextlib.suppress(TimeoutError):
                if connection.recv(1) == b"":
                    return
                raise AssertionError("an answer to a body that is not there")
            connection.sendall(bytes([byte]))


def test_who_trickles_or_stops_is_closed_and_holds_no_thread(app: Flask, world: World, database_url: str) -> None:
    body = canonical({"visit": world.visit_id, "answers": {"/words": "一" * 3000}})
    enrolling = json.dumps({"slip": "x" * 5000, "code": "123456"}).encode()
    with app.app_context():
        mine = {"Cookie": f"{COOKIE}={field_cookie(world.devices[0])}"}
    handing_in, address = mine | put_headers(body), f"/sync/visits/{world.visit_id}"
    chunk = mine | put_headers(body, "application/octet-stream") | {"Content-Range": f"bytes 0-{len(body) - 1}/99999"}
    instance = Path(app.instance_path)
    with (
        running(instance, database_url, workers=1, application="app:create_app({'BODY_SECONDS': 1})") as server,
        begun(server, f"PUT {address}", body, handing_in) as trickles,  # the server of the tests has four threads
        begun(server, f"PUT {address}/draft", body, handing_in) as draft,
        begun(server, f"PUT /sync/parts/{'a' * 64}", body, chunk) as part,
        begun(server, "POST /sync/devices", enrolling, {"Content-Type": "application/json"}) as stranger,
    ):
        goes_on_until_closed(trickles, body)
        for one in (draft, part, stranger):
            with contextlib.suppress(ConnectionError):
                assert one.recv(1) == b"", "closed, without an answer"
        whole = server.request("PUT", f"/visits/{world.visit_id}", body, handing_in)
        assert whole.json["code"] == "unreadable", "a whole body is judged"
        assert server.request("GET", "/keys").status == 200
    assert (instance.parent / "server.log").read_text() == ""
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Submission)) == 0


def test_a_body_that_has_come_leaves_the_connection_alone() -> None:
    (here, phone), (late, gone) = socket.socketpair(), socket.socketpair()
    with here, phone, late, gone:
        times = BodyTime()
        times.begin(here, 0)
        times.end(here)
        times.begin(late, 0)
        gone.settimeout(GRACE)
        assert gone.recv(1) == b"", "late ones are closed by now"
        here.sendall(b"!")
        assert phone.recv(1) == b"!"
