"""Letting staff in: the session of a request, the second step, and who must set one up first. Touches authentication and access."""

import os
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security.utils import login_user, logout_user
from sqlalchemy import exists, select

from surveys import accounts
from surveys.accounts import Account
from surveys.audit import Actor, record
from surveys.authentication import callers, known_browsers, staff_sessions
from surveys.authentication.callers import Caller
from surveys.authentication.passkeys import Site
from surveys.authentication.rules import DEFAULT, SignInRules
from surveys.authentication.second_factors import SecondFactor
from surveys.authentication.staff_sessions import StaffSession
from surveys.database import db, utc_now, writing
from surveys.pages.shell.cookies import name_of

SESSION_KEY = "sid"


@dataclass(frozen=True)
class Door:
    """How the person of this request came in: the session on the server, and what the rules ask of them."""

    session: StaffSession
    has_factor: bool
    factor_roles: tuple[str, ...]

    def is_to_set_up(self, roles: set[str]) -> bool:
        """Whether these roles ask for a second factor that this person has neither set up nor just shown to the office's provider.
        A demonstration asks for none."""
        is_asked = bool(roles & set(self.factor_roles))
        is_let_in = (
            self.has_factor or self.session.proved_elsewhere or self.session.method == staff_sessions.DEMONSTRATION
        )
        return is_asked and not is_let_in


def register(app: Flask) -> None:
    """Accounts are loaded by their session on the server; after every answer a browser that came in is known."""
    trusted = app.config.get("TRUSTED_PROXIES") or os.environ.get("TRUSTED_PROXIES") or callers.NEAR
    app.extensions["trusted_proxies"] = callers.networks_of(trusted)
    app.login_manager.user_loader(_load)  # type: ignore[attr-defined] - set by Flask-Security
    app.after_request(_remember_browser)


def _load(uniquifier: str) -> Account | None:
    """The account whose session the browser names, if that is live; its use is noted. One query."""
    token = session.get(SESSION_KEY)
    if not isinstance(token, str) or "database_away" in g:
        return None
    factor = exists().where(SecondFactor.account_id == Account.id)
    query = (
        select(StaffSession, Account, factor, SignInRules)
        .join(Account, Account.id == StaffSession.account_id)
        .outerjoin(SignInRules, SignInRules.id == 1)
        .where(StaffSession.token_hash == staff_sessions.hash_of(token), Account.fs_uniquifier == uniquifier)
        .where(Account.active, *staff_sessions.is_live(utc_now()))
    )
    row = db.session.execute(query).first()
    if row is None:
        return None
    own, account, has_factor, rules = row
    g.door = Door(own, has_factor, rules.as_rules().factor_roles if rules else DEFAULT.factor_roles)
    staff_sessions.note_use(own)
    return account


def caller() -> Caller:
    """Who sends this request."""
    forwarded = request.headers.get("X-Forwarded-For")
    address = callers.caller_address(request.remote_addr, forwarded, current_app.extensions["trusted_proxies"])
    return Caller(address, request.user_agent.string, request.cookies.get(name_of(known_browsers.COOKIE)))


def site() -> Site:
    """This site, as passkeys are bound to it."""
    return Site(request.host.rsplit(":", 1)[0], f"{request.scheme}://{request.host}")


def own_account() -> Account:
    """The signed-in person's account."""
    return cast("Account", current_user._get_current_object())


def door() -> Door:
    """How the signed-in person came in."""
    if "door" not in g:  # signed in by this very request
        _load(own_account().fs_uniquifier)
    return g.door


def admit(
    account: Account, method: str, onward: str, *, confirmed_by: str = "", is_strong: bool = False
) -> ResponseReturnValue:
    """Let somebody in who proved the first step: on to the page asked for, or to the second step first.

    `is_strong`: two factors were proved at once (by the office's provider). A demonstration's link asks for no second step.
    """
    factor = select(SecondFactor.id).where(SecondFactor.account_id == account.id).limit(1)
    if is_strong or method == staff_sessions.DEMONSTRATION or db.session.scalar(factor) is None:
        enter(account, method, confirmed_by or method, proved_elsewhere=is_strong)
        return redirect(onward, code=303)
    _begin(account, method, confirmed_by or method, whole=False)
    return redirect(url_for("second_step.ask", next=onward), code=303)


def enter(account: Account, method: str, confirmed_by: str, *, proved_elsewhere: bool = False) -> None:
    """A whole session for this person; the browser's earlier one ends."""
    _begin(account, method, confirmed_by, whole=True, proved_elsewhere=proved_elsewhere)
    accounts.note_sign_in(account)
    with writing():
        address = caller().short_address
        actor = Actor("staff", account.id, account.name)
        record(actor, "signed_in", target=("account", account.id), by=method, address=address, outcome="done")
    login_user(db.session.get_one(Account, account.id), authn_via=[method])
    session.permanent = True
    g.pop("door", None)
    g.known_account = account.id


def _begin(account: Account, method: str, confirmed_by: str, *, whole: bool, proved_elsewhere: bool = False) -> None:
    """A new session on the server and in the cookie; what the browser held before is gone but for language and text size."""
    end_own("replaced")
    choices = {key: session[key] for key in ("language", "text") if key in session}
    session.clear()
    session.update(choices)
    if account.language:
        session.setdefault("language", account.language)
    place = caller()
    session[SESSION_KEY] = staff_sessions.start(
        account,
        method=method,
        confirmed_by=confirmed_by,
        browser=place.browser,
        address=place.short_address,
        whole=whole,
        proved_elsewhere=proved_elsewhere,
    )


def end_own(reason: str) -> None:
    """End the session this browser names on the server, whole or half."""
    token = session.pop(SESSION_KEY, None)
    if not isinstance(token, str):
        return
    query = select(StaffSession, Account).join(Account, Account.id == StaffSession.account_id)
    hashed = staff_sessions.hash_of(token)
    row = db.session.execute(query.where(StaffSession.token_hash == hashed, StaffSession.ended_at.is_(None))).first()
    if row is not None:
        actor = Actor("staff", row[1].id, row[1].name)
        staff_sessions.end(row[0], reason=reason, actor=actor, address=caller().short_address)


def leave() -> None:
    """Sign out: on the server, and in the browser but for language and text size."""
    choices = {key: session[key] for key in ("language", "text") if key in session}
    end_own("signed_out")
    logout_user()
    session.clear()
    session.update(choices)


def _remember_browser(response: Response) -> Response:
    account_id: Any = g.get("known_account")
    if account_id:
        response.set_cookie(
            name_of(known_browsers.COOKIE),
            known_browsers.with_account(request.cookies.get(name_of(known_browsers.COOKIE)), account_id),
            max_age=known_browsers.LIFE_DAYS * 86400,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
            path="/",
        )
    return response
