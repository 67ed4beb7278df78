"""The office's rules of sign-in: who needs a second factor, what a password must be. Touches audit.

One row, written by an administrator; where there is none, `DEFAULT` is in force.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveys.audit import Actor, record
from surveys.database import db, utc_now, writing

LENGTHS = range(8, 33)  # what the least length of a password may be set to
HISTORY = range(25)


@dataclass(frozen=True)
class Rules:
    """`factor_roles`: who is led to a second factor before anything else. `least_length`: characters of a password.
    `history`: so many earlier passwords are not taken again; 0 = any."""

    factor_roles: tuple[str, ...] = ("organizer", "administrator", "office")
    least_length: int = 8
    history: int = 5


DEFAULT = Rules()


class SignInRules(db.Model):
    """The rules that an administrator has set; at most one row, with the id 1."""

    __tablename__ = "sign_in_rules"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    factor_roles: Mapped[list[Any]]
    least_length: Mapped[int]
    history: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))

    def as_rules(self) -> Rules:
        """The row as the rules in force."""
        return Rules(tuple(self.factor_roles), self.least_length, self.history)


def rules_in_force() -> Rules:
    """The rules as of now."""
    row = db.session.get(SignInRules, 1)
    return row.as_rules() if row else DEFAULT


def set_rules(rules: Rules, *, actor: Actor) -> None:
    """Put these rules in force. Raises ValueError for numbers out of `LENGTHS` or `HISTORY`."""
    if rules.least_length not in LENGTHS or rules.history not in HISTORY:
        raise ValueError("rules out of range")
    with writing() as session:
        values = {
            "factor_roles": list(rules.factor_roles),
            "least_length": rules.least_length,
            "history": rules.history,
            "changed_at": utc_now(),
            "changed_by": actor.id if actor.kind == "staff" else None,
        }
        row = session.get(SignInRules, 1)
        if row is None:
            session.add(SignInRules(id=1, **values))
        else:
            for name, value in values.items():
                setattr(row, name, value)
        session.flush()
        facts = {"least_length": rules.least_length, "history": rules.history}
        record(actor, "sign_in.rules_set", factor_roles=list(rules.factor_roles), **facts)
