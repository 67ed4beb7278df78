"""The blueprint of phones, BASE = /sync (receiving.md 3): who is let in, what every answer has in common.

Free of the forms' CSRF token (a PUT or a JSON POST from another site needs a preflight, which fails here); another site's
request is refused by Origin and Sec-Fetch-Site besides. Answers are JSON; what goes wrong is problem+json.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import BadRequest, HTTPException

from surveys import devices, event_log
from surveys.database import db
from surveys.database_away import is_database_away, say_away
from surveys.disk_full import is_disk_full
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.contents import HASH
from surveys.fieldwork.receiving.versions import read_target
from surveys.pages.shell import sessions
from surveys.pages.shell.problems import problem, request_id

sync = Blueprint("sync", __name__, url_prefix="/sync")

HANDS_IN = "sync.hand_in"
OPEN = {"sync.keys", "sync.session", "sync.enrol_device"}
DRAINED = 16 * 1024 * 1024
View = Callable[..., Response]
_encode = json.JSONEncoder(ensure_ascii=False).encode


@sync.before_request
def _admit() -> Response | None:
    if request.method not in ("GET", "HEAD") and sessions.is_foreign():
        return problem("origin")
    if request.endpoint in OPEN:
        return None
    sender = sessions.signed_in()
    if sender is None:
        return problem("session", challenge=devices.new_challenge())
    if sender.revoked:
        event_log.note("phone.refused", device=sender.device_id, reason="revoked")
        return problem("revoked")
    g.sender = sender
    if not sender.rehearsal and (wait := sessions.requests_rate.wait(sender.id)):
        return problem("too_fast", wait=wait)
    if wait := sessions.requests_waiting.enter(part="/parts/" in request.path):
        return problem("busy", wait=wait)
    g.waits = True
    if request.endpoint != HANDS_IN:
        sessions.note_contact(sender)  # whoever hands in is noted with what is kept
    return None


@sync.after_request
def _finish(response: Response) -> Response:
    if response.status_code > 202:  # what was taken in was read to its end
        _drain()
    sessions.renew(response, g.get("sender"))
    response.headers.add("Diaoyan-Request", request_id())
    return response


@sync.teardown_request
def _leave(_: BaseException | None) -> None:
    if g.pop("waits", False):
        sessions.requests_waiting.leave()


def _drain() -> None:
    """Read what is left of a refused body, so that the answer is not lost with the connection."""
    if request.method in ("PUT", "POST") and 0 < (request.content_length or 0) <= DRAINED:
        try:
            while request.stream.read(65536):
                pass
        except (HTTPException, OSError):
            pass  # the phone is gone


@sync.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def unknown(rest: str) -> Response:
    """Whatever else is asked here: the same answer for an address and for a method that do not exist."""
    return problem("not_found")


@sync.errorhandler(Exception)
def _failed(error: Exception) -> Any:
    if isinstance(error, HTTPException):
        return error
    if is_database_away(error):
        say_away(current_app.logger, error)
        db.session().invalidate()  # what is broken off cannot be rolled back
        return problem("busy")
    db.session.rollback()
    if is_disk_full(error):
        current_app.logger.error("request %s: the disk is full", request_id())
        return problem("full")
    current_app.logger.exception("request %s failed", request_id())
    return problem("busy" if isinstance(error, OperationalError | OSError) else "fault")


def within_reach(view: View) -> View:
    """A view of one visit: not this device's answers 404 like one that does not exist."""

    @wraps(view)
    def checked(visit_id: str, **more: Any) -> Response:
        target = read_target(visit_id)
        place = senders.ownership(g.sender, target) if target else "none"
        if target is None or place == "none":
            return problem("unknown_visit")
        if target.erased:
            return problem("erased")
        return view(target, None if place == "own" else g.sender.groups, **more)

    return checked


def body_of(most: int, kind: str, *, check: bool = True) -> bytes | Response:
    """The body as it was meant, or the answer for one that is not. With `check` its hash is compared here."""
    length = request.content_length
    if length is None:
        return problem("length")
    if request.mimetype != kind or request.headers.get("Content-Encoding"):
        return problem("type")
    if length > most:
        return problem("too_large")
    announced = request.headers.get("Diaoyan-Hash", "").lower()
    if not HASH.fullmatch(announced):
        return problem("hash")
    body = _read(length)
    if len(body) != length:
        return problem("truncated")
    if check and hashlib.sha256(body).hexdigest() != announced:
        return problem("hash")
    return body


def _read(length: int) -> bytes:
    """What arrives of the body in its time."""
    pieces, size = [], 0
    try:
        while size < length and (piece := request.stream.read(min(65536, length - size))):
            pieces.append(piece)
            size += len(piece)
    except (BadRequest, OSError):
        pass  # the connection broke off: nothing is kept
    return b"".join(pieces)


def json_answer(value: Any, status: int = 200) -> Response:
    return Response(_encode(value), status=status, mimetype="application/json")


def moment(at: Any) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def word(value: dict[str, Any], key: str) -> str | None:
    value_of_key = value.get(key)
    return value_of_key if isinstance(value_of_key, str) else None
