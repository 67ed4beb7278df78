"""The entrance of a ready link for deputies: /demonstration/enter/…; closed in an instance without a demonstration."""

from flask import Blueprint, abort, current_app, redirect
from flask.typing import ResponseReturnValue

bp = Blueprint("demonstration", __name__, url_prefix="/demonstration")


@bp.get("/enter/<uuid:device_id>/<seal>/<path:to>")
def enter(device_id: object, seal: str, to: str) -> ResponseReturnValue:
    """Sign the browser in as the deputy of the ready link, and go on to the page it names."""
    from reports.demonstration import links  # numpy and all that is invented: not where the server starts

    if not links.opens(str(device_id), seal, f"/{to}"):
        abort(404)
    response = redirect(f"/{to}", code=303)
    current_app.extensions["set_field_cookie"](response, str(device_id))
    return response
