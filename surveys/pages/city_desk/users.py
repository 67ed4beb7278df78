"""用户与权限: who works here, with which roles on which units; invitations and one-time links. Rules: planning.staff."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import or_, select
from wtforms import SelectChoice  # pyright: ignore[reportAttributeAccessIssue]

from surveys import accounts
from surveys.accounts import Account
from surveys.audit import AuditEntry, record
from surveys.authentication import second_factors, staff_sessions
from surveys.authentication.second_factors import SecondFactor
from surveys.database import db, writing
from surveys.forms.invitation import InvitationForm
from surveys.pages.shell.admission import caller
from surveys.pages.shell.desk_frame import remembered_campaign
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import Column, page_of, table_file
from surveys.planning.campaigns.staff import (
    ROLES,
    Grants,
    RoleGrant,
    grant,
    grantable,
    grants_of,
    may_manage,
    revoke,
    set_active,
)
from surveys.planning.campaigns.staff import invite as invite_person

bp = Blueprint("users", __name__)
bp.before_request(signed_in)

MANAGERS = ("administrator", "organizer", "unit_approver")
ABILITIES = {  # role → see, change, review, submit, receive, merge, manage people: all, own (unit and below), group, none
    "organizer": ("all", "all", "", "", "all", "all", "all"),
    "committee": ("all", "", "", "", "all", "all", ""),
    "unit_desk": ("own", "own", "own", "", "", "", ""),
    "unit_approver": ("own", "", "own", "own", "", "", "own"),
    "liaison": ("group", "group", "", "", "", "", ""),
    "office": ("all", "", "", "", "", "", ""),
    "reader": ("all", "", "", "", "", "", ""),
    "administrator": ("", "", "", "", "", "", "all"),
    "auditor": ("all", "", "", "", "", "", ""),
}


def role_names() -> dict[str, str]:
    """The roles in the language of the page."""
    return {
        "organizer": _("Organizer"),
        "committee": _("Committee"),
        "unit_desk": _("Unit desk"),
        "unit_approver": _("Unit approver"),
        "liaison": _("Liaison"),
        "office": _("Office"),
        "reader": _("Reader"),
        "administrator": _("Administrator"),
        "auditor": _("Auditor"),
    }


def _managed_units() -> list[str]:
    """The units whose people this person sees and manages. Raises 403 where there is none."""
    units = g.staff.units_with(MANAGERS)
    if not units:
        abort(403)
    return units


@bp.get("/users")
def table() -> ResponseReturnValue:
    """People with a role on these units, paged and searched."""
    units = _managed_units()
    words, unit, role = (
        request.args.get("q", "").strip()[:60],
        request.args.get("unit", ""),
        request.args.get("role", ""),
    )
    account_ids = select(RoleGrant.account_id).where(
        RoleGrant.revoked_at.is_(None), RoleGrant.unit_code.in_([unit] if unit in units else units)
    )
    account_ids = account_ids.where(RoleGrant.role == role) if role in ROLES else account_ids
    query = select(Account).where(Account.id.in_(account_ids)).order_by(Account.name, Account.username)
    if words:
        query = query.where(
            or_(*(column.contains(words, autoescape=True) for column in (Account.name, Account.username, Account.post)))
        )
    people = list(db.session.scalars(query))
    page = page_of(request.args).of(len(people))
    if kind := request.args.get("export"):
        return table_file(kind, _("Users and roles"), _columns(_grants_of(people)), people)
    people_on_page = people[page.offset : page.offset + page.size]
    return render_template(
        "city_desk/users.html",
        rows=people_on_page,
        page=page,
        grants=_grants_of(people_on_page),
        factors=_factors_of(people_on_page),
        units=[g.staff.tree[code] for code in units],
        words=words,
        unit=unit,
        role=role,
        names=role_names(),
        abilities=ABILITIES,
        recent=(recent := _recent(units)),
        people=_names(recent),
        tree=g.staff.tree,
        may_rule=any(g.staff.has("administrator", top.code) for top in g.staff.tree.children(None)),
        campaign=remembered_campaign(),
    )


def _factors_of(people: list[Account]) -> dict[str, set[str]]:
    """Account id → the kinds of second factors it has."""
    kinds: dict[str, set[str]] = {account.id: set() for account in people}
    query = select(SecondFactor.account_id, SecondFactor.kind).where(SecondFactor.account_id.in_(kinds))
    for account_id, kind in db.session.execute(query):
        kinds[account_id].add(kind)
    return kinds


def _grants_of(people: list[Account]) -> dict[str, list[RoleGrant]]:
    grants: dict[str, list[RoleGrant]] = {account.id: [] for account in people}
    ids = list(grants)
    for start in range(0, len(ids), 500):
        query = select(RoleGrant).where(
            RoleGrant.account_id.in_(ids[start : start + 500]), RoleGrant.revoked_at.is_(None)
        )
        for row in db.session.scalars(query):
            grants[row.account_id].append(row)
    return grants


def _columns(grants: dict[str, list[RoleGrant]]) -> list[Column]:
    names = role_names()
    return [
        Column(_("Name"), lambda account: account.name),
        Column(_("Account"), lambda account: account.username),
        Column(_("Post"), lambda account: account.post),
        Column(_("Roles"), lambda account: "、".join(f"{names[row.role]}（{g.staff.tree[row.unit_code].label(g.language)}）" for row in grants[account.id])),
        Column(_("Last sign-in"), lambda account: account.last_sign_in_at),
        Column(_("State"), lambda account: _("in use") if account.active else _("off")),
    ]  # fmt: skip


def _recent(units: list[str]) -> list[AuditEntry]:
    acts = ("role.granted", "role.revoked", "account.invited", "factor.reset")
    query = (
        select(AuditEntry)
        .where(AuditEntry.act.in_(acts), AuditEntry.unit_code.in_(units))
        .order_by(AuditEntry.id.desc())
        .limit(6)
    )
    return list(db.session.scalars(query))


def _names(entries: list[AuditEntry]) -> dict[str, str]:
    """Account id → name, of those the entries speak of."""
    ids = {entry.target_id for entry in entries if entry.target_id}
    return {row.id: row.name for row in db.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))}


@bp.route("/users/invite", methods=["GET", "POST"])
def invite() -> ResponseReturnValue:
    """A new account with one role; the one-time link is shown once."""
    units = _managed_units()
    form = InvitationForm()
    names = role_names()
    roles_of = {code: grantable(g.staff.grants, g.staff.tree, code) for code in units}
    form.unit_code.choices = [
        SelectChoice(code, g.staff.tree[code].label(g.language)) for code in units if roles_of[code]
    ]
    form.role.choices = [
        SelectChoice(role, names[role]) for role in ROLES if any(role in roles for roles in roles_of.values())
    ]
    if form.validate_on_submit():
        if form.role.data not in roles_of[form.unit_code.data]:
            abort(403)
        account = invite_person(
            username=form.username.data or "",
            name=form.name.data or "",
            post=form.post.data or None,
            phone=form.phone.data or None,
            role=form.role.data,
            unit_code=form.unit_code.data,
            actor=actor(),
        )
        return _with_link(account)
    return render_template("city_desk/user_invite.html", form=form), 422 if form.errors else 200


def _with_link(account: Account) -> ResponseReturnValue:
    token = accounts.make_link(account)
    with writing():
        record(actor(), "link.made", target=("account", account.id), days=accounts.LINK_LIFE.days)
    address = url_for("sign_in.link", token=token, _external=True)
    return render_template("city_desk/user_link.html", account=account, address=address, days=accounts.LINK_LIFE.days)


def _person(account_id: str) -> tuple[Account, list[RoleGrant], Grants]:
    """An account this person may see: 404 otherwise."""
    units = _managed_units()
    account = db.session.get(Account, account_id)
    rows = grants_of(account_id) if account else []
    if account is None or (rows and not any(row.unit_code in units for row in rows)):
        abort(404)
    return account, rows, frozenset((row.role, row.unit_code) for row in rows)


@bp.route("/users/<uuid:account_id>", methods=["GET", "POST"])
def person(account_id: object) -> ResponseReturnValue:
    """One person: roles given and ended, a new one-time link, off and on."""
    account, rows, theirs = _person(str(account_id))
    manages = may_manage(g.staff.grants, g.staff.tree, theirs)
    if request.method == "POST":
        return _changed(account, rows, manages)
    units = _managed_units()
    roles_of = {code: grantable(g.staff.grants, g.staff.tree, code) for code in units}
    return render_template(
        "city_desk/user.html",
        account=account,
        rows=rows,
        names=role_names(),
        tree=g.staff.tree,
        manages=manages,
        factors=second_factors.factors_of(account.id) if manages else [],
        sessions=staff_sessions.sessions_of(account.id) if manages else [],
        endable={row.id for row in rows if row.role in grantable(g.staff.grants, g.staff.tree, row.unit_code)},
        units=[g.staff.tree[code] for code in units if roles_of[code]],
        roles=[role for role in ROLES if any(role in roles for roles in roles_of.values())],
        campaign=remembered_campaign(),
    )


def _changed(account: Account, rows: list[RoleGrant], manages: bool) -> ResponseReturnValue:
    form = request.form
    if form.get("act") == "grant":
        role, unit = form.get("role", ""), form.get("unit", "")
        if role not in grantable(g.staff.grants, g.staff.tree, unit):
            abort(403)
        grant(account, role, unit, actor=actor())
    elif form.get("act") == "revoke":
        row = next((row for row in rows if row.id == form.get("grant")), None) or abort(404)
        if row.role not in grantable(g.staff.grants, g.staff.tree, row.unit_code):
            abort(403)
        revoke(row, reason=form.get("reason", "").strip()[:200] or None, actor=actor())
    elif form.get("act") in ("sessions", "factor"):
        _secured(account, form["act"], manages)
    elif form.get("act") in ("link", "off", "on"):
        if not manages:
            abort(403)
        if form["act"] == "link":
            return _with_link(account)
        if account.id == g.staff.account.id:
            abort(403)
        set_active(account, form["act"] == "on", actor=actor())
    else:
        abort(400)
    flash(_("Saved."), "ok")
    return redirect(url_for(".person", account_id=account.id), code=303)


def _secured(account: Account, act: str, manages: bool) -> None:
    """End somebody's sessions, or take the second factor from who lost the device: with it go the sessions. Oneself: 我的登录."""
    if not manages or account.id == g.staff.account.id:
        abort(403)
    place = caller().short_address
    if act == "factor":
        unit = next((row.unit_code for row in grants_of(account.id)), None)
        second_factors.reset(account, actor=actor(), unit_code=unit, address=place)
    staff_sessions.end_all(account.id, reason="by_administrator", actor=actor(), address=place)
