"""The staff of the demonstration: who has which role on which unit; nobody has a password.

Touches accounts and roles. They sign in by the ready links of `flask demo links`, in this instance alone.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from reports.demonstration.deputies import Team, person_name
from reports.demonstration.stock import draw
from surveys.accounts import Account
from surveys.audit import SYSTEM, Actor, record
from surveys.database import db
from surveys.planning.campaigns.staff import RoleGrant
from surveys.planning.campaigns.units import UnitTree

CITY_POSTS = (
    ("organizer", "经济工委综合处处长"),
    ("committee", "经济工委调研处副处长"),
    ("office", "常委会办公厅文电处"),
    ("reader", "常委会研究室"),
    ("administrator", "信息中心系统管理员"),
    ("auditor", "机关纪委审计员"),
    ("unit_desk", "代表工委走访审核员"),  # one person may review and return the visits of every unit
)
UNIT_POSTS = (("unit_desk", "经济工作室工作人员"), ("unit_approver", "经济工作室主任"))


def username(role: str, unit_code: str) -> str:
    return f"{role}.{unit_code}"


def account(role: str, unit_code: str) -> Account:
    """The account that holds a post of the demonstration."""
    return db.session.scalars(select(Account).where(Account.username == username(role, unit_code))).one()


def is_there(role: str, unit_code: str) -> bool:
    """Whether a demonstration has this post: one that was loaded by an earlier release lacks the later ones."""
    query = select(Account.id).where(Account.username == username(role, unit_code))
    return db.session.scalar(query) is not None


def actor(role: str, unit_code: str) -> Actor:
    holder = account(role, unit_code)
    return Actor("staff", holder.id, holder.name)


def add_staff(seed: int, tree: UnitTree, root: str, *, at: datetime) -> None:
    """The posts of the city and of each leaf. Inside `writing()`."""
    for role, post in CITY_POSTS:
        _add(seed, root, role, f"{tree[root].name}人大常委会{post}", at)
    for leaf in tree.leaves(root):
        house = tree[root].name if leaf.parent_code == root and leaf.code.startswith(f"{root}-") else leaf.name
        for role, post in UNIT_POSTS:
            _add(seed, leaf.code, role, f"{house}人大常委会{post}", at)
    db.session.flush()


def add_liaisons(seed: int, teams: Iterable[Team], unit_name: str, *, at: datetime) -> dict[str, str]:
    """Add an account for each liaison of one unit; returns the account ids by name. Inside `writing()`."""
    account_ids: dict[str, str] = {}
    for team in teams:
        if team.liaison in account_ids:
            continue
        post = f"{unit_name}人大常委会代表联络员"
        login = f"liaison{len(account_ids) + 1}.{team.unit}"
        account_ids[team.liaison] = _account(login, team.liaison, post, team.liaison_phone, "liaison", team.unit, at).id
    db.session.flush()
    return account_ids


def _add(seed: int, unit_code: str, role: str, post: str, at: datetime) -> None:
    name = person_name(draw(seed, "staff", role, unit_code))
    phone = f"020-0003{draw(seed, 'phone', role, unit_code).randrange(10000):04d}"
    _account(username(role, unit_code), name, post, phone, role, unit_code, at)


def _account(login: str, name: str, post: str, phone: str, role: str, unit_code: str, at: datetime) -> Account:
    known_account = db.session.scalars(select(Account).where(Account.username == login)).one_or_none()
    if known_account is not None:
        return known_account
    new_account = Account(username=login, name=name, post=post, phone=phone, active=True, created_at=at)
    db.session.add(new_account)
    db.session.flush()
    db.session.add(RoleGrant(account_id=new_account.id, unit_code=unit_code, role=role, granted_at=at))
    record(SYSTEM, "role.granted", target=("account", new_account.id), unit_code=unit_code, role=role)
    return new_account
