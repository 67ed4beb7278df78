"""Sign-in of staff: account and password, one-time links, a new password, sign-out. Touches accounts, access and audit."""

from typing import cast

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_security.core import RoleMixin

from surveys import access, accounts
from surveys.accounts import Account, SignInLink
from surveys.audit import Actor, record
from surveys.authentication import attempts, passwords
from surveys.authentication.rules import rules_in_force
from surveys.authentication.staff_sessions import DEMONSTRATION
from surveys.database import db, writing
from surveys.forms.password import PasswordForm
from surveys.forms.sign_in import SignInForm
from surveys.pages.shell import admission, sessions
from surveys.pages.shell.admission import caller, door
from surveys.pages.shell.application import PageSessions
from surveys.pages.shell.cookies import name_of
from surveys.pages.shell.desk_frame import remembered_campaign
from surveys.pages.shell.languages import here, local
from surveys.pages.shell.second_step import minutes_of

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
    admission.register(app)
    app.extensions["signed_in"] = signed_in
    app.extensions["set_field_cookie"] = sessions.set_field_cookie
    app.register_blueprint(bp)


class DeskSessions(PageSessions):
    """The session cookie is marked Secure, and named so that it stays with this host, wherever the page itself came over TLS."""

    def get_cookie_name(self, app: Flask) -> str:
        return name_of(super().get_cookie_name(app))

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or super().get_cookie_secure(app)


class _NoRole(RoleMixin):
    """Roles are grants on units (planning.staff), not Flask-Security's."""


def signed_in() -> ResponseReturnValue | None:
    """Before a desk's page: `g.staff`, or the way to sign in, or to a second factor that this person's role asks for first."""
    if (answer := signed_in_at_all()) is not None:
        return answer
    if not door().is_to_set_up({role for role, _unit in g.staff.grants}):
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("own_sign_in.show"), code=303)
    return render_template("errors/factor_first.html"), 403


def signed_in_at_all() -> ResponseReturnValue | None:
    """The same for the pages of one's own sign-in, whatever is still to be set up. What was posted without a session is not written."""
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
    outcome = None
    if form.validate_on_submit():
        username, text = (form.username.data or "").strip(), form.password.data or ""
        outcome = attempts.try_password(username, text, caller())
        if outcome.account is not None:
            onward = local(request.args.get("next")) or url_for("sign_in.home")
            return admission.admit(outcome.account, "password", onward)
    page = render_template(
        "sign_in/sign_in.html",
        form=form,
        wrong=outcome is not None,
        wait=minutes_of(outcome.wait) if outcome else 0,
        provider=current_app.extensions.get("provider_label"),
    )
    return page, 401 if outcome else 200


@bp.get("/")
def home() -> ResponseReturnValue:
    """Where a person's day begins: a unit's desk at its visits, others at the list of campaigns."""
    if not current_user.is_authenticated:
        return redirect(url_for("sign_in.sign_in"), code=303)
    if (answer := signed_in()) is not None:
        return answer
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
        attempts.note_failure(None, "link", caller(), "over")
        return render_template("sign_in/link_over.html"), 410
    if request.method == "GET" and sign_in_link.uses_left is not None:
        return render_template("sign_in/link.html", account=sign_in_link.account)
    used = accounts.use_link(token)
    if used is None:
        attempts.note_failure(None, "link", caller(), "over")
        return render_template("sign_in/link_over.html"), 410
    account = used.account
    onward = _next_of(used)
    if used.uses_left is None:
        return admission.admit(account, DEMONSTRATION, onward, confirmed_by="link")
    with writing():
        target, address = ("account", account.id), caller().short_address
        record(Actor("staff", account.id, account.name), "link.used", target=target, address=address, outcome="done")
    return admission.admit(account, "link", onward)


def _next_of(link_used: SignInLink) -> str:
    if link_used.next_address:
        return local(link_used.next_address) or url_for("sign_in.home")
    return url_for("sign_in.password")


@bp.route("/sign-in/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Set one's own password: with the one until now, a second factor just proved, or a link just used. All sessions end.

    Who has neither password nor factor here sets the first one after the office's provider has just proved who they are.
    """
    if (answer := signed_in_at_all()) is not None:
        return answer
    account = g.staff.account
    first = ("provider",) if account.password is None and not door().has_factor else ()
    is_proved = door().session.is_confirmed("factor", "link", *first)
    if not is_proved and (account.password is None or door().has_factor):
        return redirect(url_for("own_sign_in.confirm", next=url_for("sign_in.password")), code=303)
    form = PasswordForm()
    if is_proved:
        del form.current
    if form.validate_on_submit() and (is_proved or _is_current(account, form)):
        method, has_factor, elsewhere = door().session.method, door().has_factor, door().session.proved_elsewhere
        passwords.choose(account, form.password.data or "", actor=actor(), address=caller().short_address)
        confirmed_by = "factor" if has_factor else "password"
        own = db.session.get_one(Account, account.id)
        admission.enter(own, method, confirmed_by, proved_elsewhere=elsewhere)
        flash(_("The password is set. Other sessions of yours have ended."), "ok")
        return redirect(url_for("sign_in.home"), code=303)
    return render_template("sign_in/password.html", form=form, rules=rules_in_force())


def _is_current(account: Account, form: PasswordForm) -> bool:
    """Whether the password until now was typed; a guesser is slowed down as at the door."""
    outcome = attempts.try_password(account.username, form.current.data or "", caller())
    if outcome.account is not None:
        return True
    minutes = minutes_of(outcome.wait)
    wait = _("Too many wrong tries. Try again in %(minutes)s minutes.", minutes=minutes) if minutes else ""
    form.current.errors = [wait or _("This is not your password until now.")]
    return False


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session, on the server too."""
    admission.leave()
    return redirect(url_for("sign_in.sign_in"), code=303)
