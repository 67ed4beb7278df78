"""名册设置: what a register is called and what its entries have: attributes, parts of people, types, tags. Touches registers."""

from dataclasses import replace

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys.pages.shell.sign_in import actor, signed_in
from surveys.planning.campaigns.code_lists import Code
from surveys.planning.campaigns.registers import (
    KEY,
    MOST_ATTRIBUTES,
    Attribute,
    Register,
    Role,
    keep_register,
    register_of,
)

bp = Blueprint("register_settings", __name__)
bp.before_request(signed_in)


def _may() -> None:
    """Registers are the whole instance's: their settings belong to an organizer of a unit with none above it."""
    if not any(g.staff.tree[code].parent_code is None for code in g.staff.units_with(("organizer",))):
        abort(403)


@bp.route("/registers/new", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Another register, of a kind that the program does not bring."""
    _may()
    if request.method == "GET":
        return _page(None, {})
    key = request.form.get("key", "").strip().lower()
    faults = {}
    if not KEY.fullmatch(key) or register_of(key) is not None:
        faults["key"] = _("Give a short name of 2 to 20 letters a–z, digits or _ that no register has yet.")
    return _keep(None, key, faults)


@bp.route("/registers/<key>/settings", methods=["GET", "POST"])
def edit(key: str) -> ResponseReturnValue:
    """The settings of a register. What an entry has is kept when it is taken out of the settings."""
    _may()
    register = register_of(key)
    if register is None:
        abort(404)
    if request.method == "GET":
        return _page(register, _typed(register))
    return _keep(register, key, {})


def _typed(register: Register) -> dict[str, str]:
    return {
        "label": register.label,
        "label_en": register.label_en or "",
        "measure": register.measure,
        "attributes": "\n".join(
            " | ".join((one.label, one.label_en or "", "number" if one.kind == "number" else "text"))
            for one in register.attributes
        ),
        "roles": "\n".join(" | ".join((role.label, role.label_en or "")) for role in register.roles),
        "types": _lines(register.types()),
        "tags": _lines(register.tags()),
    }


def _lines(codes: list[Code]) -> str:
    return "\n".join(" | ".join((code.name, code.name_en or "")) for code in codes if not code.retired)


def _keep(register: Register | None, key: str, faults: dict[str, str]) -> ResponseReturnValue:
    typed = {name: value.strip() for name, value in request.form.items() if name != "csrf_token"}
    label = typed.get("label", "")[:40]
    if not label:
        faults["label"] = _("Give the register a name.")
    attributes = _attributes(typed.get("attributes", ""), register)
    if len(attributes) > MOST_ATTRIBUTES:
        faults["attributes"] = _("A register has at most %(n)s facts of its own.", n=MOST_ATTRIBUTES)
    if faults:
        return _page(register, typed, faults)
    kept = Register(
        key,
        label,
        typed.get("label_en", "")[:60] or None,
        typed.get("measure", "")[:10] or "个",
        attributes,
        _roles(typed.get("roles", "")),
    )
    before = register or kept
    keep_register(
        kept,
        tags=_codes(typed.get("tags", ""), before.tags()),
        types=_codes(typed.get("types", ""), before.types()),
        actor=actor(),
    )
    flash(_("Saved."), "ok")
    return redirect(url_for("registers.show", key=key), code=303)


def _parts(text: str) -> list[list[str]]:
    lines = [[part.strip() for part in line.replace("｜", "|").split("|")] for line in text.splitlines()]
    return [line for line in lines if line[0]][:200]


def _attributes(text: str, register: Register | None) -> tuple[Attribute, ...]:
    """A line each: name | name in English | text or number. One that was there keeps its key."""
    keys = {one.label: one.key for one in register.attributes} if register else {}
    attributes = []
    for parts in _parts(text):
        label, english, kind = (*parts, "", "")[:3]
        key = keys.get(label) or _free_key({one.key for one in attributes} | set(keys.values()))
        attributes.append(
            Attribute(key, label[:40], english[:60] or None, "number" if kind in ("number", "数字") else "text")
        )
    return tuple(attributes)


def _free_key(taken: set[str]) -> str:
    return next(key for key in (f"a{number}" for number in range(1, 1000)) if key not in taken)


def _roles(text: str) -> tuple[Role, ...]:
    return tuple(Role(parts[0][:40], ((*parts, "")[1] or None)) for parts in _parts(text))[:20]


def _codes(text: str, before: list[Code]) -> list[Code]:
    """A line each: name | name in English. One that was there keeps its code."""
    by_name = {code.name: code for code in before}
    codes = []
    for parts in _parts(text):
        name, english = parts[0][:120], (*parts, "")[1][:120] or None
        old = by_name.get(name)
        codes.append(replace(old, name_en=english, retired=False) if old else Code(name[:40], name, english))
    return codes


def _page(
    register: Register | None, typed: dict[str, str], faults: dict[str, str] | None = None
) -> ResponseReturnValue:
    page = render_template("city_desk/register_settings.html", register=register, typed=typed, faults=faults or {})
    return page, 422 if faults else 200
