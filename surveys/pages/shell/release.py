"""Which release of the deputy's pages this is, the addresses of its stylesheets and scripts, and the style that a page carries.

The release is the start of a hash over what a phone keeps of a page: scripts, stylesheets, templates, texts. An address made by
`asset` names it, so that a phone keeps what is behind it for ever, and never mixes a page of one release with a script of another.
"""

import gzip
import hashlib
from base64 import b64encode
from pathlib import Path

from flask import Flask, Response, current_app, g, request, url_for
from markupsafe import Markup

PARTS = (
    ("static/dist", "*.js"),
    ("static/css", "*.css"),
    ("templates/field", "**/*.html"),
    ("templates/components", "**/*.html"),
    ("templates/layout", "field.html"),
    ("templates/translations", "**/field.po"),
)
TEXTS = ("text/css", "text/javascript", "application/javascript")
FOR_EVER = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Make `asset` and `carried_style` known to every template, and let what `asset` names be kept."""
    app.jinja_env.globals.update(asset=asset, carried_style=carried_style, release=release)
    app.after_request(_keep)


def release() -> str:
    """The release of the pages this process serves."""
    held = current_app.extensions.get("release")
    if held is None:
        held = current_app.extensions["release"] = _hash(Path(current_app.root_path))
    return held


def _hash(root: Path) -> str:
    found = hashlib.sha256()
    for folder, pattern in PARTS:
        for place in sorted((root / folder).glob(pattern)):
            found.update(f"{place.relative_to(root)}\n".encode())
            found.update(place.read_bytes())
    return found.hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a stylesheet or script of this release: `asset("dist/form.js")`."""
    return url_for("static", filename=name, r=release())


def carried_style() -> Markup:
    """The field pages' stylesheet, for a page that carries it: what is in sight does not wait for another answer of the server.

    The page's policy then names the style by its hash (CSP level 3, 2.3.1), so that no other style in the page is heeded.
    """
    held = current_app.extensions.get("carried style")
    if held is None:
        text = (Path(current_app.static_folder or "") / "dist/field.css").read_text(encoding="utf-8").strip()
        digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
        held = current_app.extensions["carried style"] = Markup(text), f"'sha256-{digest}'"  # noqa: S704 - a file of ours
    text, g.carried_style = held
    return text


def _keep(response: Response) -> Response:
    if request.endpoint != "static" or request.args.get("r") != release() or response.status_code not in (200, 304):
        return response
    response.headers["Cache-Control"] = FOR_EVER
    return _packed(response) if response.status_code == 200 else response


def _packed(response: Response) -> Response:
    """A style or script in gzip where the browser takes it: as small without a proxy as behind one."""
    if response.mimetype not in TEXTS:
        return response
    response.headers["Vary"] = "Accept-Encoding"
    if request.method != "GET" or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return response
    response.direct_passthrough = False
    kept = current_app.extensions.setdefault("packed", {})
    opened = response.response
    if request.path not in kept:
        kept[request.path] = _packed_before() or gzip.compress(response.get_data(), 9, mtime=0)
    if close := getattr(opened, "close", None):
        close()
    response.set_data(kept[request.path])
    response.headers["Content-Encoding"] = "gzip"
    for name in ("ETag", "Last-Modified", "Accept-Ranges", "Content-Disposition"):  # of the unpacked file
        response.headers.pop(name, None)
    return response


def _packed_before() -> bytes | None:
    """What deploy/pack.py made of this very file; None where it made nothing."""
    file = Path(current_app.static_folder or "", (request.view_args or {})["filename"])
    packed = file.with_name(f"{file.name}.gz")
    is_of_it = packed.is_file() and packed.stat().st_mtime_ns >= file.stat().st_mtime_ns
    return packed.read_bytes() if is_of_it else None
