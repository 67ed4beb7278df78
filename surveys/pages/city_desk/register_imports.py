"""名册导入: a table of a register for all units in one file: upload, preview, import. The pages of a preview are those of imports."""

from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys import access
from surveys.database import db
from surveys.pages.city_desk.imports import preview_page, write_upload
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import download
from surveys.planning.campaigns.registers import Register, register_of
from surveys.planning.imports import list_uploads
from surveys.planning.imports.list_uploads import ListUpload
from surveys.planning.imports.register_imports import fields_of
from surveys.planning.imports.tables import write_table

bp = Blueprint("register_imports", __name__)
bp.before_request(signed_in)

EXAMPLE = {
    "name": "示例街道代表联络站",
    "district": "增城区",
    "town": "示例街道",
    "address": "示例路1号",
    "tags": "示范站、民意窗",
    "days": "每月第3个周五 9:00-11:30",
}


def _register(key: str) -> Register:
    """A register that is imported here; firms come in by a campaign's list."""
    register = register_of(key)
    if register is None or register.is_of_firms:
        abort(404)
    return register


@bp.get("/registers/<key>/sample")
def sample(key: str) -> ResponseReturnValue:
    """A workbook with the heads an import knows and one example row."""
    access.kept_units(g.staff)
    fields = fields_of(_register(key))
    heads = [field.label.en if g.language == "en" else field.label.zh for field in fields]
    row = [EXAMPLE.get(field.key, "") for field in fields]
    data, media_type = write_table("xlsx", heads, [row], title=key, widths=[18] * len(heads))
    return download(data, media_type, f"{_register(key).name(g.language)}.xlsx")


@bp.route("/registers/<key>/import", methods=["GET", "POST"])
def upload(key: str) -> ResponseReturnValue:
    """Choose a file and the unit whose rows it may hold. Nothing of it is imported yet."""
    units, register = access.kept_units(g.staff), _register(key)
    if request.method == "POST":
        file, unit_code = request.files.get("file"), request.form.get("unit", units[0])
        if unit_code not in units:
            abort(404)
        if file is None or not file.filename:
            flash(_("Choose a file first."), "err")
            return redirect(url_for(".upload", key=key), code=303)
        kept = list_uploads.keep_upload(None, unit_code, key, file.read(), file.filename, by=actor())
        return redirect(url_for(".preview", key=key, token=kept.id), code=303)
    return render_template(
        "city_desk/register_upload.html",
        register=register,
        units=[g.staff.tree[code] for code in units],
        fields=fields_of(register),
    )


def _upload(key: str, token: str) -> ListUpload:
    """404 for one that is not there, also any more, and for another's unit."""
    units, _register_here = access.kept_units(g.staff), _register(key)
    try:
        kept = db.session.get(ListUpload, str(UUID(token)))
    except ValueError:
        abort(404)
    if kept is None or kept.campaign_id is not None or kept.kind != key or kept.unit_code not in units:
        abort(404)
    return kept


@bp.get("/registers/<key>/imports/<token>")
def preview(key: str, token: str) -> ResponseReturnValue:
    """What the import would do. Nothing is written."""
    return preview_page(_upload(key, token))


@bp.post("/registers/<key>/imports/<token>")
def commit(key: str, token: str) -> ResponseReturnValue:
    """Write the rows without a fault, a long table by the worker. Raises Refusal where there is none."""
    return write_upload(_upload(key, token))
