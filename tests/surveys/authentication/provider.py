"""An OpenID provider as an office has one, with Authlib's own provider side, on a port of this machine. Whoever asks is `person`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "diaoyan", "provider-secret-1"


@dataclass
class Provider:
    """What the provider says of the person who is signed in there; tests change it."""

    issuer: str
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "1", "preferred_username": "chen"})
    clock: float = 0  # seconds that its clock is ahead
    nonce: str | None = None  # instead of the one asked with
    named_issuer: str | None = None
    audience: list[str] = field(default_factory=lambda: [CLIENT])
    party: str | None = None  # `azp`
    key: str = "one"  # "another": signed with a key that is not published
    asks_anew: bool = True  # where it is asked to; else it says when the person was asked before
    challenges: list[str] = field(default_factory=list)


class _Client:
    """The one client of this provider."""

    def __init__(self, redirect: str) -> None:
        self.client_id, self.redirect = CLIENT, redirect

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.redirect

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, address: str) -> bool:
        return address == self.redirect

    def check_client_secret(self, secret: str) -> bool:
        return secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, kind: str) -> bool:
        return kind == "code"

    def check_grant_type(self, kind: str) -> bool:
        return kind == "authorization_code"


@dataclass
class _Code:
    """A code that was given out; good once."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    person: dict[str, Any]
    told_at: float

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.told_at)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> list[str] | None:
        return self.person.get("amr")


def _application(provider: Provider, redirect: str) -> Flask:
    app = Flask("provider")
    app.secret_key = "provider"
    key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
    codes: dict[str, _Code] = {}
    server = AuthorizationServer(
        app, query_client=lambda name: _Client(redirect) if name == CLIENT else None, save_token=lambda *_: None
    )

    class Grant(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload
            nonce = provider.nonce or asked.data.get("nonce")
            challenge, method = asked.data.get("code_challenge"), asked.data.get("code_challenge_method")
            provider.challenges.append(method)
            is_anew = provider.asks_anew and (asked.data.get("prompt"), asked.data.get("max_age")) == ("login", "0")
            told_at = time.time() - (0 if is_anew else 3600)
            codes[code] = _Code(
                code, asked.redirect_uri, asked.scope, nonce, challenge, method, dict(provider.person), told_at
            )

        def query_authorization_code(self, code: str, client: Any) -> _Code | None:
            return codes.get(code)

        def delete_authorization_code(self, authorization_code: _Code) -> None:
            codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code: _Code) -> dict[str, Any]:
            return authorization_code.person

    class Identity(OpenIDCode):
        def resolve_client_private_key(self, client: Any) -> RSAKey:
            return (
                key
                if provider.key == "one"
                else RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
            )

        def get_client_algorithm(self, client: Any) -> str:
            return "RS256"

        def get_encode_header(self, client: Any) -> dict[str, str]:
            return {"alg": "RS256", "kid": "one"}

        def get_client_claims(self, client: Any) -> dict[str, Any]:
            return {}

        def get_compatible_claims(self, request: Any) -> dict[str, Any]:
            now = int(time.time() + provider.clock)
            issuer = provider.named_issuer or provider.issuer
            party = {"azp": provider.party} if provider.party else {}
            return party | {"iss": issuer, "aud": provider.audience, "iat": now, "exp": now + 60}

        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return False

        def generate_user_info(self, user: dict[str, Any], scope: str) -> dict[str, Any]:
            return user

    server.register_grant(Grant, [Identity(require_nonce=True), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def _metadata() -> Any:
        ways = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return jsonify(
            {"issuer": provider.issuer, "id_token_signing_alg_values_supported": ["RS256"]}
            | {name: f"{provider.issuer}/{path}" for name, path in ways.items()}
        )

    @app.get("/keys")
    def _keys() -> Any:
        return jsonify({"keys": [key.as_dict(private=False)]})

    @app.get("/authorize")
    def _authorize() -> Any:
        grant = server.get_consent_grant(end_user=provider.person)
        return server.create_authorization_response(grant=grant, grant_user=provider.person)

    @app.post("/token")
    def _token() -> Any:
        return server.create_token_response()

    return app


@contextmanager
def running(redirect: str) -> Iterator[Provider]:
    """The provider, serving, for a client that comes back to `redirect`."""
    provider = Provider("")
    web = make_server("127.0.0.1", 0, _application(provider, redirect), threaded=True)
    provider.issuer = f"http://127.0.0.1:{web.server_port}"
    thread = Thread(target=web.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        web.shutdown()
        thread.join()
        web.server_close()
