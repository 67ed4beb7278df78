"""What a page says when it cannot do what was asked: place, cause, remedy, and a number to read out. Touches planning's refusals.

A phone's requests (problem+json) have answers of their own in `sync`; what a room refuses (`Refusal`, and whatever else tells its
cause and its remedy) is said in its own words.
"""

import secrets
import time
from datetime import datetime
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from surveys import access
from surveys.confined import Overrun
from surveys.database import CHINA, db
from surveys.database_away import is_database_away, say_away
from surveys.disk_full import is_disk_full
from surveys.files import StoreSilent
from surveys.planning.words.planning_faults import Refusal

MOST_FORGOTTEN = 1 << 30  # bytes of a body that is too large
LONGEST_FORGETTING = 60.0  # seconds


def register(app: Flask) -> None:
    """Answers for every refusal and failure; each request has a number, which is in the log as well."""
    app.before_request(_number)
    app.after_request(_show_number)
    app.after_request(take_in_the_rest)
    app.register_error_handler(
        CSRFError,
        lambda error: answer(
            400, cause=_form_too_old(), remedy=_("Go back, load the page again and send the form once more.")
        ),
    )
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(Overrun, say_fault)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(StoreSilent, _silent)
    app.register_error_handler(Exception, _failed)
    app.extensions["say_fault"] = say_fault


def _number() -> None:
    g.request_number = f"{datetime.now(CHINA):%Y%m%d-%H%M%S}-{secrets.token_hex(2).upper()}"


def _show_number(response: Response) -> Response:
    response.headers.setdefault("X-Request-Id", g.get("request_number", ""))
    return response


def take_in_the_rest(response: Response) -> Response:
    """What is too large is read to its end and forgotten: a browser whose sending is cut off shows no page of ours at all."""
    if response.status_code == 413:
        rest, bytes_left, until = request.environ["wsgi.input"], MOST_FORGOTTEN, time.monotonic() + LONGEST_FORGETTING
        while bytes_left > 0 and time.monotonic() < until:
            piece = rest.read(min(bytes_left, 1 << 16))
            if not piece:
                break
            bytes_left -= len(piece)
    return response


def _form_too_old() -> str:
    return _("The form was opened before this session began, or comes from another site.")


def texts(status: int) -> tuple[str, str, str]:
    """Title, cause and remedy of a status, in the language of the page."""
    words_by_status = {
        400: (_("The request cannot be read"), _("Something in the address or the form is not as it should be."), _("Go back and try again from the page before.")),
        401: (_("Please sign in"), _("This page is for people who are signed in."), _("Sign in and open it again.")),
        403: (_("This is not yours to change"), _("Your roles allow you to see this, but not to do it."), _("Ask the administrator of your unit if it should be yours.")),
        404: (_("There is no such page here"), _("The address is mistyped, what it showed is gone, or it belongs to another unit."), _("Start from the list of campaigns, or ask who sent you the address.")),
        405: (_("The request cannot be read"), _("This address does not take this kind of request."), _("Open it from the page that links to it.")),
        409: (_("This change was not written, and what you wrote is still here"), _("Someone else changed the same record after you opened it."), _("Go back, load the page again, compare, and enter your change once more.")),
        413: (_("The file is too large"), _("More than %(n)s MB were sent at once; nothing of it was written.", n=_limit()), _("Send a smaller file: leave out pictures, or split the table into several.")),
        507: (_("The server’s disk is full"), _("There is no room left to write; nothing of this was written, and what was written before is safe."), _("Tell the administrator, keep what you entered, and send it again later.")),
        500: (_("Something went wrong on our side"), _("The server could not finish this. What was written before is safe."), _("Try again in a minute. If it happens again, read the number below to your administrator.")),
        503: (_("The store of files does not answer"), _("Photos and printed files lie in a store of their own, which is not reached just now. What was written before is safe."), _("Try again in a minute. If it happens again, ask your administrator to run “flask doctor”.")),
    }  # fmt: skip
    return words_by_status.get(status, words_by_status[500] if status >= 500 else words_by_status[400])


def _limit() -> int:
    return (request.max_content_length or current_app.config["MAX_CONTENT_LENGTH"] or 0) // (1024 * 1024)


def answer(
    status: int, *, title: str = "", place: str = "", cause: str = "", remedy: str = "", **more: Any
) -> Response:
    """An error page, or JSON for a program that asked for it."""
    words_of_status = texts(status)
    parts = {
        "title": title or words_of_status[0],
        "place": place or request.path,
        "cause": cause or words_of_status[1],
        "remedy": remedy or words_of_status[2],
    }
    if _wants_json():
        response = jsonify({"status": status, "number": g.get("request_number"), **parts})
        response.status_code = status
        return response
    _frame_for_staff(status)
    words = {"_": _, "_n": ngettext, "language": g.get("language", "zh-CN")}  # a deputy's pages have texts of their own
    page = render_template(
        "errors/error.html", status=status, number=g.get("request_number", ""), **parts, **words, **more
    )
    return make_response(page, status)


def _frame_for_staff(status: int) -> None:
    """A signed-in person keeps the line of work around an error, unless the server itself is in trouble."""
    if (
        status < 500
        and "staff" not in g
        and request.endpoint is None
        and current_user
        and current_user.is_authenticated
    ):
        g.staff = access.staff_of(current_user._get_current_object())  # type: ignore[arg-type]


def _wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"


def _http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, SecurityError):  # no address of ours can be made under such a name: no page either
        words = "请用本系统的正式网址访问。\nPlease use this system’s own address.\n"
        return Response(words, 400, content_type="text/plain; charset=utf-8")
    own_words = isinstance(error.description, str) and getattr(type(error), "description", None) != error.description
    return answer(error.code, cause=error.description if own_words and error.description else "")


def _refused(error: Refusal) -> Response:
    db.session.rollback()
    return answer(409, title=_("This was not done"), cause=error.cause(g.language), remedy=error.remedy(g.language))


def say_fault(error: Any, status: int = 409) -> Response:
    """The page for what carries its own words: `cause` and `remedy` by language, and perhaps `place`."""
    db.session.rollback()
    return answer(
        status,
        title=_("This was not done"),
        place=str(getattr(error, "place", "") or ""),
        cause=error.cause(g.language),
        remedy=error.remedy(g.language) or _("Put it right and try again."),
    )


def _stale(error: StaleDataError) -> Response:
    db.session.rollback()
    return answer(409)


def _silent(error: StoreSilent) -> Response:
    db.session.rollback()
    current_app.logger.error("request %s: the store of files is silent: %s", g.get("request_number"), error)
    return answer(503)


def _failed(error: Exception) -> Response:
    if is_database_away(error):
        say_away(current_app.logger, error)
        g.database_away = g.sized = True  # the page that says so asks nothing of it
        db.session().invalidate()  # what is broken off cannot be rolled back
        return answer(
            503,
            title=_("The database does not answer"),
            cause=_(
                "The server cannot reach its database just now. What was written before is safe; nothing of this was written."
            ),
            remedy=_("Keep what you entered and try again in a minute. If it lasts, tell your administrator."),
        )
    if current_app.testing and current_app.config["PROPAGATE_EXCEPTIONS"] is not False:
        raise error
    db.session.rollback()
    if is_disk_full(error):
        current_app.logger.error("request %s: the disk is full: %s", g.get("request_number"), request.path)
        return answer(507)
    current_app.logger.exception("request %s failed: %s", g.get("request_number"), request.path)
    return answer(500)
