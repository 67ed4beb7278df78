"""Choosing a new password: the office's rules, no common one, none of the last ones. Touches accounts, sessions and audit."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys import accounts
from surveys.accounts import Account
from surveys.audit import Actor, record
from surveys.authentication import staff_sessions
from surveys.authentication.rules import HISTORY, rules_in_force
from surveys.database import Id, db, utc_now, writing

GUESSABLE = 6.0  # powers of ten: a password that a list of common ones and its variations reach in a million guesses
MOST_WEIGHED = 72  # characters; what is longer is weighed by its beginning


class FormerPassword(db.Model):
    """A password that an account had, as its slow hash: it is not taken again."""

    __tablename__ = "former_passwords"

    id: Mapped[Id]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    password: Mapped[str] = mapped_column(String(255))
    replaced_at: Mapped[datetime]


def fault_of(text: str, account: Account) -> str | None:
    """Why a new password is not taken: short, plain, name, common, former; None: it is."""
    rules = rules_in_force()
    if len(text) < rules.least_length:
        return "short"
    if reason := accounts.weak_password(text, account):
        return reason
    if is_common(text, account):
        return "common"
    return "former" if _is_former(text, account, rules.history) else None


def is_common(text: str, account: Account) -> bool:
    """Whether lists of common passwords, names and keyboard rows, or this person's own words, soon lead to it (zxcvbn)."""
    from zxcvbn import zxcvbn

    own = [word for word in (account.username, account.name, account.phone, "diaoyan", "renda") if word]
    return float(zxcvbn(text[:MOST_WEIGHED], user_inputs=own, max_length=MOST_WEIGHED)["guesses_log10"]) < GUESSABLE


def _is_former(text: str, account: Account, history: int) -> bool:
    from flask_security.utils import verify_password

    if not history:
        return False
    hashes = [account.password] if account.password else []
    query = select(FormerPassword.password).where(FormerPassword.account_id == account.id)
    hashes += db.session.scalars(query.order_by(FormerPassword.replaced_at.desc()).limit(history - len(hashes)))
    return any(verify_password(text, hashed) for hashed in hashes)


def choose(account: Account, text: str, *, actor: Actor, address: str | None = None) -> None:
    """Set a password; every session of the account ends. Raises ValueError with the fault (`fault_of`)."""
    if reason := fault_of(text, account):
        raise ValueError(reason)
    before = account.password
    with writing() as session:
        if before:
            session.add(FormerPassword(account_id=account.id, password=before, replaced_at=utc_now()))
            session.flush()
        accounts.set_password(account, text)
        _forget_oldest(account.id)
        staff_sessions.end_all(account.id, reason="password", actor=actor, address=address)
        record(actor, "password_set", target=("account", account.id), address=address, outcome="done")


def _forget_oldest(account_id: str) -> None:
    """No more than any rule could ask for is kept."""
    former = select(FormerPassword.id).where(FormerPassword.account_id == account_id)
    newest = list(db.session.scalars(former.order_by(FormerPassword.replaced_at.desc()).limit(max(HISTORY))))
    db.session.execute(
        delete(FormerPassword).where(FormerPassword.account_id == account_id, FormerPassword.id.not_in(newest))
    )
