"""Encryption of a backup in the format age-encryption.org/v1, streamed; `age` and `rage` read it too. Touches nothing.

Written with `cryptography`, which is here anyway: the bindings of rage stream to keys alone, not to a passphrase.
A file is locked to one `Recipient` (age1…) or one passphrase; 64 KiB at a time, each piece with a tag, the last one marked, so that
a changed byte and a file that was cut off are both noticed where they are.
"""

import base64
import hmac
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from reports.running.backups import bech32

VERSION = b"age-encryption.org/v1"
PIECE = 64 * 1024
TAG = 16
WORK = 16  # log2 of scrypt's cost: 64 MiB and a fifth of a second
MOST_WORK = 22
LONGEST_LINE = 4096
FIRST_NONCE = bytes(12)


class WrongKey(ValueError):
    """The file is locked to another passphrase or key."""


class Damaged(ValueError):
    """The bytes are not as they were written. `at` is how many bytes of the content were whole; `cut` says that the end is missing."""

    def __init__(self, at: int, *, cut: bool = False) -> None:
        self.at, self.cut = at, cut
        super().__init__(f"damaged after {at} bytes")


class NotAge(ValueError):
    """The file does not begin as an encrypted file does."""


@dataclass(frozen=True)
class Recipient:
    """The public half of a key: who has it can lock, not open."""

    public: bytes

    @classmethod
    def of(cls, text: str) -> "Recipient":
        """From `age1…`. Raises ValueError for any other text."""
        prefix, data = bech32.decode(text.strip())
        if prefix != "age" or len(data) != 32:
            raise ValueError("not a key of the kind age1…")
        return cls(data)

    def __str__(self) -> str:
        return bech32.encode("age", self.public)


@dataclass(frozen=True)
class Identity:
    """The private half of a key."""

    private: X25519PrivateKey

    @classmethod
    def new(cls) -> "Identity":
        return cls(X25519PrivateKey.generate())

    @classmethod
    def of(cls, text: str) -> "Identity":
        """From the text of a key file: the line AGE-SECRET-KEY-1…, lines with # are passed over. Raises ValueError."""
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        if len(lines) != 1:
            raise ValueError("one line with a secret key is expected")
        prefix, data = bech32.decode(lines[0])
        if prefix != "age-secret-key-" or len(data) != 32:
            raise ValueError("not a secret key")
        return cls(X25519PrivateKey.from_private_bytes(data))

    @property
    def recipient(self) -> Recipient:
        return Recipient(self.private.public_key().public_bytes_raw())

    def __str__(self) -> str:
        return bech32.encode("age-secret-key-", self.private.private_bytes_raw()).upper()


Lock = Recipient | str  # a key, or a passphrase
Opener = Identity | str


class Encrypting:
    """A file to write into; what it is given goes to `target` encrypted. `close()` writes the end, and leaves `target` open."""

    def __init__(self, target: BinaryIO, lock: Lock) -> None:
        self._target, self._pending, self._number = target, bytearray(), 0
        file_key = secrets.token_bytes(16)
        header = VERSION + b"\n" + _stanza(lock, file_key) + b"---"
        target.write(header + b" " + _base64(_header_mac(file_key, header)) + b"\n")
        nonce = secrets.token_bytes(16)
        target.write(nonce)
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))

    def write(self, data: bytes) -> int:
        self._pending += data
        while len(self._pending) > PIECE:  # the last piece is marked: one is always kept back
            self._write_piece(bytes(self._pending[:PIECE]))
            del self._pending[:PIECE]
        return len(data)

    def close(self) -> None:
        self._write_piece(bytes(self._pending), last=True)
        self._pending.clear()

    def _write_piece(self, data: bytes, *, last: bool = False) -> None:
        self._target.write(self._cipher.encrypt(_piece_nonce(self._number, last), data, None))
        self._number += 1


