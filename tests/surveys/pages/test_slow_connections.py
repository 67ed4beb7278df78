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

from reports.demonstration.rehearsals import rehearsal
from surveys.database import db
from surveys.devices import COOKIE, field_cookie
from surveys.fieldwork.visits.submissions import Submission
from surveys.questionnaire.package.content import canonical, digest
from tests.surveys.fieldwork.phones import Server, phones_of, put_headers, running
from tests.surveys.fieldwork.rehearsal_form import rehearsal_form
from tests.surveys.fieldwork.test_receiving_crash import content
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
        running(instance, database_url, workers=1, environment={"WEB_BODY_SECONDS": "1"}) as server,
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


ATTACKERS = 200
ANSWERED_WITHIN = 1.0  # seconds


def _attack(port: int, opened: contextlib.ExitStack) -> None:
    """Connections that say nothing, half a head, or a byte of a body, in turn: as many as ten programs' threads."""
    sign_in = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
    for number in range(ATTACKERS):
        connection = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=GRACE))
        connection.sendall((b"", sign_in, sign_in + b"\r\nu", b"GET /sign-in HT")[number % 4])


def test_a_deputy_hands_in_while_two_hundred_connections_trickle(app: Flask, database_url: str, tmp_path: Path) -> None:
    with running(tmp_path / "instance", database_url, fresh=True) as server, contextlib.ExitStack() as opened:
        with app.app_context():
            described = rehearsal(1, form=rehearsal_form(), base=server.base)
        phone = phones_of(server, described)[0]
        phone.sign_in()
        visit, before = phone.visits("plain")[0], None
        _attack(server.port, opened)
        seconds = []
        for number in range(5):
            body = content(phone, visit, f"第{number}版", before)
            began = time.monotonic()
            answer = phone.hand_in(visit, body)
            seconds.append(time.monotonic() - began)
            assert phone.receipt(answer, visit, digest(body)) is not None
            before = digest(body)
        assert min(seconds) < ANSWERED_WITHIN, seconds  # what else this machine does is no matter here
        assert max(seconds) < 10 * ANSWERED_WITHIN, seconds
    assert "Traceback" not in (tmp_path / "server.log").read_text()
