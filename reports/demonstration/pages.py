"""The entrance of a ready link for deputies: /demonstration/enter/…; closed in an instance without a demonstration."""

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from surveys.devices import COOKIE, COOKIE_LIFE, field_cookie

bp = Blueprint("demonstration", __name__, url_prefix="/demonstration")


@bp.get("/enter/<uuid:device_id>/<seal>/<path:to>")
def enter(device_id: object, seal: str, to: str) -> ResponseReturnValue:
    """Sign the browser in as the deputy of the ready link, and go on to the page it names."""
    from reports.demonstration import links  # numpy and all that is invented: not where the server starts

    if not links.opens(str(device_id), seal, f"/{to}"):
        abort(404)
    response = redirect(f"/{to}", code=303)
    response.set_cookie(
        COOKIE,
        field_cookie(str(device_id)),
        max_age=int(COOKIE_LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response
