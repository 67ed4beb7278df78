"""Sign-in of staff: account and password, one-time links, a new password, sign-out. Touches accounts, access and audit."""

from typing import cast

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_security.core import RoleMixin
from flask_security.utils import login_user, logout_user

from surveys import access, accounts, event_log
from surveys.accounts import Account, SignInLink
from surveys.audit import Actor, record
from surveys.database import db, writing
from surveys.forms.password import PasswordForm
from surveys.forms.sign_in import SignInForm
from surveys.pages.shell.application import PageSessions
from surveys.pages.shell.desk_frame import remembered_campaign
from surveys.pages.shell.languages import here, local

bp = Blueprint("sign_in", __name__)


def register(app: Flask) -> None:
    """Flask-Security for hashes and sessions; its own pages are not used (they carry inline scripts)."""
    from flask_security import Security
    from flask_security.datastore import SQLAlchemyUserDatastore

    app.config.from_mapping(
        {
            "SECURITY_PASSWORD_HASH": "argon2",
            "SECURITY_PASSWORD_SALT": app.config["SECRET_KEY"][:32],
            "SECURITY_PASSWORD_SCHEMES": ["argon2"],
            "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
            "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"username": {"mapper": lambda name: name}}],
            "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
            "SECURITY_DEFAULT_REMEMBER_ME": False,
            "SECURITY_CLI_USERS_NAME": None,  # accounts and roles are ours: flask users
            "SECURITY_CLI_ROLES_NAME": None,
        }
    )
    app.session_interface = DeskSessions()
    Security(app, SQLAlchemyUserDatastore(db, Account, _NoRole), register_blueprint=False)
    app.login_manager.request_loader(lambda _: None)  # type: ignore[attr-defined] - no tokens: it would read bodies of phones
    app.extensions["signed_in"] = signed_in
    app.register_blueprint(bp)


class DeskSessions(PageSessions):
    """The session cookie is marked Secure wherever the page itself came over TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or super().get_cookie_secure(app)


class _NoRole(RoleMixin):
    """Roles are grants on units (planning.staff), not Flask-Security's."""


def signed_in() -> ResponseReturnValue | None:
    """Before a desk's page: `g.staff`, or the way to sign in. What was posted without a session is not written, and said so."""
    if current_user.is_authenticated:
        g.staff = access.staff_of(cast("Account", current_user._get_current_object()))
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("sign_in.sign_in", next=here()), code=303)
    return render_template("errors/signed_out.html"), 401


def actor() -> Actor:
    """The signed-in person, for the audit."""
    return Actor("staff", g.staff.account.id, g.staff.account.name)


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """工作人员登录: one message for every wrong pair, whatever was wrong with it."""
    if current_user.is_authenticated and request.method == "GET":
        return redirect(local(request.args.get("next")) or url_for("sign_in.home"), code=303)
    form = SignInForm()
    wrong = False
    if form.validate_on_submit():
        account = accounts.check_password((form.username.data or "").strip(), form.password.data or "")
        if account is not None:
            _enter(account, "password")
            return redirect(local(request.args.get("next")) or url_for("sign_in.home"), code=303)
        wrong = True
        event_log.note("sign_in.refused", by="password")
    page = render_template(
        "sign_in/sign_in.html", form=form, wrong=wrong, most=accounts.MOST_FAILURES, lock=accounts.LOCK
    )
    return page, 401 if wrong else 200


@bp.get("/")
def home() -> ResponseReturnValue:
    """Where a person's day begins: a unit's desk at its visits, others at the list of campaigns."""
    if not current_user.is_authenticated:
        return redirect(url_for("sign_in.sign_in"), code=303)
    signed_in()
    campaign = remembered_campaign()
    if campaign is not None and g.staff.desk_units and not g.staff.units_with(access.CITY_ROLES):
        own = set(g.staff.desk_units) & set(access.participating_leaves(g.staff, campaign))
        if own:
            return redirect(url_for("unit_desk.visits", number=campaign.number), code=303)
    return redirect(url_for("campaigns.overview"), code=303)


@bp.route("/sign-in/link/<token>", methods=["GET", "POST"])
def link(token: str) -> ResponseReturnValue:
    """A link from an administrator. A one-time link waits for a button: messengers open links to preview them."""
    sign_in_link = accounts.open_link(token)
    if sign_in_link is None:
        event_log.note("sign_in.refused", by="link")
        return render_template("sign_in/link_over.html"), 410
    if request.method == "GET" and sign_in_link.uses_left is not None:
        return render_template("sign_in/link.html", account=sign_in_link.account)
    used_link = accounts.use_link(token)
    if used_link is None:
        event_log.note("sign_in.refused", by="link")
        return render_template("sign_in/link_over.html"), 410
    _enter(used_link.account, "link")
    return redirect(_next_of(used_link), code=303)


def _next_of(link_used: SignInLink) -> str:
    if link_used.next_address:
        return local(link_used.next_address) or url_for("sign_in.home")
    return url_for("sign_in.password")


def _enter(account: Account, by: str) -> None:
    """A new session for this person; what the browser held before is gone but for the language and the text size."""
    choices = {key: session[key] for key in ("language", "text") if key in session}
    session.clear()
    session.update(choices)
    if account.language:
        session.setdefault("language", account.language)
    accounts.note_sign_in(account)
    with writing():
        record(Actor("staff", account.id, account.name), "signed_in", target=("account", account.id), by=by)
    login_user(db.session.get_one(Account, account.id), authn_via=[by])
    session.permanent = True


@bp.route("/sign-in/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Set one's own password; other sessions of the account end."""
    if (answer := signed_in()) is not None:
        return answer
    form = PasswordForm()
    if form.validate_on_submit():
        account = g.staff.account
        accounts.set_password(account, form.password.data or "")
        with writing():
            record(actor(), "password_set", target=("account", account.id))
        _enter(db.session.get_one(Account, account.id), "password")
        flash(_("The password is set. Other sessions of yours have ended."), "ok")
        return redirect(url_for("sign_in.home"), code=303)
    return render_template("sign_in/password.html", form=form)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session."""
    choices = {key: session[key] for key in ("language", "text") if key in session}
    logout_user()
    session.clear()
    session.update(choices)
    return redirect(url_for("sign_in.sign_in"), code=303)
