"""One try at a door: held up where it must be, counted, and, when it fails, written into the trail. Touches accounts and audit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from surveys import accounts, event_log
from surveys.accounts import Account
from surveys.audit import SYSTEM, Actor, record
from surveys.authentication import delays, known_browsers
from surveys.authentication.callers import Caller
from surveys.database import writing


@dataclass(frozen=True)
class Outcome:
    """What a try came to: the account where it was right, else how long the next one waits (zero: not at all)."""

    account: Account | None
    wait: timedelta = timedelta()


def try_password(username: str, text: str, caller: Caller) -> Outcome:
    """An account and its password. Every wrong pair costs the same work and is answered alike."""
    account = accounts.named(username)
    is_right, wait = _tried("password", username, account, caller, lambda: accounts.check_password(account, text))
    if is_right and account is not None:
        return Outcome(account)
    note_failure(account, "password", caller, "delayed" if wait else "off" if is_off(account) else "wrong")
    return Outcome(None, wait)


def try_factor(account: Account, caller: Caller, check: Callable[[], object]) -> Outcome:
    """The second step of an account; `check` is asked only where nobody has to wait."""
    is_right, wait = _tried("factor", account.username, account, caller, lambda: bool(check()))
    if is_right:
        return Outcome(account)
    note_failure(account, "factor", caller, "delayed" if wait else "wrong")
    return Outcome(None, wait)


def _tried(
    step: str, username: str, account: Account | None, caller: Caller, check: Callable[[], bool]
) -> tuple[bool, timedelta]:
    browser = known_browsers.known_to(caller.known, account.id if account else "")
    counted = delays.counters(step, username, caller.network, browser)
    if wait := delays.begin(counted):
        return False, wait
    is_right = check()
    if is_right:
        delays.succeeded(counted)
    return is_right, timedelta()


def is_off(account: Account | None) -> bool:
    """Whether the account is there and turned off."""
    return account is not None and not account.active


def note_failure(account: Account | None, by: str, caller: Caller, outcome: str) -> None:
    """A sign-in that failed, for the trail and the log. What was typed as a name is not kept: it may be a password."""
    actor = Actor("staff", account.id, account.name) if account else SYSTEM
    with writing():
        target = ("account", account.id) if account else None
        record(actor, "sign_in.refused", target=target, by=by, address=caller.short_address, outcome=outcome)
    event_log.note("sign_in.refused", by=by, outcome=outcome)
