"""登录规则: who needs a second factor, what a password must be. For administrators of the top unit. Rules: authentication.rules."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from surveys.accounts import Account
from surveys.authentication.rules import Rules, rules_in_force, set_rules
from surveys.authentication.second_factors import SecondFactor
from surveys.database import db
from surveys.forms.sign_in_rules import SignInRulesForm
from surveys.pages.city_desk.users import role_names
from surveys.pages.shell.desk_frame import remembered_campaign
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.planning.campaigns.staff import ROLES, RoleGrant

bp = Blueprint("sign_in_rules", __name__)
bp.before_request(signed_in)


@bp.route("/users/rules", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """The rules, and whom each would lead to set up a second factor."""
    if not is_ruler():
        abort(403)
    names = role_names()
    form = SignInRulesForm(obj=rules_in_force())
    form.factor_roles.choices = [(role, names[role]) for role in ROLES]
    if form.validate_on_submit():
        roles = tuple(role for role in ROLES if role in (form.factor_roles.data or ()))
        set_rules(Rules(roles, int(form.least_length.data or 0), int(form.history.data or 0)), actor=actor())
        flash(_("Saved. It holds from now on, for those who are signed in too."), "ok")
        return redirect(url_for(".show"), code=303)
    page = render_template(
        "city_desk/sign_in_rules.html",
        form=form,
        chosen=set(form.factor_roles.data or ()),
        lacking=_lacking(),
        campaign=remembered_campaign(),
    )
    return page, 422 if request.method == "POST" else 200


def is_ruler() -> bool:
    """Whether the signed-in person sets the rules of this instance: an administrator of a unit at the top."""
    return any(g.staff.has("administrator", unit.code) for unit in g.staff.tree.children(None))


def _lacking() -> dict[str, int]:
    """Role → how many people who hold it have no second factor yet."""
    people = (
        select(RoleGrant.role, func.count(RoleGrant.account_id.distinct()))
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.revoked_at.is_(None), Account.active)
        .where(Account.id.not_in(select(SecondFactor.account_id)))
        .group_by(RoleGrant.role)
    )
    return {row[0]: row[1] for row in db.session.execute(people)}
