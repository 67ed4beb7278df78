"""Who is calling from a phone: the field cookie, renewed by use, and the rates of receiving.md 8. Touches devices and senders."""

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask import Response, g, request
from werkzeug.wrappers import Response as BaseResponse

from surveys.database import utc_now, writing
from surveys.devices import COOKIE, COOKIE_LIFE, Session, field_cookie, read_cookie
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.senders import Sender
from surveys.keys import instance_keys, to_base64url
from surveys.pages.shell.cookies import name_of
from surveys.rates import Rate

RENEW_AFTER = timedelta(hours=1)
KEPT_LIFE = timedelta(days=180)
MOST_WAITING = 16  # a process
FAILURE_SECONDS = 0.3


def signed_in() -> Sender | None:
    """The sender whose cookie the request carries (revoked or not); None when it carries none that is good."""
    if "database_away" in g:
        return None
    session = read_cookie(request.cookies.get(name_of(COOKIE)))
    sender = senders.of_device(session.device_id) if session is not None else None
    if session is None or sender is None or not (session.is_fresh() or _is_kept(sender)):
        return None
    g.renew_session = session if datetime.now(UTC) - session.issued_at > RENEW_AFTER else None
    return sender


def _is_kept(sender: Sender) -> bool:
    """A browser whose owner ticked 本机 stays signed in up to the campaign's end; a key signs in again by itself."""
    return sender.device_kind == "browser" and sender.kept and sender.campaign_open


def set_field_cookie(
    response: Response | BaseResponse, device_id: str, *, life: timedelta | None = COOKIE_LIFE
) -> None:
    """Sign a device in. Without `life` the cookie goes with the browser, as on a borrowed phone."""
    response.set_cookie(
        name_of(COOKIE),
        field_cookie(device_id),
        max_age=life,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
        path="/",
    )


def take_field_cookie(response: Response | BaseResponse) -> None:
    """Sign a device out."""
    response.delete_cookie(name_of(COOKIE), secure=request.is_secure, httponly=True, samesite="Lax")


def owner_mark(deputy_id: str | None) -> str:
    """A deputy as a phone knows them: the same for all their devices, and nothing to anybody else."""
    return to_base64url(instance_keys().mac("owner", (deputy_id or "").encode())[:12])


def life_of(kind: str | None, kept: bool) -> timedelta | None:
    """A browser whose owner keeps it; a borrowed one; a phone with a key, which signs in again by itself."""
    if kind != "browser":
        return COOKIE_LIFE
    return KEPT_LIFE if kept else None


def renew(response: Response, sender: Sender | None) -> None:
    """Renew the cookie by use."""
    session: Session | None = g.get("renew_session")
    if session is not None and sender is not None and not sender.revoked:
        set_field_cookie(response, sender.id, life=life_of(sender.device_kind, sender.kept))


def note_contact(sender: Sender) -> None:
    """The device's last contact, written at most once a minute."""
    if sender.is_to_be_noted(utc_now()):
        with writing():
            senders.note_contact(sender)


def same_time(start: float) -> None:
    """What fails with a slip's code takes as long whether there is such a slip or not; `started` on the monotonic clock."""
    time.sleep(max(0.0, FAILURE_SECONDS - (time.monotonic() - start)))


def is_foreign(*, token_follows: bool = False) -> bool:
    """Whether another site made this request (receiving.md 1.3); `token_follows`: a form's own token is checked besides.

    A form of a page that sends no referrer has the Origin "null"; so has one of another site that hides itself. Sec-Fetch-Site
    tells them apart, and where a browser does not send it (an address without https) the form's token does.
    """
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    if origin == "null":
        return site is None and not token_follows
    return origin is not None and urlsplit(origin).netloc != request.host


# Counted per device, never per address: a district shares one.
requests_rate = Rate("requests", 20, 200, lease=20)
sign_in_rate = Rate("sign_in", 0.5, 30)


class WaitingRequests:
    """How many requests of phones stand in this process, which is bound by its own threads alone; contents go before parts."""

    def __init__(self) -> None:
        self._count, self._lock = 0, threading.Lock()

    def enter(self, *, part: bool) -> int:
        """0 = go on; else a random number of seconds to come back in."""
        with self._lock:
            if self._count >= (MOST_WAITING // 2 if part else MOST_WAITING):
                return random.randint(2, 20)
            self._count += 1
            return 0

    def leave(self) -> None:
        with self._lock:
            self._count -= 1


requests_waiting = WaitingRequests()
