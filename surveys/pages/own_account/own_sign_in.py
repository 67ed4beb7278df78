"""我的登录: one's own password, second factors, recovery codes and sessions. Touches authentication.

What weakens or strengthens the door is done only a moment after its owner proved who they are (`staff_sessions.FRESH`).
"""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys.authentication import attempts, passkeys, second_factors, staff_sessions
from surveys.authentication.attempts import Outcome
from surveys.authentication.second_factors import SecondFactor
from surveys.keys import instance_keys
from surveys.pages.shell import admission
from surveys.pages.shell.admission import caller, door, site
from surveys.pages.shell.languages import local
from surveys.pages.shell.second_step import asked, minutes_of, proved
from surveys.pages.shell.sign_in import actor, signed_in_at_all

bp = Blueprint("own_sign_in", __name__, url_prefix="/account")
bp.before_request(signed_in_at_all)


def confirmed(view: Callable[[], ResponseReturnValue]) -> Callable[[], ResponseReturnValue]:
    """A page for somebody who has just proved who they are; others prove it first."""

    @wraps(view)
    def page() -> ResponseReturnValue:
        return view() if _is_fresh() else redirect(url_for(".confirm", next=request.path), code=303)

    return page


def _is_fresh() -> bool:
    """With a second factor only that proves it; without one what was typed or opened at sign-in does."""
    return door().session.is_confirmed(*(("factor",) if door().has_factor else ()))


def _is_to_set_up() -> bool:
    return door().is_to_set_up({role for role, _unit in g.staff.grants})


@bp.get("/")
def show() -> ResponseReturnValue:
    """Everything about one's own sign-in."""
    account = g.staff.account
    return render_template(
        "own_account/own_sign_in.html",
        account=account,
        factors=second_factors.factors_of(account.id),
        codes=second_factors.recovery_codes_left(account.id),
        sessions=staff_sessions.sessions_of(account.id),
        own=door().session.id,
        is_to_set_up=_is_to_set_up(),
        longest=int(staff_sessions.LONGEST.total_seconds() // 3600),
    )


# --- proving it again -------------------------------------------------------------------------------------------------


@bp.route("/confirm", methods=["GET", "POST"])
def confirm() -> ResponseReturnValue:
    """Ask once more who sits there: for the second factor where there is one, else at the office's provider where they came in by it,
    else for the password."""
    account, row = g.staff.account, door().session
    onward = local(request.args.get("next")) or url_for(".show")
    outcome = None
    if request.method == "POST":
        outcome = proved(account, row) if door().has_factor else _proved_by_password()
        if outcome.account is not None:
            staff_sessions.confirm(row, "factor" if door().has_factor else "password")
            return redirect(onward, code=303)
    page = render_template(
        "own_account/confirm.html",
        account=account,
        has_factor=door().has_factor,
        provider=current_app.extensions.get("provider_label") if row.method == "provider" else None,
        onward=onward,
        wrong=outcome is not None,
        wait=minutes_of(outcome.wait) if outcome else 0,
        **(asked(account, row) if door().has_factor else {}),
    )
    return page, 401 if outcome else 200


def _proved_by_password() -> Outcome:
    return attempts.try_password(g.staff.account.username, request.form.get("password", "")[:200], caller())


# --- sessions ---------------------------------------------------------------------------------------------------------


@bp.post("/sessions")
def end_session() -> ResponseReturnValue:
    """End one of one's own sessions, or all but this one."""
    account, place = g.staff.account, caller().short_address
    if request.form.get("all"):
        staff_sessions.end_all(account.id, reason="by_owner", actor=actor(), but=door().session.id, address=place)
    else:
        rows = {row.id: row for row in staff_sessions.sessions_of(account.id)}
        row = rows.get(request.form.get("session", "")) or abort(404)
        if row.id == door().session.id:
            admission.leave()
            return redirect(url_for("sign_in.sign_in"), code=303)
        staff_sessions.end(row, reason="by_owner", actor=actor(), address=place)
    flash(_("Ended. Whoever was signed in there has to sign in again."), "ok")
    return redirect(url_for(".show"), code=303)


# --- second factors ---------------------------------------------------------------------------------------------------


@bp.route("/authenticator", methods=["GET", "POST"])
@confirmed
def authenticator() -> ResponseReturnValue:
    """Set up an authenticator: scan, then type the code it shows; an earlier one is replaced."""
    account, row = g.staff.account, door().session
    secret = _pending_secret()
    is_wrong = False
    if request.method == "POST" and secret:
        codes = second_factors.add_authenticator(account, secret, request.form.get("code", "")[:20], actor=actor())
        if codes is not None:
            staff_sessions.confirm(row, "factor")
            return _set_up(codes)
        is_wrong = True
    if secret is None:
        secret = second_factors.new_secret()
        _keep(instance_keys().encrypt(f"secret:{secret}"))
    page = render_template(
        "own_account/authenticator.html",
        picture=_picture(second_factors.secret_address(account, secret)),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        is_wrong=is_wrong,
    )
    return page, 422 if is_wrong else 200


def _keep(challenge: str) -> None:
    """What the next answer is held against. The commit makes every row be read anew: the tree of units at once, not unit by unit."""
    staff_sessions.set_challenge(door().session, challenge)
    signed_in_at_all()


def _pending_secret() -> str | None:
    """The secret that this session was shown and has not confirmed yet."""
    try:
        kind, _colon, secret = instance_keys().decrypt(door().session.challenge or "").partition(":")
    except ValueError:
        return None
    return secret if kind == "secret" else None


def _picture(address: str) -> str:
    import segno

    return segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=4, light="#fff")


