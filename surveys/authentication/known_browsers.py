"""Browsers that an account has signed in with before: a signed cookie, nothing on the server. Touches keys.

The cookie is a random id and a mark for each account that came in there, `id.mark.mark…`. It opens nothing; it only keeps strangers
from slowing its owner down (delays).
"""

import hmac
import secrets

from surveys.keys import instance_keys, to_base64url

COOKIE = "diaoyan_known"
LIFE_DAYS = 400  # the longest that browsers keep a cookie
MOST_ACCOUNTS = 8


def known_to(cookie: str | None, account_id: str) -> str | None:
    """The browser's id where this account has signed in there; else None."""
    browser, *marks = (cookie or "").split(".")
    mark = _mark(browser, account_id)
    return browser if any(hmac.compare_digest(mark.encode(), other.encode()) for other in marks) else None


def with_account(cookie: str | None, account_id: str) -> str:
    """The cookie after this account has signed in."""
    browser, *marks = (cookie or "").split(".")
    if len(browser) != 22 or not browser.isascii():
        browser, marks = to_base64url(secrets.token_bytes(16)), []
    mark = _mark(browser, account_id)
    return ".".join((browser, *[other for other in marks if other != mark][1 - MOST_ACCOUNTS :], mark))


def _mark(browser: str, account_id: str) -> str:
    return to_base64url(instance_keys().mac("known browser", f"{browser}\x1f{account_id}".encode())[:16])
