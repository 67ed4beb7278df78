"""Phones for the tests: a real server process, devices that sign in, send, and verify what they are answered."""

import contextlib
import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from surveys.keys import SHA256, from_base64url, to_base64url, verify
from surveys.questionnaire.package.content import canonical
from tests import servers
from tests.ports import free_port


class Server:
    """A production server over one instance folder and database; can be killed and started again on the same port."""

    def __init__(
        self,
        instance: Path,
        database_url: str,
        *,
        workers: int = 2,
        application: str = "app:create_app()",
        fresh: bool = False,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.environment = environment or {}
        self.instance, self.database_url, self.workers, self.application = instance, database_url, workers, application
        self.fresh = fresh
        self.port = free_port()
        self.process: servers.Started | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/sync"

    def start(self) -> None:
        settings = ["-b", f"127.0.0.1:{self.port}", "-w", str(self.workers), self.application]
        if self.fresh:  # what is measured runs with the settings it is delivered with
            settings += ["--config", str(servers.ROOT / "deploy" / "gunicorn.conf.py")]
        else:
            settings += ["-k", "reports.running.web_worker.WebWorker", "--threads", "4", "--log-level", "warning"]
        environment = {"DIAOYAN_INSTANCE": str(self.instance), "DATABASE_URL": self.database_url} | self.environment
        log = self.instance.parent / "server.log"
        self.process = servers.web(settings, environment, log, fresh=self.fresh)
        for _ in range(1200):
            with contextlib.suppress(OSError):
                if self.request("GET", "/keys").status == 200:
                    return
            assert self.process.is_alive(), log.read_text()
            time.sleep(0.1)
        raise AssertionError(log.read_text())

    def kill(self) -> None:
        """kill -9 of the server with all its processes."""
        if self.process is not None:
            self.process.end()
            self.process = None

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> "Answer":
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, f"/sync{path}", body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body and "json" in self.headers.get("Content-Type", "") else None


@dataclass
class Phone:
    """A device of the rehearsal: signs in by itself and pins the server's key."""

    server: Server
    entry: dict[str, Any]
    key: dict[str, str]
    instance: str
    cookie: str | None = None
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.entry["device"]

    def visits(self, kind: str) -> list[str]:
        return [one["visit"] for one in self.entry["visits"] if one["kind"] == kind]

    def proof(self, challenge: str) -> str:
        message = f"diaoyan-session/1\n{self.id}\n{challenge}".encode()
        if self.entry["secret"]:
            return to_base64url(hmac.digest(from_base64url(self.entry["secret"]), message, "sha256"))
        r, s = decode_dss_signature(private_key(self.entry["key"]).sign(message, SHA256))
        return to_base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def sign_in(self) -> Answer:
        headers = {"Content-Type": "application/json"}
        asked = self.server.request("POST", "/session", json.dumps({"device": self.id}).encode(), headers)
        if asked.status != 200:
            return asked
        challenge = asked.json["challenge"]
        value = {"device": self.id, "challenge": challenge, "proof": self.proof(challenge)}
        answer = self.server.request("POST", "/session", json.dumps(value).encode(), headers)
        if answer.status == 204:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        if self.cookie is None:
            self.sign_in()
        return self.server.request(method, path, body, {"Cookie": self.cookie or ""} | (headers or {}))

    def hand_in(self, visit: str, body: bytes) -> Answer:
        return self.ask("PUT", f"/visits/{visit}", body, put_headers(body))

    def receipt(self, answer: Answer, visit: str, content: str, nonce: str | None = None) -> dict[str, Any] | None:
        """The facts of a valid receipt in an answer; None when there is none, AssertionError when it is not valid."""
        value = answer.json
        if not isinstance(value, dict) or "receipt" not in value:
            return None
        signed = b"diaoyan-receipt/1\n" + value["receipt"].encode()
        assert verify(self.key, from_base64url(value["signature"]), signed), "the signature"
        if self.entry["secret"]:
            mac = hmac.digest(from_base64url(self.entry["secret"]), signed, "sha256")
            assert to_base64url(mac) == value["mac"], "the mac"
        facts = json.loads(value["receipt"])
        assert (facts["instance"], facts["visit"], facts["content"]) == (self.instance, visit, content)
        assert facts["nonce"] == nonce
        assert value["receipt"].encode() == canonical(facts), "the spelling"
        return facts


def private_key(jwk: dict[str, str]) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(from_base64url(jwk["d"]), "big"), ec.SECP256R1())


def put_headers(body: bytes, kind: str = "application/json") -> dict[str, str]:
    return {"Content-Type": kind, "Diaoyan-Hash": hashlib.sha256(body).hexdigest()}


@contextlib.contextmanager
def running(
    instance: Path,
    database_url: str,
    *,
    workers: int = 2,
    application: str = "app:create_app()",
    fresh: bool = False,
    environment: dict[str, str] | None = None,
) -> Iterator[Server]:
    """A server over an instance folder, gone at the end."""
    server = Server(
        instance, database_url, workers=workers, application=application, fresh=fresh, environment=environment
    )
    server.start()
    try:
        yield server
    finally:
        server.kill()


def phones_of(server: Server, described: dict[str, Any]) -> list[Phone]:
    """The devices that `rehearsal` described, as phones of this server."""
    key, instance = described["server"]["key"], described["instance"]
    return [Phone(server, entry, key, instance) for entry in described["devices"]]
