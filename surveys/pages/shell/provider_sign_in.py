"""Sign-in by the office's own provider (OpenID Connect), where one is set. Touches accounts and authentication.

| setting | holds |
| --- | --- |
| `OIDC_ISSUER` | the provider's address; its `/.well-known/openid-configuration` tells the rest |
| `OIDC_CLIENT_ID` | the name under which the provider knows this program |
| `OIDC_CLIENT_SECRET_FILE` | a file with the secret, readable by the program's account alone |
| `OIDC_USERNAME_CLAIM` | which claim is the account's name here (`preferred_username`) |
| `OIDC_LABEL` | what the button calls it (统一身份认证) |

State, nonce and PKCE (S256) go with each attempt. A provider is believed that it asked for two factors where its claim `amr` says so
(`mfa`, or methods of two kinds); else whoever has a second factor here is asked for it, and whose role needs one sets it up. An account is never made: an administrator invites, the provider proves who comes.

Whoever came in this way and has no second factor here is sent there once more where fresh proof is asked for: with `prompt=login` and
`max_age=0`, and what comes back counts only where its `auth_time` says that they were asked anew. It must name the same account, and
attest two factors where the session rests on two.
"""

import os
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from surveys import accounts
from surveys.authentication import attempts, staff_sessions
from surveys.database import utc_now
from surveys.pages.shell import admission
from surveys.pages.shell.languages import local

SETTINGS = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET_FILE", "OIDC_USERNAME_CLAIM", "OIDC_LABEL")
DRIFT_SECONDS = 120  # how far the provider's clock and ours may be apart
PATIENCE_SECONDS = 10
# RFC 8176. A password counts as what one knows, and so does a PIN; a message to a telephone, a key in software, a place or a habit
# count for nothing, since whoever has the password may have them too.
KNOWN = {"pwd", "pin", "kba"}
HELD = {"otp", "hwk", "sc"}
BODILY = {"fpt", "face", "iris", "retina", "vbm"}

bp = Blueprint("provider_sign_in", __name__)


@bp.record_once
def register(state: Any) -> None:
    """Make the provider known to the application, where the settings name one. Raises RuntimeError where they are incomplete."""
    app: Flask = state.app
    issuer, client_id, secret_file, claim, label = (app.config.get(name) or os.environ.get(name) for name in SETTINGS)
    if not issuer:
        return
    if not client_id or not secret_file or not Path(secret_file).is_file():
        raise RuntimeError("OIDC_ISSUER is set: OIDC_CLIENT_ID and OIDC_CLIENT_SECRET_FILE (a file) are needed as well")
    from authlib.integrations.flask_client import OAuth

    provider = OAuth(app).register(
        "office",
        client_id=client_id,
        client_secret=Path(secret_file).read_text(encoding="utf-8").strip(),
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE_SECONDS,
        },
    )
    app.extensions["provider"] = (provider, issuer, claim or "preferred_username")
    app.extensions["provider_label"] = label or "统一身份认证"


def _failures() -> tuple[type[Exception], ...]:
    """How talking with a provider ends when it does not go well; loaded only where there is one."""
    from authlib.integrations.base_client import OAuthError
    from joserfc.errors import JoseError
    from requests import RequestException

    return OAuthError, JoseError, RequestException, RuntimeError, ValueError, KeyError


def _provider() -> Any:
    return (current_app.extensions.get("provider") or abort(404))[0]


@bp.get("/sign-in/provider")
def begin() -> ResponseReturnValue:
    """To the provider, with state, nonce and the hash of a secret of this browser's session."""
    provider = _provider()
    session["provider_next"] = local(request.args.get("next"))
    session.pop("provider_asked_at", None)
    anew: dict[str, Any] = {}
    if request.args.get("anew") and current_user.is_authenticated:
        session["provider_asked_at"] = int(utc_now().timestamp())
        anew = {"prompt": "login", "max_age": 0}
    address = os.environ.get("PUBLIC_ADDRESS") or current_app.config.get("PUBLIC_ADDRESS")
    path = url_for(".end")
    try:
        return provider.authorize_redirect(
            f"{address.rstrip('/')}{path}" if address else url_for(".end", _external=True), **anew
        )
    except _failures():
        return _refused("unreachable")


@bp.get("/sign-in/provider/return")
def end() -> ResponseReturnValue:
    """Back from the provider: whoever it names comes in, if an account of that name is there and not off."""
    provider = _provider()
    onward = local(session.pop("provider_next", None)) or url_for("sign_in.home")
    asked_at = session.pop("provider_asked_at", None)
    try:
        claims = provider.authorize_access_token(leeway=DRIFT_SECONDS).get("userinfo")
    except _failures():
        return _refused("not_proved")
    if not claims or not _is_for_us(claims, provider.client_id):
        return _refused("not_proved")
    account = accounts.named(str(claims.get(current_app.extensions["provider"][2]) or ""))
    if account is None or not account.active:
        return _refused("unknown" if account is None else "off", account)
    if asked_at is not None and current_user.is_authenticated:
        return _confirm(account, claims, asked_at, onward)
    return admission.admit(account, "provider", onward, is_strong=has_two_factors(claims.get("amr")))


def _confirm(account: accounts.Account, claims: Any, asked_at: int, onward: str) -> ResponseReturnValue:
    """The signed-in person proves once more who they are: the session goes on, as one that was confirmed now."""
    row = admission.door().session
    if account.id != row.account_id:
        return _refused("another", admission.own_account())
    told_at, is_weaker = claims.get("auth_time"), row.proved_elsewhere and not has_two_factors(claims.get("amr"))
    if not isinstance(told_at, int | float) or told_at < asked_at - DRIFT_SECONDS or is_weaker:
        return _refused("not_anew", account)
    staff_sessions.confirm(row, "provider")
    return redirect(onward, code=303)


def _is_for_us(claims: Any, client_id: str) -> bool:
    """Whether the provider that is set wrote this, for this program and nobody besides (Authlib takes another audience where `azp` names this program)."""
    audience = claims.get("aud")
    is_from_it = str(claims.get("iss")).rstrip("/") == current_app.extensions["provider"][1].rstrip("/")
    return is_from_it and audience in (client_id, [client_id]) and claims.get("azp", client_id) == client_id


def has_two_factors(methods: Any) -> bool:
    """Whether the claim `amr` attests two factors: it says so (`mfa`), or names methods of two kinds. Anything but a list attests none."""
    if not isinstance(methods, list):
        return False
    named = {method for method in methods if isinstance(method, str)}
    return "mfa" in named or sum(bool(named & kind) for kind in (KNOWN, HELD, BODILY)) > 1


def _refused(outcome: str, account: accounts.Account | None = None) -> ResponseReturnValue:
    attempts.note_failure(account, "provider", admission.caller(), outcome)
    status = 502 if outcome == "unreachable" else 403
    return render_template("sign_in/provider.html", outcome=outcome, status=status), status
