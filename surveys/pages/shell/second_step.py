"""The second step of sign-in: a code of the authenticator, a passkey, or a recovery code. Touches authentication."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from surveys.accounts import Account
from surveys.authentication import attempts, passkeys, second_factors, staff_sessions
from surveys.authentication.attempts import Outcome
from surveys.authentication.staff_sessions import StaffSession
from surveys.pages.shell.admission import SESSION_KEY, caller, enter, site
from surveys.pages.shell.languages import local

bp = Blueprint("second_step", __name__)


@bp.route("/sign-in/second-step", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """What is asked after the password of an account that has a second factor."""
    waiting = staff_sessions.half(session.get(SESSION_KEY))
    if waiting is None:
        return redirect(url_for("sign_in.sign_in", next=local(request.args.get("next"))), code=303)
    row, account = waiting
    outcome = None
    if request.method == "POST":
        outcome = proved(account, row)
        if outcome.account is not None:
            enter(account, row.method, "factor")
            return redirect(local(request.args.get("next")) or url_for("sign_in.home"), code=303)
    wait = outcome.wait if outcome else timedelta()
    page = render_template(
        "sign_in/second_step.html",
        account=account,
        wrong=outcome is not None,
        wait=minutes_of(wait),
        **asked(account, row),
    )
    return page, 401 if outcome else 200


def asked(account: Account, row: StaffSession) -> dict:
    """What a page that asks for a factor shows: which kinds there are, and the question for a passkey."""
    factors = second_factors.factors_of(account.id)
    question = None
    if any(factor.kind == "passkey" for factor in factors):
        question, challenge = passkeys.question(account, site())
        staff_sessions.set_challenge(row, challenge)
    return {"has_code": any(factor.kind == "code" for factor in factors), "question": question}


def proved(account: Account, row: StaffSession) -> Outcome:
    """Whether what was sent proves a factor of the account; recorded and delayed where it does not."""
    answer, code = request.form.get("passkey", ""), request.form.get("code", "")[:40]
    challenge = staff_sessions.take_challenge(row)
    if answer:
        return attempts.try_factor(
            account, caller(), lambda: passkeys.check_passkey(account, answer[:20_000], challenge, site())
        )
    return attempts.try_factor(account, caller(), lambda: second_factors.check_code(account, code))


def minutes_of(wait: timedelta) -> int:
    """Whole minutes, rounded up: what a page says."""
    return -int(-wait.total_seconds() // 60)
