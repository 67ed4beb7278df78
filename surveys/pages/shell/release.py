"""Which release of the deputy's pages this is, the addresses of its stylesheets and scripts, and the style that a page carries.

The release is the start of a hash over what a phone keeps of a page: scripts, stylesheets, templates, texts. An address made by
`asset` names it, so that a phone keeps what is behind it for ever, and never mixes a page of one release with a script of another.
"""

import hashlib
from base64 import b64encode
from pathlib import Path

from flask import Flask, current_app, g, url_for
from markupsafe import Markup

PARTS = (
    ("static/dist", "*.js"),
    ("static/css", "*.css"),
    ("templates/field", "**/*.html"),
    ("templates/components", "**/*.html"),
    ("templates/layout", "field.html"),
    ("templates/translations", "**/field.po"),
)


def register(app: Flask) -> None:
    """Make `asset` and `carried_style` known to every template."""
    app.jinja_env.globals.update(asset=asset, carried_style=carried_style, release=release)


def release() -> str:
    """The release of the pages this process serves."""
    number = current_app.extensions.get("release")
    if number is None:
        number = current_app.extensions["release"] = _hash(Path(current_app.root_path))
    return number


def _hash(root: Path) -> str:
    digest = hashlib.sha256()
    for folder, pattern in PARTS:
        for place in sorted((root / folder).glob(pattern)):
            digest.update(f"{place.relative_to(root)}\n".encode())
            digest.update(place.read_bytes())
    return digest.hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a stylesheet or script of this release: `asset("dist/form.js")`."""
    return url_for("static", filename=name, r=release())


def carried_style() -> Markup:
    """The field pages' stylesheet, for a page that carries it: what is in sight does not wait for another answer of the server.

    The page's policy then names the style by its hash (CSP level 3, 2.3.1), so that no other style in the page is heeded.
    """
    style = current_app.extensions.get("carried style")
    if style is None:
        text = (Path(current_app.static_folder or "") / "dist/field.css").read_text(encoding="utf-8").strip()
        digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
        style = current_app.extensions["carried style"] = Markup(text), f"'sha256-{digest}'"  # noqa: S704 - a file of ours
    text, g.carried_style = style
    return text
