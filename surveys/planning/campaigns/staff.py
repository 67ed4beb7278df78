"""Roles granted on a unit and what lies below it. Touches accounts and units."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.accounts import Account
from surveys.audit import SYSTEM, Actor, record, set_once
from surveys.database import Id, db, new_id, one_of, utc_now, writing
from surveys.planning.campaigns.units import Unit, UnitTree
from surveys.planning.words.planning_faults import Refusal, RefusalKind

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


# --- who may grant what --------------------------------------------------------------------------------------------

GRANTED_BY = {  # role → the roles it may hand out, on its unit and below
    "administrator": ROLES,
    "organizer": ("organizer", "committee", "unit_desk", "unit_approver", "liaison", "office", "reader"),
    "unit_approver": ("unit_desk", "liaison", "reader"),
}

Grants = frozenset[tuple[str, str]]


def grantable(own: Grants, tree: UnitTree, unit_code: str) -> list[str]:
    """The roles a person with these grants may hand out on a unit, in the order of `ROLES`."""
    above = {unit.code for unit in tree.above(unit_code)} if unit_code in tree else set()
    roles = {role for own_role, code in own if code in above for role in GRANTED_BY.get(own_role, ())}
    return [role for role in ROLES if role in roles]


def may_manage(own: Grants, tree: UnitTree, theirs: Grants) -> bool:
    """Whether a person may change another's account (name, link, on and off): every grant of theirs could be theirs to give."""
    return bool(own) and all(role in grantable(own, tree, code) for role, code in theirs)


def grant(account: Account, role: str, unit_code: str, *, actor: Actor = SYSTEM) -> RoleGrant:
    """Give a role on a unit; the same again is the one that stands. Raises Refusal for an unknown unit."""
    with writing() as session:
        if session.get(Unit, unit_code) is None:
            raise Refusal(RefusalKind.UNIT_UNKNOWN, unit=unit_code)
        for earlier in grants_of(account.id):
            if (earlier.role, earlier.unit_code) == (role, unit_code):
                return earlier
        role_grant = RoleGrant(
            account_id=account.id,
            unit_code=unit_code,
            role=role,
            granted_at=utc_now(),
            granted_by=actor.id if actor.kind == "staff" else None,
        )
        session.add(role_grant)
        session.flush()
        record(
            actor, "role.granted", target=("account", account.id), unit_code=unit_code, role=role, after={"role": role}
        )
        return role_grant


def revoke(role_grant: RoleGrant, *, reason: str | None = None, actor: Actor = SYSTEM) -> None:
    """End a grant; the row stays."""
    facts = {"target": ("account", role_grant.account_id), "unit_code": role_grant.unit_code, "role": role_grant.role}
    with writing():
        set_once(role_grant, "revoked_at", actor, "role.revoked", reason=reason, **facts)


def invite(
    *, username: str, name: str, post: str | None, phone: str | None, role: str, unit_code: str, actor: Actor = SYSTEM
) -> Account:
    """A new account with its first role; it has no password until its owner sets one. Raises Refusal."""
    with writing() as session:
        if session.scalar(select(Account.id).where(Account.username == username)):
            raise Refusal(RefusalKind.USERNAME_TAKEN, username=username)
        account = Account(username=username, name=name, post=post, phone=phone, created_at=utc_now())
        session.add(account)
        session.flush()
        record(actor, "account.invited", target=("account", account.id), unit_code=unit_code, username=username)
        grant(account, role, unit_code, actor=actor)
        return account


def set_active(account: Account, active: bool, *, actor: Actor = SYSTEM) -> None:
    """Turn an account off (its sessions end) or on again."""
    with writing() as session:
        before, account.active = account.active, active
        account.fs_uniquifier = new_id()
        session.flush()
        record(
            actor,
            "account.on" if active else "account.off",
            target=("account", account.id),
            before={"active": before},
            after={"active": active},
        )
