"""Roles granted on a unit and what lies below it. Touches accounts and units."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.accounts import Account
from surveys.database import Id, db, one_of
from surveys.planning.units import Unit

ROLES = (
    "organizer",
    "committee",
    "unit_desk",
    "unit_approver",
    "liaison",
    "office",
    "reader",
    "administrator",
    "auditor",
)


class RoleGrant(db.Model):
    """One role of one account on one unit and below. A grant is ended (`revoked_at`), never deleted."""

    __tablename__ = "role_grants"
    __table_args__ = (one_of("role", ROLES), UniqueConstraint("account_id", "unit_code", "role", "granted_at"))

    id: Mapped[Id]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    role: Mapped[str] = mapped_column(String(20))
    granted_at: Mapped[datetime]
    granted_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    revoked_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    unit: Mapped[Unit] = relationship()


def grants_of(account_id: str) -> list[RoleGrant]:
    """The grants in force of one account."""
    return list(
        db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == account_id, RoleGrant.revoked_at.is_(None)))
    )
