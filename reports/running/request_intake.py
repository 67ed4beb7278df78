"""A request as its bytes come in, before a thread is given to it: when it is whole, and what follows it. Touches a temporary file only.

In      pieces as they arrive from one connection, in order.
Gives   `whole` once head and body are here, `stored` with exactly the bytes of this request, `rest` with what came behind it.
Rule    how long a body is, is said once and plainly (Content-Length, or chunked alone). Anything else is whole at the end of its
        head and `ends` the connection: the server's own parser refuses it, and no byte behind it is taken for a next request.
        A body larger than MOST_STORED is counted to its end and forgotten, so that the answer to it is seen.
"""

import re
import tempfile

MOST_HEAD = 64 * 1024
MOST_STORED = 42 * 1024 * 1024  # the program's own limit is 40 MB
MOST_FORGOTTEN = 1 << 30
IN_MEMORY = 1 << 18
HEAD_SECONDS = 20.0
BODY_SECONDS = 60.0  # as receiving.md 8 says of phones
SLOWEST = 100_000  # bytes a second that a larger body has to come with
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*([^\r]*)", re.IGNORECASE)
_TRANSFER = re.compile(rb"\r\ntransfer-encoding[ \t]*:[ \t]*([^\r]*)", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)


class RequestIntake:
    """One request coming in. Times are of the monotonic clock, in seconds."""

    def __init__(self, begun: float, body_seconds: float = BODY_SECONDS) -> None:
        self.until = begun + HEAD_SECONDS
        self.whole = False
        self.ends = False
        self.awaits_continue = False  # the client sends its body after CONTINUE only
        self.rest = b""
        self.stored = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the request
        self._body_seconds = body_seconds
        self._head: bytearray | None = bytearray()
        self._left = 0
        self._stores = True
        self._chunks: _Chunks | None = None

    @property
    def empty(self) -> bool:
        """Nothing came yet."""
        return self._head is not None and not self._head

    def feed(self, piece: bytes, now: float) -> None:
        """Take what came. Raises OSError where it cannot be stored."""
        if self._head is not None:
            self._feed_head(piece, now)
        else:
            self._feed_body(piece)

    def close(self) -> None:
        self.stored.close()

    def _feed_head(self, piece: bytes, now: float) -> None:
        assert self._head is not None
        look_from = max(0, len(self._head) - 3)
        self._head += piece
        end = self._head.find(b"\r\n\r\n", look_from)
        if end < 0:
            if len(self._head) > MOST_HEAD:
                self._finish_unclear(bytes(self._head))
            return
        head, body = bytes(self._head[: end + 4]), bytes(self._head[end + 4 :])
        self._head = None
        lengths, transfers = _LENGTH.findall(head), _TRANSFER.findall(head)
        if transfers:
            if lengths or len(transfers) > 1 or transfers[0].strip().lower() != b"chunked":
                self._finish_unclear(head)
                return
            self._chunks = _Chunks()
        elif lengths:
            number = lengths[0].strip()
            if len(lengths) > 1 or not number.isdigit() or len(number) > 12 or int(number) > MOST_FORGOTTEN:
                self._finish_unclear(head)
                return
            self._left = int(number)
            self._stores = self._left <= MOST_STORED
        head, expects = _EXPECT.subn(b"", head)
        self.awaits_continue = bool(expects) and not body
        self.stored.write(head)
        self.until = now + self._body_seconds + self._left / SLOWEST
        self._feed_body(body)

    def _feed_body(self, piece: bytes) -> None:
        if self._chunks is not None:
            taken = self._chunks.take(piece)
            self.stored.write(piece[:taken])
            self._finish(piece[taken:], when=self._chunks.done)
            if self._chunks.broken or self.stored.tell() > MOST_STORED:
                self.ends = True
                self._finish(b"", when=True)
            return
        mine = piece[: self._left]
        self._left -= len(mine)
        if self._stores:
            self.stored.write(mine)
        self._finish(piece[len(mine) :], when=self._left == 0)

    def _finish_unclear(self, head: bytes) -> None:
        self._head, self.ends = None, True
        self.stored.write(head)
        self._finish(b"", when=True)

    def _finish(self, rest: bytes, *, when: bool) -> None:
        if when:
            self.whole, self.rest = True, rest
            self.ends = self.ends or not self._stores
            self.stored.seek(0)


class _Chunks:
    """Where a chunked body ends (RFC 9112, 7.1)."""

    def __init__(self) -> None:
        self.done = self.broken = False
        self._line = bytearray()
        self._skip = 0
        self._trailers = False

    def take(self, piece: bytes) -> int:
        """How many bytes of `piece` belong to the body."""
        at = 0
        while at < len(piece) and not self.done and not self.broken:
            if self._skip:
                step = min(self._skip, len(piece) - at)
                self._skip -= step
                at += step
                continue
            end = piece.find(b"\n", at)
            stop = len(piece) if end < 0 else end + 1
            self._line += piece[at:stop]
            at = stop
            if len(self._line) > 4096:
                self.broken = True
            elif end >= 0:
                self._take_line(bytes(self._line))
                self._line.clear()
        return at

    def _take_line(self, line: bytes) -> None:
        text = line.rstrip(b"\r\n")
        if self._trailers:
            self.done = not text
            return
        size = text.partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", size) or not line.endswith(b"\r\n"):
            self.broken = True
        elif number := int(size, 16):
            self._skip = number + 2
        else:
            self._trailers = True
