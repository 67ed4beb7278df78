"""A request is whole exactly where it ends, in whatever pieces it comes; what is unclear ends the connection."""

import random
from collections.abc import Iterator

import pytest

from reports.running.request_intake import MOST_HEAD, MOST_STORED, RequestIntake

HEAD = b"POST /a HTTP/1.1\r\nHost: x\r\n"


_OPENED: list[RequestIntake] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().close()


def _new(begun: float = 0.0) -> RequestIntake:
    _OPENED.append(RequestIntake(begun, body_seconds=60))
    return _OPENED[-1]


def _intake(*pieces: bytes) -> RequestIntake:
    intake = _new()
    for piece in pieces:
        assert not intake.whole
        intake.feed(piece, 1.0)
    return intake


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    ("request_bytes", "behind"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /next"),
        (HEAD + b"Content-Length: 5\r\n\r\n12345", b"POST /"),
        (HEAD + b"content-length:0\r\n\r\n", b""),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nT: 1\r\n\r\n",
            b"GET",
        ),
    ],
)
def test_in_any_pieces(request_bytes: bytes, behind: bytes, seed: int) -> None:
    chance, text = random.Random(seed), request_bytes + behind
    intake = _new()
    at = 0
    while not intake.whole:
        assert at < len(text), "never whole"
        step = chance.randint(1, 9)
        intake.feed(text[at : at + step], 1.0)
        at += step
    assert intake.stored.read() == request_bytes
    assert intake.rest + text[at:] == behind
    assert not intake.ends


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 99999999999999999999\r\n",
    ],
)
def test_an_unclear_length_ends_the_connection(lines: bytes) -> None:
    intake = _intake(HEAD + lines + b"\r\nGET /smuggled HTTP/1.1\r\n\r\n")
    assert (intake.whole, intake.ends, intake.rest) == (True, True, b"")
    assert b"smuggled" not in intake.stored.read()


def test_a_head_without_end_is_given_up() -> None:
    intake = _intake(HEAD + b"X: " + b"a" * MOST_HEAD)
    assert (intake.whole, intake.ends) == (True, True)


def test_a_broken_chunk_ends_the_connection() -> None:
    intake = _intake(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n")
    assert (intake.whole, intake.ends) == (True, True)


def test_what_is_too_large_is_counted_and_forgotten() -> None:
    size = MOST_STORED + 10
    intake = _intake(HEAD + b"Content-Length: %d\r\n\r\n" % size)
    for _ in range(size // (1 << 20)):
        intake.feed(bytes(1 << 20), 1.0)
    intake.feed(bytes(size % (1 << 20)), 1.0)
    assert (intake.whole, intake.ends) == (True, True)
    assert len(intake.stored.read()) < 200


def test_time_begins_with_the_head_and_again_with_the_body() -> None:
    intake = _new(100.0)
    assert intake.until == 120.0
    intake.feed(HEAD + b"Content-Length: 1000000\r\n\r\n", 110.0)
    assert intake.until == 110.0 + 60 + 10


def test_a_client_that_waits_for_leave_is_known_and_the_word_taken_out() -> None:
    intake = _intake(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert intake.awaits_continue
    intake.feed(b"ab", 2.0)
    assert b"xpect" not in intake.stored.read()
