"""Which release of the deputy's pages this is, and the addresses of its stylesheets and scripts.

The release is the start of a hash over what a phone keeps of a page: scripts, stylesheets, templates, texts. An address made by
`asset` names it, so that a phone keeps what is behind it for ever, and never mixes a page of one release with a script of another.
"""

import hashlib
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

PARTS = (
    ("static/dist", "*.js"),
    ("static/css", "*.css"),
    ("templates/field", "**/*.html"),
    ("templates/components", "**/*.html"),
    ("templates/layout", "field.html"),
    ("templates/translations", "**/field.po"),
)
FOR_EVER = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Make `asset` known to every template, and let what it names be kept."""
    app.jinja_env.globals.update(asset=asset, release=release)
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


def _keep(response: Response) -> Response:
    if request.endpoint == "static" and request.args.get("r") == release() and response.status_code in (200, 304):
        response.headers["Cache-Control"] = FOR_EVER
    return response