class Decrypting:
    """A file to read from, over an encrypted one. Raises NotAge, WrongKey, Damaged."""

    def __init__(self, source: BinaryIO, opener: Opener) -> None:
        self._source, self._number, self._ready = source, 0, bytearray()
        file_key = _read_header(source, opener)
        nonce = source.read(16)
        if len(nonce) < 16:
            raise Damaged(0, cut=True)
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._next = source.read(PIECE + TAG)
        self._over = False

    def read(self, size: int) -> bytes:
        while len(self._ready) < size and not self._over:
            self._ready += self._read_piece()
        data = bytes(self._ready[:size])
        del self._ready[:size]
        return data

    def _read_piece(self) -> bytes:
        piece, at = self._next, self._number * PIECE
        self._next = self._source.read(PIECE + TAG)
        last = not self._next
        try:
            data = self._cipher.decrypt(_piece_nonce(self._number, last), piece, None)
        except InvalidTag:
            raise Damaged(at, cut=last and self._is_whole(piece)) from None
        self._number, self._over = self._number + 1, last
        return data

    def _is_whole(self, piece: bytes) -> bool:
        """Whether a last piece that does not fit is a whole one of the middle, or the start of one: the end is missing."""
        if len(piece) < PIECE + TAG:
            return True  # a last piece is told from a torn one by nothing else
        try:
            self._cipher.decrypt(_piece_nonce(self._number, False), piece, None)
        except InvalidTag:
            return False
        return True


def _piece_nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _derived(key: bytes, salt: bytes | None, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, purpose).derive(key)


def _header_mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, None, b"header"), header, "sha256")


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _from_base64(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)


# --- the header ------------------------------------------------------------------------------------------------------


def _stanza(lock: Lock, file_key: bytes) -> bytes:
    """The lines that hold the file's key, locked."""
    if isinstance(lock, str):
        salt = secrets.token_bytes(16)
        words, wrapping = [b"scrypt", _base64(salt), b"%d" % WORK], _of_passphrase(lock, salt, WORK)
    else:
        own = X25519PrivateKey.generate()
        share = own.public_key().public_bytes_raw()
        shared = own.exchange(X25519PublicKey.from_public_bytes(lock.public))
        words, wrapping = [b"X25519", _base64(share)], _of_key(shared, share, lock.public)
    body = ChaCha20Poly1305(wrapping).encrypt(FIRST_NONCE, file_key, None)
    return b"-> " + b" ".join(words) + b"\n" + _base64(body) + b"\n"


def _of_passphrase(passphrase: str, salt: bytes, work: int) -> bytes:
    return Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, 2**work, 8, 1).derive(passphrase.encode())


def _of_key(shared: bytes, share: bytes, public: bytes) -> bytes:
    return _derived(shared, share + public, b"age-encryption.org/v1/X25519")


def _read_header(source: BinaryIO, opener: Opener) -> bytes:
    header = source.readline(LONGEST_LINE)
    if header != VERSION + b"\n":
        raise NotAge("this is no file of age")
    file_key: bytes | None = None
    while (line := source.readline(LONGEST_LINE)).startswith(b"-> "):
        header += line
        body = b""
        while True:
            part = source.readline(LONGEST_LINE)
            header, body = header + part, body + part.strip()
            if len(part.strip()) < 64:
                break
        file_key = file_key or _unlocked(line.split()[1:], body, opener)
    if not re.fullmatch(rb"--- [A-Za-z0-9+/]{43}\n", line):
        raise Damaged(0, cut=not line.endswith(b"\n"))
    if file_key is None:
        raise WrongKey("locked to another key")
    if not hmac.compare_digest(_header_mac(file_key, header + b"---"), _from_base64(line[4:-1])):
        raise Damaged(0)
    return file_key


def _unlocked(words: list[bytes], body: bytes, opener: Opener) -> bytes | None:
    """The file's key, or None where this stanza is not for this opener."""
    wrapping = _wrapping(words, opener)
    if wrapping is None:
        return None
    try:
        return ChaCha20Poly1305(wrapping()).decrypt(FIRST_NONCE, _from_base64(body), None)
    except InvalidTag:
        return None
    except ValueError:
        raise Damaged(0) from None


def _wrapping(words: list[bytes], opener: Opener) -> Callable[[], bytes] | None:
    match words, opener:
        case [b"scrypt", salt, work], str() if re.fullmatch(rb"[1-9]\d?", work) and int(work) <= MOST_WORK:
            return lambda: _of_passphrase(opener, _from_base64(salt), int(work))
        case [b"X25519", share], Identity():
            return lambda: _of_shared(opener, _from_base64(share))
    return None


def _of_shared(identity: Identity, share: bytes) -> bytes:
    shared = identity.private.exchange(X25519PublicKey.from_public_bytes(share))
    return _of_key(shared, share, identity.recipient.public)


def new_key_file(identity: Identity) -> str:
    """What a key file holds; age-keygen writes the same."""
    return f"# public key: {identity.recipient}\n{identity}\n"


def write_private(place: "os.PathLike[str]", text: str) -> None:
    """A new file that its owner alone may read. Raises FileExistsError rather than write over a key."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
