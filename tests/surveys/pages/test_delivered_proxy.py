"""Through the proxy as it is delivered (deploy/nginx.conf), with TLS: slow connections hold nothing, and what is too large is said.

It runs nginx as whoever runs the tests, on ports and in a folder of its own. Where there is no nginx it is skipped: what tests need
(`deploy/install-system.sh test`) brings it.
"""

import contextlib
import http.client
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from reports.demonstration.rehearsals import rehearsal
from surveys.questionnaire.package.content import digest
from tests.ports import free_port
from tests.surveys.fieldwork.phones import Answer, phones_of, running
from tests.surveys.fieldwork.rehearsal_form import rehearsal_form
from tests.surveys.fieldwork.test_receiving_crash import content

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
DELIVERED = (Path(__file__).parents[3] / "deploy/nginx.conf").read_text()
HOST = "diaoyan.example"
HELD = 200
GRACE = 60.0  # seconds
ANSWERED_WITHIN = 1.0  # seconds
ATTACKERS = ("127.0.0.2", "127.0.0.3", "127.0.0.4")  # addresses of this machine; the deputy has another
MAIN = """\
daemon off; pid {folder}/pid; error_log {folder}/main.log;
events {{ worker_connections 768; }}
http {{
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{delivered}
}}
"""  # of Debian's own file what matters here: it has 768, which docs/running.md raises
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx here")


@dataclass
class Proxy:
    """What phones reach: the program behind the delivered configuration. Stands for `Server` where phones ask."""

    port: int

    @property
    def base(self) -> str:
        return f"https://{HOST}/sync"

    def connection(self, *, source: str = "127.0.0.1") -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=GRACE, context=_trusting(), source_address=(source, 0)
        )

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        with contextlib.closing(self.connection()) as connection:
            connection.request(method, f"/sync{path}", body=body, headers={"Host": HOST} | (headers or {}))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _certificate(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    (folder / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@contextlib.contextmanager
def delivered_proxy(folder: Path, program: int) -> Iterator[Proxy]:
    """nginx with the delivered file, of which only places and ports are others."""
    folder.mkdir()
    _certificate(folder)
    plain, port = free_port(), free_port()
    others = {
        "/etc/ssl/diaoyan/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
        "127.0.0.1:8000;": f"127.0.0.1:{program};",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
    }
    delivered = DELIVERED
    for given, other in others.items():
        assert given in delivered, given
        delivered = delivered.replace(given, other)
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, delivered=delivered))
    assert NGINX is not None
    process = subprocess.Popen(
        [NGINX, "-p", folder, "-c", folder / "nginx.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    proxy = Proxy(port)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                if proxy.request("GET", "/keys").status == 200:
                    break
            assert process.poll() is None, (folder / "main.log").read_text()
            time.sleep(0.1)
        else:
            raise AssertionError("the proxy does not answer")
        yield proxy
    finally:
        process.terminate()
        process.wait(GRACE)


@pytest.fixture
def proxied(database_url: str, tmp_path: Path) -> Iterator[Proxy]:
    """The program as it is delivered, behind the proxy as it is delivered."""
    settings = {"TRUSTED_HOSTS": f"{HOST},127.0.0.1,localhost", "PUBLIC_ADDRESS": f"https://{HOST}"}
    with (
        running(tmp_path / "instance", database_url, fresh=True, environment=settings) as server,
        delivered_proxy(tmp_path / "proxy", server.port) as proxy,
    ):
        yield proxy
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def _hold(proxy: Proxy, opened: contextlib.ExitStack) -> list[socket.socket]:
    """Connections that say nothing, half a head, or a byte of a body, also of a photo's piece."""
    head = f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 5000\r\n".encode()
    piece = f"PUT /sync/parts/{'a' * 64} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 5000\r\n\r\nx".encode()
    said = (b"", head, head + b"\r\nu", b"GET /sign-in HT", piece)
    held = []
    for number in range(HELD):
        source = ATTACKERS[number % len(ATTACKERS)]
        address = ("127.0.0.1", proxy.port)
        plain = opened.enter_context(socket.create_connection(address, timeout=GRACE, source_address=(source, 0)))
        connection = plain
        if number % 10:  # each tenth does not even begin with TLS
            connection = opened.enter_context(_trusting().wrap_socket(plain, server_hostname=HOST))
            connection.sendall(said[number % len(said)])
        held.append(connection)
    return held


def test_a_deputy_hands_in_through_the_proxy_while_two_hundred_connections_trickle(app: Flask, proxied: Proxy) -> None:
    with app.app_context():
        described = rehearsal(1, form=rehearsal_form(), base=proxied.base)
    phone = phones_of(proxied, described)[0]  # type: ignore[arg-type]
    phone.sign_in()
    visit, before, seconds = phone.visits("plain")[0], None, []
    with contextlib.ExitStack() as opened:
        held = _hold(proxied, opened)
        for number in range(5):
            body = content(phone, visit, f"第{number}版", before)
            began = time.monotonic()
            answer = phone.hand_in(visit, body)
            seconds.append(time.monotonic() - began)
            assert phone.receipt(answer, visit, digest(body)) is not None
            before = digest(body)
        assert len(held) == HELD
    assert min(seconds) < ANSWERED_WITHIN, seconds  # what else this machine does is no matter here
    assert max(seconds) < 10 * ANSWERED_WITHIN, seconds


@pytest.mark.parametrize(("method", "place"), [("POST", "/sign-in"), ("PUT", "/sync/parts/" + "a" * 64)])
def test_what_is_too_large_is_said_in_both_languages(proxied: Proxy, method: str, place: str) -> None:
    with contextlib.closing(proxied.connection()) as connection:
        connection.putrequest(method, place, skip_host=True)
        connection.putheader("Host", HOST)
        connection.putheader("Content-Length", str(60_000_000))
        connection.endheaders(b"x")
        answer = connection.getresponse()
        text = answer.read().decode()
    assert answer.status == 413
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "文件超过40 MB，没有上传。" in text
    assert "The file is larger than 40 MB and was not uploaded." in text


def test_an_address_holds_a_hundred_connections_and_no_more(proxied: Proxy) -> None:
    head = f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 5000\r\n\r\nu".encode()
    with contextlib.ExitStack() as opened:
        for _ in range(100):
            connection = opened.enter_context(contextlib.closing(proxied.connection(source="127.0.0.9")))
            connection.connect()
            assert connection.sock is not None
            connection.sock.sendall(head)
        with contextlib.closing(proxied.connection(source="127.0.0.9")) as more:
            more.request("GET", "/sign-in", headers={"Host": HOST})
            assert more.getresponse().status == 429
        assert proxied.request("GET", "/keys").status == 200, "another address is answered"
