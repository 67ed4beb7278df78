"""Passkeys (WebAuthn): what a browser is asked, and whether its answer is right. Touches second factors.

The challenge is kept in the session on the server and used once; answers are bound to this site's own name and address.
"""

import json
from dataclasses import dataclass

from sqlalchemy import select, update

from surveys.accounts import Account
from surveys.audit import Actor
from surveys.authentication import second_factors
from surveys.authentication.second_factors import SecondFactor
from surveys.database import db, utc_now, writing
from surveys.keys import from_base64url, to_base64url


@dataclass(frozen=True)
class Site:
    """Where the page stands: `name` (the host without its port) and `origin`, as a browser writes them."""

    name: str
    origin: str


def registration(account: Account, site: Site) -> tuple[str, str]:
    """What a browser is asked in order to make a passkey, as JSON, and the challenge in it."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name=second_factors.ISSUER,
        user_id=account.id.encode(),
        user_name=account.username,
        user_display_name=account.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(account),
    )
    return webauthn.options_to_json(options), to_base64url(options.challenge)


def add_passkey(
    account: Account, answer: str, challenge: str | None, site: Site, *, name: str, actor: Actor
) -> list[str] | None:
    """Keep the passkey a browser has made; gives the first recovery codes, [] where there are some. None: the answer is wrong."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=from_base64url(challenge or ""),
            expected_rp_id=site.name,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError):
        return None
    credential = to_base64url(made.credential_id)
    if not challenge or db.session.scalar(select(SecondFactor.id).where(SecondFactor.credential == credential)):
        return None
    factor = SecondFactor(
        kind="passkey",
        name=name,
        credential=credential,
        public_key=to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        transports=_transports(answer),
    )
    return second_factors.add(account, factor, actor=actor)


def _transports(answer: str) -> list[str]:
    named = json.loads(answer).get("response", {}).get("transports") or []
    return [word for word in named if word in ("usb", "nfc", "ble", "internal", "hybrid", "cable", "smart-card")]


def question(account: Account, site: Site) -> tuple[str, str]:
    """What a browser is asked in order to prove a passkey of this account, as JSON, and the challenge in it."""
    import webauthn

    options = webauthn.generate_authentication_options(rp_id=site.name, allow_credentials=_descriptors(account))
    return webauthn.options_to_json(options), to_base64url(options.challenge)


def check_passkey(account: Account, answer: str, challenge: str | None, site: Site) -> bool:
    """Whether the answer is by a passkey of this account. A counter that does not rise is one that was copied."""
    import webauthn
    from webauthn.helpers import parse_authentication_credential_json
    from webauthn.helpers.exceptions import WebAuthnException

    if not challenge:
        return False
    try:
        credential = parse_authentication_credential_json(answer)
        named = to_base64url(credential.raw_id)
        factor = next(one for one in second_factors.factors_of(account.id) if one.credential == named)
        proved = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=from_base64url(challenge),
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=from_base64url(factor.public_key or ""),
            credential_current_sign_count=factor.sign_count or 0,
        )
    except (WebAuthnException, ValueError, StopIteration):
        return False
    with writing() as session:
        used = update(SecondFactor).where(SecondFactor.id == factor.id)
        session.execute(used.values(sign_count=proved.new_sign_count, last_used_at=utc_now()))
        session.expire_all()
    return True


def _descriptors(account: Account) -> list:
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=from_base64url(factor.credential),
            transports=[AuthenticatorTransport(word) for word in factor.transports or []],
        )
        for factor in second_factors.factors_of(account.id)
        if factor.credential
    ]
