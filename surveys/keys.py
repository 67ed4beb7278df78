"""The keys of this instance: its id, the key that signs receipts, the secret that hides other secrets. Touches the file system only.

They lie in `<instance>/keys` with mode 600, are made at the first start, and belong in the backup: without the signing key every
phone has to be enrolled anew; without the secret no slip can be printed again and phones without Web Crypto enrol anew.

| file | holds |
| --- | --- |
| `instance` | the random id of this instance: receipts name it |
| `server.pem` | the P-256 key that signs receipts (`kid` = start of the hash of its public part) |
| `secret` | 32 random bytes: encrypts device secrets and slip tokens, makes challenges and hashes of codes |
| `older.json` | earlier server keys, each new one signed by the one before it (receiving.md 6) |
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import uuid
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

SHA256 = ec.ECDSA(hashes.SHA256())


def to_base64url(data: bytes) -> str:
    """Base64url without padding, as JSON Web Keys write it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes of base64url text, with or without padding. Raises ValueError."""
    if not text.isascii():
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@dataclass(frozen=True)
class InstanceKeys:
    """The instance's keys, read once a process."""

    instance: str
    secret: bytes
    private: ec.EllipticCurvePrivateKey
    older: tuple[dict[str, Any], ...] = ()

    @cached_property
    def jwk(self) -> dict[str, str]:
        """The public part of the signing key."""
        return public_jwk(self.private.public_key())

    @cached_property
    def kid(self) -> str:
        return key_id(self.jwk)

    @cached_property
    def _own_keys(self) -> dict[str, bytes]:
        return {}

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self.mac("encryption", b""))

    def sign(self, data: bytes) -> bytes:
        """ECDSA P-256 / SHA-256 as `r‖s`, 64 bytes (IEEE P1363, which Web Crypto reads)."""
        r, s = decode_dss_signature(self.private.sign(data, SHA256))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def mac(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA-256 with a key of its own for each purpose."""
        key = self._own_keys.get(purpose)
        if key is None:
            key = self._own_keys[purpose] = hmac.digest(self.secret, purpose.encode(), "sha256")
        return hmac.digest(key, data, "sha256")

    def encrypt(self, text: str) -> str:
        nonce = secrets.token_bytes(12)
        return to_base64url(nonce + self._cipher.encrypt(nonce, text.encode(), None))

    def decrypt(self, text: str) -> str:
        """What was encrypted here. Raises ValueError when the instance's secret is another one."""
        data = from_base64url(text)
        try:
            return self._cipher.decrypt(data[:12], data[12:], None).decode()
        except InvalidTag:
            raise ValueError("encrypted with another instance's secret") from None

    def public_keys(self) -> list[dict[str, Any]]:
        """What `GET /keys` lists: the key in use first, then the earlier ones."""
        entries = [dict(entry) for entry in self.older]
        if any(entry["kid"] == self.kid for entry in entries):
            return sorted(entries, key=lambda entry: entry["kid"] != self.kid)
        return [{"kid": self.kid, "key": self.jwk, "signed_by": None, "signature": None}, *entries]


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    x, y = (to_base64url(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def public_key(jwk: Any) -> ec.EllipticCurvePublicKey:
    """The key of a public JWK. Raises ValueError for anything but a point on P-256."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise ValueError("not a P-256 key")
    try:
        x, y = (int.from_bytes(from_base64url(jwk[name]), "big") for name in ("x", "y"))
    except (KeyError, TypeError, AttributeError):
        raise ValueError("a key without x and y") from None
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def key_id(jwk: dict[str, Any]) -> str:
    """A name for a public key: the start of the SHA-256 of its required members (RFC 7638)."""
    text = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def verify(jwk: dict[str, Any], signature: bytes, data: bytes) -> bool:
    """Whether `signature` (`r‖s`) over `data` is by the key `jwk`."""
    if len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        public_key(jwk).verify(encode_dss_signature(r, s), data, SHA256)
    except (InvalidSignature, ValueError):
        return False
    return True


def instance_keys() -> InstanceKeys:
    """The keys of the running application, made at the first call."""
    keys = current_app.extensions.get("instance_keys")
    if keys is None:
        keys = current_app.extensions["instance_keys"] = read_keys(Path(current_app.instance_path) / "keys")
    return keys


def read_keys(folder: Path) -> InstanceKeys:
    """Read the keys in `folder`; what is missing is made. Two processes that start at once read the same."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    instance = _file_bytes(folder / "instance", lambda: str(uuid.uuid4()).encode())
    secret = _file_bytes(folder / "secret", lambda: secrets.token_bytes(32))
    pem = _file_bytes(folder / "server.pem", _new_pem)
    private = serialization.load_pem_private_key(pem, None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{folder / 'server.pem'} holds no P-256 key: put back the file from the backup")
    older = folder / "older.json"
    return InstanceKeys(
        instance.decode().strip(), secret, private, tuple(json.loads(older.read_text())) if older.exists() else ()
    )


def _new_pem() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _file_bytes(place: Path, make: Any) -> bytes:
    """The bytes of a file that only its owner may read; made once, whoever comes first."""
    if not place.exists():
        partial = place.with_name(f".{place.name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, place)
        except FileExistsError:
            pass  # another process was first: its key counts
        partial.unlink()
    return place.read_bytes()
