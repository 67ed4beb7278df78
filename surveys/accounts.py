"""A person or a device that can sign in. Touches the database.

An account is a member of staff with a password; a device is a deputy's phone or browser (receiving.md 1), which has a key,
a secret, or only a cookie. What either may see is said in later rooms (staff, slips, access).
"""

from datetime import datetime
from typing import Any

from flask_security.core import UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, db, new_id, one_of


class Account(db.Model, UserMixin):
    """A member of staff. `username` is what is typed at sign-in; `password` is a slow salted hash."""

    __tablename__ = "accounts"

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(Line(64), unique=True)
    email: Mapped[str | None] = mapped_column(Line(200), unique=True)
    name: Mapped[str] = mapped_column(Line(60))
    post: Mapped[str | None] = mapped_column(Line(100))
    phone: Mapped[str | None] = mapped_column(Line(40))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=new_id)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(Line(10))
    preferences: Mapped[dict[str, Any] | None]


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