@bp.route("/passkey", methods=["GET", "POST"])
@confirmed
def passkey() -> ResponseReturnValue:
    """Set up a passkey: the browser makes it, the page sends it back."""
    account, row = g.staff.account, door().session
    is_wrong = False
    if request.method == "POST":
        name = request.form.get("name", "").strip()[:60] or caller().browser
        answer, challenge = request.form.get("passkey", "")[:20_000], staff_sessions.take_challenge(row)
        codes = passkeys.add_passkey(account, answer, challenge, site(), name=name, actor=actor())
        if codes is not None:
            staff_sessions.confirm(row, "factor")
            return _set_up(codes)
        is_wrong = True
    question, challenge = passkeys.registration(account, site())
    _keep(challenge)
    page = render_template("own_account/passkey.html", question=question, is_wrong=is_wrong, browser=caller().browser)
    return page, 422 if is_wrong else 200


def _set_up(codes: list[str]) -> ResponseReturnValue:
    """A factor is there: other sessions, begun without it, end; the first recovery codes are shown, once."""
    account = g.staff.account
    staff_sessions.end_all(account.id, reason="factor", actor=actor(), but=door().session.id)
    if codes:
        return render_template("own_account/recovery_codes.html", codes=codes)
    flash(_("The second factor is set up."), "ok")
    return redirect(url_for(".show"), code=303)


@bp.post("/recovery-codes")
@confirmed
def recovery_codes() -> ResponseReturnValue:
    """New recovery codes, shown once; the earlier ones are good no longer."""
    if not door().has_factor:
        abort(404)
    codes = second_factors.new_recovery_codes(g.staff.account, actor=actor())
    return render_template("own_account/recovery_codes.html", codes=codes)


@bp.post("/factors/remove")
@confirmed
def remove_factor() -> ResponseReturnValue:
    """Take a factor away; the last one of a person whose role asks for one is set up anew before anything else."""
    wanted = request.form.get("factor", "")
    factor: SecondFactor = next(
        (one for one in second_factors.factors_of(g.staff.account.id) if one.id == wanted), None
    ) or abort(404)
    second_factors.remove(factor, actor=actor())
    flash(_("Taken away."), "ok")
    return redirect(url_for(".show"), code=303)
