"""What is asked after the password: an authenticator's code, a passkey, a recovery code. Touches accounts, keys and audit.

A code is taken once (its time step is kept), a recovery code too. Secrets of authenticators are encrypted with the instance's key;
of recovery codes only a keyed hash is kept.
"""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from surveys.accounts import Account
from surveys.audit import Actor, record
from surveys.database import Id, Line, LongText, count_of, db, one_of, utc_now, writing
from surveys.keys import instance_keys

KINDS = ("code", "passkey")
ISSUER = "调研通"
CODES = 10
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without what is misread: 0 O 1 I L
DRIFT_SECONDS = 30  # how far a phone's clock may be off


class SecondFactor(db.Model):
    """An authenticator (`secret`, the last step taken) or a passkey (`credential`, `public_key`, `sign_count`) of an account."""

    __tablename__ = "second_factors"
    __table_args__ = (one_of("kind", KINDS), UniqueConstraint("credential"))

    id: Mapped[Id]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str | None] = mapped_column(Line(60))
    secret: Mapped[str | None] = mapped_column(String(200))  # encrypted with the instance key
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    credential: Mapped[str | None] = mapped_column(String(1400))  # base64url; up to 1023 bytes (WebAuthn 5.8.3)
    public_key: Mapped[str | None] = mapped_column(LongText)  # COSE, base64url
    sign_count: Mapped[int | None] = mapped_column(BigInteger)
    transports: Mapped[list[Any] | None]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(db.Model):
    """A code on paper for the day the device is lost; good once."""

    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


def factors_of(account_id: str) -> list[SecondFactor]:
    """The factors of an account, the oldest first."""
    query = select(SecondFactor).where(SecondFactor.account_id == account_id)
    return list(db.session.scalars(query.order_by(SecondFactor.created_at)))


def has_factor(account_id: str) -> bool:
    """Whether a second step is asked after this account's password."""
    return db.session.scalar(select(SecondFactor.id).where(SecondFactor.account_id == account_id).limit(1)) is not None


def recovery_codes_left(account_id: str) -> int:
    """How many recovery codes are still good."""
    return count_of(
        select(RecoveryCode.id).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    )


# --- authenticators --------------------------------------------------------------------------------------------------


def new_secret() -> str:
    """A secret for an authenticator, base32."""
    from passlib.totp import TOTP

    return TOTP.new().base32_key


def secret_address(account: Account, secret: str) -> str:
    """What an authenticator reads from the QR code (otpauth://)."""
    from passlib.totp import TOTP

    return TOTP(key=secret).to_uri(label=account.username, issuer=ISSUER)


def step_of(secret: str, code: str, *, after: int | None = None) -> int | None:
    """The time step that this code belongs to, now or `DRIFT_SECONDS` around; None: it is wrong, or was taken before."""
    from passlib.exc import TokenError
    from passlib.totp import TOTP

    try:
        match = TOTP(key=secret).match("".join(code.split()), time=utc_now(), window=DRIFT_SECONDS, last_counter=after)
    except (TokenError, ValueError):
        return None
    return int(match.counter)


def add_authenticator(account: Account, secret: str, code: str, *, actor: Actor) -> list[str] | None:
    """Take an authenticator that shows the right code, in the place of an earlier one.

    Gives the recovery codes where they are the account's first, [] where it has some. None: the code is wrong.
    """
    step = step_of(secret, code)
    if step is None:
        return None
    with writing() as session:
        session.execute(delete(SecondFactor).where(SecondFactor.account_id == account.id, SecondFactor.kind == "code"))
        encrypted = instance_keys().encrypt(secret)
        return add(account, SecondFactor(kind="code", secret=encrypted, last_step=step), actor=actor)


def add(account: Account, factor: SecondFactor, *, actor: Actor) -> list[str]:
    """Add a factor; gives recovery codes where the account has none yet. Inside `writing()` or not."""
    with writing() as session:
        factor.account_id, factor.created_at = account.id, utc_now()
        session.add(factor)
        session.flush()
        record(actor, "factor.added", target=("account", account.id), kind=factor.kind, outcome="done")
        return [] if recovery_codes_left(account.id) else new_recovery_codes(account, actor=actor)


def check_code(account: Account, text: str) -> str | None:
    """What a typed code is good for: code (of the authenticator), recovery; None: for nothing. It is used up."""
    for factor in factors_of(account.id):
        if factor.kind == "code" and factor.secret and _take_step(factor, instance_keys().decrypt(factor.secret), text):
            return "code"
    return "recovery" if _take_recovery_code(account, text) else None


def _take_step(factor: SecondFactor, secret: str, text: str) -> bool:
    step = step_of(secret, text, after=factor.last_step)
    if step is None:
        return False
    with writing() as session:
        unused = or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step)
        taken = update(SecondFactor).where(SecondFactor.id == factor.id, unused)
        count = session.execute(taken.values(last_step=step, last_used_at=utc_now())).rowcount  # pyright: ignore[reportAttributeAccessIssue]
        session.expire_all()
    return count == 1


# --- recovery codes ---------------------------------------------------------------------------------------------------


def new_recovery_codes(account: Account, *, actor: Actor) -> list[str]:
    """New codes in the place of all earlier ones; they are shown once and kept as hashes."""
    codes = ["".join(secrets.choice(ALPHABET) for _sign in range(10)) for _code in range(CODES)]
    with writing() as session:
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
        session.add_all([RecoveryCode(account_id=account.id, code_hash=_hash(account.id, code)) for code in codes])
        session.flush()
        record(actor, "recovery_codes.made", target=("account", account.id), outcome="done")
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _take_recovery_code(account: Account, text: str) -> bool:
    code = "".join(sign for sign in text.upper() if sign.isalnum())
    with writing() as session:
        unused = (
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == _hash(account.id, code),
            RecoveryCode.used_at.is_(None),
        )
        return session.execute(update(RecoveryCode).where(*unused).values(used_at=utc_now())).rowcount == 1  # pyright: ignore[reportAttributeAccessIssue]


def _hash(account_id: str, code: str) -> str:
    return instance_keys().mac("recovery code", f"{account_id}\x1f{code}".encode()).hex()


# --- taking away ------------------------------------------------------------------------------------------------------


def remove(factor: SecondFactor, *, actor: Actor) -> None:
    """Take one factor away; with the last one the recovery codes go too."""
    with writing() as session:
        session.execute(delete(SecondFactor).where(SecondFactor.id == factor.id))
        if not has_factor(factor.account_id):
            session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == factor.account_id))
        record(actor, "factor.removed", target=("account", factor.account_id), kind=factor.kind, outcome="done")


def reset(account: Account, *, actor: Actor, unit_code: str | None, address: str | None) -> None:
    """Take all factors away from a person who lost the device; an administrator's act."""
    with writing() as session:
        for table in (SecondFactor, RecoveryCode):
            session.execute(delete(table).where(table.account_id == account.id))
        record(
            actor,
            "factor.reset",
            target=("account", account.id),
            unit_code=unit_code,
            address=address,
            outcome="done",
        )
