"""A person or a device that can sign in. Touches the database.

An account is a member of staff with a password; a device is a deputy's phone or browser (receiving.md 1), which has a key,
a secret, or only a cookie. What either may see is said in later rooms (staff, slips, access).
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, db, new_id, one_of, utc_now, writing

if TYPE_CHECKING:
    from flask_security.core import UserMixin
else:  # the same for what is used of it, without loading all of that library's pages: a tenth of a command's start
    from flask_login import UserMixin

LINK_LIFE = timedelta(days=3)
LEAST_PASSWORD = 8


class Account(db.Model, UserMixin):
    """A member of staff. `username` is what is typed at sign-in; `password` is a slow salted hash."""

    __tablename__ = "accounts"

    id: Mapped[Id]  # pyright: ignore[reportIncompatibleVariableOverride]
    username: Mapped[str] = mapped_column(Line(64), unique=True)  # pyright: ignore[reportIncompatibleVariableOverride]
    email: Mapped[str | None] = mapped_column(Line(200), unique=True)  # pyright: ignore[reportIncompatibleVariableOverride]
    name: Mapped[str] = mapped_column(Line(60))
    post: Mapped[str | None] = mapped_column(Line(100))
    phone: Mapped[str | None] = mapped_column(Line(40))
    password: Mapped[str | None] = mapped_column(String(255))  # pyright: ignore[reportIncompatibleVariableOverride]
    active: Mapped[bool] = mapped_column(default=True)  # pyright: ignore[reportIncompatibleVariableOverride]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=new_id)  # pyright: ignore[reportIncompatibleVariableOverride]
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(Line(10))
    preferences: Mapped[dict[str, Any] | None]

    def get_id(self) -> str:
        """What a session holds of an account: a new password gives a new one, which ends every session."""
        return self.fs_uniquifier

    @property
    def is_active(self) -> bool:
        """An account that was switched off is not signed in."""
        return self.active


class SignInLink(db.Model):
    """A one-time way in without a password: a reset by an administrator, or a link of the demonstration.

    Only the SHA-256 of the token is kept. `uses_left` None = as often as wished (demonstration instances only).
    """

    __tablename__ = "sign_in_links"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    next_address: Mapped[str | None] = mapped_column(Line(300))
    uses_left: Mapped[int | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    account: Mapped[Account] = relationship()


class Device(db.Model):
    """A deputy's phone or browser. Its `kind`: key (Web Crypto), secret (HMAC), browser (cookie alone)."""

    __tablename__ = "devices"
    __table_args__ = (one_of("kind", ("key", "secret", "browser")),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(10))
    public_key: Mapped[dict[str, Any] | None]
    secret: Mapped[str | None] = mapped_column(String(200))  # encrypted with the instance key
    name: Mapped[str | None] = mapped_column(Line(100))
    notice: Mapped[str | None] = mapped_column(Line(40))  # version of the privacy notice that was shown
    kept: Mapped[bool] = mapped_column(default=False)  # 本机 was ticked: the cookie is renewed by use
    enrolled_at: Mapped[datetime]
    last_contact_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(Line(200))


# --- passwords -----------------------------------------------------------------------------------------------------


def weak_password(text: str, account: Account | None = None) -> str | None:
    """Why a password is not taken: short, plain, name; None: it is. Three of four kinds of characters (等保)."""
    kinds = sum(bool(re.search(kind, text)) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"))
    if len(text) < LEAST_PASSWORD:
        return "short"
    if kinds < 3:
        return "plain"
    if account and len(account.username) > 2 and account.username.lower() in text.lower():
        return "name"
    return None


def set_password(account: Account, text: str) -> None:
    """Give an account a password, and end its sessions everywhere. Raises ValueError if weak."""
    from flask_security.utils import hash_password

    if reason := weak_password(text, account):
        raise ValueError(reason)
    hashed = hash_password(text)
    with writing() as session:
        session.execute(update(Account).where(Account.id == account.id).values(password=hashed, fs_uniquifier=new_id()))
        session.expire_all()


def named(username: str) -> Account | None:
    """The account of this name."""
    return db.session.scalar(select(Account).where(Account.username == username))


def check_password(account: Account | None, text: str) -> bool:
    """Whether the password is the account's and the account is not off.

    The answer takes the same work for an account that does not exist or has no password.
    """
    from flask_security.utils import hash_password, verify_password

    if account is None or account.password is None:
        hash_password(text)
        return False
    return verify_password(text, account.password) and account.active


def note_sign_in(account: Account) -> None:
    """Somebody signed in."""
    with writing() as session:
        session.execute(update(Account).where(Account.id == account.id).values(last_sign_in_at=utc_now()))
        session.expire_all()


# --- one-time links ------------------------------------------------------------------------------------------------


def make_link(
    account: Account, *, next_address: str | None = None, uses: int | None = 1, life: timedelta | None = LINK_LIFE
) -> str:
    """A token that signs an account in at /sign-in/link/<token>; only its hash is kept. `uses` None: any number."""
    token = secrets.token_urlsafe(24)
    with writing() as session:
        session.add(
            SignInLink(
                token_hash=_hash(token),
                account_id=account.id,
                next_address=next_address,
                uses_left=uses,
                expires_at=utc_now() + life if life else None,
                created_at=utc_now(),
            )
        )
        session.flush()
    return token


def open_link(token: str) -> SignInLink | None:
    """The link a token stands for, if it still opens something; nothing is used up."""
    link = db.session.scalar(select(SignInLink).where(SignInLink.token_hash == _hash(token)))
    if link is None or not link.account.active or link.uses_left == 0:
        return None
    return None if link.expires_at and link.expires_at <= utc_now() else link


def use_link(token: str) -> SignInLink | None:
    """Use a link up by one; None when somebody was faster or it no longer opens anything."""
    with writing() as session:
        link = open_link(token)
        if link is not None and link.uses_left is not None:
            result = session.execute(
                update(SignInLink)
                .where(SignInLink.id == link.id, SignInLink.uses_left > 0)
                .values(uses_left=SignInLink.uses_left - 1)
            )
            link = link if result.rowcount == 1 else None  # pyright: ignore[reportAttributeAccessIssue]
        return link


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
