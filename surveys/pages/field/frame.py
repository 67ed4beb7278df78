"""The frame of the deputy's pages: the blueprint, who is calling, what every template knows, and how a refusal looks."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from surveys.devices import COOKIE
from surveys.fieldwork.filling.fillings import Filling, open_filling
from surveys.fieldwork.receiving.senders import Sender
from surveys.forms.answer_fields import field_id
from surveys.forms.field_forms import ButtonForm
from surveys.pages.field import texts
from surveys.pages.shell import sessions
from surveys.pages.shell.cookies import name_of
from surveys.pages.shell.release import release
from surveys.planning.campaigns.units import Unit
from surveys.planning.people.deputies import text_size_of

field = Blueprint("field", __name__)

OPEN = {"field.slip", "field.open_slip", "field.help_page", "field.service_worker"}


@field.before_request
def _admit() -> Any:
    """The sender whose device calls; without one the page that says how to come in."""
    if request.method not in ("GET", "HEAD") and sessions.is_foreign(token_follows=True):
        return refusal("origin", 403)
    if request.endpoint in OPEN:
        return None
    sender = sessions.signed_in()
    if sender is None:
        return refusal("session", 401)
    if sender.revoked:
        return refusal("revoked", 403)
    g.sender = sender
    sessions.note_contact(sender)
    return None


@field.after_request
def _renewed(response: Response) -> Response:
    sessions.renew(response, g.get("sender"))
    response.headers["Diaoyan-Release"] = release()
    values = texts.language(), g.get("text_size") or "standard"
    response.headers["Diaoyan-Shown"] = " ".join(values)  # the worker compares it with what it keeps
    return response


@field.context_processor
def context() -> dict[str, Any]:
    """What every field template may use."""
    return {
        "_": texts.say,
        "_n": texts.say_number,
        "language": texts.language(),
        "text_size": _text_size(),
        "day": texts.day,
        "full_day": texts.full_day,
        "clock": texts.clock,
        "full_moment": texts.full_moment,
        "day_and_clock": texts.day_and_clock,
        "day_and_weekday": texts.day_and_weekday,
        "field_id": field_id,
        "page_address": page_address,
        "here": request.full_path.rstrip("?") if request.method == "GET" else url_for("field.visits"),
        "signed_in": "sender" in g,
        "demonstration": "sender" in g and g.sender.demonstration,
        "phone": _phone(),
    }


def _text_size() -> str:
    """The deputy's own choice, on whichever phone it was made, also on pages that are open to all; else the session's."""
    if "sized" in g:  # a page is made of many templates
        return g.get("text_size") or ""
    g.sized = True
    calling: Sender | None = g.get("sender") or sessions.signed_in()
    if calling and calling.device_id and calling.deputy_id and not calling.revoked:
        own = text_size_of(calling.deputy_id) or g.get("text_size")
        g.text_size = "" if own == "standard" else own
    return g.get("text_size") or ""


def _phone() -> dict[str, str]:
    """What the page's script is told of the phone: the release, and who is signed in, as `data-…` of the page."""
    settings = {"release": release()}
    if "sender" in g and g.sender.device_id:
        settings |= {
            "device": g.sender.id,
            "holder": sessions.owner_mark(g.sender.deputy_id),
            "kind": g.sender.device_kind or "",
            "kept": "yes" if g.sender.kept else "no",
        }
    return settings


class FieldFrame:
    """The same frame for a page of a deputy that a later room has: `app.extensions["field_frame"]`."""

    admit, renewed, context = staticmethod(_admit), staticmethod(_renewed), staticmethod(context)


@field.errorhandler(CSRFError)
def _stale(_: CSRFError) -> Any:
    return refusal("stale", 400)


@field.errorhandler(413)
def _too_large(_: HTTPException) -> Any:
    return refusal("too_large", 413)


@field.errorhandler(404)
def _missing(_: HTTPException) -> Any:
    return refusal("missing", 404)


def refusal(kind: str, status: int) -> Response:
    """A page that says what happened, that the answers are safe, and what to do."""
    response = make_response(render_template("field/refusal.html", kind=kind), status)
    if kind == "session" and request.cookies.get(name_of(COOKIE)):
        sessions.take_field_cookie(response)
    return response


def sender() -> Sender:
    return g.sender


def filling_of(visit_id: str) -> Filling | None:
    """The visit, when it is one of the sender's groups' now."""
    return open_filling(sender(), visit_id, texts.language())


def page_address(visit_id: str, key: str, anchor: str = "", **more: Any) -> str:
    """The address of one page of the questionnaire."""
    address = url_for("field.page", visit_id=visit_id, key=key, **more)
    return f"{address}#{quote(anchor)}" if anchor else address


def to_page(visit_id: str, key: str, anchor: str = "", **more: Any) -> Response:
    return redirect(page_address(visit_id, key, anchor, **more), 303)  # type: ignore[return-value]


def office_of(unit: Unit, office: str) -> str:
    """To whom a visit is handed in: the unit's standing committee, or the organizing office for its own leaf."""
    if unit.code.endswith("-0"):
        return office
    if texts.is_chinese():
        return unit.name if "人大" in unit.name else f"{unit.name}人大常委会"
    return f"Standing Committee of {unit.label('en')}"


def buttons() -> ButtonForm:
    return ButtonForm()
